"""How predictable an outcome is: one track from a coin to certainty, without a dial."""

from collections.abc import Iterator
from dataclasses import dataclass

from eachchild.report.charts.letters import width
from eachchild.report.charts.marks import (
    TEXT_SIZE,
    Box,
    Dot,
    Drawing,
    Ink,
    Line,
    Mark,
    Text,
    layered,
)
from eachchild.report.charts.scale import Linear


@dataclass(frozen=True, slots=True)
class Track:
    """Numbers on the scale of the track; `None` where there is none to draw."""

    low_end: tuple[float, str]  # where the track begins and its label: (50, "50, a coin")
    high_end: tuple[float, str]
    value: float | None
    shown: str
    interval: tuple[float, float] | None
    chance: tuple[float, float] | None
    last: float | None  # the year before, on the same definition
    last_label: str
    lit: bool
    is_open: bool  # we cannot stand behind it
    unknown: str  # why nothing is drawn


def track(of: Track, size: float) -> Drawing:
    """The track at a width: 440 beside words, 340 on a phone."""
    axis = Linear(of.low_end[0], of.high_end[0], 7, size - 7)
    y = 34.0
    marks: list[Mark] = [*_chance(of, axis, y), *_rail(of, axis, y)]
    if of.unknown:
        marks.append(Text((axis.start - 7, y - 14), of.unknown, Ink.QUIET))
    marks += _mark(of, axis, y)
    return layered(size, 62, marks)


def _chance(of: Track, axis: Linear, y: float) -> Iterator[Mark]:
    if of.chance is None:
        return
    left, right = axis(of.chance[0]), axis(of.chance[1])
    yield Box((left, y - 9), max(right - left, 2), 18, Ink.BAND)


def _rail(of: Track, axis: Linear, y: float) -> Iterator[Mark]:
    yield Line((axis.start, y), (axis.end, y), Ink.RULE, 2)
    for at, anchor, label in (
        (axis.start, "start", of.low_end[1]),
        (axis.end, "end", of.high_end[1]),
    ):
        yield Line((at, y - 5), (at, y + 5), Ink.QUIET)
        x = at - 7 if anchor == "start" else at + 7
        yield Text((x, y + 24), label, Ink.QUIET, "start" if anchor == "start" else "end")


def _mark(of: Track, axis: Linear, y: float) -> Iterator[Mark]:
    ink = Ink.FINDING if of.lit else Ink.QUIET if of.is_open else Ink.TEXT
    if of.interval is not None:
        left, right = axis(of.interval[0]), axis(of.interval[1])
        if of.value is None:  # only the bounds are known
            yield Box((left, y - 5), max(right - left, 6), 10, Ink.QUIET, hatched=True)
            yield _label(of.shown, (left + right) / 2, y, axis, Ink.QUIET)
        else:
            yield Line((left, y), (right, y), ink, 3)
    if of.last is not None:
        yield Dot((axis(of.last), y), 5.5, Ink.QUIET, is_open=True)
        yield _last(of, axis(of.last), y, axis)
    if of.value is not None:
        yield Dot((axis(of.value), y), 6.5, ink, of.is_open)
        yield _label(of.shown, axis(of.value), y, axis, ink)


def _last(of: Track, x: float, y: float, axis: Linear) -> Text:
    half = width(of.last_label, TEXT_SIZE) / 2
    ends = [width(label, TEXT_SIZE) + 14 for _, label in (of.low_end, of.high_end)]
    inside = min(max(x, ends[0] + half), axis.end + 7 - ends[1] - half)
    return Text((inside, y + 24), of.last_label, Ink.QUIET, "middle")


def _label(words: str, x: float, y: float, axis: Linear, ink: Ink) -> Text:
    half = width(words, TEXT_SIZE, strong=True) / 2
    inside = min(max(x, axis.start - 7 + half), axis.end + 7 - half)
    return Text((inside, y - 14), words, ink, "middle", strong=True)
