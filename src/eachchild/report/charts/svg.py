"""Paints a drawing as SVG: with classes for a page that may be dark, with colors for print."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby
from types import MappingProxyType

from eachchild.report.charts.marks import (
    TEXT_SIZE,
    Box,
    Curve,
    Diamond,
    Dot,
    Drawing,
    Ink,
    Line,
    Mark,
    Point,
    Spots,
    Text,
)
from eachchild.report.charts.palette import LIGHT

_HATCH = 5.0  # pixels from one hatch line to the next
# What a mark looks like besides its inks: as a style sheet's rule and as attributes, by one name.
LOOKS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "m": {"text-anchor": "middle"},
        "e": {"text-anchor": "end"},
        "b": {"font-weight": "600"},
        "c": {"stroke-width": "5", "stroke-linejoin": "round", "paint-order": "stroke"},
        "d": {"stroke-dasharray": "4 3"},
        "o": {"stroke-width": "2"},
        "r": {"stroke-linecap": "round"},
    }
)
_CODES = {ink: f"{i}" for i, ink in enumerate(Ink)}
INK_OF = {code: ink for ink, code in _CODES.items()}


@dataclass(frozen=True, slots=True)
class Dress:
    """The inks and looks of a mark; no fill is no surface."""

    fill: Ink | None = None
    stroke: Ink | None = None
    looks: str = ""


Attributes = Callable[[Dress], str]


def on_page(drawing: Drawing) -> str:
    """SVG whose colors are classes, so that the page's style sheet decides them.

    It says nothing to a screen reader: the picture that holds it has the words.
    """
    box = f'viewBox="0 0 {number(drawing.width)} {number(drawing.height)}"'
    return f"<svg {box}>{''.join(_painted(drawing, _classes))}</svg>"


def on_paper(drawing: Drawing) -> str:
    """SVG that stands alone: every color and the typeface are written out."""
    size = f'width="{number(drawing.width)}" height="{number(drawing.height)}"'
    box = f'viewBox="0 0 {number(drawing.width)} {number(drawing.height)}"'
    font = f'font-family="Public Sans" font-size="{TEXT_SIZE}"'
    head = f'xmlns="http://www.w3.org/2000/svg" {size} {box} {font}'
    return f"<svg {head}>{''.join(_painted(drawing, colors))}</svg>"


def style_rules() -> str:
    """The rules of the classes that `on_page` uses; inks are variables of the page."""
    inks = "".join(
        f"svg .f{code}{{fill:var(--{ink})}}svg .s{code}{{stroke:var(--{ink})}}"
        for ink, code in _CODES.items()
    )
    looks = "".join(
        f"svg .{name}{{{';'.join(f'{k}:{v}' for k, v in rules.items())}}}"
        for name, rules in LOOKS.items()
    )
    return f"svg .n{{fill:none}}{inks}{looks}"


def _classes(dress: Dress) -> str:
    names = [f"f{_CODES[dress.fill]}" if dress.fill else "n"]
    names += [f"s{_CODES[dress.stroke]}"] if dress.stroke else []
    return f'class="{" ".join((*names, *dress.looks))}"'


def colors(dress: Dress) -> str:
    """A dress written out, for a picture without a style sheet."""
    found = {"fill": LIGHT[dress.fill] if dress.fill else "none"}
    found |= {"stroke": LIGHT[dress.stroke]} if dress.stroke else {}
    for look in dress.looks:
        found |= LOOKS[look]
    return " ".join(f'{name}="{value}"' for name, value in found.items())


def _painted(drawing: Drawing, attributes: Attributes) -> Iterator[str]:
    """One element a mark; strokes alike that follow each other are one path, which is far less."""
    for pen, marks in groupby(drawing.marks, _pen):
        if pen is None:
            shapes = (m for m in marks if not isinstance(m, (Line, Curve)))
            yield from (_shape(mark, attributes) for mark in shapes)
        else:
            yield _strokes(marks, pen, attributes)


def _pen(mark: Mark) -> tuple[Ink, float, bool] | None:
    if isinstance(mark, (Line, Curve)):
        return mark.ink, mark.width, mark.dashed
    return None


def _strokes(marks: Iterable[Mark], pen: tuple[Ink, float, bool], attributes: Attributes) -> str:
    ink, width, dashed = pen
    ways = [
        m.points if isinstance(m, Curve) else (m.start, m.end)
        for m in marks
        if isinstance(m, (Line, Curve))
    ]
    wide = "" if width == 1 else f' stroke-width="{number(width)}"'
    dress = Dress(None, ink, "d" if dashed else "")
    return f'<path d="{"".join(map(_through, ways))}" {attributes(dress)}{wide}/>'


def _shape(mark: Dot | Spots | Diamond | Box | Text, attributes: Attributes) -> str:
    match mark:
        case Dot():
            return _dot(mark, attributes)
        case Spots():
            d = "".join(f"M{number(x)} {number(y)}h.01" for x, y in mark.points)
            wide = f'stroke-width="{number(2 * mark.radius)}"'
            return f'<path d="{d}" {attributes(Dress(None, mark.ink, "r"))} {wide}/>'
        case Diamond():
            d = _through(_corners(mark))
            return f'<path d="{d}Z" {attributes(Dress(mark.ink, Ink.PAPER))}/>'
        case Box():
            return _box(mark, attributes)
        case Text():
            return _text(mark, attributes)


def _dot(mark: Dot, attributes: Attributes) -> str:
    at = f'cx="{number(mark.at[0])}" cy="{number(mark.at[1])}" r="{number(mark.radius)}"'
    dress = Dress(Ink.PAPER, mark.ink, "o") if mark.is_open else Dress(mark.ink)
    return f"<circle {at} {attributes(dress)}/>"


def _corners(mark: Diamond) -> tuple[Point, ...]:
    (x, y), r = mark.at, mark.radius
    return ((x, y - r), (x + r, y), (x, y + r), (x - r, y))


def _box(mark: Box, attributes: Attributes) -> str:
    (x, y), w, h = mark.at, mark.width, mark.height
    if not mark.hatched:
        size = f'x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}"'
        return f"<rect {size} {attributes(Dress(mark.ink))}/>"
    frame = _through(((x, y), (x + w, y), (x + w, y + h), (x, y + h))) + "Z"
    return f'<path d="{frame}{_hatching(x, y, w, h)}" {attributes(Dress(None, mark.ink))}/>'


def _hatching(x: float, y: float, w: float, h: float) -> str:
    # Drawn line by line: a pattern would need an id, and ids clash on a page of many charts.
    lines = []
    for i in range(1, int((w + h) / _HATCH) + 1):
        c = i * _HATCH
        start, end = max(c - h, 0.0), min(c, w)
        if start < end:
            lines.append(_through(((x + start, y + c - start), (x + end, y + c - end))))
    return "".join(lines)


def _text(mark: Text, attributes: Attributes) -> str:
    looks = {"start": "", "middle": "m", "end": "e"}[mark.anchor]
    looks += ("b" if mark.strong else "") + ("c" if mark.clear else "")
    dress = Dress(mark.ink, Ink.PAPER if mark.clear else None, looks)
    at = f'x="{number(mark.at[0])}" y="{number(mark.at[1])}"'
    return f"<text {at} {attributes(dress)}>{escape(mark.words, quote=False)}</text>"


def _through(points: tuple[Point, ...]) -> str:
    way, (left, top) = f"M{number(points[0][0])} {number(points[0][1])}", points[0]
    for x, y in points[1:]:
        across, down = number(x), number(y)
        level, upright = down == number(top), across == number(left)
        way += f"H{across}" if level else f"V{down}" if upright else f"L{across} {down}"
        left, top = x, y
    return way


def number(value: float) -> str:
    """A position, to a tenth of a pixel."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")  # + 0.0: never "-0"
