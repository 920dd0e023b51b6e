"""A report in the pieces that the platform's pages show: words as they are, pictures as HTML.

They are painted here, by the same pieces as the report, so that a page only puts them in place and
leaves out what its reader may not see: each says of which place it is.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jinja2.environment import TemplateModule

from eachchild.release.types import Released
from eachchild.report.charts import icons
from eachchild.report.family import Told, family
from eachchild.report.html import as_printed, pieces
from eachchild.report.labels import labels
from eachchild.report.names import names_of
from eachchild.report.page import (
    Beginning,
    Figure,
    HeatMap,
    OutcomeSection,
    Page,
    Predicted,
    Statement,
)
from eachchild.report.statements import statement_id
from eachchild.terms.numerals import unbroken

SCREENS = "screens.json"
_SUPPORTED = "supported"
Piece = Mapping[str, object]


def screens_in(language: str) -> str:
    """The file of the pieces in a language that is not the plan's own.

    >>> screens_in("es")
    'screens.es.json'
    """
    return f"screens.{language}.json"


def write_screens(released: Released, page: Page, path: Path) -> None:
    """Write the pieces as one file; the same report gives the same bytes."""
    document = on_one_line(screens_document(released, page))
    path.write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", "utf-8")


def screens_document(released: Released, page: Page) -> dict[str, object]:
    """What every page of a report needs, by the part of the report it belongs to."""
    paint = _Painter(page)
    outcomes = [paint.outcome(section) for section in page.sections]
    headlines = [paint.headline(target, one) for target, one in page.headlines]
    begun = [paint.beginning(one) for one in page.beginnings]
    return {
        "schema": 1,
        "audience": released.audience.value,
        "language": page.language,
        "title": page.title,
        "heading": page.heading,
        "about": page.about,
        "author": page.author,
        "first_line": page.page_line,
        "periods": released.periods,
        "breaks": [asdict(one) for one in released.breaks],
        "labels": labels(released, names_of(released)),
        "question": page.words["answer.title"],
        "answer": page.answer,
        "compared": page.compared,
        "no_headline": page.no_headline,
        "unpredicted": page.unpredicted,
        "unpredicted_outcomes": list(paint.unpredicted()),
        "headlines": headlines,
        "top": list(_top(paint, headlines, begun)),
        "beginnings": begun,
        "predicted": [paint.predicted(one) for one in (*page.predicted, *page.predicted_means)],
        "outcomes": outcomes,
        "groups": page.group_lines,
        "limits": page.limits,
        "counted": page.counted,
        "method": page.method,
        "glossary": page.glossary,
        "reading": page.reading,
        "family": paint.family(released),
        "hidden": paint.html("hidden", page.hidden) if page.hidden else "",
        "quality": paint.quality(),
    }


def on_one_line(piece: Any) -> Any:
    """Sentences in which no percent sign leaves its number; what is painted has seen to it."""
    if isinstance(piece, str):
        return piece if "<" in piece else unbroken(piece)
    if isinstance(piece, Mapping):
        return {key: on_one_line(one) for key, one in piece.items()}
    return [on_one_line(one) for one in piece] if isinstance(piece, list | tuple) else piece


class _Painter:
    """Paints the pieces of one page, and knows on which screen a statement stands."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._pieces: TemplateModule = pieces(page)
        self._screen = dict(_screens(page.sections))
        self.told = {one.id: one for s in page.sections for one in (*s.statements, *s.quiet)}
        self._level = {section.id: section.level for section in page.sections}

    def html(self, name: str, *of: object, **how: object) -> str:
        """One piece, as the report paints it."""
        return as_printed(str(getattr(self._pieces, name)(*of, **how)))

    def quality(self) -> str:
        return self.html("quality", self._page.quality, self._page.words)

    def headline(self, target: str, one: Statement) -> Piece:
        return {
            "screen": self._screen.get(target, ""), "finding": one.finding,
            "sentence": one.sentence, "evidence": one.evidence[:1], "place": one.place,
            **self.glance(self._screen.get(target, "")),
        }  # fmt: skip

    def beginning(self, one: Beginning) -> Piece:
        return {**asdict(one), "screen": self._screen.get(one.target, "")}

    def predicted(self, one: Predicted) -> Piece:
        return {
            "outcome": one.target, "title": one.title, "sentence": one.sentence,
            "level": self._level.get(one.target, ""),
            "verdict": one.verdict, "about": one.about, "gap": one.gap,
            "html": self.html("picture", one.wide, one.phone, one.alt),
        }  # fmt: skip

    def unpredicted(self) -> Iterator[Piece]:
        """The outcomes of which nothing says how well identity tells them."""
        told = {one.target for one in (*self._page.predicted, *self._page.predicted_means)}
        for section in self._page.sections:
            if section.id not in told:
                yield {"id": section.id, "title": section.title, "level": section.level}

    def outcome(self, section: OutcomeSection) -> Piece:
        return {
            "id": section.id, "title": section.title, "level": section.level,
            "without": section.without, "definition": section.definition,
            "findings": [self.finding(one) for one in section.statements],
            "quiet": [self.finding(one) for one in section.quiet],
            "figures": [self.figure(kind, one) for kind, one in _figures(section)],
        }  # fmt: skip

    def finding(self, one: Statement) -> Piece:
        """One finding as a screen of its own; those of other places stand beside it."""
        causes = [cause for cause in one.causes if cause.verdict == _SUPPORTED]
        return {
            "screen": one.id, "finding": one.finding, "group": one.group, "place": one.place,
            "verdict": one.verdict, "tag": one.tag, "sentence": one.sentence,
            "evidence": one.evidence, "caveats": one.caveats, "places": one.places,
            "cause": causes[0].sentence if causes else "",
            "figure": self._drawn(one),
            "causes": self.html("origin", one, heading="h2") if one.causes else "",
            "weighed": [self.weighed(cause) for cause in one.causes],
            "folded": [
                {"place": other.place, "tag": other.tag, "sentence": other.sentence,
                 "evidence": other.evidence}
                for other in one.folded
            ],
        }  # fmt: skip

    def weighed(self, cause: Statement) -> Piece:
        """A cause as a team takes it up: what is claimed, and what would show that it is not so."""
        return {
            "id": cause.finding, "kind": cause.kind, "verdict": cause.verdict, "tag": cause.tag,
            "sentence": cause.sentence, "refuted_by": cause.refuted_by,
        }  # fmt: skip

    def figure(self, kind: str, one: Figure | HeatMap) -> Piece:
        name = "heat" if isinstance(one, HeatMap) else "figure"
        return {"id": one.id, "kind": kind, "title": one.title, "html": self.html(name, one)}

    def glance(self, screen: str) -> Piece:
        """What the picture of a finding shows, without its table."""
        one = self.told.get(screen)
        if one is None or one.figure is None:
            return {"about": "", "picture": ""}
        drawn = self.html("picture", one.figure.wide, one.figure.phone, one.figure.alt)
        return {"about": one.figure.about, "picture": drawn}

    def family(self, released: Released) -> Piece:
        """The same for families, and for all who would rather count people than read rates."""
        told = family(released)
        return {
            "answer": told.answer, "none": told.none,
            "told": [self.people(one) for one in told.told],
            "outcomes": [asdict(one) for one in told.outcomes],
        }  # fmt: skip

    def people(self, one: Told) -> Piece:
        """One finding in people of a hundred, with the picture of them where there is one."""
        at = self._screen.get(statement_id(one.finding), "")
        said = {"screen": at, "title": one.title, "when": one.when, "sentences": one.sentences}
        if one.people is None:
            return {**said, "picture": ""}
        alt = " ".join(one.sentences)
        drawn = icons.wide(one.people), icons.phone(one.people)
        return {**said, "picture": self.html("picture", *drawn, alt)}

    def _drawn(self, one: Statement) -> str:
        if one.figure:
            return self.html("figure", one.figure, titled=False)
        return self.html("heat", one.heat, titled=False) if one.heat else ""


def _top(paint: _Painter, headlines: list[Piece], begun: list[Piece]) -> Iterator[Piece]:
    """What a front page may begin with, best first: headlines of which a cause is supported,
    other findings of which one is, then headlines without.
    """
    supported = {
        one.id: cause
        for one in paint.told.values()
        for cause in reversed(one.causes)
        if cause.verdict == _SUPPORTED
    }
    order = [str(one["screen"]) for one in (*headlines, *begun)]
    with_cause = [name for name in dict.fromkeys(order) if name in supported]
    for name in with_cause:
        one, cause = paint.told[name], supported[name]
        yield {
            "screen": name, "finding": one.finding, "sentence": one.sentence,
            "evidence": one.evidence[:1], "place": one.place,
            "cause": cause.sentence, "begin": cause.begin,
            **paint.glance(name),
        }  # fmt: skip
    for headline in headlines:
        if headline["screen"] not in with_cause:
            yield {**headline, "cause": "", "begin": ""}


def _figures(section: OutcomeSection) -> Iterator[tuple[str, Figure | HeatMap]]:
    """Every picture of an outcome, by what it tells apart."""
    kinds: tuple[tuple[str, Iterable[Figure | HeatMap]], ...] = (
        ("groups", (*section.figures, *section.further)),
        ("crossings", (*section.crossings, *section.further_crossings)),
        ("schools", (*section.schools, *section.further_schools)),
        ("years", (*section.years, *section.further_years)),
    )
    for kind, drawn in kinds:
        for one in drawn:
            yield kind, one


def _screens(sections: Iterable[OutcomeSection]) -> Iterator[tuple[str, str]]:
    """For each statement, and each that stands under it, the one that has a screen."""
    for section in sections:
        for one in (*section.statements, *section.quiet):
            yield one.id, one.id
            for under in (*one.causes, *one.folded):
                yield under.id, one.id
