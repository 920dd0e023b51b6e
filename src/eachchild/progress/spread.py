"""How far a school year's rate lies from another's beyond chance, where few years are known."""

from dataclasses import dataclass

import numpy as np

from eachchild.progress.model import Numbers, Whole

# What is assumed of rates before a year is seen: that they differ by a tenth from year to year.
# It weighs as much as four years would. The study of false alarms tries years that differ less
# and more than this; without it two years that happen to agree would let any change pass for one.
ASSUMED, WEIGHT = 0.10, 3.0


@dataclass(frozen=True, slots=True)
class Spread:
    """The standard deviation of a year's rate beyond chance, as a share of the rate.

    `df` is how well it is known. `dispersion` is how much wider than chance counts of events lie
    that may happen more than once to one student.
    """

    sd: float
    df: float
    dispersion: float


def year_spread(events: Whole, n: Whole, *, is_count: bool = False) -> Spread:
    """Learn the spread from groups (rows) over years (columns); what is hidden has n of 0.

    Moments after DerSimonian and Laird (1986, Controlled Clinical Trials 7), weighed against the
    assumed spread. All groups of a place share what a year brings, so their number adds no
    degrees of freedom: years do.

    >>> same = year_spread(np.array([[10, 10, 10]]), np.array([[100, 100, 100]]))
    >>> round(same.sd, 3), same.df
    (0.077, 5.0)
    """
    seen = n > 0
    used = (seen.sum(axis=1) > 1) & ((events * seen).sum(axis=1) > 0)
    x, size, seen = events[used] * 1.0, n[used] * 1.0, seen[used]
    years = int(seen.any(axis=0).sum()) if used.any() else 0
    if years < 2:
        return Spread(ASSUMED, WEIGHT, 1.0)
    rate = (x.sum(axis=1) / size.sum(axis=1))[:, None]
    share = rate if is_count else rate / np.maximum(1 - rate, 1e-9)
    weight = size * share  # one over the variance of a year's rate by chance, as a share of it
    gap = np.divide(x, size, out=np.zeros_like(x), where=seen) / rate - 1
    Q = float((weight * gap**2)[seen].sum())
    df = float((seen.sum(axis=1) - 1).sum())
    total = weight.sum(axis=1)
    room = float((total - (weight**2).sum(axis=1) / total).sum())
    found = max(Q - df, 0.0) / room
    known = years - 1.0
    variance = (WEIGHT * ASSUMED**2 + known * found) / (WEIGHT + known)
    return Spread(variance**0.5, WEIGHT + known, max(1.0, Q / df) if is_count else 1.0)


def chance(rate: float | Numbers, *, is_count: bool) -> float | Numbers:
    """The variance of one student's count by chance alone."""
    return rate if is_count else rate * (1 - rate)
