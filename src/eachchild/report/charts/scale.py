"""From numbers to pixels, and the round numbers an axis shows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Protocol, TypeVar

_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Linear:
    """An even scale: `low` lies at pixel `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a number, held inside the scale.

        >>> Linear(0, 10, 100, 200)(5), Linear(0, 10, 100, 200)(50)
        (150.0, 200.0)
        """
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def cuts(self, value: float) -> bool:
        """Whether a number lies beyond the scale's ends."""
        slack = 1e-9 * (self.high - self.low)
        return not self.low - slack <= value <= self.high + slack


def ticks(low: float, high: float, about: int = 5) -> tuple[float, ...]:
    """Round numbers from at or below `low` to at or above `high`, about so many.

    >>> ticks(0, 0.137)
    (0.0, 0.05, 0.1, 0.15)
    """
    step = _step((high - low) / max(about - 1, 1)) if high > low else 1.0
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return tuple(round(i * step, 12) for i in range(first, max(last, first + 1) + 1))


class Placed(Protocol):
    """A point that is the `at`th of an axis."""

    @property
    def at(self) -> int: ...


P = TypeVar("P", bound=Placed)


def without_gaps(points: Iterable[P], breaks: Collection[int] = ()) -> list[list[P]]:
    """Points that a line may join: it stops where one is missing, and before a break."""
    found: list[list[P]] = []
    for point in points:
        if found and found[-1][-1].at == point.at - 1 and point.at not in breaks:
            found[-1].append(point)
        else:
            found.append([point])
    return found


def _step(least: float) -> float:
    power = 10.0 ** floor(log10(least))
    return next(s * power for s in _STEPS if s * power >= least * (1 - 1e-9))


def decades(low: float, high: float) -> tuple[float, ...]:
    """Round numbers inside a scale of powers: 10, 30, 100, 300 …

    >>> decades(25, 400)
    (30.0, 100.0, 300.0)
    """
    exponents = range(floor(log10(max(low, 1))), ceil(log10(max(high, 1))) + 1)
    candidates = (s * 10.0**e for e in exponents for s in (1, 3))
    return tuple(c for c in candidates if low <= c <= high)
