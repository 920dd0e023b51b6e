"""The list of what a released copy leaves out, and what it shows there instead."""

from pathlib import Path

from eachchild.findings import phrases_of
from eachchild.plan import load_plan
from eachchild.release.audits import AuditDecision, left_out_in_words
from eachchild.release.decide import Decision
from eachchild.release.family import Table
from eachchild.release.hide import Choice
from eachchild.release.published import Publication

PLAN = Path(__file__).parents[2] / "examples" / "virginia" / "audit.toml"


def said(shown: list[str], left_out: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    plan = load_plan(PLAN)
    publication = Publication(tuple(Table(name, ()) for name in shown), {})
    choice = Choice(frozenset(), frozenset(), 0.0, 0.0)
    decision = Decision(publication, publication, {}, choice)
    found = AuditDecision(decision, {"oss_any": {"2024-25": "1"}}, tuple(left_out))
    return left_out_in_words(found, plan, phrases_of(plan))


def test_each_outcome_says_once_what_is_left_out_and_what_stands() -> None:
    by = [f"oss_any by race{more}, 2024-25 1" for more in ("", " by school", " by idea")]
    ((left, instead),) = said(by[:1], [(by[1], "no proof"), (by[2], "no proof")])
    outcome, ways = left.split(", 2024-25, ")
    assert outcome == "Out-of-school suspension"
    assert ways == "by race and ethnicity with school, with disability (IDEA)"
    assert instead == "shown by race and ethnicity"


def test_a_crossing_that_gave_way_is_named_with_the_side_that_stands() -> None:
    crossed = "oss_any by race by school, 2024-25 1"
    ((_, instead),) = said(["oss_any by race, 2024-25 1", crossed], [(crossed, "no proof")])
    assert instead == "shown by race and ethnicity; by school"


def test_students_are_named_by_what_they_are_asked_about() -> None:
    ((left, instead),) = said([], [("race by school, 2024-25 1", "no proof")])
    asked = "Students asked about Out-of-school suspension"
    assert left == f"{asked}, 2024-25, by race and ethnicity with school"
    assert instead == "not shown at all"


def test_what_follows_from_others_says_so_with_their_names() -> None:
    assert said([], [("oss_any, 2024-25", "it follows from oss_any.")]) == (
        ("Out-of-school suspension, 2024-25", "it follows from Out-of-school suspension"),
    )
