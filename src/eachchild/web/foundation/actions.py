"""The trail: the only writer of events, and the check that none was changed."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.db import transaction
from django.utils import timezone

from eachchild.web.foundation.models import Chain, Event, Organization

START = "0" * 64


def record(
    action: str,
    *,
    organization: Organization | None,
    actor: Any = None,
    thing: str = "",
    purpose: str = "",
    result: str = "done",
) -> Event:
    """Add one line to an organization's trail, tied by its hash to the line before."""
    with transaction.atomic():
        chain, _ = Chain.objects.select_for_update().get_or_create(organization=organization)
        event = Event(
            organization=organization,
            number=chain.length + 1,
            at=timezone.now(),
            actor=actor if getattr(actor, "pk", None) else None,
            action=action,
            thing=thing,
            purpose=purpose,
            result=result,
            previous=chain.last,
        )
        event.digest = digest_of(event)
        event.save(force_insert=True)
        chain.length, chain.last = event.number, event.digest
        chain.save()
    return event


def digest_of(event: Event) -> str:
    """The hash of a line and of the one before it."""
    told = [
        str(event.organization_id or ""), event.number,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(event.actor_id or ""), event.action, event.thing, event.purpose, event.result,
        event.previous,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def broken_lines(organization: Organization | None) -> Iterator[int]:
    """The numbers of lines that were changed, moved or taken out; none where the trail is whole."""
    before, number = START, 0
    for event in Event.objects.filter(organization=organization).order_by("number").iterator():
        number += 1
        if event.number != number or event.previous != before or event.digest != digest_of(event):
            yield number
        number, before = event.number, event.digest
    chain = Chain.objects.filter(organization=organization).first()
    if chain is not None and (chain.length != number or chain.last != before):
        yield number + 1


def open_organization(
    name: str, slug: str, *, kind: str = Organization.Kind.DISTRICT, actor: Any = None,
    parent: Organization | None = None, place: str = "",
) -> Organization:  # fmt: skip
    """Make an organization, and say so in its trail."""
    with transaction.atomic():
        made = Organization.objects.create(
            name=name, slug=slug, kind=kind, parent=parent, place=place
        )
        record(
            "organization.opened", organization=made, actor=actor, thing=f"organization:{made.pk}"
        )
    return made
