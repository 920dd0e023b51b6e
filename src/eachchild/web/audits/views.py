"""Pages of audits: what was found, where it comes from, how sure it is, and who may be told."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eachchild.web.accounts.models import Membership
from eachchild.web.audits import words
from eachchild.web.audits.actions import cancel_run, propose, start_run, vote
from eachchild.web.audits.forms import ExplorerForm, ProposalForm, VoteForm
from eachchild.web.audits.mapping import data_page, run_hint
from eachchild.web.audits.models import Audit, Release, Run, Upload, Vote
from eachchild.web.audits.rules import are_shown, audience_read, check_can_vote
from eachchild.web.audits.screens import Pages, for_reader, outcome_of, screen_of
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.views import Visit, page
from eachchild.web.shelf import NotOnTheShelfError, Shelf, numbers, screens

FILES = ("report.html", "report.pdf", "measures.csv", "findings.json")
_COLUMNS = ("group", "reference", "measure", "place", "period", "estimate", "low", "high",
            "events", "n", "state")  # fmt: skip


@require_GET
@page("read", "audits.read")
def audits(request: Visit) -> HttpResponse:
    """A district's front page: what its newest audit found, and what waits to be done."""
    member = request.member
    mine = Audit.objects.within(member.organization).order_by("-made_at")
    runs = Run.objects.within(member.organization).filter(kind="audit").select_related("audit")
    newest = next(_readable(member, runs.filter(state=Run.State.DONE).order_by("-ended_at")), None)
    waiting = Release.objects.within(member.organization).filter(state=Release.State.WAITING)
    return render(
        request, "audits/front.html",
        {
            "audits": mine, "open": [run for run in runs.order_by("made_at") if run.is_open],
            "newest": newest and newest[0], "pages": newest and newest[1],
            "waiting": waiting.select_related("run__audit", "made_by") if _decides(member) else (),
        },
    )  # fmt: skip


@require_GET
@page("quality", "audit.read")
def audit(request: Visit, audit: str) -> HttpResponse:
    """One audit: its files, its runs."""
    found = get_object_or_404(Audit.objects.within(request.member.organization), pk=audit)
    return render(
        request, "audits/audit.html",
        {
            "audit": found,
            "uploads": Upload.objects.within(request.member.organization).filter(audit=found),
            "runs": _runs(request.member, found), "hint": run_hint(request.member, found),
            "here": "audit",
        },
    )  # fmt: skip


@require_POST
@page("run", "run.started")
def start(request: Visit, audit: str) -> HttpResponse:
    """Run an audit again."""
    found = get_object_or_404(Audit.objects.within(request.member.organization), pk=audit)
    run = start_run(request.member, found)
    return redirect("run", slug=request.member.organization.slug, run=run.pk)


@require_GET
@page("read", "run.read")
def run(request: Visit, run: str) -> HttpResponse:
    """What an audit found, or how far it is."""
    found = _run(request.member, run)
    if found.state != Run.State.DONE:
        return render(request, "audits/progress.html", {"run": found, "steps": words.STEPS})
    if found.kind == "inspect":
        page_ = "mapping" if _some_ready(request.member, found.audit) else "files"
        return redirect(page_, slug=request.member.organization.slug, audit=found.audit_id)
    if found.kind == "check":
        return data_page(request, found)
    pages = _pages(request.member, found)
    return render(request, "audits/run.html", {"run": found, "pages": pages})


@require_GET
@page("read", "run.watched")
def status(request: Visit, run: str) -> HttpResponse:
    """How far a run is, as a part of its page."""
    found = _run(request.member, run)
    if not found.is_open:
        address = request.build_absolute_uri("../")
        return HttpResponse(headers={"HX-Redirect": address})
    return render(request, "audits/status.html", {"run": found})


@require_POST
@page("run", "run.stopped")
def cancel(request: Visit, run: str) -> HttpResponse:
    """Stop a run."""
    cancel_run(request.member, _run(request.member, run))
    messages.success(request, _("The run is being stopped."))
    return redirect("run", slug=request.member.organization.slug, run=run)


@require_GET
@page("read", "finding.read")
def finding(request: Visit, run: str, screen: str) -> HttpResponse:
    """One finding: how sure it is, where it comes from, what to ask next."""
    found = _run(request.member, run)
    pages = _pages(request.member, found)
    outcome, one = screen_of(pages, screen)
    told = {"run": found, "pages": pages, "outcome": outcome, "one": one}
    return render(request, "audits/finding.html", told)


@require_GET
@page("read", "outcome.read")
def outcome(request: Visit, run: str, name: str) -> HttpResponse:
    """Everything about one outcome."""
    found = _run(request.member, run)
    pages = _pages(request.member, found)
    told = {"run": found, "pages": pages, "outcome": outcome_of(pages, name)}
    return render(request, "audits/outcome.html", told)


@require_GET
@page("read", "explorer.read")
def explore(request: Visit, run: str) -> HttpResponse:
    """The numbers themselves, by outcome, group, place and year."""
    member, found = request.member, _run(request.member, run)
    folder, pages = _folder(member, found), _pages(member, found)
    places = _places(member)
    titles = {one["id"].removeprefix("o-"): one["title"] for one in pages["outcomes"]}
    asked = ExplorerForm(request.GET or None, folder=folder, places=places, titles=titles)
    wanted = asked.cleaned_data if asked.is_bound and asked.is_valid() else {
        "outcome": asked.first("outcome"), "place": "all", "measure": "rate",
    }  # fmt: skip
    told = numbers(folder, places, **wanted)
    return render(
        request, "audits/explore.html",
        {"run": found, "pages": pages, "form": asked, "numbers": told, "columns": _COLUMNS,
         "rows": [[row.get(c) for c in _COLUMNS] for row in told.rows]},
    )  # fmt: skip


@require_GET
@page("quality", "quality.read")
def quality(request: Visit, run: str) -> HttpResponse:
    """The state of the data that a run was made of."""
    found = _run(request.member, run)
    return render(
        request, "audits/quality.html", {"run": found, "pages": _pages(request.member, found)}
    )


@require_GET
@page("read", "method.read")
def method(request: Visit, run: str) -> HttpResponse:
    """How the numbers were made, and what they cannot carry."""
    found = _run(request.member, run)
    return render(
        request, "audits/method.html", {"run": found, "pages": _pages(request.member, found)}
    )


@require_GET
@page("export", "file.taken")
def file(request: Visit, run: str, name: str) -> FileResponse:
    """A file of a bundle, to keep."""
    path = _folder(request.member, _run(request.member, run)) / name
    if name not in FILES or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


@page("propose", "release.proposal")
def release(request: Visit, run: str) -> HttpResponse:
    """The copies of a run that are out or on their way; proposing one."""
    found = _run(request.member, run)
    form = ProposalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = propose(request.member, found, form.cleaned_data["audience"])
        return redirect("vote", slug=request.member.organization.slug, release=made.pk)
    mine = Release.objects.within(request.member.organization).filter(run=found)
    told = {"run": found, "form": form, "releases": mine.order_by("made_at")}
    return render(request, "audits/release.html", told)


@page("read", "release.read")
def voting(request: Visit, release: str) -> HttpResponse:
    """What would be released, the vote on it, and the votes once all are in."""
    member = request.member
    mine = Release.objects.within(member.organization).select_related("run__audit", "made_by")
    found = get_object_or_404(mine, pk=release)
    if not (_decides(member) or member.may("propose")):
        raise NotAllowedError(_("Only those who propose or approve releases read them beforehand."))
    votes = list(Vote.objects.within(member.organization).filter(release=found))
    form = VoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _decides(member):
            raise NotAllowedError(_("Your role does not approve releases."))
        vote(member, found, **form.cleaned_data)
        return redirect("vote", slug=member.organization.slug, release=release)
    return render(
        request, "audits/vote.html",
        {
            "release": found, "form": form, "hint": _hint(found, votes, member),
            "votes": votes if are_shown(found, votes) else (), "cast": len(votes),
            "pages": _draft(member, found),
        },
    )  # fmt: skip


def _hint(release: Release, votes: list[Vote], member: Membership) -> str:
    """Why a person cannot vote now; empty where they can."""
    if not _decides(member):
        return _("Your role does not approve releases.")
    try:
        check_can_vote(release, votes, member)
    except NotAllowedError as error:
        return str(error)
    return ""


def _decides(member: Membership) -> bool:
    return member.may("approve")


def _draft(member: Membership, release: Release) -> Pages | None:
    shelf = Shelf(str(member.organization.pk))
    key = str(release.run_id)
    out = release.state == Release.State.OUT
    folder = shelf.bundle(key, release.audience) if out else shelf.draft(str(release.pk))
    try:
        return screens(folder)
    except NotOnTheShelfError:
        return None


def _some_ready(member: Membership, audit: Audit) -> bool:
    mine = Upload.objects.within(member.organization)
    return bool(mine.filter(audit=audit, state=Upload.State.READY).exists())


def _runs(member: Membership, audit: Audit) -> Any:
    mine = Run.objects.within(member.organization).filter(audit=audit)
    return mine.select_related("made_by").order_by("-made_at")


def _run(member: Membership, run: str) -> Run:
    mine = Run.objects.within(member.organization).select_related("audit", "made_by")
    found: Run = get_object_or_404(mine, pk=run)
    return found


def _readable(member: Membership, runs: Any) -> Any:
    for each in runs:
        try:
            yield each, _pages(member, each)
        except Http404:
            continue


def _folder(member: Membership, run: Run) -> Path:
    """The innermost bundle of a run that a member may read; 404 where there is none for them."""
    shelf = Shelf(str(member.organization.pk))
    audience = audience_read(member, shelf.there(str(run.pk)))
    if audience is None:
        raise Http404
    return shelf.bundle(str(run.pk), audience)


def _pages(member: Membership, run: Run) -> Pages:
    return for_reader(screens(_folder(member, run)), member)


def _places(member: Membership) -> frozenset[str] | None:
    """The places whose rows a member sees; None: all."""
    if not member.of_role.own_place:
        return None
    return frozenset({"all", member.school.place_key if member.school else "all"})
