"""From a finding to a goal: filled in, open to every child, with steps, trials and a verdict."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from django.test import Client
from planned import CHANGE, offer_of
from shelved import beside

from eachchild.web.audits.models import Run
from eachchild.web.foundation.tenancy import inside
from eachchild.web.shelf import screens
from eachchild.web.strategy.handing import goals_document
from eachchild.web.strategy.models import Action, Cycle, Goal, Hypothesis

BASELINE = "Over two years 9.8 of 100 were suspended."
BOTH = ("en", "es")
Aimed = tuple[Run, Mapping[str, Any]]


@pytest.fixture
def aimed(north: Any, finished: Run) -> Aimed:
    """A run with something to aim at, and the finding it is about."""
    pages = screens(north.shelf.bundle(str(finished.pk), "internal"))
    found = (f for o in pages["outcomes"] for f in (*o["findings"], *o["quiet"]))
    finding = next(f for f in found if f["place"] == "all" and f["weighed"])
    beside(north, finished, languages=BOTH, offers=[offer_of(finding)])
    return finished, finding


def _address(aimed: Aimed, page: str) -> str:
    run, finding = aimed
    return f"/d/north/runs/{run.pk}/findings/{finding['screen']}/{page}/"


def _said(north: Any, **more: Any) -> dict[str, Any]:
    return {
        "change": CHANGE, "share": "0.5", "begins": "2024-09", "inclusive": "Students were asked.",
        "balancing": ["referrals"], "strategies": [],
        "lead": str(north.members["equity_lead"].user.pk), **more,
    }  # fmt: skip


@pytest.fixture
def goal(north: Any, aimed: Aimed, client_for: Callable[..., Client]) -> Goal:
    """A goal as the equity lead made it."""
    answer = client_for(north, "equity_lead").post(_address(aimed, "goal"), _said(north))
    assert answer.status_code == 302
    with inside(north.organization):
        made: Goal = Goal.objects.within(north.organization).get()
    return made


def test_a_goal_is_made_of_a_finding_with_its_baseline_filled_in(
    north: Any, aimed: Aimed, client_for: Callable[..., Client]
) -> None:
    client = client_for(north, "equity_lead")
    told = client.get(_address(aimed, "goal")).content.decode()
    assert BASELINE in told
    assert "A change this size could be seen by 2026-27." in told
    answer = client.post(_address(aimed, "goal"), _said(north), follow=True)
    page = answer.content.decode()
    assert CHANGE in page
    assert "Cannot tell yet" in page
    assert "Referrals written" in page
    with inside(north.organization):
        made = Goal.objects.within(north.organization).get()
        queued = Run.objects.within(north.organization).get(kind="progress")
    assert made.target["share"] == 0.5
    assert queued.state == Run.State.QUEUED
    front = client.get("/d/north/plan/").content.decode()
    assert CHANGE in front
    finding = client.get(f"/d/north/runs/{aimed[0].pk}/findings/{aimed[1]['screen']}/")
    assert str(made.pk) in finding.content.decode()


@pytest.mark.parametrize(
    "change",
    ["30 fewer Black students are suspended", "A mentor for Hispanic students",
     "Half of the English learners are enrolled in honors"],
)  # fmt: skip
def test_no_goal_chooses_students_by_who_they_are(
    north: Any, aimed: Aimed, client_for: Callable[..., Client], change: str
) -> None:
    client = client_for(north, "equity_lead")
    answer = client.post(_address(aimed, "goal"), _said(north, change=change))
    page = answer.content.decode()
    assert "for every student it applies to" in page or "whoever it applies to" in page
    assert change in page, "what was typed stays"
    with inside(north.organization):
        assert not Goal.objects.within(north.organization).exists()


def test_a_support_may_name_whom_it_is_for_by_need(
    north: Any, aimed: Aimed, client_for: Callable[..., Client]
) -> None:
    said = _said(north, change="Every English learner may take any honors course offered.")
    assert client_for(north, "equity_lead").post(_address(aimed, "goal"), said).status_code == 302


def test_no_goal_for_who_is_found_eligible(
    north: Any, aimed: Aimed, client_for: Callable[..., Client]
) -> None:
    run, finding = aimed
    why = "The duty is to each child."
    beside(north, run, languages=BOTH, offers=[offer_of(finding, targets=[], why_not=why)])
    answer = client_for(north, "equity_lead").get(_address(aimed, "goal"))
    assert answer.status_code == 409
    assert why in answer.content.decode()


def test_one_goal_a_finding(
    north: Any, aimed: Aimed, goal: Goal, client_for: Callable[..., Client]
) -> None:
    again = client_for(north, "superintendent").post(_address(aimed, "goal"), _said(north))
    assert again.status_code == 409


def test_the_newest_verdict_stands_on_the_goal(
    north: Any, aimed: Aimed, goal: Goal, client_for: Callable[..., Client]
) -> None:
    said = "Improving: schools suspended 6.0 % of Black students, after 9.8 % before."
    verdict = {"goal": str(goal.pk), "verdict": "improving", "sentence": said, "whose": "",
               "evidence": ["Ten months were counted."], "caveats": [], "next": "Adopt it?",
               "picture": "", "table": ""}  # fmt: skip
    beside(north, aimed[0], languages=BOTH, verdicts=[verdict])
    for address in ("/d/north/plan/", f"/d/north/plan/goals/{goal.pk}/"):
        assert said in client_for(north, "superintendent").get(address).content.decode()


def test_a_step_is_reported_by_whose_it_is(
    north: Any, goal: Goal, client_for: Callable[..., Client]
) -> None:
    lead, principal = client_for(north, "equity_lead"), client_for(north, "principal")
    said = {"title": "Rewrite the rule", "owner": str(north.members["principal"].user.pk),
            "due": "2099-02-01", "driver": ""}  # fmt: skip
    assert lead.post(f"/d/north/plan/goals/{goal.pk}/steps/", said).status_code == 302
    assert principal.post(f"/d/north/plan/goals/{goal.pk}/steps/", said).status_code == 403
    with inside(north.organization):
        step = Action.objects.within(north.organization).get()
    assert step.due == date(2099, 2, 1)
    done = f"/d/north/plan/steps/{step.pk}/done/"
    assert "Rewrite the rule" in principal.get("/d/north/plan/").content.decode()
    shown = {"evidence": "The board adopted it."}
    assert client_for(north, "reviewer").post(done, shown).status_code == 409
    assert principal.post(done, {"evidence": ""}).status_code == 200
    assert principal.post(done, shown).status_code == 302
    assert lead.post(done, shown).status_code == 409


def test_a_prediction_comes_first_and_stays(
    north: Any, goal: Goal, client_for: Callable[..., Client]
) -> None:
    lead = client_for(north, "equity_lead")
    begin = f"/d/north/plan/goals/{goal.pk}/trials/"
    tries = {"tries": "Two schools hold a way-back talk.", "predicts": "Half as many by May."}
    assert lead.post(begin, {**tries, "predicts": ""}).status_code == 200
    assert lead.post(begin, tries).status_code == 302
    assert lead.post(begin, tries).status_code == 409, "one at a time"
    with inside(north.organization):
        cycle = Cycle.objects.within(north.organization).get()
    end = f"/d/north/plan/trials/{cycle.pk}/"
    said = {"did": "Both did.", "learned": "A third fewer.", "act": "adapt", "predicts": "A third"}
    assert lead.post(end, said).status_code == 302
    assert lead.post(end, {**said, "learned": "Half"}).status_code == 409
    with inside(north.organization):
        cycle = Cycle.objects.within(north.organization).get()
    assert (cycle.predicts, cycle.learned) == ("Half as many by May.", "A third fewer.")


def test_causes_are_weighed_and_what_people_see_is_added(
    north: Any, aimed: Aimed, client_for: Callable[..., Client]
) -> None:
    lead, address = client_for(north, "equity_lead"), _address(aimed, "why")
    cause = aimed[1]["weighed"][0]
    for stance in ("believe", "doubt"):
        assert lead.post(address, {"cause": cause["id"], "stance": stance}).status_code == 302
    own = {"says": "Talks come late.", "kind": "practice", "bone": "staff", "stance": "test",
           "refuted_by": "Talks within a day change nothing.", "why_1": "Nobody has time.",
           "why_2": "Nobody is asked to."}  # fmt: skip
    assert lead.post(address, own).status_code == 302
    assert lead.post(address, {**own, "why_1": ""}).status_code == 409, "a why was left out"
    with inside(north.organization):
        rows = Hypothesis.objects.within(north.organization).order_by("made_at")
        found = [(one.cause, one.stance, one.whys) for one in rows]
    assert found == [
        (cause["id"], "doubt", []), ("", "test", ["Nobody has time.", "Nobody is asked to."])
    ]  # fmt: skip
    page = lead.get(address).content.decode()
    assert "Talks come late." in page


def test_a_principal_reads_no_goal_of_another_school(
    north: Any, aimed: Aimed, goal: Goal, client_for: Callable[..., Client]
) -> None:
    principal = client_for(north, "principal")
    address = f"/d/north/plan/goals/{goal.pk}/"
    assert principal.get(address).status_code == 200
    with inside(north.organization):
        goal.offer = {**goal.offer, "place": "school:99999"}
        goal.save()
    assert principal.get(address).status_code == 404
    assert CHANGE not in principal.get("/d/north/plan/").content.decode()


def test_every_strategy_stands_in_the_library_with_its_source(
    north: Any, client_for: Callable[..., Client]
) -> None:
    from eachchild.instruments.strategies import strategies

    page = client_for(north, "principal").get("/d/north/plan/strategies/").content.decode()
    for one in strategies():
        assert f'id="{one.key}"' in page
        assert one.source.url.replace("&", "&amp;") in page


def test_a_copy_is_told_the_share_of_the_gap_and_never_the_inside_rate(
    north: Any, goal: Goal
) -> None:
    with inside(north.organization):
        (inner,) = goals_document(north.organization, "internal")["goals"]
        (outer,) = goals_document(north.organization, "public")["goals"]
    assert inner["target"] == goal.target["rate"]
    assert outer["share"] == goal.target["share"]
    assert str(goal.target["rate"]) not in json.dumps(outer)
