"""All measures of an audit: rows, tests in families, predictability."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from eachchild.cube import Rollups
from eachchild.measures.attach import with_tests
from eachchild.measures.identity import Predicted, identity_predicts
from eachchild.measures.inference import Assessment, Extra, assess
from eachchild.measures.long import measure_rows
from eachchild.measures.multiple import benjamini_hochberg
from eachchild.measures.predicted_rows import predicted_rows
from eachchild.measures.table import MeasureTable, joined
from eachchild.plan import Plan

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """What the measures found: the long table, the tests, and predictability with its q.

    `assessment` is None where the source tells no group apart with a denominator; a prediction's
    q is None where it could not be tested. `total_q` is that of predicting by whatever road: all
    outcomes and years of it are adjusted together and apart from the families, for where schools
    differ it is true, and what is true must not make room for alarms.
    """

    table: MeasureTable
    assessment: Assessment | None
    predicted: tuple[Predicted, ...]
    predicted_q: tuple[float | None, ...]
    total_q: tuple[float | None, ...]


def measure(plan: Plan, rollups: Rollups, told: Progress) -> Measured:
    """Measure everything a plan asks for, from counts alone."""
    told("how well identity predicts", 0.45)
    return measured_beside(identity_predicts(plan, rollups.cube), plan, rollups, told)


def measured_beside(
    predicted: Sequence[Predicted], plan: Plan, rollups: Rollups, told: Progress
) -> Measured:
    """Everything but predictability, whose tests join the families of their outcomes."""
    told("tests inside and between schools", 0.55)
    tested = [i for i, p in enumerate(predicted) if p.p is not None]
    # Two halves that ask nothing of each other, for two cores: numpy lets go of the interpreter.
    with ThreadPoolExecutor(1) as beside:
        measured = beside.submit(measure_rows, plan, rollups)
        assessment = assess(plan, rollups, extra=_extra(plan, [predicted[i] for i in tested]))
        told("measures", 0.65)
        table = joined([measured.result(), *predicted_rows(predicted)])
    q: list[float | None] = [None] * len(predicted)
    if assessment is not None:
        table = with_tests(table, assessment, rollups.cube)
        for i, value in zip(tested, assessment.q_extra.tolist(), strict=True):
            q[i] = value
    return Measured(table.sorted(), assessment, tuple(predicted), tuple(q), _total_q(predicted))


def _total_q(predicted: Sequence[Predicted]) -> tuple[float | None, ...]:
    tested = [p.total_p for p in predicted if p.total_p is not None]
    adjusted = iter(benjamini_hochberg(np.array(tested, np.float64)).tolist())
    return tuple(None if p.total_p is None else next(adjusted) for p in predicted)


def _extra(plan: Plan, predicted: Sequence[Predicted]) -> Extra:
    """Predictability's own tests, which join the family of their outcome."""
    number = {o.name: i for i, o in enumerate(plan.outcomes)}
    return Extra(
        np.array([number[p.outcome] for p in predicted], np.int64),
        np.array([p.p for p in predicted], np.float64),
    )
