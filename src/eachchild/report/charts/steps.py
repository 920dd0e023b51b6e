"""Steps in a row: of those who came to each, how many of two groups went on."""

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

_BAR = 14.0
_NEXT = 20.0  # from one bar to the next
_LABEL, _TRACK, _SHOWN = 226.0, (244.0, 520.0), 610.0
_HEAD = 34.0


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step: the shares that went on, in words too, and what that makes of the gap."""

    label: str
    shares: tuple[float, float]  # of the group and of the others
    shown: tuple[str, str]
    ratio: str
    part: str
    lit: bool = False  # the step that the sentence above speaks of


@dataclass(frozen=True, slots=True)
class StepChart:
    """The steps in order, and who is compared."""

    group: str
    others: str
    rows: tuple[StepRow, ...]


def wide(chart: StepChart) -> Drawing:
    """The picture for screens and paper, 720 pixels wide."""
    axis = _axis(chart, *_TRACK)
    marks: list[Mark] = [*_key(chart, (_TRACK[0], 14), apart=max(120.0, 9.0 * len(chart.group)))]
    y = _HEAD
    for number, row in enumerate(chart.rows):
        label = wrapped(row.label, TEXT_SIZE, _LABEL)
        height = max(2 * _NEXT + 22, len(label) * LINE + 16)
        marks += column(label, (0, y + 18), Ink.TEXT)
        marks += _bars(row, axis, y + 6)
        marks.append(Text((_SHOWN, y + 18), row.ratio, Ink.TEXT, strong=row.lit))
        marks.append(Text((_SHOWN, y + 18 + LINE), row.part, Ink.QUIET, strong=row.lit))
        y += height
        if number + 1 < len(chart.rows):
            marks.append(Line((0, y - 8), (720, y - 8), Ink.RULE))
    marks.append(Line((axis(0), _HEAD), (axis(0), y - 10), Ink.RULE))
    return layered(720, y, marks)


def phone(chart: StepChart) -> Drawing:
    """The picture for a phone, 340 pixels wide: words above each step's bars."""
    axis = _axis(chart, 0, 250)
    marks: list[Mark] = [*_key(chart, (0, 14))]
    y = _HEAD + LINE
    for row in chart.rows:
        label = wrapped(row.label, TEXT_SIZE, 340)
        marks += column(label, (0, y + 14), Ink.TEXT)
        y += len(label) * LINE + 2
        marks += _bars(row, axis, y + 4)
        y += 2 * _NEXT + 18
        marks.append(Text((0, y), f"{row.ratio}, {row.part}", Ink.TEXT, strong=row.lit))
        y += 26
    return layered(340, y, marks)


def _axis(chart: StepChart, start: float, end: float) -> Linear:
    most = max((share for row in chart.rows for share in row.shares), default=1.0)
    return Linear(0.0, most or 1.0, start, end)


def _key(chart: StepChart, at: tuple[float, float], *, apart: float = 0.0) -> Iterator[Mark]:
    """Which bar is whose; one beneath the other where `apart` is nothing."""
    x, y = at
    for name, ink in ((chart.group, Ink.FINDING), (chart.others, Ink.REFERENCE)):
        yield Box((x, y - 11), _BAR, 12, ink)
        yield Text((x + _BAR + 8, y), name, Ink.TEXT)
        x, y = (x + apart + _BAR + 16, y) if apart else (x, y + LINE)


def _bars(row: StepRow, axis: Linear, top: float) -> Iterator[Mark]:
    for share, shown, ink in zip(row.shares, row.shown, (Ink.FINDING, Ink.REFERENCE), strict=True):
        left, right = axis(0.0), axis(share)
        yield Box((left, top), max(right - left, 2), _BAR, ink)
        yield Text((right + 8, top + _BAR - 2), shown, Ink.TEXT)
        top += _NEXT
