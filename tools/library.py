"""The generated page of the strategy library, so that each source can be opened."""

from collections.abc import Iterator
from itertools import groupby
from typing import get_args

from tabular import table

from eachchild.instruments.cited import ENGLISH, Source
from eachchild.instruments.strategies import (
    Evidence,
    Remedy,
    Strategy,
    named,
    strategies,
    told,
)


def strategies_page() -> Iterator[str]:
    """Every entry by area and tier, with what was found, what to watch and its source."""
    library = strategies()
    seen = sum(one.source.checked != "" for one in library)
    yield "# Strategies\n"
    yield f"{len(library)} things a district can change, for every student they apply to; each is"
    yield "told in Spanish too. None assigns by who a student is, and none allots by group. The"
    yield "grade of evidence follows ESSA, by the study cited; what was not found is told too."
    yield f"Of {seen} sources a copy of the page was seen, on the day given; laws: check locally.\n"
    yield from table(("evidence", "what it means"), _meanings("evidence", get_args(Evidence)))
    yield ""
    yield from table(("remedy", "what it means"), _meanings("remedy", get_args(Remedy)))
    for area, mine in groupby(library, key=lambda one: one.area):
        ((label, meaning),) = _meanings("area", (area,))
        yield f"\n## {label}\n\n{meaning}"
        for tier, entries in groupby(mine, key=lambda one: one.tier):
            yield f"\n### {label}, {named('tier', tier, ENGLISH).label.lower()}"
            for one in entries:
                yield from _entry(one)


def _meanings(kind: str, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key in keys:
        found = named(kind, key, ENGLISH)
        yield found.label, found.meaning


def _entry(one: Strategy) -> Iterator[str]:
    said = told(one, ENGLISH)
    answers, outcomes = _listed(one.causes), _listed(one.outcomes)
    yield f"\n#### {said.name}\n\n`{one.key}`. {said.what}\n"
    yield f"- {named('evidence', one.evidence, ENGLISH).label}: {said.found}"
    yield f"- Source: {_linked(one.source)}"
    yield f"- Answers {answers or 'no single cause'}; bears on {outcomes or 'no single outcome'}."
    yield f"- {named('cost', one.cost, ENGLISH).label}: {said.cost_note}"
    yield f"- Needs: {'; '.join(said.needs)}."
    yield f"- {named('remedy', one.remedy, ENGLISH).label}: {said.remedy_note}"
    yield f"- Watch: {'; '.join(said.watch)}. Against harm: {said.balance}"


def _listed(keys: tuple[str, ...]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _linked(source: Source) -> str:
    seen = f"; seen {source.checked}" if source.checked else ""
    return f"[{source.title}]({source.url}), {source.year}{seen}"
