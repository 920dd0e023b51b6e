"""The cube: one pass over the rows into integer counts, and roll-ups of them."""

from eachchild.cube.cells import (
    EVERYWHERE,
    POOLED,
    AbsenceBlock,
    AdultBlock,
    Block,
    CourseBlock,
    Cube,
    EventBlock,
    GradeBlock,
    MonthBlock,
    Places,
    SupportBlock,
    Tally,
    Turnover,
    WordBlock,
)
from eachchild.cube.count_all import count_all
from eachchild.cube.errors import CubeError
from eachchild.cube.margins import ALL_PLACES, POOLED_YEARS, Margin, margin
from eachchild.cube.plan import (
    FEWEST_STUDENTS,
    FEWEST_WRITERS,
    NEEDS,
    AbsencePlan,
    AdultPlan,
    CountPlan,
    CoursePlan,
    EventPlan,
    GradePlan,
    MonthPlan,
    SupportPlan,
    WordPlan,
    absence_plans,
    adult_plans,
    course_plans,
    event_plans,
    grade_plans,
    month_plans,
    student_plans,
    support_plans,
    word_plans,
)
from eachchild.cube.recount import Recount, recount
from eachchild.cube.rollups import Rollups
from eachchild.cube.store import definition, definition_hash, restore, store

__all__ = [
    "ALL_PLACES", "EVERYWHERE", "FEWEST_STUDENTS", "FEWEST_WRITERS", "NEEDS", "POOLED",
    "POOLED_YEARS", "AbsenceBlock", "AbsencePlan", "AdultBlock", "AdultPlan", "Block", "CountPlan",
    "CourseBlock", "CoursePlan", "Cube", "CubeError", "EventBlock", "EventPlan", "GradeBlock",
    "GradePlan", "Margin", "MonthBlock", "MonthPlan", "Places", "Recount", "Rollups",
    "SupportBlock", "SupportPlan", "Tally", "Turnover", "WordBlock", "WordPlan", "absence_plans",
    "adult_plans", "count_all", "course_plans", "definition", "definition_hash", "event_plans",
    "grade_plans", "margin", "month_plans", "recount", "restore", "store", "student_plans",
    "support_plans", "word_plans",
]  # fmt: skip
