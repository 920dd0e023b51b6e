"""Figures that other tools print for the same question, as seen and freed of chance."""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.cells import Cells
from eachchild.measures.predictability.estimate import Estimate, raw_index
from eachchild.measures.predictability.information import entropy, identity_information


@dataclass(frozen=True, slots=True)
class Fits:
    """Each figure twice: of the observed cell rates, and without what chance adds.

    The first is what a tool prints that fits a rate to every cell and judges it by the same
    students; the second may fall below zero. The area of the second is the pair sentence: of a
    student with the event and one without, how often identity names the right one.
    """

    tjur_seen: Numbers
    tjur: Numbers
    uncertainty_seen: Numbers
    uncertainty: Numbers
    area_seen: Numbers
    area: Numbers


def fits(cells: Cells, found: Estimate) -> Fits:
    """Tjur's R2 (2009), Theil's uncertainty coefficient, and the area under the ROC curve."""
    v = cells.base_rate * (1 - cells.base_rate)
    seen = (cells.rate - cells.base_rate) ** 2 @ cells.share / v
    told, most = identity_information(cells), entropy(np.array([cells.base_rate]))
    return Fits(
        tjur_seen=seen,
        tjur=found.spread.between / v,
        uncertainty_seen=told.seen / most,
        uncertainty=told.real / most,
        area_seen=area(raw_index(cells)),
        area=area(found.index),
    )


def area(index: Numbers) -> Numbers:
    """The AUC of an index: the share of pairs named right, ties half.

    >>> area(np.array([0.44]))
    array([0.72])
    """
    return (1 + index) / 2
