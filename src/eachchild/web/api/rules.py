"""Who may make a token, and what it may read."""

from django.utils.translation import gettext as _

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.matrix import AUDIENCES
from eachchild.web.foundation.rules import NotAllowedError

MOST_DAYS = 366


def audiences_of(member: Membership) -> tuple[str, ...]:
    """The audiences whose copies a member's token may read: the own one and wider ones."""
    return AUDIENCES[: AUDIENCES.index(member.reads) + 1]


def check_can_make(member: Membership, audience: str, days: int) -> None:
    """Somebody who may take whole files away; for no longer than a year."""
    if not may_read(member):
        raise NotAllowedError(_("A token takes whole files away, which your role may not."))
    if audience not in audiences_of(member):
        raise NotAllowedError(_("A token reads no more than you do."))
    if not 1 <= days <= MOST_DAYS:
        raise NotAllowedError(_("A token ends within a year."))


def may_read(member: Membership) -> bool:
    """Whether the person behind a token still may take whole files away."""
    return member.may("export") and not member.of_role.own_place


def narrower(one: str, other: str) -> str:
    """The audience of two that may see less: a token never outgrows its maker's role.

    >>> narrower("internal", "board")
    'board'
    """
    return min(one, other, key=AUDIENCES.index)
