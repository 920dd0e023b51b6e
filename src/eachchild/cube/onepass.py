"""The cube in one pass: every row of the student-years read once, into whole numbers by cell."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from eachchild.cube.arrange import Arrangement, arrange
from eachchild.cube.cells import EVERYWHERE, Block, Cube, Known, Places, Tally, Turnover, Whole
from eachchild.cube.codes import coded, value_codes
from eachchild.cube.conditions import Schema, asked
from eachchild.cube.engine import Frame, duck
from eachchild.cube.errors import CubeError
from eachchild.cube.plan import CountPlan
from eachchild.plan import Plan
from eachchild.tables import TABLES
from eachchild.terms.factors import Factor
from eachchild.terms.outcomes import Outcome

_PERIOD, _SCHOOL, _DISTRICT, _NAME = "period", "school_id", "district_id", "school_name"
_EXACT = float(1 << 53)
_STUDENTS, _MOVED, _CHANGED = "students", "moved", "changed"


@dataclass(frozen=True, slots=True)
class _Questions:
    """What is asked of every row, and the columns known to have no blank."""

    outcomes: Mapping[str, Outcome]
    filled: frozenset[str]

    def all_answer(self, outcome: Outcome) -> bool:
        """Whether no row can leave the outcome unknown."""
        return set(outcome.columns) <= self.filled


@dataclass(frozen=True, slots=True)
class _Pass:
    """What the pass brings back: a row a finest cell, keys as codes and sums as whole numbers."""

    periods: tuple[str, ...]
    schools: tuple[str, ...]
    period: Whole
    place: Whole
    value: Mapping[str, Whole]
    sums: Mapping[str, Whole]
    unsure: frozenset[str]  # the outcomes that some row may leave unknown


def count(plans: Sequence[CountPlan], student_year: Any, *, plan: Plan) -> Cube:
    """Count every plan's breakdown over a `student_year` table, in one group_by of one scan.

    `student_year` is the path of a Parquet file (read with DuckDB) or any frame Narwhals wraps.
    The finest crossing of all plans is counted once and each block added up from it, so overlaps
    (race in combination) cost no scan of their own. Students without a school stand at the place
    with the empty id where others have one; without any school there are no places at all and
    every cell stands at EVERYWHERE. A missing identity is `not_reported`. An outcome whose column
    no source fills, or which nobody in a period has an answer to, is not `collected` there.

    With `membership = "attended"` a student has a row for every school attended, so places may
    only be looked at one by one: their sum counts some students twice.

    Raises CubeError for a value that is none of a factor's, a column the plan asks for that no
    table declares, text compared with a number, and weights, which are not counted yet.
    """
    _refuse_weights(plan)
    with _opened(student_year) as frame:
        schema = frame.collect_schema()
        factors = _union(plans, schema)
        outcomes = {o.name: o for p in plans for o in p.outcomes}
        answered = {n: o for n, o in outcomes.items() if _is_there(o, schema)}
        filled = filled_columns(student_year) if isinstance(student_year, Path) else frozenset()
        found = _one_pass(frame, schema, factors, _Questions(answered, filled))
        places = _places(frame, schema, found.schools)
    blocks = tuple(_block(p, found, answered) for p in plans)
    values = {f.id: f.all_values for f in factors}
    return Cube(places, found.periods, values, blocks, _turnover(found))


@contextmanager
def _opened(student_year: Any) -> Iterator[Frame]:
    if isinstance(student_year, Path):
        with duck(student_year.parent) as engine:
            yield engine.scan(student_year)
        return
    frame = nw.from_native(student_year).lazy()
    # Frames that people bring write a missing number as NaN; our own Parquet never does.
    floats = [name for name, kind in frame.collect_schema().items() if kind.is_float()]
    yield frame.with_columns(nw.col(name).fill_nan(None) for name in floats) if floats else frame


def _refuse_weights(plan: Plan) -> None:
    if any("weight" in source.columns for source in plan.sources):
        raise CubeError(
            "the plan maps a sampling weight, and weighted counts are not supported yet. Take "
            "'weight' out of the source's columns; the numbers are then about the sample only."
        )


def _union(plans: Sequence[CountPlan], schema: Schema) -> tuple[Factor, ...]:
    factors = {f.id: f for p in plans for f in p.factors}
    for name in factors:
        if name not in schema:
            raise CubeError(
                f"no source has a column for the identity factor '{name}'. Map one in the "
                "source's columns, or take the factor out of the plan."
            )
    return tuple(factors.values())


def _is_there(outcome: Outcome, schema: Schema) -> bool:
    """Whether the rows hold what an outcome asks for; a column nobody declared is a mistake."""
    for name in outcome.columns:
        if name not in schema and TABLES["student_year"].column(name) is None:
            raise CubeError(
                f"outcome '{outcome.name}' asks for the column '{name}', which neither a source "
                "nor the declared tables have. Check its spelling, or map it in the columns."
            )
    return all(name in schema for name in outcome.columns)


def filled_columns(path: Path) -> frozenset[str]:
    """The columns of a Parquet file without one blank, by what the file says of itself.

    Whoever is asked about only these has an answer, which then needs no counting.
    """
    file = pq.read_metadata(path)
    blank: set[str] = set()
    for group in map(file.row_group, range(file.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            said = column.statistics
            if said is None or not said.has_null_count or said.null_count:
                blank.add(column.path_in_schema)
    return frozenset(file.schema.names) - blank


def _one_pass(
    frame: Frame, schema: Schema, factors: tuple[Factor, ...], questions: _Questions
) -> _Pass:
    columns, sums = _asked_of_rows(schema, questions)
    keys = [_PERIOD, *([_SCHOOL] if _SCHOOL in schema else []), *(f.id for f in factors)]
    rows = frame.select(*keys, **columns).group_by(keys).agg(**sums)
    table: pa.Table = rows.collect("pyarrow").to_native()
    periods, period = coded(table[_PERIOD])
    if (period < 0).any():
        raise CubeError("a student-year has no period. Map the school year, or give the period.")
    schools, place = _school_codes(table)
    return _Pass(
        periods,
        schools,
        period,
        place,
        {f.id: value_codes(table[f.id], f) for f in factors},
        {name: _whole(name, table[name]) for name in sums},
        frozenset(n for n, o in questions.outcomes.items() if not questions.all_answer(o)),
    )


def _asked_of_rows(
    schema: Schema, questions: _Questions
) -> tuple[dict[str, nw.Expr], dict[str, nw.Expr]]:
    """The columns computed for each row, and the sums over them for each cell."""
    columns: dict[str, nw.Expr] = {}
    sums: dict[str, nw.Expr] = {_STUDENTS: nw.len()}
    for name, outcome in questions.outcomes.items():
        row, all_answer = asked(outcome, schema), questions.all_answer(outcome)
        answer = nw.col(f"{name} answer")
        columns[f"{name} answer"] = row.answer.cast(nw.Int32) if outcome.is_rate else row.answer
        if row.outside is not None or not all_answer:
            if row.known_by is not None:
                columns[f"known {row.known_by}"] = nw.col(row.known_by)
            known = answer if row.known_by is None else nw.col(f"known {row.known_by}")
            sums[f"{name} n"] = known.count()
        sums[f"{name} events"] = answer.sum().cast(nw.Int64)
        if not outcome.is_rate:
            sums[f"{name} events"] = answer.sum()
            sums[f"{name} squares"] = (answer * answer).sum()
        if row.outside is not None and not all_answer:
            outside = f"outside {outcome.population}"  # outcomes that share it count it once
            columns[outside] = row.outside.cast(nw.Int32)
            sums[outside] = nw.col(outside).sum().cast(nw.Int64)
    for name, column, most in ((_MOVED, "schools_attended", 1), (_CHANGED, "identity_changes", 0)):
        if column in schema:
            columns[name] = (nw.col(column) > most).cast(nw.Int32)
            sums[name] = nw.col(name).sum().cast(nw.Int64)
    return columns, sums


def _whole(name: str, column: pa.ChunkedArray) -> Whole:
    """A column of sums as integers; refused beyond what float64 adds exactly."""
    values = column.to_numpy()
    if values.dtype.kind == "f" and (np.abs(values) >= _EXACT).any():
        raise CubeError(
            f"the numbers of the outcome '{name.split()[0]}' are too large to be added exactly. "
            "Give it fewer decimals, or check its unit."
        )
    whole: Whole = values.astype(np.int64, copy=False)
    return whole


def _school_codes(table: pa.Table) -> tuple[tuple[str, ...], Whole]:
    if _SCHOOL not in table.column_names:
        return (), np.full(table.num_rows, EVERYWHERE)
    schools, place = coded(table[_SCHOOL])
    if not schools:
        return (), place
    if (place < 0).any() and schools[0] != "":
        return ("", *schools), place + 1
    return schools, np.maximum(place, 0)


def _places(frame: Frame, schema: Schema, schools: tuple[str, ...]) -> Places:
    columns = [c for c in (_DISTRICT, _NAME) if c in schema]
    if not schools or not columns:
        return Places("school", schools, parents=("",) * len(schools))
    ends = {f"{end} {c}": getattr(nw.col(c), end)() for c in columns for end in ("min", "max")}
    table = frame.select(_SCHOOL, *columns).group_by(_SCHOOL).agg(**ends).collect("pyarrow")
    rows = {row[_SCHOOL] or "": row for row in table.to_native().to_pylist() if row[_SCHOOL]}
    if sum(r.get(f"min {_DISTRICT}") != r.get(f"max {_DISTRICT}") for r in rows.values()):
        raise CubeError(
            "a school id stands in two districts. Write school ids that include the district's."
        )
    parents, names = (
        tuple(rows.get(s, {}).get(f"min {c}") or "" for s in schools) for c in (_DISTRICT, _NAME)
    )
    return Places("school", schools, parents=parents, names=names if any(names) else ())


def _block(plan: CountPlan, found: _Pass, answered: Mapping[str, Outcome]) -> Block:
    names = tuple(f.id for f in plan.factors)
    place = np.full_like(found.place, EVERYWHERE) if plan.whole else found.place
    cells = arrange([found.period, place, *(found.value[name] for name in names)])
    students = cells.add(found.sums[_STUDENTS])
    tallies = {
        o.name: _tally(o, found, cells, students)
        if o.name in answered
        else _not_collected(o, students)
        for o in plan.outcomes
    }
    keys = cells.cells
    return Block(names, keys[:, 1], keys[:, 0], keys[:, 2:], students, tallies)


def _tally(outcome: Outcome, found: _Pass, cells: Arrangement, students: Whole) -> Tally:
    name, outside = outcome.name, f"outside {outcome.population}"
    events = cells.add(found.sums[f"{name} events"])
    squares = None if outcome.is_rate else cells.add(found.sums[f"{name} squares"])
    counted = f"{name} n" in found.sums  # else everybody answers
    n = cells.add(found.sums[f"{name} n"]) if counted else students
    missing = students - n
    if outcome.population is not None:
        # Where nobody's answer is unknown, whoever does not count is outside the population.
        beside = cells.add(found.sums[outside]) if name in found.unsure else missing
        missing = missing - beside
    collected = _collected(cells.cells[:, 0], n, missing)
    return Tally(n, events, n, events, missing, collected, squares)


def _collected(period: Whole, n: Whole, missing: Whole) -> Known:
    """False for every cell of a period in which students are asked and nobody has an answer."""
    new = np.append(True, period[1:] != period[:-1])[: period.size]  # cells are sorted by period
    starts = np.flatnonzero(new)
    answers, gaps = (np.add.reduceat(x, starts) if x.size else x for x in (n, missing))
    return np.repeat((answers > 0) | (gaps == 0), np.diff(np.append(starts, period.size)))


def _not_collected(outcome: Outcome, students: Whole) -> Tally:
    none = np.zeros_like(students)
    squares = None if outcome.is_rate else none
    return Tally(none, none, none, none, students, none > 0, squares)


def _turnover(found: _Pass) -> tuple[Turnover, ...]:
    """Who moved, by period; empty where the rows do not say."""
    if _MOVED not in found.sums or _CHANGED not in found.sums:
        return ()
    cells = arrange([found.period])
    students = found.sums[_STUDENTS]
    homeless = np.array([s == "" for s in found.schools] or [True])[found.place]
    columns = (students, found.sums[_MOVED], found.sums[_CHANGED], np.where(homeless, students, 0))
    sums = [cells.add(c).tolist() for c in columns]
    return tuple(
        Turnover(p, *row) for p, row in zip(found.periods, zip(*sums, strict=True), strict=True)
    )
