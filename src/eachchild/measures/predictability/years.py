"""Years together and years apart; sums are of squares, the root comes last."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.estimate import Noise
from eachchild.measures.predictability.index import Index
from eachchild.measures.predictability.interval import Square, inverted


def pooled(years: Sequence[Index], information: Numbers) -> Index:
    """Average several years or places, weighted by the information each holds.

    Only years with equal factors, categories and definitions belong together.
    """
    if len(years) != information.size or not years or (information <= 0).any():
        raise ValueError("pooling needs the information, above zero, of each year")
    if any(year.lean.noise.freedom[0] < 1 for year in years):
        raise ValueError(
            "a year in which no groups could be compared cannot be pooled; leave it out"
        )
    weight = information / information.sum()
    lean = _average([year.lean for year in years], weight)
    rich = _average([year.rich for year in years], weight)
    ends = inverted(lean)
    return Index(lean, rich, ends.low, np.maximum(ends.high, inverted(rich).high))


def _average(squares: Sequence[Square], w: Numbers) -> Square:
    value, scale, freedom, signal = (
        np.concatenate(x)
        for x in zip(
            *((s.value, s.noise.scale, s.noise.freedom, s.noise.signal) for s in squares),
            strict=True,
        )
    )
    variance = (w**2 * scale**2 * freedom).sum()
    # The chi-square whose second and third cumulants are those of the weighted sum.
    together = (w**3 * scale**3 * freedom).sum() / variance
    noise = Noise(
        np.array([together]),
        np.array([variance / together**2]),
        np.array([(w**2 * signal).sum()]),
    )
    return Square(np.array([(w * value).sum()]), noise)


@dataclass(frozen=True, slots=True)
class Change:
    """The later square minus the earlier one, with its normal test, and of the indexes."""

    square: Numbers
    deviation: Numbers
    p: Numbers
    index: Numbers


def change(earlier: Index, later: Index) -> Change:
    """Compare two years; students who are in both make the test cautious."""
    variance = _variance(earlier.lean) + _variance(later.lean)
    square, deviation = later.lean.value - earlier.lean.value, np.sqrt(variance)
    p = 2 * ndtr(-np.abs(square) / deviation)
    return Change(square, deviation, p, later.index - earlier.index)


def _variance(year: Square) -> Numbers:
    null = 2 * year.noise.scale**2 * year.noise.freedom
    return null + 4 * np.maximum(year.value, 0) * year.noise.signal
