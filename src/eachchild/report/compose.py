"""The whole report as a description, made of released objects alone."""

from collections import Counter
from collections.abc import Mapping, Sequence

from eachchild.release.types import Released
from eachchild.report.begin import beginnings
from eachchild.report.case import Case, cases
from eachchild.report.data_quality import data_quality
from eachchild.report.hidden import hidden_part
from eachchild.report.keys import keys
from eachchild.report.names import Names, names_of
from eachchild.report.page import Page, Statement
from eachchild.report.predicted import latest_cards, predicted_rows, unpredicted
from eachchild.report.sections import section
from eachchild.report.statements import statement
from eachchild.terms.catalogue import Words, blanks
from eachchild.terms.numerals import count
from eachchild.terms.said import as_label, sentence_case

_MOST_HEADLINES = 5
# Words every report uses; the others are explained where their measure occurs.
_ALWAYS = ("rate", "interval", "gap", "margin", "cannot_tell", "group")
_WITH_MEASURE = (
    ("mean", "mean"),
    ("risk_ratio", "ratio"),
    ("risk_difference", "points"),
    ("students_to_parity", "parity"),
    ("composition", "composition"),
)


def compose(released: Released) -> Page:
    """Describe a report: the answer first, then each outcome, then how it was made."""
    names = names_of(released)
    predicted, means = predicted_rows(released, names)
    of_outcomes = cases(released, names)
    return Page(
        language=released.language,
        first_line=names.say(f"first_line.{released.audience}"),
        page_line=names.say(f"page_line.{released.audience}"),
        heading=released.heading,
        title=released.title,
        about=_about(released, names),
        author=released.author,
        answer=_answer(names, released),
        no_headline=names.say(
            "answer.no_headline"
            if any(f.kind == "gap" for f in released.findings)
            else "answer.nothing_compared"
        ),
        headlines=_headlines(released, names),
        compared="" if released.hidden is None else names.say("answer.compared"),
        hidden=hidden_part(released, names),
        beginnings=beginnings(released, names),
        predicted=predicted,
        predicted_means=means,
        unpredicted=unpredicted(released, names),
        group_lines=_group_lines(released, names, of_outcomes),
        limits=tuple(map(sentence_case, released.limits)),
        sections=tuple(section(case) for case in of_outcomes),
        keys=keys(
            names, has_funnel=bool(released.funnels), has_tracks=bool(released.predictability)
        ),
        reading=_reading(names),
        counted=tuple(map(sentence_case, released.who_is_counted)),
        quality=data_quality(names, released.quality, _of_data(released, names)),
        method=released.method,
        glossary=_glossary(released, names),
        words=plain_words(names.words),
    )


def plain_words(words: Words) -> Mapping[str, str]:
    """Headings and labels: the report's sentences without blanks, by the rest of their key."""
    found = {
        key.removeprefix("report."): words.text(key)
        for key in sorted(words.sentences)
        if key.startswith("report.")
    }
    return {key: text for key, text in found.items() if not blanks(text)}


def _about(released: Released, names: Names) -> str:
    parts = [", ".join(map(names.period, released.periods))]
    if released.places:
        key = f"level.{released.place_level}" + ("_one" if released.places == 1 else "")
        parts.append(names.say(key, count=count(released.places)))
    return " · ".join(parts)


def _answer(names: Names, released: Released) -> str:
    """How many outcomes identity predicts, by the verdict of the latest period of each."""
    latest = [card.verdict for card in latest_cards(released)]
    if not latest:
        return names.say("answer.none")
    found = Counter(latest)
    parts = [
        names.say(
            f"answer.{verdict}" + ("_one" if found[verdict] == 1 else ""),
            count=count(found[verdict]),
            of=count(len(latest)),
        )
        for verdict in ("gap", "school", "cannot_tell", "no_gap")
        if found[verdict]
    ]
    apart = _apart(released)
    if apart and set(found) == {"cannot_tell"}:  # the groups are the answer there is
        return names.say("answer.groups_alone", count=count(apart), of=count(len(latest)))
    if apart:
        parts.append(names.say("answer.apart", count=count(apart)))
    return " ".join(parts)


def _apart(released: Released) -> int:
    """Outcomes in which groups differ, though how well identity tells them is not known."""
    unsure = {c.outcome for c in latest_cards(released) if c.verdict == "cannot_tell"}
    gaps = {
        f.outcome
        for f in released.findings
        if f.kind == "gap" and f.verdict == "gap" and f.place == "all" and ";" not in f.group
    }
    return len(unsure & gaps)


def _headlines(released: Released, names: Names) -> tuple[tuple[str, Statement], ...]:
    chosen = [f for f in released.findings if f.headline][:_MOST_HEADLINES]
    known = {o.name for o in released.outcomes}
    made = [(f.outcome in known, statement(names, f)) for f in chosen]
    return tuple((one.id if is_there else "", one) for is_there, one in made)


def _of_data(released: Released, names: Names) -> tuple[Statement, ...]:
    known = {o.name for o in released.outcomes}
    loose = [f for f in released.findings if f.outcome not in known]
    return tuple(statement(names, f) for f in loose)


def _group_lines(
    released: Released, names: Names, of_outcomes: Sequence[Case]
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """By factor where the group is written as one, else in one list."""
    factors = {
        as_label(names.words, label): factor.label
        for factor in reversed(released.factors)
        for label in factor.groups.values()
    }
    found: dict[str, list[tuple[str, str]]] = {}
    beside = _hidden_of_groups(released, names, of_outcomes)
    for group, line in released.group_lines:
        label = names.label(group) if names.is_group(group) else as_label(names.words, group)
        said = ". ".join((line, *beside.get(label, ())))
        found.setdefault(factors.get(label, ""), []).append((label, sentence_case(said)))
    return tuple((factor, tuple(lines)) for factor, lines in found.items())


def _hidden_of_groups(
    released: Released, names: Names, of_outcomes: Sequence[Case]
) -> Mapping[str, tuple[str, ...]]:
    """For each group of a released copy without any rate, the nearest to its first one."""
    found: dict[str, tuple[str, ...]] = {}
    if released.hidden is None:
        return found
    for factor in released.factors:
        for value, label in factor.groups.items():
            group = f"{factor.id}={value}"
            cells = [(case, cell) for case in of_outcomes if (cell := case.cell(group)) is not None]
            if cells and not any(cell.is_reported for _, cell in cells):
                case, cell = cells[0]
                found[as_label(names.words, label)] = (
                    f"{case.card.title}: {case.absent(cell, group)}",
                )
    return found


def _reading(names: Names) -> tuple[str, ...]:
    keys = sorted(k for k in names.words.sentences if k.startswith("report.reading.text_"))
    return tuple(names.words.text(key) for key in keys)


def _glossary(released: Released, names: Names) -> tuple[tuple[str, str], ...]:
    there = set(released.measures.measure.names)
    wanted = [*_ALWAYS, *(word for measure, word in _WITH_MEASURE if measure in there)]
    wanted += ["point_gap_flag", "index_80"] if released.flags else []
    wanted += ["predictability"] if released.predictability else []
    wanted += ["funnel"] if released.funnels else []
    entries = [(names.say(f"glossary.{w}"), names.say(f"glossary.{w}_text")) for w in wanted]
    return tuple(sorted(entries))
