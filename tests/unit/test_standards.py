"""The equity standards and what they answer: whole, in two languages, and true of an audit."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from eachchild.instruments.cited import read, source_from, sources
from eachchild.instruments.frameworks import (
    State,
    idc,
    indicator_from,
    nasem,
    nasem_states,
    state_label,
    told_state,
)
from eachchild.instruments.standards import (
    LEVELS,
    Standard,
    areas,
    level_label,
    no_key_twice,
    standard,
    standard_from,
    standards,
    summary,
    told,
)
from eachchild.terms.outcomes import built_in

LANGUAGES = ("en", "es")
ENGLISH = re.compile(
    r"\b(the|and|of|with|students?|schools?|were|was|which|than|from|group|not|are|by|at|to|for|"
    r"rate|years?|there|what|their|those|none|other|each|who)\b",
    re.IGNORECASE,
)
SPLIT = re.compile(r"\b(de|a) el\b|\by (i|hi)(?!e)|\bo (o|ho)|  |\bdel? (los|las) (los|las)\b")
NEVER_SAID = (
    "fair rate", "preventable", "bias", "discriminat", "disparate impact", "violation",
    "students with idea", "achievement gap of", "explained by", "due to", "at-risk", "!",
)  # fmt: skip


def said(language: str) -> Iterator[tuple[str, str]]:
    """Every text a reader of one language can meet, with where it stands."""
    for one in standards():
        text = told(one, language)
        parts = (text.name, text.asks, *(x.sentence for x in text.levels), *text.evidence)
        yield from ((one.key, part) for part in parts)
    for area in idc().values():
        yield from ((area.key, text[language]) for text in (area.name, area.asks))
    for state in nasem_states(set()):
        shown = told_state(state, language)
        yield f"indicator {shown.number}", shown.title
        for missing in shown.missing:
            yield f"indicator {shown.number}", missing.text
            yield f"indicator {shown.number}", missing.needs
    yield from areas(language).items()


def test_there_are_enough_of_them_in_every_area() -> None:
    assert len(standards()) >= 26
    assert {one.area for one in standards()} == set(areas("en"))
    assert set(areas("es")) == set(areas("en"))
    assert len({one.key for one in standards()}) == len(standards())
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", one.key) for one in standards())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("one", standards(), ids=lambda one: one.key)
def test_each_has_four_different_levels_that_can_be_seen(one: Standard, language: str) -> None:
    text = told(one, language)
    assert tuple(level.key for level in text.levels) == LEVELS
    sentences = [level.sentence for level in text.levels]
    assert len(set(sentences)) == 4
    for sentence in (text.asks, *sentences):  # a sentence, not an adjective
        assert sentence.endswith(".")
        assert len(sentence.split()) >= 6, sentence
    assert len(text.evidence) >= 2
    assert len(set(text.evidence)) == len(text.evidence)


def test_every_framework_is_answered() -> None:
    assert len(idc()) == 5
    assert {key for one in standards() for key in one.idc} == set(idc())
    assert {number for one in standards() for number in one.nasem} == set(range(1, 17))
    assert all(one.idc for one in standards())


def test_every_built_in_outcome_is_moved_by_one() -> None:
    assert {name for one in standards() for name in one.outcomes} == set(built_in())


def test_sources_can_be_opened_and_are_used() -> None:
    for source in sources().values():
        assert source.url.startswith("https://")
        assert source.title
        assert source.year == 0 or 2000 < source.year <= 2026
        assert source.checked in ("", "2026-11-28")
    assert {source.key for one in standards() for source in one.sources} == set(sources())
    assert len({source.url for source in sources().values()}) == len(sources())


def test_spanish_is_whole_and_says_nothing_in_english() -> None:
    assert ENGLISH.search("Los estudiantes were referred")
    english, spanish = list(said("en")), list(said("es"))
    assert [key for key, _ in english] == [key for key, _ in spanish]
    kept = re.compile(r"Advanced Placement")
    found = {text: ENGLISH.findall(kept.sub("", text)) for _, text in spanish}
    assert {text: words for text, words in found.items() if words} == {}
    assert [text for _, text in spanish if SPLIT.search(text)] == []
    same = [text for (_, text), (_, other) in zip(english, spanish, strict=True) if text == other]
    assert same == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_uses_a_word_that_no_page_prints(language: str) -> None:
    found = [t for _, t in said(language) for w in NEVER_SAID if w in t.lower()]
    assert found == []


def test_the_indicators_are_the_report_s() -> None:
    titles = [one.title["en"] for one in nasem()]
    assert titles[2] == "Engagement in schooling"
    assert titles[13:15] == ["School climate", "Nonexclusionary discipline practices"]
    assert len(titles) == len(set(titles)) == 16


def states(*measured: str) -> dict[int, State]:
    return {one.indicator.number: one.state for one in nasem_states(set(measured))}


def test_nothing_measured_is_nothing_shown() -> None:
    assert set(states().values()) == {State.NOT_MEASURED}
    assert set(states("lost_a_week").values()) == {State.NOT_MEASURED}  # a district's own


def test_all_built_in_outcomes_leave_ten_indicators_open() -> None:
    found = states(*built_in())
    measured = {number for number, state in found.items() if state is State.MEASURED}
    partly = {number for number, state in found.items() if state is State.PARTLY}
    assert measured == {6, 15}
    assert partly == {3, 4, 5, 11}


@pytest.mark.parametrize(
    ("measured", "number", "state"),
    [
        (("chronic_absence",), 3, State.PARTLY),  # academic engagement is not asked
        (("gpa", "course_failure"), 4, State.PARTLY),  # credits are not counted
        (("retained",), 4, State.NOT_MEASURED),
        (("proficient",), 5, State.PARTLY),  # growth is not measured
        (("graduated",), 6, State.MEASURED),
        (("ap_enrolled", "honors_enrolled", "gifted"), 11, State.PARTLY),
        (("oss_any",), 15, State.PARTLY),
        (("days_lost", "expelled"), 15, State.MEASURED),
        (("iss_any", "police_referral"), 15, State.NOT_MEASURED),
    ],
)
def test_a_state_is_no_more_than_what_was_counted(
    measured: tuple[str, ...], number: int, state: State
) -> None:
    assert states(*measured)[number] is state


def test_an_outcome_s_number_is_that_of_the_indicator_it_belongs_to() -> None:
    """The number that a report prints beside an outcome, and the one that is shown by it."""
    found = {
        name: one.number
        for one in nasem()
        for name in (*one.related, *(o for c in one.constructs for o in c.outcomes))
    }
    assert found == {o.name: o.indicator for o in built_in().values()}


def test_a_state_names_what_shows_it_and_what_is_missing() -> None:
    discipline = nasem_states({"oss_any", "iss_any", "gpa"})[14]
    shown = told_state(discipline, "es")
    assert (shown.label, shown.outcomes, shown.related) == (
        "Medido en parte", ("oss_any",), ("iss_any",),
    )  # fmt: skip
    assert [one.text for one in shown.missing] == ["Expulsión"]
    assert all(one.needs for one in shown.missing)
    assert told_state(nasem_states({"graduated"})[5], "en").missing == ()


def test_outcomes_and_labels_agree_over_all_states() -> None:
    for one in nasem_states(set(built_in())):
        assert bool(one.missing) == (one.state is not State.MEASURED)
        assert bool(one.outcomes) == (one.state is not State.NOT_MEASURED)
    labels = {state_label(state, language) for state in State for language in LANGUAGES}
    assert len(labels) == 6


def test_a_summary_counts_and_never_averages() -> None:
    found = summary({"board-decides": "leading", "shared-vision": "beginning"})
    assert dict(found.counts) == {"beginning": 1, "partly": 0, "in_place": 0, "leading": 1}
    assert len(found.unrated) == len(standards()) - 2
    vision = found.areas[0]
    assert (vision.area, vision.unrated) == ("vision", ("goals-with-verdicts",))
    assert sum(vision.counts.values()) == 2
    assert [one.area for one in found.areas] == list(areas("en"))
    assert not any(isinstance(value, float) for value in found.counts.values())


def test_a_summary_of_nothing_names_every_standard() -> None:
    found = summary({})
    assert found.unrated == tuple(one.key for one in standards())
    assert set(found.counts.values()) == {0}


def test_a_summary_refuses_what_does_not_exist() -> None:
    with pytest.raises(ValueError, match="no standard 'kindness'"):
        summary({"kindness": "leading"})
    with pytest.raises(ValueError, match="'board-decides': level must be one of beginning"):
        summary({"board-decides": "superb"})  # type: ignore[dict-item]


def test_one_is_found_by_its_key_and_cannot_be_changed() -> None:
    one = standard("board-decides")
    assert one in standards()
    assert told(one, "es").area == "Visión y liderazgo"
    with pytest.raises(KeyError):
        standard("kindness")
    with pytest.raises(FrozenInstanceError):
        one.key = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        one.texts["en"].levels["partly"] = ""  # type: ignore[index]


def test_other_languages_are_refused_by_name() -> None:
    for ask in (areas, lambda x: told(standards()[0], x), lambda x: level_label("partly", x)):
        with pytest.raises(ValueError, match="no text in language 'fr'; there is en, es"):
            ask("fr")


def whole() -> dict[str, Any]:
    """A standard as a file has it."""
    text: dict[str, Any] = {
        "name": "Name", "asks": "It is so.", "evidence": ["A note"],
        "levels": {level: f"Seen {level}." for level in LEVELS},
    }  # fmt: skip
    crossed = {"nasem": [1], "idc": ["data"], "outcomes": ["gpa"], "sources": ["nasem"]}
    return {**text, **crossed, "es": {**text, "levels": dict(text["levels"])}}


def changed(**keys: Any) -> dict[str, Any]:
    return {**whole(), **keys}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in whole().items() if key != name}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (changed(score=3), "'mine': unknown key 'score'"),
        (without("es"), "'mine': 'es' is missing"),
        (changed(nasem=[17]), "'mine': nasem has '17'"),
        (changed(idc=["money"]), "'mine': idc has 'money'"),
        (changed(outcomes=["joy"]), "'mine': outcomes has 'joy'"),
        (changed(sources=["hearsay"]), "'mine': sources has 'hearsay'"),
        (changed(sources=[]), "'mine': needs a source"),
        (changed(name=" "), "'mine': a text is empty"),
        (changed(evidence=[]), "'mine': a text is empty"),
        (changed(evidence=["A", "B"]), "'mine': languages differ"),
        (changed(levels=dict.fromkeys(LEVELS, "Seen.")), "'mine': two levels say the same"),
        (changed(levels={"partly": "Seen."}), "'mine', levels: 'beginning' is missing"),
        (changed(es={**whole()["es"], "asks": ""}), "'mine' in Spanish: a text is empty"),
    ],
)
def test_a_wrong_standard_is_refused_by_its_key(table: Mapping[str, Any], message: str) -> None:
    assert standard_from("mine", "data", whole()).texts["es"].name == "Name"
    with pytest.raises(ValueError, match=re.escape(message)):
        standard_from("mine", "data", table)


def test_one_key_is_one_standard() -> None:
    no_key_twice(["a", "b"])
    with pytest.raises(ValueError, match="standard 'a' is there twice"):
        no_key_twice(["a", "b", "a"])


def asked(**keys: Any) -> dict[str, Any]:
    two = {"en": "Text", "es": "Texto"}
    construct = {"text": two, "needs": two, "outcomes": ["gpa"]}
    return {"number": 4, "title": two, "construct": [construct], **keys}


@pytest.mark.parametrize(
    ("make", "table", "message"),
    [
        (indicator_from, asked(construct=[]), "indicator 4: needs a construct"),
        (indicator_from, asked(title={"en": "Text"}), "indicator 4: 'es' is missing"),
        (indicator_from, asked(title={"en": "Text", "es": ""}), "no text in language 'es'"),
        (indicator_from, asked(related=["joy"]), "indicator 4: 'joy' is no built-in outcome"),
        (indicator_from, asked(colour="red"), "indicator 4: unknown key 'colour'"),
        (lambda table: source_from("it", table), {"title": "T", "url": "http://x"},
         "source 'it': url must begin with https://"),
        (lambda table: source_from("it", table), {"title": "T"}, "source 'it': 'url' is missing"),
    ],
)  # fmt: skip
def test_wrong_frameworks_and_sources_are_refused(
    make: Callable[[Mapping[str, Any]], object], table: Mapping[str, Any], message: str
) -> None:
    assert indicator_from(asked()).constructs[0].outcomes == ("gpa",)
    with pytest.raises(ValueError, match=re.escape(message)):
        make(table)


def test_indicators_out_of_order_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "eachchild.instruments.frameworks.read", lambda _: {"indicator": [asked(number=2)]}
    )
    with pytest.raises(ValueError, match="must be numbered 1 to 16"):
        nasem.__wrapped__()


def test_a_file_is_read_as_it_is_written(tmp_path: Any) -> None:
    (tmp_path / "one.toml").write_text('key = "niño"', "utf-8")
    assert read(tmp_path / "one.toml") == {"key": "niño"}
