"""The cells of one file before its heading is told from its rows: the form every reader gives."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that does not fit the heading; its text is for the vault's quarantine file alone."""

    row: int
    rule: str  # R01 ragged, R02 unbalanced quote
    text: str


@dataclass(frozen=True, slots=True)
class Body:
    """The rows below a heading: trimmed text by position, where each stands, those that fail."""

    data: pa.Table
    row: NDArray[np.int64]
    bad: tuple[BadRow, ...] = ()


def positional(columns: Sequence[pa.ChunkedArray]) -> pa.Table:
    """A table of columns known by position only."""
    return pa.table(list(columns), names=[str(i) for i in range(len(columns))])


def trimmed(table: pa.Table) -> pa.Table:
    """Every cell without the spaces (no-break ones too) before and after it, null as `''`."""
    columns = [pc.utf8_trim_whitespace(pc.fill_null(c, "")) for c in table.columns]
    return positional(columns)


def all_blank(table: pa.Table) -> NDArray[np.bool_]:
    """Which rows have no cell with text; stops at the first column where none is blank."""
    blank = np.ones(table.num_rows, dtype=bool)
    for column in table.columns:
        if not blank.any():
            break
        blank &= np.asarray(pc.equal(column, "").combine_chunks().to_numpy(zero_copy_only=False))
    return blank


def take(body: Body, keep: NDArray[np.bool_]) -> Body:
    """The rows that are kept, in order."""
    if keep.all():
        return body
    return Body(body.data.filter(pa.array(keep)), body.row[keep], body.bad)
