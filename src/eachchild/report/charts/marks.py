"""What a chart is made of, before anyone paints it: positions in pixels and inks by their role."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias


class Ink(StrEnum):
    """The role of a color; the palette says which color that is, on paper and in the dark."""

    TEXT = "ink"
    QUIET = "quiet"
    RULE = "rule"
    BAND = "band"
    PAPER = "paper"
    FINDING = "finding"
    REFERENCE = "reference"


Anchor = Literal["start", "middle", "end"]
Point: TypeAlias = tuple[float, float]
TEXT_SIZE = 14  # of the four sizes of the page; never under 12 px on a phone
LINE = 18  # from one line of text to the next


@dataclass(frozen=True, slots=True)
class Line:
    """A straight stroke."""

    start: Point
    end: Point
    ink: Ink
    width: float = 1
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A stroke through points."""

    points: tuple[Point, ...]
    ink: Ink
    width: float = 1
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """One estimate. Open: we cannot stand behind it, or it is another year's."""

    at: Point
    radius: float
    ink: Ink
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Spots:
    """Many dots of one kind in one stroke; a page finds the nth by its place in the path."""

    points: tuple[Point, ...]
    radius: float
    ink: Ink


@dataclass(frozen=True, slots=True)
class Diamond:
    """A dot of another shape, so that nothing rests on color alone."""

    at: Point
    radius: float
    ink: Ink


@dataclass(frozen=True, slots=True)
class Box:
    """A surface, plain or hatched; hatching is for what is hidden."""

    at: Point
    width: float
    height: float
    ink: Ink
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """One line of words; `at` is on the baseline. A clear one keeps lines beneath it away."""

    at: Point
    words: str
    ink: Ink = Ink.TEXT
    anchor: Anchor = "start"
    strong: bool = False
    clear: bool = False


Mark: TypeAlias = Line | Curve | Dot | Spots | Diamond | Box | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of a given size; later marks lie over earlier ones."""

    width: float
    height: float
    marks: tuple[Mark, ...]


def column(lines: Iterable[str], at: Point, ink: Ink) -> Iterator[Text]:
    """Words on several lines, the first at a point; an empty one keeps its place."""
    for number, line in enumerate(lines):
        if line:
            yield Text((at[0], at[1] + number * LINE), line, ink)


_LAYERS = (Box, Line, Spots, Diamond, Dot, Text)
_INKS = (Ink.BAND, Ink.RULE, Ink.QUIET, Ink.REFERENCE, Ink.TEXT, Ink.FINDING, Ink.PAPER)


def layered(width: float, height: float, marks: Iterable[Mark]) -> Drawing:
    """A drawing in the order that can be read: surfaces, strokes, dots, and words over all.

    Strokes of one pen then follow each other, so that a painter can make them one path.
    """
    return Drawing(width, height, tuple(sorted(marks, key=_layer)))


def _layer(mark: Mark) -> tuple[int, int, float, bool]:
    if isinstance(mark, (Line, Curve)):
        return 1, _INKS.index(mark.ink), mark.width, mark.dashed
    return _LAYERS.index(type(mark)), 0, 0.0, False
