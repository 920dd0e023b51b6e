"""The one place that opens an engine: DuckDB by default, others by the same four verbs."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb
import narwhals as nw
import pyarrow as pa

from eachchild.cube.errors import CubeError
from eachchild.tables import fenced

Frame = nw.LazyFrame[Any]
MEMORY = "1GB"
_BATCH = 1 << 17


class Engine(Protocol):
    """What deriving asks of an engine; every frame it gives out is a Narwhals LazyFrame."""

    def scan(self, path: Path) -> Frame:
        """The rows of a Parquet file."""

    def table(self, rows: pa.Table) -> Frame:
        """A small table that was made in memory."""

    def keep(self, frame: Frame) -> Frame:
        """Run a frame once and hold its rows, for one that is asked several times."""

    def batches(self, frame: Frame) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """The rows of a frame in order, a batch at a time."""


@dataclass(slots=True)
class DuckEngine:
    """An in-memory DuckDB whose spill files stand in a folder of their own."""

    connection: duckdb.DuckDBPyConnection
    kept: int = 0

    def scan(self, path: Path) -> Frame:
        """The rows of a Parquet file."""
        return nw.from_native(self.connection.read_parquet(str(path))).lazy()

    def table(self, rows: pa.Table) -> Frame:
        """A small table that was made in memory."""
        return nw.from_native(self.connection.from_arrow(rows)).lazy()

    def keep(self, frame: Frame) -> Frame:
        """Run a frame once and hold its rows."""
        self.kept += 1
        name = f"kept_{self.kept}"
        frame.to_native().create(name)
        return nw.from_native(self.connection.table(name)).lazy()

    def batches(self, frame: Frame) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """The rows of a frame in order, a batch at a time."""
        reader = frame.to_native().to_arrow_reader(_BATCH)
        return reader.schema, iter(reader)


@contextmanager
def duck(spill: Path, *reads: Path) -> Iterator[DuckEngine]:
    """Open DuckDB with a memory limit, spilling into `spill` (a folder only its owner may read).

    It reads that folder and those of the files it is to read, and reaches nothing else.

    Raises CubeError where DuckDB gives up: its own message can quote a student's value.
    """
    with tempfile.TemporaryDirectory(prefix=".spill-", dir=spill) as folder:
        connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": folder,
                "preserve_insertion_order": "false",
            }
        )
        try:
            yield DuckEngine(fenced(connection, {spill, *(path.parent for path in reads)}))
        except duckdb.OutOfMemoryException:
            raise CubeError(
                f"counting needed more than {MEMORY} of memory. Cross fewer factors, or audit "
                "fewer years at once."
            ) from None
        except duckdb.Error as error:
            raise CubeError(
                f"the engine could not count the rows ({type(error).__name__}). `eachchild check` "
                "shows what is wrong with a file."
            ) from None
        finally:
            connection.close()
