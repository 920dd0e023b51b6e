"""A district that leaves: it is said, may be taken back, and is done in the night after its day.

What stays is what shows that it was done: the trail, which names people by number alone, its
chain, and the certificates. Names of people and of places are overwritten, as where one person is
forgotten; lines of the trail are changed by nobody, so that its guard needs no exception.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone

from eachchild.web.accounts.actions import is_elsewhere
from eachchild.web.accounts.models import Membership, User
from eachchild.web.audits.models import Release, Run
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.models import Chain, Event, Organization
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.keeping.actions import BLOCKED, certify, days_of, files_of, forget
from eachchild.web.keeping.models import Backup, Certificate, Hold
from eachchild.web.keeping.rows import label, own_models, parts
from eachchild.web.keeping.rules import check_can_destroy, check_can_leave, check_can_stay
from eachchild.web.shelf import Shelf

DATA_CLASS, SAID = "leaving", "leaving.said"
_STAYS: tuple[type[Model], ...] = (Chain, Event, Certificate)
_METHOD = (
    "Rows deleted, files removed from an encrypted disk, names of people and places overwritten. "
    "The trail stays by number, and certificates stay, as the record that this was done. "
    "Backups that are named here hold copies until they end."
)
_AT_WORK = timedelta(seconds=60)  # a worker that said something since then is still at it


def say(member: Membership) -> datetime:
    """Say that the district leaves; from when on all of it is destroyed."""
    with transaction.atomic():
        mine = _locked(member.organization)
        check_can_leave(mine.leaves_at, Hold.objects.within(mine))
        days = days_of(mine)[DATA_CLASS] or 0
        _set(member, mine, timezone.now() + timedelta(days=days), SAID)
    assert mine.leaves_at is not None  # noqa: S101 - for the type checker alone
    return mine.leaves_at


def take_back(member: Membership) -> None:
    """The district stays."""
    with transaction.atomic():
        mine = _locked(member.organization)
        check_can_stay(mine.leaves_at)
        _set(member, mine, None, "leaving.taken_back")


def _locked(organization: Organization) -> Organization:
    return Organization.objects.select_for_update().get(pk=organization.pk)


def _set(member: Membership, mine: Organization, day: datetime | None, action: str) -> None:
    mine.leaves_at = member.organization.leaves_at = day
    mine.save(update_fields=["leaves_at"])
    record(action, organization=mine, actor=member.user, thing=f"organization:{mine.pk}")


def leave_due(now: datetime) -> list[Certificate]:
    """Destroy all of each district whose day has come; what is at work or held waits a night."""
    wanted = Organization.objects.filter(leaves_at__lte=now)
    return [made for one in wanted if (made := leave(one)) is not None]


def leave(organization: Organization) -> Certificate | None:
    """Destroy everything of a district; None where a hold lasts or a worker is still at it."""
    with inside(organization):
        try:
            check_can_destroy(Hold.objects.within(organization))
        except NotAllowedError:
            return None
        _close(organization)
        return None if _is_at_work(organization) else _destroy(organization)


def _close(organization: Organization) -> None:
    """Nobody comes in from here on; runs that wait or go on are stopped."""
    Organization.objects.filter(pk=organization.pk, closed_at=None).update(closed_at=timezone.now())
    runs = Run.objects.within(organization)
    runs.filter(state=Run.State.QUEUED).update(state=Run.State.CANCELLED)
    runs.filter(state=Run.State.RUNNING).update(state=Run.State.CANCELLING)


def _is_at_work(organization: Organization) -> bool:
    fresh = Q(beat_at__gt=timezone.now() - _AT_WORK)
    runs = Run.objects.within(organization).filter(fresh, state=Run.State.CANCELLING)
    making = [Release.State.DRAFTING, Release.State.MAKING]
    releases = Release.objects.within(organization).filter(fresh, state__in=making)
    return bool(runs.exists() or releases.exists())


def _destroy(organization: Organization) -> Certificate:
    folder, things = Shelf.of(organization).folder, list[dict[str, Any]]()
    things += files_of(folder, f"organization:{organization.pk}")
    with transaction.atomic():
        said = Event.objects.filter(organization=organization, action=SAID).first()
        people = _people(organization)
        things += _rows(organization)
        for person in people:
            forget(person)
        things.append({"thing": "people overwritten", "rows": len(people)})
        _overwrite(organization)
        things += _backups()
        made = certify(organization, DATA_CLASS, things, method=_METHOD,
                       by=said.actor if said else None)  # fmt: skip
        record("district.destroyed", organization=organization, thing=f"certificate:{made.pk}")
        record("district.destroyed", organization=None, thing=f"certificate:{made.pk}")
        if folder.exists():
            shutil.rmtree(folder)
    return made


def _people(organization: Organization) -> list[User]:
    """Everybody who ever belonged here and to no other organization."""
    mine = Membership.objects.filter(organization=organization).select_related("user")
    people = [member.user for member in mine if not member.user.shredded]
    return [person for person in people if not is_elsewhere(person, organization)]


def _rows(organization: Organization) -> Iterator[dict[str, Any]]:
    """Delete rows, those first that point to others; how many of each table go and how many stay.

    In the order in which they point to one another no row is left behind without what it points
    to, and each organization's rows are deleted inside of it, as row security asks.
    """
    for model in reversed(own_models()):
        count = 0
        for one in parts(organization):
            with inside(one):
                rows = model._base_manager.filter(organization=one)
                count += rows.count()
                if model not in _STAYS:
                    rows.delete()
        told = {"rows": 0, "kept": count} if model in _STAYS else {"rows": count}
        yield {"thing": label(model), **told}


def _overwrite(organization: Organization) -> None:
    """Of places the number stays, which the trail names; a district of a state goes on without."""
    organization.children.exclude(kind=Organization.Kind.SCHOOL).update(parent=None)
    for one in parts(organization):
        one.name, one.slug, one.place = BLOCKED, f"left-{one.pk}", ""
        one.closed_at, one.leaves_at = one.closed_at or timezone.now(), None
        one.save()


def _backups() -> Iterator[dict[str, Any]]:
    """Which backups still hold all of it, and until when."""
    for one in Backup.objects.filter(gone_at=None).order_by("made_at"):
        until = one.expires_at.isoformat(timespec="seconds")
        yield {"thing": f"backup:{one.pk}", "name": one.name, "until": until, "rows": 0}
