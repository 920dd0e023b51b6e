"""The Spanish catalogue: whole, and grammatical in every combination of its parts."""

import re
import tomllib
from dataclasses import replace
from importlib import resources
from itertools import product
from types import SimpleNamespace
from typing import cast

import pytest

from eachchild.findings.phrases import Phrases, phrases_of
from eachchild.plan import Plan
from eachchild.release.audits import choose, entry, entry_counts, stepwise, years
from eachchild.release.bundle import claim
from eachchild.sources.counts.files import NAMED, NOT_USED
from eachchild.sources.records.staging import LEFT_OUT, NOT_KEPT, TOTAL_ROW
from eachchild.sources.text.notes import AFTER_TABLE, BEFORE_HEADING, BLANK_LINE, HEADING_AGAIN
from eachchild.terms.catalogue import _flat, blanks, languages, words
from eachchild.terms.factors import FACTORS, FEDERAL_RACES
from eachchild.terms.outcomes import built_in, outcome_from
from eachchild.terms.said import meant

ENGLISH = re.compile(
    r"\b(the|and|of|with|students?|schools?|were|was|which|than|from|group|gap|not|are|by|at|to|"
    r"for|cannot|rate|years?|there|what|their|those|points|times|none|other)\b",
    re.IGNORECASE,
)
# What stays as it is: keys, file names, titles of laws and works, names that families know.
KEPT = re.compile(
    r"\b\S+\.(csv|json|html|pdf|txt|toml)\b|`[^`]*`|\b[a-z]+(_[a-z]+)+\b|\[[^]]*\]|place\.id|"
    r"Monitoring Educational Equity|foster care|Advanced Placement|odds ratio|72 FR|codes/NAME|"
    r"\{[a-z_0-9]*\}|cluster|eachchild \w+|\b(period|where|keep|pattern|total|none|identity)\b"
)
SPLIT = re.compile(r"\b(de|a) el\b|\by (i|hi)(?!e)|  |\bdel? (los|las) (los|las)\b")


def files(language: str) -> set[str]:
    return {
        f.name for f in resources.files("eachchild.terms").joinpath("words", language).iterdir()
    }


def own(language: str) -> dict[str, str]:
    """The sentences that a language has itself, without those of English behind them."""
    folder = resources.files("eachchild.terms").joinpath("words", language)
    found: dict[str, str] = {}
    for file in folder.iterdir():
        found |= _flat(tomllib.loads(file.read_text("utf-8")))
    return found


def test_it_has_every_sentence_with_the_same_blanks() -> None:
    assert files("es") == files("en")
    english, spanish = own("en"), own("es")
    assert spanish.keys() == english.keys()
    for key, sentence in spanish.items():
        assert set(blanks(sentence)) == set(blanks(english[key])), key
        assert sentence.count("{}") == english[key].count("{}"), key


def test_it_says_nothing_in_english() -> None:
    assert ENGLISH.search("Los estudiantes were referred")
    found = {k: ENGLISH.findall(KEPT.sub(" ", s)) for k, s in own("es").items()}
    assert {key: said for key, said in found.items() if said} == {}


def every_group() -> list[str]:
    """Each group alone, and crossings of up to three, as an audit names them."""
    one = [(f.id, v) for f in FACTORS.values() for v in f.all_values]
    crossed = ("race", "sex", "idea", "section504", "el", "frl")
    pairs = [
        f"{a}={v};{b}={w}"
        for a, b in product(crossed, crossed) if a < b
        for v in FACTORS[a].values for w in FACTORS[b].values
    ]  # fmt: skip
    three = [f"race={r};sex={s};idea=yes" for r in FEDERAL_RACES for s in ("female", "male")]
    own = ["shelter=not_reported", "race=black;shelter=tent"]
    return [f"{f}={v}" for f, v in one] + pairs + three + own + ["complement", "overall", ""]


def test_every_group_is_a_plural_with_its_article() -> None:
    phrases = Phrases(words("es"), {}, {})
    for group in every_group():
        said = phrases.group(group)
        assert said.startswith(("los ", "las ", "todos los ")), (group, said)
        assert not ENGLISH.search(KEPT.sub(" ", said.replace("tent", "").replace("shelter", "")))


def test_no_sentence_comes_out_ungrammatical_with_any_group() -> None:
    spanish = words("es")
    phrases = Phrases(spanish, {}, {})
    names = [phrases.group(g) for g in every_group()]
    verbs = [spanish.text(f"outcome.{name}.verb") for name in built_in()]
    factors = [phrases.inline(factor) for factor in FACTORS]
    levels = ("school", "district", "state", "other")
    for key, sentence in spanish.sentences.items():
        given = set(blanks(sentence))
        if not given & {"group", "others", "verb", "step", "had", "factor", "places", "last"}:
            continue
        for at in range(0, len(names), 7):
            level = levels[at % len(levels)]
            values = dict.fromkeys(given, "12") | {
                "group": names[at], "others": names[at - 1], "verb": verbs[at % len(verbs)],
                "step": verbs[at % len(verbs)], "had": verbs[at % len(verbs)],
                "factor": factors[at % len(factors)], "last": factors[at % len(factors)],
                "first": factors[at % len(factors) - 1], "moment": spanish.text("cause.at.gym"),
                "places": spanish.text(f"cause.level.{level}.many"),
                "place": spanish.text(f"cause.level.{level}.one"),
            }  # fmt: skip
            said = sentence.format(**{k: v for k, v in values.items() if k in given})
            assert not SPLIT.search(said), (key, said)


def test_verbs_need_no_agreement_with_a_gender() -> None:
    """No participle that would be one of boys and another of girls."""
    for key, said in own("es").items():
        if key.startswith("outcome.") and key.endswith((".verb", ".amount")):
            assert not re.search(r"\b(fueron|estuvieron|quedaron) \w+[ao]s\b", said), key


@pytest.mark.parametrize("language", languages())
def test_what_english_code_gives_as_a_reason_is_known(language: str) -> None:
    reasons = (
        choose.TOGETHER, choose.ALL_ALIKE, entry.ONE_IS_SHOWN, entry.CORRECTED,
        entry.SHOWN_OTHERWISE, entry.FOLLOWS, entry_counts.OTHERS_COUNTED, entry_counts.NO_CUT,
        entry_counts.FEW_SCORED, stepwise.LEFT_OUT, stepwise.NEARLY, years._ALONE,
        "it follows from gpa and absence_rate.", "it is asked of other students from year to year.",
        "its groups differ from year to year.", "another follows from it in some years.",
    )  # fmt: skip
    ignored = (
        BEFORE_HEADING, BLANK_LINE, AFTER_TABLE, HEADING_AGAIN, TOTAL_ROW, NOT_USED, NAMED,
        f"{NOT_KEPT}subject", f"{LEFT_OUT}note",
    )  # fmt: skip
    for prefix, said in (("left_out.why.", reasons), ("ignored.", ignored)):
        for one in said:
            found = meant(prefix, one.rstrip("."))
            assert found is not None, one
            assert words(language).say(found[0], **found[1])


def test_the_claim_on_a_page_is_that_of_the_proof() -> None:
    assert words("en").say("hidden.claim", width=5) == claim(5)
    assert "5" in words("es").say("hidden.claim", width=5)


def test_labels_of_a_plan_stay_in_its_own_language() -> None:
    """In another the catalogue's words come first, and what it does not know is quoted."""
    mine = outcome_from(
        "warned", {"event": "oss_count >= 2", "direction": "lower", "label": "were warned"}
    )
    known = replace(built_in()["oss_any"], label="were sent home")
    labels = {"group.race.black": "African American students", "group.shelter.tent": "tents"}
    plan = _plan(outcomes=(mine, known), labels=labels)
    english, spanish = phrases_of(plan), phrases_of(plan, "es")
    assert english.verb("oss_any") == "were sent home"
    assert spanish.verb("oss_any") == "recibieron una suspensión fuera de la escuela"
    assert spanish.verb("warned") == "cuentan en «Warned»"
    assert spanish.title("warned") == "Warned"
    assert english.group("race=black") == "African American students"
    assert spanish.group("race=black") == "los estudiantes negros"
    assert spanish.group("shelter=tent") == "tents"


def _plan(**parts: object) -> Plan:
    return cast("Plan", SimpleNamespace(language="en", **parts))
