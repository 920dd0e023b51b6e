"""What may be told outward, and by whom; what may come in; and in which language it is read."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.strategy.models import Entry

MOST_UNREAD = 1_000  # messages of one district that wait to be read
LONGEST = 2_000  # characters of one message
LIMITS = {"ip": "10/h/ip", "district": "200/d/key"}  # messages from one address, and in all


def check_can_take_in(unread: int) -> None:
    """Somebody reads what comes in: a heap that nobody looks at is not filled further."""
    if unread >= MOST_UNREAD:
        raise NotAllowedError(
            _("Too many messages wait to be read. Please call your school instead.")
        )


def check_can_approve(entry: Entry, member: Membership) -> None:
    """A second person, who did not write it, and leads or approves what is released."""
    _check_may_decide(member)
    if entry.state != Entry.State.WAITING:
        raise NotAllowedError(_("This does not wait for anybody: it is public, or was taken off."))
    if entry.made_by_id == member.user_id:
        raise NotAllowedError(_("You wrote this yourself, so somebody else decides."))


def check_can_take_off(entry: Entry, member: Membership) -> None:
    """What waits or is public; one person is enough to take something off."""
    _check_may_decide(member)
    if entry.state == Entry.State.GONE:
        raise NotAllowedError(_("This was taken off already."))


def may_decide(member: Membership) -> bool:
    """Whether somebody leads the plan or approves what is released."""
    return member.may("lead") or member.may("approve")


def in_language(texts: Mapping[str, str], wanted: str) -> tuple[str, str]:
    """A text and the language that it is in: the one that is wanted, else the first there is.

    >>> in_language({"en": "We did", "es": ""}, "es")
    ('We did', 'en')
    """
    order = (wanted, *(code for code in texts if code != wanted))
    return next(((texts[code], code) for code in order if texts.get(code)), ("", wanted))


def _check_may_decide(member: Membership) -> None:
    if not may_decide(member):
        raise NotAllowedError(_("Those who lead the plan or approve releases decide this."))
