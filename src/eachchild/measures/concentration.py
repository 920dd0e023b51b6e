"""Concentration: does an outcome go to those who stand low in a ranking, or high?

The ranking is of need, income, prior results: anything but identity, with which it may go together.
Source: O'Donnell, O. et al. (2008), Analyzing Health Equity Using Household Survey Data, World
Bank, chapters 7 and 8.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from eachchild.measures.comparisons import GapTest
from eachchild.measures.counts import Known, Numbers, Sums, Whole
from eachchild.measures.rates import quantile

FEWEST = 3  # people; the line of the test has two numbers of its own


@dataclass(frozen=True, slots=True)
class Index:
    """An index with its interval: below 0 where the outcome goes to those ranked low."""

    value: Numbers
    error: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True, slots=True)
class Concentration:
    """One outcome along one ranking; all numbers but the curve are arrays of one."""

    mean: Numbers
    standard: Index  # from -1 to 1: of the outcome's sum, whatever its level
    generalised: Index  # the same times the mean, in the outcome's own unit
    erreygers: Index  # from -1 to 1 for an outcome with limits; not having it gives the negative
    test: GapTest  # that the standard index is 0
    people_share: Numbers  # the curve, from 0 to 1: those ranked so or lower
    outcome_share: Numbers  # and their part of the outcome's sum
    known: Known  # False: under three people, all of one rank, or no mean above 0


@dataclass(frozen=True, slots=True)
class _Ranked:
    """People of one rank in a row, lowest first; shares are of people or of the outcome's sum."""

    people: Numbers
    mean: Numbers
    spread: Numbers  # mean squared distance from the rank's own mean
    middle: Numbers  # fractional rank: half of the people of the rank stand below it
    upto: Numbers  # share of the outcome, this rank included


def concentration(
    rank: Numbers | Whole,
    outcome: Sums,
    *,
    limits: tuple[float, float] = (0.0, 1.0),
    people: float | None = None,
    confidence: float = 0.95,
) -> Concentration:
    """Give the indices of an outcome along a ranking, from one entry a rank or more.

    A yes-or-no outcome has its events as sum and as sum of squares. Ties share their middle rank.
    `limits` are the least and the most the outcome can be, for Erreygers' index alone. Where `n`
    counts weights, not people, `people` says how many independent people they are worth: Kish's
    (sum of weights) squared over the sum of squared weights.

    The standard index has the variance of Kakwani, N., Wagstaff, A., van Doorslaer, E. (1997),
    J. Econometrics 77: 87-103, which is that of a mean of each person's part in the index; the
    other two have their own, made likewise, since the mean they hold is itself subject to chance.
    Erreygers, G. (2009), J. Health Economics 28: 504-515. The test is the convenient regression's.

    >>> low = Sums(np.array([50, 50]), np.array([30, 10]), np.array([30, 10]))
    >>> found = concentration(np.array([1, 2]), low)
    >>> found.standard.value, found.erreygers.value, bool(found.standard.high[0] < 0)
    (array([-0.25]), array([-0.4]), True)
    """
    least, most = limits
    if not least < most:
        raise ValueError("limits are the least and the most the outcome can be, in that order")
    worth = float(outcome.n.sum() if people is None else people)
    total = float(outcome.total.sum()) / outcome.scale
    if worth < FEWEST or total <= 0 or len(np.unique(rank[outcome.n > 0])) < 2:
        return _unknown()
    r = _ranked(rank, outcome)
    mean = total / float(outcome.n.sum())
    C = 2 * float(r.people @ (r.mean * (r.middle - 0.5))) / mean
    above = 2 - r.upto - (r.upto - r.people * r.mean / mean)
    z = quantile(confidence)
    standard = _index(r, C, ((2 * r.middle - 1 - C) / mean, above - 1 - C), worth=worth, z=z)
    parts = 2 * r.middle - 1, mean * (above - 1 - 2 * C)
    generalised = _index(r, mean * C, parts, worth=worth, z=z)
    scale = 4 / (most - least)
    bounded = _index(r, scale * mean * C, (scale * parts[0], scale * parts[1]), worth=worth, z=z)
    people_share, outcome_share = (np.append(0.0, x) for x in (np.cumsum(r.people), r.upto))
    test = _regression(r, C, mean, worth=worth)
    return Concentration(
        np.array([mean]),
        standard,
        generalised,
        bounded,
        test,
        people_share,
        outcome_share,
        np.array([True]),
    )


def _ranked(rank: Numbers | Whole, outcome: Sums) -> _Ranked:
    some = outcome.n > 0
    values, at = np.unique(rank[some], return_inverse=True)
    n, total, squares = (
        np.bincount(at, weights=x[some].astype(np.float64), minlength=len(values))
        for x in (outcome.n, outcome.total, outcome.squares)
    )
    mean = total / n
    spread = np.maximum(squares / n - mean**2, 0.0) / outcome.scale**2
    people = n / n.sum()
    middle = np.cumsum(people) - people / 2
    return _Ranked(people, mean / outcome.scale, spread, middle, np.cumsum(total) / total.sum())


def _index(
    r: _Ranked, value: float, parts: tuple[Numbers, Numbers], *, worth: float, z: float
) -> Index:
    """An index to which a person with outcome y adds `parts[0] * y + parts[1]` beyond the mean."""
    slope, level = parts
    squared = slope**2 * r.spread + (slope * r.mean + level) ** 2
    error = np.sqrt(np.array([float(r.people @ squared) / worth]))
    center = np.array([value])
    return Index(center, error, center - z * error, center + z * error)


def _regression(r: _Ranked, C: float, mean: float, *, worth: float) -> GapTest:
    """Least squares of the outcome, suitably scaled, on the rank: its slope is the index."""
    away = r.middle - 0.5
    variance = float(r.people @ away**2)
    scale = 2 * variance / mean
    rest = scale**2 * r.spread + (scale * (r.mean - mean) - C * away) ** 2
    squared = float(r.people @ rest) / (variance * (worth - 2))
    known = np.array([squared > 0])
    t = np.array([C / np.sqrt(squared) if known[0] else 0.0])
    df = np.array([worth - 2])
    return GapTest(t, df, np.where(known, 2 * stdtr(df, -np.abs(t)), 1.0), known)


def _unknown() -> Concentration:
    zero, no = np.zeros(1), np.array([False])
    none = Index(zero, zero, zero, zero)
    test = GapTest(zero, zero, np.ones(1), no)
    return Concentration(zero, none, none, none, test, np.zeros(0), np.zeros(0), no)
