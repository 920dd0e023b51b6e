"""Keeping data as long as is right: destruction, holds, forgetting, handing back, backups."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from cast import SECRET_NOTE
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from fences import destroy_everything

from eachchild.web.accounts.actions import end_membership
from eachchild.web.accounts.models import Invitation, Membership, User
from eachchild.web.audits.models import Audit, Run, Upload, Vote
from eachchild.web.foundation.actions import broken_lines, record
from eachchild.web.foundation.models import Event, Organization
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.sealing import CannotOpenError, SealedText
from eachchild.web.foundation.tenancy import inside
from eachchild.web.keeping import actions
from eachchild.web.keeping.backups import CannotRestoreError, back_up, restore
from eachchild.web.keeping.files import NotThisKeyError, Opening, Sealing, within
from eachchild.web.keeping.models import Backup, Certificate, Chore, Hold
from eachchild.web.keeping.nights import nightly
from eachchild.web.keeping.rows import all_lines, kept_models
from eachchild.web.keeping.sealed import seal_anew
from eachchild.web.shelf import digest_of

KEYS = [
    "bmV3IGtleSBvZiBhIHRlc3QsIDMyIGJ5dGVzIGxvbmc",
    "b2xkIGtleSBvZiBhIHRlc3QsIDMyIGJ5dGVzIGxvbmc",
]


def _in(days: int):
    return timezone.now() + timedelta(days=days)


def _destroyed(north, days: int) -> list[str]:
    return [c.data_class for c in actions.destroy_due(north.organization, _in(days))]


def test_s27_what_is_due_is_destroyed_in_its_time(north, full, data) -> None:
    shelf = north.shelf
    assert _destroyed(north, 20) == []
    assert _destroyed(north, 31) == ["drafts"]
    assert _destroyed(north, 40) == ["invitations"]
    assert shelf.files(str(full.audit_id)).is_dir()
    assert _destroyed(north, 366) == ["uploads", "vault"]
    assert not shelf.files(str(full.audit_id)).exists()
    assert not (shelf.folder / "vault").exists()
    assert shelf.bundle(str(full.pk), "internal").is_dir()  # kept
    with inside(north.organization):
        upload = Upload.objects.within(north.organization).get()
        assert upload.state == Upload.State.REFUSED
        assert not Invitation.objects.filter(organization=north.organization).exists()
    assert _destroyed(north, 400) == []


def test_s27_files_of_an_open_run_are_not_due(north, full) -> None:
    with inside(north.organization):
        Run.objects.within(north.organization).create(audit=full.audit)
    assert _destroyed(north, 4_000) == ["drafts", "invitations"]


def test_s27_a_certificate_says_what_and_its_hash_is_that_of_the_file(
    north, full, client_for
) -> None:
    files = list(within(north.shelf.files(str(full.audit_id))))
    size, digests = sum(f.stat().st_size for f in files), {digest_of(f) for f in files}
    actions.destroy_due(north.organization, _in(366))
    with inside(north.organization):
        one = Certificate.objects.within(north.organization).get(data_class="uploads")
    assert (one.count, one.size) == (len(files), size)
    assert {thing["sha256"] for thing in one.things} == digests
    told = client_for(north, "administrator").get(reverse("certificate", args=["north", one.pk]))
    assert hashlib.sha256(told.content).hexdigest() == one.digest == told["X-Certificate-SHA256"]
    assert json.loads(told.content)["method"].startswith("Files removed")
    with inside(north.organization):
        line = Event.objects.filter(action="data.destroyed", thing=f"certificate:{one.pk}")
        assert line.count() == 1


def test_s27_a_legal_hold_stops_destruction_until_it_ends(north, full, client_for) -> None:
    client = client_for(north, "administrator")
    client.post(reverse("hold", args=["north"]), {"reason": "Letter of 3 May"})
    assert _destroyed(north, 4_000) == []
    with inside(north.organization):
        held = Hold.objects.within(north.organization).get()
        one = next(actions.due(north.organization, _in(366)))
        with pytest.raises(NotAllowedError, match="legal hold"):
            actions.destroy(north.organization, one)
    assert "Letter of 3 May" in client.get(reverse("keeping", args=["north"])).content.decode()
    client.post(reverse("end-hold", args=["north", held.pk]))
    assert len(_destroyed(north, 366)) == 4


def test_s27_a_district_may_keep_for_longer_but_not_for_ever(north, full, client_for) -> None:
    client, address = client_for(north, "administrator"), reverse("period", args=["north"])
    client.post(address, {"data_class": "uploads", "days": 700})
    assert "uploads" not in _destroyed(north, 366)
    assert _destroyed(north, 701) == ["uploads"]
    for data_class, days in (("trail", 5), ("uploads", 99_999)):
        told = client.post(address, {"data_class": data_class, "days": days}).content.decode()
        assert 'class="errorlist"' in told
    with pytest.raises(NotAllowedError, match="number of days"):
        actions.set_period(north.members["administrator"], "trail", 5)


def test_s27_the_night_does_it_once_a_day_and_ends_backups(north, full, data) -> None:
    made = back_up()
    assert nightly(_in(31))
    assert not nightly(_in(31))
    with inside(north.organization):
        classes = {c.data_class for c in Certificate.objects.within(north.organization)}
    assert classes == {"drafts"}
    assert nightly(_in(36))
    assert Backup.objects.get(pk=made.pk).gone_at is not None
    assert not list((data.parent / "backups").glob("*.sealed"))
    assert (data / "trail-heads.jsonl").is_file()
    assert Chore.objects.get().done_at.date() == _in(36).date()


def test_s28_a_person_who_left_is_forgotten_and_the_trail_stays(north, client_for) -> None:
    member = north.members["reviewer"]
    was = member.user.email
    record("page.read", organization=north.organization, actor=member.user)
    client, address = (
        client_for(north, "administrator"),
        reverse("shred", args=["north", member.pk]),
    )
    assert client.post(address).status_code == 409  # still here
    end_membership(member, by=north.members["administrator"].user)
    assert client.post(address).status_code == 302
    person = User.objects.get(pk=member.user_id)
    assert person.shredded
    assert person.name == actions.BLOCKED
    assert was not in person.email
    assert not person.is_active
    assert not Authenticator.objects.filter(user=person).exists()
    assert list(broken_lines(north.organization)) == []
    with inside(north.organization):
        lines = Event.objects.filter(organization=north.organization)
        assert lines.filter(actor=person).exists()
        assert lines.filter(action="person.shredded", thing=f"user:{person.pk}").count() == 1
    assert client.post(address).status_code == 409  # once


def test_s28_nobody_is_forgotten_who_belongs_to_another_district(north, south, client_for) -> None:
    from eachchild.web.accounts.actions import add_member

    member = north.members["reviewer"]
    add_member(south.organization, member.user, "reviewer")
    end_membership(member, by=north.members["administrator"].user)
    told = client_for(north, "administrator").post(reverse("shred", args=["north", member.pk]))
    assert told.status_code == 409
    assert "South" not in told.content.decode()


def _archive(client) -> zipfile.ZipFile:
    answer = client.get(reverse("export", args=["north"]))
    told = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    answer.close()
    return told


def test_s29_everything_of_a_district_is_handed_back_in_open_formats(
    north, south, full, client_for, tmp_path
) -> None:
    told = _archive(client_for(north, "administrator"))
    names = set(told.namelist())
    assert {"README.txt", "inventory.csv", "rows/audits.run.jsonl", "rows/people.csv"} <= names
    assert f"files/bundles/{full.pk}/internal/measures.csv" in names
    assert not any(n.startswith(("files/audits/", "files/vault/")) for n in names)
    listed = list(csv.DictReader(io.StringIO(told.read("inventory.csv").decode())))
    assert {one["file"] for one in listed} == names - {"inventory.csv"}
    for one in listed:
        assert hashlib.sha256(told.read(one["file"])).hexdigest() == one["sha256"], one["file"]
    everything = b"".join(told.read(name) for name in names)
    assert str(south.organization.pk).encode() not in everything
    call_command("export", "north", str(tmp_path / "whole.zip"), stdout=io.StringIO())
    whole = set(zipfile.ZipFile(tmp_path / "whole.zip").namelist())
    assert f"files/audits/{full.audit_id}/audit.toml" in whole
    assert "files/vault/rows.parquet" in whole
    with pytest.raises(CommandError, match="no organization"):
        call_command("export", "nowhere", str(tmp_path / "x.zip"))


def test_s21_no_cell_of_an_export_is_a_formula(north, full, client_for) -> None:
    with inside(north.organization):
        Audit.objects.within(north.organization).update(title='=HYPERLINK("http://x")')
    told = _archive(client_for(north, "administrator")).read("rows/audits.audit.csv").decode()
    (row,) = csv.DictReader(io.StringIO(told))
    assert row["title"] == '\'=HYPERLINK("http://x")'


def _everything() -> dict[str, list[str]]:
    """Every row; of the platform's own trail and catalogue what stood before the backup."""
    return {m._meta.label: sorted(all_lines(m)) for m in kept_models()}


@pytest.mark.django_db(transaction=True)
def test_s33_a_restored_platform_is_the_one_that_was_backed_up(full, north, south, data) -> None:
    rows = _everything()
    files = {p.relative_to(data): digest_of(p) for p in within(data / "organizations")}
    made = back_up()
    destroy_everything(data)
    assert not Organization.objects.exists()
    path = data.parent / "backups" / made.name
    assert restore(path) == sum(map(len, rows.values()))
    again = _everything()
    own = {"foundation.Event", "foundation.Chain"}  # the platform's own trail says it was restored
    assert {k: v for k, v in again.items() if k not in own} == {
        k: v for k, v in rows.items() if k not in own
    }
    assert set(rows["foundation.Event"]) < set(again["foundation.Event"])
    assert {p.relative_to(data): digest_of(p) for p in within(data / "organizations")} == files
    for organization in (None, north.organization, south.organization):
        assert list(broken_lines(organization)) == []
    record("page.read", organization=north.organization)  # and it goes on
    assert list(broken_lines(north.organization)) == []
    with inside(north.organization):
        assert Vote.objects.within(north.organization).get().note == SECRET_NOTE
    with pytest.raises(CannotRestoreError, match="already"):
        restore(path)


def test_s33_a_backup_says_nothing_without_its_key(full, data, settings) -> None:
    path = data.parent / "backups" / back_up().name
    sealed = path.read_bytes()
    for told in (SECRET_NOTE, "north", "student_id", settings.BACKUP_KEY):
        assert told.encode() not in sealed
    assert path.stat().st_mode & 0o077 == 0
    settings.BACKUP_KEY = KEYS[0]
    with path.open("rb") as raw, pytest.raises(NotThisKeyError, match="key does not open"):
        io.BufferedReader(Opening(raw, b"another key")).read()
    settings.BACKUP_KEY = ""
    with pytest.raises(CommandError, match="EACHCHILD_BACKUP_KEY is missing"):
        call_command("backup")


@pytest.mark.parametrize("size", [0, 1, 2**20, 2**20 + 1, 3 * 2**20])
def test_s33_archives_open_whole_and_no_other_way(size: int) -> None:
    key, told, raw = b"k" * 32, bytes(range(256)) * (size // 256 + 1), io.BytesIO()
    told = told[:size]
    with Sealing(raw, key) as sealing:
        sealing.write(told)
    whole = raw.getvalue()
    opened = lambda data: io.BufferedReader(Opening(io.BytesIO(data), key)).read()  # noqa: E731
    assert opened(whole) == told
    cut = len(whole) - 2**20 - 16 if size > 2**20 + 1 else len(whole) - 1
    for wrong in (whole[:cut], whole[:60] + bytes([whole[60 % len(whole)] ^ 1]) + whole[61:],
                  b"x" + whole):  # fmt: skip
        if wrong != whole:
            with pytest.raises(NotThisKeyError):
                opened(wrong)


def _raw(model: type, field: str) -> list[str]:
    """What really lies in a column."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{field}" FROM "{model._meta.db_table}"')
        return [row[0] for row in cursor.fetchall()]


def test_s31_what_people_wrote_lies_sealed_and_keys_can_be_changed(north, full, settings) -> None:
    settings.FIELD_KEYS = [KEYS[1]]
    partner = north.members["partner"]
    with inside(north.organization):
        Membership.objects.filter(pk=partner.pk).update(
            agreement="Contract 77 with Rivera Research"
        )
        Vote.objects.within(north.organization).update(note=SECRET_NOTE)
        before = _raw(Vote, "note") + [a for a in _raw(Membership, "agreement") if a]
    assert not any(word in told for told in before for word in ("Rivera", "Contract"))
    settings.FIELD_KEYS = KEYS
    assert seal_anew() >= 2
    settings.FIELD_KEYS = [KEYS[0]]
    with inside(north.organization):
        assert Vote.objects.within(north.organization).get().note == SECRET_NOTE
        assert Membership.objects.get(pk=partner.pk).agreement.startswith("Contract 77")
        assert _raw(Vote, "note") != before[:1]
    settings.FIELD_KEYS = [KEYS[1]]
    with inside(north.organization), pytest.raises(CannotOpenError, match="EACHCHILD_FIELD_KEYS"):
        Vote.objects.within(north.organization).get()


def test_s31_a_sealed_text_cannot_be_changed_or_moved(north, full) -> None:
    with inside(north.organization):
        (lying,) = _raw(Vote, "note")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_membership SET agreement = %s", [lying])
        with pytest.raises(CannotOpenError, match="changed outside"):
            Membership.objects.filter(organization=north.organization).first()


def test_s31_secrets_of_second_factors_lie_sealed(north, settings) -> None:
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.totp.internal.auth import TOTP

    user = north.members["analyst"].user
    Authenticator.objects.filter(user=user).delete()
    usual = settings.FIELD_KEYS
    settings.FIELD_KEYS = [KEYS[1], *usual]
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    assert not any("JBSWY3DPEHPK3PXP" in str(told) for told in _raw(Authenticator, "data"))
    settings.FIELD_KEYS = [*KEYS, *usual]
    assert seal_anew() >= 1
    settings.FIELD_KEYS = [KEYS[0]]
    sealed = Authenticator.objects.get(user=user).data["secret"]
    assert get_adapter().decrypt(sealed) == "JBSWY3DPEHPK3PXP"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="one file to look into")
@pytest.mark.django_db(transaction=True)
def test_s31_the_database_file_says_nothing_of_what_people_wrote(full, tmp_path) -> None:
    copy = tmp_path / "copy.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    raw = copy.read_bytes()
    assert b"Does identity predict?" in raw  # it is the database
    assert b"Rivera" not in raw


def test_s31_free_text_about_people_is_sealed_by_its_kind() -> None:
    for name, field in (("audits.Vote", "note"), ("accounts.Membership", "agreement"),
                        ("accounts.Invitation", "agreement"),
                        ("keeping.Hold", "reason")):  # fmt: skip
        assert isinstance(apps.get_model(name)._meta.get_field(field), SealedText)


def test_pages_say_how_the_platform_is(north, full, client_for) -> None:
    client = client_for(north, "administrator")
    actions.destroy_due(north.organization, _in(31))
    back_up()
    text = client.get(reverse("keeping", args=["north"])).content.decode()
    assert "365 days after the last run of their audit" in text
    assert "drafts" in text
    text = client.get(reverse("operating", args=["north"])).content.decode()
    assert "It has never run" in text
    assert "Nothing to do" in text
    assert "accounts_user" in client.get(reverse("inventory", args=["north"])).content.decode()


def test_an_empty_hold_is_asked_again(north, client_for) -> None:
    told = client_for(north, "administrator").post(reverse("hold", args=["north"]), {"reason": ""})
    assert "This field is required" in told.content.decode()


def test_chores_that_fail_do_not_end_the_worker(monkeypatch, data, db, caplog) -> None:
    from eachchild.web import worker

    asked = []

    def fails() -> None:
        asked.append(1)
        raise OSError("disk")

    monkeypatch.setattr(worker, "nightly", fails)
    one = worker.Worker()
    one._chores()
    one._chores()
    assert len(asked) == 1  # the second time it is too early
    assert "nightly chores failed" in caplog.text
