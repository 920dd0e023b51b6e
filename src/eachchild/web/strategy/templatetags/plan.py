"""A person's own steps, for any page."""

from typing import Any

from django import template
from django.template import Context

from eachchild.web.strategy.views.meetings import due_for

register = template.Library()


@register.inclusion_tag("strategy/due.html", takes_context=True)
def own_steps(context: Context) -> dict[str, Any]:
    """The reader's own steps that are late or due within a week; nothing where there are none."""
    member = context.get("member")
    steps = due_for(member) if member is not None and member.may("plan") else ()
    return {"steps": steps, "organization": context.get("organization")}
