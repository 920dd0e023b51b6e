"""Pages of the plan: all of it, one goal, its steps and trials."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eachchild.instruments.strategies import strategy, told
from eachchild.web.accounts.models import Membership, User
from eachchild.web.foundation.language import spoken_here
from eachchild.web.foundation.views import Visit, page
from eachchild.web.strategy.actions import goals as actions
from eachchild.web.strategy.forms.goals import DoneForm, StepForm, StudyForm, TrialForm
from eachchild.web.strategy.models import (
    Action,
    Cycle,
    Decision,
    Goal,
    Hypothesis,
    Review,
    Vision,
)
from eachchild.web.strategy.numbers import NOT_YET, of_goals
from eachchild.web.strategy.steps import next_step


@require_GET
@page("plan", "plan.read")
def plan(request: Visit) -> HttpResponse:
    """The whole plan: what the district wants to be true, its goals, and what comes next."""
    member = request.member
    mine = Goal.objects.within(member.organization).select_related("lead").order_by("-made_at")
    goals = [(goal, verdict, next_step(goal)) for goal, verdict in of_goals(member, mine)]
    steps = Action.objects.within(member.organization).filter(owner=member.user, done_at=None)
    return render(
        request, "strategy/plan.html",
        {
            "running": [one for one in goals if one[0].is_running],
            "ended": [one[0] for one in goals if not one[0].is_running],
            "vision": Vision.objects.within(member.organization).order_by("-made_at").first(),
            "review": _next_review(member),
            "mine": steps.select_related("goal").order_by("due"),
        },
    )  # fmt: skip


@require_GET
@page("plan", "goal.read")
def goal(request: Visit, goal: str) -> HttpResponse:
    """One goal: its verdict, its next step, what it is made of, and what was tried and decided."""
    return _goal_page(request, goal_of(request.member, goal))


@require_POST
@page("lead", "step.asked")
def add_step(request: Visit, goal: str) -> HttpResponse:
    """Add a step to a goal."""
    found = goal_of(request.member, goal)
    form = _step_form(request.member, found, request.POST)
    if not form.is_valid():
        return _goal_page(request, found, step_form=form)
    said = form.cleaned_data
    mine = Hypothesis.objects.within(request.member.organization)
    driver = mine.filter(pk=said["driver"]).first() if said["driver"] else None
    owner = User.objects.get(pk=said["owner"])
    actions.add_step(
        request.member, found, title=said["title"], owner=owner, due=said["due"], driver=driver
    )
    return _back(request, found)


@require_POST
@page("plan", "step.reported")
def step_done(request: Visit, step: str) -> HttpResponse:
    """Say that a step is done."""
    mine = Action.objects.within(request.member.organization).select_related("goal")
    found = get_object_or_404(mine, pk=step)
    goal = goal_of(request.member, str(found.goal_id))
    form = DoneForm(request.POST)
    if not form.is_valid():
        return _goal_page(request, goal, done_form=form, done_of=found)
    actions.step_done(request.member, found, form.cleaned_data["evidence"])
    messages.success(request, _("Done, and written down."))
    return _back(request, goal)


@require_POST
@page("lead", "trial.asked")
def begin_trial(request: Visit, goal: str) -> HttpResponse:
    """Begin a trial of a goal."""
    found, form = goal_of(request.member, goal), TrialForm(request.POST)
    if not form.is_valid():
        return _goal_page(request, found, trial_form=form)
    actions.begin_trial(request.member, found, **form.cleaned_data)
    return _back(request, found)


@require_POST
@page("lead", "trial.reported")
def end_trial(request: Visit, cycle: str) -> HttpResponse:
    """End a trial with what was learned."""
    mine = Cycle.objects.within(request.member.organization)
    found, form = get_object_or_404(mine, pk=cycle), StudyForm(request.POST)
    goal = goal_of(request.member, str(found.goal_id))
    if not form.is_valid():
        return _goal_page(request, goal, study_form=form)
    actions.end_trial(request.member, found, **form.cleaned_data)
    return _back(request, goal)


def goal_of(member: Membership, goal: str) -> Goal:
    """A goal that a member may read; 404 where there is none for them."""
    mine = Goal.objects.within(member.organization).select_related("run__audit", "lead")
    found: Goal = get_object_or_404(mine, pk=goal)
    if member.reads != "internal" or not member.sees_place(found.place):
        raise Http404
    return found


def people(member: Membership) -> list[tuple[str, str]]:
    """Who may lead a goal or have a step: those who read the plan."""
    there = Membership.running().filter(organization=member.organization).select_related("user")
    return [
        (str(one.user_id), f"{one.user}, {_(one.of_role.label)}")
        for one in sorted(there, key=lambda one: str(one.user))
        if one.may("plan")
    ]


def _goal_page(request: Visit, goal: Goal, **forms: Any) -> HttpResponse:
    member = request.member
    mine = {"organization": member.organization, "goal": goal}
    steps = list(
        Action.objects.within(member.organization).filter(**mine)
        .select_related("owner", "driver").order_by("done_at", "due")
    )  # fmt: skip
    cycles = list(Cycle.objects.within(member.organization).filter(**mine).order_by("-number"))
    decided = Decision.objects.within(member.organization).filter(**mine)
    ((_goal, verdict),) = of_goals(member, [goal]) or [(goal, NOT_YET)]
    told_now = {
        "goal": goal, "verdict": verdict, "steps": steps, "cycles": cycles,
        "next": next((one for one in steps if one.done_at is None), None),
        "balancing": _balancing(goal),
        "drivers": list(_drivers(goal, steps)), "strategies": strategies_of(goal),
        "decisions": decided.select_related("made_by").order_by("-made_at"),
        "open_trial": next((one for one in cycles if one.ended_at is None), None),
        "step_form": _step_form(member, goal), "trial_form": TrialForm(),
        "done_form": DoneForm(), "study_form": StudyForm(),
    }  # fmt: skip
    return render(request, "strategy/goal.html", told_now | forms)


def _drivers(goal: Goal, steps: list[Action]) -> Iterator[tuple[Any, list[Action]]]:
    """The driver diagram: each thing that could make the gap, with the steps meant to move it."""
    mine = Hypothesis.objects.within(goal.organization).filter(finding=goal.finding)
    for one in mine.exclude(stance=Hypothesis.Stance.DOUBT).order_by("made_at"):
        yield one, [step for step in steps if step.driver_id == one.pk]
    others = [step for step in steps if step.driver_id is None]
    if others:
        yield None, others


def _balancing(goal: Goal) -> list[str]:
    """What must not get worse meanwhile, in words."""
    return [one["label"] for one in goal.offer["balancing"] if one["id"] in goal.balancing]


def strategies_of(goal: Goal) -> list[tuple[str, str]]:
    """The strategies of a goal by key, each with its name in the reader's language."""
    return [(key, told(strategy(key), spoken_here()).name) for key in goal.strategies]


def _step_form(member: Membership, goal: Goal, given: Any = None) -> StepForm:
    mine = Hypothesis.objects.within(member.organization).filter(finding=goal.finding)
    drivers = [(str(one.pk), one.says) for one in mine.exclude(stance=Hypothesis.Stance.DOUBT)]
    return StepForm(given, people=people(member), drivers=drivers)


def _next_review(member: Membership) -> Review | None:
    mine = Review.objects.within(member.organization).filter(held_at=None)
    found: Review | None = mine.order_by("on").first()
    return found


def _back(request: Visit, goal: Goal) -> HttpResponse:
    return redirect("goal", slug=request.member.organization.slug, goal=goal.pk)
