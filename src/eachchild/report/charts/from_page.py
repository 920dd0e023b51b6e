"""A picture of a page's HTML as one that stands alone, for paper."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

from eachchild.report.charts.marks import TEXT_SIZE
from eachchild.report.charts.svg import INK_OF, LOOKS, Dress, colors, number


@dataclass(frozen=True, slots=True)
class Painted:
    """A picture that stands alone, with its size and what it says to those who do not see it."""

    svg: str
    width: float
    height: float
    alt: str


def from_page(html: str, *, narrow: bool = False) -> Painted | None:
    """The first picture of a page's HTML, to stand alone on paper; None where there is none.

    `narrow` takes the one for phones, whose words are larger beside its marks.

    It is painted anew of the marks that we know: whatever else the HTML holds stays behind.
    """
    reader = _Reader(narrow=narrow)
    reader.feed(html)
    reader.close()
    if not reader.parts:
        return None
    width, height = reader.size
    size = f'width="{number(width)}" height="{number(height)}"'
    box = f'viewBox="0 0 {number(width)} {number(height)}"'
    font = f'font-family="Public Sans" font-size="{TEXT_SIZE}"'
    head = f'xmlns="http://www.w3.org/2000/svg" {size} {box} {font}'
    return Painted(f"<svg {head}>{''.join(reader.parts)}</svg>", width, height, reader.alt)


_SHAPES = frozenset(("path", "circle", "rect", "text"))
_PLACED = frozenset(("d", "x", "y", "width", "height", "cx", "cy", "r", "stroke-width"))
_NUMBERS = re.compile(r"[-\d. MmLlHhVvZz]*\Z")


class _Reader(HTMLParser):
    """Takes the first picture of a page apart, and paints its marks with colors of their own."""

    def __init__(self, *, narrow: bool) -> None:
        super().__init__()
        self._to_skip = 1 if narrow else 0
        self.parts: list[str] = []
        self.size = (0.0, 0.0)
        self.alt = ""
        self._is_in, self._is_over, self._in_text = False, False, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if had.get("role") == "img" and not self.alt:
            self.alt = had.get("aria-label", "")
        if tag == "svg" and self._to_skip:
            self._to_skip -= 1
        elif tag == "svg" and not self._is_over:
            self._is_in, self.size = True, _size(had.get("viewbox", ""))
        elif self._is_in and tag in _SHAPES:
            self._in_text = tag == "text"
            placed = (f'{k}="{v}"' for k, v in had.items() if k in _PLACED and _NUMBERS.match(v))
            ends = "" if self._in_text else "/"
            dress = colors(_dress(had.get("class", "").split()))
            self.parts.append(f"<{' '.join((tag, *placed, dress))}{ends}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg" and self._is_in:
            self._is_in, self._is_over = False, True
        elif self._is_in and tag == "text" and self._in_text:
            self.parts.append("</text>")
            self._in_text = False

    def handle_data(self, data: str) -> None:
        if self._is_in and self._in_text:
            self.parts.append(escape(data, quote=False))


def _size(box: str) -> tuple[float, float]:
    *_, width, height = (float(part) for part in box.split())
    return width, height


def _dress(names: Iterable[str]) -> Dress:
    """The inks and looks that the classes of a mark stand for."""
    fill, stroke, looks = None, None, ""
    for name in names:
        if name[0] == "f" and name[1:] in INK_OF:
            fill = INK_OF[name[1:]]
        elif name[0] == "s" and name[1:] in INK_OF:
            stroke = INK_OF[name[1:]]
        elif name in LOOKS:
            looks += name
    return Dress(fill, stroke, looks)
