"""The line of the trail that each action of the plan leaves."""

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.actions import record


def noted(member: Membership, action: str, thing: str) -> None:
    """Write down that a member did something, and with what."""
    record(action, organization=member.organization, actor=member.user, thing=thing)
