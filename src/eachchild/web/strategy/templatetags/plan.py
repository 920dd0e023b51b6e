"""What a page about a finding says of the plan: the goal made of it, its next step, its verdict."""

from collections.abc import Mapping
from typing import Any

from django import template

from eachchild.web.strategy.models import Goal
from eachchild.web.strategy.numbers import of_goals
from eachchild.web.strategy.steps import due_for, next_step

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


@register.inclusion_tag("strategy/due.html", takes_context=True)
def own_steps(context: Mapping[str, Any]) -> dict[str, Any]:
    """The reader's own steps that are late or due within a week; nothing where there are none."""
    member = context.get("member")
    steps = due_for(member) if member is not None and member.may("plan") else ()
    return {"steps": steps, "organization": context.get("organization")}
