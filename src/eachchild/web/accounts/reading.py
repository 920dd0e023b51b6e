"""What parties from outside read, put together from the trail for the register of disclosures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext_lazy as _

from eachchild.web.accounts.forms import COPIES
from eachchild.web.accounts.models import Disclosure
from eachchild.web.foundation.matrix import protected
from eachchild.web.foundation.models import Event, Organization


@dataclass(frozen=True, slots=True)
class Read:
    """One kind of thing that was read, how often, from when until when."""

    what: str
    times: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Party:
    """A line of the register, and what was read under it."""

    line: Disclosure
    copy: str
    fields: list[str]
    read: list[Read]


def parties(organization: Organization, lines: Iterable[Disclosure]) -> list[Party]:
    """Each line of the register with what its person read while it ran."""
    return [
        Party(
            line, str(COPIES[line.audience]),
            [str(_(protected()[name].label)) for name in line.fields], _read(organization, line),
        )
        for line in lines
    ]  # fmt: skip


def _read(organization: Organization, line: Disclosure) -> list[Read]:
    kind = Q(action__endswith=".read") | Q(action__endswith=".taken")
    seen: Any = Event.objects.filter(
        kind, organization=organization, actor=line.user, result="done", at__gte=line.since
    )
    if line.until is not None:
        seen = seen.filter(at__lte=line.until)
    kinds = seen.order_by("action").values("action")
    told = kinds.annotate(times=Count("pk"), first=Min("at"), last=Max("at"))
    return [Read(one["action"], one["times"], one["first"], one["last"]) for one in told]
