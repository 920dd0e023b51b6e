"""A whole and the parts that add up to it: each bar begins where the one before it ended."""

from collections.abc import Iterator
from dataclasses import dataclass

from eachchild.report.charts.letters import wrapped
from eachchild.report.charts.marks import (
    LINE,
    TEXT_SIZE,
    Box,
    Drawing,
    Ink,
    Line,
    Mark,
    Text,
    column,
    layered,
)
from eachchild.report.charts.scale import Linear

_BAR = 16.0
_LABEL, _TRACK, _SHOWN = 226.0, (244.0, 560.0), 576.0


@dataclass(frozen=True, slots=True)
class WaterfallRow:
    """One bar; the whole begins at nothing, each part where the last one ended."""

    label: str
    start: float
    end: float
    shown: str  # "4.9 points, 57 %"
    lit: bool = False  # the part that the sentence above speaks of

    @property
    def ends(self) -> tuple[float, float]:
        """The lesser end first."""
        return min(self.start, self.end), max(self.start, self.end)


def wide(rows: tuple[WaterfallRow, ...]) -> Drawing:
    """The picture for screens and paper, 720 pixels wide."""
    axis = _axis(rows, *_TRACK)
    marks: list[Mark] = []
    y = 0.0
    for number, row in enumerate(rows):
        label = wrapped(row.label, TEXT_SIZE, _LABEL)
        height = max(40.0, len(label) * LINE + 16)
        middle = y + height / 2
        marks += column(label, (0, middle + 5 - (len(label) - 1) * LINE / 2), Ink.TEXT)
        marks += _bar(row, axis, middle)
        marks.append(Text((_SHOWN, middle + 5), row.shown, Ink.TEXT, strong=row.lit or not number))
        if number + 1 < len(rows):
            marks.append(_step(row, axis, middle, y + height + 12, is_whole=not number))
        y += height
    marks.append(Line((axis(0), 0), (axis(0), y), Ink.RULE))
    return layered(720, y + 4, marks)


def phone(rows: tuple[WaterfallRow, ...]) -> Drawing:
    """The picture for a phone, 340 pixels wide: words above each bar."""
    axis = _axis(rows, 0, 340)
    marks: list[Mark] = []
    y = 0.0
    for number, row in enumerate(rows):
        label = wrapped(row.label, TEXT_SIZE, 340)
        marks += column(label, (0, y + 14), Ink.TEXT)
        below = y + len(label) * LINE
        marks.append(Text((0, below + 14), row.shown, Ink.TEXT, strong=row.lit or not number))
        marks += _bar(row, axis, below + 32)
        y = below + 58
    return layered(340, y, marks)


def _axis(rows: tuple[WaterfallRow, ...], start: float, end: float) -> Linear:
    low = min(0.0, *(row.ends[0] for row in rows))
    high = max(0.0, *(row.ends[1] for row in rows))
    return Linear(low, high if high > low else low + 1, start, end)


def _bar(row: WaterfallRow, axis: Linear, middle: float) -> Iterator[Mark]:
    left, right = (axis(end) for end in row.ends)
    ink = Ink.FINDING if row.lit else Ink.QUIET
    yield Box((left, middle - _BAR / 2), max(right - left, 2), _BAR, ink)


def _step(row: WaterfallRow, axis: Linear, top: float, bottom: float, *, is_whole: bool) -> Line:
    """From where a bar ends to the next one, which begins there; the first part begins at 0."""
    x = axis(row.start if is_whole else row.end)
    return Line((x, top + _BAR / 2), (x, bottom), Ink.RULE)
