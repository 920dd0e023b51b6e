"""What a published text tells of a count: a number, a range, or that it is hidden."""

import re
from dataclasses import dataclass
from decimal import Decimal

from eachchild.release.published import Range
from eachchild.sources import OPEN, Read, read_cell

_WORDS = {"PS": ">=0", "ps": ">=0"}  # "privacy suppressed", EDFacts
_HIDDEN = (Read.MISSING, Read.SUPPRESSED)
_EDFACTS = {"LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(\d+(?:\.\d+)?))?")
_BOUND = re.compile(r"(<=|>=|<|>)\s*(\d+(?:\.\d+)?)")
_WIDEST = 1_000  # denominators of a range that are tried one by one


@dataclass(frozen=True, slots=True)
class Blurred:
    """A published count: the range told, if any, and whether it is shown as hidden."""

    told: Range | None
    hidden: bool


def read_count(text: str) -> Blurred:
    """Read a published count; ValueError where it says nothing that a count can be.

    A small number shown as small (`<10`) is a hidden one whose range is told. A blank is hidden
    too: it is never taken for nought, nor for a cell nobody asked about.

    >>> read_count("1,234"), read_count("n<10")
    (Blurred(told=(1234, 1234), hidden=False), Blurred(told=(0, 9), hidden=True))
    >>> read_count("PS")
    Blurred(told=None, hidden=True)
    """
    cell = read_cell(text, _WORDS)
    if cell.read in _HIDDEN:
        return Blurred(None, hidden=True)
    if cell.read in (Read.PERCENT, Read.UNREADABLE):
        raise ValueError("no count")
    high = None if cell.high >= OPEN else cell.high
    small = cell.read is Read.RANGE and cell.low == 0
    return Blurred((cell.low, high), small)


@dataclass(frozen=True, slots=True)
class Percent:
    """A published percentage, whole numbers of its last decimal: from `low` to `high`.

    `exact` ends are strict bounds on the unrounded share; else the share was rounded first.
    """

    low: int
    high: int
    scale: int  # what 100 % is
    exact: bool = False

    def numerators(self, n: int) -> Range | None:
        """The counts out of n that give this percentage, rounded half up or half to even.

        >>> Percent(70, 70, 1000).numerators(57), Percent(21, 21, 1000).numerators(431)
        ((4, 4), (9, 9))
        """
        low, high = self._strict(n) if self.exact else self._rounded(n)
        low, high = max(low, 0), min(high, n)
        return (low, high) if low <= high else None

    def _strict(self, n: int) -> tuple[int, int]:
        return self.low * n // self.scale + 1, -(-self.high * n // self.scale) - 1

    def _rounded(self, n: int) -> tuple[int, int]:
        low = -(-n * (2 * self.low - 1) // (2 * self.scale))
        high, rest = divmod(n * (2 * self.high + 1), 2 * self.scale)
        odd_tie = rest == 0 and self.high % 2 == 1  # either rule rounds it up, away from here
        return low, high - odd_tie


def read_percent(text: str) -> Percent | None:
    """Read a published percentage; None where it is hidden, ValueError where it is none.

    >>> read_percent("7.0") == Percent(70, 70, 1000), read_percent("GE95") == Percent(95, 100, 100)
    (True, True)
    """
    if not text or read_cell(text, _WORDS).read in _HIDDEN:
        return None
    text = text.replace("≤", "<=").replace("≥", ">=").rstrip("% ").replace("%", "")
    sign = _EDFACTS.get(text[:2].upper())
    text = sign + text[2:] if sign else text
    if found := _PERCENT.fullmatch(text):
        return _between(found[1], found[2] or found[1])
    if found := _BOUND.fullmatch(text):
        return _beyond(found[1], found[2])
    raise ValueError("no percentage")


def _between(low: str, high: str) -> Percent:
    scale = 100 * 10 ** max(_decimals(low), _decimals(high))
    return Percent(_scaled(low, scale), _scaled(high, scale), scale)


def _beyond(sign: str, bound: str) -> Percent:
    scale = 100 * 10 ** _decimals(bound)
    at = _scaled(bound, scale)
    below = sign.startswith("<")
    if len(sign) == 1:  # strict: ends one step outside 0 and 100 % keep those two in
        return (
            Percent(-1, at, scale, exact=True)
            if below
            else Percent(at, scale + 1, scale, exact=True)
        )
    return Percent(0, at, scale) if below else Percent(at, scale, scale)


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _scaled(number: str, scale: int) -> int:
    return int(Decimal(number) * scale / 100)


def numerators(percent: Percent, of: Range) -> Range | None:
    """The counts that give a percentage of a denominator known within a range.

    A denominator without an end, or with more than a thousand values, tells no count: (0, high).
    """
    low, high = of
    if high is None or high - low > _WIDEST:
        return (0, high)
    spans = [s for n in range(low, high + 1) if (s := percent.numerators(n)) is not None]
    ends = [end for s in spans for end in s if end is not None]
    return (min(ends), max(ends)) if ends else None
