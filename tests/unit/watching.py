"""Counts as a test says them, put in the place of an audit, for the tests of progress."""

from collections.abc import Sequence

import numpy as np

from eachchild.findings import Phrases
from eachchild.progress.audited import Audited
from eachchild.progress.model import Goal, Series, Watched
from eachchild.progress.said import Say
from eachchild.progress.series import yearly
from eachchild.progress.watch import Asked, Watcher
from eachchild.terms.catalogue import words
from eachchild.terms.outcomes import Outcome, built_in

YEARS = ("2021-22", "2022-23", "2023-24", "2024-25")
KNOWN = np.ones(4, np.bool_)
SCHOOL_MONTHS = tuple(
    f"{year + (month < 7)}-{month:02d}"
    for year in (2021, 2022, 2023, 2024)
    for month in (8, 9, 10, 11, 12, 1, 2, 3, 4, 5)
)


def whole(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(numbers, np.int64)


def years(events: Sequence[int], n: int = 1000, *, is_count: bool = False) -> Series:
    return yearly(YEARS, np.full(4, n), whole(*events), known=KNOWN, is_count=is_count)


def months(events: int, n: int = 1000) -> Series:
    size = len(SCHOOL_MONTHS)
    season = whole(*(int(label[5:]) for label in SCHOOL_MONTHS))
    return Series(
        SCHOOL_MONTHS, np.full(size, n), np.full(size, events), season, np.ones(size, np.bool_)
    )


class Given:
    """Counts as a test says them, by outcome and group; months by measure."""

    def __init__(self, told: dict[tuple[str, str], Series], places: Sequence[str] = ()) -> None:
        self._told, self._places = told, tuple(places)

    def yearly(self, outcome: Outcome, group: str, place: str, by: Sequence[str]) -> Series | None:
        return self._told.get((outcome.name, group))

    def monthly(self, measure: str, group: str, place: str, by: Sequence[str]) -> Series | None:
        return self._told.get((f"months of {measure}", group))

    def schools(self) -> tuple[str, ...]:
        return self._places


BLACK, WHITE = "race=black", "race=white"


def audited(
    told: dict[tuple[str, str], Series], *findings: dict[str, object], audience: str = "internal",
    outcomes: Sequence[Outcome] = (),
) -> Audited:  # fmt: skip
    mine = {**built_in(), **{o.name: o for o in outcomes}}
    return Audited(
        audience, Phrases(words("en"), {}, {}), YEARS, mine, findings, {}, {}, {}, 8, Given(told)
    )


def finding(outcome: str, group: str = BLACK, reference: str = WHITE) -> dict[str, object]:
    return {
        "id": f"{outcome} {group}", "kind": "gap", "verdict": "gap", "outcome": outcome,
        "group": group, "reference": reference, "place": "all", "period": "2024-25",
    }  # fmt: skip


GOAL = Goal("g", "oss_any", BLACK, WHITE, "all", ("2022-23",), "2023-08", 0.05, True)


def asked(goal: Goal, group: Series, reference: Series) -> Asked:
    watcher = Watcher(audited({("oss_any", BLACK): group, ("oss_any", WHITE): reference}))
    baseline = watcher.baseline("oss_any", BLACK, ("all",), "2022-23")
    return Asked(goal, Watched(group, reference), baseline, 1.0)


SAY = Say(Phrases(words("en"), {}, {}), built_in()["oss_any"], BLACK, WHITE)
