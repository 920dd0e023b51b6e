"""The cube: one pass over the rows into integer counts, and roll-ups of them."""

from eachchild.cube.cells import (
    EVERYWHERE,
    POOLED,
    AdultBlock,
    Block,
    Cube,
    EventBlock,
    Places,
    Tally,
    Turnover,
)
from eachchild.cube.count_all import count_all
from eachchild.cube.errors import CubeError
from eachchild.cube.margins import ALL_PLACES, POOLED_YEARS, Margin, margin
from eachchild.cube.plan import (
    AdultPlan,
    CountPlan,
    EventPlan,
    adult_plans,
    event_plans,
    student_plans,
)
from eachchild.cube.recount import Recount, recount
from eachchild.cube.rollups import Rollups
from eachchild.cube.store import definition, definition_hash, restore, store

__all__ = [
    "ALL_PLACES", "EVERYWHERE", "POOLED", "POOLED_YEARS", "AdultBlock", "AdultPlan", "Block",
    "CountPlan", "Cube", "CubeError", "EventBlock", "EventPlan", "Margin", "Places", "Recount",
    "Rollups", "Tally", "Turnover", "adult_plans", "count_all", "definition", "definition_hash",
    "event_plans", "margin", "recount", "restore", "store", "student_plans",
]  # fmt: skip
