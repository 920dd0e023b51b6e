"""What comes in from outside and what is told outward: messages, public entries, contacts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.keeping.actions import Due, days_of, destroy
from eachchild.web.keeping.models import Hold
from eachchild.web.keeping.rules import check_can_destroy
from eachchild.web.strategy.actions.noting import noted
from eachchild.web.strategy.models import Contact, Entry, Goal, Reply
from eachchild.web.strategy.rules.outward import (
    check_can_approve,
    check_can_take_in,
    check_can_take_off,
)

REPLIES = "replies"  # the class of data, as the schedule names it


def receive(district: Organization, **told: str) -> Reply:
    """Keep what somebody wrote: about what, which school, the text, a way to answer, the language.

    The trail says that a message came, and nothing of what is in it.
    """
    with inside(district), transaction.atomic():
        mine = Reply.objects.within(district)
        check_can_take_in(mine.filter(read_by=None).count())
        ends = timezone.now() + timedelta(days=days_kept(district))
        made: Reply = mine.create(ends_at=ends, **told)
        record("reply.received", organization=district, thing=f"reply:{made.pk}")
    return made


def days_kept(district: Organization) -> int:
    """How long a message that comes now is kept."""
    return days_of(district)[REPLIES] or 0


def mark_read(member: Membership, reply: Reply) -> None:
    """Say who read a message first."""
    if reply.read_by_id is None:
        with transaction.atomic():
            reply.read_by = member.user
            reply.save(update_fields=["read_by"])
            noted(member, "reply.marked", f"reply:{reply.pk}")


def destroy_reply(member: Membership, reply: Reply) -> None:
    """Destroy one message before its time, where nothing must be kept."""
    rows = Reply.objects.within(member.organization).filter(pk=reply.pk)
    destroy(member.organization, Due(REPLIES, f"reply:{reply.pk}", rows=rows), by=member.user)


def destroy_replies(organization: Organization, now: datetime) -> int:
    """Destroy the messages whose time is up, how many; none while a legal hold lasts."""
    with inside(organization):
        rows = Reply.objects.within(organization).filter(ends_at__lte=now)
        count = rows.count()
        try:
            check_can_destroy(Hold.objects.within(organization))
        except NotAllowedError:
            return 0
        if count:
            destroy(organization, Due(REPLIES, f"{REPLIES}:{count}", rows=rows))
        return count


def write_entry(
    member: Membership, *, goal: Goal | None, said: Mapping[str, str], did: Mapping[str, str]
) -> Entry:
    """Write what everybody shall read; a second person makes it public."""
    with transaction.atomic():
        made: Entry = Entry.objects.within(member.organization).create(
            goal=goal, said=dict(said), did=dict(did), made_by=member.user
        )
        noted(member, "entry.written", f"entry:{made.pk}")
    return made


def approve_entry(member: Membership, entry: Entry) -> None:
    """Make an entry public, as the second person."""
    with transaction.atomic():
        locked = _locked(member, entry)
        check_can_approve(locked, member)
        locked.state, locked.approved_by = Entry.State.OUT, member.user
        locked.out_at = timezone.now()
        locked.save(update_fields=["state", "approved_by", "out_at"])
        noted(member, "entry.approved", f"entry:{entry.pk}")


def take_off(member: Membership, entry: Entry) -> None:
    """Take an entry off again, or back before it was public."""
    with transaction.atomic():
        locked = _locked(member, entry)
        check_can_take_off(locked, member)
        locked.state = Entry.State.GONE
        locked.save(update_fields=["state"])
        noted(member, "entry.taken-off", f"entry:{entry.pk}")


def set_contact(member: Membership, place: str, told: Mapping[str, Any]) -> Contact:
    """Say whom families of a place call, when they meet, and how a record is corrected there."""
    with transaction.atomic():
        mine = Contact.objects.within(member.organization)
        found = mine.filter(place=place).first()
        made: Contact = found or Contact(organization=member.organization, place=place)
        for name, value in told.items():
            setattr(made, name, value)
        made.made_by, made.made_at = member.user, timezone.now()
        made.save()
        noted(member, "contact.set", f"contact:{made.pk}")
    return made


def _locked(member: Membership, entry: Entry) -> Entry:
    found: Entry = Entry.objects.within(member.organization).select_for_update().get(pk=entry.pk)
    return found
