"""Published tables as anybody finds them: counts, ranges, blanks, stars and rounded rates."""

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from eachchild.release.family import TOTAL, Key, Table, Tree
from eachchild.release.published import Publication, Range, key_of

_NUMBERS = ("count", "low", "high", "rate", "suppressed")
_NO_DIMENSION = (*_NUMBERS, "table", "state")
_HIDDEN = {"", "*", "**", "***", "ps", "s", "ds", "n/a", "na", "suppressed", "-", "--"}
_WHOLE = {"enrolled", "denominator", "students", "n"}  # what a rate is of
_WHICH = ("measure", "quantity")
_FORMS = (
    (re.compile(r"(\d[\d,]*)$"), lambda a: (a, a)),
    (re.compile(r"n?\s*<\s*(\d[\d,]*)$"), lambda a: (0, a - 1)),
    (re.compile(r"n?\s*(?:<=|≤)\s*(\d[\d,]*)$"), lambda a: (0, a)),
    (re.compile(r"n?\s*>\s*(\d[\d,]*)$"), lambda a: (a + 1, None)),
    (re.compile(r"n?\s*(?:>=|≥)\s*(\d[\d,]*)$"), lambda a: (a, None)),
    (re.compile(r"(\d[\d,]*)\s*\+$"), lambda a: (a, None)),
)
_BETWEEN = re.compile(r"(\d[\d,]*)\s*(?:-|–|to)\s*(\d[\d,]*)$")


class PublishedError(ValueError):
    """A published table that cannot be read; the message says which file, where and what next."""


def count_told(text: str) -> Range | None:
    """What a published entry tells of a count; None: nothing, the cell is hidden.

    >>> count_told("1,234"), count_told("<10"), count_told("10-19"), count_told("*")
    ((1234, 1234), (0, 9), (10, 19), None)
    """
    plain = text.strip().casefold()
    if plain in _HIDDEN:
        return None
    between = _BETWEEN.match(plain)
    if between:
        return _number(between[1]), _number(between[2])
    for form, meaning in _FORMS:
        found = form.match(plain)
        if found:
            return meaning(_number(found[1]))
    raise ValueError(text)


def read_published(path: Path, *, width: int = 5) -> Publication:
    """Read a published table: dimensions, `count` (or `low`, `high`), `suppressed`, `rate`.

    A dimension with a row `__all__` adds up to it. A rate beside its known denominator is a
    count, as exact as its decimals make it. PublishedError names the row that cannot be read.
    """
    rows = _rows(path)
    dimensions = [name for name in rows[0] if name not in _NO_DIMENSION]
    if not dimensions or not {"count", "low"} & set(rows[0]):
        raise PublishedError(
            f"{path.name} is no published table: it needs a column `count` and at least one "
            "dimension, such as `school`."
        )
    told: dict[Key, Range] = {}
    hidden: dict[Key, int] = {}
    for number, row in enumerate(rows, start=2):
        key = key_of({d: row[d] for d in dimensions if row[d]})
        span = _span(path, number, row)
        if span is None:
            hidden[key] = width
        else:
            told[key] = span
    for number, row in enumerate(rows, start=2):
        if (row.get("rate") or "").strip():
            key = key_of({d: row[d] for d in dimensions if row[d]})
            told[key] = _by_rate(path, number, row, dimensions, told)
    trees = tuple(Tree(d, {TOTAL: _values(rows, d)}) for d in dimensions)
    return Publication((Table(path.stem, trees),), told, hidden)


def numerators(rate: str, whole: int) -> tuple[int, int]:
    """The counts that round to a published percent of a known whole.

    >>> numerators("7.0", 57), numerators("7", 57)
    ((4, 4), (4, 4))
    """
    decimals = len(rate.partition(".")[2])
    half = 10.0**-decimals / 2 + 1e-9  # half up and half even alike
    fits = [k for k in range(whole + 1) if abs(100 * k / whole - float(rate)) <= half]
    if not fits:
        raise ValueError(rate)
    return fits[0], fits[-1]


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise PublishedError(f"{path.name} is not UTF-8 text. Save it as CSV in UTF-8.") from None
    rows = [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(text.splitlines())]
    if not rows:
        raise PublishedError(f"{path.name} has no rows.")
    return rows


def _span(path: Path, number: int, row: Mapping[str, str]) -> Range | None:
    if (
        row.get("suppressed", "").strip() in ("1", "true", "yes")
        or row.get("state") == "suppressed"
    ):
        return None
    try:
        if "low" in row and not row.get("count", "").strip() and row["low"].strip():
            high = row.get("high", "").strip()
            return _number(row["low"]), _number(high) if high else None
        return count_told(row.get("count", ""))
    except ValueError:
        raise PublishedError(
            f"{path.name}, row {number}: the count is neither a number, a range such as 10-19 or "
            "<10, nor a sign that it is hidden (blank, *, suppressed = 1)."
        ) from None


def _by_rate(
    path: Path, number: int, row: Mapping[str, str], dimensions: Sequence[str],
    told: Mapping[Key, Range],
) -> Range:  # fmt: skip
    which = next((d for d in dimensions if d in _WHICH), "")
    wholes = [
        span[0]
        for value in sorted(_WHOLE)
        if (span := told.get(key_of({d: row[d] for d in dimensions if row[d]} | {which: value})))
        and span[0] == span[1]
    ]
    if not which or not wholes:
        raise PublishedError(
            f"{path.name}, row {number}: a rate without its denominator. Name the rows of one "
            "group by a column `measure` with `enrolled` for the students it is of."
        )
    try:
        low, high = numerators(row["rate"].strip().rstrip("%"), wholes[0])
    except ValueError:
        raise PublishedError(
            f"{path.name}, row {number}: no count gives this rate of {wholes[0]} students."
        ) from None
    least, most = told.get(key_of({d: row[d] for d in dimensions if row[d]}), (0, None))
    return max(low, least), high if most is None else min(high, most)


def _values(rows: Sequence[Mapping[str, str]], dimension: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r[dimension] for r in rows if r[dimension] not in ("", TOTAL)))


def _number(text: str) -> int:
    return int(text.replace(",", "").strip())
