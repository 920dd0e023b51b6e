"""Inviting people, letting them in, ending what they may do, and closing an account."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.utils import timezone

from eachchild.web.accounts.models import Disclosure, Invitation, Membership, User
from eachchild.web.accounts.rules import (
    Grant,
    check_can_end,
    check_can_grant,
    check_can_invite,
    check_can_join,
    check_can_link,
    check_grant,
)
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.matrix import protected, roles
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside

_DAYS = 7


def invite(organization: Organization, email: str, role: str, *, by: Any, **ground: Any) -> str:
    """Invite an address; the secret of the link is returned once and never stored."""
    grant = Grant(role, **ground)
    with inside(organization, by):
        here = current_members(organization).filter(user__email=email.lower()).exists()
    check_can_invite(email, by.email if by else "", already_here=here)
    check_grant(organization, grant)
    return _linked(organization, email.lower(), grant, by=by, action="person.invited")


def _linked(
    organization: Organization, email: str, ground: Grant | Membership, *, by: User | None,
    action: str,
) -> str:  # fmt: skip
    """Make an invitation on a ground; the secret of its link."""
    secret = secrets.token_urlsafe(32)
    with inside(organization, by), transaction.atomic():
        made = Invitation.objects.create(
            organization=organization, email=email, role=ground.role, school=ground.school,
            basis=ground.basis, purpose=ground.purpose, agreement=ground.agreement,
            audience=ground.audience, fields=list(ground.fields),
            membership_ends_at=ground.ends_at, invited_by=by, digest=digest(secret),
            expires_at=timezone.now() + timedelta(days=_DAYS),
        )  # fmt: skip
        record(action, organization=organization, actor=by, thing=f"invitation:{made.pk}")
    return secret


def waiting(people: Iterable[User]) -> set[User]:
    """Those who have nothing yet with which to sign in, and never did here.

    So it is with people who came with a district from another platform.
    """
    found = User.objects.filter(
        pk__in=[one.pk for one in people], is_active=True, last_login=None,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
    )  # fmt: skip
    for model in (Authenticator, SocialAccount):
        found = found.exclude(pk__in=model.objects.values("user"))
    return set(found)


def link_for(member: Membership, *, by: User | None) -> str:
    """A link for somebody who belongs here and has nothing to sign in with; its secret, once."""
    check_can_link(
        member, waiting=bool(waiting([member.user])),
        elsewhere=is_elsewhere(member.user, member.organization),
    )  # fmt: skip
    return _linked(
        member.organization, member.user.email, member, by=by, action="person.linked"
    )  # fmt: skip


def begin(invitation: Invitation, person: User, name: str, password: str) -> None:
    """Let somebody who waits begin: their own password, once; what they may do is there already."""
    with inside(invitation.organization), transaction.atomic():
        _take(invitation)
        person.name = name
        person.set_password(password)
        person.save(update_fields=["name", "password"])
        record("person.began", organization=invitation.organization, actor=person,
               thing=f"invitation:{invitation.pk}")  # fmt: skip


def _take(invitation: Invitation) -> None:
    """An invitation is taken once."""
    mine = Invitation.objects.filter(pk=invitation.pk, taken_at=None)
    if not mine.update(taken_at=timezone.now()):
        raise Invitation.DoesNotExist


def withdraw(invitation: Invitation, *, by: User) -> None:
    """Take an invitation back: its link leads nowhere from now on."""
    with transaction.atomic():
        invitation.expires_at = timezone.now()
        invitation.save(update_fields=["expires_at"])
        record(
            "person.withdrawn", organization=invitation.organization, actor=by,
            thing=f"invitation:{invitation.pk}",
        )  # fmt: skip


def digest(secret: str) -> str:
    """What is stored of a secret that was handed out."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_invitations() -> Any:
    """Invitations that may still be taken."""
    return Invitation.objects.select_related("organization", "school").filter(
        taken_at=None, expires_at__gt=timezone.now(), organization__closed_at=None
    )


def open_invitation(secret: str) -> Invitation | None:
    """The invitation of a link, while it is open."""
    told = digest(secret)
    with inside(None, invitation=told):
        found: Invitation | None = open_invitations().filter(digest=told).first()
    return found


def current_members(organization: Organization) -> Any:
    """Who belongs to an organization now."""
    return Membership.running().filter(organization=organization)


def is_elsewhere(user: User, organization: Organization) -> bool:
    """Whether somebody ever belonged to another organization."""
    with inside(None, user):
        others = Membership.objects.filter(user=user).exclude(organization=organization)
        return bool(others.exists())


def is_here(organization: Organization, user: User) -> bool:
    """Whether somebody belongs to an organization now."""
    with inside(organization, user):
        return bool(current_members(organization).filter(user=user).exists())


def join(invitation: Invitation, user: User) -> Membership:
    """Let the person whom an invitation names in, once."""
    check_can_join(
        user.email, invitation.email, inviter=invitation.invited_by_id == user.pk,
        already_here=is_here(invitation.organization, user),
    )  # fmt: skip
    with inside(invitation.organization), transaction.atomic():
        _take(invitation)
        return add_member(
            invitation.organization, user, invitation.role, by=user, school=invitation.school,
            basis=invitation.basis, purpose=invitation.purpose, agreement=invitation.agreement,
            audience=invitation.audience, fields=invitation.fields,
            ends_at=invitation.membership_ends_at,
        )  # fmt: skip


def add_member(
    organization: Organization, user: User, role: str, *, by: Any = None, **ground: Any
) -> Membership:
    """Give a person a role in an organization; the register names those from outside."""
    grant = Grant(role, **ground)
    check_grant(organization, grant)
    given = {
        "role": role, "school": grant.school, "basis": grant.basis, "purpose": grant.purpose,
        "agreement": grant.agreement, "audience": grant.audience, "fields": list(grant.fields),
        "ends_at": grant.ends_at, "starts_at": timezone.now(),
    }  # fmt: skip
    with inside(organization), transaction.atomic():
        made, _ = Membership.objects.update_or_create(
            organization=organization, user=user, defaults=given
        )
        if grant.is_outside:
            _disclose(made, since=made.starts_at)
        record("person.joined", organization=organization, actor=by, thing=f"membership:{made.pk}")
    return made


def grant_columns(membership: Membership, names: Iterable[str], *, by: User) -> None:
    """Give somebody groups of protected columns, or take them; they count from the next page on.

    The trail says which were given and which were taken. For somebody from outside the register
    has a new line, as it says what was theirs from when until when.
    """
    organization, given = membership.organization, set(names)
    check_can_grant(membership, given, oneself=by == membership.user)
    wanted = [name for name in protected() if name in given]
    changed = [f"+{n}" for n in wanted if n not in membership.fields]
    changed += [f"-{n}" for n in membership.fields if n not in wanted]
    if not changed:
        return
    with inside(organization, by), transaction.atomic():
        membership.fields = wanted
        membership.save(update_fields=["fields"])
        if Grant(membership.role, basis=membership.basis).is_outside:
            now = timezone.now()
            lines = Disclosure.objects.within(organization)
            lines.filter(user=membership.user, until__gt=now).update(until=now)
            _disclose(membership, since=now)
        record("person.columns", organization=organization, actor=by,
               thing=",".join((f"membership:{membership.pk}", *changed)))  # fmt: skip


def _disclose(made: Membership, *, since: datetime) -> None:
    Disclosure.objects.within(made.organization).create(
        user=made.user, basis=made.basis, purpose=made.purpose, agreement=made.agreement,
        audience=made.reads, fields=made.fields, since=since, until=made.ends_at,
    )  # fmt: skip


def end_membership(membership: Membership, *, by: User) -> None:
    """End what a person may do here, at once: the next page they ask for does not exist."""
    organization, now = membership.organization, timezone.now()
    with inside(organization, by), transaction.atomic():
        leading = [role.name for role in roles().values() if "people" in role.rights]
        others = current_members(organization).filter(role__in=leading, user__is_active=True)
        check_can_end(membership, other_administrators=others.exclude(pk=membership.pk).count())
        membership.ends_at = now
        membership.save(update_fields=["ends_at"])
        Disclosure.objects.within(organization).filter(
            user=membership.user, until__gt=now
        ).update(until=now)  # fmt: skip
        record(
            "person.ended", organization=organization, actor=by, thing=f"membership:{membership.pk}"
        )


def note(action: str, person: User | None, *, thing: str = "", result: str = "done") -> None:
    """Say of a person's account, in the trail of each organization where they belong.

    Of nobody whom we know it is said in the platform's own trail. No address stands in either.
    """
    where: list[Organization | None] = []
    with inside(None, person):
        if person is not None:
            where = [member.organization for member in Membership.all_current(person)]
    for organization in where or [None]:
        with inside(organization, person):
            record(action, organization=organization, actor=person, thing=thing, result=result)


def disable(person: User) -> None:
    """Close an account: no sign-in from now on, and its sessions end here, not in the browser."""
    with transaction.atomic():
        note("account.disabled", person, thing=f"person:{person.pk}")
        person.is_active = False
        person.save(update_fields=["is_active"])
        for session in UserSession.objects.filter(user=person):
            session.end()
