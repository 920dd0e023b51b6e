"""When a review may be, what is decided in it, and of which step somebody is reminded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.strategy.models import Action, Cycle, Goal, Review

SOONEST, LATEST = timedelta(days=42), timedelta(days=63)  # 6 to 9 weeks
AHEAD = timedelta(days=7)  # a step due within these days is shown to its owner
BETWEEN_MAILS = timedelta(days=7)  # at most one mail a week about one step
AFTER: Mapping[str, str] = {  # what becomes of a goal; adapted, it goes on
    Cycle.Act.ADOPT: Goal.State.ADOPTED, Cycle.Act.ABANDON: Goal.State.ABANDONED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which a review may be, and whether it is late for it already."""

    first: date
    last: date
    is_late: bool = False

    @property
    def said(self) -> str:
        """The rule, with its dates."""
        days = {"first": date_format(self.first), "last": date_format(self.last)}
        if self.is_late:
            return _("The 9 weeks after the last review are over. Meet between %(first)s and "
                     "%(last)s.") % days  # fmt: skip
        return _("Reviews are 6 to 9 weeks apart: choose a day between %(first)s and "
                 "%(last)s.") % days  # fmt: skip


def window(before: date | None, today: date) -> Window:
    """The days for the review after one on a day; None: for the first, which has 9 weeks."""
    if before is None:
        return Window(today, today + LATEST)
    if before + LATEST < today:
        return Window(today, today + (LATEST - SOONEST), is_late=True)
    return Window(max(before + SOONEST, today), before + LATEST)


def day_of(review: Review) -> date:
    """The day a review was held, or for which it is planned."""
    return timezone.localtime(review.held_at).date() if review.held_at else review.on


def check_can_plan(on: date, days: Window) -> None:
    """A day that is neither too soon nor too late after the review before."""
    if not days.first <= on <= days.last:
        raise NotAllowedError(days.said)


def check_is_open(review: Review) -> None:
    """What was said and decided in a review that is closed stays as it was."""
    if review.held_at is not None:
        raise NotAllowedError(_("This review is closed. What was decided stays as it was."))


def check_can_meet(review: Review, today: date) -> None:
    """It is not closed, and its day has come."""
    check_is_open(review)
    if review.on > today:
        raise NotAllowedError(
            _("This review is on %(day)s. Decisions are made on that day or after.")
            % {"day": date_format(review.on)}
        )


def check_can_decide(review: Review, goal: Goal, today: date, *, decided: bool) -> None:
    """Once a goal in a review, while both are open."""
    check_can_meet(review, today)
    if decided:
        raise NotAllowedError(_("This review has decided on this goal. It stays as it was."))
    if not goal.is_running:
        raise NotAllowedError(_("This goal is not under way any more."))


def check_was_read(read: str, said: str) -> None:
    """What the team read is what the newest audit says."""
    if read.split() != said.split():
        raise NotAllowedError(
            _("A newer audit says something else than what you read. Open the review again, read "
              "the sentence, then decide.")
        )  # fmt: skip


def may_remind(action: Action, now: datetime) -> bool:
    """Whether a mail may be sent about a step now."""
    return action.reminded_at is None or action.reminded_at <= now - BETWEEN_MAILS


def was_reminded_today(action: Action, now: datetime) -> bool:
    """Whether its owner had a mail about it today."""
    return action.reminded_at is not None and action.reminded_at.date() == now.date()
