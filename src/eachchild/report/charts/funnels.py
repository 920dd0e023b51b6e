"""The gap inside each school by how many students it rests on, with the limits chance allows."""

from collections.abc import Iterator
from dataclasses import dataclass

from eachchild.report.charts.letters import width
from eachchild.report.charts.marks import (
    LINE,
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
    above: str  # what a dot above 0 says
    below: str
    across_head: str


# The more schools, the smaller their dots.
_RADII = ((100, 3.5), (500, 2.5), (10**9, 1.7))


def funnel(of: FunnelChart, size: float, height: float) -> Drawing:
    """The picture at a width: 720 with room for labels at the right, 340 on a phone."""
    narrow = size < 500
    gutter = max(width(label, TEXT_SIZE) for _, label in of.gap_ticks) + 10
    right = size - 8 if narrow else size - 76
    x = Linear(of.left, of.right, gutter + 8, right)
    y = Linear(of.low, of.high, height - 50, 54)
    marks: list[Mark] = [
        *_frame(of, x, y),
        *_limits(of, x, y, labelled=not narrow),
        Line((x.start - 8, y(of.center)), (x.end, y(of.center)), Ink.REFERENCE, 1.5),
        Line((0, 30), (16, 30), Ink.REFERENCE, 1.5),
        Text((24, 35), of.center_label, Ink.REFERENCE),
    ]
    spots = tuple((x(a), y(g)) for a, g in zip(of.across, of.gaps, strict=True))
    radius = next(r for most, r in _RADII if len(spots) <= most)
    marks.append(Spots(spots, radius, Ink.QUIET))
    marks += [Diamond(spots[i], radius + 2.5, Ink.FINDING) for i in of.outside]
    marks.append(Text((x.start - 4, y.start - 7), of.below, Ink.QUIET, clear=True))
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


def _limits(of: FunnelChart, x: Linear, y: Linear, *, labelled: bool) -> Iterator[Mark]:
    taken: list[float] = []
    for points, dashed, label in of.limits:
        shown = [p for p in points if not y.cuts(p[1]) and not x.cuts(p[0])]
        if len(shown) < 2:
            continue
        path = tuple((x(a), y(b)) for a, b in shown)
        yield Curve(path, Ink.QUIET, 1, dashed)
        if label and labelled:
            at = min([path[-1][1] + 5, *(t - LINE for t in taken)])
            taken.append(at)
            yield Text((path[-1][0] + 6, at), label, Ink.QUIET)
