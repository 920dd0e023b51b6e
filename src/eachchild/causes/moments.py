"""Vulnerable decision points: in which moments (what, where, when) a gap in referrals is made.

A gap that is as wide in every moment is no matter of moments, however many referrals it has; one
that one moment has and the others do not is. So each moment is asked twice: whether the group is
referred there more often than the others, and whether by a larger ratio than everywhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import combinations
from typing import Any, cast

import numpy as np
from scipy.special import betainc, gammaln, ndtr, xlog1py, xlogy

from eachchild.causes.consequence import mantel_fleiss
from eachchild.causes.repeats import dispersion_of_repeats, tempered, widened_ratio
from eachchild.measures.comparisons import OddsRatio
from eachchild.measures.conditional import Margins
from eachchild.measures.counts import Counts, Numbers, Whole
from eachchild.measures.homogeneity import expected_events, informative, variance_of_events
from eachchild.measures.multiple import two_steps
from eachchild.measures.shrunken import FitState, shrunken_rates
from eachchild.measures.stratified import Fold, fourfold, pooled_odds_ratio, within_schools_test

ANY = -1  # in `values`: the moment does not say
OWN = 5  # referrals in a moment with which a school is counted by itself
FEWEST = 10  # referrals of both groups; smaller moments are not tested
_ENOUGH = 5.0  # of Mantel and Fleiss's criterion; below it the tail is exact
_FAR_ENOUGH, _SMALL = 50.0, 0.02  # and up to there where the tail is small, for it may be skew
_RANKINGS = 64  # of which what takes longest is kept
_FEW = 400  # referrals whose law over several schools is made exactly


@dataclass(frozen=True, slots=True)
class Referred:
    """Referrals of both groups by school and moment, and the students of each school.

    One entry a school and moment, but `students` and `other_students` one a school.
    """

    school: Whole  # its number, from 0
    values: Whole  # a column a dimension (behavior, place, hour), numbered from 0
    group: Whole
    others: Whole
    students: Whole  # enrolled, or student-days
    other_students: Whole


@dataclass(frozen=True, slots=True)
class Moments:
    """Every moment that was tested, the strongest evidence of a gap made there first.

    One entry a moment: a value of one dimension, of two, and so on up to all of them.
    """

    values: Whole  # a column a dimension; -1 where the moment does not say
    group: Whole  # referrals
    others: Whole
    referral_share: Numbers  # of all referrals
    even_share: Numbers  # of the gap, if the ratio of rates were the same in all moments
    fewer: Numbers  # how many fewer referrals of the group there would be at the others' rate
    share: Numbers  # of the whole gap in referrals; adds up over moments that part all of them
    inside: Numbers  # ratio of rates in the moment; infinite where no other student is referred
    outside: Numbers  # and everywhere else
    against_rest: OddsRatio  # `inside` over `outside`, inside schools, its interval for repeats
    dispersion: Numbers  # how many times the variance is that of independent referrals
    p_more: Numbers  # one-sided, that the group is not referred more often in the moment
    q_more: Numbers
    p: Numbers  # one-sided, that the ratio in the moment is not larger than in the rest
    q: Numbers
    schools: Whole  # with five or more referrals there, whose own numbers say something
    higher: Whole  # of these: where the group is referred there more often than the others


@dataclass(frozen=True, slots=True, eq=False)  # the same only as itself, so that it has a key
class Ranking:
    """The moments, and what they are parts of; all but `moments` are arrays of one."""

    moments: Moments
    more: Numbers  # referrals of the group beyond the others' rates, school by school
    ratio: Numbers  # of the group's referrals to those at the others' rates
    repeats: Numbers  # how many times the variance is for students who are referred again
    left_out: Whole  # referrals in schools that only one of the groups attends
    usual: Numbers  # students of the group for each of the others, as these are referred


def rank_moments(
    referred: Referred,
    *,
    referred_students: tuple[int, int] | None = None,
    fewest: int = FEWEST,
    confidence: float = 0.95,
) -> Ranking:
    """Say of each moment how much of the gap it has, and whether more than an even gap would give.

    A school's moments are compared with that school's others, so that a gap which goes with the
    school attended is no matter of moments. In a moment the group's referrals are a binomial part
    of all, by the students enrolled (exact up to 400 referrals, nearly above); against the rest
    they are tested inside schools (Cochran, Mantel and Haenszel's statistic; exact where Mantel and
    Fleiss's criterion is below 5, or below 50 in the far tail). Both tests are tempered by the
    larger of two dispersions: that of students who come again (`referred_students`: how many
    different students of the group and of the others were referred at all), and that between
    schools.

    Moments of fewer than `fewest` referrals are not tested; whose they are plays no part in that.
    The moments of the same dimensions are a family, and q is that of Benjamini and Bogomolov over
    families (`two_steps`).

    In 80 simulated districts of 30 schools, 1,500 referrals and 240 full moments, with a threefold
    gap that is as wide in every moment and few students of many referrals, nine in ten of them in
    the student's own moment, some q was at most 0.05 in 95 % without any dispersion, in 30 % with
    that between schools alone, in 1 % with both (in a single school of as many: 96, 96 and 6 %).
    Where one pair of values had four times that ratio, and students came again less, the pair was
    first with q at most 0.05 in 60 % of 30 districts; with 6,000 referrals in 60 schools in 97 %
    (63 % where it had 2.5 times).

    Raises ValueError for shapes that do not fit, counts below 0 and schools without a number.

    >>> at, none = np.array([[0], [1]]), np.array([0, 0])
    >>> found = rank_moments(Referred(none, at, np.array([80, 20]), np.array([20, 20]),
    ...                               np.array([500]), np.array([500]))).moments
    >>> found.values[0].tolist(), found.share.tolist(), found.inside.tolist()
    ([0], [1.0, 0.0], [4.0, 1.0])
    """
    _check(referred)
    kept, left_out = _in_both(referred)
    schools = _schools(kept)
    repeats = _repeats(kept, referred_students)
    more = schools.group.sum() - schools.expected.sum()
    ratio = _divided(np.array([schools.group.sum()]), np.array([schools.expected.sum()]))
    rows = _rows(kept, fewest)
    return Ranking(
        _measured(rows, schools, repeats, confidence), np.array([more]), ratio,
        np.array([repeats]), np.array([left_out]),
        _divided(np.array([schools.expected.sum()]), np.array([max(schools.others.sum(), 1)])),
    )  # fmt: skip


@lru_cache(maxsize=_RANKINGS)
def shrunken_ratios(ranking: Ranking) -> Numbers:
    """The ratio inside each moment, drawn towards the moments of the same dimensions.

    They are from `shrunken_rates`, of counts worth their dispersion, and `inside` where there is no
    fit. It takes longer than all else that is known of moments, and few of them are ever told.
    """
    told = ranking.moments
    found, expected = told.inside.copy(), told.group - told.fewer
    exposed = np.where(told.others > 0, expected / np.maximum(told.others, 1), ranking.usual)
    _, family = np.unique(told.values != ANY, axis=0, return_inverse=True)
    for one in np.unique(family):
        rows = np.flatnonzero(family == one)
        worth = (x[rows] / told.dispersion[rows] for x in (told.group, told.group + told.others))
        fit = shrunken_rates(Counts(*(cast("Whole", x) for x in worth)))  # parts of referrals
        if fit.state is not FitState.NO_MAXIMUM:
            found[rows] = fit.probability / (1 - fit.probability) / exposed[rows]
    return found


@dataclass(frozen=True, slots=True)
class _Schools:
    """One entry a school."""

    group: Whole  # referrals
    others: Whole
    expected: Numbers  # referrals of the group at the others' rate
    times: Numbers  # students of the group for each of the others
    part: Numbers  # the group's part of the students


@dataclass(frozen=True, slots=True)
class _Rows:
    """The moments to test, and a row for each school with referrals in one."""

    values: Whole
    family: Whole
    fold: Fold  # rows to moments
    school: Whole
    group: Whole
    others: Whole


def _in_both(referred: Referred) -> tuple[Referred, int]:
    """Without the schools that only one of the groups attends."""
    both = ((referred.students > 0) & (referred.other_students > 0))[referred.school]
    left_out = int((referred.group + referred.others)[~both].sum())
    school, values, group, others = (
        x[both] for x in (referred.school, referred.values, referred.group, referred.others)
    )
    return (
        Referred(school, values, group, others, referred.students, referred.other_students),
        left_out,
    )


def _schools(referred: Referred) -> _Schools:
    size, n1, n0 = len(referred.students), referred.students, referred.other_students
    group, others = (
        np.bincount(referred.school, weights=x, minlength=size).astype(np.int64)
        for x in (referred.group, referred.others)
    )
    times = _divided(n1, np.maximum(n0, 1))
    return _Schools(group, others, others * times, times, _divided(n1, np.maximum(n1 + n0, 1)))


def _repeats(referred: Referred, students: tuple[int, int] | None) -> float:
    """The dispersion of both groups' referrals, each weighed by its number."""
    if students is None:
        return 1.0
    totals = [int(x.sum()) for x in (referred.group, referred.others)]
    each = [
        total * dispersion_of_repeats(total, min(number, total))
        for total, number in zip(totals, students, strict=True)
        if total
    ]
    return float(sum(each) / sum(totals)) if each else 1.0


def _rows(referred: Referred, fewest: int) -> _Rows:
    """Every value of every set of dimensions that has enough referrals, but not all of them."""
    both = referred.group + referred.others
    values, families, parts, start = [], [], [], 0
    for family, columns in enumerate(_sets(referred.values.shape[1])):
        found, code = np.unique(referred.values[:, columns], axis=0, return_inverse=True)
        code = code.ravel()
        size = np.bincount(code, weights=both, minlength=len(found))
        tested = (size >= fewest) & (size < both.sum())
        number = np.cumsum(tested) - 1 + start
        start += int(tested.sum())
        moment = np.full((int(tested.sum()), referred.values.shape[1]), ANY)
        moment[:, columns] = found[tested]
        rows = np.flatnonzero(tested[code] & (both > 0))
        values.append(moment)
        families.append(np.full(len(moment), family))
        parts.append((number[code[rows]], rows))
    moment_of, rows = (np.concatenate(x) for x in zip(*parts, strict=True))
    keys, code = np.unique(
        np.column_stack([moment_of, referred.school[rows]]), axis=0, return_inverse=True
    )
    group, others = (
        np.bincount(code.ravel(), weights=x[rows], minlength=len(keys)).astype(np.int64)
        for x in (referred.group, referred.others)
    )
    return _Rows(np.concatenate(values), np.concatenate(families), Fold(keys[:, 0], start),
                 keys[:, 1], group, others)  # fmt: skip


def _sets(dimensions: int) -> Iterator[list[int]]:
    for size in range(1, dimensions + 1):
        for columns in combinations(range(dimensions), size):
            yield list(columns)


def _measured(rows: _Rows, schools: _Schools, repeats: float, confidence: float) -> Moments:
    g, o, expected = (
        rows.fold.sum(x)
        for x in (rows.group, rows.others, rows.others * schools.times[rows.school])
    )
    all_g, all_x = float(schools.group.sum()), float(schools.expected.sum())
    inside, outside = _divided(g, expected), _divided(all_g - g, all_x - expected)
    p_more = _more(rows, schools, repeats, inside)
    p, against, dispersion = _against_rest(rows, schools, repeats, confidence)
    order = np.lexsort((expected - g, p))
    own = rows.group + rows.others >= OWN
    higher = own & (rows.group > rows.others * schools.times[rows.school])
    found = Moments(
        rows.values, g.astype(np.int64), o.astype(np.int64),
        (g + o) / float(schools.group.sum() + schools.others.sum()),
        _divided(expected, np.array(all_x)), g - expected,
        _divided(g - expected, np.array(all_g - all_x)), inside, outside, against,
        dispersion, p_more, two_steps(p_more, rows.family).q, p, two_steps(p, rows.family).q,
        *(rows.fold.sum(x).astype(np.int64) for x in (own, higher)),
    )  # fmt: skip
    return _ordered(found, order)


def _more(rows: _Rows, schools: _Schools, repeats: float, inside: Numbers) -> Numbers:
    """The upper tail of a sum of binomial parts, tempered."""
    part, m = schools.part[rows.school], rows.group + rows.others
    ratio = rows.fold.spread(np.where(np.isfinite(inside), inside, 1.0))
    chance = part * ratio / (part * ratio + 1 - part)
    dispersion = np.maximum(
        repeats, _between(rows.fold, rows.group - m * chance, m * chance * (1 - chance))
    )
    g, size, mean, variance = (
        rows.fold.sum(x) for x in (rows.group, m, m * part, m * part * (1 - part))
    )
    p = _approximate(g, mean, np.maximum(variance, 1e-12))
    own = np.bincount(rows.fold.cell, minlength=rows.fold.cells)
    for cell in np.flatnonzero((size <= _FEW) | (own == 1)):
        mine = rows.fold.cell == cell
        p[cell] = _tail(m[mine], part[mine], int(g[cell]))
    return tempered(p, dispersion)


def _approximate(events: Numbers, mean: Numbers, variance: Numbers) -> Numbers:
    """The upper tail of a sum of binomials, as the larger one of two laws of its mean and variance.

    The normal one is too light where the group is small, the binomial one where schools differ
    much. The larger of both was within 6 % of tails of 0.001 and within 14 % of tails of 0.00003,
    with 5 to 100 schools.
    """
    chance = np.clip(1 - variance / np.maximum(mean, 1e-12), 1e-12, 1.0)
    rest = np.maximum(mean / chance - events, 0.0) + 1
    alike = np.where(events > 0, betainc(np.maximum(events, 1.0), rest, chance), 1.0)
    return np.asarray(np.maximum(ndtr((mean - events + 0.5) / np.sqrt(variance)), alike))


def _tail(m: Whole, part: Numbers, events: int) -> float:
    """The chance that binomial counts, one a school, are this many or more in sum."""
    if events == 0:
        return 1.0
    if len(m) == 1:
        return float(betainc(events, int(m[0]) - events + 1, part[0]))
    law = np.ones(1)
    for size, chance in zip(m.tolist(), part.tolist(), strict=True):
        x = np.arange(size + 1)
        ways = gammaln(size + 1) - gammaln(x + 1) - gammaln(size - x + 1)
        law = np.convolve(law, np.exp(ways + xlogy(x, chance) + xlog1py(size - x, -chance)))
    return float(min(law[events:].sum(), 1.0))


def _against_rest(
    rows: _Rows, schools: _Schools, repeats: float, confidence: float
) -> tuple[Numbers, OddsRatio, Numbers]:
    """Of each group's referrals, how many were in the moment: its odds ratio is one of ratios."""
    mine = Counts(rows.group, schools.group[rows.school])
    theirs = Counts(rows.others, schools.others[rows.school])
    fold, t = rows.fold, fourfold(mine, theirs)
    pooled = pooled_odds_ratio(mine, theirs, fold, confidence=confidence)
    test, tells = within_schools_test(mine, theirs, fold), informative(t)
    around = expected_events(fold.spread(np.where(pooled.known, pooled.ratio, 1.0)), t)
    spread = variance_of_events(around, t, tells)
    between = _between(fold, np.where(tells, t.a - around, 0.0), spread)
    dispersion = np.maximum(repeats, between)
    p = ndtr(-test.statistic)
    criterion = mantel_fleiss(mine, theirs, fold)
    by_law = (criterion < _ENOUGH) | ((criterion < _FAR_ENOUGH) & (p < _SMALL))
    for cell in np.flatnonzero(by_law & test.known):
        some = tells & (fold.cell == cell)
        law = Margins(t.n1[some], t.n0[some], (t.a + t.c)[some]).law(0.0)
        p[cell] = min(law.chance[max(int(t.a[some].sum()) - law.start, 0) :].sum(), 1.0)
    p = np.where(test.known, tempered(p, dispersion), 1.0)
    against = widened_ratio(pooled, dispersion, confidence=confidence)
    return p, against, dispersion


def _between(fold: Fold, beyond: Numbers, variance: Numbers) -> Numbers:
    """How many times its binomial variance a moment's count has from school to school.

    The sum of squares over the sum of variances, so that a school of two referrals, whose own
    quotient may be anything, weighs as two. 1 where fewer than two schools tell.
    """
    schools = fold.sum(variance > 0)
    total = fold.sum(variance)
    found = fold.sum(beyond**2) / np.where(total > 0, total, 1.0)
    free = np.maximum(schools - 1, 1)
    return np.asarray(np.where((schools > 1) & (total > 0), found * schools / free, 1.0))


def _divided(above: Numbers | Whole, below: Numbers | Whole) -> Numbers:
    """Infinite where there is nothing below; nan where there is nothing above either."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(above / below, np.float64)


def _ordered(found: Moments, order: Whole) -> Moments:
    against = OddsRatio(*(getattr(found.against_rest, f.name)[order] for f in fields(OddsRatio)))
    parts: dict[str, Any] = {
        f.name: getattr(found, f.name)[order] for f in fields(Moments) if f.name != "against_rest"
    }
    return Moments(against_rest=against, **parts)


def _check(referred: Referred) -> None:
    rows, schools = len(referred.school), len(referred.students)
    shapes = [x.shape for x in (referred.group, referred.others)]
    if referred.values.shape[:1] != (rows,) or referred.values.ndim != 2 or shapes != [(rows,)] * 2:
        raise ValueError(
            "referrals have one row a school and moment, and one column a dimension; "
            f"these have the shapes {referred.values.shape} and {shapes} for {rows} rows"
        )
    if rows and not 0 <= referred.school.min() <= referred.school.max() < schools:
        raise ValueError(f"schools are numbered from 0 to {schools - 1}, one for each enrollment")
    numbers = (referred.group, referred.others, referred.students, referred.other_students)
    if any((x < 0).any() for x in (*numbers, referred.values)):
        raise ValueError("referrals, students and numbers of values cannot be below 0")
