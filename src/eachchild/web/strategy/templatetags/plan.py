"""What a page about a finding says of the plan: the goal made of it, its next step, its verdict."""

from collections.abc import Mapping
from typing import Any

from django import template

from eachchild.web.strategy.models import Action, Goal
from eachchild.web.strategy.numbers import of_goals

register = template.Library()


@register.inclusion_tag("strategy/about_it.html", takes_context=True)
def about_it(context: Mapping[str, Any], run: Any, one: Mapping[str, Any]) -> dict[str, Any]:
    """The goal that was made of a finding, or the way to make one."""
    member = context.get("member")
    if member is None or not member.may("plan"):
        return {}
    mine = Goal.objects.within(member.organization).filter(finding=one["finding"])
    told = of_goals(member, mine.order_by("-made_at")[:1])
    goal, verdict = told[0] if told else (None, None)
    return {
        "organization": member.organization, "rights": context["rights"], "run": run, "one": one,
        "goal": goal, "verdict": verdict, "next": goal and next_step(goal),
    }  # fmt: skip


def next_step(goal: Goal) -> Action | None:
    """The step of a goal that is due first and not done."""
    mine = Action.objects.within(goal.organization).filter(goal=goal, done_at=None)
    found: Action | None = mine.select_related("owner").order_by("due", "made_at").first()
    return found
