"""Where a gap is made: between the places that students go to, or inside them.

What is left of a gap when students of the same place are compared is the gap inside such places;
the rest goes with which places they go to. Nested places (schools in districts) part it further.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eachchild.causes.jackknife import half_width
from eachchild.measures.counts import Counts, Numbers, Whole
from eachchild.measures.stratified import fourfold

Scale = Literal["risk_difference", "risk_ratio"]
SCALES: tuple[Scale, ...] = ("risk_difference", "risk_ratio")
INSIDE = "inside"


@dataclass(frozen=True, slots=True)
class Part:
    """What of a gap goes with one kind of place; the parts of a gap add up to it."""

    level: str  # which places of this level; or `inside` the last of them
    value: float  # a difference of rates, or of logarithms of them
    share: float  # of the whole gap; below 0 or above 1 where parts pull against each other
    low: float  # 95 % interval of the share
    high: float


@dataclass(frozen=True, slots=True)
class Split:
    """A gap and its parts, the widest places first. `within` has what is left at each level."""

    scale: Scale
    whole: float
    within: Mapping[str, float]
    parts: tuple[Part, ...]

    @property
    def is_known(self) -> bool:
        """Whether every part has an interval: none rests on a single place."""
        return bool(np.isfinite([(part.low, part.high) for part in self.parts]).all())


def split_by_places(
    group: Counts,
    others: Counts,
    levels: Sequence[tuple[str, Whole]],
    *,
    scale: Scale,
    apart: Whole | None = None,
    confidence: float = 0.95,
) -> Split | None:
    """Part a gap by nested places; None where no place has both groups, or a rate is nought.

    One entry a finest place. `levels` names each level, the widest first, with the number of the
    place that each entry belongs to. Inside places the groups are compared by the weights of Mantel
    and Haenszel; a place with students of one group alone, or with more events than students, says
    nothing of the inside, and counts for the whole gap only. The intervals leave out one finest
    place after the other (jackknife), or the entries of each number in `apart` together, so they
    are about other places such as these, and nan where there is one place alone.

    Sources: Greenland and Robins (1985), Biometrics 41: 55-68, for the weights; Efron (1982), The
    Jackknife, the Bootstrap and Other Resampling Plans.

    >>> from eachchild.measures.counts import counts
    >>> found = split_by_places(counts([8, 1], [40, 10]), counts([2, 4], [10, 40]),
    ...                         [("schools", np.array([0, 1]))], scale="risk_difference")
    >>> round(found.whole, 3), [(p.level, round(p.value, 3)) for p in found.parts]
    (0.06, [('schools', 0.06), ('inside', 0.0)])
    """
    everywhere = np.zeros(len(group.n), np.int64)
    out = np.arange(len(group.n)) if apart is None else np.unique(apart, return_inverse=True)[1]
    measured = [
        _left(group, others, place, out, scale) for place in (everywhere, *(p for _, p in levels))
    ]
    if not all(np.isfinite(whole) for whole, _ in measured):
        return None
    lefts = np.array([whole for whole, _ in measured])
    without = np.array([one for _, one in measured])  # a row a level, a column a place left out
    values = _parts(lefts)
    shares = values / lefts[0] if lefts[0] else np.full(len(values), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):  # without a place there may be no gap
        moved = _parts(without)
        spread = half_width(moved / without[0], confidence=confidence)
    names = (*(name for name, _ in levels), INSIDE)
    parts = zip(names, values, shares, shares - spread, shares + spread, strict=True)
    within = {name: float(left) for (name, _), left in zip(levels, lefts[1:], strict=True)}
    return Split(
        scale, float(lefts[0]), within,
        tuple(Part(name, *map(float, numbers)) for name, *numbers in parts),
    )  # fmt: skip


def _left(
    group: Counts, others: Counts, place: Whole, out: Whole, scale: Scale
) -> tuple[float, Numbers]:
    """The gap inside places of one level, and the same with each number of `out` left out."""
    wide, wide_others = _summed(group, place), _summed(others, place)
    pairs, pair = np.unique(np.stack([place, out]), axis=1, return_inverse=True)
    where, left_out = pairs
    above, below = _weighed(wide, wide_others, scale)
    above_without, below_without = _weighed(
        wide.take(where).minus(_summed(group, pair)),
        wide_others.take(where).minus(_summed(others, pair)), scale,
    )  # fmt: skip
    tops = above.sum() + np.bincount(left_out, above_without - above[where])
    bottoms = below.sum() + np.bincount(left_out, below_without - below[where])
    with np.errstate(divide="ignore", invalid="ignore"):  # callers ask whether it is finite
        left, lefts = above.sum() / below.sum(), tops / bottoms
        if scale == "risk_ratio":
            return float(np.log(left)), np.log(lefts)
    return float(left), lefts


def _summed(part: Counts, place: Whole) -> Counts:
    """The places of a wider level."""
    events, n = (np.bincount(place, weights=x).astype(np.int64) for x in (part.events, part.n))
    return Counts(events, n)


def _weighed(group: Counts, others: Counts, scale: Scale) -> tuple[Numbers, Numbers]:
    """What each place adds above and below the line of the pooled measure."""
    t = fourfold(group, others)
    if scale == "risk_ratio":
        return t.a * t.n0 / t.N, t.c * t.n1 / t.N
    return (t.a * t.n0 - t.c * t.n1) / t.N, t.n1 * t.n0 / t.N


def _parts(lefts: Numbers) -> Numbers:
    """What each level takes away, and what is left at last."""
    return np.concatenate([lefts[:-1] - lefts[1:], lefts[-1:]])
