"""Planning reviews, deciding in them, closing them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from eachchild.web.accounts.models import Membership
from eachchild.web.strategy.actions.noting import noted
from eachchild.web.strategy.models import Decision, Goal, Review
from eachchild.web.strategy.rules.meetings import (
    AFTER,
    Window,
    check_can_decide,
    check_can_meet,
    check_can_plan,
    check_is_open,
    check_was_read,
    day_of,
    window,
)


def reviews(member: Membership) -> Any:
    """The reviews of a plan, newest first."""
    return Review.objects.within(member.organization).order_by("-on", "-made_at")


def days_for(member: Membership, today: date) -> Window:
    """On which days the next review may be: so long after the one that was held last."""
    held = reviews(member).exclude(held_at=None).first()
    return window(day_of(held) if held else None, today)


def plan_review(member: Membership, on: date, today: date | None = None) -> Review:
    """Set the day of the next review; one that is planned already is moved to it."""
    today = today or timezone.localdate()
    with transaction.atomic():
        check_can_plan(on, days_for(member, today))
        found: Review | None = reviews(member).filter(held_at=None).first()
        if found is None:
            mine = Review.objects.within(member.organization)
            review: Review = mine.create(on=on, made_by=member.user)
            _noted(member, "review.planned", review)
            return review
        found.on = on
        found.save(update_fields=["on"])
        _noted(member, "review.moved", found)
    return found


def keep_notes(member: Membership, review: Review, notes: str) -> Review:
    """Keep the notes of a review that is not closed."""
    with transaction.atomic():
        check_is_open(review)
        review.notes = notes
        review.save(update_fields=["notes"])
        _noted(member, "review.noted", review)
    return review


def decide(
    member: Membership, review: Review, goal: Goal, told: Mapping[str, Any], *, choice: str,
    why: str, read: str,
) -> Decision:  # fmt: skip
    """Decide on a goal and keep what was read before; adopted or given up, it is not under way.

    `told` is the newest verdict, `read` the sentence that stood on the page.
    """
    mine = Decision.objects.within(member.organization)
    with transaction.atomic():
        decided = mine.filter(review=review, goal=goal).exists()
        check_can_decide(review, goal, timezone.localdate(), decided=decided)
        check_was_read(read, told["sentence"])
        made: Decision = mine.create(
            review=review, goal=goal, choice=choice, why=why, verdict=told["verdict"],
            said=told["sentence"], made_by=member.user,
        )  # fmt: skip
        goal.state = AFTER.get(choice, goal.state)
        goal.save(update_fields=["state"])
        noted(member, "goal.decided", f"decision:{made.pk}")
    return made


def close_review(member: Membership, review: Review, notes: str, following: date) -> Review:
    """Close a review and plan the next one; the one that follows is returned."""
    now = timezone.now()
    with transaction.atomic():
        check_can_meet(review, timezone.localdate())
        review.notes, review.held_at = notes, now
        review.save(update_fields=["notes", "held_at"])
        _noted(member, "review.closed", review)
        return plan_review(member, following)


def _noted(member: Membership, action: str, review: Review) -> None:
    noted(member, action, f"review:{review.pk}")
