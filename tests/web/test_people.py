"""Who is let in, as what, on which ground, and how they are shown the door."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cast import BACKEND, GROUND, NEW, PASSWORD, link, sign_in, with_password
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from eachchild.tables import PROTECTED, TABLES
from eachchild.web.accounts.actions import (
    add_member,
    disable,
    end_membership,
    join,
    open_invitation,
)
from eachchild.web.accounts.models import Disclosure, Invitation, Membership, User
from eachchild.web.accounts.rules import Grant, check_grant
from eachchild.web.audits.rules import audience_read
from eachchild.web.foundation.actions import broken_lines, open_organization
from eachchild.web.foundation.matrix import protected, roles
from eachchild.web.foundation.models import Event
from eachchild.web.foundation.rules import NotAllowedError

District = Any


def test_somebody_new_joins_and_next_sets_up_a_second_factor(north: District) -> None:
    address, client = link(north), Client()
    assert NEW not in client.get(address).content.decode()  # the link alone tells no address
    answer = client.post(address, {"name": "A new person", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/")
    person = User.objects.get(email=NEW)
    assert person.check_password(PASSWORD)
    assert Membership.current(person, "north").role == "coach"
    assert client.get("/d/north/")["Location"] == "/account/2fa/"  # nothing before the factor
    assert client.get("/account/people/north/")["Location"] == "/account/2fa/"
    assert client.get("/account/2fa/totp/activate/").status_code == 200  # no password asked again
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    assert client.get("/d/north/").status_code == 200


def test_a_link_works_once_and_until_its_day(north: District) -> None:
    used, late = link(north), link(north, "late@elsewhere.invalid")
    Client().post(used, {"name": "A", "password": PASSWORD})
    Invitation.objects.filter(email="late@elsewhere.invalid").update(expires_at=timezone.now())
    for address in (used, late, "/account/join/made-up/"):
        assert Client().get(address).status_code == 404
        assert Client().post(address, {"name": "B", "password": PASSWORD}).status_code == 404
    assert User.objects.filter(email=NEW).count() == 1
    assert not User.objects.filter(email="late@elsewhere.invalid").exists()


def test_two_who_take_one_link_at_once_are_one(north: District) -> None:
    secret = link(north).split("/")[-2]
    first, second = open_invitation(secret), open_invitation(secret)
    person = User.objects.create_user(NEW)
    join(first, person)
    end_membership(Membership.objects.get(user=person), by=north.members["administrator"].user)
    with pytest.raises(Invitation.DoesNotExist):
        join(second, person)


def test_a_link_can_be_taken_back(north: District, client_for: Callable[..., Client]) -> None:
    address = link(north)
    waiting = Invitation.objects.get(email=NEW)
    answer = client_for(north, "administrator").post(f"/account/people/north/invited/{waiting.pk}/")
    assert answer.status_code == 302
    assert Client().get(address).status_code == 404


def test_s10_who_has_an_account_signs_in_with_both_factors_before_joining(
    north: District, south: District
) -> None:
    person = with_password(south.members["coach"].user)
    address, client = link(north, person.email, "analyst"), Client()
    assert client.get(address)["Location"] == "/account/login/"
    posted = client.post(address, {"name": "x", "password": PASSWORD})  # the password is not enough
    assert posted["Location"] == "/account/login/"
    assert sign_in(client, person.email)["Location"] == "/account/2fa/authenticate/"
    assert client.post(address)["Location"] == "/account/login/"
    assert Membership.current(person, "north") is None
    client.force_login(person, backend=BACKEND)
    assert client.get(address).status_code == 200  # asks; opening it joins nobody
    assert Membership.current(person, "north") is None
    assert client.post(address)["Location"] == "/d/north/"
    assert Membership.current(person, "north").role == "analyst"


def test_home_leads_back_to_the_invitation_after_signing_in(
    north: District, south: District, client_for: Callable[..., Client]
) -> None:
    person, client = south.members["coach"].user, Client()
    address = link(north, person.email)
    client.get(address)
    client.force_login(person, backend=BACKEND)
    assert client.get("/")["Location"] == address
    assert client.get("/")["Location"] == "/d/south/"


def test_an_invitation_is_for_its_person_alone(
    north: District, south: District, client_for: Callable[..., Client]
) -> None:
    address = link(north, south.members["coach"].user.email)
    other = client_for(south, "teacher")
    assert "for somebody else" in other.get(address).content.decode()
    assert other.post(address).status_code == 409
    assert Membership.current(south.members["teacher"].user, "north") is None


@pytest.mark.parametrize("password", ["short", "12345678901", "password1234", "qwertyuiop123"])
def test_s11_passwords_that_are_refused(north: District, password: str) -> None:
    address = link(north)
    answer = Client().post(address, {"name": "x", "password": password})
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.parametrize("password", ["all small letters here", "pfützenweg und mehr", "xq" * 64])
def test_s11_long_passwords_of_any_kind_are_taken(north: District, password: str) -> None:
    answer = Client().post(link(north), {"name": "x", "password": password})
    assert answer.status_code == 302
    assert sign_in(Client(), NEW, password)["Location"] == "/"


def test_s11_the_common_passwords_are_djangos_and_no_rule_asks_for_kinds_of_letters() -> None:
    from django.conf import settings

    names = {v["NAME"].rsplit(".")[-1] for v in settings.AUTH_PASSWORD_VALIDATORS}
    assert names == {
        "MinimumLengthValidator", "CommonPasswordValidator", "UserAttributeSimilarityValidator",
    }  # fmt: skip


def test_an_administrator_gives_nothing_to_themself(
    north: District, client_for: Callable[..., Client]
) -> None:
    own = north.members["administrator"]
    with pytest.raises(NotAllowedError, match="to yourself"):
        link(north, own.user.email.upper(), "superintendent")
    # even where another person's invitation of their own address is theirs by making
    secret = link(north, NEW, "superintendent").split("/")[-2]
    invitation = open_invitation(secret)
    invitation.email = own.user.email
    with pytest.raises(NotAllowedError, match="for somebody else"):
        join(invitation, own.user)
    client = client_for(north, "administrator")
    form = {"email": own.user.email, "role": "superintendent", "basis": "staff"}
    assert "to yourself" in client.post("/account/people/north/", form).content.decode()
    own.refresh_from_db()
    assert own.role == "administrator"


def test_the_role_of_a_member_is_not_raised_by_a_second_invitation(north: District) -> None:
    with pytest.raises(NotAllowedError, match="belongs here already"):
        link(north, north.members["teacher"].user.email, "superintendent")


def test_a_school_of_another_district_is_refused(
    north: District, south: District, client_for: Callable[..., Client]
) -> None:
    theirs = south.organization.children.get()
    with pytest.raises(NotAllowedError, match="not one of yours"):
        link(north, role="principal", school=theirs)
    form = {"email": NEW, "role": "principal", "basis": "staff", "school": str(theirs.pk)}
    answer = client_for(north, "administrator").post("/account/people/north/", form)
    assert answer.status_code == 200
    assert not Invitation.objects.exists()


def test_the_last_administrator_stays(north: District, client_for: Callable[..., Client]) -> None:
    own = north.members["administrator"]
    client = client_for(north, "administrator")
    address = f"/account/people/north/{own.pk}/end/"
    assert client.post(address).status_code == 409
    second = User.objects.create_user("second@north.invalid")
    add_member(north.organization, second, "administrator")
    disable(second)  # an account that cannot sign in is no second administrator
    assert client.post(address).status_code == 409
    second.is_active = True
    second.save()
    assert client.post(address).status_code == 302
    assert client.get("/account/people/north/").status_code == 404


def test_who_is_shown_the_door_is_out_at_the_next_request(
    north: District, client_for: Callable[..., Client]
) -> None:
    partner = client_for(north, "partner")
    assert partner.get("/d/north/").status_code == 200
    admin = client_for(north, "administrator")
    address = f"/account/people/north/{north.members['partner'].pk}/end/"
    assert admin.post(address).status_code == 302
    assert partner.get("/d/north/").status_code == 404
    assert admin.post(address).status_code == 409  # it is over already
    line = Disclosure.objects.within(north.organization).get()
    assert line.until <= timezone.now()


def test_a_membership_past_its_end_does_not_exist(
    north: District, client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    partner, member = client_for(north, "partner"), north.members["partner"]
    Membership.objects.filter(pk=member.pk).update(ends_at=timezone.now() + timedelta(minutes=5))
    assert partner.get("/d/north/").status_code == 200
    later = timezone.now() + timedelta(minutes=6)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert partner.get("/d/north/").status_code == 404


@pytest.mark.parametrize("missing", ["basis", "purpose", "agreement", "ends_at"])
def test_s26_no_partner_without_ground_purpose_agreement_and_end(
    north: District, missing: str
) -> None:
    left = {key: value for key, value in GROUND.items() if key != missing}
    with pytest.raises(NotAllowedError, match="ground in FERPA"):
        link(north, role="partner", **left)
    person = User.objects.create_user(NEW)
    with pytest.raises(NotAllowedError, match="ground in FERPA"):
        add_member(north.organization, person, "partner", **left)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor by another way
        Membership.objects.create(
            organization=north.organization, user=person, role="partner", **left
        )


def test_s26_the_register_names_parties_and_what_they_read(
    north: District, south: District, client_for: Callable[..., Client]
) -> None:
    client_for(north, "partner").get("/d/north/")
    for role in ("auditor", "superintendent", "administrator"):
        said = client_for(north, role).get("/account/people/north/register/").content.decode()
        for word in ("north partner", "34 CFR 99.35", "Evaluation of attendance", "Agreement 7",
                     "2099-01-01", "audits.read", "no protected column"):  # fmt: skip
            assert word in said, (role, word)
        assert "south partner" not in said
        assert "north analyst" not in said  # staff are no parties
    assert (
        client_for(north, "equity_lead").get("/account/people/north/register/").status_code == 403
    )


def test_s26_a_line_of_the_register_outlives_a_new_grant(north: District) -> None:
    member = north.members["partner"]
    end_membership(member, by=north.members["administrator"].user)
    again = {**GROUND, "purpose": "A second study", "basis": "study"}
    join(open_invitation(link(north, member.user.email, "partner", **again).split("/")[-2]),
         member.user)  # fmt: skip
    lines = Disclosure.objects.within(north.organization).filter(user=member.user)
    assert {line.purpose for line in lines} == {"Evaluation of attendance", "A second study"}


def test_a_contractor_in_a_staff_role_is_in_the_register_too(north: District) -> None:
    person = User.objects.create_user(NEW)
    contract = {**GROUND, "basis": "contractor"}
    add_member(north.organization, person, "analyst", **contract)
    assert Disclosure.objects.within(north.organization).filter(user=person).exists()
    with pytest.raises(NotAllowedError):
        add_member(north.organization, person, "analyst", basis="contractor")


def test_a_partner_reads_the_boards_copy_or_one_further_out(north: District) -> None:
    member, there = north.members["partner"], ["internal", "staff", "board", "public"]
    assert audience_read(member.reads, there) == "board"
    member.audience = "public"
    assert audience_read(member.reads, there) == "public"
    member.audience = "internal"  # however it came to stand there
    assert audience_read(member.reads, there) == "board"
    with pytest.raises(NotAllowedError, match="further out"):
        link(north, role="partner", audience="staff", **GROUND)


def test_s4_meal_eligibility_is_a_grant_of_its_own_and_never_a_partners(north: District) -> None:
    with pytest.raises(NotAllowedError, match="42 USC 1758"):
        link(north, role="partner", fields=["meals"], **GROUND)
    with pytest.raises(NotAllowedError, match="42 USC 1758"):
        add_member(
            north.organization, User.objects.create_user(NEW), "partner", fields=["meals"], **GROUND
        )
    partner, analyst = north.members["partner"], north.members["analyst"]
    partner.fields = ["meals", "disability"]  # however it came to stand there
    assert partner.sees_column("idea")
    assert not partner.sees_column("frl")
    analyst.fields = ["disability", "english_learner", "discipline_notes"]
    assert not analyst.sees_column("frl")
    analyst.fields = ["meals"]
    assert analyst.sees_column("frl")


def test_every_protected_column_can_be_granted_and_no_grant_is_of_nothing(north: District) -> None:
    assert set(protected()) == set().union(*PROTECTED.values())
    assert {c for group in protected().values() for c in group.columns} == set(PROTECTED)
    analyst = north.members["analyst"]
    analyst.fields = ["discipline_notes", "housing"]
    assert analyst.sees_column("narrative")
    assert analyst.sees_column("homeless")
    assert not analyst.sees_column("factor")  # a row of programs may be of any
    analyst.fields = [*protected()]
    assert all(analyst.sees_column(column) for column in PROTECTED)


@pytest.mark.parametrize("role", list(roles()))
def test_s4_no_role_sees_protected_columns_by_itself(north: District, role: str) -> None:
    member = north.members[role]
    columns = set().union(*(group.columns for group in protected().values()))
    assert not any(member.sees_column(column) for column in columns)
    assert member.sees_column("grade")
    declared = {column.name for table in TABLES.values() for column in table.columns}
    assert columns <= declared


def test_s4_a_group_that_does_not_exist_is_refused(north: District) -> None:
    with pytest.raises(NotAllowedError, match="no such group"):
        check_grant(north.organization, Grant("analyst", fields=["everything"]))


def test_a_state_sees_nothing_of_its_districts_unless_invited(
    north: District, client_for: Callable[..., Client]
) -> None:
    state = open_organization("The state", "state", kind="state")
    north.organization.parent = state
    north.organization.save()
    person = User.objects.create_user("office@state.invalid", "State office")
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    add_member(state, person, "superintendent")
    client = Client()
    client.force_login(person, backend=BACKEND)
    assert client.get("/d/state/").status_code == 200
    assert client.get("/d/north/").status_code == 404
    assert "The state" in client_for(north, "administrator").get(
        "/account/people/north/"
    ).content.decode()  # fmt: skip
    client.post(link(north, person.email, "partner", **GROUND))
    assert client.get("/d/north/").status_code == 200


S5 = {  # who must not be able to do what, whatever else changes in the matrix
    "administrator": {"read", "rows", "export", "run", "approve"},
    "auditor": {"read", "rows", "export", "run", "approve", "people"},
    "partner": {"rows", "export", "upload", "run", "propose", "approve", "people", "trail"},
    "principal": {"rows", "upload", "run", "approve", "people"},
    "teacher": {"rows", "export", "upload", "run", "approve", "people"},
    "coach": {"rows", "export", "upload", "run", "approve", "people"},
    "reviewer": {"rows", "run", "propose", "people"},
    "analyst": {"approve", "people"},
    "equity_lead": {"approve", "people", "rows"},
    "superintendent": {"people", "rows"},
}


@pytest.mark.parametrize("role", list(roles()))
def test_s5_no_role_has_a_right_that_must_not_be_its(role: str) -> None:
    assert not roles()[role].rights & S5[role]


def test_the_first_administrator_comes_by_a_command(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("open_district", "New district", "new", NEW, site="https://equity.example")
    said = capsys.readouterr().out.strip()
    assert said.startswith("https://equity.example/account/join/")
    Client().post(said.removeprefix("https://equity.example"), {"name": "x", "password": PASSWORD})
    assert Membership.current(User.objects.get(email=NEW), "new").role == "administrator"
    with pytest.raises(CommandError, match="already"):
        call_command("open_district", "New district", "new", NEW)
    with pytest.raises(CommandError, match="no state"):
        call_command("open_district", "Other", "other", NEW, state="nowhere")


def test_s25_the_trail_of_people_holds_no_address_name_or_token(north: District) -> None:
    address = link(north)
    Client().post(address, {"name": "Somebody new", "password": PASSWORD})
    person = User.objects.get(email=NEW)
    end_membership(Membership.objects.get(user=person), by=north.members["administrator"].user)
    events = Event.objects.filter(organization=north.organization)
    assert {"person.invited", "person.joined", "person.ended", "sign-in"} <= {
        event.action for event in events
    }
    told = " ".join(f"{e.action} {e.thing} {e.purpose} {e.result}" for e in events)
    for secret in (NEW, "Somebody new", PASSWORD, address.split("/")[-2], "@"):
        assert secret not in told
    assert not list(broken_lines(north.organization))


def test_a_closed_account_is_closed_by_a_command(north: District) -> None:
    call_command("close_account", "COACH@north.invalid")
    assert not User.objects.get(email="coach@north.invalid").is_active
    with pytest.raises(CommandError):
        call_command("close_account", "nobody@north.invalid")
    assert not mail.outbox
