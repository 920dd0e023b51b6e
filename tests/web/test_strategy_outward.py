"""What everybody reads of the plan, who approves it, and a page a school."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from test_queries import MOST
from told import (
    DID,
    INTERNAL,
    SAID,
    contact_of,
    entry_of,
    goal_of,
    message_to,
    verdict_of,
)  # fmt: skip

from eachchild.web.audits.models import Release
from eachchild.web.foundation.tenancy import inside
from eachchild.web.profile.models import Profile
from eachchild.web.shelf import screens
from eachchild.web.strategy.actions import outward
from eachchild.web.strategy.models import Contact, Entry, Goal


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
    with inside(north.organization):
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


@pytest.mark.parametrize("name", ["replies", "entries", "contacts", "public-plan", "public-school"])
def test_a_page_asks_no_more_the_more_there_is(name: str, north, out, goal, client_for) -> None:
    client = client_for(north, "superintendent")
    address = reverse(name, args=["north", *(["03001"] if name == "public-school" else [])])

    def asked() -> int:
        with CaptureQueriesContext(connection) as told:
            assert client.get(address).status_code == 200
        asked_for = [one["sql"] for one in told.captured_queries]
        return sum("set_config" not in sql for sql in asked_for)  # for whom it is asked, there

    def more(place: str) -> None:
        entry_of(north, goal)
        contact_of(north, place)
        with inside(north.organization):
            outward.mark_read(north.members["equity_lead"], message_to(north))

    more("all")
    client.get(address)
    few = asked()
    for n in range(4):
        more(f"school:0{n}")
    assert asked() == few
    assert few <= MOST


def test_whoever_approves_reads_every_language(north, client_for) -> None:
    lead = north.members["equity_lead"]
    with inside(north.organization):
        outward.write_entry(lead, goal=None, said=SAID, did=SAID)
    page = client_for(north, "reviewer").get(reverse("entries", args=["north"])).content.decode()
    assert SAID["en"] in page
    assert f'lang="es"><strong>{SAID["es"]}' in page


def _status(name: str, *given: Any) -> int:
    return Client().get(reverse(name, args=["north", *given])).status_code
