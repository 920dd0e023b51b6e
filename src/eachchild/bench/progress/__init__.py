"""Verdicts on districts of known truth: false alarms, coverage, and what a change is seen by.

Goals are the worst of many groups, months have seasons and share what they bring, years differ,
terms are uneven, and each goal is judged at three reviews.
"""

from collections.abc import Mapping

from eachchild.bench.progress.study import (
    Row,
    full_rows,
    grid,
    is_null,
    read_rows,
    scenario_of,
    scenario_rows,
)
from eachchild.bench.progress.world import Scenario

__all__ = [
    "Row", "Scenario", "full_rows", "grid", "is_null", "read_rows", "run", "scenario_of",
    "scenario_rows",
]  # fmt: skip

_DRAWS = 40


def run(seed: int) -> Mapping[str, object]:
    """A few districts of every scenario, added up."""
    rows = [r for s in grid() for r in scenario_rows(s, draws=_DRAWS, seed=seed)]
    rows = [r for r in rows if r.districts == _DRAWS]
    quiet = [r for r in rows if r.review == 0 and is_null(scenario_of(r))]
    single = [r for r in rows if r.review]
    works = [r for r in single if r.review == 3 and not is_null(scenario_of(r))]
    return {
        "districts": _DRAWS * len(grid()),
        "quiet": _DRAWS * len(quiet),
        "false_alarms": _mean([(r.improving + r.worse) / 100 for r in quiet]),
        "coverage": _mean([r.covered / 100 for r in single]),
        "power": [
            {
                "monthly": r.monthly,
                "students": r.size,
                "change": r.change,
                "years_differ": r.years_differ,
                "seen": r.improving / 100,
                "expected": r.expected / 100,
            }
            for r in works
        ],
    }


def _mean(values: list[float]) -> float:
    return round(sum(values) / len(values), 4)
