"""Simpler tests inside schools, from each school's surplus alone, to hold ours against."""

import numpy as np
from scipy.special import stdtr

from eachchild.bench.two_tests.world import Drawn, is_in
from eachchild.measures.counts import Numbers, Whole

_FLIPS = 999


def surpluses(drawn: Drawn, group: str) -> Numbers:
    """What the group has of each school's days beyond its share of students."""
    mine = is_in(group)[drawn.value]
    schools = int(drawn.school.max()) + 1

    def added(values: Whole) -> Numbers:
        return np.bincount(drawn.school, values, minlength=schools).astype(np.float64)

    n, total = added(drawn.n), added(drawn.days)
    return added(drawn.days * mine) - added(drawn.n * mine) * total / n


def student(surplus: Numbers) -> float | None:
    """Student's t of the schools' surpluses against 0; None where no school has any."""
    if not surplus.any():
        return None
    t = surplus.mean() / max(float(surplus.std(ddof=1)), 1e-300) * np.sqrt(surplus.size)
    return float(2 * stdtr(surplus.size - 1, -abs(t)))


def signs(rng: np.random.Generator, surplus: Numbers) -> float | None:
    """Every school's surplus keeps its size and draws its sign; None where no school has any."""
    if not surplus.any():
        return None
    sides = 2.0 * rng.integers(0, 2, size=(_FLIPS, surplus.size), dtype=np.int8) - 1
    reached = np.abs(sides @ surplus) >= abs(surplus.sum()) * (1 - 1e-9)
    return float((1 + reached.sum()) / (_FLIPS + 1))
