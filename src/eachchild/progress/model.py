"""What progress is asked and what it answers: series of counts, goals, and verdicts."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Known = NDArray[np.bool_]


class Verdict(StrEnum):
    """What can be said of a change; `CANNOT_TELL` is an answer, not a failure."""

    IMPROVING = "improving"
    NO_CHANGE = "no_change"  # a change of the size aimed at would have shown, and did not
    WORSE = "worse"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Series:
    """Counts in order of time, one entry a school year or a month.

    `n` is what could have happened: students, or days enrolled where `is_count` (an event may then
    happen more than once to one student). `season` is equal for entries that are compared with
    each other: the calendar month 1 to 12, or 0 where an entry is a whole school year. An entry of
    which a number is hidden or was not collected is not `known`; its counts are 0.
    """

    label: tuple[str, ...]  # `2024-25`, or `2024-09`
    n: Whole
    events: Whole
    season: Whole
    known: Known
    is_count: bool = False

    @property
    def is_monthly(self) -> bool:
        """Whether an entry is a month."""
        return bool(self.season.size and self.season[0])


@dataclass(frozen=True, slots=True)
class Watched:
    """What a goal is judged by: the group's own counts, those of whom it is compared with, and
    what should not get worse beside it; over the same times.

    `schools` has the group's yearly counts of each school that took part (`here`) or did not.
    """

    group: Series
    reference: Series
    balancing: tuple[tuple[str, Series], ...] = ()  # by the name of the measure
    schools: tuple[tuple[bool, Series], ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal as it was agreed: which gap, seen in which years, and what is to change from when.

    It aims at a rate, or at closing a `share` of the gap: of a copy the rate is then worked out
    from what the copy tells, so that no copy says what only insiders counted.
    """

    id: str
    outcome: str
    group: str
    reference: str
    place: str
    chosen_on: tuple[str, ...]  # the school years whose numbers the goal was chosen by
    begins: str  # the first month of the change, `2025-09`
    target: float  # the group's rate that is aimed at; 0 until it is worked out from a share
    lower_is_better: bool
    balancing: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()  # where the change is made; none: everywhere
    share: float = 0.0  # of the gap that is to close; 0: the rate is given
