"""Private messages to a district: sealed, limited, read by those who lead, destroyed in time."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from told import SAID, SECRET, WAY, contact_of, entry_of

from eachchild.web.foundation.actions import open_organization
from eachchild.web.foundation.models import Event
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.keeping.models import Certificate, Hold
from eachchild.web.keeping.nights import nightly
from eachchild.web.strategy.actions import outward
from eachchild.web.strategy.models import Reply
from eachchild.web.strategy.rules.outward import LIMITS, MOST_UNREAD


@pytest.fixture(autouse=True)
def _nobody_was_counted(db: None) -> None:
    cache.clear()


def _send(slug: str = "north", *, client: Client | None = None, query: str = "", **more: Any):
    told = {"about": "other", "school": "", "text": SECRET, "contact": WAY, "website": "", **more}
    return (client or Client()).post(reverse("public-reply", args=[slug]) + query, told)


def _replies(district: Any) -> list[Reply]:
    with inside(district.organization):
        return list(Reply.objects.within(district.organization).order_by("pk"))


def test_a_message_lies_sealed_and_only_those_who_lead_read_it(north, client_for) -> None:
    answer = _send(query="?language=es", school="school:01001")
    assert answer.status_code == 302
    thanks = Client().get(answer["Location"])
    assert SECRET not in thanks.content.decode()
    assert '<html lang="es">' in thanks.content.decode()
    (one,) = _replies(north)
    assert (one.text, one.contact, one.language, one.school) == (SECRET, WAY, "es", "school:01001")
    assert timedelta(days=364) < one.ends_at - timezone.now() < timedelta(days=366)
    with inside(north.organization), connection.cursor() as cursor:
        cursor.execute("SELECT text, contact FROM strategy_reply")
        for lies in cursor.fetchone():
            assert lies.startswith("sealed:")
            assert "Elm" not in lies
    with inside(north.organization):
        lines = Event.objects.filter(organization=north.organization, action="reply.received")
        (line,) = lines
    assert (line.thing, line.actor_id) == (f"reply:{one.pk}", None)
    assert SECRET in client_for(north, "superintendent").get(
        reverse("replies", args=["north"])
    ).content.decode()  # fmt: skip
    for role in ("analyst", "principal", "reviewer", "administrator", "teacher", "auditor"):
        assert client_for(north, role).get(reverse("replies", args=["north"])).status_code == 403


def test_a_message_page_is_never_kept_and_its_form_is_the_page_s_own(north) -> None:
    address = reverse("public-reply", args=["north"])
    answer = Client().get(address)
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer
    assert "911" in answer.content.decode()
    assert "12 months" in answer.content.decode()
    assert Client().get(reverse("public-thanked", args=["north"]))["Cache-Control"] == "no-store"
    strict = Client(enforce_csrf_checks=True)
    assert _send(client=strict).status_code == 403
    strict.get(address)
    token = strict.cookies["csrftoken"].value
    assert _send(client=strict, csrfmiddlewaretoken=token).status_code == 302
    assert len(_replies(north)) == 1


def test_what_a_program_fills_in_is_not_kept(north) -> None:
    assert _send(website="https://example.invalid").status_code == 302
    assert _replies(north) == []


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"text": "x" * 2_001}, {"about": "x"}, {"school": "school:x"},
              {"contact": "x" * 201}],
)  # fmt: skip
def test_a_message_that_cannot_be_kept_says_why(north, wrong: dict[str, str]) -> None:
    answer = _send(**wrong)
    assert answer.status_code == 200
    assert 'class="errorlist' in answer.content.decode()
    assert _replies(north) == []


def test_one_address_writes_ten_an_hour_to_a_district(north, south) -> None:
    assert [_send().status_code for _ in range(11)] == [302] * 10 + [429]
    assert len(_replies(north)) == 10
    assert _send("south").status_code == 302
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert _send(client=elsewhere).status_code == 302


def test_a_district_takes_in_no_more_than_a_cap(north, monkeypatch) -> None:
    monkeypatch.setitem(LIMITS, "district", "2/d/key")
    sent = [_send(client=Client(REMOTE_ADDR=f"192.0.2.{n}")).status_code for n in range(3)]
    assert sent == [302, 302, 429]


def test_a_heap_that_nobody_reads_is_not_filled_further(north, client_for) -> None:
    ends = timezone.now() + timedelta(days=1)
    with inside(north.organization):
        Reply.every.bulk_create(
            Reply(organization=north.organization, about="other", text="x", language="en",
                  ends_at=ends)
            for _ in range(MOST_UNREAD)
        )  # fmt: skip
    assert _send().status_code == 409
    first = _replies(north)[0]
    client_for(north, "equity_lead").post(reverse("read-reply", args=["north", first.pk]))
    assert _send().status_code == 302


def test_messages_are_marked_read_by_whom_and_unread_ones_stand_first(north, client_for) -> None:
    for about in ("finding", "plan"):
        _send(about=about, text=f"About the {about}")
    _first, second = _replies(north)
    lead = client_for(north, "equity_lead")
    assert lead.post(reverse("read-reply", args=["north", second.pk])).status_code == 302
    client_for(north, "superintendent").post(reverse("read-reply", args=["north", second.pk]))
    page = lead.get(reverse("replies", args=["north"])).content.decode()
    assert page.index("About the finding") < page.index("About the plan")
    assert "Read by north equity_lead." in page
    one = lead.get(reverse("replies", args=["north"]) + "?about=plan").content.decode()
    assert "About the finding" not in one
    assert "About the plan" in one


def test_a_message_is_destroyed_at_once_or_when_its_time_is_up(north, client_for, data) -> None:
    for _ in range(3):
        _send()
    one, two, three = _replies(north)
    lead = client_for(north, "equity_lead")
    assert lead.post(reverse("destroy-reply", args=["north", one.pk])).status_code == 302
    assert [r.pk for r in _replies(north)] == [two.pk, three.pk]
    with inside(north.organization):
        two.ends_at = timezone.now() - timedelta(minutes=1)
        two.save()
        held = Hold.objects.within(north.organization).create(reason="A letter")
        assert outward.destroy_replies(north.organization, timezone.now()) == 0
        with pytest.raises(NotAllowedError):
            outward.destroy_reply(north.members["equity_lead"], three)
        held.ended_at = timezone.now()
        held.save()
    assert nightly()
    assert [r.pk for r in _replies(north)] == [three.pk]
    with inside(north.organization):
        told = Certificate.objects.within(north.organization).order_by("at")
        assert [(c.data_class, c.count, c.by_id is None) for c in told] == [
            ("replies", 1, False), ("replies", 1, True),
        ]  # fmt: skip
        assert all(SECRET not in json.dumps(c.things) for c in told)
        lines = Event.objects.filter(organization=north.organization, action="data.destroyed")
        assert lines.count() == 2


def test_no_district_sees_or_changes_what_is_another_s(north, south, client_for) -> None:
    _send("south", text="Of the south alone")
    other = entry_of(south)
    contact_of(south)
    (theirs,) = _replies(south)
    lead = client_for(north, "equity_lead")
    for name in ("replies", "contacts", "entries"):
        page = lead.get(reverse(name, args=["north"])).content.decode()
        assert "south" not in page.lower()
    assert lead.get(reverse("replies", args=["south"])).status_code == 404
    for name in ("read-reply", "destroy-reply"):
        assert lead.post(reverse(name, args=["north", theirs.pk])).status_code == 404
    for name in ("approve-entry", "take-off-entry"):
        assert lead.post(reverse(name, args=["north", other.pk])).status_code == 404
    assert SAID["en"] not in _told("public-plan", 200)
    assert "Family office" not in _told("public-school", 200, "01001")
    assert len(_replies(south)) == 1
    assert _replies(south)[0].read_by_id is None


def test_nobody_writes_to_what_is_no_district(north) -> None:
    open_organization("Closed", "closed")
    assert _send("north-school").status_code == 404
    north.organization.closed_at = timezone.now()
    north.organization.save()
    assert _send().status_code == 404
    _told("public-plan", 404)


def _told(name: str, status: int, *given: str) -> str:
    answer = Client().get(reverse(name, args=["north", *given]))
    assert answer.status_code == status
    return answer.content.decode()
