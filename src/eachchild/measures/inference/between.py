"""Between schools: does a school's rate go with the share of a group's students who attend it?

The correlation, over the schools of a place, of the school's rate with the share of the group's
students who attend it minus the share of the others who do; Student's t with schools minus 2. It
has to hold in three forms, and the weakest is taken (`docs/decisions/two-tests.md` has the
simulation): for the rate itself; for the rate on the scale that makes chance alike at every level
(arcsine of the root; the root for a mean), since rates of schools are skewed; and, where of eight
or more schools one or two carry the tilt, for the schools' ranks as normal scores, so that a single
odd school cannot carry it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtr

from eachchild.measures.counts import Known, Numbers, Whole

FEWEST_SCHOOLS = 4
_FEWEST_STUDENTS = 10  # of a group; where one or two students go is no pattern of schools
_RANKS_FROM = 8  # fewer schools have too few orders for ranks to tell anything
_CARRIED_BY = 3.0  # schools that the tilt is worth; fewer is one or two that carry it


@dataclass(frozen=True, slots=True)
class Schools:
    """Schools laid end to end, place by place; `starts` is each place's first school.

    A school that is not `usable` (nobody to count, or numbers known only within bounds) stands in
    line but tells nothing.
    """

    starts: Whole
    n: Whole
    total: Whole  # events, or the sum of a number outcome
    usable: Known
    is_rate: bool

    @property
    def count(self) -> Numbers:
        """Usable schools of each place."""
        return np.add.reduceat(self.usable.astype(np.float64), self.starts)

    @property
    def place(self) -> Whole:
        """The place of each school, from 0."""
        return np.repeat(np.arange(self.starts.size), np.diff(self.starts, append=self.n.size))

    @property
    def level(self) -> Numbers:
        """The rate or mean of each school; 0 where it is not usable."""
        level = np.zeros(self.n.shape)
        return np.divide(self.total, self.n, out=level, where=self.usable)


@dataclass(frozen=True, slots=True)
class Tilts:
    """Which schools a group attends more than the others do; `[group, place]` but for `tilt`."""

    tilt: Numbers  # [group, school]
    square: Numbers
    worth: Numbers  # how many equal schools would carry as much: inverse of their shares squared
    known: Known  # both have ten students, and their schools differ


@dataclass(frozen=True, slots=True)
class Between:
    """Arrays are `[group, place]`."""

    correlation: Numbers
    p: Numbers  # 1 where not known
    known: Known  # False under 4 schools, or where all are alike, in rate or in make-up


def tilts(schools: Schools, group: Whole, others: Whole) -> Tilts:
    """The share of a group's students who attend each school, minus that of the others.

    `group` and `others` are students, `[group, school]`.
    """
    place = schools.place
    ours, theirs = (_share(schools, place, x) for x in (group, others))
    tilt = ours[0] - theirs[0]
    squares = tilt**2
    square = np.add.reduceat(squares, schools.starts, axis=1)
    fourth = np.add.reduceat(squares**2, schools.starts, axis=1)
    worth = np.divide(square**2, fourth, out=np.ones_like(square), where=fourth > 0)
    return Tilts(tilt, square, worth, (square > 0) & ours[1] & theirs[1])


def between_schools(schools: Schools, tilt: Tilts) -> Between:
    """Test each group at each place.

    >>> n, met = np.full(5, 100), np.array([9, 5, 4, 4, 1])
    >>> s = Schools(np.array([0]), n, met, np.ones(5, np.bool_), is_rate=True)
    >>> black = np.array([[80, 50, 40, 30, 5]])
    >>> bool(between_schools(s, tilts(s, black, 100 - black)).p[0, 0] < 0.01)
    True
    """
    place, count = schools.place, schools.count
    forms = np.stack([schools.level, _stabilized(schools)])
    r, p, told = _tested(schools, place, forms, tilt.tilt, tilt.square)
    known = tilt.known & (count >= FEWEST_SCHOOLS) & told[0]
    weakest = p.max(axis=0)
    carried = known & (count >= _RANKS_FROM) & (tilt.worth < _CARRIED_BY)
    rows = np.flatnonzero(carried.any(axis=1))
    if rows.size:
        scores = _normal_scores(schools, place)[None]
        ranked = _tested(schools, place, scores, tilt.tilt[rows], tilt.square[rows])[1][0]
        weakest[rows] = np.maximum(weakest[rows], np.where(carried[rows], ranked, 0.0))
    return Between(np.where(known, r[0], 0.0), np.where(known, weakest, 1.0), known)


def _share(schools: Schools, place: Whole, students: Whole) -> tuple[Numbers, Known]:
    """The share of a group's students who attend each school, and where there are enough."""
    here = np.where(schools.usable, students, 0).astype(np.float64)
    whole = np.add.reduceat(here, schools.starts, axis=1)
    return here / np.maximum(whole, 1.0)[:, place], np.asarray(whole >= _FEWEST_STUDENTS)


def _tested(
    schools: Schools, place: Whole, forms: Numbers, tilt: Numbers, square: Numbers
) -> tuple[Numbers, Numbers, Known]:
    """Each form's correlation, two-sided p, and whether the schools differ in it at all."""
    count = np.maximum(schools.count, 1.0)
    mean = np.add.reduceat(np.where(schools.usable, forms, 0.0), schools.starts, axis=1) / count
    level = np.where(schools.usable, forms - mean[:, place], 0.0)
    spread = np.add.reduceat(level**2, schools.starts, axis=1)
    # What rounding leaves of equal levels is no difference.
    told = spread > 1e-24 * np.maximum(1.0, mean**2) * count
    size = np.sqrt(np.where(told, spread, 1.0))[:, None] * np.sqrt(np.where(square > 0, square, 1))
    products = (np.add.reduceat(tilt * one, schools.starts, axis=1) for one in level)
    r = np.clip(np.stack(list(products)) / size, -1.0, 1.0)
    freedom = np.maximum(count - 2, 1.0)
    t = np.abs(r) * np.sqrt(freedom / np.maximum(1 - r**2, 1e-300))
    p = np.where(told[:, None], 2 * stdtr(freedom, -t), 1.0)
    return r, p, told


def _stabilized(schools: Schools) -> Numbers:
    if schools.is_rate:
        # Anscombe (1948), Biometrika 35: 246-254: chance is then alike at every level.
        inside = (schools.total + 3 / 8) / (schools.n + 3 / 4)
        return np.asarray(np.arcsin(np.sqrt(np.clip(inside, 0.0, 1.0))), np.float64)
    level = schools.level
    return np.asarray(np.sqrt(level) if (level >= 0).all() else level, np.float64)


def _normal_scores(schools: Schools, place: Whole) -> Numbers:
    """Each school's place in the order of its place's schools, ties shared, as a normal score."""
    use = np.flatnonzero(schools.usable)
    level, where = schools.level[use], place[use]
    order = np.lexsort((level, where))
    new = np.ones(order.size, np.bool_)
    new[1:] = (np.diff(level[order]) != 0) | (np.diff(where[order]) != 0)
    first = np.flatnonzero(new)
    middle = first + (np.diff(first, append=order.size) - 1) / 2
    before = np.concatenate([[0], np.cumsum(np.bincount(where, minlength=schools.starts.size))])
    rank = np.empty(order.size)
    rank[order] = middle[np.cumsum(new) - 1] - before[where[order]] + 0.5
    scores = np.zeros(schools.n.shape)
    scores[use] = ndtri(rank / schools.count[where])
    return scores
