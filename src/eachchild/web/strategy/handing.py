"""What the worker hands to the library: the goals there are, as it judges them."""

from typing import Any

from eachchild.web.foundation.models import Organization
from eachchild.web.strategy.models import Goal


def goals_document(organization: Organization, audience: str) -> dict[str, Any]:
    """Every goal of an organization, from when and how far, as `eachchild progress` reads.

    A copy is told which share of the gap is to close, never the rate: that is made of numbers of
    the internal audit, and its picture would print it.
    """
    goals = Goal.objects.within(organization).order_by("made_at", "pk")
    return {"goals": [_told(goal, audience == "internal") for goal in goals]}


def _told(goal: Goal, inside: bool) -> dict[str, Any]:
    offer, key = goal.offer, "target" if inside else "share"
    return {
        "id": str(goal.pk), "outcome": offer["outcome"], "group": offer["group"],
        "reference": offer["reference"], "place": offer["place"], "chosen_on": offer["chosen_on"],
        "begins": goal.begins, key: goal.target["rate"] if inside else goal.target["share"],
        "balancing": goal.balancing, "schools": goal.schools,
    }  # fmt: skip
