"""People in place of percentages: so many of a hundred, in two groups side by side."""

from collections.abc import Iterator
from dataclasses import dataclass

from eachchild.report.charts.letters import wrapped
from eachchild.report.charts.marks import (
    LINE,
    TEXT_SIZE,
    Drawing,
    Ink,
    Mark,
    Spots,
    Text,
    column,
    layered,
)

_WIDE, _PHONE = 460.0, 340.0
_APART = 40.0  # between the two groups
_GRIDS = {100: (10, 10), 1_000: (40, 25)}  # so many students as columns and rows
_FULL, _EMPTY = 0.36, 0.12  # radius of a mark, in steps of the grid: told apart without color


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many students of one group, of whom some were met by the outcome."""

    label: str
    shown: str  # "12 of 100"
    number: int


@dataclass(frozen=True, slots=True)
class IconArray:
    """The group that the sentence speaks of, and whom it is compared with; `of` 100 or 1,000."""

    of: int
    group: Crowd
    others: Crowd


def wide(chart: IconArray) -> Drawing:
    """The picture for screens and paper."""
    return _drawn(chart, _WIDE)


def phone(chart: IconArray) -> Drawing:
    """The picture for a phone; both groups stay side by side, to be compared."""
    return _drawn(chart, _PHONE)


def _drawn(chart: IconArray, size: float) -> Drawing:
    room = (size - _APART) / 2
    both = (chart.group, chart.others)
    labels = [wrapped(crowd.label, TEXT_SIZE, room) for crowd in both]
    top = max(map(len, labels)) * LINE + 2.0
    columns, rows = _GRIDS[chart.of]
    step = min(room / columns, 18.0)
    marks: list[Mark] = []
    for at, (crowd, label) in enumerate(zip(both, labels, strict=True)):
        left, ink = at * (room + _APART), Ink.TEXT if at else Ink.FINDING
        marks += column(label, (left, 14), Ink.TEXT)
        marks.append(Text((left, top + 14), crowd.shown, ink, strong=True))
        marks += _crowd(crowd.number, (left, top + LINE + 8), step, columns, chart.of, ink)
    return layered(size, top + LINE + 8 + rows * step, marks)


def _crowd(
    number: int, at: tuple[float, float], step: float, columns: int, of: int, ink: Ink
) -> Iterator[Mark]:
    """One mark a student, row by row: large where it happened, a small one where it did not."""
    places = [
        (at[0] + (i % columns + 0.5) * step, at[1] + (i // columns + 0.5) * step) for i in range(of)
    ]
    if places[:number]:
        yield Spots(tuple(places[:number]), step * _FULL, ink)
    if places[number:]:
        yield Spots(tuple(places[number:]), step * _EMPTY, Ink.QUIET)
