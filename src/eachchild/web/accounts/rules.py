"""Who may join an organization, and as what; and whose place here may be ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.matrix import AUDIENCES, OUTSIDE, protected, roles
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.rules import NotAllowedError


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody would be given: a role, where, on which ground, how far and until when."""

    role: str
    school: Organization | None = None
    basis: str = Membership.Basis.STAFF
    purpose: str = ""
    agreement: str = ""
    audience: str = ""
    fields: Sequence[str] = ()
    ends_at: datetime | None = None

    @property
    def is_outside(self) -> bool:
        """Whether it is for somebody who is not employed here, so that the register names them."""
        return self.role == OUTSIDE or self.basis != Membership.Basis.STAFF


def check_grant(organization: Organization, grant: Grant) -> None:
    """A role that exists, a place within the organization, a ground in full for outsiders."""
    if grant.role not in roles():
        raise NotAllowedError(_("There is no such role."))
    if roles()[grant.role].own_place and grant.school is None:
        raise NotAllowedError(_("This role belongs to a school: choose which."))
    if grant.school is not None and grant.school.parent_id != organization.pk:
        raise NotAllowedError(_("This school is not one of yours."))
    if grant.ends_at is not None and grant.ends_at <= timezone.now():
        raise NotAllowedError(_("The day it ends must be after today."))
    _check_ground(grant)
    _check_reach(grant)


def _check_ground(grant: Grant) -> None:
    named = grant.purpose.strip() and grant.agreement.strip() and grant.ends_at
    staff = grant.basis == Membership.Basis.STAFF
    if grant.is_outside and (not named or (staff and grant.role == OUTSIDE)):
        raise NotAllowedError(
            _(
                "Somebody from outside needs a ground in FERPA, a purpose, the agreement that "
                "allows it and the day it ends."
            )
        )


def _check_reach(grant: Grant) -> None:
    reads = roles()[grant.role].audience
    if grant.audience and grant.audience not in AUDIENCES[: AUDIENCES.index(reads) + 1]:
        raise NotAllowedError(_("This role does not read that copy: choose one further out."))
    check_columns(grant.role, grant.fields)


def check_columns(role: str, names: Iterable[str]) -> None:
    """Groups of protected columns that exist, and no meal eligibility for a partner."""
    for name in names:
        if name not in protected():
            raise NotAllowedError(_("There is no such group of protected columns."))
        if not protected()[name].may_be_of(role):
            raise NotAllowedError(
                _(
                    "Meal eligibility may not be given to a partner: the National School Lunch Act "
                    "(42 USC 1758(b)(6)) names who may have it."
                )
            )


def check_can_grant(membership: Membership, names: Iterable[str], *, oneself: bool) -> None:
    """To somebody who is here, whom the law lets have it; nobody grants to themself."""
    if not membership.is_current:
        raise NotAllowedError(_("This person can see nothing here already."))
    if oneself and set(names) - set(membership.fields):
        raise NotAllowedError(_("Nobody grants columns to themself. Ask another administrator."))
    check_columns(membership.role, names)


def check_can_invite(email: str, inviter: str, *, already_here: bool) -> None:
    """Nobody gives a role to themself, and nobody has two."""
    if email.casefold() == inviter.casefold():
        raise NotAllowedError(
            _("You cannot give a role to yourself. Another administrator can invite you.")
        )
    if already_here:
        raise NotAllowedError(
            _("This person belongs here already. End what they may do, then invite them anew.")
        )


def check_can_join(email: str, invited: str, *, inviter: bool, already_here: bool) -> None:
    """An invitation is for the person of its address, never for the one who made it."""
    if email.casefold() != invited.casefold() or inviter:
        raise NotAllowedError(
            _("This invitation is for somebody else. Sign out, then open the link again.")
        )
    if already_here:
        raise NotAllowedError(_("You belong here already."))


def check_can_link(membership: Membership, *, waiting: bool, elsewhere: bool) -> None:
    """A link opens an account: only one that nothing opens yet, and that nobody else relies on."""
    if not membership.is_current:
        raise NotAllowedError(_("This person can see nothing here already."))
    if not waiting or elsewhere:
        raise NotAllowedError(_("This person signs in by themselves."))


def check_can_end(membership: Membership, *, other_administrators: int) -> None:
    """It must run still, and somebody must stay who can invite people."""
    if not membership.is_current:
        raise NotAllowedError(_("This person can see nothing here already."))
    if membership.may("people") and not other_administrators:
        raise NotAllowedError(
            _("This is the last administrator. Invite another one first, then end this one.")
        )
