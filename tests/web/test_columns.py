"""Protected columns of somebody who is here already: given and taken by a form."""

from typing import Any

import pytest
from django.urls import reverse

from eachchild.web.accounts.actions import end_membership, grant_columns
from eachchild.web.accounts.models import Disclosure, Membership
from eachchild.web.foundation.matrix import protected
from eachchild.web.foundation.models import Event
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside

District = Any


def _address(member: Membership) -> str:
    return reverse("columns", args=[member.organization.slug, member.pk])


def _again(member: Membership) -> Membership:
    with inside(member.organization):
        return Membership.objects.get(pk=member.pk)


def _lines(north: District) -> list[str]:
    with inside(north.organization):
        mine = Event.objects.filter(organization=north.organization, action="person.columns")
        return list(mine.order_by("number").values_list("thing", flat=True))


def test_s4_columns_are_given_and_taken_by_a_form_and_each_is_a_line(north, client_for) -> None:
    client, analyst = client_for(north, "administrator"), north.members["analyst"]
    page = client.get(_address(analyst)).content.decode()
    assert all(f'value="{name}"' in page for name in protected())
    assert "checked" not in page
    assert not _again(analyst).sees_column("frl")
    answer = client.post(_address(analyst), {"columns": ["meals", "disability"]})
    assert answer["Location"] == "/account/people/north/"
    assert _again(analyst).sees_column("frl")
    assert _again(analyst).sees_column("idea")
    assert client.get(_address(analyst)).content.decode().count("checked") == 2
    assert "Meal eligibility" in client.get("/account/people/north/").content.decode()
    client.post(_address(analyst), {"columns": ["meals"]})
    client.post(_address(analyst), {"columns": ["meals"]})  # nothing changes, nothing is said
    client.post(_address(analyst), {})
    assert not any(_again(analyst).sees_column(column) for column in ("frl", "idea"))
    who = f"membership:{analyst.pk}"
    assert _lines(north) == [f"{who},+disability,+meals", f"{who},-disability", f"{who},-meals"]


def test_s4_no_partner_is_given_meal_eligibility_after_the_invitation_either(
    north, client_for
) -> None:
    client, partner = client_for(north, "administrator"), north.members["partner"]
    assert 'value="meals"' not in client.get(_address(partner)).content.decode()
    answer = client.post(_address(partner), {"columns": ["meals", "housing"]})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert _again(partner).fields == []
    admin = north.members["administrator"].user
    with pytest.raises(NotAllowedError, match="42 USC 1758"):
        grant_columns(_again(partner), ["meals"], by=admin)
    with pytest.raises(NotAllowedError, match="no such group"):
        grant_columns(_again(partner), ["everything"], by=admin)
    assert _lines(north) == []


def test_s4_a_grant_to_somebody_from_outside_is_a_line_of_the_register(north, client_for) -> None:
    client, partner = client_for(north, "administrator"), north.members["partner"]
    client.post(_address(partner), {"columns": ["housing"]})
    with inside(north.organization):
        before, after = Disclosure.objects.within(north.organization).order_by("since")
    assert (before.fields, before.until) == ([], after.since)
    assert (after.fields, after.until) == (["housing"], partner.ends_at)
    assert after.purpose == partner.purpose
    with inside(north.organization):
        end_membership(_again(partner), by=north.members["administrator"].user)
    assert client.post(_address(partner), {"columns": []}).status_code == 409


def test_s4_nobody_grants_columns_to_themself_and_no_other_role_grants(north, client_for) -> None:
    own = north.members["administrator"]
    answer = client_for(north, "administrator").post(_address(own), {"columns": ["housing"]})
    assert answer.status_code == 409
    for role in set(north.members) - {"administrator"}:
        asked = client_for(north, role).post(_address(own), {"columns": ["housing"]})
        assert asked.status_code == 403
    assert _again(own).fields == []


def test_s4_the_trail_holds_every_group_at_once(north) -> None:
    analyst, admin = north.members["analyst"], north.members["administrator"].user
    with inside(north.organization):
        grant_columns(_again(analyst), protected(), by=admin)
    longest = Event._meta.get_field("thing").max_length
    assert all(len(line) <= longest for line in _lines(north))
    assert len(_lines(north)[0].split(",")) == 1 + len(protected())
