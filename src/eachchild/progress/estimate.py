"""An estimate with its interval, and the difference of two of them."""

from dataclasses import dataclass
from math import sqrt

from scipy.special import stdtrit

CONFIDENCE = 0.95
_MANY = 1e6  # degrees of freedom beyond which Student's t is the normal


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate or a difference of rates with its ends; all 0 where it is not known."""

    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    known: bool = False


NOT_KNOWN = Estimate()


@dataclass(frozen=True, slots=True)
class Measured:
    """A rate and what it is worth: as good as a simple sample of `n`, which need not be whole."""

    rate: float
    n: float
    is_count: bool

    def between(self, z: float) -> Estimate:
        """Wilson's score interval, or for counts the score interval of a Poisson rate.

        >>> Measured(0.0, 20, False).between(1.96).high.__round__(3)
        0.161
        """
        x, n = self.rate * self.n, self.n
        whole = n if self.is_count else n + z**2
        spread = x if self.is_count else max(x * (1 - self.rate), 0.0)
        half = z * sqrt(spread + z**2 / 4)
        low = 0.0 if self.rate == 0 else max((x + z**2 / 2 - half) / whole, 0.0)
        high = (x + z**2 / 2 + half) / whole
        return Estimate(self.rate, low, high if self.is_count else min(high, 1.0), True)


def student(level: float, df: float) -> float:
    """The point that Student's t stays under with probability `level`."""
    return float(stdtrit(min(df, _MANY), level))


def difference(now: Estimate, then: Estimate) -> Estimate:
    """One less another, from both intervals (Zou and Donner 2008, Statistics in Medicine 27).

    >>> round(difference(Estimate(0.5, 0.4, 0.6, True), Estimate(0.3, 0.2, 0.4, True)).low, 3)
    0.059
    """
    if not (now.known and then.known):
        return NOT_KNOWN
    value = now.value - then.value
    low = value - sqrt((now.value - now.low) ** 2 + (then.high - then.value) ** 2)
    high = value + sqrt((now.high - now.value) ** 2 + (then.value - then.low) ** 2)
    return Estimate(value, low, high, True)
