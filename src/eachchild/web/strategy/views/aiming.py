"""From a finding to a goal: what could make it, what would change it, how far and by when."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from eachchild.instruments.strategies import (
    Strategy,
    fitting,
    named,
    strategies,
    told,
)
from eachchild.web.accounts.models import User
from eachchild.web.audits.models import Run
from eachchild.web.audits.screens import Pages, pages_of, run_of, screen_of
from eachchild.web.foundation.language import spoken_here
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.views import Visit, page
from eachchild.web.strategy.actions import goals as actions
from eachchild.web.strategy.forms.goals import GoalForm, HypothesisForm, StanceForm
from eachchild.web.strategy.models import Goal, Hypothesis
from eachchild.web.strategy.numbers import offer_of
from eachchild.web.strategy.rules.goals import check_can_aim
from eachchild.web.strategy.views.goals import people

_MOST = 8  # strategies beside a goal; the library has all


@page("lead", "causes.weighed")
def why(request: Visit, run: str, screen: str) -> HttpResponse:
    """Weigh what could make a gap: what the audit tells, and what people think."""
    found, pages, one = _of(request, run, screen)
    form = HypothesisForm()
    if request.method == "POST":
        form = HypothesisForm(request.POST)
        said = _stance(request, one) or (form.said() if form.is_valid() else None)
        if said is not None:
            actions.weigh(request.member, one["finding"], said)
            return redirect(
                "why", slug=request.member.organization.slug, run=found.pk, screen=screen
            )
    mine = Hypothesis.objects.within(request.member.organization)
    weighed = list(mine.filter(finding=one["finding"]).order_by("made_at"))
    by_cause = {each.cause: each for each in weighed if each.cause}
    return render(
        request, "strategy/why.html",
        {
            "run": found, "pages": pages, "one": one, "form": form, "weighed": weighed,
            "ledger": [(each, by_cause.get(each["id"])) for each in one["weighed"]],
            "stances": Hypothesis.Stance.choices,
            "bones": [(label, [each for each in weighed if each.bone == bone])
                      for bone, label in Hypothesis.Bone.choices],
        },
    )  # fmt: skip


@page("lead", "goal.asked")
def aim(request: Visit, run: str, screen: str) -> HttpResponse:
    """Make a goal of a finding: the baseline and the targets are filled in."""
    found, pages, one = _of(request, run, screen)
    member = request.member
    offered = offer_of(member.organization, found, one["finding"])
    mine = Goal.objects.within(member.organization).filter(finding=one["finding"])
    check_can_aim(offered, mine)
    assert offered is not None  # noqa: S101 - for the type checker alone: the rule refused
    form = GoalForm(
        request.POST or None, **_choices(request, pages, one, offered),
        initial={"share": _feasible(offered), "lead": str(member.user.pk),
                 "balancing": [each["id"] for each in offered["balancing"]]},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "screen": screen, "sentence": one["sentence"]}
        said["lead"] = User.objects.get(pk=said["lead"])
        try:
            made = actions.aim(member, found, offered, said, pages["labels"]["groups"])
        except NotAllowedError as error:  # what was typed stays
            form.add_error("change", str(error))
        else:
            return redirect("goal", slug=member.organization.slug, goal=made.pk)
    return render(
        request, "strategy/aim.html",
        {"run": found, "pages": pages, "one": one, "form": form, "offer": offered},
    )  # fmt: skip


@require_GET
@page("plan", "strategies.read")
def library(request: Visit) -> HttpResponse:
    """What others do, by area and tier: what was found of it, what it needs, where it is told."""
    language = spoken_here()
    parts = groupby(strategies(), key=lambda one: (one.area, one.tier))
    shown = [
        {"key": f"{area}-{tier}", "area": named("area", area, language),
         "tier": named("tier", tier, language), "opens": tier == 1,
         "some": [_strategy(one, language) for one in some]}
        for (area, tier), some in parts
    ]  # fmt: skip
    told_now = {"shown": shown, "count": len(strategies())}
    return render(request, "strategy/strategies.html", told_now)


def _strategy(one: Strategy, language: str) -> dict[str, Any]:
    return {
        "one": one, "text": told(one, language),
        "evidence": named("evidence", one.evidence, language),
        "cost": named("cost", one.cost, language), "remedy": named("remedy", one.remedy, language),
    }  # fmt: skip


def _of(request: Visit, run: str, screen: str) -> tuple[Run, Pages, Mapping[str, Any]]:
    found = run_of(request.member, run)
    pages = pages_of(request.member, found)
    return found, pages, screen_of(pages, screen)[1]


def _stance(request: Visit, one: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the team thinks of a cause of the ledger; None where the form is about another thing."""
    if "cause" not in request.POST:
        return None
    form = StanceForm(request.POST)
    cause = next((c for c in one["weighed"] if c["id"] == request.POST["cause"]), None)
    if cause is None or not form.is_valid():
        return None
    return {
        "cause": cause["id"], "says": cause["sentence"], "refuted_by": cause["refuted_by"],
        "stance": form.cleaned_data["stance"],
    }  # fmt: skip


def _choices(
    request: Visit, pages: Pages, one: Mapping[str, Any], offered: Mapping[str, Any]
) -> dict[str, Iterable[tuple[str, Any]]]:
    causes = [each["kind"] for each in one["weighed"] if each["verdict"] == "supported"]
    language = spoken_here()
    return {
        "targets": [(str(each["share"]), _target(each)) for each in offered["targets"]],
        "balancing": [(each["id"], each["label"]) for each in offered["balancing"]],
        "strategies": [
            (each.key, told(each, language).name)
            for each in fitting(offered["outcome"], causes)[:_MOST]
        ],
        "people": people(request.member),
        "schools": sorted(
            (
                (place, name)
                for place, name in pages["labels"]["places"].items()
                if place.startswith("school:")
            ),
            key=lambda one: str(one[1]),
        ),
    }


def _target(told: Mapping[str, Any]) -> str:
    """How far a gap would close, and by when that could be seen."""
    html = '<strong>{}</strong><br><span class="quiet">{}</span>'
    return format_html(html, told["sentence"], told["seen"])


def _feasible(offered: Mapping[str, Any]) -> str:
    """The target that the library calls feasible."""
    return next((str(each["share"]) for each in offered["targets"] if each.get("feasible")), "")
