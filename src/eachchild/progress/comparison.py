"""Schools that changed beside schools that did not: what a year brings to all of them drops out.

Difference-in-differences with every school one observation (Bertrand, M., Duflo, E., Mullainathan,
S. (2004), Q. J. Economics 119: 249-275), and a synthetic control (Abadie, A., Diamond, A.,
Hainmueller, J. (2010), J. Am. Stat. Assoc. 105: 493-505), its p a rank among placebos. Where
schools are too few for either, that is said by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.special import stdtr

from eachchild.progress.estimate import CONFIDENCE, NOT_KNOWN, Estimate, student
from eachchild.progress.model import Known, Numbers, Series
from eachchild.progress.periods import split, year_of

HERE, OTHERS = 2, 2  # schools, the fewest on each side of a difference-in-differences
DONORS = 19  # others, the fewest among which a rank can be 1 of 20
YEARS = 3  # before, the fewest that a synthetic control is fitted to
_STUDENTS = 5  # on each side of a change, the fewest of a school that is compared


class CompareState(StrEnum):
    """Whether schools could be compared."""

    COMPARED = "compared"
    NO_SCHOOLS = "no_schools"  # the change is made everywhere
    TOO_FEW_SCHOOLS = "too_few_schools"
    TOO_FEW_YEARS = "too_few_years"
    TOO_FEW_EVENTS = "too_few_events"


@dataclass(frozen=True, slots=True)
class Compared:
    """How much more the rate changed in schools that took part; numbers are 0 unless compared."""

    state: CompareState
    change: Estimate = NOT_KNOWN
    p: float = 1.0
    here: int = 0
    others: int = 0


NOT_COMPARED = Compared(CompareState.NO_SCHOOLS)


@dataclass(frozen=True, slots=True)
class _Table:
    """Rates by school and year; a year that a school lacks has no students."""

    here: Known
    events: Numbers
    n: Numbers
    before: Known  # by year
    after: Known


def difference_in_differences(schools: Sequence[tuple[bool, Series]], *, begins: str) -> Compared:
    """Compare changes of schools (Welch's t): weights are students, errors are between schools.

    >>> def school(now):
    ...     n, x = np.array([100, 100, 100]), np.array([20, 20, now])
    ...     return Series(("2023-24", "2024-25", "2025-26"), n, x, n * 0, n > 0)
    >>> both = [(True, school(x)) for x in (10, 11, 9)] + [(False, school(x)) for x in (19, 20, 21)]
    >>> found = difference_in_differences(both, begins="2025-09")
    >>> round(found.change.value, 2), found.p < 0.01
    (-0.1, True)
    """
    table = _table(schools, begins)
    if table is None:
        return NOT_COMPARED
    if not (table.before.any() and table.after.any()):
        return Compared(CompareState.TOO_FEW_YEARS)
    n_then, n_now = (table.n[:, part].sum(axis=1) for part in (table.before, table.after))
    x_then, x_now = (table.events[:, part].sum(axis=1) for part in (table.before, table.after))
    used = (n_then >= _STUDENTS) & (n_now >= _STUDENTS)
    here, others = used & table.here, used & ~table.here
    counts = (int(here.sum()), int(others.sum()))
    if counts[0] < HERE or counts[1] < OTHERS:
        return Compared(CompareState.TOO_FEW_SCHOOLS, here=counts[0], others=counts[1])
    changes = x_now / np.maximum(n_now, 1) - x_then / np.maximum(n_then, 1)
    weight = 1 / (1 / np.maximum(n_now, 1) + 1 / np.maximum(n_then, 1))
    (ours, own), (theirs, other) = (_mean(changes[s], weight[s]) for s in (here, others))
    if own + other <= 0:
        return Compared(CompareState.TOO_FEW_EVENTS, here=counts[0], others=counts[1])
    error, value = sqrt(own + other), ours - theirs
    df = (own + other) ** 2 / (own**2 / (counts[0] - 1) + other**2 / (counts[1] - 1))
    half = student((1 + CONFIDENCE) / 2, df) * error
    p = 2 * float(stdtr(df, -abs(value) / error))
    return Compared(
        CompareState.COMPARED, Estimate(value, value - half, value + half, True), p, *counts
    )


def synthetic_control(schools: Sequence[tuple[bool, Series]], *, begins: str) -> Compared:
    """Hold the schools that took part, as one, beside a mix of others that went the same way.

    `p` is the rank of its distance since the change, as a share of the distance before, among what
    every other school would give. The change has no interval: its ends are its value.
    """
    table = _table(schools, begins)
    if table is None:
        return NOT_COMPARED
    whole = ((table.n > 0) | ~(table.before | table.after)).all(axis=1)
    donors = np.flatnonzero(whole & ~table.here)
    here = table.here
    if not here.any() or donors.size < DONORS:
        few = CompareState.TOO_FEW_SCHOOLS
        return Compared(few, here=int(here.sum()), others=donors.size)
    if table.before.sum() < YEARS or not table.after.any():
        return Compared(CompareState.TOO_FEW_YEARS, here=int(here.sum()), others=donors.size)
    events, n = table.events, table.n
    change, ratio = _apart(events[here].sum(axis=0), n[here].sum(axis=0), table, donors)
    placebos = [_apart(events[i], n[i], table, donors[donors != i])[1] for i in donors]
    p = (1 + sum(one >= ratio for one in placebos)) / (1 + donors.size)
    value = Estimate(change, change, change, True)
    return Compared(CompareState.COMPARED, value, p, int(here.sum()), donors.size)


def _apart(
    events: Numbers, n: Numbers, table: _Table, donors: NDArray[np.int64]
) -> tuple[float, float]:
    """The mean distance since the change, and how it compares with the one before.

    Of many others some mix fits a few years by luck, so a distance before counts for no less than
    chance makes it.
    """
    own = events / np.maximum(n, 1)
    rates = table.events[donors] / np.maximum(table.n[donors], 1)
    then = rates[:, table.before].T
    heavy = 1e3 * max(float(np.abs(then).max()), 1e-9)  # so that weights add up to 1
    target = np.append(own[table.before], heavy)
    weights, _ = nnls(np.vstack([then, np.full(donors.size, heavy)]), target)
    gap = own - weights @ rates
    since = sqrt(float((gap[table.after] ** 2).mean()))
    before = float((gap[table.before] ** 2).mean())
    by_chance = float((own / np.maximum(n, 1))[table.before].mean())
    return float(gap[table.after].mean()), since / sqrt(max(before, by_chance, 1e-12))


def _mean(values: Numbers, weight: Numbers) -> tuple[float, float]:
    """A weighted mean and the variance that its own values show."""
    share = weight / weight.sum()
    mean = float(share @ values)
    spare = values.size / (values.size - 1)
    return mean, spare * float((share**2) @ (values - mean) ** 2)


def _table(schools: Sequence[tuple[bool, Series]], begins: str) -> _Table | None:
    if not any(is_here for is_here, _ in schools) or all(is_here for is_here, _ in schools):
        return None
    years = sorted({year_of(label) for _, one in schools for label in one.label})
    shape = (len(schools), len(years))
    events, n = np.zeros(shape), np.zeros(shape)
    before, after = (np.zeros(len(years), np.bool_) for _ in range(2))
    for row, (_, one) in enumerate(schools):
        parts = split(one, begins)
        for i in np.flatnonzero(parts.before | parts.after):
            at = years.index(year_of(one.label[i]))
            events[row, at] += one.events[i]
            n[row, at] += one.n[i]
            before[at] |= parts.before[i]
            after[at] |= parts.after[i]
    return _Table(np.array([is_here for is_here, _ in schools]), events, n, before, after)
