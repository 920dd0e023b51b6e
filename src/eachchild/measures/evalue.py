"""E-values: how strong something not recorded would have to be to explain a ratio away."""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.comparisons import OddsRatio, RiskRatio
from eachchild.measures.counts import Known, Numbers


@dataclass(frozen=True, slots=True)
class EValues:
    """The E-values of a ratio and of its interval; 1 where nothing needs to be explained away."""

    estimate: Numbers
    limit: Numbers  # of the end of the interval nearer to 1; 1 where the interval holds 1
    known: Known  # False: no ratio; the others are 0 there


def e_value(risk_ratio: Numbers) -> Numbers:
    """The least risk ratio that a confounder must have, with group and outcome both, to do it all.

    A risk ratio below 1 is turned over first; 0 and infinity, which nothing finite explains, have
    infinity. Source: VanderWeele, T. J., Ding, P. (2017), Annals of Internal Medicine 167: 268-274.

    >>> e_value(np.array([1.0, 2.0, 0.5])).round(3)
    array([1.   , 3.414, 3.414])
    """
    with np.errstate(divide="ignore"):
        above = np.where(risk_ratio < 1, 1 / risk_ratio, risk_ratio)
    return np.asarray(above + np.sqrt(above * (above - 1)), np.float64)


def e_values(ratio: RiskRatio) -> EValues:
    """The E-values of a risk ratio and of its confidence limit nearer to 1.

    They are about confounding alone: not about who was recorded, nor about chance, of which the
    limit takes account. Raises nothing; ratios not known stay so.

    >>> found = e_values(RiskRatio(*(np.array([x]) for x in (3.9, 1.8, 8.7)), np.array([True])))
    >>> float(found.estimate[0].round(2)), float(found.limit[0].round(2))
    (7.26, 3.0)
    """
    return _of(ratio.ratio, ratio.low, ratio.high, ratio.known)


def e_values_of_rare(ratio: OddsRatio) -> EValues:
    """The same for an odds ratio of a rare outcome, which is nearly the risk ratio.

    VanderWeele and Ding (2017), table 2: rare is an outcome that fewer than 15 in 100 have.

    >>> found = e_values_of_rare(OddsRatio(*(np.array([x]) for x in (2, 1.5, 3)), np.array([True])))
    >>> float(found.limit[0].round(3))
    2.366
    """
    return _of(ratio.ratio, ratio.low, ratio.high, ratio.known)


def e_values_by_square_root(ratio: OddsRatio) -> EValues:
    """The same for an odds ratio of a common outcome, whose square root stands for a risk ratio.

    The rule of VanderWeele and Ding (2017), table 2, for outcomes that more than 15 in 100 have;
    between risks of 0.2 and 0.8 the root is within a quarter of the risk ratio (VanderWeele 2017,
    Epidemiology 28: e58-e60). Where the risk ratio itself is known, use that.

    >>> found = e_values_by_square_root(
    ...     OddsRatio(*(np.array([x]) for x in (4.0, 0.9, 9.0)), np.array([True]))
    ... )
    >>> float(found.estimate[0].round(3)), float(found.limit[0])
    (3.414, 1.0)
    """
    return _of(np.sqrt(ratio.ratio), np.sqrt(ratio.low), np.sqrt(ratio.high), ratio.known)


def _of(ratio: Numbers, low: Numbers, high: Numbers, known: Known) -> EValues:
    near = np.where(low > 1, low, np.where(high < 1, high, 1.0))
    estimate, limit = (
        np.where(known, e_value(np.where(known, x, 1.0)), 0.0) for x in (ratio, near)
    )
    return EValues(estimate, limit, known)
