"""What the worker hands to the library: the goals there are, as it judges them."""

from typing import Any

from eachchild.web.foundation.models import Organization
from eachchild.web.strategy.models import Goal


def goals_document(organization: Organization) -> dict[str, Any]:
    """Every goal of an organization, from when and towards what, as `eachchild progress` reads."""
    goals = Goal.objects.within(organization).order_by("made_at", "pk")
    return {"goals": [_told(goal) for goal in goals]}


def _told(goal: Goal) -> dict[str, Any]:
    offer = goal.offer
    return {
        "id": str(goal.pk), "outcome": offer["outcome"], "group": offer["group"],
        "reference": offer["reference"], "place": offer["place"], "chosen_on": offer["chosen_on"],
        "begins": goal.begins, "target": goal.target["rate"], "balancing": goal.balancing,
        "schools": [],
    }  # fmt: skip
