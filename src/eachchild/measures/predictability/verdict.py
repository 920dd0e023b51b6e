"""What may be said: nothing, "cannot tell", an interval or a number; and which road it takes."""

from enum import StrEnum

from eachchild.measures.predictability.cells import Cells

FEWEST_EVENTS = 5
SOME, ENOUGH, PLENTY = 10, 50, 100  # information: students x rate x (1 - rate)
LEVEL = 0.05
MARGIN = 0.10


class Showing(StrEnum):
    """How much of the index a reader may see."""

    NOTHING = "nothing"  # fewer than five events, or than five students without one
    CANNOT_TELL = "cannot_tell"
    INTERVAL = "interval"
    NUMBER = "number"


class Verdict(StrEnum):
    """The answer to "does identity predict this outcome?"."""

    GAP = "gap"
    NO_GAP = "no_gap"
    CANNOT_TELL = "cannot_tell"


class Road(StrEnum):
    """By which of the tests identity goes with the outcome."""

    INSIDE = "inside schools"
    BETWEEN = "between schools"
    BOTH = "both"
    SCHOOL = "through which school a student attends"  # true here; not of schools like these
    NONE = "none"


def information(cells: Cells) -> float:
    """Students x rate x (1 - rate): what the counts can tell, on one scale for every rate."""
    return cells.students * cells.base_rate * (1 - cells.base_rate)


def showing(cells: Cells) -> Showing:
    """How much of the index these counts can carry."""
    events = int(cells.total[0].sum())
    if min(events, cells.students - events) < FEWEST_EVENTS:
        return Showing.NOTHING
    told = information(cells)
    if told < SOME:
        return Showing.CANNOT_TELL
    return Showing.INTERVAL if told < ENOUGH else Showing.NUMBER


def verdict(shown: Showing, q: float, *, high: float, margin: float = MARGIN) -> Verdict:
    """Judge by the adjusted p-value of both tests, then by the interval's upper end.

    `q` is the p-value inside and between schools after adjustment over the outcomes; `high` and
    `margin` lie between 0 and 1. No finding is not "no gap": that takes a high end within the
    margin.

    >>> str(verdict(Showing.NUMBER, 0.3, high=0.08)), str(verdict(Showing.NUMBER, 0.3, high=0.2))
    ('no_gap', 'cannot_tell')
    """
    if shown in (Showing.NOTHING, Showing.CANNOT_TELL):
        return Verdict.CANNOT_TELL
    if q <= LEVEL:
        return Verdict.GAP
    return Verdict.NO_GAP if high <= margin else Verdict.CANNOT_TELL


def road(total: float, *, inside: float, between: float) -> Road:
    """Name the tests that reject, from their p-values; `total` may be one adjusted for many."""
    found = (inside <= LEVEL, between <= LEVEL)
    if all(found):
        return Road.BOTH
    if any(found):
        return Road.INSIDE if found[0] else Road.BETWEEN
    return Road.SCHOOL if total <= LEVEL else Road.NONE
