"""Who is above and who below: a dot and its interval for each group, beside the overall line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from eachchild.report.charts.letters import width, wrapped
from eachchild.report.charts.marks import (
    LINE,
    TEXT_SIZE,
    Box,
    Curve,
    Dot,
    Drawing,
    Ink,
    Line,
    Mark,
    Text,
    column,
    layered,
)
from eachchild.report.charts.scale import Linear

# known: a filled dot. open: an estimate we cannot stand behind. bounds: only low to high is known.
# hidden: hatched, always of one size. blank: words alone.
Shape = Literal["known", "open", "bounds", "hidden", "blank"]
_HATCH = (44.0, 14.0)
_WORDS = ("hidden", "blank")  # shapes beside which the track is free for words


@dataclass(frozen=True, slots=True)
class DotRow:
    """One group; `low` and `high` are equal to `value` where there is no interval."""

    label: str
    shape: Shape
    value: float
    low: float
    high: float
    shown: str  # the value in words, or why there is none
    people: str  # how many students: "261,644"
    beside: str  # what it would take, or that this is the group compared with
    lit: bool = False  # the sentence above speaks of it


@dataclass(frozen=True, slots=True)
class DotChart:
    """The groups in the order they are drawn, and the axis they share."""

    rows: tuple[DotRow, ...]
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    overall: tuple[float, str] | None  # value and label of the overall line
    people_head: str
    beside_head: str
    people_words: str  # "{count} students", for the narrow picture


def wide(chart: DotChart) -> Drawing:
    """The picture for screens and paper, 720 pixels wide."""
    axis = Linear(chart.low, chart.high, _TRACK[0], _TRACK[1])
    head = wrapped(chart.beside_head, TEXT_SIZE, _BESIDE[1] - _BESIDE[0])
    lines = [wrapped(r.label, TEXT_SIZE, _LABEL) for r in chart.rows]
    besides = [wrapped(r.beside, TEXT_SIZE, _BESIDE[1] - _BESIDE[0]) for r in chart.rows]
    top = max(len(head), 1) * LINE + 14.0
    heights = [
        max(46.0, len(label) * LINE + 14, len(beside) * LINE + 14)
        for label, beside in zip(lines, besides, strict=True)
    ]
    bottom = top + sum(heights)
    marks: list[Mark] = [*_grid(chart, axis, top - 4, bottom)]
    told = max((i + 1 for i, r in enumerate(chart.rows) if r.shape not in _WORDS), default=0)
    # Words of hidden rows, which stand last, are not crossed by the line.
    marks += _overall(chart, axis, top - 10, top + sum(heights[:told]), right=_TRACK[1] + 16)
    marks += column(head, (_BESIDE[0], LINE - 4.0), Ink.QUIET)
    marks.append(Text((_PEOPLE, top - 18), chart.people_head, Ink.QUIET, "end"))
    y = top
    for row, label, beside, height in zip(chart.rows, lines, besides, heights, strict=True):
        middle = y + height / 2 + 5
        marks += column(label, (0, middle + 5 - (len(label) - 1) * LINE / 2), Ink.TEXT)
        marks += _estimate(row, axis, middle)
        marks.append(Text((_PEOPLE, middle + 5), row.people, Ink.TEXT, "end"))
        start = middle + 5 - (len(beside) - 1) * LINE / 2
        marks += column(beside, (_BESIDE[0], start), Ink.QUIET)
        y += height
    return layered(720, bottom + 26, marks)


_LABEL = 186.0
_TRACK = (204.0, 506.0)
_PEOPLE = 588.0
_BESIDE = (606.0, 720.0)


def phone(chart: DotChart) -> Drawing:
    """The picture for a phone, 340 pixels wide: words above each track, never beside it."""
    axis = Linear(chart.low, chart.high, 6, 334)
    y = 12.0
    marks: list[Mark] = []
    if chart.overall is not None:
        marks += [
            Line((6, 4), (6, 18), Ink.REFERENCE, 2),
            Text((16, 16), chart.overall[1], Ink.REFERENCE),
        ]
        y = 36.0
    for row in chart.rows:
        found, y = _stacked(chart, row, axis, y)
        marks += found
    marks += _grid(chart, axis, y - 2, y + 4)
    return layered(340, y + 28, marks)


def _stacked(chart: DotChart, row: DotRow, axis: Linear, top: float) -> tuple[list[Mark], float]:
    shown = row.shown if row.shape in ("known", "open", "bounds") else ""
    room = 340 - (width(shown, TEXT_SIZE, strong=True) + 16 if shown else 0)
    label = wrapped(row.label, TEXT_SIZE, room)
    marks: list[Mark] = [*column(label, (0, top + 14), Ink.TEXT)]
    if shown:
        ink = Ink.FINDING if row.lit else Ink.TEXT
        marks.append(Text((340, top + 14), shown, ink, "end", strong=True))
    y = top + len(label) * LINE + 14
    if row.shape != "blank":
        marks += _rail(chart, axis, y)
    marks += _estimate(row, axis, y, labelled=False)
    people = chart.people_words.format(count=row.people) if row.people else ""
    hidden = row.shown if row.shape == "hidden" else ""
    below = " · ".join(part for part in (hidden, people, row.beside) if part)
    lines = wrapped(below, TEXT_SIZE, 340) if below else ()
    marks += column(lines, (0, y + 24), Ink.QUIET)
    return marks, y + 12 + len(lines) * LINE + 14


def _rail(chart: DotChart, axis: Linear, y: float) -> Iterator[Mark]:
    """The row's own piece of the scale: words cross the whole width between two rows."""
    yield Line((axis.start, y), (axis.end, y), Ink.RULE)
    for value, _ in chart.ticks:
        yield Line((axis(value), y - 4), (axis(value), y + 4), Ink.RULE)
    if chart.overall is not None:
        x = axis(chart.overall[0])
        yield Line((x, y - 10), (x, y + 10), Ink.REFERENCE, 2)


def _estimate(row: DotRow, axis: Linear, y: float, *, labelled: bool = True) -> Iterator[Mark]:
    ink = Ink.FINDING if row.lit else Ink.QUIET if row.shape == "open" else Ink.TEXT
    if row.shape == "blank":
        yield Text((axis.start, y + 5), row.shown, Ink.QUIET, clear=True)
    elif row.shape == "hidden":
        yield Box((axis.start, y - _HATCH[1] / 2), *_HATCH, Ink.QUIET, hatched=True)
        if labelled:
            yield from _hidden(row, axis, y)
    elif row.shape == "bounds":
        yield from _bounds(row, axis, y, labelled=labelled)
    else:
        yield from _interval(row, axis, y, ink)
        yield Dot((axis(row.value), y), 5.5, ink, is_open=row.shape == "open")
        if labelled:
            yield _value(row, axis, y, ink)


def _hidden(row: DotRow, axis: Linear, y: float) -> Iterator[Text]:
    start = axis.start + _HATCH[0] + 8
    lines = wrapped(row.shown, TEXT_SIZE, axis.end - start)
    top = y + 5 - (len(lines) - 1) * LINE / 2
    for number, line in enumerate(lines):
        yield Text((start, top + number * LINE), line, Ink.QUIET, clear=True)


def _bounds(row: DotRow, axis: Linear, y: float, *, labelled: bool) -> Iterator[Mark]:
    left, right = axis(row.low), max(axis(row.high), axis(row.low) + 6)
    yield Box((left, y - 5), right - left, 10, Ink.QUIET, hatched=True)
    if labelled:
        yield _value(row, axis, y - 2, Ink.QUIET)


def _interval(row: DotRow, axis: Linear, y: float, ink: Ink) -> Iterator[Mark]:
    if row.high <= row.low:
        return
    left, right = axis(row.low), axis(row.high)
    yield Line((left, y), (right, y), ink, 2.5)
    for cut, x, side in ((axis.cuts(row.low), left, -1), (axis.cuts(row.high), right, 1)):
        if cut:  # the interval goes on beyond the scale
            points = ((x - 6 * side, y - 5), (x, y), (x - 6 * side, y + 5))
            yield Curve(points, ink, 2.5)


def _value(row: DotRow, axis: Linear, y: float, ink: Ink) -> Text:
    middle = axis(row.value if row.shape != "bounds" else (row.low + row.high) / 2)
    half = width(row.shown, TEXT_SIZE, strong=True) / 2
    x = min(max(middle, axis.start + half), axis.end - half)
    return Text((x, y - 11), row.shown, ink, "middle", strong=row.shape == "known", clear=True)


def _grid(chart: DotChart, axis: Linear, top: float, bottom: float) -> Iterator[Mark]:
    for value, label in chart.ticks:
        x = axis(value)
        yield Line((x, top), (x, bottom), Ink.RULE)
        half = width(label, TEXT_SIZE) / 2
        inside = min(max(x, half), (340 if axis.start < 100 else 720) - half)
        yield Text((inside, bottom + 18), label, Ink.QUIET, "middle")


def _overall(
    chart: DotChart, axis: Linear, top: float, bottom: float, *, right: float
) -> Iterator[Mark]:
    if chart.overall is None:
        return
    value, label = chart.overall
    x, half = axis(value), width(label, TEXT_SIZE) / 2
    yield Line((x, top), (x, bottom), Ink.REFERENCE, 1.5)
    left = max(axis.start - 6, 0)
    yield Text((min(max(x, left + half), right - half), top - 5), label, Ink.REFERENCE, "middle")
