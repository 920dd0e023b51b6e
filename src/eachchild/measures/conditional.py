"""The law of a group's events over strata whose margins are held fixed, at any common odds ratio.

Given how many students each group has in a stratum and how many met the outcome, the group's
events there follow Fisher's noncentral hypergeometric law, and their sum over strata the
convolution of these. All terms are positive and are made by products and sums alone, so that every
chance down to 1e-30 is right to 1e-13 of itself, in the tails as in the middle, with hundreds of
strata of thousands of students (a Fourier transform would be right to 1e-16 of the largest). What
is cut off weighs less than 1e-45 together.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from eachchild.measures.counts import Numbers, Whole, log_sum
from eachchild.measures.homogeneity import expected_events
from eachchild.measures.stratified import Fourfold

_CUT = 1e-50  # chances below it, of a stratum or of a sum of strata, are left out
_MARGIN = np.log(1e-20)  # what the ends of a law may weigh at another odds ratio
_ROOT = 1e-13  # of a log odds ratio


@dataclass(frozen=True, slots=True)
class Law:
    """The chance of each possible sum, without the far tails."""

    start: int  # the sum that the first chance is of
    chance: Numbers
    log_odds: float  # the log odds ratio it was made at
    lowest: int  # the least and the greatest sum that the margins allow
    highest: int

    def logs(self, log_odds: float) -> Numbers:
        """The logs of the same sums' chances at another odds ratio, as far as the law reaches.

        >>> half = Law(0, np.array([0.5, 0.5]), 0.0, 0, 1)
        >>> np.exp(half.logs(np.log(3.0)))
        array([0.25, 0.75])
        """
        by = log_odds - self.log_odds
        logs = np.log(self.chance) + by * np.arange(self.chance.size)
        return np.asarray(logs - log_sum(logs), np.float64)

    def reaches(self, log_odds: float) -> bool:
        """Whether at another odds ratio, too, what was left out weighs nothing."""
        logs, end = self.logs(log_odds), self.start + self.chance.size - 1
        below = self.start == self.lowest or logs[0] < _MARGIN
        return bool(below and (end == self.highest or logs[-1] < _MARGIN))


@dataclass(frozen=True, slots=True)
class Margins:
    """Strata of one comparison, each with both groups and both outcomes; at least one."""

    n1: Numbers  # students of the group
    n0: Numbers  # of the others
    met: Numbers  # of both, with the outcome

    @property
    def lowest(self) -> int:
        """The fewest of the group who can have met it, over all strata."""
        return int(np.maximum(self.met - self.n0, 0).sum())

    @property
    def highest(self) -> int:
        """The most of the group who can have met it, over all strata."""
        return int(np.minimum(self.n1, self.met).sum())

    def law(self, log_odds: float) -> Law:
        """Add stratum after stratum, the narrow ones first.

        >>> one = Margins(np.array([2.0, 2.0]), np.array([2.0, 2.0]), np.array([1.0, 1.0]))
        >>> one.law(0.0).chance
        array([0.25, 0.5 , 0.25])
        """
        start, chances = self._apart(log_odds, _CUT)
        first = int(start.sum())
        parts = []
        for row in chances:
            skipped, part = _cut(row)
            first += skipped
            parts.append(part)
        while len(parts) > 1:
            parts.sort(key=len)
            merged = [np.convolve(a, b) for a, b in zip(parts[::2], parts[1::2], strict=False)]
            parts = parts[2 * len(merged) :]
            for whole in merged:
                skipped, part = _cut(whole)
                first += skipped
                parts.append(part)
        chance = parts[0] / parts[0].sum()
        return Law(first, chance, log_odds, self.lowest, self.highest)

    def log_odds_at(self, mean: float) -> float:
        """The log odds ratio at which the expected sum is `mean`, strictly between the limits.

        >>> one = Margins(np.array([2.0]), np.array([2.0]), np.array([1.0]))
        >>> round(float(np.exp(one.log_odds_at(0.75))), 9)
        3.0
        """
        return root(lambda log_odds: self._mean(log_odds) - mean, 0.0)

    def _mean(self, log_odds: float) -> float:
        start, chances = self._apart(log_odds, 1e-20)
        return float((start + chances @ np.arange(chances.shape[1])).sum())

    def _apart(self, log_odds: float, cut: float) -> tuple[Whole, Numbers]:
        """Each stratum's chances about its likeliest count, and the count the first is of."""
        low, high = np.maximum(self.met - self.n0, 0), np.minimum(self.n1, self.met)
        ratio, none = np.full(self.n1.shape, np.exp(log_odds)), np.zeros(self.n1.shape)
        table = Fourfold(none, none, self.met, none, self.n1, self.n0, none)
        center = np.clip(np.rint(expected_events(ratio, table)), low, high)
        # The count less its least is a sum of independent yes-or-no draws (its generating function
        # has real roots only), so Bernstein's bound says where its tails are below the cut.
        variance = (center - low + 1) * (high - center + 1) / np.maximum(high - low, 1)
        logs = -np.log(cut)
        half = np.ceil(logs / 3 + np.sqrt(logs**2 / 9 + 2 * logs * variance)) + 2
        up = np.arange(1, int(np.minimum(half, high - center).max()) + 1)
        down = np.arange(0, int(np.minimum(half, center - low).max()))
        n1, n0, met, middle = (x[:, None] for x in (self.n1, self.n0, self.met, center))
        odds = ratio[:, None]
        x = middle + up
        above = odds * np.maximum(n1 - x + 1, 0) * np.maximum(met - x + 1, 0) / (x * (n0 - met + x))
        x = middle - down
        below = np.maximum(x, 0) * np.maximum(n0 - met + x, 0)
        below = below / (odds * (n1 - x + 1) * (met - x + 1))
        after, before = np.cumprod(above, axis=1), np.cumprod(below, axis=1)
        chances = np.concatenate((before[:, ::-1], np.ones(odds.shape), after), axis=1)
        chances /= chances.sum(axis=1, keepdims=True)
        return (center - down.size).astype(np.int64), chances


def root(function: Callable[[float], float], near: float) -> float:
    """Where a monotone function is 0, looked for on both sides of a first guess.

    >>> round(root(lambda x: 5 - x, 0.0), 9)
    5.0
    """
    step = 1.0
    while function(near - step) * function(near + step) > 0:
        step *= 2
    return float(brentq(function, near - step, near + step, xtol=_ROOT, rtol=1e-15))


def _cut(chance: Numbers) -> tuple[int, Numbers]:
    """Leave out what weighs nothing at either end; and how many entries went from the start."""
    kept = np.flatnonzero(chance > _CUT)
    return int(kept[0]), chance[kept[0] : kept[-1] + 1]
