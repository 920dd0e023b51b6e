"""Tables of studies as files, a dataclass a row: read back, and added to as results come."""

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = TypeVar("Row", bound="DataclassInstance")


def read_table(path: Path, kind: type[Row]) -> list[Row]:
    """The rows of a table written before; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            kind(**{f.name: _read(f.type, row[f.name]) for f in fields(kind)})
            for row in csv.DictReader(lines)
        ]


def _read(kind: Any, text: str) -> Any:
    return text == "True" if kind is bool else kind(text)


@contextmanager
def added_to(path: Path, kind: type[Row]) -> Iterator[Callable[[Iterable[Row]], None]]:
    """A table to add rows to, each on the disk as soon as it is known: a stop loses none."""
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, [f.name for f in fields(kind)], lineterminator="\n")
        if new:
            table.writeheader()

        def add(rows: Iterable[Row]) -> None:
            table.writerows(asdict(row) for row in rows)
            lines.flush()

        yield add
