"""Who is compared with whom: the rows of an assessment, before they are tested."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eachchild.measures.counts import Known
from eachchild.measures.inference.frame import Groups
from eachchild.measures.inference.model import Asked
from eachchild.measures.inference.sides import Counted, Pairs
from eachchild.measures.table import STATES, Coded
from eachchild.plan import COMPLEMENT, OVERALL
from eachchild.terms.states import State

STATE = {state: i for i, state in enumerate(STATES)}
_FEWEST_STUDENTS, _FEWEST_EVENTS = 30, 10  # of a reference; a smaller one gives way


def asked_of(groups: Groups, counted: Counted, *, outcome: int, level: int) -> Asked:
    """The comparisons of one level as an assessment names them."""
    cells, cell = counted.cells, counted.beside.cell
    size = cell.size
    named = np.where(counted.beside.other < 0, 0, groups.named[cells.group[cell]] + 2)
    return Asked(
        outcome=np.full(size, outcome, np.int64),
        level=np.full(size, level, np.int64),
        place=cells.place[cell],
        period=cells.period[cell],
        group=Coded(cells.group[cell].astype(np.int32), groups.names),
        reference=Coded(named.astype(np.int32), (COMPLEMENT, OVERALL, *groups.names)),
        ours=counted.pairs.group,
        theirs=counted.pairs.others,
        everybody=counted.totals.side.take(cells.total[cell]),
        state=_state(groups, counted),
        gave_way=_gave_way(counted),
    )


def wanted(groups: Groups, counted: Counted) -> Known:
    """Which of them are comparisons at all: two groups with students, the reference not too small.

    Students whose identity is not on record are told of in one factor, so that they can be seen,
    but in no crossing and beside no reference: nobody belongs to that group.
    """
    tested, named = counted.pairs, counted.beside.other >= 0
    group = counted.cells.group[counted.beside.cell]
    known = groups.told[group] | ((groups.depth[group] == 1) & ~named)
    known &= (tested.group.n > 0) & (tested.others.n > 0)
    return np.asarray(known & ~(named & _small(tested)))


def overall_too(groups: Groups, counted: Counted) -> Known:
    """The comparisons with everybody else that the plan also makes with everybody."""
    group = counted.cells.group[counted.beside.cell]
    return np.asarray(groups.overall[group] & (counted.beside.other < 0))


def as_overall(asked: Asked) -> Asked:
    """The same comparisons with everybody, the group included: what is tested is the same."""
    code = np.ones(asked.reference.code.shape, np.int32)
    return replace(asked, reference=Coded(code, asked.reference.names), theirs=asked.everybody)


def _small(tested: Pairs) -> Known:
    small = tested.others.n < _FEWEST_STUDENTS
    return small | (tested.others.total < _FEWEST_EVENTS) if tested.is_rate else small


def _gave_way(counted: Counted) -> Known:
    """Comparisons with everybody else that stand alone, as the plan's group is too small."""
    beside, size = counted.beside, counted.held.exact.size
    small = np.zeros(beside.cell.size, np.bool_)
    small[beside.cell[size:]] = _small(counted.pairs)[size:]
    return small


def _state(groups: Groups, counted: Counted) -> NDArray[np.int8]:
    cell, tested = counted.beside.cell, counted.pairs
    state = np.full(cell.size, STATE[State.REPORTED], np.int8)
    state[tested.hidden] = STATE[State.COARSE]
    state[counted.held.suppressed[cell]] = STATE[State.SUPPRESSED]
    state[tested.odd] = STATE[State.INCONSISTENT]
    state[tested.missing] = STATE[State.NOT_COLLECTED]
    # A missing answer is a question about the records, not a group that fares some way.
    state[~groups.told[counted.cells.group[cell]]] = STATE[State.NOT_APPLICABLE]
    return state
