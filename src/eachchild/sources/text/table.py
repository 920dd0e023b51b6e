"""One file as text: encoding, dialect, heading and raggedness settled, nothing interpreted yet."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from eachchild.plan.model import Layout
from eachchild.sources.errors import EmptyFileError, SourceError
from eachchild.sources.text.cells import BadRow, Body
from eachchild.sources.text.decoding import decode, read_bytes
from eachchild.sources.text.delimited import DelimitedText, read_body, read_head
from eachchild.sources.text.dialect import find_delimiter, unwrap
from eachchild.sources.text.heading import column_names
from eachchild.sources.text.merged_labels import fill_merged
from eachchild.sources.text.notes import (
    AFTER_TABLE,
    BEFORE_HEADING,
    BLANK_LINE,
    HEADING_AGAIN,
    set_aside,
)
from eachchild.sources.text.workbook import Sheet, read_parquet, read_workbook
from eachchild.tables import RuleHit

__all__ = [
    "AFTER_TABLE", "BEFORE_HEADING", "BLANK_LINE", "HEADING_AGAIN", "BadRow", "TextTable",
    "nothing_read", "read_text_table",
]  # fmt: skip

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_PARQUET = b"PAR1"
_EXPECTED = {".csv": ",", ".tsv": "\t"}
_EXAMPLES = 3
_BLANKS, _BLANK_SAMPLE = b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t,;", 4096


@dataclass(frozen=True, slots=True)
class TextTable:
    """One file or sheet, everything still text.

    `data` holds string columns only, in file order, `''` where a cell is blank and without spaces
    around; its rows are those that fit the heading. `row` is the number of each as a person sees
    it: the line its record starts on, or the sheet's row, counted from 1. `rows_read` counts every
    record but the heading: `data.num_rows + len(bad) + sum(ignored.values())`. A column without a
    heading is named `column N`, and left out where it is blank throughout; rows of a heading are
    joined by ` / `; a heading that comes again gets ` (2)`.
    """

    path: str  # as the plan writes it, relative to its folder
    columns: tuple[str, ...]
    data: pa.Table
    row: NDArray[np.int64]
    bad: tuple[BadRow, ...]
    ignored: Mapping[str, int]  # by rule: BEFORE_HEADING, BLANK_LINE, AFTER_TABLE, HEADING_AGAIN
    sha256: str
    encoding: str
    rows_read: int
    hits: tuple[RuleHit, ...]

    @property
    def is_empty(self) -> bool:
        """A heading, perhaps notes, and no row of data."""
        return self.row.size + len(self.bad) == 0


@dataclass(frozen=True, slots=True)
class _Cut:
    """A file cut into heading and body, by whichever reader its format needs."""

    sheet: Sheet
    encoding: str
    delimiter: str = ","
    hits: tuple[RuleHit, ...] = ()


def read_text_table(path: Path, name: str, layout: Layout) -> TextTable:
    """Read one file; `name` is how messages call it.

    The format is told from the first bytes, not from the name: a workbook may be called `.csv`.
    SourceError where the file cannot be read at all (EmptyFileError where there is nothing to
    read); every lesser problem is a RuleHit.
    """
    stored, content = read_bytes(path, name)
    if not content[:_BLANK_SAMPLE].strip(_BLANKS) and not content.strip(_BLANKS):
        raise EmptyFileError(
            f"{name}: the file is empty. Export it again, or take it out of the plan."
        )
    cut = _cut(content, name, layout)
    table = _assemble(cut, name)
    data = fill_merged(table.data, layout.fill, name)
    return replace(table, data=data, sha256=hashlib.sha256(stored).hexdigest())


def nothing_read(path: Path, name: str) -> TextTable:
    """What an empty file holds: no column and no row."""
    none = np.zeros(0, dtype=np.int64)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return TextTable(name, (), pa.table({}), none, (), {}, digest, "none", 0, ())


def _cut(content: bytes, name: str, layout: Layout) -> _Cut:
    lower = name.lower().removesuffix(".gz")
    if content.startswith(_WORKBOOKS):
        disguised = not lower.endswith((".xlsx", ".xls", ".xlsm"))
        hits = (RuleHit("F03", "note", name, 1),) if disguised else ()
        return _Cut(read_workbook(content, name, layout), "workbook", hits=hits)
    if content.startswith(_PARQUET):
        return _Cut(read_parquet(content, name), "parquet")
    return _cut_text(content, name, layout)


def _cut_text(content: bytes, name: str, layout: Layout) -> _Cut:
    decoded = decode(content, name, layout.encoding)
    unwrapped = unwrap(decoded.text)
    text = unwrapped.text
    delimiter = layout.delimiter or find_delimiter(text)
    if len(delimiter) != 1 or delimiter in '"\n':
        raise SourceError(f"{name}: layout.delimiter must be one sign, such as ',' or ';'.")
    file = DelimitedText(text, delimiter, name)
    head = read_head(file, layout)
    body = read_body(file, head)
    expected = _EXPECTED.get(Path(name.lower().removesuffix(".gz")).suffix, delimiter)
    hits = list(decoded.hits)
    if delimiter != expected or unwrapped.wrapped:
        hits.append(RuleHit("F04", "note", name, 1, details={"wrapped": unwrapped.wrapped}))
    if _is_cut_off(text, body):
        hits.append(RuleHit("F14", "note", name, 1, rows=(body.bad[-1].row,)))
    return _Cut(Sheet(head.rows, head.before, body), decoded.encoding, delimiter, tuple(hits))


def _is_cut_off(text: bytes, body: Body) -> bool:
    """Whether the last row fails and no line end follows it: an export that stopped half way."""
    if text.endswith(b"\n") or not body.bad:
        return False
    return body.row.size == 0 or body.bad[-1].row > body.row[-1]


def _assemble(cut: _Cut, name: str) -> TextTable:
    sheet = cut.sheet
    width = max(sheet.body.data.num_columns, 1)
    names, again = column_names(sheet.heading, width)
    parted = set_aside(sheet.body, sheet.heading[-1], cut.delimiter)
    ignored = ({BEFORE_HEADING: sheet.before} if sheet.before else {}) | dict(parted.ignored)
    body = parted.body
    shown = [j for j in range(width) if _is_named(names[j], j) or _has_text(body.data.column(j))]
    kept = tuple(names[j] for j in shown)
    hits = (*cut.hits, *_hits(name, ignored, parted.body.bad))
    if again:
        twice = tuple(names[j] for j in again if j in shown)
        hits += (RuleHit("F08", "note", name, len(twice), details={"columns": twice}),)
    return TextTable(
        path=name,
        columns=kept,
        data=pa.table([body.data.column(j) for j in shown], names=list(kept)),
        row=body.row,
        bad=body.bad,
        ignored=ignored,
        sha256="",
        encoding=cut.encoding,
        rows_read=body.row.size + len(body.bad) + sum(ignored.values()),
        hits=hits,
    )


def _is_named(name: str, position: int) -> bool:
    return name != f"column {position + 1}"


def _has_text(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.not_equal(column, "")).as_py())


def _hits(name: str, ignored: Mapping[str, int], bad: tuple[BadRow, ...]) -> tuple[RuleHit, ...]:
    hits = []
    remarks = ignored.get(BEFORE_HEADING, 0) + ignored.get(AFTER_TABLE, 0)
    if remarks or HEADING_AGAIN in ignored:
        count = remarks + ignored.get(HEADING_AGAIN, 0)
        hits.append(RuleHit("F05", "note", name, count))
    for rule in ("R01", "R02"):
        rows = [b.row for b in bad if b.rule == rule]
        if rows:
            hits.append(RuleHit(rule, "quarantine", name, len(rows), tuple(rows[:_EXAMPLES])))
    return tuple(hits)
