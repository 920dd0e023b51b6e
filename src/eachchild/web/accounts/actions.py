"""Inviting people, letting them in, and ending what they may do."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from eachchild.web.accounts.models import Invitation, Membership, User
from eachchild.web.accounts.rules import check_can_invite
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside

_DAYS = 7


def invite(
    organization: Organization, email: str, role: str, *, by: User,
    school: Organization | None = None, basis: str = Membership.Basis.STAFF, purpose: str = "",
    agreement: str = "", ends_at: datetime | None = None,
) -> str:  # fmt: skip
    """Invite an address; the secret of the link is returned once and never stored."""
    check_can_invite(
        role, school=school, basis=basis, purpose=purpose, agreement=agreement, ends_at=ends_at
    )
    secret = secrets.token_urlsafe(32)
    with inside(organization, by), transaction.atomic():
        made = Invitation.objects.create(
            organization=organization, email=email.lower(), role=role, school=school, basis=basis,
            purpose=purpose, agreement=agreement, membership_ends_at=ends_at, invited_by=by,
            digest=digest(secret), expires_at=timezone.now() + timedelta(days=_DAYS),
        )  # fmt: skip
        record("person.invited", organization=organization, actor=by, thing=f"invitation:{made.pk}")
    return secret


def digest(secret: str) -> str:
    """What is stored of a secret that was handed out."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_invitation(secret: str) -> Invitation | None:
    """The invitation of a link, while it is open."""
    told = digest(secret)
    with inside(None, invitation=told):
        return (
            Invitation.objects.select_related("organization", "school")
            .filter(digest=told, taken_at=None, expires_at__gt=timezone.now())
            .first()
        )


def join(invitation: Invitation, user: User) -> Membership:
    """Let the person whom an invitation names in, once."""
    with inside(invitation.organization), transaction.atomic():
        taken = Invitation.objects.filter(pk=invitation.pk, taken_at=None).update(
            taken_at=timezone.now()
        )
        if not taken:
            raise Invitation.DoesNotExist
        return add_member(
            invitation.organization, user, invitation.role, by=invitation.invited_by,
            school=invitation.school, basis=invitation.basis, purpose=invitation.purpose,
            agreement=invitation.agreement, ends_at=invitation.membership_ends_at,
        )  # fmt: skip


def add_member(
    organization: Organization, user: User, role: str, *, by: Any = None,
    school: Organization | None = None, **ground: Any,
) -> Membership:  # fmt: skip
    """Give a person a role in an organization."""
    with inside(organization), transaction.atomic():
        made, _ = Membership.objects.update_or_create(
            organization=organization, user=user,
            defaults={"role": role, "school": school, **ground},
        )  # fmt: skip
        record("person.joined", organization=organization, actor=by, thing=f"membership:{made.pk}")
    return made


def end_membership(membership: Membership, *, by: User) -> None:
    """End what a person may do here, at once: the next page they ask for does not exist."""
    with inside(membership.organization, by), transaction.atomic():
        membership.ends_at = timezone.now()
        membership.save(update_fields=["ends_at"])
        record(
            "person.ended", organization=membership.organization, actor=by,
            thing=f"membership:{membership.pk}",
        )  # fmt: skip
