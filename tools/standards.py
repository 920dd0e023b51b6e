"""The reference page of the equity standards and of the frameworks they answer."""

from collections.abc import Iterator

from tabular import table

from eachchild.instruments.cited import ENGLISH, Source
from eachchild.instruments.frameworks import IndicatorState, idc, nasem_states, state_label
from eachchild.instruments.standards import LEVELS, Standard, areas, level_label, standards, told
from eachchild.terms.outcomes import built_in


def standards_page() -> Iterator[str]:
    """Every standard, area by area, then what NASEM and IDC ask and who answers."""
    yield "# Equity standards\n"
    yield f"{len(standards())} standards in our own words, in English and Spanish. A team says at"
    yield "which of four levels its district stands with each, and attaches evidence. Levels are"
    yield "words in an order, counted and never averaged: one standard does not pay for another."
    for key, name in areas(ENGLISH).items():
        yield f"\n## {name}"
        for one in standards():
            if one.area == key:
                yield from _standard(one)
    yield from _nasem()
    yield from _idc()
    yield "\nThe rubric of the IDEA Data Center is public domain and followed closely in places."
    yield "All other works are cited, and none of their words are used."


def _standard(one: Standard) -> Iterator[str]:
    text = told(one, ENGLISH)
    yield f"\n### {text.name}\n\n{text.asks} (`{one.key}`)\n"
    rows = (
        (level_label(level, ENGLISH), said.sentence)
        for level, said in zip(LEVELS, text.levels, strict=True)
    )
    yield from table(("level", "what is seen"), rows)
    yield f"\nEvidence: {'; '.join(_lower(e) for e in text.evidence)}."
    yield f"Answers: {'; '.join(_answers(one))}. Source: {'; '.join(map(_cited, one.sources))}."


def _answers(one: Standard) -> Iterator[str]:
    if one.nasem:
        yield f"NASEM {', '.join(map(str, one.nasem))}"
    yield f"IDC {', '.join(_lower(idc()[key].name[ENGLISH]) for key in one.idc)}"
    if one.outcomes:
        yield f"outcomes {', '.join(f'`{name}`' for name in one.outcomes)}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _cited(source: Source) -> str:
    when = [str(source.year)] if source.year else ["no date"]
    when += [f"seen {source.checked}" if source.checked else "page not seen"]
    return f"[{source.title}]({source.url}) ({', '.join(when)})"


def _nasem() -> Iterator[str]:
    yield "\n## NASEM's 16 indicators, and what an audit shows of each\n"
    yield "*Monitoring Educational Equity* (National Academies 2019): disparities in … The state is"
    yield "that of an audit that reports every built-in outcome; with fewer it is less.\n"
    yield from table(
        ("", "indicator", "state", "shown by", "not measured, and what it would take", "standards"),
        (_indicator(one) for one in nasem_states(set(built_in()))),
    )


def _indicator(one: IndicatorState) -> tuple[object, ...]:
    mine = one.indicator
    return (
        mine.number,
        mine.title[ENGLISH],
        state_label(one.state, ENGLISH),
        ", ".join(f"`{name}`" for name in one.outcomes),
        "; ".join(f"{c.text[ENGLISH]}: {_lower(c.needs[ENGLISH])}" for c in one.missing),
        ", ".join(f"`{s.key}`" for s in standards() if mine.number in s.nasem),
    )


def _idc() -> Iterator[str]:
    yield "\n## The five areas of the IDC Success Gaps rubric\n"
    yield from table(
        ("area", "what it asks", "standards"),
        (
            (
                area.name[ENGLISH],
                area.asks[ENGLISH],
                ", ".join(f"`{s.key}`" for s in standards() if key in s.idc),
            )
            for key, area in idc().items()
        ),
    )
