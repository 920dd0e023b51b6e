"""Which behaviors ask for an adult's judgment, and what a plan may say of its own."""

import tomllib
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from eachchild.plan import Adults, PlanError, plan_from
from eachchild.terms.discretion import DISCRETIONS, discretion_of, known_discretion, plain_name
from eachchild.worlds.incidents import BEHAVIORS

MINIMAL = {
    "source": [{"path": "a.csv", "table": "discipline"}],
    "identity": [{"factor": "race", "reference": "white"}],
    "outcome": [{"name": "oss_any"}],
}


def _listed() -> dict[str, object]:
    text = resources.files("eachchild.terms").joinpath("discretion.toml").read_text("utf-8")
    return tomllib.loads(text)


def test_every_name_has_one_meaning_and_a_source() -> None:
    listed = _listed()
    rows = listed["behavior"]
    assert isinstance(rows, list)
    names = Counter(plain_name(n) for row in rows for n in row["names"])
    assert not [n for n, times in names.items() if times > 1 or not n]
    for row in rows:
        assert row["discretion"] in DISCRETIONS
        assert row["list"] in listed["lists"]  # type: ignore[operator]
        assert row["drawn"] in listed["drawn"]  # type: ignore[operator]
    assert set(known_discretion()) == set(names)


@pytest.mark.parametrize(
    ("behavior", "said"),
    [
        ("DEFIANCE", "subjective"),
        ("Defiance / Disrespect / Non-Compliance", "subjective"),
        ("inappropriate_language", "subjective"),
        ("Use/Possession of Weapons", "objective"),
        ("fighting", "objective"),
        ("04659", "subjective"),  # CEDS: insubordination
        ("75005", "mixed"),  # CEDS: bullying
        ("Other", "not_reported"),
        ("???", "not_reported"),
    ],
)
def test_names_are_known_whatever_their_case_and_punctuation(behavior: str, said: str) -> None:
    assert discretion_of(behavior, {}) == said


def test_every_behavior_of_a_made_up_district_is_on_a_list() -> None:
    assert not [b for b in BEHAVIORS if discretion_of(b, {}) == "not_reported"]


def test_a_plan_has_the_last_word_on_its_behaviors() -> None:
    plan = plan_from(
        {**MINIMAL, "discretion": {"Fighting!": "mixed", "Code 7": "objective"}}, Path()
    )
    assert plan.discretion == {"fighting": "mixed", "code 7": "objective"}
    assert discretion_of("fighting", plan.discretion) == "mixed"


def test_adults_are_counted_only_under_an_agreement() -> None:
    assert plan_from(MINIMAL, Path()).adults is None
    asked = {"agreement": " Memorandum of 3 May 2024 ", "set_aside": ["SYSTEM"]}
    plan = plan_from({**MINIMAL, "adults": asked}, Path())
    assert plan.adults == Adults("Memorandum of 3 May 2024", ("SYSTEM",))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"discretion": {"Fighting": "some"}}, "must be one of subjective, mixed, objective"),
        ({"discretion": {"Fighting": 3}}, "must be a table like"),
        ({"discretion": {"--": "mixed"}}, "no letter or digit"),
        ({"discretion": {"Skip": "mixed", "SKIP.": "objective"}}, "stands twice"),
        ({"adults": {"agreement": "  "}}, "only under a written agreement"),
        ({"adults": {}}, "only under a written agreement"),
        ({"adults": {"agreement": "A", "names": True}}, "unknown key 'names'"),
        ({"adults": {"agreement": "A", "set_aside": 3}}, "a text or a list of texts"),
        ({"adults": True}, "'adults' must be a table"),
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        plan_from({**MINIMAL, **change}, Path())
