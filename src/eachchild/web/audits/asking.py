"""Pages on which people ask for what an audit does not have, and analysts take it up."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from eachchild.web.accounts.models import Membership
from eachchild.web.audits import plans, words
from eachchild.web.audits.actions import answer_wish, run_with, wish_for
from eachchild.web.audits.forms import AskForm
from eachchild.web.audits.models import Audit, Run, Wish
from eachchild.web.audits.screens import folder_of, pages_of
from eachchild.web.foundation.views import Visit, page


@page("read", "asked.more")
def ask(request: Visit, run: str) -> HttpResponse:
    """Ask for what an audit does not have: an analyst has it run at once, others send a wish."""
    member = request.member
    runs = Run.objects.within(member.organization).select_related("audit")
    found = get_object_or_404(runs, pk=run, kind="audit")
    pages_of(member, found)  # 404 to those who do not read it
    plan = plans.read(found.plan or found.audit.plan)
    form = AskForm(
        request.POST or None, initial={"outcome": request.GET.get("outcome", "")},
        outcomes=[(n, words.outcome_name(n)) for n in plans.outcomes_of(plan)],
        factors=[(n, words.factor_name(n)) for n in plans.factors_of(plan)],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        outcome, factors = form.cleaned_data["outcome"], form.cleaned_data["factors"]
        slug = member.organization.slug
        if member.may("run"):
            made = run_with(member, found, outcome, factors)
            return redirect("run", slug=slug, run=made.pk)
        wish_for(member, found, outcome, factors)
        messages.success(request, _("Sent. An analyst sees it and decides; the answer stands here, "
                                    "on the first page."))  # fmt: skip
        return redirect("audits", slug=slug)
    return render(request, "audits/ask.html", {"run": found, "form": form})


@require_POST
@page("run", "wish.answered")
def answer(request: Visit, wish: str) -> HttpResponse:
    """Take a wish into a run of its own, or leave it."""
    mine = Wish.objects.within(request.member.organization)
    found = get_object_or_404(mine, pk=wish)
    done = answer_wish(request.member, found, takes=request.POST.get("takes") == "yes")
    slug = request.member.organization.slug
    if done.made_id:
        return redirect("run", slug=slug, run=done.made_id)
    messages.success(request, _("Left. Whoever asked sees that it was not taken up."))
    return redirect("audits", slug=slug)


def waiting(member: Membership, audit: Audit | None = None) -> list[Mapping[str, Any]]:
    """What others asked for, for those who may run it."""
    if not member.may("run"):
        return []
    rows = Wish.objects.within(member.organization).filter(state=Wish.State.OPEN)
    return list(_told(rows.filter(run__audit=audit) if audit else rows))


def asked_by(member: Membership) -> list[Mapping[str, Any]]:
    """What somebody asked for and what became of it, with the run where they may read it."""
    rows = Wish.objects.within(member.organization).filter(made_by=member.user)
    return [
        {**one, "reads": one["wish"].made and _reads(member, one["wish"].made)}
        for one in _told(rows)
    ]  # fmt: skip


def _told(rows: Any) -> Iterator[Mapping[str, Any]]:
    found: Iterable[Wish] = rows.select_related("run__audit", "made_by", "made")
    for wish in sorted(found, key=lambda one: one.made_at):
        groups = " × ".join(words.factor_name(name) for name in wish.factors)
        yield {"wish": wish, "outcome": words.outcome_name(wish.outcome), "groups": groups}


def _reads(member: Membership, run: Run) -> bool:
    try:
        folder_of(member, run)
    except Http404:
        return False
    return run.state == Run.State.DONE
