"""The finer grains as files: a row a cell, words in place of codes, read back exactly."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from eachchild.cube.cells import (
    EVERYWHERE,
    AbsenceBlock,
    AdultBlock,
    CourseBlock,
    Cube,
    EventBlock,
    GradeBlock,
    SupportBlock,
    Whole,
    WordBlock,
)

EVENTS, ADULTS = "event.parquet", "adult.parquet"
SUPPORTS, COURSES = "support.parquet", "course.parquet"
GRADES, ABSENCES, WORDS = "grade.parquet", "absence.parquet", "word.parquet"
_Columns = dict[str, pa.Array]
_Celled = EventBlock | SupportBlock | CourseBlock | GradeBlock | AbsenceBlock
_BLOCK, _PLACE, _PERIOD, _GROUP, _PART = "breakdown", "place", "period", "group", "part"
_COUNTS = ("rows", "referrals", "students", "oss", "unsaid", "police", "days", "undated")
_NEED_CELL = ("need", "listed", "served", "week", "students")
_GRADE, _OF_GRADE = "grade", ("students", "events")
_ENROLLED = ("bin", "students", "enrolled")  # of a course cell
_MISSED = ("students", "value", "enrolled", "absent", "unrecorded")  # of an absence cell
_BY_REASON = ("without", "without_both", "days")  # of each, a column a reason
_KINDS, _SCHOOLS = "adults", "schools"  # the two parts of an adult block
_STUDENTS, _WRITERS, _NOTES, _USED = "students", "writers", "notes", "used"  # of a word block
_WORD, _STRATUM = "word", "stratum"


def store_grains(cube: Cube, folder: Path) -> dict[str, object]:
    """Write the finer grains that a cube has, and say what a reader of the files must know.

    Nothing is written and nothing said where a cube has none.
    """
    said: dict[str, object] = {}
    names: tuple[str, ...]
    if cube.events:
        _write(_event_tables(cube), folder / EVENTS)
        names = ("factor", "groups", "dimensions", "words", "schools", "unplaced_rows", "unplaced")
        said["events"] = [_meaning(b, *names) | {"words": dict(b.words)} for b in cube.events]
    if cube.adults:
        _write(_adult_tables(cube), folder / ADULTS)
        said["adults"] = [
            _meaning(b, "factor", "groups", "schools")
            | {
                "has_taught": b.taught is not None,
                "staff": None if b.staff is None else b.staff.tolist(),
                "unplaced": b.unplaced,
            }
            for b in cube.adults
        ]
    if cube.supports:
        _write(_cell_tables(cube, cube.supports, _NEED_CELL), folder / SUPPORTS)
        names = ("factor", "groups", "measure", "has_lists", "schools", "unplaced_rows")
        said["supports"] = [_meaning(b, *names) for b in cube.supports]
    if cube.courses:
        _write(_cell_tables(cube, cube.courses, _ENROLLED), folder / COURSES)
        names = ("factor", "groups", "outcome", "bins", "again", "schools")
        said["courses"] = [_meaning(b, *names) | {"again": b.again.tolist()} for b in cube.courses]
    if cube.grades:
        _write(_grade_tables(cube), folder / GRADES)
        names = ("factor", "groups", "outcome", "grades", "schools")
        said["grades"] = [_meaning(b, *names) for b in cube.grades]
    if cube.absences:
        _write(_absence_tables(cube), folder / ABSENCES)
        names = ("factor", "groups", "outcome", "reasons", "schools")
        said["absences"] = [_meaning(b, *names) for b in cube.absences]
    if cube.words:
        _write(_word_tables(cube), folder / WORDS)
        said["words"] = [_meaning(b, "factor", "groups", "left_out") for b in cube.words]
    return said


def restore_grains(
    folder: Path, meaning: Mapping[str, Any], periods: Sequence[str]
) -> tuple[
    tuple[EventBlock, ...], tuple[AdultBlock, ...], tuple[SupportBlock, ...],
    tuple[CourseBlock, ...], tuple[GradeBlock, ...], tuple[AbsenceBlock, ...],
    tuple[WordBlock, ...],
]:  # fmt: skip
    """Read the finer grains back, as far as the meaning tells of some."""
    names = ("events", "adults", "supports", "courses", "grades", "absences", "words")
    events, adults, supports, courses, grades, absences, words = (
        meaning.get(name, ()) for name in names
    )
    return (
        tuple(_event_block(t, b, periods) for t, b in _parts(folder / EVENTS, events)),
        tuple(_adult_block(t, b, periods) for t, b in _parts(folder / ADULTS, adults)),
        tuple(_support_block(t, b, periods) for t, b in _parts(folder / SUPPORTS, supports)),
        tuple(_course_block(t, b, periods) for t, b in _parts(folder / COURSES, courses)),
        tuple(_grade_block(t, b, periods) for t, b in _parts(folder / GRADES, grades)),
        tuple(_absence_block(t, b, periods) for t, b in _parts(folder / ABSENCES, absences)),
        tuple(_word_block(t, b) for t, b in _parts(folder / WORDS, words)),
    )


def _write(tables: Iterator[pa.Table], path: Path) -> None:
    table = pa.concat_tables(list(tables), promote_options="default")
    pq.write_table(table, path, compression="zstd")


def _parts(
    path: Path, blocks: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[pa.Table, Mapping[str, Any]]]:
    if not blocks:
        return
    table = pq.read_table(path)
    for number, block in enumerate(blocks):
        yield table.filter(pc.equal(table[_BLOCK], number)), block


def _named(codes: Whole, words: Sequence[str]) -> pa.Array:
    """Words in place of codes; none at EVERYWHERE, which is the last of an array."""
    return pa.array([*words, None], pa.string()).take(pa.array(codes % (len(words) + 1)))


def _codes(column: pa.ChunkedArray, words: Sequence[str]) -> Whole:
    found = pc.index_in(column, value_set=pa.array(words, pa.string()))
    codes: Whole = found.fill_null(EVERYWHERE).to_numpy().astype(np.int64)
    return codes


def _columns(columns: Sequence[Whole], rows: int) -> Whole:
    return np.column_stack(columns) if columns else np.zeros((rows, 0), np.int64)


def _meaning(block: object, *names: str) -> dict[str, object]:
    """What a block says of all its cells, in this order."""
    return {name: getattr(block, name) for name in names}


def _keys(cube: Cube, number: int, block: _Celled) -> _Columns:
    """The columns that say which cell a row is."""
    return {
        _BLOCK: pa.array(np.full(block.place.size, number, np.int64)),
        _PLACE: _named(block.place, block.schools),
        _PERIOD: _named(block.period, cube.periods),
        _GROUP: _named(block.group, block.groups),
    }


def _read_keys(
    table: pa.Table, meaning: Mapping[str, Any], periods: Sequence[str]
) -> dict[str, Any]:
    """The same read back, with the words behind them."""
    groups, schools = tuple(meaning["groups"]), tuple(meaning["schools"])
    return {
        "factor": meaning["factor"],
        "groups": groups,
        "schools": schools,
        "place": _codes(table[_PLACE], schools),
        "period": _codes(table[_PERIOD], periods),
        "group": _codes(table[_GROUP], groups),
    }


def _cell_tables(
    cube: Cube, blocks: Sequence[SupportBlock | CourseBlock], counts: Sequence[str]
) -> Iterator[pa.Table]:
    for number, block in enumerate(blocks):
        own = {name: pa.array(getattr(block, name)) for name in counts}
        yield pa.table({**_keys(cube, number, block), **own})


def _grade_tables(cube: Cube) -> Iterator[pa.Table]:
    for number, block in enumerate(cube.grades):
        own = {name: pa.array(getattr(block, name)) for name in _OF_GRADE}
        grade = {_GRADE: _named(block.grade, block.grades)}
        yield pa.table({**_keys(cube, number, block), **grade, **own})


def _event_tables(cube: Cube) -> Iterator[pa.Table]:
    for number, block in enumerate(cube.events):
        words = {
            d: _named(block.value[:, i], block.words[d]) for i, d in enumerate(block.dimensions)
        }
        counts = {f"n_{name}": pa.array(getattr(block, name)) for name in _COUNTS}
        yield pa.table({**_keys(cube, number, block), **words, **counts})


def _event_block(table: pa.Table, meaning: Mapping[str, Any], periods: Sequence[str]) -> EventBlock:
    dimensions = tuple(meaning["dimensions"])
    words = {name: tuple(found) for name, found in meaning["words"].items()}
    return EventBlock(
        **_read_keys(table, meaning, periods),
        dimensions=dimensions,
        words=words,
        value=_columns([_codes(table[d], words[d]) for d in dimensions], table.num_rows),
        **{name: table[f"n_{name}"].to_numpy() for name in _COUNTS},
        unplaced_rows=meaning["unplaced_rows"],
        unplaced=meaning["unplaced"],
    )


def _adult_tables(cube: Cube) -> Iterator[pa.Table]:
    """The kinds of adults, then the schools with what no adult answers for."""
    for number, block in enumerate(cube.adults):
        sides = {"made": block.made}
        if block.taught is not None:
            sides["taught"] = block.taught
        kinds = {_KINDS: pa.array(block.adults)} | {
            f"{side}_{group}": pa.array(np.ascontiguousarray(counts[:, g]))
            for side, counts in sides.items()
            for g, group in enumerate(block.groups)
        }
        here = {"unnamed": pa.array(block.at_unnamed), "set_aside": pa.array(block.at_set_aside)}
        for part, place, period, counts in (
            (_KINDS, block.place, block.period, kinds),
            (_SCHOOLS, block.at_place, block.at_period, here),
        ):
            yield pa.table(
                {
                    _BLOCK: pa.array(np.full(place.size, number, np.int64)),
                    _PART: pa.array([part] * place.size, pa.string()),
                    _PLACE: _named(place, block.schools),
                    _PERIOD: _named(period, cube.periods),
                    **counts,
                }
            )


def _adult_block(table: pa.Table, meaning: Mapping[str, Any], periods: Sequence[str]) -> AdultBlock:
    groups, schools = tuple(meaning["groups"]), tuple(meaning["schools"])
    kinds, here = (table.filter(pc.equal(table[_PART], part)) for part in (_KINDS, _SCHOOLS))

    def side(name: str) -> Whole:
        return _columns([kinds[f"{name}_{g}"].to_numpy() for g in groups], kinds.num_rows)

    return AdultBlock(
        factor=meaning["factor"],
        groups=groups,
        schools=schools,
        place=_codes(kinds[_PLACE], schools),
        period=_codes(kinds[_PERIOD], periods),
        made=side("made"),
        taught=side("taught") if meaning["has_taught"] else None,
        adults=kinds[_KINDS].to_numpy(),
        staff=None if meaning["staff"] is None else np.array(meaning["staff"], np.int64),
        at_place=_codes(here[_PLACE], schools),
        at_period=_codes(here[_PERIOD], periods),
        at_unnamed=here["unnamed"].to_numpy(),
        at_set_aside=here["set_aside"].to_numpy(),
        unplaced=meaning["unplaced"],
    )


def _support_block(
    table: pa.Table, meaning: Mapping[str, Any], periods: Sequence[str]
) -> SupportBlock:
    # A cube that was stored before weeks were counted knows of none.
    unknown = pa.nulls(table.num_rows, pa.int64()).fill_null(0)
    known = {name: table[name] for name in _NEED_CELL if name in table.column_names}
    return SupportBlock(
        **_read_keys(table, meaning, periods),
        measure=meaning["measure"],
        has_lists=meaning["has_lists"],
        **{name: known.get(name, unknown).to_numpy() for name in _NEED_CELL},
        unplaced_rows=meaning["unplaced_rows"],
    )


def _course_block(
    table: pa.Table, meaning: Mapping[str, Any], periods: Sequence[str]
) -> CourseBlock:
    return CourseBlock(
        **_read_keys(table, meaning, periods),
        outcome=meaning["outcome"],
        bins=meaning["bins"],
        **{name: table[name].to_numpy() for name in _ENROLLED},
        again=np.array(meaning["again"], np.int64),
    )


def _grade_block(table: pa.Table, meaning: Mapping[str, Any], periods: Sequence[str]) -> GradeBlock:
    grades = tuple(meaning["grades"])
    return GradeBlock(
        **_read_keys(table, meaning, periods),
        outcome=meaning["outcome"],
        grades=grades,
        grade=_codes(table[_GRADE], grades),
        **{name: table[name].to_numpy() for name in _OF_GRADE},
    )


def _absence_tables(cube: Cube) -> Iterator[pa.Table]:
    for number, block in enumerate(cube.absences):
        own = {name: pa.array(getattr(block, name)) for name in _MISSED}
        by_reason = {
            f"{name}_{reason}": pa.array(np.ascontiguousarray(getattr(block, name)[:, i]))
            for name in _BY_REASON
            for i, reason in enumerate(block.reasons)
        }
        yield pa.table({**_keys(cube, number, block), **own, **by_reason})


def _absence_block(
    table: pa.Table, meaning: Mapping[str, Any], periods: Sequence[str]
) -> AbsenceBlock:
    reasons = tuple(meaning["reasons"])
    by_reason: dict[str, Any] = {
        name: _columns([table[f"{name}_{r}"].to_numpy() for r in reasons], table.num_rows)
        for name in _BY_REASON
    }
    return AbsenceBlock(
        **_read_keys(table, meaning, periods),
        outcome=meaning["outcome"],
        reasons=reasons,
        **{name: table[name].to_numpy() for name in _MISSED},
        **by_reason,
    )


def _word_tables(cube: Cube) -> Iterator[pa.Table]:
    """Who stands for a word, then the notes of each stratum, then how many of them use it."""
    for number, block in enumerate(cube.words):
        words = pa.array(block.words, pa.string())
        strata, of_group = np.nonzero(block.notes)
        by_group = [np.nonzero(block.students), (strata, of_group)]
        parts: list[tuple[str, _Columns]] = [
            (_WRITERS, {_WORD: words, "n": pa.array(block.writers)}),
            (_STUDENTS, {_WORD: words.take(pa.array(by_group[0][0])),
                         _GROUP: _named(by_group[0][1], block.groups),
                         "n": pa.array(block.students[by_group[0]])}),
            (_NOTES, {_STRATUM: pa.array(strata), _GROUP: _named(of_group, block.groups),
                      "n": pa.array(block.notes[strata, of_group])}),
            (_USED, {_STRATUM: pa.array(block.stratum), _GROUP: _named(block.group, block.groups),
                     _WORD: words.take(pa.array(block.word)), "n": pa.array(block.used)}),
        ]  # fmt: skip
        for part, columns in parts:
            rows = len(columns["n"])
            keys = {_BLOCK: pa.array(np.full(rows, number, np.int64)),
                    _PART: pa.array([part] * rows, pa.string())}  # fmt: skip
            yield pa.table({**keys, **columns})


def _word_block(table: pa.Table, meaning: Mapping[str, Any]) -> WordBlock:
    groups = tuple(meaning["groups"])
    writers, students, notes, used = (
        table.filter(pc.equal(table[_PART], part)) for part in (_WRITERS, _STUDENTS, _NOTES, _USED)
    )
    words = tuple(writers[_WORD].to_pylist())

    def grid(part: pa.Table, rows: Whole, size: int) -> Whole:
        found = np.zeros((size, len(groups)), np.int64)
        found[rows, _codes(part[_GROUP], groups)] = part["n"].to_numpy()
        return found

    stratum = notes[_STRATUM].to_numpy()
    return WordBlock(
        factor=meaning["factor"],
        groups=groups,
        words=words,
        students=grid(students, _codes(students[_WORD], words), len(words)),
        writers=writers["n"].to_numpy(),
        notes=grid(notes, stratum, int(stratum.max(initial=-1)) + 1),
        stratum=used[_STRATUM].to_numpy(),
        group=_codes(used[_GROUP], groups),
        word=_codes(used[_WORD], words),
        used=used["n"].to_numpy(),
        left_out=meaning["left_out"],
    )
