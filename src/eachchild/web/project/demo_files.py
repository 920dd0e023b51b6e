"""The demonstration's files: made up once, and cut off where last year's audit ended."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

SCHOOLS = "school.csv"
_YEAR = "period"  # of the columns that say when a row happened, the one that names a school year
_DATED = ("date", "entry_date", "begin_date")
_TURN = "-07-01"  # no school is in session: a year's rows lie on one side


def synthesize(folder: Path) -> None:
    """Make up the district."""
    from eachchild.worlds.demonstration import make_up

    make_up(folder, lambda what, share: None)


def years_of(folder: Path) -> list[str]:
    """The school years that the files tell of, as `2023-24`, in order."""
    with (folder / "completion.csv").open(newline="", encoding="utf-8") as lines:
        return sorted({row[_YEAR] for row in csv.DictReader(lines)})


def place(files: Path, folder: Path, *, until: str = "") -> Iterator[Path]:
    """Copy the files, without what happened after a school year where one is named."""
    for path in sorted(files.glob("*.csv")):
        to = folder / path.name
        if until:
            _cut(path, to, until)
        else:
            shutil.copy(path, to)
        yield to


def _cut(path: Path, to: Path, until: str) -> None:
    """Copy the rows of years up to one; a row without a time is of every year.

    >>> str(int("2023-24"[:4]) + 1) + _TURN
    '2024-07-01'
    """
    first_day_after = f"{int(until[:4]) + 1}{_TURN}"
    with path.open(newline="", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        heading = next(rows)
        at, last = _when(heading, until, first_day_after)
        with to.open("w", newline="", encoding="utf-8") as out:
            written = csv.writer(out)
            written.writerow(heading)
            written.writerows(row for row in rows if at is None or row[at] <= last)


def _when(heading: list[str], until: str, first_day_after: str) -> tuple[int | None, str]:
    if _YEAR in heading:
        return heading.index(_YEAR), until
    dated = next((heading.index(name) for name in _DATED if name in heading), None)
    return dated, first_day_after
