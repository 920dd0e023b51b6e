"""The same students come again: how much less many referrals say than as many students would.

A test that takes each referral for a draw of its own finds gaps where there are none, since a
student who is referred ten times adds ten referrals to one group at one stroke.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from eachchild.measures.comparisons import RiskDifference, SomeRatio, from_log
from eachchild.measures.counts import Numbers
from eachchild.measures.rates import quantile


def dispersion_of_repeats(referrals: int, students: int) -> float:
    """How many times its Poisson variance a sum of referrals has, from how many students they are.

    Students are taken to come by chance, and their numbers of referrals to follow the logarithmic
    series, so that all referrals follow the negative binomial law; the mean number then is
    (d - 1) / log(d) for the dispersion d. Where the squares of the students' numbers are known,
    their sum over that of the numbers is the dispersion itself. Raises ValueError for more students
    than referrals.

    >>> dispersion_of_repeats(100, 100), round(dispersion_of_repeats(14427, 10000), 3)
    (1.0, 2.0)
    """
    if not 0 < students <= referrals:
        raise ValueError(
            f"{students} students cannot have made {referrals} referrals. Give the number of "
            "different students among the referred, at least 1."
        )
    mean = referrals / students
    if mean < 1 + 1e-9:
        return 1.0
    return float(np.exp(brentq(lambda log: np.expm1(log) / log - mean, 1e-10, 50.0)))


def tempered(p: Numbers, dispersion: Numbers | float) -> Numbers:
    """A one-sided p as it is when the variance is `dispersion` times what the test took it for.

    >>> float(tempered(np.array([0.001]), 4.0)[0].round(4))
    0.0612
    """
    z = ndtri(np.clip(p, 1e-300, 1.0)) / np.sqrt(dispersion)
    return np.asarray(ndtr(z), np.float64)


def tempered_twice(p: Numbers, dispersion: Numbers | float) -> Numbers:
    """The same for a two-sided p.

    >>> float(tempered_twice(np.array([0.002]), 4.0)[0].round(4))
    0.1223
    """
    return np.asarray(np.minimum(2 * tempered(p / 2, dispersion), 1.0), np.float64)


def widened_ratio(
    ratio: SomeRatio, dispersion: Numbers | float, *, confidence: float = 0.95
) -> SomeRatio:
    """A ratio whose interval, even on the log scale, is made for `dispersion` times the variance.

    >>> from eachchild.measures.comparisons import RiskRatio
    >>> one = RiskRatio(*(np.array([x]) for x in (2.0, 1.0, 4.0)), np.array([True]))
    >>> widened_ratio(one, 4.0).low
    array([0.5])
    """
    center, high = (np.log(np.where(ratio.known, x, 1.0)) for x in (ratio.ratio, ratio.high))
    variance = ((high - center) / quantile(confidence)) ** 2 * dispersion
    return from_log(type(ratio), center, variance, known=ratio.known, confidence=confidence)


def widened_difference(gap: RiskDifference, dispersion: float) -> RiskDifference:
    """The same for a difference.

    >>> one = RiskDifference(*(np.array([x]) for x in (0.3, 0.2, 0.4)), np.array([True]))
    >>> widened_difference(one, 4.0).low.round(9)
    array([0.1])
    """
    by, center = np.sqrt(dispersion), gap.difference
    return RiskDifference(
        center, center - by * (center - gap.low), center + by * (gap.high - center), gap.known
    )
