"""Which rows are the heading and what each column is called, from the first rows of a file."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eachchild.plan.model import Layout

Row = Sequence[str]
_DEEPEST = 6  # rows of one heading
_VALUE = re.compile(  # numbers, ranges, dates, percents, suppressed cells: what headings are not
    r"[-+<>=~$(]*\s*\d[\d\s.,:/%)+-]*(to|or)?[\s\d.,%]*"
    r"|\d{1,2}-[A-Za-z]{3}(-\d{2,4})?|[A-Za-z]{3}-\d{1,2}|\d{4}-\d\d-\d\d.*|[-*.–—]+"
    r"|true|false|DS|N/?A",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(19|20)\d\d([-/]\d{2,4})?")
_MEANS_SOMETHING = re.compile(r"[^\W_]|[%#$]")


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading is `rows` rows of the sample from `first` on; what stands before is no data."""

    first: int
    rows: int


def find_heading(sample: Sequence[Row], layout: Layout, first: int | None = None) -> Heading:
    """Find the heading; `first` is its row in the sample where the plan gives its line.

    >>> rows = [["Report", "", ""], ["ID", "Race", "Days"], ["1", "B", "3"]]
    >>> find_heading(rows, Layout())
    Heading(first=1, rows=1)
    """
    cleaned = [[clean(c) for c in row] for row in sample]
    if first is None:
        first = _first_row(cleaned)
    rows = layout.header_rows or _depth(cleaned, first)
    return Heading(first, rows)


def clean(cell: str) -> str:
    """A heading's text on one line; a no-break space or a new line in it is a space."""
    return " ".join(cell.split())


def _first_row(sample: Sequence[Row]) -> int:
    counts = [sum(map(bool, row)) for row in sample]
    filled = _typical([c for c in counts if c])
    width = max((len(row) for row in sample), default=0)
    for i, row in enumerate(sample):
        if _is_heading(row, filled, width):
            return i
        if counts[i] and counts[i] >= 0.8 * filled:
            return i  # the first full row: below it are data, whatever its cells look like
    return 0


def _typical(counts: list[int]) -> int:
    ordered = sorted(counts)
    return ordered[(3 * len(ordered)) // 4] if ordered else 0


def _is_heading(row: Row, filled: int, width: int) -> bool:
    at = [i for i, cell in enumerate(row) if cell]
    if len(at) < max(min(2, filled), math.ceil(0.25 * filled)) or not at:
        return False
    # A title and its date stand in the first cells; merged headings reach across the table.
    spread = at[-1] >= width // 2 or len(at) >= 0.5 * filled
    return spread and all(_is_label(row[i]) for i in at)


def _is_label(cell: str) -> bool:
    return bool(_YEAR.fullmatch(cell)) or not _VALUE.fullmatch(cell)


def _depth(sample: Sequence[Row], first: int) -> int:
    """How many rows the heading has: a further one fills blanks and leaves the row labels blank."""
    head = sample[first] if first < len(sample) else []
    stub = next((i for i, cell in enumerate(head) if cell), None)
    named = {i for i, cell in enumerate(head) if cell}
    rows = 1
    for row in sample[first + 1 : first + _DEEPEST]:
        here = {i for i, cell in enumerate(row) if cell}
        fills = bool(here - named)
        labels = all(_is_label(row[i]) for i in here)
        if stub is None or stub in here or not fills or not labels:
            break
        named |= here
        rows += 1
    body = sample[first + rows : first + rows + 10]
    has_values = any(cell and not _is_label(cell) for row in body for cell in row)
    return rows if has_values else 1


def column_names(rows: Sequence[Row], width: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The name of each column, and which columns (from 0) repeat an earlier heading.

    >>> column_names([["", "Girls", ""], ["ID", "n", "%"]], 3)
    (('ID', 'Girls / n', 'Girls / %'), ())
    """
    grid = [[clean(c) for c in row][:width] + [""] * (width - len(row)) for row in rows]
    for k in range(len(grid) - 1):
        _fill_merged(grid, k)
    parts = [[row[j] for row in grid if _MEANS_SOMETHING.search(row[j])] for j in range(width)]
    names = [" / ".join(dict.fromkeys(p)) or f"column {j + 1}" for j, p in enumerate(parts)]
    return _unlike(names)


def _fill_merged(grid: list[list[str]], k: int) -> None:
    """Carry a merged label to the right, inside the label above it and over named columns only."""
    original = list(grid[k])
    for j in range(1, len(original)):
        above = all(grid[i][j] == grid[i][j - 1] for i in range(k))
        below = any(grid[i][j] for i in range(k + 1, len(grid)))
        if not original[j] and above and below:
            grid[k][j] = grid[k][j - 1]


def _unlike(names: list[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    taken = Counter[str]()
    result: list[str] = []
    again: list[int] = []
    for j, name in enumerate(names):
        taken[name] += 1
        new, number = name, taken[name]
        while new in result:
            number = max(2, number)
            new = f"{name} ({number})"
            number += 1
        if new != name:
            again.append(j)
        result.append(new)
    return tuple(result), tuple(again)
