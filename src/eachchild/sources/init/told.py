"""What `init` guessed and why, for programs: nothing is written, and no cell is told as it is.

Of a column's texts only those are told that many rows share, or that everybody knows as codes; the
rows of the sample are those of `sources.shown`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eachchild.sources.init.codes import CodeList
from eachchild.sources.init.counts import CountGuess
from eachchild.sources.init.plan import Guessed, guess_plan
from eachchild.sources.init.records import RecordGuess, called, named_columns
from eachchild.sources.init.seen import SeenColumn, SeenFile
from eachchild.sources.init.text import plan_text
from eachchild.sources.init.told_counts import columns_told, guess_alone, told_counts
from eachchild.sources.init.words import words
from eachchild.sources.records.mapping import is_secret
from eachchild.sources.shown import VALUE, ShownColumn, column_for, open_key, shape_of, show
from eachchild.tables import FEWEST_ROWS, MOST_CODES
from eachchild.terms.factors import NO, YES

_PEOPLE = ("student_id", "staff_id")
_SHAPES = 3
_FEW = 50
_MOST_ALIKE = 1_000  # different texts of a column that is still not about single students


def told_plan(folder: Path, *, key: Path | None = None, rows: int = 5) -> Mapping[str, Any]:
    """The guesses of a folder as a document; rows are shown only where there is a key for them."""
    found = guess_plan(folder)
    secret = open_key(key) if key is not None else None
    return {
        "schema": 1,
        "files": list(_files(found, secret, rows)),
        "codes": [_codes(one) for one in found.lists],
        "known": _known(),
        "plan": plan_text(found.guess),
        "questions": list(found.guess.questions),
    }


def _known() -> Mapping[str, Mapping[str, str]]:
    """What districts usually mean by a code, by list and in small letters: guesses, no data."""
    said = words()
    lists = {name: dict(codes) for name, codes in said.likely.items()}
    for name, codes in said.certain.items():
        lists.setdefault(name, {}).update(codes)
    lists.setdefault("frl", {}).update({"f": YES, "r": YES, "p": NO})
    return lists


def _files(found: Guessed, secret: bytes | None, rows: int) -> Iterator[Mapping[str, Any]]:
    taken = {one.path: one for one in found.files}
    records = {one.file.path: one for one in found.guess.records}
    for file in found.seen:
        one = taken[file.path]
        guess = records.get(file.path)
        counts = guess_alone(file, one.shape)
        groups = columns_told(counts)
        yield {
            "path": file.path, "rows": file.rows, "shape": one.shape, "table": one.table,
            "why": one.why, "matched": one.matched, "columns": list(_columns(file, guess, groups)),
            "counts": told_counts(file, counts),
            "sample": _sample(file, guess, secret, rows=rows, plain=_plain(file, counts))
            if secret is not None else None,
        }  # fmt: skip
    for path in sorted(set(taken) - {file.path for file in found.seen}):
        yield {"path": path, "rows": 0, "shape": "", "table": "", "why": taken[path].why,
               "matched": None, "columns": [], "counts": None, "sample": None}  # fmt: skip


def _columns(
    file: SeenFile, guess: RecordGuess | None, groups: frozenset[str]
) -> Iterator[Mapping[str, Any]]:
    could: dict[str, list[str]] = {}
    for name, column in named_columns(file).items():
        could.setdefault(column.name, []).append(name)
    ours = {theirs: name for name, theirs in guess.columns.items()} if guess else {}
    for column in file.columns:
        name = ours.get(column.name, "")
        yield {
            "name": column.name, "filled": column.filled, "distinct": column.distinct,
            "is_count": column.is_count,
            "ours": name, "why": called(column, name) if name else "", "looks": _looks(column),
            "could": could.get(column.name, []), "shapes": _shapes(column),
            "values": _values(column, name, in_full=column.name in groups),
            "secret": is_secret(column.name),
        }  # fmt: skip


def _looks(column: SeenColumn) -> str:
    if not column.filled:
        return "blank"
    kinds = (("date", column.is_date), ("year", column.is_period), ("key", column.is_key),
             ("number", column.is_count), ("code", column.distinct <= MOST_CODES))  # fmt: skip
    return next((kind for kind, is_it in kinds if is_it), "text")


def _shapes(column: SeenColumn) -> list[str]:
    """The commonest shapes of its texts; nothing of a column that no audit may read."""
    if is_secret(column.name):
        return []
    return list(dict.fromkeys(shape_of(text) for text in column.texts))[:_SHAPES]


def _values(column: SeenColumn, ours: str, *, in_full: bool) -> list[tuple[str, int]]:
    """Texts that many rows share, of a column that may be a list of codes.

    Those of a published table's groups are told in full: each of its rows is about many students.
    """
    if in_full and column.distinct <= MOST_CODES:
        return list(column.top)
    if ours in _PEOPLE or (not ours and column.distinct > _FEW):
        return []  # many different texts of a column that is not known may be names
    if is_secret(column.name) or column.distinct > MOST_CODES or column.is_key:
        return []
    return [(text, rows) for text, rows in column.top if rows >= FEWEST_ROWS]


def _codes(one: CodeList) -> Mapping[str, Any]:
    """Values of many rows, and those of few that everybody knows as codes; others as a number."""
    known = [r for r in one.rows if r.rows >= FEWEST_ROWS or r.guess or r.ours]
    rare = [r for r in one.rows if r not in known]
    if len(one.rows) > MOST_CODES:
        known, rare = [r for r in known if r.guess or r.ours], list(one.rows)
    return {
        "name": one.name,
        "rows": [{"value": r.value, "rows": r.rows, "guess": r.guess, "ours": r.ours}
                 for r in known],
        "hidden": {"codes": len(rare), "rows": sum(r.rows for r in rare)},
    }  # fmt: skip


def _plain(file: SeenFile, guess: CountGuess | None) -> frozenset[str]:
    """The columns of a published table that are shown as they are; none where one names people."""
    if guess is None or set(_PEOPLE) & set(named_columns(file)):
        return frozenset()
    place = guess.place.id if guess.place else ()
    period = (guess.period_column,) if guess.period_column else ()
    counts = (c.name for c in file.columns if c.is_count)
    return frozenset((*columns_told(guess), *place, *period, *counts))


def _sample(
    file: SeenFile, guess: RecordGuess | None, secret: bytes, *, rows: int, plain: frozenset[str]
) -> Mapping[str, object]:
    ours = {theirs: name for name, theirs in guess.columns.items()} if guess else {}
    columns = [
        ShownColumn(c.name, "", VALUE) if c.name in plain else
        column_for(c.name, ours.get(c.name, ""), hidden=is_secret(c.name), alike=_alike(c))
        for c in file.columns
    ]  # fmt: skip
    return show(columns, _first(file, [c.name for c in columns], rows), secret).document()


def _alike(column: SeenColumn) -> bool:
    return column.is_date or column.is_period or (
        column.distinct <= _MOST_ALIKE and not column.is_nearly_key
    )  # fmt: skip


def _first(file: SeenFile, names: Sequence[str], rows: int) -> list[list[str]]:
    table = file.data.slice(0, rows).to_pydict()
    return [[str(table[n][i]) for n in names] for i in range(min(rows, file.rows))]
