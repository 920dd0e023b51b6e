"""Pages of audits: what was found, where it comes from, how sure it is, and who may be told."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eachchild.web.accounts.models import Membership
from eachchild.web.audits import explorer, words
from eachchild.web.audits.actions import cancel_run, start_run
from eachchild.web.audits.asking import asked_by, waiting
from eachchild.web.audits.checking import data_page, run_hint
from eachchild.web.audits.comparison import Side, compared, nearness
from eachchild.web.audits.forms import ComparisonForm, ExplorerForm
from eachchild.web.audits.models import Audit, Release, Run, Upload
from eachchild.web.audits.rules import VOTING
from eachchild.web.audits.screens import (
    Pages,
    audit_of,
    folder_of,
    outcome_of,
    pages_of,
    readable,
    run_of,
    screen_of,
)
from eachchild.web.foundation.views import Visit, page

_ASKED = ("inspect", "check", "audit")  # kinds of runs; others follow from these
FILES = ("report.html", "report.pdf", "measures.csv", "findings.json")


@require_GET
@page("read", "audits.read")
def audits(request: Visit) -> HttpResponse:
    """A district's front page: what its newest audit found, and what waits to be done."""
    member = request.member
    mine = Audit.objects.within(member.organization).order_by("-made_at")
    runs = Run.objects.within(member.organization).filter(kind="audit").select_related("audit")
    newest = next(readable(member, Run.finished(member.organization).select_related("audit")), None)
    to_vote = Release.objects.within(member.organization).filter(state__in=VOTING)
    return render(
        request, "audits/front.html",
        {
            "audits": mine, "open": [run for run in runs.order_by("made_at") if run.is_open],
            "newest": newest and newest[0], "pages": newest and newest[1],
            "own": _own_school(member, newest[1]) if newest else None,
            "waiting": to_vote.select_related("run__audit", "made_by", "asked_by")
            if member.may("approve") else (),
            "wishes": waiting(member), "asked": asked_by(member),
        },
    )  # fmt: skip


@require_GET
@page("quality", "audit.read")
def audit(request: Visit, audit: str) -> HttpResponse:
    """One audit: its files, its runs."""
    found = audit_of(request.member, audit)
    return render(
        request, "audits/audit.html",
        {
            "audit": found,
            "uploads": Upload.objects.within(request.member.organization).filter(audit=found),
            "runs": _runs(request.member, found), "hint": run_hint(request.member, found),
            "here": "audit", "wishes": waiting(request.member, found),
        },
    )  # fmt: skip


@require_POST
@page("run", "run.started")
def start(request: Visit, audit: str) -> HttpResponse:
    """Run an audit again."""
    found = audit_of(request.member, audit)
    run = start_run(request.member, found)
    return redirect("run", slug=request.member.organization.slug, run=run.pk)


@require_GET
@page("read", "run.read")
def run(request: Visit, run: str) -> HttpResponse:
    """What an audit found, or how far it is."""
    found = run_of(request.member, run)
    if found.state != Run.State.DONE:
        return render(request, "audits/progress.html", {"run": found, "steps": words.STEPS})
    if found.kind == "inspect":
        page_ = "mapping" if _some_ready(request.member, found.audit) else "files"
        return redirect(page_, slug=request.member.organization.slug, audit=found.audit_id)
    if found.kind == "check":
        return data_page(request, found)
    pages = pages_of(request.member, found)
    return render(request, "audits/run.html", {"run": found, "pages": pages})


@require_GET
@page("read", "run.watched")
def status(request: Visit, run: str) -> HttpResponse:
    """How far a run is, as a part of its page."""
    found = run_of(request.member, run)
    if not found.is_open:
        address = request.build_absolute_uri("../")
        return HttpResponse(headers={"HX-Redirect": address})
    return render(request, "audits/status.html", {"run": found})


@require_POST
@page("run", "run.stopped")
def cancel(request: Visit, run: str) -> HttpResponse:
    """Stop a run."""
    cancel_run(request.member, run_of(request.member, run))
    messages.success(request, _("The run is being stopped."))
    return redirect("run", slug=request.member.organization.slug, run=run)


@require_GET
@page("read", "finding.read")
def finding(request: Visit, run: str, screen: str) -> HttpResponse:
    """One finding: how sure it is, where it comes from, what to ask next."""
    found = run_of(request.member, run)
    pages = pages_of(request.member, found)
    outcome, one = screen_of(pages, screen)
    told = {"run": found, "pages": pages, "outcome": outcome, "one": one}
    return render(request, "audits/finding.html", told)


@require_GET
@page("read", "outcome.read")
def outcome(request: Visit, run: str, name: str) -> HttpResponse:
    """Everything about one outcome."""
    found = run_of(request.member, run)
    pages = pages_of(request.member, found)
    told = {"run": found, "pages": pages, "outcome": outcome_of(pages, name)}
    return render(request, "audits/outcome.html", told)


@require_GET
@page("read", "explorer.read")
def explore(request: Visit, run: str) -> HttpResponse:
    """The numbers themselves in words, with what was found and drawn of what a reader chose."""
    member, found = request.member, run_of(request.member, run)
    folder, pages = folder_of(member, found), pages_of(member, found)
    places = member.places
    first = explorer.first_choice(pages)
    form = ExplorerForm(
        request.GET or None, initial=first, choices=explorer.choices(folder, pages, places)
    )
    wanted = first if not form.is_bound else form.cleaned_data if form.is_valid() else None
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request, "audits/explore.html",
        {"run": found, "pages": pages, "form": form, "query": query.urlencode(),
         "shown": explorer.shown(folder, pages, places, wanted) if wanted else None,
         "ask": reverse("ask", args=[member.organization.slug, found.pk])},
    )  # fmt: skip


@require_GET
@page("read", "comparison.read")
def compare(request: Visit, run: str) -> HttpResponse:
    """Two audits side by side, outcome by outcome, then and now."""
    member, now = request.member, run_of(request.member, run)
    done = Run.finished(member.organization).exclude(pk=now.pk)
    others = list(readable(member, done.select_related("audit")))
    pages = pages_of(member, now)
    others.sort(key=lambda one: (*nearness(one[1], pages), -one[0].made_at.timestamp()))
    form = ComparisonForm(
        request.GET or None,
        runs=[(str(r.pk), f"{r.audit}, {p['about']} ({r.made_at:%Y-%m-%d})") for r, p in others],
        places=list(pages["labels"]["places"].items()),
    )
    told: dict[str, Any] = {"run": now, "pages": pages, "form": form}
    wanted = form.cleaned_data if form.is_valid() else {}
    if others and (wanted or not form.is_bound):
        chosen = wanted.get("then") or str(others[0][0].pk)
        then, earlier = next(one for one in others if str(one[0].pk) == chosen)
        before = Side(folder_of(member, then), earlier, member.places)
        after = Side(folder_of(member, now), pages, member.places)
        place = wanted.get("place") or "all"
        side_by_side = compared(before, after, place)
        told |= {"then": then, "before": before, "after": after,
                 "place": pages["labels"]["places"].get(place, ""),
                 "outcomes": [one for one in side_by_side if not one.is_only_now],
                 "only_now": [one for one in side_by_side if one.is_only_now]}  # fmt: skip
    return render(request, "audits/compare.html", told)


@require_GET
@page("quality", "quality.read")
def quality(request: Visit, run: str) -> HttpResponse:
    """The state of the data that a run was made of."""
    found = run_of(request.member, run)
    return render(
        request, "audits/quality.html", {"run": found, "pages": pages_of(request.member, found)}
    )


@require_GET
@page("read", "method.read")
def method(request: Visit, run: str) -> HttpResponse:
    """How the numbers were made, and what they cannot carry."""
    found = run_of(request.member, run)
    return render(
        request, "audits/method.html", {"run": found, "pages": pages_of(request.member, found)}
    )


@require_GET
@page("export", "file.taken")
def file(request: Visit, run: str, name: str) -> FileResponse:
    """A file of a bundle, to keep."""
    if name not in FILES:
        raise Http404
    path = folder_of(request.member, run_of(request.member, run), name) / name
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def _own_school(member: Membership, pages: Pages) -> tuple[str, str] | None:
    """The name of a reader's own school, and what asks the explorer for its numbers."""
    if not member.of_role.own_place or member.school is None:
        return None
    place = member.school.place_key
    name = pages["labels"]["places"].get(place)
    return (name, urlencode({**explorer.first_choice(pages), "place": place})) if name else None


def _some_ready(member: Membership, audit: Audit) -> bool:
    mine = Upload.objects.within(member.organization)
    return bool(mine.filter(audit=audit, state=Upload.State.READY).exists())


def _runs(member: Membership, audit: Audit) -> Any:
    """The runs of an audit that people ask for: looks, checks and audits."""
    mine = Run.objects.within(member.organization).filter(audit=audit, kind__in=_ASKED)
    return mine.select_related("made_by").order_by("-made_at")
