"""What a part of the world hands on: its rows, and what each student could expect."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eachchild.worlds.model import Index, Mask, Numbers


@dataclass(frozen=True, slots=True)
class Expected:
    """One outcome of one year: each student's true mean, and who stands in its denominator."""

    mean: Numbers
    asked: Mask


Expectations = Mapping[str, Expected]


@dataclass(frozen=True, slots=True)
class Spread:
    """A small distribution of values; `share` adds up to 1."""

    value: Numbers
    share: Numbers

    @property
    def mean(self) -> float:
        """Its mean, exactly as drawn."""
        return float(self.value @ self.share)

    def draw(self, rng: np.random.Generator, n: int) -> Numbers:
        """Draw independent values."""
        edges = np.cumsum(self.share)
        return np.asarray(self.value[np.searchsorted(edges[:-1], rng.random(n), side="right")])


def spread(shares: Mapping[float, float]) -> Spread:
    """A distribution from value: share.

    >>> spread({1: 3, 2: 1}).mean
    1.25
    """
    share = np.array(list(shares.values()), np.float64)
    return Spread(np.array(list(shares), np.float64), share / share.sum())


def ranks(group: Index) -> Index:
    """The place of each entry within its run of equal numbers, from 0.

    >>> ranks(np.array([4, 4, 7, 7, 7])).tolist()
    [0, 1, 0, 1, 2]
    """
    place = np.arange(group.size)
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if group.size else place
    return np.asarray(place - np.repeat(starts, np.diff(np.r_[starts, group.size])))
