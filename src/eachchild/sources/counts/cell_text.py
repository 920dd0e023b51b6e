"""The text of a published cell as bounds: a suppressed or ranged cell is never read as 0."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

OPEN = 1 << 40  # no upper bound known yet; sums of a few thousand of them still fit in 64 bits


class Read(StrEnum):
    """How a cell's text was understood."""

    NUMBER = "number"
    MISSING = "missing"  # blank, "-", NA, a negative reserve code: nothing was collected here
    RANGE = "range"  # a published range, top or bottom code
    DATE = "date"  # a range that a spreadsheet turned into a date: 1-3 shown as 3-Jan
    SUPPRESSED = "suppressed"  # a suppression word; its bounds come from the plan or the row
    PERCENT = "percent"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class CellText:
    """One distinct text: what it is and the whole numbers it may stand for, both ends included."""

    read: Read
    low: int = 0
    high: int = 0
    flagged: bool = False  # a mark of doubt behind the number, as in `123*`

    @property
    def bounded(self) -> bool:
        """Known within bounds only."""
        return self.read in (Read.RANGE, Read.DATE, Read.SUPPRESSED) or self.low != self.high


_MISSING = frozenset(
    ("", "-", "--", "---", "–", "—", ".", "..", "†", "na", "n/a", "n.a.", "null", "nr", "missing",
     "not available", "not applicable", "not reported", "not collected", "no data")
)  # fmt: skip
_SUPPRESSED = frozenset(
    ("*", "**", "***", "****", "#", "##", "‡", "ds", "s", "x", "xx", "ss", "sup", "supp",
     "suppressed", "masked", "redacted", "tfs", "too few", "too few students", "<n", "n<min",
     "low n", "small n", "not displayed")
)  # fmt: skip
_NUMBER = re.compile(r"\d{1,3}(?:[,\u2009\u202f ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
_RESERVE = re.compile(r"-\d{1,2}(?:\.0+)?")
_BELOW = re.compile(r"(?:n\s*)?(?:<|less than|fewer than|under|below)\s*(\d+)", re.IGNORECASE)
_AT_MOST = re.compile(r"(?:n\s*)?(?:<=|≤|=<|at most|up to)\s*(\d+)|(\d+) or (?:fewer|less)", re.I)
_ABOVE = re.compile(r"(?:n\s*)?(?:>|more than|over|above)\s*(\d+)", re.IGNORECASE)
_AT_LEAST = re.compile(r"(?:n\s*)?(?:>=|≥|=>|at least)\s*(\d+)|(\d+)\s*(?:\+|or more)", re.I)
_RANGE = re.compile(r"(\d+)\s*(?:-|–|—|to)\s*(\d+)", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_MONTH = re.compile(r"(\d{1,2})-([A-Za-z]{3})(?:-\d{2,4})?")
_MONTH_DAY = re.compile(r"([A-Za-z]{3})-(\d{1,2})")


def read_cell(text: str, words: Mapping[str, str], *, decimals: int = 0) -> CellText:
    """Read one cell in whole units of `decimals`; `words` is the plan's `[codes.suppression]`.

    >>> read_cell("6,731,214 ", {})
    CellText(read=<Read.NUMBER: 'number'>, low=6731214, high=6731214, flagged=False)
    >>> cell = read_cell("3-Jan", {})
    >>> (cell.read.value, cell.low, cell.high)
    ('date', 1, 3)
    """
    text = " ".join(text.replace("\u2212", "-").split())
    if text in words:
        return _scaled(_by_plan(text, words[text]), decimals)
    if text.casefold() in _MISSING or _RESERVE.fullmatch(text):
        return CellText(Read.MISSING)
    if text.casefold() in _SUPPRESSED:
        return CellText(Read.SUPPRESSED, 0, OPEN)
    if text.endswith("%"):
        return CellText(Read.PERCENT)
    number = _number(text, decimals)
    return number if number is not None else _scaled(_bounds(text), decimals)


def _by_plan(word: str, meaning: str) -> CellText:
    """What the file's notes say a word stands for: `1-3`, `<10`, a number, or nothing collected."""
    if meaning.casefold() in ("not_collected", "missing", "not_applicable"):
        return CellText(Read.MISSING)
    bounds = _number(meaning, 0) or _bounds(meaning)
    if bounds.read is Read.UNREADABLE:
        raise ValueError(
            f"[codes.suppression]: {word!r} stands for {meaning!r}, which is no bound. "
            'Write "1-3", "<10", ">95" or "not_collected".'
        )
    return CellText(Read.SUPPRESSED, bounds.low, bounds.high)


def _number(text: str, decimals: int) -> CellText | None:
    flagged = text[-1:] in ("*", "†", "‡", "!", "^") and len(text) > 1
    digits = text.rstrip("*†‡!^ ") if flagged else text
    if not _NUMBER.fullmatch(digits):
        return None
    try:
        value = Decimal(re.sub(r"[,\u2009\u202f ]", "", digits)).scaleb(decimals)
    except InvalidOperation:  # pragma: no cover  # the expression above admits numbers only
        return None
    low = int(value)
    # An estimate between two whole numbers is known no better than that.
    return CellText(Read.NUMBER, low, low if value == low else low + 1, flagged)


def _bounds(text: str) -> CellText:
    if found := _DAY_MONTH.fullmatch(text):
        return _dated(found[2], found[1])
    if found := _MONTH_DAY.fullmatch(text):
        return _dated(found[1], found[2])
    if found := _RANGE.fullmatch(text):
        low, high = int(found[1]), int(found[2])
        return CellText(Read.RANGE, low, high) if low <= high else CellText(Read.UNREADABLE)
    return _one_sided(text)


def _one_sided(text: str) -> CellText:
    for pattern, shift in ((_BELOW, -1), (_AT_MOST, 0)):
        if found := pattern.fullmatch(text):
            return CellText(Read.RANGE, 0, max(_whole(found) + shift, 0))
    for pattern, shift in ((_ABOVE, 1), (_AT_LEAST, 0)):
        if found := pattern.fullmatch(text):
            return CellText(Read.RANGE, _whole(found) + shift, OPEN)
    return CellText(Read.UNREADABLE)


def _whole(found: re.Match[str]) -> int:
    return int(next(group for group in found.groups() if group))


def _dated(month: str, day: str) -> CellText:
    if month.casefold() not in _MONTHS:
        return CellText(Read.UNREADABLE)
    ends = sorted((_MONTHS.index(month.casefold()) + 1, int(day)))
    return CellText(Read.DATE, ends[0], ends[1])


def _scaled(cell: CellText, decimals: int) -> CellText:
    unit = 10**decimals
    high = cell.high if cell.high >= OPEN else cell.high * unit
    return CellText(cell.read, cell.low * unit, high, cell.flagged)
