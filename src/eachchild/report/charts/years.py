"""Since when: one small picture a group, all on one scale, with breaks in definition marked."""

from collections.abc import Iterator
from dataclasses import dataclass

from eachchild.report.charts.letters import width, wrapped
from eachchild.report.charts.marks import (
    LINE,
    TEXT_SIZE,
    Curve,
    Dot,
    Drawing,
    Ink,
    Line,
    Mark,
    Point,
    Text,
    layered,
)
from eachchild.report.charts.scale import Linear, without_gaps


@dataclass(frozen=True, slots=True)
class YearPoint:
    """One group in one period: the `at`th of the axis."""

    at: int
    value: float
    low: float
    high: float
    shown: str


@dataclass(frozen=True, slots=True)
class YearPanel:
    """One group over the years; where a period is missing the line stops."""

    label: str
    points: tuple[YearPoint, ...]
    lit: bool
    words: str  # why there is nothing to draw


@dataclass(frozen=True, slots=True)
class YearChart:
    """The panels in the order they are drawn, and what they share."""

    panels: tuple[YearPanel, ...]
    periods: tuple[str, ...]
    breaks: tuple[int, ...]  # a new definition begins with this period
    overall: tuple[YearPoint, ...]
    low: float
    high: float


_GAP = 24.0
_PLOT = 96.0


def years(of: YearChart, size: float, columns: int) -> Drawing:
    """The panels side by side: three at 720 pixels, two on a phone."""
    room = (size - _GAP * (columns - 1)) / columns
    marks: list[Mark] = []
    top = 0.0
    for start in range(0, len(of.panels), columns):
        row = of.panels[start : start + columns]
        heads = [wrapped(p.label, TEXT_SIZE, room) for p in row]
        head = max(len(h) for h in heads) * LINE
        for i, (panel, lines) in enumerate(zip(row, heads, strict=True)):
            left = i * (room + _GAP)
            marks += _head(panel, lines, left, top)
            marks += _panel(of, panel, (left, top + head), room)
        top += head + _PLOT + 56
    return layered(size, top - 16, marks)


def _head(panel: YearPanel, lines: tuple[str, ...], left: float, top: float) -> Iterator[Mark]:
    ink = Ink.FINDING if panel.lit else Ink.TEXT
    for i, line in enumerate(lines):
        yield Text((left, top + 14 + i * LINE), line, ink, strong=panel.lit)


def _panel(of: YearChart, panel: YearPanel, corner: Point, room: float) -> Iterator[Mark]:
    left, top = corner
    x = Linear(-0.15, max(len(of.periods) - 1, 1) + 0.15, left, left + room)
    y = Linear(of.low, of.high, top + 22 + _PLOT, top + 22)
    yield Line((left, y.start), (left + room, y.start), Ink.RULE)
    yield from _breaks(of, x, y)
    yield from _overall(of, x, y)
    yield from _words(of, panel, y, (left, room))
    yield from _line(panel, of.breaks, x, y)
    yield Text((left, y.start + 18), of.periods[0], Ink.QUIET)
    yield Text((left + room, y.start + 18), of.periods[-1], Ink.QUIET, "end")


def _words(
    of: YearChart, panel: YearPanel, y: Linear, across: tuple[float, float]
) -> Iterator[Mark]:
    """Why there is nothing to draw, in the half of the panel where the overall line is not."""
    left, room = across
    lines = wrapped(panel.words, TEXT_SIZE, room)
    high = any(p.value > (of.low + of.high) / 2 for p in of.overall)
    top = y.start - 8 - (len(lines) - 1) * LINE if high else y.end + 14
    for i, line in enumerate(lines):
        yield Text((left, top + i * LINE), line, Ink.QUIET, clear=True)


def _breaks(of: YearChart, x: Linear, y: Linear) -> Iterator[Mark]:
    for at in of.breaks:
        middle = x(at - 0.5)
        yield Line((middle, y.end - 10), (middle, y.start), Ink.QUIET, 1, dashed=True)


def _overall(of: YearChart, x: Linear, y: Linear) -> Iterator[Mark]:
    for run in without_gaps(of.overall, of.breaks):
        path = tuple((x(p.at), y(p.value)) for p in run)
        if len(path) > 1:
            yield Curve(path, Ink.REFERENCE, 1.5)
        else:
            yield Dot(path[0], 1.5, Ink.REFERENCE)


def _line(panel: YearPanel, breaks: tuple[int, ...], x: Linear, y: Linear) -> Iterator[Mark]:
    ink = Ink.FINDING if panel.lit else Ink.TEXT
    for point in panel.points:
        if point.high > point.low:
            yield Line((x(point.at), y(point.low)), (x(point.at), y(point.high)), ink, 2)
    for run in without_gaps(panel.points, breaks):
        path = tuple((x(p.at), y(p.value)) for p in run)
        if len(path) > 1:
            yield Curve(path, ink, 1.5)
    for i, point in enumerate(panel.points):
        yield Dot((x(point.at), y(point.value)), 3.5, ink)
        if i in (0, len(panel.points) - 1):
            yield _value(point, x, y, ink)


def _value(point: YearPoint, x: Linear, y: Linear, ink: Ink) -> Text:
    half = width(point.shown, TEXT_SIZE) / 2
    middle = min(max(x(point.at), x.start + half), x.end - half)
    above = y(max(point.high, point.value)) - 7
    return Text((middle, above), point.shown, ink, "middle", clear=True)
