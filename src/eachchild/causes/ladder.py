"""Ordered answers to the same act: who is answered more severely, from a word to expulsion.

A ladder loses nothing to a single line between excluding and other answers, and needs no distance
between its rungs: only which of two answers is the severer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

import numpy as np
from scipy.special import expit, logit

from eachchild.causes.repeats import tempered_twice
from eachchild.measures.comparisons import GapTest, normal_test
from eachchild.measures.counts import Counts, Known, Numbers, Whole
from eachchild.measures.rates import quantile
from eachchild.measures.stratified import Fold

SMALL = 60  # referrals of a comparison in telling strata; above them the normal test is right
_MOST = 100_000  # sums that an exact law may have
_SAME = 1e-9  # sums nearer than this are equal but for rounding


@dataclass(frozen=True, slots=True)
class Ladder:
    """Referrals by stratum (a row) and answer (a column, the mildest first)."""

    group: Whole
    others: Whole

    def at_least(self, rung: int) -> tuple[Counts, Counts]:
        """Both groups' referrals that had this answer or a severer one, of all of them.

        >>> one = Ladder(np.array([[3, 2, 1]]), np.array([[5, 0, 0]]))
        >>> one.at_least(1)[0]
        Counts(events=array([3]), n=array([6]))
        """
        group, others = (
            Counts(side[:, rung:].sum(axis=1), side.sum(axis=1))
            for side in (self.group, self.others)
        )
        return group, others


@dataclass(frozen=True, slots=True)
class Severer:
    """Whether one group's referrals are answered more severely; one entry a comparison."""

    superiority: Numbers  # chance that of two referrals the group's is the severer, ties half
    low: Numbers
    high: Numbers
    test: GapTest  # van Elteren's, by the normal law
    p: Numbers  # exact where `exact`; else the test's
    exact: Known
    strata: Whole  # that hold both groups and more than one answer
    skipped: Whole
    known: Known  # False: no such stratum; the superiority is a half and p is 1


def severer(
    ladder: Ladder, fold: Fold, *, dispersion: float = 1.0, confidence: float = 0.95
) -> Severer:
    """Compare two groups' answers inside strata by their ranks there.

    The superiority of each stratum is weighed by n1 n0 / (N + 1), so that it and van Elteren's
    statistic are the same sum. Its interval is made on the logit scale from the spread of each
    group's placements (from the law of no difference where a group is a single referral). The exact
    p is the chance, when each stratum's answers are handed round in it, of a sum that lies as far
    from its mean; it is made for up to 60 referrals. `dispersion` is that of students who come
    again (`dispersion_of_repeats`): it tempers both tests and widens the interval.

    Raises ValueError for shapes that do not fit or counts below 0.

    Sources: van Elteren, P. H. (1960), Bull. Int. Stat. Inst. 37: 351-361; for ties Lehmann, E. L.
    (1975), Nonparametrics; for the placements DeLong, E. R. et al. (1988), Biometrics 44: 837-845.

    >>> from eachchild.measures.stratified import one_cell
    >>> found = severer(Ladder(np.array([[0, 3]]), np.array([[3, 0]])), one_cell(1))
    >>> float(found.superiority[0]), float(found.p[0].round(6)), bool(found.exact[0])
    (1.0, 0.1, True)
    """
    _check(ladder, fold)
    ranks = _ranked(ladder)
    strata, skipped = (fold.sum(x).astype(np.int64) for x in (ranks.tells, ~ranks.tells))
    known = strata > 0
    weight = fold.sum(ranks.weight)
    safe = np.where(known, weight, 1.0)
    level = np.where(known, fold.sum(ranks.weight * ranks.superiority) / safe, 0.5)
    surplus = fold.sum(ranks.weight * (ranks.superiority - 0.5))
    null = fold.sum(ranks.weight**2 * ranks.null) * dispersion
    test = normal_test(surplus / np.sqrt(np.where(known, null, 1.0)), known)
    error = np.sqrt(fold.sum(ranks.weight**2 * ranks.variance) * dispersion) / safe
    low, high = _interval(level, error, quantile(confidence))
    p, exact = test.p.copy(), np.zeros(known.shape, np.bool_)
    for cell, rows in _small(ladder, ranks, fold):
        found = _exact(ladder.group[rows], ladder.others[rows])
        if found is not None:
            p[cell] = tempered_twice(np.array([found]), dispersion)[0]
            exact[cell] = True
    return Severer(level, low, high, test, p, exact, strata, skipped, known)


@dataclass(frozen=True, slots=True)
class _Ranks:
    weight: Numbers  # 0 where a stratum says nothing
    superiority: Numbers
    variance: Numbers  # of the superiority
    null: Numbers  # of the superiority if answers were handed round
    tells: Known


def _ranked(ladder: Ladder) -> _Ranks:
    g, o = ladder.group.astype(np.float64), ladder.others.astype(np.float64)
    n1, n0 = g.sum(axis=1), o.sum(axis=1)
    N, tied = n1 + n0, g + o
    tells = (n1 > 0) & (n0 > 0) & (tied.max(axis=1) < N)
    safe1, safe0, safe = (np.where(tells, x, 2.0) for x in (n1, n0, N))
    placed = (np.cumsum(o, axis=1) - o / 2) / safe0[:, None]  # of others, below each rung
    above = 1 - (np.cumsum(g, axis=1) - g / 2) / safe1[:, None]
    superiority = np.where(tells, (g * placed).sum(axis=1) / safe1, 0.5)
    ties = (tied**3 - tied).sum(axis=1) / (safe * (safe - 1))
    null = (safe + 1 - ties) / (12 * safe1 * safe0)
    spread1, spread0 = (
        (side * (place - superiority[:, None]) ** 2).sum(axis=1) / (np.maximum(n - 1, 1) * n)
        for side, place, n in ((g, placed, safe1), (o, above, safe0))
    )
    apart = np.where((n1 > 1) & (n0 > 1), spread1 + spread0, null)
    weight = np.where(tells, safe1 * safe0 / (safe + 1), 0.0)
    return _Ranks(weight, superiority, apart, null, tells)


def _interval(level: Numbers, error: Numbers, z: float) -> tuple[Numbers, Numbers]:
    """On the logit scale; the whole range where every answer of one group is the severer."""
    open_ = (level > 0) & (level < 1)
    middle = np.where(open_, level, 0.5)
    half = z * error / (middle * (1 - middle))
    low, high = expit(logit(middle) - half), expit(logit(middle) + half)
    return np.where(open_, low, 0.0), np.where(open_, high, 1.0)


def _small(ladder: Ladder, ranks: _Ranks, fold: Fold) -> Iterator[tuple[int, Whole]]:
    """The comparisons that are small enough for an exact law, and their telling strata."""
    size = ladder.group.sum(axis=1) + ladder.others.sum(axis=1)
    total = fold.sum(np.where(ranks.tells, size, 0))
    for cell in np.flatnonzero((total > 0) & (total <= SMALL)):
        yield int(cell), np.flatnonzero(ranks.tells & (fold.cell == cell))


def _exact(group: Whole, others: Whole) -> float | None:
    """The chance of a sum as far from its mean; None where there are too many sums to list."""
    sums, chance, seen = np.zeros(1), np.ones(1), 0.0
    for mine, theirs in zip(group, others, strict=True):
        tied, n = mine + theirs, int(mine.sum())
        size = int(tied.sum())
        # Twice the middle rank less its mean, so that all are whole numbers about 0.
        score = 2 * np.cumsum(tied) - tied - size
        seen += float(mine @ score) / (size + 1)
        one, ways = _dealt(tied, score, n)
        if len(sums) * len(one) > _MOST:
            return None
        sums = (sums[:, None] + one[None, :] / (size + 1)).ravel()
        chance = (chance[:, None] * ways[None, :]).ravel()
        order = np.argsort(sums, kind="stable")
        sums, chance = sums[order], chance[order]
        first = np.flatnonzero(np.diff(sums, prepend=-np.inf) > _SAME)
        sums, chance = sums[first], np.add.reduceat(chance, first)
    return float(min(chance[np.abs(sums) >= abs(seen) - _SAME].sum(), 1.0))


def _dealt(tied: Whole, score: Whole, n: int) -> tuple[Whole, Numbers]:
    """Every sum of scores that `n` of a stratum's referrals can have, and its chance."""
    ways: dict[tuple[int, int], int] = {(0, 0): 1}
    for count, each in zip(tied.tolist(), score.tolist(), strict=True):
        more: dict[tuple[int, int], int] = {}
        for (taken, total), number in ways.items():
            for k in range(min(count, n - taken) + 1):
                key = taken + k, total + k * each
                more[key] = more.get(key, 0) + number * comb(count, k)
        ways = more
    full = {total: number for (taken, total), number in ways.items() if taken == n}
    all_ways = comb(int(tied.sum()), n)
    chance = np.array([number / all_ways for number in full.values()])
    return np.array(list(full), np.int64), chance


def _check(ladder: Ladder, fold: Fold) -> None:
    group, others = ladder.group, ladder.others
    if group.ndim != 2 or group.shape != others.shape or len(group) != len(fold.cell):
        raise ValueError(
            "a ladder has one row a stratum and one column an answer, for both groups alike; "
            f"these have the shapes {group.shape} and {others.shape}, of {len(fold.cell)} strata"
        )
    if (group < 0).any() or (others < 0).any():
        raise ValueError("referrals cannot be below 0")
