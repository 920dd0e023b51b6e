"""The long table with the q-values of its comparisons, each beside the estimate it belongs to."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eachchild.cube import ALL_PLACES, POOLED, Cube
from eachchild.measures.inference.model import Assessment
from eachchild.measures.table import Coded, MeasureTable
from eachchild.terms.years import ALL

TESTED = ("risk_difference", "risk_ratio", "mean_difference", "mean_ratio")
_Key = NDArray[np.int64]


def with_tests(table: MeasureTable, assessment: Assessment, cube: Cube) -> MeasureTable:
    """Put each comparison's q beside its difference and ratio, whatever interval they show."""
    asked = assessment.asked
    columns = (
        (table.place, _places(assessment, cube)),
        (table.period, _periods(assessment, cube)),
        (table.outcome, Coded(asked.outcome.astype(np.int32), assessment.outcomes)),
        (table.group, asked.group),
        (table.reference, asked.reference),
    )
    rows, tests, known = _keys(columns)
    order = np.argsort(tests, kind="stable")
    tests = tests[order]
    compared = np.zeros(len(table), np.bool_)
    for measure in TESTED:
        compared |= table.measure.is_(measure)
    if not tests.size:
        return table
    at = np.minimum(np.searchsorted(tests, rows), tests.size - 1)
    has_q = compared & known & (tests[at] == rows)
    return replace(table, q=np.where(has_q, assessment.q[order][at], 0.0), has_q=has_q)


def _places(assessment: Assessment, cube: Cube) -> Coded:
    """The places of an assessment as the table names them."""
    names: list[str] = []
    start: list[int] = []
    for level in assessment.levels:
        start.append(len(names))
        if level == ALL_PLACES:
            names.append(ALL_PLACES)
        else:
            ids = cube.places.ids if level == cube.places.level else cube.places.parent_ids
            names += [f"{level}:{i}" for i in ids]
    asked = assessment.asked
    code = np.array(start, np.int64)[asked.level] + np.maximum(asked.place, 0)
    return Coded(code.astype(np.int32), tuple(names))


def _periods(assessment: Assessment, cube: Cube) -> Coded:
    period = assessment.asked.period
    code = np.where(period == POOLED, len(cube.periods), period)
    return Coded(code.astype(np.int32), (*cube.periods, ALL))


def _keys(columns: tuple[tuple[Coded, Coded], ...]) -> tuple[_Key, _Key, NDArray[np.bool_]]:
    """One number for each row of the table and each test; `known`: the row's names are tests'."""
    rows = np.zeros(len(columns[0][0].code), np.int64)
    tests = np.zeros(len(columns[0][1].code), np.int64)
    known = np.ones(rows.shape, np.bool_)
    for in_table, in_tests in columns:
        where = {name: i for i, name in enumerate(in_tests.names)}
        into = np.array([where.get(name, -1) for name in in_table.names], np.int64)
        code = into[in_table.code]
        known &= code >= 0
        rows = rows * len(in_tests.names) + np.maximum(code, 0)
        tests = tests * len(in_tests.names) + in_tests.code
    return rows, tests, known
