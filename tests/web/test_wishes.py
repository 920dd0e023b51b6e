"""Not in this audit: whoever reads it asks, an analyst sees who asks for what and takes it up."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from eachchild.web.audits import plans
from eachchild.web.audits.models import Run, Wish
from eachchild.web.foundation.tenancy import inside


def at(name: str, *given: Any, slug: str = "north") -> str:
    return reverse(name, args=[slug, *given])


def test_a_reader_asks_an_analyst_takes_it_up_in_one_click_and_the_reader_sees_it(
    north: Any, south: Any, short: Run, client_for: Callable[..., Client]
) -> None:
    reader, analyst = client_for(north, "principal"), client_for(north, "analyst")
    page = reader.get(at("explore", short.pk) + "?outcome=oss_any&by=el&period=1999-00")
    assert at("ask", short.pk) in page.content.decode()
    asked = {"outcome": "oss_again", "factors": ["race"]}
    assert reader.post(at("ask", short.pk), asked).status_code == 302
    reader.post(at("ask", short.pk), asked)  # a second time is the same wish
    (wish,) = Wish.objects.within(north.organization)
    assert not Run.objects.within(north.organization).exclude(pk=short.pk)  # nothing runs by itself
    assert "Waits for an analyst" in reader.get(at("audits")).content.decode()
    for address in (at("audits"), at("audit", short.audit_id)):
        shown = analyst.get(address).content.decode()
        assert "north principal" in shown
        assert "Take it into the plan" in shown
    assert "Take it into the plan" not in reader.get(at("audits")).content.decode()
    assert reader.post(at("answer-wish", wish.pk), {"takes": "yes"}).status_code == 403
    other = client_for(south, "analyst")
    assert other.post(at("answer-wish", wish.pk, slug="south")).status_code == 404
    answer = analyst.post(at("answer-wish", wish.pk), {"takes": "yes"})
    made = Run.objects.within(north.organization).exclude(pk=short.pk).get()
    assert answer["Location"].endswith(at("run", made.pk))
    plan = plans.read(made.plan)
    assert "oss_again" in [o["name"] for o in plan["outcome"]]
    before = short.audit.plan
    short.audit.refresh_from_db()
    assert (made.state, short.audit.plan) == ("queued", before)  # the audit's own plan stays
    wish.refresh_from_db()
    assert (wish.state, wish.answered_by_id) == ("taken", north.members["analyst"].user_id)
    assert analyst.post(at("answer-wish", wish.pk), {"takes": "no"}).status_code == 409
    assert "Taken into a run of its own" in reader.get(at("audits")).content.decode()


def test_what_is_left_is_said_and_an_analyst_who_asks_has_it_run_at_once(
    north: Any, short: Run, client_for: Callable[..., Client]
) -> None:
    reader, analyst = client_for(north, "superintendent"), client_for(north, "equity_lead")
    reader.post(at("ask", short.pk), {"outcome": "oss_any", "factors": ["race"]})
    (wish,) = Wish.objects.within(north.organization)
    assert analyst.post(at("answer-wish", wish.pk), {"takes": "no"}).status_code == 302
    assert "Not taken up" in reader.get(at("audits")).content.decode()
    assert analyst.post(
        at("ask", short.pk), {"outcome": "oss_again", "factors": ["race"]}
    ).status_code == 302  # fmt: skip
    assert Wish.objects.within(north.organization).count() == 1
    assert Run.objects.within(north.organization).filter(state="queued").count() == 1


def test_who_does_not_read_an_audit_asks_for_nothing_of_it(
    north: Any, short: Run, client_for: Callable[..., Client]
) -> None:
    assert client_for(north, "teacher").get(at("ask", short.pk)).status_code == 404
    assert client_for(north, "administrator").get(at("ask", short.pk)).status_code == 403
    with inside(north.organization):
        assert not Wish.objects.within(north.organization)
