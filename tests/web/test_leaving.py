"""A district that leaves: all of it is destroyed in its time, and read in elsewhere as it was."""

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cast import PASSWORD, SECRET_NOTE, sign_in, with_password
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import AutoField
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from fences import destroy_everything
from told import contact_of, entry_of, message_to

from eachchild.web.accounts.actions import add_member
from eachchild.web.accounts.models import Membership, User
from eachchild.web.api.actions import make_token
from eachchild.web.api.models import Token
from eachchild.web.audits.actions import wish_for
from eachchild.web.audits.models import Audit, Run, Vote
from eachchild.web.foundation.actions import broken_lines, record
from eachchild.web.foundation.fence import owned_tables
from eachchild.web.foundation.models import Event, Organization
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.keeping import actions, leaving
from eachchild.web.keeping.backups import back_up
from eachchild.web.keeping.files import within
from eachchild.web.keeping.models import Certificate
from eachchild.web.keeping.nights import nightly
from eachchild.web.keeping.rows import all_lines, kept_models, label, own_models, parts
from eachchild.web.keeping.taking_in import CannotTakeInError, take_in
from eachchild.web.profile.actions import save
from eachchild.web.shelf import digest_of

STAYS = {"foundation_event", "foundation_chain", "keeping_certificate"}
NUMBERED = {label(m) for m in own_models() if isinstance(m._meta.pk, AutoField)}


def _in(days: int):
    return timezone.now() + timedelta(days=days)


@pytest.fixture
def lived_in(full, north) -> Any:
    """A district with a row at least in every table that belongs to it."""
    admin, lead = north.members["administrator"], north.members["equity_lead"]
    with inside(north.organization):
        held = actions.hold(admin, "Letter of 3 May")
        actions.end_hold(admin, held)
        actions.set_period(admin, "drafts", 40)
        make_token(lead, "A sheet", "public", 10)
        wish_for(lead, full, "oss_any", ["sex"])
        save(lead, {"label": {}})
        actions.destroy(north.organization, next(actions.due(north.organization, _in(60))))
    entry_of(north)
    message_to(north)
    contact_of(north)
    record("organization.seen", organization=parts(north.organization)[1])
    return full


def _say(north) -> None:
    with inside(north.organization):
        leaving.say(north.members["superintendent"])


def _rows_of(organization) -> dict[str, int]:
    """How many rows each table really has of a district and its schools."""
    found: dict[str, int] = {}
    for one in parts(organization):
        key = one.pk.hex if connection.vendor == "sqlite" else one.pk
        for table in owned_tables():
            with inside(one), connection.cursor() as cursor:
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE organization_id = %s', [key])
                found[table] = found.get(table, 0) + cursor.fetchone()[0]
    return found


def _everything_told() -> str:
    """Every cell of the database, whosever it is."""
    told = []
    whose = ["platform", *Organization.objects.values_list("pk", flat=True)]
    for table in connection.introspection.table_names():
        for one in whose if table in owned_tables() else whose[:1]:
            with inside(str(one)), connection.cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{table}"')
                told += [str(cell) for row in cursor.fetchall() for cell in row]
    return "\n".join(told)


def test_s29_the_superintendent_says_it_and_takes_it_back(north, client_for) -> None:
    client, page = client_for(north, "superintendent"), reverse("leaving", args=["north"])
    assert "in 21 days" in client.get(page).content.decode()
    wrong = client.post(reverse("leave", args=["north"]), {"name": "South district"})
    assert "not the name of this district" in wrong.content.decode()
    assert Organization.objects.get(slug="north").leaves_at is None
    client.post(reverse("leave", args=["north"]), {"name": "North District "})
    day = Organization.objects.get(slug="north").leaves_at
    assert abs(day - _in(21)) < timedelta(minutes=1)
    seen = client_for(north, "teacher").get(reverse("audits", args=["north"])).content.decode()
    assert "This district leaves: on" in seen
    assert "take it back" not in seen
    assert (
        client.post(reverse("leave", args=["north"]), {"name": "North district"}).status_code == 409
    )
    client.post(reverse("stay", args=["north"]))
    assert Organization.objects.get(slug="north").leaves_at is None
    assert client.post(reverse("stay", args=["north"])).status_code == 409
    assert leaving.leave_due(_in(4_000)) == []
    with inside(north.organization):
        lines = Event.objects.filter(organization=north.organization, action__startswith="leaving.")
        told = list(lines.order_by("number").values_list("action", "result"))
    assert told.count(("leaving.said", "done")) == 1
    assert told.count(("leaving.taken_back", "done")) == 1
    assert ("leaving.asked", "failed") in told


def test_s29_nobody_else_says_it(north, client_for) -> None:
    for role in set(north.members) - {"superintendent"}:
        answer = client_for(north, role).post(
            reverse("leave", args=["north"]), {"name": "North district"}
        )
        assert answer.status_code == 403
    assert Organization.objects.get(slug="north").leaves_at is None


def test_s29_the_days_are_the_districts_within_those_of_the_agreement(north) -> None:
    with inside(north.organization):
        admin = north.members["administrator"]
        with pytest.raises(NotAllowedError, match="at most 60 days"):
            actions.set_period(admin, "leaving", 61)
        actions.set_period(admin, "leaving", 40)
        day = leaving.say(north.members["superintendent"])
    assert abs(day - _in(40)) < timedelta(minutes=1)


def test_s29_a_legal_hold_stops_it(north, full, client_for) -> None:
    superintendent, admin = north.members["superintendent"], north.members["administrator"]
    with inside(north.organization):
        held = actions.hold(admin, "Letter of 3 May")
    answer = client_for(north, "superintendent").post(
        reverse("leave", args=["north"]), {"name": "North district"}
    )
    assert answer.status_code == 409
    with inside(north.organization):
        actions.end_hold(admin, held)
        leaving.say(superintendent)
        held = actions.hold(admin, "Letter of 4 May")
    before = _rows_of(north.organization)
    assert leaving.leave_due(_in(30)) == []
    assert _rows_of(north.organization) == before
    assert "A legal hold lasts" in client_for(north, "superintendent").get(
        reverse("leaving", args=["north"])
    ).content.decode()  # fmt: skip
    with inside(north.organization):
        actions.end_hold(admin, held)
    assert len(leaving.leave_due(_in(30))) == 1


def test_s29_nothing_goes_before_its_day_or_while_a_worker_is_at_it(north, full) -> None:
    _say(north)
    assert leaving.leave_due(_in(20)) == []
    assert Organization.objects.get(slug="north").closed_at is None
    with inside(north.organization):
        running = Run.objects.within(north.organization).create(
            audit=full.audit, state=Run.State.RUNNING, beat_at=timezone.now()
        )
    assert leaving.leave_due(_in(22)) == []  # the run is told to end; the next night does it
    with inside(north.organization):
        running.refresh_from_db()
        assert running.state == Run.State.CANCELLING
        assert Membership.current(north.members["analyst"].user, "north") is None
    with inside(north.organization):
        Run.objects.within(north.organization).filter(pk=running.pk).update(
            beat_at=timezone.now() - timedelta(minutes=5)
        )
    assert len(leaving.leave_due(_in(23))) == 1


def test_s29_all_of_it_is_destroyed_and_nothing_of_others(
    north, south, lived_in, finished_south, data
) -> None:
    assert {t for t, n in _rows_of(north.organization).items() if not n} == set()
    shared = north.members["reviewer"].user
    add_member(south.organization, shared, "reviewer")
    with inside(north.organization):
        Audit.objects.within(north.organization).update(title="A northern question")
    made, before = back_up(), _everything_told()
    _say(north)
    number, folder = north.organization.pk, north.shelf.folder
    trail = _rows_of(north.organization)["foundation_event"]
    souths = _rows_of(south.organization)
    files = {p: digest_of(p) for p in within(south.shelf.folder)}
    assert nightly(_in(22))

    left = Organization.objects.get(pk=number)
    assert {t for t, n in _rows_of(left).items() if n} == STAYS
    assert _rows_of(left)["foundation_event"] == trail + 1  # and no line of it was taken out
    assert all(list(broken_lines(one)) == [] for one in (*parts(left), None))
    told = _everything_told()
    for word in ("North district", "north-school", "north administrator", "A northern question",
                 "Rivera", "Letter of 3 May"):  # fmt: skip
        assert word in before or word in ("Rivera", "Letter of 3 May")  # those two lie sealed
        assert word not in told, word
    assert set(re.findall(r"[\w.]+@north\.invalid", told)) == {shared.email}
    assert User.objects.get(pk=shared.pk).is_active
    assert not folder.exists()
    assert not [p for p in within(data) if str(number) in str(p)]
    assert _rows_of(south.organization) == souths
    assert {p: digest_of(p) for p in within(south.shelf.folder)} == files
    assert Client().get("/public/north/").status_code == 404
    assert nightly(_in(23))  # and the nights go on
    with inside(left):
        assert Certificate.objects.within(left).filter(data_class="leaving").count() == 1
    assert made.name in told


def test_s29_the_certificate_says_what_went_what_stays_and_which_backups_hold_it(
    north, lived_in, data
) -> None:
    made, files = back_up(), list(within(north.shelf.folder))
    size = sum(p.stat().st_size for p in files)
    rows = {t: n for t, n in _rows_of(north.organization).items() if t not in STAYS}
    _say(north)
    (one,) = leaving.leave_due(_in(22))
    assert one.by == north.members["superintendent"].user
    assert one.size == size
    assert one.count == len(files) + sum(rows.values()) + len(north.members)
    things = {thing["thing"]: thing for thing in one.things}
    assert things["audits.run"]["rows"] == rows["audits_run"]
    assert things["foundation.event"]["kept"] > 0
    assert things[f"backup:{made.pk}"]["until"] == made.expires_at.isoformat(timespec="seconds")
    out = io.StringIO()
    call_command("certificate", str(one.pk), stdout=out)
    assert hashlib.sha256(out.getvalue().encode()).hexdigest() == one.digest
    assert json.loads(out.getvalue())["district"] == str(north.organization.pk)
    with pytest.raises(CommandError, match="no such certificate"):
        call_command("certificate", "00000000-0000-0000-0000-000000000000")


def test_s29_a_folder_that_cannot_be_removed_leaves_the_rows_for_the_next_night(
    north, full, monkeypatch
) -> None:
    _say(north)

    def fails(folder: Path) -> None:
        raise PermissionError(folder.name)

    with monkeypatch.context() as patched:
        patched.setattr(leaving.shutil, "rmtree", fails)
        with pytest.raises(PermissionError):
            leaving.leave_due(_in(22))
    assert _rows_of(north.organization)["audits_run"]
    assert len(leaving.leave_due(_in(22))) == 1


def test_s29_a_district_of_a_state_that_left_goes_on(north) -> None:
    state = Organization.objects.create(kind="state", name="A state", slug="state")
    Organization.objects.filter(pk=north.organization.pk).update(parent=state)
    person = User.objects.create_user("s@state.invalid")
    member = add_member(state, person, "superintendent")
    with inside(state):
        leaving.say(member)
    assert len(leaving.leave_due(_in(22))) == 1
    again = Organization.objects.get(slug="north")
    assert (again.parent, again.closed_at, again.name) == (None, None, "North district")


def _handed_out(slug: str, into: Path) -> dict[str, bytes]:
    call_command("export", slug, str(into), stdout=io.StringIO())
    with zipfile.ZipFile(into) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _compared(told: dict[str, bytes]) -> dict[str, Any]:
    """What an archive says, but for what is meant to differ.

    That is: when it was made, and the numbers of rows that nothing points to.
    """
    found: dict[str, Any] = {}
    for name, raw in told.items():
        kind = name.removeprefix("rows/").removesuffix(".jsonl")
        if name in ("README.txt", "inventory.csv") or (name.endswith(".csv") and "rows/" in name):
            continue  # of the same rows
        if name.endswith(".jsonl") and kind in NUMBERED:
            found[name] = [json.loads(line)["fields"] for line in raw.splitlines()]
        else:
            found[name] = raw
    return found


@pytest.mark.django_db(transaction=True)
def test_s29_what_was_handed_out_is_read_in_elsewhere_and_handed_out_the_same(
    north, lived_in, data, tmp_path
) -> None:
    first = _handed_out("north", tmp_path / "first.zip")
    for table in owned_tables():
        name = next(label(m) for m in own_models() if m._meta.db_table == table)
        assert first[f"rows/{name}.jsonl"], name
    _say(north)
    assert len(leaving.leave_due(_in(22))) == 1
    destroy_everything(data)
    assert take_in(tmp_path / "first.zip").slug == "north"
    second = _handed_out("north", tmp_path / "second.zip")
    assert set(first) == set(second)
    for name, told in _compared(first).items():
        assert _compared(second)[name] == told, name
    with inside(north.organization):
        assert Vote.objects.within(north.organization).get().note == SECRET_NOTE
    record("page.read", organization=north.organization)  # and it goes on
    assert list(broken_lines(north.organization)) == []
    assert not list(data.glob("taking-in*"))
    assert all(p.stat().st_mode & 0o077 == 0 for p in within(data / "organizations"))


@pytest.mark.django_db(transaction=True)
def test_s29_what_is_taken_in_does_not_leave_and_opens_nothing_old(
    north, lived_in, data, tmp_path
) -> None:
    with_password(north.members["administrator"].user)
    _say(north)  # the archive says so, and is not believed
    _handed_out("north", tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        archive.extractall(tmp_path / "folder")
        told = b"".join(archive.read(name) for name in archive.namelist() if "rows/" in name)
    with inside(north.organization):
        digest = Token.objects.within(north.organization).get().digest
    assert digest.encode() not in told
    assert b"password" not in told
    destroy_everything(data)
    out = io.StringIO()
    call_command("take_in", str(tmp_path / "folder"), site="https://e.invalid", stdout=out)
    assert Organization.objects.get(slug="north").leaves_at is None
    person = User.objects.get(email="administrator@north.invalid")
    assert not person.has_usable_password()
    assert sign_in(Client(), person.email).status_code == 200  # asked again
    with inside(north.organization):
        assert Token.objects.within(north.organization).get().digest != digest
    (link,) = re.findall(r"https://e.invalid(/account/join/\S+)", out.getvalue())
    client = Client()
    assert "north administrator" in client.get(link).content.decode()
    answer = client.post(link, {"name": "North administrator", "password": PASSWORD})
    assert answer["Location"] == "/account/2fa/"
    person.refresh_from_db()
    assert (person.name, person.check_password(PASSWORD)) == ("North administrator", True)
    assert Client().get(link).status_code == 404  # once
    assert User.objects.count() == len(north.members)


def test_s29_who_waits_gets_a_link_of_the_administrator(north, client_for) -> None:
    member, client = north.members["analyst"], client_for(north, "administrator")
    address = reverse("link-member", args=["north", member.pk])
    assert client.post(address).status_code == 409  # they have a second factor, so they sign in
    Authenticator.objects.filter(user=member.user).delete()
    assert (
        "Has nothing to sign in with yet" in client.get("/account/people/north/").content.decode()
    )
    told = client.post(address).content.decode()
    (link,) = re.findall(r"/account/join/[\w-]+/", told)
    assert Client().post(link, {"name": "An analyst", "password": "short"}).status_code == 200
    assert Client().post(link, {"name": "An analyst", "password": PASSWORD}).status_code == 302
    assert client.post(address).status_code == 409
    with inside(north.organization):
        assert Membership.objects.get(pk=member.pk).role == "analyst"


def test_s29_no_link_opens_the_account_of_somebody_of_another_district(
    north, south, client_for
) -> None:
    member = north.members["analyst"]
    Authenticator.objects.filter(user=member.user).delete()
    add_member(south.organization, member.user, "analyst")
    client = client_for(north, "administrator")
    assert client.post(reverse("link-member", args=["north", member.pk])).status_code == 409


def _written(folder: Path, name: str, change: Any) -> None:
    """Change one file of an unpacked archive, and its line in the list."""
    path = folder / name
    path.write_bytes(change(path.read_bytes()))
    told = (folder / "inventory.csv").read_text()
    with io.StringIO(told, newline="") as lines:
        rows = list(csv.reader(lines))
    rows = [[n, str(path.stat().st_size), digest_of(path)] if n == name else [n, size, digest]
            for n, size, digest in rows]  # fmt: skip
    with (folder / "inventory.csv").open("w", newline="") as out:
        csv.writer(out).writerows(rows)


@pytest.mark.django_db(transaction=True)
def test_s29_what_is_not_whole_or_not_its_own_is_not_taken_in(
    north, south, lived_in, data, tmp_path
) -> None:
    _handed_out("north", tmp_path / "one.zip")
    with pytest.raises(CannotTakeInError, match="here already"):
        take_in(tmp_path / "one.zip")
    other = str(south.organization.pk).encode()
    ours = str(north.organization.pk).encode()
    destroy_everything(data)
    events, runs = "rows/foundation.event.jsonl", "rows/audits.run.jsonl"
    line = b'{"model": "accounts.user", "pk": "%s", "fields": {}}\n' % other
    wrong = (
        ("changed", None, lambda f: (f / runs).write_bytes(b"")),
        ("missing", None, lambda f: (f / runs).unlink()),
        ("not listed", None, lambda f: (f / "files" / "more.txt").write_text("x")),
        ("line was changed", events, lambda raw: raw.replace(b"joined", b"jailed", 1)),
        ("outside", runs, lambda raw: raw.replace(ours, other)),
        ("outside", "rows/audits.audit.jsonl", lambda raw: b""),
        ("something else", runs, lambda raw: raw + line),
        ("one district", "rows/organizations.jsonl", lambda raw: raw.replace(b'"school"', b'"state"')),  # noqa: E501
        ("names no district", "rows/organizations.jsonl", lambda raw: b""),
        ("does not fit", runs, lambda raw: raw.replace(b'"state"', b'"stated"')),
        ("does not fit", runs, lambda raw: raw + raw.splitlines(keepends=True)[0]),
    )  # fmt: skip
    for number, (said, name, change) in enumerate(wrong):
        folder = tmp_path / str(number)
        with zipfile.ZipFile(tmp_path / "one.zip") as archive:
            archive.extractall(folder)
        if name is None:
            change(folder)
        else:
            _written(folder, name, change)
        with pytest.raises(CannotTakeInError, match=said):
            take_in(folder)
    with pytest.raises(CommandError, match="no archive"):
        call_command("take_in", str(tmp_path / "nowhere.zip"))
    with pytest.raises(CannotTakeInError, match=r"no inventory\.csv"):
        take_in(data)
    assert not any(list(all_lines(model)) for model in kept_models())
    assert not list(within(data))


@pytest.mark.django_db(transaction=True)
def test_s29_nobody_who_is_known_here_is_taken_in_again(north, full, data, tmp_path) -> None:
    _handed_out("north", tmp_path / "one.zip")
    destroy_everything(data)
    User.objects.create_user("analyst@north.invalid")
    with pytest.raises(CannotTakeInError, match="known here already"):
        take_in(tmp_path / "one.zip")
    assert User.objects.count() == 1
    assert not Organization.objects.exists()
    with inside(north.organization):
        assert not Audit.objects.within(north.organization).exists()
