"""The only writer of tokens: making one, ending one, noting that one was used."""

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from eachchild.web.accounts.actions import digest
from eachchild.web.accounts.models import Membership
from eachchild.web.api.models import Token
from eachchild.web.api.rules import check_can_make
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.models import Organization

_MARK = "eachchild"


def make_token(member: Membership, label: str, audience: str, days: int) -> str:
    """Make a token; its key is returned once and never stored."""
    check_can_make(member, audience, days)
    key = f"{_MARK}_{member.organization.pk.hex}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        made = Token.objects.within(member.organization).create(
            made_by=member.user, label=label, audience=audience, digest=digest(key),
            ends_at=timezone.now() + timedelta(days=days),
        )  # fmt: skip
        record("token.made", organization=member.organization, actor=member.user,
               thing=f"token:{made.pk}")  # fmt: skip
    return key


def end_token(member: Membership, token: Token) -> None:
    """End a token at once; whoever may take files away may end anybody's."""
    with transaction.atomic():
        token.ends_at = timezone.now()
        token.save(update_fields=["ends_at"])
        record("token.ended", organization=member.organization, actor=member.user,
               thing=f"token:{token.pk}")  # fmt: skip


def organization_of(key: str) -> Organization | None:
    """The organization that a key says it is of; the key itself is not judged here."""
    mark, _, rest = key.partition("_")
    try:
        number = UUID(hex=rest.partition("_")[0])
    except ValueError:
        return None
    return Organization.objects.filter(pk=number, closed_at=None).first() if mark == _MARK else None


def token_of(key: str, organization: Organization) -> Token | None:
    """The open token of a key, within its organization."""
    mine = Token.objects.within(organization).select_related("made_by")
    found: Token | None = mine.filter(digest=digest(key), ends_at__gt=timezone.now()).first()
    return found


def note_use(token: Token, what: str, thing: str, result: str) -> None:
    """One line of the trail for each use."""
    with transaction.atomic():
        token.used_at = timezone.now()
        token.save(update_fields=["used_at"])
        record(f"api.{what}", organization=token.organization, actor=token.made_by,
               thing=f"token:{token.pk}{thing}"[:120], result=result)  # fmt: skip
