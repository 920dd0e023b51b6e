"""From a district's linked tables to one row a student and school year.

Who is counted where:
- A student has a row for each school year with an enrollment spell in it; who withdrew stays in.
- The place is the home school: most instructional days enrolled, ties to the latest. With
  `membership = "attended"` there is a row for every school attended 10 days or more instead; then
  places may only be looked at one by one, since their sum counts some students twice.
- Identity is that of the plan's as-of day (by default the first day enrolled in the year), the
  same for numerator and denominator.
- No record is no zero: see `attendance`, `discipline`, `learning` for who counts as reported.

A ready `student_year` stays as it is; its blanks are filled from the other tables.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from eachchild.cube.attendance import attendance_of, reason_column
from eachchild.cube.context import GIVEN, Context
from eachchild.cube.discipline import discipline_of
from eachchild.cube.engine import Engine, Frame, duck
from eachchild.cube.identity_asof import identity_of
from eachchild.cube.learning import completion_of, courses_of, gifted, scores_of
from eachchild.cube.rules import RULES
from eachchild.cube.units import context_of
from eachchild.plan import Plan
from eachchild.tables import ABSENCE_REASONS, TABLES

_USED = (
    "student_year", "enrollment", "student", "student_race", "identity", "calendar", "absence",
    "discipline", "course", "score", "completion", "school",
)  # fmt: skip
_STEPS: Mapping[str, Callable[[Context], Frame]] = {
    "discipline": discipline_of,
    "course": courses_of,
    "score": scores_of,
    "completion": completion_of,
}
_NOTES = "eachchild"
_FORM = 4  # one more whenever a rule of deriving changes: a vault must not answer by an old one


@dataclass(frozen=True, slots=True)
class Notes:
    """What deriving did that a reader should know, in numbers of student-years."""

    rows: int
    frl_blanked: int  # at schools with free meals for all the family's status is not known
    without_spell: int  # enrollments that fall in no school year of the calendar


def derive_student_year(tables: Mapping[str, Path], plan: Plan, *, out: Path) -> Path:
    """Write the student-years of a district as Parquet into the folder `out`, and say where.

    `tables` has a Parquet file for each canonical table there is. The file is named by the hash of
    what made it and never written twice; an interrupted run leaves only a `.part`. A ready
    `student_year` that no other table can add to is returned as it is. Columns that no table can
    fill are left out. Rows are sorted by student, year and school: same input, same bytes.

    Raises CubeError where no table says who was enrolled when, where dated identity has no day to
    be taken on, and where `membership = "attended"` meets a ready table.
    """
    used = {name: tables[name] for name in _USED if name in tables}
    if set(used) == {"student_year"}:
        return used["student_year"]
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = out / f"student_year-{_made_of(used, plan)}.parquet"
    if not path.exists():
        with duck(out, *used.values()) as engine:
            write_student_year(engine, used, plan, path)
    return path


def write_student_year(engine: Engine, tables: Mapping[str, Path], plan: Plan, path: Path) -> None:
    """Derive with an engine and write, whole or not at all."""
    context, outside = context_of(engine, tables, plan)
    rows, columns = _rows(context)
    with _whole(path) as part:
        _write(engine, rows.select("unit", *columns).sort("unit"), part, outside)


def derivation_notes(path: Path) -> Notes | None:
    """What deriving noted in a file it wrote; None for a table that was brought ready."""
    written = (pq.read_schema(path).metadata or {}).get(_NOTES.encode())
    return Notes(**json.loads(written)) if written else None


def _rows(context: Context) -> tuple[Frame, list[str]]:
    """Every unit with every column that a table can fill, and the columns to write, in order."""
    found = [identity_of(context)]
    if "days_enrolled" in context.units.collect_schema() and "absence" in context.tables:
        found.append(attendance_of(context))
    for name, step in _STEPS.items():
        if name in context.tables:
            found.append(step(context))
    rows = context.units
    for frame in found:  # each is run by itself: a long chain of joins is planned again and again
        rows = rows.join(context.engine.keep(frame), on="unit", how="left")
    made = frozenset(rows.collect_schema().names())
    if {"gifted", "course_gifted"} & made:
        rows = rows.with_columns(gifted=gifted(made))
        made |= {"gifted"}
    columns = _columns(context, made)
    filled = {c: _filled(c, context, made) for c in columns if c not in context.factors}
    names = [c for c in columns if c in context.factors]
    return rows.select("unit", *names, **filled), columns


def _columns(context: Context, made: frozenset[str]) -> list[str]:
    """The columns to write: declared ones in their order, the plan's factors, what was brought."""
    declared = [c.name for c in TABLES["student_year"].columns]
    own = [f for f in context.factors if f not in declared]
    brought = sorted(context.given - {*declared, *own})
    more = ("school_name", "frl_blanked", *map(reason_column, ABSENCE_REASONS))
    added = [c for c in more if c not in brought]
    columns = [*declared, *own, *brought, *added]
    return [c for c in columns if c in made or c in context.given]


def _filled(column: str, context: Context, made: frozenset[str]) -> nw.Expr:
    """What was brought ready, and where that is blank what was derived."""
    if column == "school_id":  # held as empty text while rows are joined by it
        return nw.when(nw.col(column) != "").then(nw.col(column))
    if column not in context.given:
        return nw.col(column)
    if column not in made:
        return nw.col(GIVEN + column)
    return nw.coalesce(GIVEN + column, column)


def _made_of(tables: Mapping[str, Path], plan: Plan) -> str:
    """The hash of what makes the table: bytes of the inputs, and what of the plan it follows."""
    whole = hashlib.sha256()
    for name, path in sorted(tables.items()):
        with path.open("rb") as file:
            whole.update(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    factors = [(f.id, f.values) for f in plan.recorded]
    complete = sorted(s.table for s in plan.sources if s.complete)
    rules = (_FORM, plan.as_of, plan.membership, factors, complete, asdict(RULES))
    whole.update(json.dumps(rules).encode())
    return whole.hexdigest()[:32]


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file that gets its name only when it is whole; two runs at once do not meet."""
    part = path.with_suffix(f".{os.getpid()}.part")
    yield part
    part.replace(path)


def _write(engine: Engine, rows: Frame, path: Path, outside: int) -> None:
    """Write rows in order; what is only counted (`frl_blanked`) goes into the notes."""
    schema, batches = engine.batches(rows)
    kept = [i for i, name in enumerate(schema.names) if name not in ("unit", "frl_blanked")]
    blanked = schema.get_field_index("frl_blanked")
    written = pa.schema([schema.field(i) for i in kept])
    total, frl = 0, 0
    path.touch(mode=0o600)
    with pq.ParquetWriter(path, written, compression="zstd") as writer:
        for batch in batches:
            columns = [batch.column(i) for i in kept]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=written))
            total += batch.num_rows
            frl += pc.sum(batch.column(blanked)).as_py() or 0 if blanked >= 0 else 0
        notes = Notes(total, frl, outside)
        writer.add_key_value_metadata({_NOTES: json.dumps(asdict(notes))})
