"""The trail: the only writer of events, and the check that none was changed."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from eachchild.web.foundation.models import Chain, Event, Organization
from eachchild.web.foundation.tenancy import PLATFORM, inside

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
    with inside(organization or PLATFORM, actor), transaction.atomic():
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


def broken_lines(
    organization: Organization | None, heads: Mapping[int, str] | None = None
) -> Iterator[int]:
    """The numbers of lines that were changed, moved or taken out; none where the trail is whole.

    `heads`: the digests that lines had when they were noted outside the database, which catches
    whoever cuts the end off the trail and makes the chain fit.
    """
    known = dict(heads or {})
    with inside(organization or PLATFORM):
        before, number = START, 0
        mine = Event.objects.filter(organization=organization).order_by("number")
        for event in mine.iterator():
            number += 1
            noted = known.pop(event.number, event.digest)
            if (event.number, event.previous, event.digest, noted) != (
                number, before, digest_of(event), event.digest,
            ):  # fmt: skip
                yield number
            number, before = event.number, event.digest
        chain = Chain.objects.filter(organization=organization).first()
    if (
        known
        or (chain is None and number)
        or (chain and (chain.length, chain.last) != (number, before))
    ):
        yield number + 1


def note_heads() -> None:
    """Write down outside the database where each trail stands, so that no end can be cut off."""
    with _heads_file().open("a", encoding="utf-8") as file:
        for organization in (None, *Organization.objects.order_by("pk")):
            with inside(organization or PLATFORM):
                chain = Chain.objects.filter(organization=organization).first()
            if chain is not None:
                told = [str(organization.pk if organization else ""), chain.length, chain.last]
                file.write(json.dumps(told) + "\n")


def noted_heads(organization: Organization | None) -> dict[int, str]:
    """The digests of an organization's lines that were noted outside the database."""
    file, key = _heads_file(), str(organization.pk if organization else "")
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return {number: last for whose, number, last in map(json.loads, lines) if whose == key}


def _heads_file() -> Path:
    return Path(settings.DATA) / "trail-heads.jsonl"


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
