"""Many tests at once: how few of the findings may be chance, over families and inside them.

An audit has families of tests (an outcome with all its groups, crossings, schools and years). Ten
quiet families each tested at 5 % would raise a finding in two of five null districts, so a family
has to pass among the families first, and its tests then face the level times the share that passed.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Numbers, Whole


@dataclass(frozen=True, slots=True)
class TwoSteps:
    """What each test and each family needs in order to be a finding.

    A test is one at level a exactly where `q <= a`; a family passes where `family_q <= a`, which
    it does exactly where at least one of its tests does.
    """

    q: Numbers  # one a test
    families: Whole  # the families that have tests, in ascending order
    family_p: Numbers  # Simes, one a family
    family_q: Numbers


def benjamini_hochberg(p: Numbers) -> Numbers:
    """Adjust p-values so that those up to a level keep the false discovery rate below it.

    Source: Benjamini, Y., Hochberg, Y. (1995), J. Royal Stat. Soc. B 57: 289-300.

    >>> benjamini_hochberg(np.array([0.01, 0.02, 0.9]))
    array([0.03, 0.03, 0.9 ])
    """
    return _within(p, np.zeros(p.shape, np.int64))


def simes(p: Numbers) -> float:
    """Test that no hypothesis of a family is false, all p-values together (Simes 1986).

    >>> simes(np.array([0.01, 0.02, 0.9]))
    0.03
    """
    return float(benjamini_hochberg(p).min())


def two_steps(p: Numbers, family: Whole) -> TwoSteps:
    """Select families by Benjamini-Hochberg on their Simes p-values, then tests inside them.

    Inside the families that pass, Benjamini-Hochberg runs at the level times the share of families
    that passed. Give only tests with a known p-value; a family without any is none. Source:
    Benjamini, Y., Bogomolov, M. (2014), J. Royal Stat. Soc. B 76: 297-318.

    >>> two_steps(np.array([0.01, 0.5, 0.5]), np.array([0, 0, 1])).q
    array([0.04, 0.5 , 0.5 ])
    """
    families, code = np.unique(family, return_inverse=True)
    inside = _within(p, code)
    family_p = np.ones(families.size)
    np.minimum.at(family_p, code, inside)  # the least adjusted p-value is Simes's
    family_q = benjamini_hochberg(family_p)
    # The family's own level, exactly, so that rounding never parts a family from its first test.
    own = family_q[code]
    q = np.where(inside == family_p[code], own, np.maximum(_least_level(inside, family_q), own))
    return TwoSteps(q, families, family_p, family_q)


def _within(p: Numbers, family: Whole) -> Numbers:
    """Benjamini-Hochberg's adjusted p-values inside each family, all families at once."""
    order = np.lexsort((p, family))
    sizes = np.bincount(family)
    first = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    rank = np.arange(p.size) - first[family[order]] + 1
    steps = np.minimum(p[order] * (sizes[family[order]] / rank), 1.0)
    # A running minimum from the right that starts anew in each family, kept exact by running over
    # ranks of the values instead of the values.
    place = np.empty(p.size, np.int64)
    by_size = np.argsort(steps, kind="stable")
    place[by_size] = np.arange(p.size)
    running = np.minimum.accumulate((family[order] * p.size + place)[::-1])[::-1]
    adjusted = np.empty(p.size)
    adjusted[order] = steps[by_size[running - family[order] * p.size]]
    return adjusted


def _least_level(inside: Numbers, family_q: Numbers) -> Numbers:
    """The smallest level at which each test is selected.

    At level a, R(a) of m families pass and a test is selected where its adjusted p-value is at
    most a R(a) / m: then its family is among them, for a family's least adjusted p-value is its
    Simes p-value. So a test needs the least a with a R(a) / m at or above its adjusted p-value.
    """
    levels, passed = np.unique(family_q, return_counts=True)
    passed = np.cumsum(passed)
    m = family_q.size
    # After the r-th of the levels, `passed` families are in until the next one.
    step = np.searchsorted(levels * passed / m, inside)
    before, after = np.maximum(step - 1, 0), np.minimum(step, levels.size - 1)
    early = np.where(step > 0, inside * (m / passed[before]), 1.0)
    late = np.where(step < levels.size, levels[after], 1.0)
    return np.minimum(early, late)
