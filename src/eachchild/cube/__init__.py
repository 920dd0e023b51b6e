"""The cube: one pass over the rows into integer counts, and roll-ups of them."""

from eachchild.cube.cells import EVERYWHERE, POOLED, Block, Cube, Places, Tally, Turnover
from eachchild.cube.count_all import count_all
from eachchild.cube.margins import ALL_PLACES, Margin, margin
from eachchild.cube.plan import CountPlan, student_plans
from eachchild.cube.rollups import Rollups
from eachchild.cube.store import definition, definition_hash, restore, store

__all__ = [
    "ALL_PLACES", "EVERYWHERE", "POOLED", "Block", "CountPlan", "Cube", "Margin", "Places",
    "Rollups", "Tally", "Turnover", "count_all", "definition", "definition_hash", "margin",
    "restore", "store", "student_plans",
]  # fmt: skip
