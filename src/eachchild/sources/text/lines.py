"""Where each record of a delimited text starts, and which lines an unclosed quote would swallow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_QUOTE, _NEWLINE = 0x22, 0x0A
_LONGEST = 50  # lines; a quoted note longer than this is taken for a quote somebody forgot


@dataclass(frozen=True, slots=True)
class Lines:
    """A text cut into records: the bytes of each and the line it starts on, counted from 1.

    `broken` marks single lines whose quote is never closed in a way that makes a record; they
    are read as nothing, so that they cannot take the lines below with them.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    line: NDArray[np.int64]
    broken: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Text:
    """What the search for the end of a record needs to know of the text."""

    text: bytes
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    suspects: NDArray[np.int64]
    mark: bytes
    width: int

    def span(self, first: int, last: int) -> bytes:
        return self.text[self.start[first] : self.end[last]]


def find_records(text: bytes, delimiter: str, width: int, *, thorough: bool = False) -> Lines:
    """Cut a text into records; one of several lines counts only if it has `width` cells.

    Looks only at lines with an odd number of quotes, for speed; `thorough` looks at every line
    that has any (a text like `6' 2"` before a long note needs it).
    """
    start, end = _physical(text)
    known = _Text(text, start, end, _suspects(text, start, thorough), delimiter.encode(), width)
    broken = np.zeros(start.size, dtype=bool)
    inside = np.zeros(start.size, dtype=bool)  # lines that continue the record above them
    end = end.copy()
    free = 0
    for i in known.suspects.tolist():
        if i < free:
            continue
        cells, is_open = count_cells(known.span(i, i), known.mark)
        last = _closing(known, i) if is_open else None
        if last is not None:
            inside[i + 1 : last + 1] = True
            end[i], free = end[last], last + 1
        broken[i] = last is None and (is_open or cells == 0)
    keep = ~inside
    number = np.arange(1, start.size + 1, dtype=np.int64)
    return Lines(start[keep], end[keep], number[keep], broken[keep])


def _physical(text: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _NEWLINE).astype(np.int64)
    if text and not text.endswith(b"\n"):
        ends = np.append(ends, len(text))
    starts = np.empty_like(ends)
    starts[:1], starts[1:] = 0, ends[:-1] + 1
    return starts, ends


def _suspects(text: bytes, start: NDArray[np.int64], thorough: bool) -> NDArray[np.int64]:
    if b'"' not in text:
        return np.empty(0, dtype=np.int64)
    quotes = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _QUOTE)
    before = np.searchsorted(quotes, start)
    counts = np.diff(np.append(before, quotes.size))
    return np.flatnonzero(counts > 0 if thorough else counts % 2).astype(np.int64)


def _closing(known: _Text, first: int) -> int | None:
    """The line on which the cell opened on `first` closes, if that makes a record that fits."""
    after = np.searchsorted(known.suspects, first, side="right")
    for last in known.suspects[after : after + _LONGEST].tolist():
        if last - first > _LONGEST:
            return None
        cells, still_open = count_cells(known.span(first, last), known.mark)
        if not still_open:
            return last if cells == known.width else None
    return None


def count_cells(record: bytes, mark: bytes) -> tuple[int, bool]:
    """How many cells a record has, and whether the last is quoted and unclosed.

    A quote opens a cell only as its first sign; `6' 2"` is text. After a closing quote must come a
    delimiter or the end, else the record is not well made: it has 0 cells.

    >>> count_cells(b'1,"a, b",c', b","), count_cells(b'1,"a', b","), count_cells(b'1,"a"b', b",")
    ((3, False), (2, True), (0, False))
    """
    cells, at, size = 1, 0, len(record)
    while True:
        if record[at : at + 1] == b'"':
            closed = _close_quote(record, at + 1)
            if closed is None:
                return cells, True
            at = closed + 1
            if at < size and record[at : at + 1] != mark:
                return 0, False
        else:
            found = record.find(mark, at)
            at = size if found < 0 else found
        if at >= size:
            return cells, False
        cells, at = cells + 1, at + 1


def _close_quote(record: bytes, at: int) -> int | None:
    while (at := record.find(b'"', at)) >= 0:
        if record[at + 1 : at + 2] != b'"':
            return at
        at += 2
    return None
