"""The nightly mail about steps: to their owners, one a person a day, one a week about a step.

It says titles, days and an address; no number of students and nothing that was found.
"""

import logging
import smtplib
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext, override

from eachchild.web.accounts.actions import current_members
from eachchild.web.accounts.models import Membership, User
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.profile.document import filled
from eachchild.web.profile.models import Profile
from eachchild.web.strategy.models import Action
from eachchild.web.strategy.rules.meetings import may_remind, was_reminded_today
from eachchild.web.strategy.steps import due_for

_NOWHERE = ("dummy", "console")  # what settings take where no mail server was named


def mail_goes_out() -> bool:
    """Whether a mail server was named."""
    return not any(f".{kind}." in settings.EMAIL_BACKEND for kind in _NOWHERE)


def remind(organizations: Iterable[Organization], now: datetime) -> int:
    """Write to the owners of steps that are late or due within a week; how many were written to."""
    if not mail_goes_out():
        return 0
    written: set[User] = set()
    for organization in organizations:
        with inside(organization):
            for member in current_members(organization).select_related("user", "organization"):
                if member.may("plan") and member.user not in written and _write_to(member, now):
                    written.add(member.user)
    return len(written)


def _write_to(member: Membership, now: datetime) -> bool:
    """Write to one person where there is something to say, and nothing was said today."""
    mine = Action.objects.within(member.organization).filter(owner=member.user)
    if any(was_reminded_today(one, now) for one in mine.exclude(reminded_at=None)):
        return False
    due = due_for(member, timezone.localtime(now).date())
    steps = [one for one in due if may_remind(one, now)]
    if not steps or not _sent(member, steps):
        return False
    mine.filter(pk__in=[one.pk for one in steps]).update(reminded_at=now)
    record("step.reminded", organization=member.organization, thing=f"user:{member.user_id}")
    return True


def _sent(member: Membership, steps: list[Action]) -> bool:
    """Whether the mail went out; a server that does not answer must not stop the night."""
    with override(filled(Profile.of(member.organization).document)["languages"][0]):
        subject = ngettext("A step of the plan is yours", "Steps of the plan are yours", len(steps))
        told = {"steps": steps, "member": member, "address": _address(member.organization)}
        text = render_to_string("strategy/reminder.txt", told)
        try:
            send_mail(f"EachChild: {subject}", text, None, [member.user.email])
        except (OSError, smtplib.SMTPException):
            logging.getLogger(__name__).exception("A reminder could not be sent")
            return False
    return True


def _address(organization: Organization) -> str:
    """The front page, on which a person's own steps stand."""
    scheme = "https" if settings.SECURE_SSL_REDIRECT else "http"
    path = reverse("audits", kwargs={"slug": organization.slug})
    return f"{scheme}://{settings.ALLOWED_HOSTS[0]}{path}"
