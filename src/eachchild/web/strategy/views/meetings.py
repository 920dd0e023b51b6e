"""Pages of reviews: the calendar, one review with its agenda, and what was decided."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.views import Visit, page
from eachchild.web.strategy import numbers
from eachchild.web.strategy.actions import meetings as actions
from eachchild.web.strategy.forms.meetings import DecisionForm, NotesForm, ReviewForm
from eachchild.web.strategy.models import Action, Cycle, Decision, Goal, Review
from eachchild.web.strategy.rules.meetings import check_can_meet, window

VERDICTS: Mapping[str, object] = {
    "improving": gettext_lazy("Improving"), "no_change": gettext_lazy("No change seen"),
    "worse": gettext_lazy("Worse"), "cannot_tell": gettext_lazy("Cannot tell yet"),
}  # fmt: skip


@require_GET
@page("plan", "reviews.read")
def reviews(request: Visit) -> HttpResponse:
    """When the plan is looked at next, when it was, and what was decided."""
    return _calendar(request)


@require_POST
@page("lead", "review.planning")
def plan_review(request: Visit) -> HttpResponse:
    """Set or move the day of the next review."""
    days = actions.days_for(request.member, timezone.localdate())
    form = ReviewForm(request.POST, days=days)
    if form.is_valid():
        try:
            made = actions.plan_review(request.member, form.cleaned_data["on"])
        except NotAllowedError as error:
            form.add_error("on", str(error))
        else:
            messages.success(request, _("The day of the review is set."))
            return _to(request, made)
    return _calendar(request, form)


@require_GET
@page("plan", "review.read")
def review(request: Visit, review: str) -> HttpResponse:
    """One review: its agenda goal by goal, what was decided, notes."""
    return _one(request, _found(request.member, review))


@require_POST
@page("lead", "goal.deciding")
def decide(request: Visit, review: str, goal: str) -> HttpResponse:
    """Adopt, adapt or abandon what a goal is about."""
    member, found = request.member, _found(request.member, review)
    mine = Goal.objects.within(member.organization)
    seen = numbers.of_goals(member, [get_object_or_404(mine, pk=goal)])
    if not seen:
        raise Http404
    asked, told = seen[0]
    form = _decision_form(asked, request.POST)
    if not form.is_valid():
        return _one(request, found, deciding=form, about=asked)
    actions.decide(member, found, asked, told, **form.cleaned_data)
    messages.success(request, _("Decided, and written into the log."))
    return _to(request, found)


@require_POST
@page("lead", "review.keeping")
def keep_review(request: Visit, review: str) -> HttpResponse:
    """Keep the notes of a review; close it, with the day of the next."""
    member, found = request.member, _found(request.member, review)
    closes = request.POST.get("closes") == "yes"
    form = NotesForm(request.POST, days=_following(), closes=closes)
    if not form.is_valid():
        return _one(request, found, noting=form)
    notes = form.cleaned_data["notes"]
    if not closes:
        actions.keep_notes(member, found, notes)
        messages.success(request, _("The notes are kept."))
        return _to(request, found)
    try:
        actions.close_review(member, found, notes, form.cleaned_data["following"])
    except NotAllowedError as error:
        form.add_error("following", str(error))
        found.refresh_from_db()
        return _one(request, found, noting=form)
    messages.success(request, _("The review is closed, and the next one is planned."))
    return redirect("reviews", slug=member.organization.slug)


def _calendar(request: Visit, form: ReviewForm | None = None) -> HttpResponse:
    member, today = request.member, timezone.localdate()
    every = list(actions.reviews(member))
    following = next((one for one in every if one.held_at is None), None)
    days = actions.days_for(member, today)
    start = {"on": following.on if following else days.first}
    told = {
        "following": following, "past": [one for one in every if one.held_at],
        "is_today": following is not None and following.on <= today, "days": days,
        "form": form or ReviewForm(initial=start, days=days), "is_planning": form is not None,
        "decisions": _decisions(member), "here": "reviews",
    }  # fmt: skip
    return render(request, "strategy/reviews.html", told)


def _one(
    request: Visit, found: Review, *, deciding: DecisionForm | None = None,
    about: Goal | None = None, noting: NotesForm | None = None,
) -> HttpResponse:  # fmt: skip
    member, days = request.member, _following()
    decisions = _decisions(member, found)
    hint = _hint(found)
    leads = member.may("lead")
    items = [] if found.held_at else _agenda(member, {one["row"].goal_id for one in decisions})
    for one in items:
        is_this = about is not None and one["goal"].pk == about.pk
        one["form"] = deciding if is_this else _decision_form(one["goal"], None, one["told"])
    told = {
        "review": found, "items": items, "decisions": decisions, "hint": hint, "days": days,
        "may_decide": leads and not hint, "may_note": leads and found.held_at is None,
        "notes": noting or NotesForm(
            initial={"notes": found.notes, "following": days.first}, days=days
        ),
        "here": "reviews",
    }  # fmt: skip
    return render(request, "strategy/review.html", told)


def _agenda(member: Membership, decided: Iterable[Any]) -> list[dict[str, Any]]:
    """The running goals with the newest verdict on each, its late steps, the trial under way."""
    mine = Goal.objects.within(member.organization).select_related("lead")
    goals = mine.filter(state=Goal.State.RUNNING).exclude(pk__in=list(decided))
    told = numbers.of_goals(member, goals.order_by("made_at"))
    keys = [goal.pk for goal, _verdict in told]
    steps = Action.objects.within(member.organization).select_related("owner")
    late = steps.filter(goal__in=keys, done_at=None, due__lt=timezone.localdate())
    trials = Cycle.objects.within(member.organization).filter(goal__in=keys, ended_at=None)
    late_of, trial_of = _by_goal(late.order_by("due")), _by_goal(trials.order_by("number"))
    return [
        {
            "goal": goal, "told": verdict, "label": VERDICTS[verdict["verdict"]],
            "late": late_of.get(goal.pk, ()), "trials": trial_of.get(goal.pk, ()),
        }
        for goal, verdict in told
    ]  # fmt: skip


def _decisions(member: Membership, review: Review | None = None) -> list[dict[str, Any]]:
    """What was decided on goals whose place a member sees, newest first, with the verdict then."""
    mine = Decision.objects.within(member.organization).select_related("goal", "made_by", "review")
    rows = mine.filter(review=review) if review else mine
    return [
        {"row": one, "label": VERDICTS.get(one.verdict, "")}
        for one in rows.order_by("-made_at")
        if one.goal is None or member.sees_place(one.goal.place)
    ]


def _by_goal(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for one in rows:
        found.setdefault(one.goal_id, []).append(one)
    return found


def _decision_form(
    goal: Goal, sent: Any, told: Mapping[str, Any] | None = None
) -> DecisionForm:  # fmt: skip
    """Many stand on one page, so each has ids of its own."""
    read = {"read": told["sentence"] if told else ""}
    return DecisionForm(sent, initial=read, auto_id=f"{goal.pk}_%s")


def _hint(review: Review) -> str:
    """Why nothing can be decided now; empty where it can."""
    try:
        check_can_meet(review, timezone.localdate())
    except NotAllowedError as error:
        return str(error)
    return ""


def _following() -> Any:
    """The days for the review after one that is held today."""
    return window(timezone.localdate(), timezone.localdate())


def _found(member: Membership, review: str) -> Review:
    found: Review = get_object_or_404(Review.objects.within(member.organization), pk=review)
    return found


def _to(request: Visit, review: Review) -> HttpResponse:
    return redirect("review", slug=request.member.organization.slug, review=review.pk)
