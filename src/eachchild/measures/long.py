"""All measures of an audit as one long table: what `measures.csv` holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eachchild.cube import ALL_PLACES, Cube, Margin, Rollups
from eachchild.measures.aligned import (
    Beside,
    beside_everybody,
    beside_group,
    beside_state,
    breakdowns,
    matching,
    named_reference,
)
from eachchild.measures.grids import Grids
from eachchild.measures.mean_rows import (
    composition_row,
    count_row,
    mean_comparison_rows,
    mean_further_rows,
    mean_ratio_row,
    mean_row,
)
from eachchild.measures.rate_rows import (
    alternate_row,
    comparison_rows,
    difference_row,
    flag_rows,
    further_rows,
    rate_row,
)
from eachchild.measures.row_batch import (
    NAMED,
    Batch,
    Comparison,
    batch_of,
    compared,
    stacked,
)
from eachchild.measures.school_rows import school_rows
from eachchild.measures.table import MeasureTable, joined
from eachchild.plan import COMPLEMENT, OVERALL, Plan
from eachchild.terms.factors import Group
from eachchild.terms.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class _Question:
    """One outcome asked at one level of place, of one year each or of years pooled."""

    outcome: Outcome
    level: str
    pooled: bool

    @property
    def full(self) -> bool:
        """Whole places get every measure."""
        return self.level == ALL_PLACES


@dataclass(frozen=True, slots=True)
class _Answer:
    """The groups of one breakdown, and all students they are part of."""

    factors: tuple[str, ...]
    cells: Margin
    totals: Margin
    batch: Batch


def measure_rows(plan: Plan, rollups: Rollups) -> MeasureTable:
    """Every measure of every group: whole places one by one and crossed, districts, schools.

    The default content is small enough to read; `depth` and `schools_depth` in the plan ask more.
    Groups of all breakdowns are measured in one go.
    """
    grids = Grids(rollups)
    found = [t for q in _questions(plan, rollups.cube) for t in _measured(plan, grids, q)]
    return joined(found)


def _questions(plan: Plan, cube: Cube) -> Iterator[_Question]:
    for outcome in plan.outcomes:
        for level in _levels(cube):
            yield _Question(outcome, level, pooled=False)
        if len(cube.periods) > 1:
            yield _Question(outcome, ALL_PLACES, pooled=True)


def _levels(cube: Cube) -> tuple[str, ...]:
    if not cube.places.ids:
        return (ALL_PLACES,)
    above = (cube.places.parent_level,) if len(cube.places.parent_ids) > 1 else ()
    return (ALL_PLACES, *above, cube.places.level)


def _answers(plan: Plan, rollups: Rollups, asked: _Question) -> Iterator[_Answer]:
    depth = plan.depth if asked.full else plan.schools_depth
    name = asked.outcome.name
    # All students together first: the level itself stands beside every gap.
    for factors in ((), *breakdowns(plan, depth)):
        cells = rollups.cells(name, factors, level=asked.level, pooled=asked.pooled)
        if cells is not None and cells.place.size:
            totals = rollups.totals(name, factors, level=asked.level, pooled=asked.pooled)
            yield _Answer(factors, cells, totals, batch_of(rollups.cube, cells, asked.outcome))


def _measured(plan: Plan, grids: Grids, asked: _Question) -> Iterator[MeasureTable]:
    rollups = grids.rollups
    answers = list(_answers(plan, rollups, asked))
    counted = [a for a in answers if not a.batch.tally.has_n]
    for answer in counted:
        yield from _counts(answer, asked.outcome.name)
    answers = [a for a in answers if a.batch.tally.has_n]
    if not answers:
        return
    batch = stacked([a.batch for a in answers])
    yield rate_row(batch) if asked.outcome.is_rate else mean_row(batch)
    groups = [a for a in answers if a.factors]
    for kind in _kinds(rollups.cube, asked):
        yield from _compared(plan, grids, asked, kind=kind, answers=groups)


def _counts(answer: _Answer, outcome: str) -> Iterator[MeasureTable]:
    yield count_row(answer.batch)
    if answer.factors:
        everybody = answer.totals.tallies[outcome].take(matching(answer.cells, answer.totals))
        yield composition_row(answer.batch, everybody)


def _kinds(cube: Cube, asked: _Question) -> tuple[str, ...]:
    """Everybody else always; the plan's own reference and the whole where there is room."""
    if asked.level == cube.places.level:
        return (COMPLEMENT,)
    return (COMPLEMENT, NAMED, OVERALL)


def _beside(
    plan: Plan, cube: Cube, asked: _Question, *, kind: str, answer: _Answer
) -> Beside | None:
    name = asked.outcome.name
    reference = named_reference(plan, answer.factors)
    if kind == NAMED:
        if isinstance(reference, Group):
            return beside_group(cube, answer.cells, name, reference)
        return None
    if kind == OVERALL and not asked.full and reference != OVERALL:
        return None
    return beside_everybody(answer.cells, answer.totals, name, kind)


def _compared(
    plan: Plan, grids: Grids, asked: _Question, *, kind: str, answers: Sequence[_Answer]
) -> Iterator[MeasureTable]:
    """One kind of comparison of all groups that have it."""
    cube = grids.rollups.cube
    besides = [_beside(plan, cube, asked, kind=kind, answer=a) for a in answers]
    kept = [(a, b) for a, b in zip(answers, besides, strict=True) if b is not None]
    if not kept:
        return
    batch = stacked([a.batch for a, _ in kept])
    beside = compared(kind, [b for _, b in kept])
    finest = asked.level == cube.places.level
    yield from _measures(asked, batch, beside, finest=finest)
    cells = [a.cells for a, _ in kept]
    if asked.full and kind != OVERALL:
        yield from school_rows(grids, asked.outcome, batch, beside, cells)
    if kind == COMPLEMENT and not (asked.full or finest) and asked.outcome.is_rate:
        state = [
            beside_state(grids.rollups, c, asked.outcome.name, pooled=asked.pooled) for c in cells
        ]
        yield alternate_row(batch, beside, compared(kind, state))


def _measures(
    asked: _Question, batch: Batch, beside: Comparison, *, finest: bool
) -> Iterator[MeasureTable]:
    if not asked.outcome.is_rate:
        if beside.kind != OVERALL:
            yield from _mean_measures(asked, batch, beside)
    elif asked.full:
        yield from comparison_rows(batch, beside)
        yield from further_rows(batch, beside, asked.outcome.direction)
        yield from flag_rows(batch, beside, asked.outcome.direction)
    elif finest:
        yield difference_row(batch, beside)
    else:
        yield from comparison_rows(batch, beside)


def _mean_measures(asked: _Question, batch: Batch, beside: Comparison) -> Iterator[MeasureTable]:
    yield from mean_comparison_rows(batch, beside)
    if asked.full:
        yield mean_ratio_row(batch, beside)
        yield from mean_further_rows(batch, beside)
