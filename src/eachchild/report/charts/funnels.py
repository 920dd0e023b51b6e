"""The gap inside each school by how many students it rests on, with the limits chance allows."""

from collections.abc import Iterator
from dataclasses import dataclass

from eachchild.report.charts.letters import width
from eachchild.report.charts.marks import (
    TEXT_SIZE,
    Curve,
    Diamond,
    Drawing,
    Ink,
    Line,
    Mark,
    Point,
    Spots,
    Text,
    layered,
)
from eachchild.report.charts.scale import Linear


@dataclass(frozen=True, slots=True)
class FunnelChart:
    """Positions on both axes, already as numbers to draw: `across` is a logarithm of students."""

    across: tuple[float, ...]
    gaps: tuple[float, ...]
    outside: tuple[int, ...]  # which of them lie beyond the limits
    left: float
    right: float
    across_ticks: tuple[tuple[float, str], ...]
    low: float
    high: float
    gap_ticks: tuple[tuple[float, str], ...]
    center: float
    center_label: str
    limits: tuple[tuple[tuple[Point, ...], bool, str], ...]  # points, dashed, label at the end
    above: str  # what a dot above the line says
    below: str
    across_head: str


def funnel(of: FunnelChart, size: float, height: float) -> Drawing:
    """The picture at a width: 720 with room for labels at the right, 340 on a phone."""
    narrow = size < 500
    gutter = max(width(label, TEXT_SIZE) for _, label in of.gap_ticks) + 10
    right = size - 8 if narrow else size - 76
    x = Linear(of.left, of.right, gutter + 8, right)
    y = Linear(of.low, of.high, height - 50, 34)
    marks: list[Mark] = [
        *_frame(of, x, y),
        *_limits(of, x, y, narrow=narrow),
        *_center(of, x, y),
    ]
    spots = tuple((x(a), y(g)) for a, g in zip(of.across, of.gaps, strict=True))
    radius = 2.5 if len(spots) > 300 else 3.5
    marks.append(Spots(spots, radius, Ink.QUIET))
    marks += [Diamond(spots[i], radius + 3, Ink.FINDING) for i in of.outside]
    marks += _words(of, x, y)
    return layered(size, height, marks)


def _frame(of: FunnelChart, x: Linear, y: Linear) -> Iterator[Mark]:
    for value, label in of.gap_ticks:
        zero = value == 0
        ink, wide = (Ink.QUIET, 1.5) if zero else (Ink.RULE, 1.0)
        yield Line((x.start - 8, y(value)), (x.end, y(value)), ink, wide)
        yield Text((x.start - 14, y(value) + 5), label, Ink.QUIET, "end")
    for value, label in of.across_ticks:
        yield Line((x(value), y.start), (x(value), y.start + 5), Ink.QUIET)
        yield Text((x(value), y.start + 21), label, Ink.QUIET, "middle")
    yield Text((0, 14), of.above, Ink.QUIET)
    yield Text((x.end, y.start + 42), of.across_head, Ink.QUIET, "end")


def _limits(of: FunnelChart, x: Linear, y: Linear, *, narrow: bool) -> Iterator[Mark]:
    for points, dashed, label in of.limits:
        shown = [p for p in points if not y.cuts(p[1]) and not x.cuts(p[0])]
        if len(shown) < 2:
            continue
        path = tuple((x(a), y(b)) for a, b in shown)
        yield Curve(path, Ink.QUIET, 1, dashed)
        if label and not narrow:
            yield Text((path[-1][0] + 6, path[-1][1] + 5), label, Ink.QUIET)


def _center(of: FunnelChart, x: Linear, y: Linear) -> Iterator[Mark]:
    at = y(of.center)
    yield Line((x.start - 8, at), (x.end, at), Ink.REFERENCE, 1.5)


def _words(of: FunnelChart, x: Linear, y: Linear) -> Iterator[Mark]:
    left = x.start - 4
    yield Text((left, y(of.center) - 7), of.center_label, Ink.REFERENCE, clear=True)
    yield Text((left, y.start - 7), of.below, Ink.QUIET, clear=True)
