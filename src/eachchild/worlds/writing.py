"""CSV files written piece by piece, aside and then whole; the same columns give the same bytes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from eachchild.worlds.days import Days
from eachchild.worlds.model import Mask

Columns = Mapping[str, pa.Array]
PARTS = ".part"


class Folder:
    """A folder of files that appear under their names only once all of them are whole.

    Arrays in a `Columns` have one entry a row; None becomes an empty field. Values must hold no
    comma and no quote, for nothing is quoted.
    """

    def __init__(self, path: Path, *, line_end: str = "\n") -> None:
        self._path, self._parts = path, path / PARTS
        self._options = csv.WriteOptions(
            quoting_style="none", quoting_header="none", eol=line_end, batch_size=65_536
        )
        self._open: dict[str, tuple[Any, Any]] = {}
        self.rows: dict[str, int] = {}

    def __enter__(self) -> "Folder":
        self._parts.mkdir(parents=True, exist_ok=True)
        for left in self._parts.iterdir():  # by a run that was interrupted
            left.unlink()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer, file in self._open.values():
            writer.close()
            file.close()
        for part in sorted(self._parts.iterdir()):
            if kind is None:
                part.replace(self._path / part.name)
            else:
                part.unlink()
        self._parts.rmdir()

    def write(self, name: str, columns: Columns, *, start: bytes = b"") -> None:
        """Add rows to a file; `start` are the bytes before its header (a byte order mark)."""
        table = pa.table(dict(columns))
        if name not in self._open:
            file = (self._parts / name).open("wb")
            file.write(start)
            writer = csv.CSVWriter(file, table.schema, write_options=self._options)
            self._open[name] = (writer, file)
        self._open[name][0].write_table(table)
        self.rows[name] = self.rows.get(name, 0) + table.num_rows

    def write_text(
        self, name: str, text: str, *, encoding: str = "utf-8", rows: int | None = None
    ) -> None:
        """Write a small file whole; `rows` where it is a table."""
        if rows is not None:
            self.rows[name] = rows
        (self._parts / name).write_bytes(text.encode(encoding))


def words(values: Sequence[str], index: NDArray[Any], known: Mask | None = None) -> pa.Array:
    """The values chosen by place; an empty field where not known.

    >>> words(("no", "yes"), np.array([1, 0]), np.array([True, False])).to_pylist()
    ['yes', None]
    """
    mask = None if known is None else ~known
    chosen = pa.array(np.asarray(index, np.int32), mask=mask)
    return pa.array(list(values), pa.string()).take(chosen)


def flags(values: Mask, known: Mask | None = None) -> pa.Array:
    """yes, no, or an empty field."""
    return words(("no", "yes"), values, known)


def numbers(values: NDArray[Any], known: Mask | None = None) -> pa.Array:
    """Numbers in their shortest form, or an empty field."""
    return pa.array(values, mask=None if known is None else ~known)


def dates(days: Days, index: NDArray[np.int64], known: Mask | None = None) -> pa.Array:
    """Dates of a calendar's days, as 2024-09-30."""
    return words([str(d) for d in days], index, known)
