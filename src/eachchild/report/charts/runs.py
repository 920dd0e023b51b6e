"""Did it work: a run of rates with its usual range, and the change marked by a line with words."""

from collections.abc import Iterator, Sequence
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
    layered,
)
from eachchild.report.charts.scale import Linear, without_gaps

Kind = Literal["group", "earlier", "since", "reference"]


@dataclass(frozen=True, slots=True)
class RunPoint:
    """One rate: the `at`th of the axis."""

    at: int
    value: float
    shown: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """Rates of one group; where an entry is not known the line stops."""

    label: str
    points: tuple[RunPoint, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Usual:
    """The middle of what was usual before the change, and what chance alone gives around it."""

    at: int
    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RunChart:
    """Everything the picture shows, on one scale from nothing to `top`."""

    lines: tuple[RunLine, ...]
    names: tuple[str, ...]  # of the axis
    usual: tuple[Usual, ...]
    usual_words: str
    change: float | None  # where on the axis; None: it is the whole of the last line
    change_words: str
    goal: float | None
    goal_words: str
    ticks: tuple[tuple[float, str], ...]


_INKS = {
    "group": Ink.FINDING, "since": Ink.FINDING, "earlier": Ink.QUIET, "reference": Ink.REFERENCE,
}  # fmt: skip
_THIN = ("earlier", "since")
_RADIUS = {"group": 4.0, "reference": 2.5}
_SAMPLE = 22.0  # as wide as the sample of a mark beside its words
_PLOT, _HEAD, _FOOT = 220.0, 8.0, 28.0
_WORDS_ROOM = 168.0  # at the right of the wide picture
_NARROW = 500


def runs(of: RunChart, size: float) -> Drawing:
    """The picture: words at the right of the lines where there is room, else above them."""
    narrow = size < _NARROW
    said = list(_said(of))
    left = max(width(shown, TEXT_SIZE) for _, shown in of.ticks) + 8
    right = size - (12 if narrow else _WORDS_ROOM)
    above, lines = _above(said, size) if narrow else ([], 0)
    head = _HEAD + lines * LINE + (LINE if of.change is not None else 0) + 8
    x = Linear(-0.5, len(of.names) - 0.5, left, right)
    y = Linear(0.0, of.ticks[-1][0], head + _PLOT, head)
    marks: list[Mark] = [*_axis(of, x, y, left), *_usual(of, x, y), *_goal(of, x, y)]
    marks += _change(of, x, y)
    for line in of.lines:
        marks += _line(line, x, y)
    marks += above if narrow else _beside(said, x, y)
    return layered(size, y.start + _FOOT, marks)


@dataclass(frozen=True, slots=True)
class _Said:
    """Words for one thing of the picture, and the height on the scale that they belong to."""

    words: str
    value: float
    ink: Ink
    kind: str
    strong: bool = False


def _said(of: RunChart) -> Iterator[_Said]:
    for line in of.lines:
        if line.label and line.points:
            last = line.points[-1].value
            yield _Said(line.label, last, _INKS[line.kind], line.kind, line.kind == "group")
    if of.usual and of.usual_words:
        yield _Said(of.usual_words, of.usual[-1].middle, Ink.QUIET, "usual")
    if of.goal is not None:
        yield _Said(of.goal_words, of.goal, Ink.TEXT, "goal")


def _above(said: Sequence[_Said], room: float) -> tuple[list[Mark], int]:
    """The words over a narrow picture, each with a sample of its mark; and how many lines."""
    marks: list[Mark] = []
    number = 0
    for one in said:
        marks += _sample(one, (0.0, 9 + number * LINE))
        for line in wrapped(one.words, TEXT_SIZE, room - _SAMPLE - 8):
            at = (_SAMPLE + 8, 14 + number * LINE)
            marks.append(Text(at, line, one.ink, strong=one.strong))
            number += 1
    return marks, number


def _sample(one: _Said, at: tuple[float, float]) -> Iterator[Mark]:
    left, middle = at
    ends = (left, middle), (left + _SAMPLE, middle)
    if one.kind == "usual":
        yield Box((left, middle - 6), _SAMPLE, 12, Ink.BAND)
        yield Line(*ends, Ink.QUIET, 1.5)
    elif one.kind == "goal":
        yield Line(*ends, Ink.TEXT, 1.5, dashed=True)
    else:
        yield Line(*ends, one.ink, 1 if one.kind in _THIN else 2)
    if one.kind in _RADIUS:
        yield Dot((left + _SAMPLE / 2, middle), _RADIUS[one.kind], one.ink)


def _beside(said: Sequence[_Said], x: Linear, y: Linear) -> Iterator[Mark]:
    """Words at the right, each as near to its height as the others leave room."""
    room = _WORDS_ROOM - 12
    blocks = sorted(
        ((wrapped(s.words, TEXT_SIZE, room), s) for s in said), key=lambda b: -b[1].value
    )
    tops: list[float] = []
    free = y.end - 4
    for lines, one in blocks:
        top = max(y(one.value) - len(lines) * LINE / 2, free)
        tops.append(top)
        free = top + len(lines) * LINE + 4
    over = max(free - (y.start + 8), 0.0)
    for (lines, one), top in zip(blocks, tops, strict=True):
        for number, line in enumerate(lines):
            at = (x.end + 12, max(top - over, y.end - 4) + 14 + number * LINE)
            yield Text(at, line, one.ink, strong=one.strong)


def _axis(of: RunChart, x: Linear, y: Linear, left: float) -> Iterator[Mark]:
    for value, shown in of.ticks:
        yield Line((left, y(value)), (x.end, y(value)), Ink.RULE)
        yield Text((left - 6, y(value) + 5), shown, Ink.QUIET, "end")
    room = (x.end - x.start) / len(of.names)
    widest = max(width(name, TEXT_SIZE) for name in of.names) + 6
    each = max(int(-(-widest // room)), 1)
    for at, name in enumerate(of.names):
        # The last is always named: it is what the sentence speaks of.
        if (len(of.names) - 1 - at) % each == 0:
            half = width(name, TEXT_SIZE) / 2
            middle = min(max(x(at), half), x.end - half)
            yield Text((middle, y.start + 20), name, Ink.QUIET, "middle")


def _usual(of: RunChart, x: Linear, y: Linear) -> Iterator[Mark]:
    for one in of.usual:
        left, right = x(one.at - 0.5), x(one.at + 0.5)
        top = y(one.high)
        yield Box((left, top), right - left, y(one.low) - top, Ink.BAND)
        yield Line((left, y(one.middle)), (right, y(one.middle)), Ink.QUIET, 1.5)


def _goal(of: RunChart, x: Linear, y: Linear) -> Iterator[Mark]:
    if of.goal is not None:
        start = x.start if of.change is None else x(of.change)
        yield Line((start, y(of.goal)), (x.end, y(of.goal)), Ink.TEXT, 1.5, dashed=True)


def _change(of: RunChart, x: Linear, y: Linear) -> Iterator[Mark]:
    if of.change is None:
        return
    at = x(of.change)
    yield Line((at, y.end - 6), (at, y.start), Ink.TEXT, 1.5)
    half = width(of.change_words, TEXT_SIZE) / 2
    middle = min(max(at, half), x.end - half)
    yield Text((middle, y.end - 12), of.change_words, Ink.TEXT, "middle", clear=True)


def _line(line: RunLine, x: Linear, y: Linear) -> Iterator[Mark]:
    ink, thin = _INKS[line.kind], line.kind in _THIN
    for run in without_gaps(line.points):
        path = tuple((x(p.at), y(p.value)) for p in run)
        if len(path) > 1:
            yield Curve(path, ink, 1 if thin else 2)
    if thin:
        return
    for point in line.points:
        yield Dot((x(point.at), y(point.value)), _RADIUS[line.kind], ink)
    if line.kind == "group" and line.points:
        last = line.points[-1]
        half = width(last.shown, TEXT_SIZE, strong=True) / 2
        middle = min(x(last.at), x.end - half)
        yield Text((middle, y(last.value) - 9), last.shown, ink, "middle", strong=True, clear=True)
