"""The report as a tagged PDF: the same description, set by Typst, readable by a screen reader."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import typst

from eachchild.report.charts.marks import Drawing
from eachchild.report.charts.palette import LIGHT, LIGHT_STEPS
from eachchild.report.charts.svg import on_paper
from eachchild.report.fonts import FAMILY, require_fonts
from eachchild.report.page import Figure, Page
from eachchild.terms.numerals import unbroken

# PDF/UA-1 (ISO 14289-1): title, language, tags and text alternatives are enforced, not hoped for.
_STANDARD: Literal["ua-1"] = "ua-1"


def write_pdf(page: Page, path: Path) -> None:
    """Write the report as a PDF; the same report gives the same bytes.

    Raises FontsMissingError where the typeface has not been fetched.
    """
    path.write_bytes(set_by_typst("report.typ", {"page": _plain(page)}))


def set_by_typst(template: str, described: Mapping[str, object]) -> bytes:
    """A description set by one of our templates; the same one gives the same bytes.

    Raises FontsMissingError where the typeface has not been fetched.
    """
    folder = require_fonts()
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    )
    # Data go in as JSON and come out as text: no word of them is ever read as markup.
    document = json.dumps({**described, "look": _look()}, ensure_ascii=False)
    return _jailed(_template(template), fonts, {"document": document})


def _jailed(source: bytes, fonts: typst.Fonts, inputs: dict[str, str]) -> bytes:
    """Set a text whose root is a folder of its own: no file of the machine can be part of it."""
    with tempfile.TemporaryDirectory() as folder:
        jail = Path(folder)
        alone = jail / "report.typ"
        alone.write_bytes(source)
        made: bytes = typst.compile(
            alone,
            root=jail,
            package_path=jail,
            package_cache_path=jail,
            format="pdf",
            font_paths=fonts,
            sys_inputs=inputs,
            pdf_standards=[_STANDARD],
            timestamp=0,  # no clock in any output
        )
    return made


@cache
def _template(name: str = "report.typ") -> bytes:
    return resources.files(__package__).joinpath("templates", name).read_bytes()


def _look() -> Mapping[str, object]:
    return {"family": FAMILY, "inks": dict(LIGHT), "steps": LIGHT_STEPS}


def _plain(value: object) -> object:
    """Dataclasses as dictionaries and drawings as pictures; the narrow ones are for phones."""
    if isinstance(value, Drawing):
        return {"svg": on_paper(value), "width": value.width, "height": value.height}
    if is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in fields(value) if f.name != "phone"]
        return {name: _plain(getattr(value, name)) for name in _kept(value, names)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return unbroken(value) if isinstance(value, str) else value


def _kept(value: object, names: list[str]) -> list[str]:
    # Thousands of schools by name fill no page: that table is for looking up, in the HTML report.
    if isinstance(value, Figure) and value.finder:
        return [name for name in names if name != "table"]
    return names
