"""The cube: one pass over the rows into integer counts, and roll-ups of them."""

from eachchild.cube.cells import EVERYWHERE, POOLED, Block, Cube, Places, Tally, Turnover
from eachchild.cube.count_all import count_all
from eachchild.cube.errors import CubeError
from eachchild.cube.margins import ALL_PLACES, Margin, margin
from eachchild.cube.plan import CountPlan, student_plans
from eachchild.cube.recount import Recount, recount
from eachchild.cube.rollups import Rollups
from eachchild.cube.store import definition, definition_hash, restore, store

__all__ = [
    "ALL_PLACES", "EVERYWHERE", "POOLED", "Block", "CountPlan", "Cube", "CubeError", "Margin",
    "Places", "Recount", "Rollups", "Tally", "Turnover", "count_all", "definition",
    "definition_hash", "margin", "recount", "restore", "store", "student_plans",
]  # fmt: skip
