"""Which character parts the cells, told from the file by counting, never by an engine's guess."""

import csv
import io
import itertools
import re
from collections import Counter
from dataclasses import dataclass

DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_BYTES = 120_000  # under the csv module's limit for one cell
_SAMPLE_RECORDS = 100
_WRAPPED = re.compile(rb'"(?:[^"\t]|"")*\t(?:[^"]|"")*"(?:,|$)')


@dataclass(frozen=True, slots=True)
class Sample:
    """The first records of a text as cells, the line each starts on, and the line after them."""

    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


def sample_of(text: bytes, delimiter: str, count: int = _SAMPLE_RECORDS) -> Sample:
    """The first records; one that the sample cuts in two is left out."""
    whole = len(text) <= _SAMPLE_BYTES
    head = text[:_SAMPLE_BYTES].decode("utf-8", errors="ignore")
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    rows: list[tuple[str, ...]] = []
    lines = [1]
    for record in itertools.islice(reader, count + 1):
        rows.append(tuple(record))
        lines.append(reader.line_num + 1)
    if len(rows) > 1 and (len(rows) > count or not whole):
        rows.pop()
        lines.pop()
    return Sample(tuple(rows), tuple(lines))


def find_delimiter(text: bytes) -> str:
    """The delimiter that parts most records into the same number of cells, two at least.

    >>> find_delimiter(b"a;b\\n1,5;2\\n3,5;4\\n")
    ';'
    """
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        score = _evenness(sample_of(text, delimiter))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _evenness(sample: Sample) -> tuple[float, int]:
    widths = Counter(len(r) for r in sample.rows if r)
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return (0.0, 0)
    width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
    return (count / sum(widths.values()), width)


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The text with a second wrapping in quotes taken off, where it had one."""

    text: bytes
    wrapped: bool


def unwrap(text: bytes) -> Unwrapped:
    r"""Undo a spreadsheet's wrapping: tab-separated lines, each stored as comma-separated text.

    >>> unwrap(b'"a\tn"\n"x\t1",,\n').text
    b'a\tn\nx\t1\n'
    """
    if not _is_wrapped(text):
        return Unwrapped(text, wrapped=False)
    lines = text.decode("utf-8").split("\n")
    return Unwrapped("\n".join(map(_inner, lines)).encode("utf-8"), wrapped=True)


def _is_wrapped(text: bytes) -> bool:
    """Whether the first quoted cell of every line holds tabs: inside its quotes, not after them."""
    lines = [line for line in text[:_SAMPLE_BYTES].split(b"\n")[:20] if line]
    return len(lines) > 1 and all(map(_WRAPPED.match, lines))


def _inner(line: str) -> str:
    cells = next(csv.reader([line]), [])
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return ",".join(cells)
