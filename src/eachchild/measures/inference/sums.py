"""Inside schools, where a source gives each group's sum and nothing of how it is spread.

Days lost are heavy-tailed: a few students carry most of them. Without squares a school's variance
cannot be computed, but the sums show it: where identity changes nothing, how far each of a school's
groups is from the school's mean is a draw, so all its groups together tell what one group's surplus
varies by. A small group then does not vouch for its own noise, as it does in any test of its own
surpluses alone. `docs/decisions/two-tests.md` has the simulation.
"""

from dataclasses import dataclass, fields

import numpy as np
from scipy.special import stdtr

from eachchild.cube import EVERYWHERE, Block
from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.inference.tails import Score, two_sided
from eachchild.measures.stratified import Fold

FEWEST_SEEN = 20  # groups, each up to half of its school, to which anything happened
MANY = 50  # schools from which on they know what a group has everywhere
LEAST_MIXED = 0.3  # the chance that two students of a school are of two groups
_GAMMA = 2.0  # of a gamma law: third moment times mean over variance squared


@dataclass(frozen=True, slots=True)
class Amounts:
    """How far groups are from the mean of their school: sums, one entry a school and period."""

    place: Whole
    period: Whole
    squares: Numbers
    mixed: Numbers  # what `squares` would be if the variance were the mean
    whole: Numbers  # and if no two students were of one group
    cubes: Numbers  # weighted by what they would be if the third moment were the mean
    leverage: Numbers  # the squares of those weights
    freedom: Numbers  # groups less one
    seen: Numbers

    def at(self, place: Whole, period: Whole) -> "Amounts":
        """The entries of some schools and periods; zeros where nothing is known of one."""
        keys, wanted = (p * (1 << 20) + q for p, q in ((self.place, self.period), (place, period)))
        order = np.argsort(keys)
        at = np.minimum(np.searchsorted(keys[order], wanted), keys.size - 1)
        here = keys[order][at] == wanted
        named = {f.name: getattr(self, f.name)[order][at] * here for f in fields(self)}
        return Amounts(**named)

    def take(self, rows: Whole | Known) -> "Amounts":
        """The entries chosen by index or mask."""
        return Amounts(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def amounts_of(block: Block, outcome: str) -> Amounts:
    """Add up the groups of each school and period of a block; only groups whose sums are known.

    >>> from eachchild.cube import Tally
    >>> n, place = np.full(4, 10), np.zeros(4, np.int64)
    >>> tally = Tally.exact(n, np.array([9, 1, 1, 1]), missing=place)
    >>> block = Block(("race",), place, place, np.arange(4)[:, None], n, {"days_lost": tally})
    >>> amounts_of(block, "days_lost").squares
    array([48.])
    """
    tally = block.tallies[outcome]
    keep = tally.is_exact & tally.collected & (tally.n > 0)
    keep &= (block.place != EVERYWHERE) | (block.place == EVERYWHERE).all()
    n, total = tally.n[keep].astype(np.float64), tally.events[keep].astype(np.float64)
    spots = np.stack([block.place[keep], block.period[keep]])
    spots, at = np.unique(spots, axis=1, return_inverse=True)
    fold = Fold(at.ravel(), spots.shape[1])
    N, mean = fold.sum(n)[fold.cell], (fold.sum(total) / fold.sum(n))[fold.cell]
    mean = np.maximum(mean, 0.0)
    away = _away(total, n * mean, spots[1][fold.cell], block.value[keep])
    mixed = n * (N - n) / np.maximum(N - 1, 1) * mean
    third = mixed * (N - 2 * n) / np.maximum(N - 2, 1)
    return Amounts(
        place=spots[0],
        period=spots[1],
        squares=fold.sum(away**2),
        mixed=fold.sum(mixed),
        whole=fold.sum(total),
        cubes=fold.sum(away**3 * third),
        leverage=fold.sum(third**2),
        freedom=fold.sum(np.ones(n.size)) - 1,
        seen=fold.sum((2 * n <= N) & (total > 0)),
    )


def _away(total: Numbers, expected: Numbers, period: Whole, value: Whole) -> Numbers:
    """What each group has beyond what its school's mean gives it, and groups have everywhere.

    A gap that goes through all schools is no noise. Where 50 schools or more know it, it is taken
    out first, and what a school's own part in knowing it takes away is put back.
    """
    group = np.unique(np.column_stack([period, value]), axis=0, return_inverse=True)[1].ravel()
    fold = Fold(group, int(group.max(initial=-1)) + 1)
    usual = fold.sum(expected)
    level = np.where(usual > 0, fold.sum(total) / _safe(usual), 1.0)
    share = expected / _safe(usual)[group]
    many = (fold.sum(expected > 0) >= MANY)[group] & (share < 1)
    away = (total - expected * level[group]) / np.sqrt(np.where(many, 1 - share, 1.0))
    return np.asarray(np.where(many, away, total - expected), np.float64)


def p_of_sums(score: Score, near: Amounts, fold: Fold) -> tuple[Numbers, Known]:
    """Two-sided p of each comparison, and where it can be told; rows are schools and periods.

    `score` has the variance and third cumulant a surplus would have if an outcome's variance were
    its mean and its third moment its variance; `near` says of the same schools what they are. Of
    the skewed curve and Student's t, with as many degrees as the schools' groups are worth, the
    larger is taken. Too few groups to which anything happened, or schools of almost one group, tell
    nothing.
    """
    squares, mixed, seen = (fold.sum(x) for x in (near.squares, near.mixed, near.seen))
    usual = squares / _safe(mixed)
    ratio = np.where(near.mixed > 0, near.squares / _safe(near.mixed), usual[fold.cell])
    third = fold.sum(near.cubes) / _safe(fold.sum(near.leverage))
    skew = np.maximum(third / _safe(usual), _GAMMA * usual)
    total = Score(
        fold.sum(score.surplus),
        fold.sum(score.variance * ratio),
        fold.sum(score.third * ratio) * skew,
    )
    known = (total.variance > 0) & (seen >= FEWEST_SEEN)
    known &= mixed >= LEAST_MIXED * fold.sum(near.whole)
    worth = fold.sum(score.variance**2 / np.maximum(near.freedom, 1))
    freedom = fold.sum(score.variance) ** 2 / _safe(worth)
    least = np.abs(total.surplus) / np.sqrt(_safe(total.variance))
    straight = 2 * stdtr(np.maximum(freedom, 1.0), -least)
    return np.where(known, np.maximum(two_sided(total), straight), 1.0), known


def _safe(values: Numbers) -> Numbers:
    return np.where(values > 0, values, 1.0)
