"""The report as one HTML file that opens offline and can be read without a script."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.environment import TemplateModule
from markupsafe import Markup

from eachchild.release.types import Audience, Quality
from eachchild.report.charts.marks import Drawing
from eachchild.report.charts.palette import DARK, DARK_STEPS, LIGHT, LIGHT_STEPS, STEPS
from eachchild.report.charts.svg import on_page, style_rules
from eachchild.report.compose import plain_words
from eachchild.report.data_quality import data_quality
from eachchild.report.fonts import embedded
from eachchild.report.names import Names
from eachchild.report.page import Page
from eachchild.terms.catalogue import words


def write_html(page: Page, path: Path) -> None:
    """Write the report as one self-contained file; the same report gives the same bytes."""
    template = _environment().get_template("report.html")
    html = template.render(page=page, w=page.words, look=_look())
    path.write_text(_together(html), "utf-8")


def quality_page(quality: Quality, *, title: str, language: str = "en", heading: str = "") -> str:
    """The data quality alone as a page of the same design, for insiders, before any result."""
    names = Names(words(language), {}, {}, {})
    template = _environment().get_template("quality.html")
    html = template.render(
        first_line=names.say(f"first_line.{Audience.INTERNAL}"),
        language=language,
        heading=heading,
        title=title,
        quality=data_quality(names, quality),
        w=plain_words(names.words),
        look=_look(),
    )
    return _together(html)


def pieces(page: Page) -> TemplateModule:
    """The macros that paint one page's pieces, each alone."""
    template = _environment().get_template("pieces.html")
    return template.make_module({"w": page.words, "page": page})


def alone(name: str, *of: object) -> Markup:
    """A picture, what it is about, or a table, of no page in particular."""
    macro = getattr(_environment().get_template("run.html").module, name)
    return Markup(str(macro(*of)))  # noqa: S704 - our own macros, which escape the words


def style_sheet() -> str:
    """The report's style sheet with its typeface, for pages that share its look."""
    return f"{_look()['fonts']}\n{_environment().get_template('report.css').render(look=_look())}"


def finder_script() -> str:
    """The script with which a reader finds the own school in a picture."""
    return _environment().get_template("finder.js").render()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("eachchild.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["svg"] = _svg
    return environment


def _svg(drawing: Drawing) -> Markup:
    return Markup(on_page(drawing))  # noqa: S704 - our own painter, which escapes the words


@cache
def _look() -> Mapping[str, Markup]:
    """The style sheet's parts that are made: the palette, the classes of inks, the typeface."""
    steps = "".join(f".step{_step(s)}{{background:var(--step{_step(s)})}}" for s in STEPS)
    return {
        "light": Markup(_variables(LIGHT, LIGHT_STEPS)),  # noqa: S704 - our own palette
        "dark": Markup(_variables(DARK, DARK_STEPS)),  # noqa: S704
        "classes": Markup(style_rules() + steps),  # noqa: S704
        "fonts": Markup(embedded()),  # noqa: S704
    }


def _variables(palette: Mapping[str, str], steps: tuple[str, ...]) -> str:
    colors = "".join(f"--{role}:{color};" for role, color in palette.items())
    return colors + "".join(f"--step{_step(s)}:{c};" for s, c in zip(STEPS, steps, strict=True))


def _step(step: int) -> str:
    return f"-{abs(step)}" if step < 0 else str(step)


def _together(html: str) -> str:
    head, body = html.split("<body>", 1)
    return f"{head}<body>{as_printed(body)}"


def as_printed(body: str) -> str:
    """A number and its percent sign, and a school year, on one line.

    Words in pictures never break by themselves, and attributes are left as they are.
    """
    body = re.sub(r"(?<=\d) %(?![^<]*</text>)", "\u00a0%", body)
    in_words = r"(?=[^<>]*<)(?![^<]*</text>)"
    return re.sub(rf"\b\d{{4}}-\d{{2}}\b{in_words}", r'<span class="y">\g<0></span>', body)
