"""The pictures of the docs that are drawn from data: curves with intervals, as SVG."""

from collections.abc import Iterator, Sequence

from eachchild.bench.causes import Found
from eachchild.report.charts.marks import Curve, Dot, Ink, Line, Mark, Text, layered
from eachchild.report.charts.scale import Linear
from eachchild.report.charts.svg import on_paper

_LEFT, _TOP, _HIGH, _WIDE, _GAP, _ROOM = 44.0, 64.0, 180.0, 300.0, 72.0, 64.0
_TICKS = (0, 25, 50, 75, 100)


def power_picture(by_gap: Sequence[Found], by_size: Sequence[Found]) -> str:
    """Two panels on one scale: by the width of the planted gap, and by students."""
    marks: list[Mark] = [
        Dot((_LEFT + 6, 14), 4, Ink.FINDING),
        Text((_LEFT + 18, 19), "the planted cause was told first, %", Ink.TEXT),
        Dot((_LEFT + 306, 14), 4, Ink.QUIET, is_open=True),
        Text((_LEFT + 318, 19), "no cause was told, %", Ink.TEXT),
    ]
    for at, (title, found) in enumerate(
        (("Planted gap, in points (5,000 students)", by_gap), ("Students in the district", by_size))
    ):
        marks += _panel(title, found, _LEFT + at * (_WIDE + _GAP))
    return on_paper(layered(2 * _WIDE + _GAP + _LEFT + 24, _TOP + _HIGH + _ROOM, marks)) + "\n"


def _panel(title: str, found: Sequence[Found], left: float) -> Iterator[Mark]:
    y = Linear(0, 100, _TOP + _HIGH, _TOP)
    x = Linear(-0.4, len(found) - 0.6, left, left + _WIDE)
    yield Text((left, _TOP - 14), title, Ink.TEXT, strong=True)
    for tick in _TICKS:
        yield Line((left, y(tick)), (left + _WIDE, y(tick)), Ink.RULE)
        yield Text((left - 8, y(tick) + 5), f"{tick}", Ink.QUIET, "end")
    for shift, ink, points in (
        (3.0, Ink.QUIET, [(f.untold, f.untold_low, f.untold_high) for f in found]),
        (-3.0, Ink.FINDING, [(f.first, f.low, f.high) for f in found]),
    ):
        places = [(x(i) + shift, y(100 * share)) for i, (share, _, _) in enumerate(points)]
        yield Curve(tuple(places), ink, 1.5)
        for (across, up), (_, low, high) in zip(places, points, strict=True):
            yield Line((across, y(100 * low)), (across, y(100 * high)), ink, 2)
            yield Dot((across, up), 4, ink, is_open=ink is Ink.QUIET)
    for i, one in enumerate(found):
        yield Text((x(i), _TOP + _HIGH + 20), one.label, Ink.QUIET, "middle")
        yield Text((x(i), _TOP + _HIGH + 38), f"n {one.districts}", Ink.QUIET, "middle")
