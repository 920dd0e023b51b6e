"""Steps that are next: of a goal, and of a person."""

from datetime import date

from django.utils import timezone

from eachchild.web.accounts.models import Membership
from eachchild.web.strategy.models import Action, Goal
from eachchild.web.strategy.rules.meetings import AHEAD


def next_step(goal: Goal) -> Action | None:
    """The step of a goal that is due first and not done."""
    mine = Action.objects.within(goal.organization).filter(goal=goal, done_at=None)
    found: Action | None = mine.select_related("owner").order_by("due", "made_at").first()
    return found


def due_for(member: Membership, today: date | None = None) -> list[Action]:
    """A member's own steps that are late or due within a week, the most urgent first."""
    mine = Action.objects.within(member.organization).select_related("goal")
    soon = (today or timezone.localdate()) + AHEAD
    running = mine.filter(owner=member.user, done_at=None, due__lte=soon,
                          goal__state=Goal.State.RUNNING)  # fmt: skip
    return list(running.order_by("due", "title"))
