"""At which step a gap is made: of those who came so far, how many of each group go on.

Only steps whose people are all among those of the step before can be put in a row. Then the ratio
of the two groups at the last step is the product of the ratios at each, exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.measures.comparisons import risk_ratio
from eachchild.measures.counts import Counts, Whole, counts


class NotNestedError(ValueError):
    """A step has people who are not among those of the step before; the message says how many."""


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

    @property
    def is_known(self) -> bool:
        """Whether this step's ratio can be told."""
        return bool(np.isfinite(self.ratio))


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps in a row. `ratio` is the group's rate at the end over the others'; nan: not known."""

    steps: tuple[Step, ...]
    ratio: float


def chain(names: Sequence[str], group: Sequence[int], others: Sequence[int]) -> Chain:
    """Part the ratio of two groups by the steps that lead to it.

    `group` and `others` have how many are there at the start, then after each of the named steps.
    The share of a step is its part of the sum of logarithms. A step at which nobody of one group
    goes on cannot be told; the others keep their ratios and are not made larger for it. Raises
    NotNestedError where a later step has more people than the one before.

    >>> two = chain(("suspended", "again"), (1000, 100, 50), (1000, 50, 20))
    >>> [(s.name, round(s.ratio, 2), round(s.share, 3)) for s in two.steps], round(two.ratio, 2)
    ([('suspended', 2.0, 0.756), ('again', 1.25, 0.244)], 2.5)
    """
    for came, went, name in zip((*group[:-1], *others[:-1]), (*group[1:], *others[1:]),
                                (*names, *names), strict=True):  # fmt: skip
        if went > came:
            raise NotNestedError(f"{went} are counted at '{name}', of {came} before it")
    mine, theirs = (counts(side[1:], side[:-1]) for side in (group, others))
    ratios = risk_ratio(mine, theirs)
    value = np.full(len(names), np.nan)
    np.divide(mine.rate, theirs.rate, out=value, where=(mine.events > 0) & (theirs.events > 0))
    low, high = (np.where(ratios.known, x, np.nan) for x in (ratios.low, ratios.high))
    whole = float(np.prod(value))
    with np.errstate(divide="ignore", invalid="ignore"):  # without a gap there are no shares of it
        shares = np.log(value) / np.log(whole) if whole != 1 else np.full(len(value), np.nan)
    pairs = zip(group[:-1], others[:-1], group[1:], others[1:], strict=True)
    steps = (
        Step(name, (a, b), (c, d), float(value[at]), float(low[at]), float(high[at]),
             float(shares[at]))
        for at, (name, (a, b, c, d)) in enumerate(zip(names, pairs, strict=True))
    )  # fmt: skip
    return Chain(tuple(steps), whole)


def refuse_unnested(name: str, before: Counts, after: Whole) -> None:
    """Refuse a step that in some place has more people than the one before it.

    In sum it may have fewer and still have others among them: places tell.
    """
    more = after > before.events
    if more.any():
        raise NotNestedError(
            f"in {int(more.sum())} of {len(after)} places more students are counted at '{name}' "
            "than at the step before, so not all of its people are among those"
        )
