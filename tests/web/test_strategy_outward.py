"""Outward: what everybody reads of the plan, a page a school, and private messages back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from told import DID, INTERNAL, SAID, SECRET, WAY, contact_of, entry_of, goal_of, verdict_of

from eachchild.web.audits.models import Release
from eachchild.web.foundation.actions import open_organization
from eachchild.web.foundation.models import Event
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.keeping.models import Certificate, Hold
from eachchild.web.keeping.nights import nightly
from eachchild.web.profile.models import Profile
from eachchild.web.shelf import screens
from eachchild.web.strategy.actions import outward
from eachchild.web.strategy.models import Contact, Entry, Goal, Reply
from eachchild.web.strategy.rules.outward import LIMITS, MOST_UNREAD


@pytest.fixture(autouse=True)
def _nobody_was_counted(db: None) -> None:
    cache.clear()


@pytest.fixture
def goal(north, out: Release) -> Goal:
    """A goal made of an internal finding that the released copy tells too."""
    return goal_of(north, out.run, north.shelf.bundle(str(out.run_id), "public"))


@pytest.fixture
def entry(north, goal: Goal) -> Entry:
    """What was said and done about it, public."""
    return entry_of(north, goal)


def _page(name: str, *given: Any, query: str = "") -> str:
    answer = Client().get(reverse(name, args=["north", *given]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def _send(slug: str = "north", *, client: Client | None = None, query: str = "", **more: Any):
    told = {"about": "other", "school": "", "text": SECRET, "contact": WAY, "website": "", **more}
    return (client or Client()).post(reverse("public-reply", args=[slug]) + query, told)


def _replies(district: Any) -> list[Reply]:
    with inside(district.organization):
        return list(Reply.objects.within(district.organization).order_by("pk"))


# You said, we saw, we did, did it work.


def test_the_loop_is_told_of_released_numbers_alone(north, out, goal, entry) -> None:
    page = _page("public-plan")
    pages = screens(north.shelf.bundle(str(out.run_id), "public"))
    outcome = pages["outcomes"][0]
    seen = (*outcome["findings"], *outcome["quiet"])[0]
    assert SAID["en"] in page
    assert DID["en"] in page
    assert seen["sentence"] in page
    assert reverse("public-finding", args=["north", out.pk, seen["screen"]]) in page
    assert "We cannot tell yet." in page
    for text in (INTERNAL, "4711", goal.lead.name, "north superintendent"):
        assert text not in page


def test_no_internal_verdict_is_ever_public(north, out, goal, entry) -> None:
    verdict_of(north, out.run, goal, "internal", INTERNAL)
    assert "We cannot tell yet." in (page := _page("public-plan"))
    assert INTERNAL not in page
    verdict_of(north, out.run, goal, "public", INTERNAL, of="internal")  # a file in a wrong place
    assert INTERNAL not in _page("public-plan")
    verdict_of(north, out.run, goal, "public", "What was released shows that it fell")
    page = _page("public-plan")
    assert "What was released shows that it fell" in page
    assert "We cannot tell yet." not in page
    with inside(north.organization):
        Release.objects.within(north.organization).update(state=Release.State.GONE)
    page = _page("public-plan")
    assert "it fell" not in page
    assert "This is not in what has been released." in page


def test_what_is_not_in_a_released_copy_is_left_out(north, out, goal, entry) -> None:
    with inside(north.organization):
        goal.offer = {**goal.offer, "place": "school:01001"}
        goal.save()
    assert "This is not in what has been released." in _page("public-plan")
    pages = screens(north.shelf.bundle(str(out.run_id), "public"))
    with inside(north.organization):
        last = pages["outcomes"][0]["quiet"][-1]
        goal.finding = last["finding"]
        goal.save()
    assert last["sentence"] in _page("public-plan")


def test_the_loop_changes_its_tag_with_what_it_tells(north, out, goal, entry) -> None:
    address = reverse("public-plan", args=["north"])
    tag = Client().get(address)["ETag"]
    assert Client().get(address, headers={"If-None-Match": tag}).status_code == 304
    verdict_of(north, out.run, goal, "public", "It fell")
    second = Client().get(address, headers={"If-None-Match": tag})
    assert second.status_code == 200
    assert second["Cache-Control"] == "public, max-age=60"
    with inside(north.organization):
        outward.take_off(north.members["reviewer"], entry)
    third = Client().get(address, headers={"If-None-Match": second["ETag"]})
    assert SAID["en"] not in third.content.decode()
    assert "Cookie" not in third.get("Vary", "")


def test_the_loop_is_told_in_the_readers_language_or_says_which(north, out, entry) -> None:
    page = _page("public-plan", query="?language=es")
    assert SAID["es"] in page
    assert SAID["en"] not in page
    assert f'<div lang="en"><p>{DID["en"]}' in page
    assert "Ustedes dijeron" in page


# Two people.


def test_an_entry_waits_for_a_second_person(north, client_for) -> None:
    lead, reviewer = client_for(north, "equity_lead"), client_for(north, "reviewer")
    form = {"goal": "", "said_en": SAID["en"], "did_en": DID["en"], "said_es": "", "did_es": ""}
    address = reverse("new-entry", args=["north"])
    assert "errorlist" in lead.post(address, form).content.decode()  # not confirmed
    assert "errorlist" in lead.post(address, {**form, "did_en": "", "sure": "on"}).content.decode()
    assert lead.post(address, {**form, "sure": "on"}).status_code == 302
    with inside(north.organization):
        (one,) = Entry.objects.within(north.organization)
    assert SAID["en"] not in _page("public-plan")
    approve = reverse("approve-entry", args=["north", one.pk])
    assert lead.post(approve).status_code == 409
    assert client_for(north, "analyst").post(approve).status_code == 409
    assert SAID["en"] not in _page("public-plan")
    assert approve not in lead.get(reverse("entries", args=["north"])).content.decode()
    assert approve in reviewer.get(reverse("entries", args=["north"])).content.decode()
    assert approve in (
        client_for(north, "superintendent").get(reverse("replies", args=["north"])).content.decode()
    )
    waiting = client_for(north, "principal").get(reverse("entries", args=["north"]))
    assert SAID["en"] not in waiting.content.decode()
    assert reviewer.post(approve).status_code == 302
    assert SAID["en"] in _page("public-plan")
    assert reviewer.post(approve).status_code == 409
    off = reverse("take-off-entry", args=["north", one.pk])
    assert client_for(north, "principal").post(off).status_code == 409
    assert lead.post(off).status_code == 302
    assert SAID["en"] not in _page("public-plan")
    assert lead.post(off).status_code == 409


# Schools.


def test_schools_stand_by_name_and_have_a_page_each(north, out) -> None:
    page = _page("public-schools")
    names = [*screens(north.shelf.bundle(str(out.run_id), "public"))["labels"]["places"].values()]
    schools = sorted(name for name in names[1:] if "Alder" not in name)
    assert schools
    places = [page.index(f"<strong>{name}") for name in schools]
    assert places == sorted(places)
    assert _status("public-school", "99999") == 404


def test_a_school_shows_its_own_released_numbers(north, out) -> None:
    page = _page("public-school", "03001")
    assert "Black students" in page
    assert "20 %" in page.replace("\u00a0", " ")  # 16 of 81 Black students
    assert "13 % to 30 %" in page.replace("\u00a0", " ")
    assert "Hidden, to protect students:" in page
    assert "Alder" not in page
    Release.objects.within(north.organization).update(state=Release.State.GONE)
    page = _page("public-school", "01001")  # known without a bundle
    assert "No number of this school alone was released" in page
    assert "Small numbers are hidden" in page


def test_a_hidden_number_s_bounds_are_not_shown(north, out) -> None:
    """Of what is suppressed a copy's measures hold bounds; a page says that it is hidden."""
    page = _page("public-school", "01001")
    assert page.count('<th scope="row"') == 1  # one group was reported there
    assert "Hispanic students" in page


def test_whom_to_call_is_the_school_s_own_or_the_district_s(north, client_for) -> None:
    lead = client_for(north, "equity_lead")
    soon = timezone.now() + timedelta(days=3)
    assert "This is not listed yet" in (before := _page("public-school", "01001"))
    assert "34 CFR 99.20" in before
    address = reverse("contact", args=["north", "all"])
    lead.post(address, {"whom": "Family office, 555-0101", "meeting": f"{soon:%Y-%m-%dT%H:%M}",
                        "where": "Library", "correct": ""})  # fmt: skip
    page = _page("public-school", "01001")
    assert "Family office, 555-0101" in page
    assert "Library" in page
    old = Client().get(reverse("public-school", args=["north", "01001"]))
    own = reverse("contact", args=["north", "school:01001"])
    lead.post(own, {"whom": "Front desk, 555-0102", "meeting": "2020-01-01T18:00", "where": "Gym",
                    "correct": "Write to the front desk."})  # fmt: skip
    again = Client().get(reverse("public-school", args=["north", "01001"]),
                         headers={"If-None-Match": old["ETag"]})  # fmt: skip
    page = again.content.decode()
    assert "Front desk, 555-0102" in page
    assert "Write to the front desk." in page
    assert "Gym" not in page  # that meeting is over; the district's is next
    assert "Library" in page
    assert "equity_lead" not in page
    with inside(north.organization):
        assert Contact.objects.within(north.organization).count() == 2
    assert lead.get(reverse("contact", args=["north", "school:x"])).status_code == 404
    assert "Front desk" in lead.get(reverse("contacts", args=["north"])).content.decode()


def test_a_school_is_told_in_the_district_s_languages(north, out) -> None:
    page = _page("public-school", "03001", query="?language=es")
    assert '<html lang="es">' in page
    assert "34 CFR 99.20 a 99.22" in page
    assert "Black students" not in page
    with inside(north.organization):
        profile = Profile.of(north.organization)
        profile.document = {**profile.document, "languages": ["en"]}
        profile.changed_at = timezone.now()
        profile.save()
    assert "?language=es" not in _page("public-school", "03001")


# Messages.


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
    assert SAID["en"] not in _page("public-plan")
    assert "Family office" not in _page("public-school", "01001")
    assert len(_replies(south)) == 1
    assert _replies(south)[0].read_by_id is None


def test_nobody_writes_to_what_is_no_district(north) -> None:
    open_organization("Closed", "closed")
    assert _send("north-school").status_code == 404
    north.organization.closed_at = timezone.now()
    north.organization.save()
    assert _send().status_code == 404
    assert _status("public-plan") == 404


def _status(name: str, *given: Any) -> int:
    return Client().get(reverse(name, args=["north", *given])).status_code
