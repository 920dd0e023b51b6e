"""The library of strategies: whole in two languages, sourced, and open to every child."""

import re
import runpy
import tomllib
from collections import Counter
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from eachchild.instruments.cited import LANGUAGES
from eachchild.instruments.strategies import (
    TIERS,
    Area,
    Cause,
    Cost,
    Evidence,
    Remedy,
    Strategy,
    Told,
    fitting,
    named,
    read_strategies,
    strategies,
    strategy,
    told,
)
from eachchild.terms.outcomes import built_in

HERE = Path(__file__).parent
NOT_PRINTED = runpy.run_path(str(HERE.parent / "pages" / "test_report_words.py"))["FORBIDDEN"]
LACKING = {  # words that say what a child lacks, where the school's doing is meant
    "en": r"deficit|at[- ]risk|disadvantaged|minorit|low[- ]perform|underachiev|struggling",
    "es": r"déficit|en riesgo|desfavorecid|minoría|bajo rendimiento|rezagad|carencia",
}
GROUPS = {
    "en": r"race|black|white|hispanic|latin[oax]|asian|native american|girls?|boys?|female|male",
    "es": r"raza|negr[oa]s?|blanc[oa]s?|hispan[oa]s?|latin[oa]s?|asiátic[oa]s?|niñas|varones",
}
ENGLISH = re.compile(
    r"\b(the|and|of|with|students?|schools?|were|was|which|than|from|group|gap|not|are|by|at|to|"
    r"for|cannot|rate|years?|there|what|their|those|points|times|none|other)\b",
    re.IGNORECASE,
)


def sentences(one: Told) -> tuple[str, ...]:
    return (
        one.name, one.what, one.found, one.cost_note, *one.needs, one.remedy_note, *one.watch,
        one.balance,
    )  # fmt: skip


def saying(words: str, text: str) -> list[str]:
    return re.findall(rf"\b(?:{words})", text, re.IGNORECASE)


def every(language: str) -> list[tuple[Strategy, Told]]:
    return [(one, told(one, language)) for one in strategies()]


def test_each_cell_has_three_entries_or_more_and_all_have_forty_four() -> None:
    cells = Counter((s.area, s.tier) for s in strategies())
    assert set(cells) == set(product(get_args(Area), TIERS))
    assert min(cells.values()) >= 3
    assert len(strategies()) >= 44


def test_keys_and_names_are_each_used_once() -> None:
    assert len({s.key for s in strategies()}) == len(strategies())
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", s.key) for s in strategies())
    for language in LANGUAGES:
        assert max(Counter(t.name for _, t in every(language)).values()) == 1


def test_every_source_has_an_address_that_is_safe_to_open() -> None:
    for one in strategies():
        assert re.fullmatch(r"https://[a-z0-9.-]+\.[a-z]+/\S*", one.source.url), one.key
        assert 1974 < one.source.year <= 2026, one.key
        assert one.source.title.strip() == one.source.title, one.key


def test_most_sources_were_seen() -> None:
    assert sum(s.source.checked != "" for s in strategies()) >= 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_entry_says_is_a_few_sentences(language: str) -> None:
    for one, said in every(language):
        assert 2 <= len(re.findall(r"[.?](?:\s|$)", said.what)) <= 4, one.key
        assert all(text == text.strip() for text in sentences(said)), one.key
        for text in (said.what, said.found, said.cost_note, said.remedy_note, said.balance):
            assert text.endswith("."), (one.key, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_uses_a_word_no_page_prints(language: str) -> None:
    printed = "|".join(re.escape(word) for word in NOT_PRINTED)
    for one, said in every(language):
        for text in sentences(said):
            assert saying(f"{printed}|{LACKING[language]}", text) == [], (one.key, text)
            assert not re.search("[!¡]", text), one.key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_assigns_by_who_a_student_is_or_allots_by_group(language: str) -> None:
    """Groups stand only in what a study found, and in a note on what counsel is asked."""
    assert saying(GROUPS[language], "Black raza") != []
    for one, said in every(language):
        for text in (said.name, said.what, said.cost_note, *said.needs, *said.watch):
            assert saying(rf"(?:{GROUPS[language]})\b", text) == [], (one.key, text)


def test_spanish_is_spanish() -> None:
    for one, said in every("es"):
        english = told(one, "en")
        for text, other in zip(sentences(said), sentences(english), strict=True):
            assert text != other, (one.key, text)
            assert ENGLISH.findall(text) == [], (one.key, text)


def test_numbers_are_the_same_in_both_languages() -> None:
    def numbers(text: str) -> list[str]:
        return sorted(re.findall(r"\d[\d,.]*\d|\d", text))

    for one in strategies():
        english, spanish = (told(one, language) for language in LANGUAGES)
        assert numbers(english.found) == numbers(spanish.found), one.key


def test_a_goal_of_each_outcome_and_each_cause_has_a_strategy() -> None:
    assert {o for s in strategies() for o in s.outcomes} == set(built_in())
    assert {c for s in strategies() for c in s.causes} == set(get_args(Cause))


def test_what_answers_the_cause_stands_first_and_the_best_evidence_first_of_those() -> None:
    best = get_args(Evidence)
    for outcome, cause in product(built_in(), get_args(Cause)):
        found = fitting(outcome, [cause])
        assert len(set(found)) == len(found)
        places = [(cause not in s.causes, best.index(s.evidence), s.tier) for s in found]
        assert places == sorted(places), (outcome, cause)
        assert all(outcome in s.outcomes or not s.outcomes for s in found)


def test_without_a_cause_it_is_what_bears_on_the_outcome() -> None:
    found = fitting("gifted", [])
    assert found
    assert all("gifted" in s.outcomes for s in found)


def test_of_an_outcome_a_district_declares_the_cause_decides() -> None:
    assert "ride-to-school" in {s.key for s in fitting("lost_a_week", ["transport"])}
    assert fitting("lost_a_week", []) == ()


def test_it_is_told_in_a_language_that_there_is() -> None:
    one = strategy("universal-screening")
    assert told(one, "es").name != told(one, "en").name
    with pytest.raises(ValueError, match="no strategies in language 'xx'"):
        told(one, "xx")
    with pytest.raises(KeyError):
        strategy("no-such")


@pytest.mark.parametrize("language", LANGUAGES)
def test_areas_tiers_and_marks_have_a_name_and_one_sentence(language: str) -> None:
    for kind, keys in {
        "area": get_args(Area), "tier": TIERS, "evidence": get_args(Evidence),
        "cost": get_args(Cost), "remedy": get_args(Remedy),
    }.items():  # fmt: skip
        said = [named(kind, key, language) for key in keys]
        assert len({one.label for one in said}) == len(keys)
        assert all(one.meaning.count(".") == 1 and one.meaning.endswith(".") for one in said)
    with pytest.raises(KeyError):
        named("tier", 4, language)


WRITTEN = """
area = "foundations"
tier = 1
[strategy.one]
name = "One"
what = "It is one."
outcomes = ["gifted"]
causes = ["gate"]
evidence = "strong"
found = "It was found."
cost = "low"
cost_note = "An hour."
needs = ["People"]
remedy = "open"
remedy_note = "For all."
watch = ["A count"]
balance = "Another count."
source = { title = "A title", url = "https://example.org/a", year = 2020 }
[strategy.one.es]
name = "Uno"
what = "Es uno."
found = "Se encontró."
cost_note = "Una hora."
needs = ["Personas"]
remedy_note = "Para todos."
watch = ["Una cuenta"]
balance = "Otra cuenta."
"""


def test_an_entry_is_read_as_written() -> None:
    (one,) = read_strategies({"foundations-1.toml": WRITTEN})
    assert (one.key, one.area, one.tier, one.source.checked) == ("one", "foundations", 1, "")
    assert told(one, "es").needs == ("Personas",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "One"\n', "", "strategy 'one': 'name' is missing"),
        ('name = "Uno"\n', "", "strategy 'one', es: 'name' is missing"),
        ('name = "One"', 'name = " "', "strategy 'one': 'name' must be text"),
        ('name = "One"', 'nme = "One"', "strategy 'one': 'nme' is not known"),
        ('"gifted"', '"gifts"', "strategy 'one': 'outcomes' has 'gifts'"),
        ('"gate"', '"gates"', "strategy 'one': 'causes' has 'gates'"),
        ('["gate"]', '["gate", "gate"]', "strategy 'one': 'causes' says one thing twice"),
        ('["gate"]', '"gate"', "strategy 'one': 'causes' must be a list of texts"),
        ('"strong"', '"sure"', "strategy 'one': 'evidence' must be one of strong, moderate"),
        ("https://", "http://", "strategy 'one', source: 'url' must begin with https://"),
        ("2020", '"2020"', "strategy 'one', source: 'year' must be a whole number"),
        ("year = 2020", 'year = 2020, checked = "May"', "source: 'checked' must be a day"),
        ('["Personas"]', '["Personas", "Más"]', "'es.needs' must have as many entries as"),
        ('["People"]', "[]", "strategy 'one': 'needs' must be a list of one text or more"),
        ("tier = 1", "tier = 4", "file 'foundations-1.toml': 'tier' must be 1, 2 or 3"),
        ('area = "foundations"', 'area = "roofs"', "'area' must be one of foundations"),
        ('source = {', 'source = "a" # {', "strategy 'one', source: must be a table of keys"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_the_entry_and_the_key(old: str, new: str, said: str) -> None:
    assert old in WRITTEN
    with pytest.raises(ValueError, match=re.escape(said)):
        read_strategies({"foundations-1.toml": WRITTEN.replace(old, new, 1)})


def test_a_key_in_two_files_is_refused() -> None:
    with pytest.raises(ValueError, match="strategy 'one': 'key' stands in two files"):
        read_strategies({"a.toml": WRITTEN, "b.toml": WRITTEN.replace("tier = 1", "tier = 2")})


def test_every_file_is_short_enough_to_read() -> None:
    from eachchild.instruments import strategies as module

    folder = Path(module.__file__).with_suffix("")
    files = sorted(folder.iterdir())
    assert len(files) == 10
    for file in files:
        assert len(file.read_text("utf-8").splitlines()) <= 400, file.name
        tomllib.loads(file.read_text("utf-8"))
