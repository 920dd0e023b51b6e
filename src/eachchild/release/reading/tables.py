"""Published tables of other parties, and of ours, as CSV: what a reader of them knows."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eachchild.release.door import ReleaseInputError
from eachchild.release.family import TOTAL, Key, Table, Tree
from eachchild.release.published import Publication, Range, key_of
from eachchild.release.reading.blur import Blurred, numerators, read_count, read_percent

WIDTH = 5  # values that must stay open for a hidden cell, where nobody says otherwise
_SAID = ("count", "low", "high", "rate", "suppressed")
_MEASURES = ("measure", "quantity")
_DENOMINATORS = ("enrolled", "denominator", "students", "n")


class PublishedError(ReleaseInputError):
    """A published table that cannot be read; the message says file, row and what next."""


@dataclass(frozen=True, slots=True)
class _Row:
    where: str  # "FILE, row 3", as a person counts them, the heading being row 1
    cell: Mapping[str, str]
    said: Mapping[str, str]
    count: Blurred

    @property
    def key(self) -> Key:
        return key_of(self.cell)


def read_published(path: Path, *, width: int = WIDTH) -> Publication:
    """Read a table: dimensions, then `count`, or `low` and `high`; perhaps `rate`, `suppressed`.

    A cell may be both told and hidden: where it is hidden as a count and its rate gives it away.
    PublishedError where the table does not say what it must.
    """
    dimensions, rows = _rows(path)
    by_key = _by_key(rows)
    told: dict[Key, Range] = {}
    hidden: dict[Key, int] = {}
    for key, row in by_key.items():
        span = _told(row, by_key)
        if span is not None:
            told[key] = span
        if row.count.hidden:
            hidden[key] = _width(row.count.told, width)
    return Publication(_tables(path.stem, dimensions, rows), told, hidden)


def _width(blurred: Range | None, width: int) -> int:
    """No more can stay open than the table itself leaves open: `<5` has five values."""
    if blurred is None or blurred[1] is None or blurred[0] == blurred[1]:
        return width
    return min(width, blurred[1] - blurred[0])


def _rows(path: Path) -> tuple[list[str], list[_Row]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [[cell.strip() for cell in line] for line in csv.reader(file)]
    except (UnicodeDecodeError, csv.Error):
        raise PublishedError(
            f"{path.name}: no text of comma-separated columns. Save it as CSV in UTF-8."
        ) from None
    heads = lines[0] if lines else []
    dimensions = _dimensions(path.name, heads)
    rows = [
        _row(f"{path.name}, row {number}", heads, line)
        for number, line in enumerate(lines[1:], 2)
        if any(line)
    ]
    if not rows:
        raise PublishedError(f"{path.name}: no row below the heading. Was the file saved whole?")
    return dimensions, rows


def _dimensions(name: str, heads: list[str]) -> list[str]:
    if not {"count", "low", "high"} & set(heads):
        raise PublishedError(
            f"{name}, row 1: no column 'count'. Name the column of counts so, or give their "
            "bounds as 'low' and 'high'."
        )
    dimensions = [h for h in heads if h not in _SAID]
    if not dimensions or not all(dimensions) or len(set(heads)) < len(heads):
        raise PublishedError(
            f"{name}, row 1: a table has one named column a dimension, each once. Name them."
        )
    return dimensions


def _row(where: str, heads: list[str], line: list[str]) -> _Row:
    if len(line) != len(heads):
        raise PublishedError(
            f"{where}: {len(line)} cells under {len(heads)} headings. Quote cells with a comma."
        )
    named = dict(zip(heads, line, strict=True))
    cell = {d: v for d, v in named.items() if d not in _SAID}
    for dimension, value in cell.items():
        if not value:
            raise PublishedError(f"{where}: '{dimension}' is blank. Write {TOTAL} for a total.")
    said = {h: named.get(h, "") for h in _SAID}
    return _Row(where, cell, said, _count(where, said))


def _count(where: str, said: Mapping[str, str]) -> Blurred:
    if said["suppressed"] not in ("", "0", "1"):
        raise PublishedError(f"{where}: 'suppressed' is neither 0 nor 1. Write one of them.")
    suppressed = said["suppressed"] == "1"
    if not said["count"] and (said["low"] or said["high"]):
        return Blurred(_bounds(where, said), suppressed)
    try:
        found = read_count(said["count"])
    except ValueError:
        raise PublishedError(
            f"{where}: 'count' is no count, no range and no word for a hidden one. "
            "Write a number, a range as 10-19 or <10, or leave it blank where it is hidden."
        ) from None
    return Blurred(found.told, suppressed or found.hidden)


def _bounds(where: str, said: Mapping[str, str]) -> Range:
    low, high = said["low"] or "0", said["high"]
    if not low.isdecimal() or not (high.isdecimal() or not high):
        raise PublishedError(f"{where}: 'low' or 'high' is no whole number. Write one, or nothing.")
    if high and int(high) < int(low):
        raise PublishedError(f"{where}: 'high' is below 'low'. Write the smaller as 'low'.")
    return int(low), int(high) if high else None


def _by_key(rows: list[_Row]) -> dict[Key, _Row]:
    found: dict[Key, _Row] = {}
    for row in rows:
        first = found.setdefault(row.key, row)
        if first is not row:
            raise PublishedError(
                f"{row.where}: the same cell as {first.where}. Add the column that tells them "
                "apart, or leave one out."
            )
    return found


def _told(row: _Row, by_key: Mapping[Key, _Row]) -> Range | None:
    """What can be read of a row's count: from the count itself, and from its rate."""
    span = _of_rate(row, by_key)
    told = row.count.told
    if span is None or told is None:
        return told or span
    low = max(told[0], span[0])
    highs = [h for h in (told[1], span[1]) if h is not None]
    if highs and min(highs) < low:
        raise PublishedError(f"{row.where}: 'count' and 'rate' do not agree. Check which is right.")
    return low, min(highs, default=None)


def _of_rate(row: _Row, by_key: Mapping[Key, _Row]) -> Range | None:
    try:
        percent = read_percent(row.said["rate"])
    except ValueError:
        raise PublishedError(
            f"{row.where}: 'rate' is no percentage. Write it as 7.0, 10-19 or >=95."
        ) from None
    if percent is None:
        return None
    of = _denominator(row, by_key).count.told
    if of is None:
        return None
    found = numerators(percent, of)
    if found is None:
        raise PublishedError(
            f"{row.where}: no count of the denominator's students gives this rate. Check both."
        )
    return found


def _denominator(row: _Row, by_key: Mapping[Key, _Row]) -> _Row:
    """The row a rate is a share of; a total is never taken for one."""
    for name in (n for n in _MEASURES if n in row.cell):
        for value in _DENOMINATORS:
            found = by_key.get(key_of({**row.cell, name: value}))
            if found is not None and found is not row:
                return found
    raise PublishedError(
        f"{row.where}: a rate of whom? No row gives its denominator. Add a row with the same "
        f"values and {' or '.join(_DENOMINATORS)} in a column 'measure', or leave the rate out."
    )


def _tables(name: str, dimensions: list[str], rows: list[_Row]) -> tuple[Table, ...]:
    """One table for each combination of values of the dimensions that have no total.

    That values add up to a total is known where the file has a row of it. A column such as
    `measure` tells counts apart that are no parts of anything.
    """
    summed = [d for d in dimensions if any(row.cell[d] == TOTAL for row in rows)]
    parts = {d: tuple(_values(d, rows)) for d in summed}
    trees = tuple(Tree(d, {TOTAL: values}) for d, values in parts.items() if values)
    apart = dict.fromkeys(
        key_of({d: v for d, v in row.cell.items() if d not in summed}) for row in rows
    )
    return tuple(Table(" ".join((name, *(v for _, v in of))), trees, of) for of in apart)


def _values(dimension: str, rows: list[_Row]) -> Iterator[str]:
    yield from dict.fromkeys(v for r in rows if (v := r.cell[dimension]) != TOTAL)
