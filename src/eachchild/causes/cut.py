"""Whether one score alone decides who is let in: nearly nobody below it, a share of all above."""

from dataclasses import dataclass

import numpy as np

from eachchild.causes.gate import Scores
from eachchild.measures.comparisons import risk_difference
from eachchild.measures.counts import Counts, Numbers, Whole

_HARDLY = 0.05  # of the rate above a cut: that of those below it
_AT_ONCE = 0.5  # of the rate above: that of the first bin wholly above, or it is a slope
_ABOVE = 3  # bins wholly above a cut, or a slope's end looks like one


@dataclass(frozen=True, slots=True)
class ScoreCut:
    """A cut, and the part of a gap that goes with how many of each group are above it."""

    at: float  # the lowest score of the bin that the cut lies in
    below: float  # rate of enrollment, all groups together
    above: float
    group: float  # shares of students in the bin of the cut or above
    others: float
    share: float  # of the gap
    low: float  # 95 % interval
    high: float


def score_cut(grid: Scores, group: int, reference: int, *, gap: float) -> ScoreCut | None:
    """Find the score that alone lets students in; None where enrollment rises bit by bit.

    Of the bins below which hardly anybody is enrolled, and right above which the rate is at once
    near that of all above, it is the one with the largest rise. A cut may lie anywhere inside its
    bin. `gap` is the difference of rates that a part is told of: that of the shares above the cut,
    times the mean of both groups' rates above it (Kitagawa 1955). Its interval is Newcombe's for
    the difference of shares.

    >>> n = np.full((2, 1, 8), 50)
    >>> n[0, 0, :4], n[1, 0, 4:] = 80, 80
    >>> grid = Scores(np.arange(8.0), n, np.where(np.arange(8) >= 3, n // 2, 0))
    >>> found = score_cut(grid, 0, 1, gap=-0.1)
    >>> found is not None and (found.at, found.below, found.above)
    (3.0, 0.0, 0.5)
    """
    n, enrolled = (x.sum(axis=(0, 1)) for x in (grid.students, grid.enrolled))
    rates = Counts(enrolled, n).rate
    at = _largest_rise(enrolled, n, rates)
    if at is None or not gap:
        return None
    ours, theirs = (_above(grid, side, at) for side in (group, reference))
    lets_in = [_rate(grid.enrolled[side, :, at:], grid.students[side, :, at:])
               for side in (group, reference)]  # fmt: skip
    moved = risk_difference(ours, theirs)
    parts = np.array([moved.difference[0], moved.low[0], moved.high[0]]) * np.mean(lets_in) / gap
    return ScoreCut(
        float(grid.scores[at]), _rate(enrolled[:at], n[:at]),
        _rate(enrolled[at + 1 :], n[at + 1 :]), float(ours.rate[0]), float(theirs.rate[0]),
        float(parts[0]), float(parts[1:].min()), float(parts[1:].max()),
    )  # fmt: skip


def _largest_rise(enrolled: Whole, n: Whole, rates: Numbers) -> int | None:
    """The bin of the cut, among those that may have one."""
    able = {}
    for at in range(1, len(n) - _ABOVE):
        below = _rate(enrolled[:at], n[:at])
        above = _rate(enrolled[at + 1 :], n[at + 1 :])
        if below <= _HARDLY * above and rates[at + 1] >= _AT_ONCE * above > 0:
            able[at] = float(rates[at + 1] - rates[at - 1])
    if not able:
        return None
    best = max(able, key=able.__getitem__)
    hardly = _HARDLY * _rate(enrolled[best + 1 :], n[best + 1 :])
    return best + 1 if rates[best] <= hardly else best  # a cut where a bin ends is the next one's


def _above(grid: Scores, side: int, at: int) -> Counts:
    students = grid.students[side]
    return Counts(*(np.array([x.sum()]) for x in (students[:, at:], students)))


def _rate(events: Whole, n: Whole) -> float:
    return float(events.sum() / max(int(n.sum()), 1))
