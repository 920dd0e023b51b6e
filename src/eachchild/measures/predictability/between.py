"""Does a school's rate go with its make-up: the test between schools."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from eachchild.measures.counts import Numbers
from eachchild.measures.multiple import simes
from eachchild.measures.predictability.cells import SchoolCells
from eachchild.measures.predictability.score_tests import school_sums

FEWEST_SCHOOLS = 4


@dataclass(frozen=True, slots=True)
class BetweenTest:
    """The correlation of school rates with each level's tilt towards them, and all as one p."""

    correlation: Numbers  # [group]
    p: Numbers  # [group]; 1 where there is nothing to test
    together: Numbers  # Simes over the groups


def between_schools_test(cells: SchoolCells, groups: Numbers) -> BetweenTest:
    """Correlate, over schools, the rate with the share of a level's students who attend.

    For each level that is the share of its students who attend the school minus the share of
    all others who do. Student's t with schools minus 2, so it holds however large the schools
    are; none under 4 schools. `groups` holds a column a level, `Columns.groups` of the lean ones.
    """
    members = school_sums(cells, groups)
    n = cells.by_school(cells.n)
    others = n[:, None] - members
    sizes, rest = members.sum(axis=0), others.sum(axis=0)
    told = (sizes > 0) & (rest > 0)
    tilt = members[:, told] / sizes[told] - others[:, told] / rest[told]
    correlation = np.zeros(sizes.size)
    correlation[told] = _correlation(cells.by_school(cells.total) / n, tilt)
    p = _student(correlation, n.size)
    return BetweenTest(correlation, p, np.array([simes(p) if p.size else 1.0]))


def _correlation(rate: Numbers, tilt: Numbers) -> Numbers:
    rate, tilt = rate - rate.mean(), tilt - tilt.mean(axis=0)
    size = np.sqrt((rate**2).sum() * (tilt**2).sum(axis=0))
    found = np.divide(rate @ tilt, size, out=np.zeros_like(size), where=size > 0)
    return np.asarray(np.clip(found, -1, 1), np.float64)


def _student(correlation: Numbers, schools: int) -> Numbers:
    if schools < FEWEST_SCHOOLS:
        return np.ones(correlation.shape)
    rest = np.maximum(1 - correlation**2, 1e-300)  # schools in one line leave no rest at all
    t = np.abs(correlation) * np.sqrt((schools - 2) / rest)
    return np.asarray(2 * stdtr(schools - 2, -t), np.float64)


def both_roads(inside: Numbers, between: BetweenTest, *, schools: int) -> Numbers:
    """Inside and between schools as one p-value; inside alone where schools are too few."""
    if schools < FEWEST_SCHOOLS:
        return inside
    return np.array([simes(np.concatenate([inside, between.together]))])
