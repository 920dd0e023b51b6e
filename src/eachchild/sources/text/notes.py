"""Rows that are no data: blank lines, notes under the table, the heading printed again."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from eachchild.sources.text.cells import Body, all_blank, take

BEFORE_HEADING = "line before the heading"
BLANK_LINE = "blank line"
AFTER_TABLE = "note after the table"
HEADING_AGAIN = "heading repeated"

_TAIL = 80  # rows looked at from the end
_OPENING = re.compile(
    r"(total|records?|rows?|sources?|notes?|data|updated|extraction|printed|generated|end of)\b"
    r"|[^\w\s]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sorted:
    """A body of data rows alone, and how many rows each rule named as no data."""

    body: Body
    ignored: Mapping[str, int]


def set_aside(body: Body, last_heading: Sequence[str], delimiter: str) -> Sorted:
    """Part data from what only looks like rows; each row so parted is counted under its rule."""
    blank = all_blank(body.data)
    again = ~blank & _heading_again(body, last_heading)
    note_rows = _notes(body, blank, delimiter)
    notes = np.isin(body.row, list(note_rows)) & ~blank
    counts = {
        BLANK_LINE: int(blank.sum()),
        HEADING_AGAIN: int(again.sum()),
        AFTER_TABLE: len(note_rows),
    }
    bad = tuple(b for b in body.bad if b.row not in note_rows)
    kept = replace(take(body, ~(blank | again | notes)), bad=bad)
    return Sorted(kept, {rule: n for rule, n in counts.items() if n})


def _heading_again(body: Body, heading: Sequence[str]) -> NDArray[np.bool_]:
    same = np.ones(body.data.num_rows, dtype=bool)
    named = [(i, cell.strip()) for i, cell in enumerate(heading) if cell.strip()]
    for i, cell in named[: body.data.num_columns]:
        if not same.any() or i >= body.data.num_columns:
            break
        same &= pc.equal(body.data.column(i), cell).combine_chunks().to_numpy(zero_copy_only=False)
    return same if named else np.zeros(body.data.num_rows, dtype=bool)


def _notes(body: Body, blank: NDArray[np.bool_], delimiter: str) -> set[int]:
    """Rows at the very end with one remark, or with numbers and no label under a blank line."""
    size = body.data.num_rows
    begin = max(0, size - _TAIL)
    columns = [c.slice(begin).to_pylist() for c in body.data.columns]
    tail = {
        int(row): list(cells)
        for row, cells in zip(body.row[begin:], zip(*columns, strict=True), strict=True)
    }
    for bad in body.bad:
        if not tail or bad.row > min(tail):
            tail[bad.row] = [c.strip() for c in _split(bad.text, delimiter)]
    usual = _usual(body)
    found: set[int] = set()
    rows = sorted(tail, reverse=True)
    for place, row in enumerate(rows):
        cells, above = tail[row], rows[place + 1 : place + 2]
        if not any(cells):
            continue
        under_blank = bool(above) and not any(tail[above[0]])
        if not (_is_note(cells, usual) or (under_blank and _is_loose_sum(cells, usual))):
            break
        found.add(row)
    return found


def _split(text: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])


@dataclass(frozen=True, slots=True)
class _Usual:
    """What the rows of a table look like, told from its first ones."""

    longest: tuple[int, ...]  # text in each column
    always: tuple[bool, ...]  # the column is hardly ever blank


def _usual(body: Body) -> _Usual:
    columns = [c.slice(0, 200).to_pylist() for c in body.data.columns]
    rows = [cells for cells in zip(*columns, strict=True) if sum(map(bool, cells)) > 1]
    by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
    return _Usual(
        tuple(max(map(len, cells), default=0) for cells in by_column),
        tuple(sum(map(bool, cells)) > 0.8 * len(cells) for cells in by_column),
    )


def _is_note(cells: Sequence[str], usual: _Usual) -> bool:
    at = [i for i, cell in enumerate(cells) if cell]
    if len(at) != 1 or len(usual.longest) < 2:
        return False
    text = cells[at[0]]
    if len(cells) != len(usual.longest):
        return bool(_OPENING.match(text)) or " " in text
    remark = bool(_OPENING.match(text)) or (" " in text and len(text) > 1.5 * usual.longest[at[0]])
    return len(cells) > 2 and remark


def _is_loose_sum(cells: Sequence[str], usual: _Usual) -> bool:
    """Numbers where every row of the table has a label as well, and this one has none."""
    if any(re.search(r"[^\W\d_]", cell) for cell in cells):
        return False
    pairs = zip(cells, usual.always, strict=False)
    return any(not cell and always for cell, always in pairs)
