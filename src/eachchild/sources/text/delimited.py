"""Delimited text into cells: one explicit dialect, every cell text, no misfit row lost."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
from numpy.typing import NDArray

from eachchild.plan.model import Layout
from eachchild.sources.errors import SourceError
from eachchild.sources.text.cells import BadRow, Body, positional, trimmed
from eachchild.sources.text.dialect import sample_of
from eachchild.sources.text.heading import find_heading
from eachchild.sources.text.lines import Lines, count_cells, find_records

_BLOCK = 8 << 20
_SAMPLE_BYTES, _SAMPLE_LINES = 120_000, 200


@dataclass(frozen=True, slots=True)
class DelimitedText:
    """A decoded text, the sign that parts its cells, and how messages call the file."""

    text: bytes
    delimiter: str
    name: str


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows of a delimited text and where its body begins."""

    rows: tuple[tuple[str, ...], ...]  # of the heading
    before: int  # records above it
    body_line: int  # first line below the heading, counted from 1
    width: int  # cells of an ordinary row below


def read_head(file: DelimitedText, layout: Layout) -> Head:
    """Find the heading; SourceError where the plan names a line that is none."""
    text, delimiter = file.text, file.delimiter
    sample = sample_of(text, delimiter)
    first = None
    if layout.header_line is not None:
        if layout.header_line not in sample.lines[:-1]:
            raise SourceError(
                f"{file.name}: layout.header_line = {layout.header_line} starts no row."
            )
        first = sample.lines.index(layout.header_line)
    found = find_heading(sample.rows, layout, first)
    below = min(found.first + found.rows, len(sample.rows))
    rows, body_line = sample.rows[found.first : below], sample.lines[below]
    head = text[:_SAMPLE_BYTES]
    lines = head.split(b"\n")[body_line - 1 : body_line + _SAMPLE_LINES]
    if len(head) < len(text):
        lines = lines[:-1]  # the sample may end inside it
    named = max(map(len, rows), default=1)
    return Head(
        rows=rows,
        before=found.first,
        body_line=body_line,
        width=_width(sample.rows[below:], b"\n".join(lines), delimiter, named=named),
    )


def _width(sample: Sequence[Sequence[str]], below: bytes, delimiter: str, *, named: int) -> int:
    """The usual number of cells below the heading, which has `named` itself.

    Two readings vote: the plain one, in which an unclosed quote makes one record of all that
    follows it, and one that leaves such a line out.
    """
    votes = Counter(len(r) for r in sample if len(r) > 1)
    found = find_records(below, delimiter, named)
    spans = zip(found.start[~found.broken], found.end[~found.broken], strict=True)
    counts = (count_cells(below[a:b], delimiter.encode())[0] for a, b in spans)
    votes.update(count for count in counts if count > 1)
    votes[named] += 0
    return max(votes, key=lambda width: (votes[width], width == named, width))


def read_body(file: DelimitedText, head: Head) -> Body:
    """Parse what stands below the heading.

    Rows with too many or too few cells are `bad`, except that blank cells too many at a row's end
    are dropped: nothing is lost with them.
    """
    below, delimiter = _below(file.text, head.body_line), file.delimiter
    lines = find_records(below, delimiter, head.width)
    body = _parse(below, lines, head, delimiter=delimiter)
    if body is None:  # an even number of quotes hid an unclosed one: look at every quoted line
        lines = find_records(below, delimiter, head.width, thorough=True)
        body = _parse(below, lines, head, delimiter=delimiter)
    if body is None:  # pragma: no cover  # no text is known that does it; better than a lost row
        raise SourceError(
            f"{file.name}, line {head.body_line} onwards: the quotes do not pair up. "
            "Export it again with every text quoted."
        )
    return body


def _below(text: bytes, line: int) -> bytes:
    at = 0
    for _ in range(line - 1):
        at = text.find(b"\n", at) + 1
        if at == 0:
            return b""
    return text[at:]


def _parse(text: bytes, lines: Lines, head: Head, *, delimiter: str) -> Body | None:
    """The body, or None where the reader cut the records in other places than `lines` did."""
    whole = _without(text, lines)
    ok = ~lines.broken
    number = lines.line[ok] + head.body_line - 1
    broken = tuple(
        BadRow(int(lines.line[i]) + head.body_line - 1, "R02", _text(text, lines, i))
        for i in np.flatnonzero(lines.broken)
    )
    if whole.count(b"\n") == len(whole):
        blank = pa.table(
            {str(i): pa.array([""] * int(ok.sum()), pa.string()) for i in range(head.width)}
        )
        return Body(blank, number, broken)
    longest = int((lines.end - lines.start).max())
    data, misfits = _read(whole, delimiter, head.width, longest=longest)
    if data.num_rows + len(misfits) != number.size:
        return None
    body = Body(data, _without_misfits(number, misfits), broken)
    return _with_misfits(body, number, misfits, delimiter=delimiter)


def _text(text: bytes, lines: Lines, i: Any) -> str:
    return text[lines.start[i] : lines.end[i]].decode("utf-8", "replace")


def _without(text: bytes, lines: Lines) -> bytes:
    """The text less its broken lines."""
    if not lines.broken.any():
        return text
    pieces, at = [], 0
    for i in np.flatnonzero(lines.broken):
        pieces.append(text[at : lines.start[i]])
        at = int(lines.end[i]) + 1
    return b"".join([*pieces, text[at:]])


def _read(
    text: bytes, delimiter: str, width: int, *, longest: int
) -> tuple[pa.Table, list[pc.InvalidRow]]:
    misfits: list[pc.InvalidRow] = []

    def put_aside(row: pc.InvalidRow) -> str:
        misfits.append(row)
        return "skip"

    names = [str(i) for i in range(width)]
    table = pc.read_csv(
        pa.BufferReader(text),
        pc.ReadOptions(
            use_threads=False,  # only then does the reader say which row does not fit
            column_names=names,
            block_size=max(_BLOCK, 2 * longest),  # a record must fit into a block
        ),
        pc.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=put_aside,
        ),
        pc.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    quoted_newlines = text.count(b"\n") > table.num_rows + len(misfits)
    quoted_tabs = delimiter == "\t" and b'"' in text
    loose = quoted_newlines or quoted_tabs or _has_loose_spaces(text, delimiter)
    return (trimmed(table) if loose else table), misfits


def _has_loose_spaces(text: bytes, delimiter: str) -> bool:
    """Whether a cell may begin or end with a space: looked for in the bytes, which is cheap."""
    if b"\xa0" in text:
        return True
    spaces = [s for s in (b" ", b"\t") if s in text and s != delimiter.encode()]
    if not spaces:
        return False
    signs = np.frombuffer(b"\n" + text + b"\n", dtype=np.uint8)
    is_edge = np.zeros(256, dtype=bool)
    is_edge[np.frombuffer(b'\n"' + delimiter.encode(), dtype=np.uint8)] = True
    at = np.concatenate([np.flatnonzero(signs == s[0]) for s in spaces])
    return bool((is_edge[signs[at - 1]] | is_edge[signs[at + 1]]).any())


def _without_misfits(number: NDArray[np.int64], misfits: list[pc.InvalidRow]) -> NDArray[np.int64]:
    return np.delete(number, [row.number - 1 for row in misfits])


def _with_misfits(
    body: Body, number: NDArray[np.int64], misfits: list[pc.InvalidRow], *, delimiter: str
) -> Body:
    """Give back the rows whose surplus cells are blank; the others are bad."""
    width = body.data.num_columns
    bad, mended, rows = list(body.bad), [], []
    for misfit in misfits:
        row = int(number[misfit.number - 1])
        cells = next(csv.reader(io.StringIO(misfit.text, newline=""), delimiter=delimiter), [])
        if len(cells) > width and not any(c.strip() for c in cells[width:]):
            mended.append([c.strip() for c in cells[:width]])
            rows.append(row)
        else:
            bad.append(BadRow(row, "R01", misfit.text))
    body = replace(body, bad=tuple(sorted(bad, key=lambda b: b.row)))
    return _insert(body, mended, rows) if mended else body


def _insert(body: Body, cells: list[list[str]], rows: list[int]) -> Body:
    columns = [pa.chunked_array([pa.array(c, pa.string())]) for c in zip(*cells, strict=True)]
    data = pa.concat_tables([body.data, positional(columns)])
    row = np.concatenate([body.row, np.array(rows, dtype=np.int64)])
    order = np.argsort(row, kind="stable")
    return Body(data.take(pa.array(order)), row[order], body.bad)
