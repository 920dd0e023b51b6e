"""Excel workbooks and Parquet files into cells; both already say where a cell ends."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from eachchild.plan.model import Layout
from eachchild.sources.errors import SourceError
from eachchild.sources.text.cells import Body, positional, trimmed
from eachchild.sources.text.heading import find_heading

_SAMPLE = 100


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet cut into its heading and its body; `before` counts the rows above the heading."""

    heading: tuple[tuple[str, ...], ...]
    before: int
    body: Body


def read_workbook(content: bytes, name: str, layout: Layout) -> Sheet:
    """One sheet: the one the plan names, or the first that has two columns or more.

    Cells come as Excel holds them, dates as ISO text. SourceError lists the sheets there are.
    """
    import fastexcel  # only workbooks need it, and it costs every command a tenth of a second

    try:
        reader = fastexcel.read_excel(content)
    except fastexcel.FastExcelError:
        raise SourceError(
            f"{name}: is not a workbook that can be read; it may be damaged or protected by a "
            "password. Save it again as .xlsx or .csv."
        ) from None
    if layout.sheet is not None and layout.sheet not in reader.sheet_names:
        raise SourceError(
            f"{name}: has no sheet '{layout.sheet}'. Sheets: {', '.join(reader.sheet_names)}."
        )
    names = [layout.sheet] if layout.sheet is not None else reader.sheet_names
    tables = [_cells(reader, sheet) for sheet in names]
    table = next((t for t in tables if t.num_columns > 1 and t.num_rows > 1), tables[0])
    return _cut(table, layout, name)


def _cells(reader: Any, sheet: str) -> pa.Table:
    loaded = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
    table = pa.Table.from_batches([loaded.to_arrow()])
    return trimmed(positional([c.cast(pa.string()) for c in table.columns]))


def _cut(table: pa.Table, layout: Layout, name: str) -> Sheet:
    if table.num_rows == 0 or table.num_columns == 0:
        raise SourceError(f"{name}: the sheet is empty. Name another with layout.sheet.")
    columns = [c.slice(0, _SAMPLE).to_pylist() for c in table.columns]
    sample = tuple(zip(*columns, strict=True))
    first = None if layout.header_line is None else layout.header_line - 1
    if first is not None and first >= len(sample):
        raise SourceError(f"{name}: layout.header_line = {layout.header_line} is below the sheet.")
    found = find_heading(sample, layout, first)
    below = found.first + found.rows
    rows = np.arange(below + 1, table.num_rows + 1, dtype=np.int64)
    return Sheet(sample[found.first : below], found.first, Body(table.slice(below), rows))


def read_parquet(content: bytes, name: str) -> Sheet:
    """A Parquet file, every column as text; rows are numbered as if a heading stood in row 1."""
    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError):  # a damaged page is an OSError that names no file
        raise SourceError(
            f"{name}: is not a Parquet file that can be read; it may be damaged. Export it again."
        ) from None
    columns = [
        _as_text(column, label, name)
        for label, column in zip(table.column_names, table.columns, strict=True)
    ]
    rows = np.arange(2, table.num_rows + 2, dtype=np.int64)
    heading = (tuple(table.column_names),)
    return Sheet(heading, 0, Body(trimmed(positional(columns)), rows))


def _as_text(column: pa.ChunkedArray, label: str, name: str) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    if pa.types.is_floating(kind):
        return _numbers(column)
    try:
        return column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise SourceError(
            f"{name}: column '{label}' holds lists or binary data. Leave it out of the file."
        ) from None


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Floating numbers as text; whole ones without `.0`, so that an id stored so stays an id."""
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    text = column.cast(pa.string())
    whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), 1e15))
    plain = pc.cast(pc.if_else(whole, column, 0), pa.int64()).cast(pa.string())
    return pc.if_else(pc.fill_null(whole, False), plain, text)
