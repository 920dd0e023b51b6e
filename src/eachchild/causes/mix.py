"""Do schools with more of a group have other rates than schools of the same grades: a test of that.

A gap between schools can be chance: of sixteen schools some have higher rates, and some group goes
there. It is beyond chance where rates follow the mix of students from school to school.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student_t

from eachchild.measures.counts import Numbers, Whole

ALIKE = 0.3  # what rates of schools of the same grades usually differ by, as a part of them
_NONE = 1e-9
_UNSEEN, _MUCH = 1e-6, 0.05  # of what a school moves; of what all move


@dataclass(frozen=True, slots=True)
class Mix:
    """How rates of schools follow the share of a group in them.

    `slope` is the relative rise of the rate from a school without the group to one with nobody
    else, of both groups alike. `ratio` is the rate at the schools with the greater shares, half of
    all, to that at the others. Both are of students of the same grade and group.
    """

    p: float
    slope: float
    ratio: float  # nan: nobody of the others has the outcome
    schools: int


def mix_test(students: Whole, events: Whole) -> Mix | None:
    """Test whether schools' rates follow their mix; None where nothing can be told.

    Both arrays are [group and others, schools, grades]. Each group is compared with itself at
    other schools, grade by grade, so neither a gap inside schools nor the grades a group is in
    move the slope; where no school has both groups there is none. Schools are drawn at random and
    may differ by chance (in working weights by `ALIKE`, on which only the power depends). The
    variance is the sandwich over schools with the bias of few schools taken out, and the degrees
    of freedom are Satterthwaite's. Source: Bell and McCaffrey (2002), Survey Methodology 28:
    169-181.

    >>> n = np.full((2, 8, 1), 100) * np.array([[[1], [1], [1], [1], [3], [3], [3], [3]],
    ...                                         [[3], [3], [3], [3], [1], [1], [1], [1]]])
    >>> rising = np.array([[0.02], [0.03], [0.02], [0.03], [0.09], [0.11], [0.1], [0.1]])
    >>> found = mix_test(n, np.round(n * rising).astype(np.int64))
    >>> found.p < 0.001, round(found.ratio, 1)
    (True, 2.9)
    """
    here = students.sum(axis=(0, 2)) > 0
    n, e = students[:, here].astype(np.float64), events[:, here].astype(np.float64)
    share = n[0].sum(axis=1) / n.sum(axis=(0, 2))
    expected = _expected(n, e, np.ones(share.size))
    weight = 1 / (1 + ALIKE**2 * expected.sum(axis=(0, 2)))
    expected = _expected(n, e, weight)
    weighed = n * weight[:, None]
    part = _of_all(weighed)
    apart = np.where(weighed > 0, share[:, None] - (part * share[:, None]).sum(1, keepdims=True), 0)
    tested = _tested(apart, part, weight[:, None] * expected, weight[:, None] * (e - expected),
                     ALIKE**2 + 1 / np.maximum(expected.sum(axis=(0, 2)), _NONE))  # fmt: skip
    if tested is None:
        return None
    return Mix(*tested, _of_halves(e, expected, apart * n), share.size)


def dissimilarity_by_chance(students: Whole) -> float:
    """The dissimilarity to expect of two groups of this size were both spread alike.

    Each group's share in a school differs from that of all by a normal error, and half the sum of
    the mean sizes of these differences is what chance alone gives.

    >>> round(dissimilarity_by_chance(np.array([[[50], [50]], [[50], [50]]])), 3)
    0.056
    """
    each = students.sum(axis=2).astype(np.float64)
    of_all = each.sum(axis=0) / max(each.sum(), 1)
    variance = of_all * (1 - of_all) * (1 / np.maximum(each.sum(axis=1), 1)).sum()
    return float(np.sqrt(2 / np.pi * variance).sum() / 2)


def grade_test(students: Whole, events: Whole) -> float | None:
    """How often grades with equal rates would seem to part two groups as far; None: nothing told.

    The arrays are those of `mix_test`. Which grades students are in is taken as it is; what can be
    chance is the rate of a grade, since few schools have it. Variance and degrees of freedom are
    those of `mix_test`, with schools that differ by chance.

    >>> n = np.full((2, 6, 2), 100) * np.array([[[3, 1]], [[1, 3]]])
    >>> rates = np.array([[0.2, 0.1]]) * np.array([[0.9], [1.1], [1.0], [1.2], [0.8], [1.0]])
    >>> grade_test(n, np.round(n * rates).astype(np.int64)) < 0.001
    True
    """
    n, e = students.sum(axis=0).astype(np.float64), events.sum(axis=0).astype(np.float64)
    of_grade = students.sum(axis=1)
    shares = of_grade / np.maximum(of_grade.sum(axis=1, keepdims=True), 1)
    weight = (shares[0] - shares[1]) / np.maximum(n.sum(axis=0), _NONE)
    expected = _expected(n[None], e[None], np.ones(len(n)))[0]
    part = _of_all(n[None])[0]
    along = expected @ weight
    moves = np.diag(along) - (part * weight) @ expected.T
    variance = ALIKE**2 + 1 / np.maximum(expected.sum(axis=1), _NONE)
    here = n.sum(axis=1) > 0
    return _chance(
        float((e @ weight).sum()), ((e - expected) @ weight)[here], moves[np.ix_(here, here)],
        along[here], variance[here],
    )  # fmt: skip


def dissimilarity(students: Whole) -> float:
    """What part of a group would change schools were it spread as the others are; 0 to 1.

    Source: Duncan and Duncan (1955), American Sociological Review 20: 210-217.

    >>> dissimilarity(np.array([[[30], [10]], [[10], [30]]]))
    0.5
    """
    each = students.sum(axis=2)
    shares = each / np.maximum(each.sum(axis=1, keepdims=True), 1)
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def _of_all(weighed: Numbers) -> Numbers:
    """Each school's part of a group's students in a grade."""
    return np.asarray(weighed / np.maximum(weighed.sum(axis=1, keepdims=True), _NONE))


def _expected(n: Numbers, e: Numbers, weight: Numbers) -> Numbers:
    """Events were every school's rates those of all, group by group and grade by grade."""
    wide = weight[:, None]
    rate = (e * wide).sum(1, keepdims=True) / np.maximum((n * wide).sum(1, keepdims=True), _NONE)
    return np.asarray(n * rate)


def _tested(
    apart: Numbers, part: Numbers, expected: Numbers, beyond: Numbers, variance: Numbers
) -> tuple[float, float] | None:
    """The p-value and the slope. `variance` is that of each school's rate, relative to it."""
    along = (apart * expected).sum(axis=(0, 2))  # how a school's own rate moves the sum
    square = (apart**2 * expected).sum(axis=(0, 2))
    if square.sum() < _NONE:
        return None
    of_square = square / square.sum()
    score = (apart * beyond).sum(axis=(0, 2))
    moves = np.diag(along) - np.einsum("ksg,kjg->sj", apart * part, expected, optimize=True)
    left = moves - np.outer(of_square, moves.sum(axis=0))
    total = float(score.sum())
    p = _chance(total, score - total * of_square, left, along, variance)
    return None if p is None else (p, total / float(square.sum()))


def _chance(
    total: float, residual: Numbers, left: Numbers, along: Numbers, variance: Numbers
) -> float | None:
    """How often a sum that is nought would lie as far off; None where schools tell no spread.

    `left` is how each school's own rate moves the residual of every school (rows), `along` how it
    moves the sum. A residual is scaled by what of its school's rate is not left in it. A school
    that is nearly all there is of its grades has no residual: its rate and its grades' are one
    number, and where such schools are much of the spread nothing can be told.
    """
    spread, wanted = left**2 @ variance, along**2 * variance
    unseen = spread <= _UNSEEN * wanted
    if not spread.any() or wanted[unseen].sum() > _MUCH * wanted.sum():
        return None
    scale = np.divide(wanted, spread, out=np.zeros(along.size), where=~unseen)
    error = float(np.sqrt((scale * residual**2).sum()))
    whole = np.sqrt(scale)[:, None] * left * np.sqrt(variance)
    product = whole @ whole.T
    if not error or not product.any():
        return None
    freedom = np.trace(product) ** 2 / (product**2).sum()
    return float(2 * student_t.sf(abs(total) / error, freedom))


def _of_halves(e: Numbers, expected: Numbers, apart: Numbers) -> float:
    """The rate at schools with more of the group, to that at those with less; grades alike."""
    lean = apart.sum(axis=(0, 2)) / np.maximum(expected.sum(axis=(0, 2)), _NONE)
    more = lean >= np.median(lean)
    happened, usual = (x.sum(axis=(0, 2)) for x in (e, expected))
    if not happened[~more].sum():
        return float("nan")
    return float(happened[more].sum() / usual[more].sum()
                 / (happened[~more].sum() / usual[~more].sum()))  # fmt: skip
