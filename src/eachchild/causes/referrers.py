"""Who decides: how much of a gap in referrals goes with the few adults who refer most.

How many they are, never who. If a tenth of the adults made a third of all referrals, a third of the
gap would be theirs without more; only what is beyond that says that the gap is made by few.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from eachchild.causes.consequence import mantel_fleiss
from eachchild.causes.repeats import tempered
from eachchild.measures.conditional import Margins
from eachchild.measures.counts import Counts, Known, Numbers, Whole
from eachchild.measures.homogeneity import informative
from eachchild.measures.stratified import fourfold, one_cell, within_schools_test
from eachchild.measures.top_share import DRAWS, TopShare, top_share

TOP = 0.05
HALF = 0.5
_ENOUGH = 5.0  # of Mantel and Fleiss's criterion; below it the tail is exact


@dataclass(frozen=True, slots=True)
class Adults:
    """So many adults of a school who each made so many referrals of either group; one entry a kind.

    Adults who made none belong in it. `rest` are referrals of students who are in neither; None
    where there are none. `taught` and `other_taught` are the students of the group and of the
    others that each of them teaches; None where nobody knows.
    """

    school: Whole
    adults: Whole
    group: Whole  # referrals each of them made of the group
    others: Whole
    taught: Whole | None = None
    other_taught: Whole | None = None
    rest: Whole | None = None

    @property
    def each(self) -> Whole:
        """Referrals that each of them made, whomever of."""
        both = self.group + self.others
        return both if self.rest is None else both + self.rest


@dataclass(frozen=True, slots=True)
class Gap:
    """Referrals per enrolled student of either group; arrays of one."""

    rate: Numbers
    other_rate: Numbers

    @property
    def difference(self) -> Numbers:
        """The group's rate less the others'."""
        return self.rate - self.other_rate

    @property
    def ratio(self) -> Numbers:
        """The group's rate over the others'; infinite where no other student is referred."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.rate / self.other_rate, np.float64)


@dataclass(frozen=True, slots=True)
class Referrers:
    """What the busiest adults make of all referrals and of the gap; arrays of one."""

    total_share: TopShare  # of all referrals, that the busiest `top` make, beside chance's
    half: Numbers  # the least share of adults who make half of all referrals
    top: Whole  # adults in what follows: whole kinds of adults, `top` of all or fewer
    top_adults: Numbers  # their share of the adults
    least: Whole  # referrals that each of them made at least
    referral_share: Numbers  # of all referrals, by them
    both_share: Numbers  # of those of the group and of the others alone
    gap: Gap  # with all adults
    without: Gap  # without the referrals of the top
    at_median: Gap  # had each of the top made as many as the median of the other adults who refer
    gap_share: Numbers  # of the difference that goes with the referrals of the top; nan: no gap
    times: Numbers  # the difference with all adults over that without the top
    expected: Numbers  # of the top's referrals, of the group, were the top like their schools
    more: Numbers  # how many more there are
    p: Numbers  # one-sided, that the top's referrals are no more of the group than the others'
    known: Known  # False: no school has referrals of both groups, by the top and by others


def referrers(
    found: Adults,
    enrolled: tuple[int, int],
    *,
    top: float = TOP,
    dispersion: float = 1.0,
    draws: int = DRAWS,
    seed: int = 0,
) -> Referrers:
    """Set the busiest adults' part of a gap in referrals beside their part of all referrals.

    `enrolled` has the students of the group and of the others. The top are the busiest adults, all
    of the same number of referrals together, as many as fit into `top` of all adults (where not
    even the busiest do, those). Who they are is settled by all referrals, whomever these were of,
    so that handing the students' groups round among the referrals of a school, each adult's total
    kept, changes nothing of it: the top's referrals of the group then follow the hypergeometric law
    in each school. The test is exact where Mantel and Fleiss's criterion is below 5, otherwise by
    the mean and variance of that law. Where it is known whom each adult teaches, the chance that a
    referral is of the group is that of the students taught, times odds that each school has of its
    own. `dispersion` is that of students who come again (`dispersion_of_repeats`).

    Raises ValueError for shapes that do not fit, counts below 0, and referrals of a group of whom
    an adult teaches nobody.

    >>> one = Adults(np.zeros(3, np.int64), np.array([60, 35, 5]), np.array([0, 1, 20]),
    ...              np.array([0, 3, 10]))
    >>> two = referrers(one, (300, 700), draws=99)
    >>> int(two.top[0]), two.referral_share.round(2), two.gap_share.round(2)
    (5, array([0.52]), array([1.15]))
    """
    _check(found)
    each = found.each
    least = _least(found.adults, each, top)
    busy = each >= least
    group, others = found.adults * found.group, found.adults * found.others
    shares = [x[busy].sum() / x.sum() for x in (found.adults * each, group + others)]
    number, everybody = int(found.adults[busy].sum()), int(found.adults.sum())
    whole = _gap(group, others, enrolled)
    without = _gap(group[~busy], others[~busy], enrolled)
    factor = np.where(busy, _median(found.adults[~busy], each[~busy]) / np.maximum(each, 1), 1.0)
    expected, p, known = _tested(found, busy, dispersion)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap_share = 1 - without.difference / whole.difference
        times = whole.difference / without.difference
    return Referrers(
        _share(found, each, top, draws=draws, seed=seed), np.array([_for_half(found.adults, each)]),
        np.array([number]), np.array([number / everybody]), np.array([least]),
        np.array(shares[:1]), np.array(shares[1:]), whole, without,
        _gap(group * factor, others * factor, enrolled), gap_share, times, np.array([expected]),
        np.array([group[busy].sum() - expected]), np.array([p]), np.array([known]),
    )  # fmt: skip


def _share(found: Adults, each: Whole, top: float, *, draws: int, seed: int) -> TopShare:
    exposure = None
    if found.taught is not None and found.other_taught is not None:
        exposure = found.taught + found.other_taught
    return top_share(found.adults, each, top=top, exposure=exposure, draws=draws, seed=seed)


def _least(adults: Whole, each: Whole, top: float) -> int:
    """The referrals from which on adults are the top."""
    values, code = np.unique(each, return_inverse=True)
    upward = np.cumsum(np.bincount(code, weights=adults)[::-1])[::-1]
    some = (values > 0) & (upward > 0)
    fits = some & (upward <= top * adults.sum())
    return int(values[fits][0] if fits.any() else values[some][-1])


def _for_half(adults: Whole, each: Whole) -> float:
    """The least share of adults that makes half of all referrals, the last of them in part."""
    order = np.argsort(-each, kind="stable")
    n, made = adults[order], adults[order] * each[order]
    upto = np.cumsum(made)
    goal = HALF * upto[-1]
    last = int(np.searchsorted(upto, goal))
    before = upto[last] - made[last]
    return float((n[:last].sum() + n[last] * (goal - before) / made[last]) / adults.sum())


def _median(adults: Whole, each: Whole) -> float:
    """The median number of referrals of adults who made any; 0 where none of them did."""
    some = (each > 0) & (adults > 0)
    if not some.any():
        return 0.0
    return float(np.median(np.repeat(each[some], adults[some])))


def _gap(group: Numbers | Whole, others: Numbers | Whole, enrolled: tuple[int, int]) -> Gap:
    return Gap(np.array([group.sum() / enrolled[0]]), np.array([others.sum() / enrolled[1]]))


def _tested(found: Adults, busy: Known, dispersion: float) -> tuple[float, float, bool]:
    """The group's referrals expected of the top, the one-sided p, and whether there is one."""
    schools, code = np.unique(found.school, return_inverse=True)
    group, others = found.adults * found.group, found.adults * found.others
    if found.taught is None or found.other_taught is None:
        by_top, by_all = (
            [np.bincount(code, weights=x * kept, minlength=len(schools)).astype(np.int64)
             for x in (group, group + others)]
            for kept in (busy, np.ones(len(busy), np.bool_))
        )  # fmt: skip
        return _dealt(Counts(by_top[0], by_top[1]), Counts(by_all[0], by_all[1]), dispersion)
    expected = variance = 0.0
    for school in range(len(schools)):
        mine = code == school
        mean, spread = _by_exposure(
            group[mine], (group + others)[mine], (found.taught[mine], found.other_taught[mine]),
            busy[mine],
        )  # fmt: skip
        expected, variance = expected + mean, variance + spread
    if variance <= 0:
        return expected, 1.0, False
    p = ndtr(np.array([(expected - group[busy].sum()) / np.sqrt(variance)]))
    return expected, float(tempered(p, dispersion)[0]), True


def _dealt(top: Counts, everybody: Counts, dispersion: float) -> tuple[float, float, bool]:
    """Groups handed round among the referrals of each school."""
    rest = everybody.minus(top)
    rate = np.where(everybody.n > 0, everybody.events / np.maximum(everybody.n, 1), 0.0)
    expected = float(top.n @ rate)
    fold, t = one_cell(len(top.n)), fourfold(top, rest)
    test, tells = within_schools_test(top, rest, fold), informative(t)
    if not test.known[0]:
        return expected, 1.0, False
    p = ndtr(-test.statistic)
    if mantel_fleiss(top, rest, fold)[0] < _ENOUGH:
        law = Margins(t.n1[tells], t.n0[tells], (t.a + t.c)[tells]).law(0.0)
        at = max(int(t.a[tells].sum()) - law.start, 0)
        p = np.array([min(law.chance[at:].sum(), 1.0)])
    return expected, float(tempered(p, dispersion)[0]), True


def _by_exposure(
    group: Whole, both: Whole, taught: tuple[Whole, Whole], busy: Known
) -> tuple[float, float]:
    """The top's expected referrals of the group in a school, and their variance.

    A score test: the school's own odds are those at which its referrals of the group come out right
    in sum, and what they take up is taken off the variance.
    """
    some = both > 0
    group, both, busy = group[some], both[some], busy[some]
    mine, theirs = (x[some].astype(np.float64) for x in taught)
    chance = _chances(mine, theirs, both, int(group.sum()))
    spread = both * chance * (1 - chance)
    top = float(spread[busy].sum())
    left = top - top**2 / spread.sum() if spread.sum() > 0 else 0.0
    return float((both * chance)[busy].sum()), float(left)


def _chances(mine: Numbers, theirs: Numbers, both: Whole, wanted: int) -> Numbers:
    def at(log_odds: float) -> Numbers:
        odds = np.exp(log_odds)
        return np.asarray(odds * mine / (odds * mine + theirs), np.float64)

    sure = both[theirs == 0].sum(), both[(theirs == 0) | (mine > 0)].sum()
    if wanted == sure[0] or wanted == sure[1]:  # then odds would be nought, or endless
        return np.where(theirs == 0, 1.0, float(wanted == sure[1]) * (mine > 0))
    return at(brentq(lambda x: float(both @ at(x)) - wanted, -50.0, 50.0))


def _check(found: Adults) -> None:
    parts = [found.school, found.adults, found.group, found.others]
    parts += [x for x in (found.taught, found.other_taught, found.rest) if x is not None]
    if any(x.shape != found.adults.shape or x.ndim != 1 for x in parts):
        raise ValueError("adults have one entry a kind in every array")
    if any((x < 0).any() for x in parts[1:]):
        raise ValueError("adults, referrals and students taught cannot be below 0")
    if not (found.adults * (found.group + found.others)).any():
        raise ValueError("nobody made a referral, so nobody made more than others")
    for made, taught in ((found.group, found.taught), (found.others, found.other_taught)):
        if taught is not None and ((taught == 0) & (found.adults * made > 0)).any():
            raise ValueError(
                "some adults made referrals of a group of whom they teach nobody. "
                "Leave those adults out, or leave out who teaches whom."
            )
