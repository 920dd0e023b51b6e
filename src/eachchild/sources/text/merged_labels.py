"""Blank cells that belong to a merged label: filled only where the plan says how."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from eachchild.sources.errors import SourceError


def fill_merged(data: pa.Table, fill: Sequence[tuple[str, str]], name: str) -> pa.Table:
    """Fill a column's blanks: `down` from the label above; `block` from the label in mid-block.

    A block label stands in the same row of every block, and blocks are equally long; else
    SourceError, since which rows it covers could only be guessed.
    """
    for column, how in fill:
        if column not in data.column_names:
            known = ", ".join(data.column_names)
            raise SourceError(f"{name}: layout.fill names '{column}'. Columns: {known}.")
        if how not in ("down", "block"):
            raise SourceError(f"{name}: layout.fill of '{column}' must be 'down' or 'block'.")
        cells = data.column(column)
        new = _down(cells) if how == "down" else _block(cells.to_pylist(), f"{name}: '{column}'")
        data = data.set_column(data.column_names.index(column), column, new)
    return data


def _down(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    blank_as_null = pc.if_else(pc.equal(cells, ""), None, cells).combine_chunks()
    return pa.chunked_array([pc.fill_null(pc.fill_null_forward(blank_as_null), "")])


def _block(cells: list[str], where: str) -> pa.ChunkedArray:
    at = [i for i, cell in enumerate(cells) if cell]
    size = len(cells) // len(at) if at else 0
    if not size or len(cells) % size or [i % size for i in at] != [at[0] % size] * len(at):
        raise SourceError(
            f"{where} has no blocks of one length with a label in the same row of each. "
            "Set layout.fill to 'down', or write the label in every row."
        )
    labels = [cells[i] for i in at for _ in range(size)]
    return pa.chunked_array([pa.array(labels, pa.string())])
