"""Holds, periods, what is destroyed when its time is up, and forgetting a person who left."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eachchild.web.accounts.models import Invitation, Membership, User
from eachchild.web.audits.models import Audit, Release, Run, Upload
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.keeping.files import within
from eachchild.web.keeping.models import Certificate, Hold, Period
from eachchild.web.keeping.rules import (
    check_can_destroy,
    check_can_set,
    check_can_shred,
    is_due,
    schedule,
)
from eachchild.web.shelf import Shelf, digest_of

BLOCKED = "█████"
_FILES = "Files removed from an encrypted disk; copies in backups end with the backups."
_ROWS = "Rows deleted from the database; copies in backups end with the backups."


@dataclass(frozen=True, slots=True)
class Due:
    """Something whose time is up: a folder, or rows."""

    data_class: str
    thing: str  # kind:id, as in the trail
    folder: Path | None = None
    rows: Any = None  # a query, where it is rows


def set_period(member: Membership, data_class: str, days: int) -> None:
    """Keep a class of data for a number of days of the district's own."""
    with transaction.atomic():
        check_can_set(data_class, days)
        mine = Period.objects.within(member.organization)
        if not mine.filter(data_class=data_class).update(days=days):
            mine.create(data_class=data_class, days=days)
        record("period.set", organization=member.organization, actor=member.user,
               thing=f"{data_class}:{days}")  # fmt: skip


def hold(member: Membership, reason: str) -> Hold:
    """From now on, nothing of the district is destroyed."""
    with transaction.atomic():
        made: Hold = Hold.objects.within(member.organization).create(
            reason=reason, made_by=member.user
        )
        record("hold.begun", organization=member.organization, actor=member.user,
               thing=f"hold:{made.pk}")  # fmt: skip
    return made


def end_hold(member: Membership, held: Hold) -> None:
    """End a hold; what was due meanwhile is destroyed in the night."""
    with transaction.atomic():
        held.ended_at, held.ended_by = timezone.now(), member.user
        held.save(update_fields=["ended_at", "ended_by"])
        record("hold.ended", organization=member.organization, actor=member.user,
               thing=f"hold:{held.pk}")  # fmt: skip


def days_of(organization: Organization) -> dict[str, int | None]:
    """How long each class is kept here: as the schedule says, or as the district does."""
    own = {p.data_class: p.days for p in Period.objects.within(organization)}
    return {name: own.get(name, one.days) for name, one in schedule().items()}


def due(organization: Organization, now: datetime) -> Iterator[Due]:
    """Everything of an organization whose time is up."""
    days, shelf = days_of(organization), Shelf.of(organization)
    runs = Run.objects.within(organization)
    for audit in Audit.objects.within(organization):
        folder = shelf.files(str(audit.pk))
        if folder.is_dir() and is_due(_last(runs.filter(audit=audit)), days["uploads"], now):
            yield Due("uploads", f"audit:{audit.pk}", folder)
    vault = shelf.folder / "vault"
    if vault.is_dir() and is_due(_last(runs), days["vault"], now):
        yield Due("vault", f"vault:{organization.pk}", vault)
    for release in Release.objects.within(organization):
        folder = shelf.draft(str(release.pk))
        if folder.is_dir() and is_due(release.made_at, days["drafts"], now):
            yield Due("drafts", f"release:{release.pk}", folder)
    old = [i.pk for i in Invitation.objects.filter(organization=organization)
           if is_due(i.expires_at, days["invitations"], now)]  # fmt: skip
    if old:
        mine = Invitation.objects.filter(organization=organization, pk__in=old)
        yield Due("invitations", f"invitations:{len(old)}", rows=mine)


def _last(runs: Iterable[Run]) -> datetime | None:
    """When the last of some runs was over; None while one is open, or where none was."""
    told = list(runs)
    if not told or any(run.is_open for run in told):
        return None
    last: datetime = max(run.ended_at or run.made_at for run in told)
    return last


def destroy(organization: Organization, one: Due, *, by: User | None = None) -> Certificate:
    """Destroy one thing for good, and write down what it was."""
    check_can_destroy(Hold.objects.within(organization))
    things = list(_told(one))
    method = _FILES if one.folder is not None else _ROWS
    with transaction.atomic():
        made = certify(organization, one.data_class, things, method=method, by=by)
        if one.rows is not None:
            one.rows.delete()
        if one.data_class == "uploads":
            gone = Upload.objects.within(organization).filter(audit=one.thing.split(":")[1])
            gone.update(state=Upload.State.REFUSED, why=_("Destroyed: its time was up."))
        record("data.destroyed", organization=organization, actor=by,
               thing=f"certificate:{made.pk}")  # fmt: skip
        if one.folder is not None:
            shutil.rmtree(one.folder)
    return made


def _told(one: Due) -> Iterator[dict[str, Any]]:
    """What a thing is made of, before it is gone."""
    if one.folder is None:
        yield {"thing": one.thing, "rows": one.rows.count()}
        return
    yield from files_of(one.folder, one.thing)


def files_of(folder: Path, thing: str) -> Iterator[dict[str, Any]]:
    """Every file of a folder, as a certificate names it."""
    for path in within(folder):
        yield {"thing": thing, "name": path.relative_to(folder).as_posix(),
               "size": path.stat().st_size, "sha256": digest_of(path)}  # fmt: skip


def certify(
    organization: Organization, data_class: str, things: list[dict[str, Any]], *, method: str,
    by: User | None,
) -> Certificate:  # fmt: skip
    """Write down what is destroyed, how, and by whom; the hash is that of the whole text."""
    made = Certificate(
        organization=organization, at=timezone.now(), by=by, data_class=data_class,
        count=sum(t.get("rows", 1) for t in things), size=sum(t.get("size", 0) for t in things),
        method=method, things=things,
    )  # fmt: skip
    made.digest = hashlib.sha256(told_of(made).encode()).hexdigest()
    made.save(force_insert=True)
    return made


def told_of(one: Certificate) -> str:
    """A certificate as the text that its hash is made of."""
    told = {
        "certificate": str(one.pk), "district": str(one.organization_id),
        "destroyed_at": one.at.isoformat(timespec="microseconds"),
        "by": str(one.by_id or "the schedule"), "data": one.data_class, "count": one.count,
        "bytes": one.size, "method": one.method, "things": one.things,
    }  # fmt: skip
    return json.dumps(told, indent=1, sort_keys=True)


def destroy_due(organization: Organization, now: datetime) -> list[Certificate]:
    """Destroy everything whose time is up; nothing while a hold lasts."""
    with inside(organization):
        try:
            check_can_destroy(Hold.objects.within(organization))
        except NotAllowedError:
            return []
        return [destroy(organization, one) for one in list(due(organization, now))]


def shred(member: Membership, person: User, current: Iterable[Membership]) -> None:
    """Forget a person who left: the trail keeps its lines, by number, and its chain stays whole."""
    check_can_shred(person, current)
    was = person.email
    with transaction.atomic():
        forget(person)
        Invitation.objects.filter(organization=member.organization, email=was).update(
            email=BLOCKED, purpose="", agreement=""
        )
        record("person.shredded", organization=member.organization, actor=member.user,
               thing=f"user:{person.pk}")  # fmt: skip


def forget(person: User) -> None:
    """Overwrite a person's name and address, and end all by which they could sign in."""
    person.name, person.email = BLOCKED, f"{BLOCKED}-{person.pk}"
    person.shredded, person.is_active, person.last_login = True, False, None
    person.set_unusable_password()
    person.save()
    for session in UserSession.objects.filter(user=person):
        session.end()
    for model in (EmailAddress, Authenticator, SocialAccount):
        model.objects.filter(user=person).delete()
