"""At which step a gap is made: of those who came so far, how many of each group go on.

Only steps whose people are all among those of the step before can be put in a row. Then the ratio
of the two groups at the last step is the product of the ratios at each, exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.causes.jackknife import half_width
from eachchild.measures.comparisons import risk_ratio
from eachchild.measures.counts import Numbers, Whole, counts

_ODD = 0.001  # of those at a step: so many may be a source's mistake, more are other people


class NotNestedError(ValueError):
    """A step has people who are not among those of the step before, in some places.

    `step` is empty where the steps are asked of different numbers of students.
    """

    def __init__(self, step: str = "", more: int = 0, places: int = 0) -> None:
        self.step, self.more, self.places = step, more, places
        why = "the steps are asked of different numbers of students"
        if step:
            why = (
                f"in {more} of {places} places more students are counted at '{step}' than at the "
                "step before, so not all of its people are among those"
            )
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Step:
    """How many of each group go on from the step before, and the ratio of the two shares."""

    name: str
    came: tuple[int, int]  # of the group and of the others, who could go on
    went: tuple[int, int]  # those who did
    ratio: float  # nan: it cannot be told, for somewhere nobody went on
    low: float
    high: float
    share: float  # of the whole gap, as logarithms of ratios; nan where any step cannot be told
    share_low: float  # 95 % interval, had other places such as these been counted; nan: one place
    share_high: float

    @property
    def is_known(self) -> bool:
        """Whether this step's ratio can be told."""
        return bool(np.isfinite(self.ratio))


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps in a row. `ratio` is the group's rate at the end over the others'; nan: not known."""

    steps: tuple[Step, ...]
    ratio: float


def chain(
    names: Sequence[str], group: Sequence[Whole] | Whole, others: Sequence[Whole] | Whole, *,
    confidence: float = 0.95,
) -> Chain:  # fmt: skip
    """Part the ratio of two groups by the steps that lead to it.

    `group` and `others` have how many are there at the start, then after each of the named steps,
    one number a place. The share of a step is its part of the sum of logarithms, and its interval
    leaves out one place after the other. A step at which nobody of one group goes on cannot be
    told; the others keep their ratios and are not made larger for it. The first step is a rate like
    any other: a place that counts its students on one day may have more at it than students. Raises
    NotNestedError where in some places a later step has more people than the one before, beyond one
    in a thousand that may be a mistake: in sum it may have fewer and still have others among them.

    >>> two = chain(("suspended", "again"), [[1000], [100], [50]], [[1000], [50], [20]])
    >>> [(s.name, round(s.ratio, 2), round(s.share, 3)) for s in two.steps], round(two.ratio, 2)
    ([('suspended', 2.0, 0.756), ('again', 1.25, 0.244)], 2.5)
    """
    sides = np.array([group, others], np.int64)  # group and others, steps, places
    _refuse_unnested(names, sides)
    came, went = (part.sum(axis=2) for part in (sides[:, :-1], sides[:, 1:]))
    mine, theirs = counts(went[0], came[0]), counts(went[1], came[1])
    bounds = risk_ratio(mine, theirs)
    low, high = (np.where(bounds.known, x, np.nan) for x in (bounds.low, bounds.high))
    ratios = _ratios(sides.sum(axis=2))
    shares = _shares(ratios)
    alone = _shares(_ratios(sides.sum(axis=2)[..., None] - sides))
    spread = half_width(alone, confidence=confidence)
    numbers = np.array([ratios, low, high, shares, shares - spread, shares + spread]).T
    pairs = [[(int(a), int(b)) for a, b in x.T] for x in (came, went)]
    steps = (
        Step(name, before, after, *map(float, own))
        for name, before, after, own in zip(names, *pairs, numbers, strict=True)
    )
    return Chain(tuple(steps), float(np.prod(ratios)))


def _ratios(people: Whole) -> Numbers:
    """Of people by side and step the ratio of the two sides' shares at each step."""
    came, went = people[:, :-1].astype(float), people[:, 1:].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Numbers = (went[0] * came[1]) / (came[0] * went[1])
    found[(went == 0).any(axis=0)] = np.nan
    return found


def _shares(ratios: Numbers) -> Numbers:
    """Each step's part of the whole; without a gap there are no shares of it."""
    logs = np.log(ratios)
    whole = logs.sum(axis=0)
    found: Numbers = np.divide(logs, whole, out=np.full_like(logs, np.nan), where=whole != 0)
    return found


def _refuse_unnested(names: Sequence[str], sides: Whole) -> None:
    for at, name in list(enumerate(names))[1:]:
        more = np.maximum(sides[:, at + 1] - sides[:, at], 0)
        if more.sum() > _ODD * sides[:, at + 1].sum():
            raise NotNestedError(name, int(more.any(axis=0).sum()), more.shape[1])
