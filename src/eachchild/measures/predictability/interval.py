"""The interval of the index: every value that the estimate does not contradict."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, ndtri, stdtrit

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.estimate import Noise

LOWER_TAIL = 0.025
UPPER_TAIL = 0.01  # crossings that the columns do not describe bias the index downwards
STRAIGHT = 1e-6  # a skewness this small is none
HALVINGS = 45


@dataclass(frozen=True, slots=True)
class Interval:
    """The lowest and highest index, from 0 to 1, that fit the data; one entry a draw."""

    low: Numbers
    high: Numbers


@dataclass(frozen=True, slots=True)
class Square:
    """The signed square of an index, one entry a draw, and the noise around it.

    Average squares, never indexes: cut off at zero, those add up to something where there is
    nothing.
    """

    value: Numbers
    noise: Noise
    schools: float = np.inf  # how many equal schools the noise was learned from, if from schools

    @property
    def index(self) -> Numbers:
        """The index between 0 and 1; 0 where chance explains all of the spread."""
        return np.sqrt(np.maximum(self.value, 0))


def inverted(square: Square) -> Interval:
    """Find the true values under which the estimate would be neither too high nor too low.

    Around a true square t the estimate has mean t, variance 2 g^2 nu + 4 t signal and third
    cumulant 8 g^3 nu + 24 t signal^2; a gamma distribution with these moments gives the tails,
    stretched as Student's t is where the noise was learned from few schools.
    """
    low = _crossing(square.value, square, 1 - LOWER_TAIL)
    high = _crossing(np.maximum(square.value, 0), square, UPPER_TAIL)
    return Interval(np.sqrt(low), np.sqrt(high))


def stretch(schools: float, tail: float) -> float:
    """Student's quantile over the normal one, for noise learned from so many schools."""
    if np.isinf(schools):
        return 1.0
    return float(stdtrit(schools - 1, tail) / ndtri(tail))


def _crossing(seen: Numbers, square: Square, tail: float) -> Numbers:
    low, high = np.zeros(seen.shape), np.ones(seen.shape)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        beyond = _quantile(middle, square, tail) >= seen
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return np.where(_quantile(np.zeros(seen.shape), square, tail) >= seen, 0.0, high)


def _quantile(truth: Numbers, square: Square, tail: float) -> Numbers:
    noise, widening = square.noise, stretch(square.schools, tail)
    variance = 2 * noise.scale**2 * noise.freedom + 4 * truth * noise.signal
    third = 8 * noise.scale**3 * noise.freedom + 24 * truth * noise.signal**2
    deviation = np.sqrt(variance)
    skew = np.divide(third, deviation**3, out=np.zeros_like(third), where=variance > 0)
    skewed = skew >= STRAIGHT
    shape = 4 / np.where(skewed, skew, 1.0) ** 2
    curved = (gammaincinv(shape, tail) - shape) / np.sqrt(shape)
    return np.asarray(
        truth + widening * deviation * np.where(skewed, curved, ndtri(tail)), np.float64
    )
