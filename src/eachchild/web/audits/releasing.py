"""Pages of releases: proposing one, voting on it, taking it off again."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from eachchild.web.accounts.models import Membership
from eachchild.web.audits.actions import ask_to_withdraw, propose, vote
from eachchild.web.audits.forms import ProposalForm, VoteForm
from eachchild.web.audits.models import OUT, Release, Vote
from eachchild.web.audits.rules import VOTING, are_shown, check_can_vote
from eachchild.web.audits.screens import Pages, is_whole, run_of
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.views import Visit, page
from eachchild.web.shelf import NotOnTheShelfError, Shelf, screens


@page("propose", "release.proposal")
def release(request: Visit, run: str) -> HttpResponse:
    """The copies of a run that are out or on their way; proposing one."""
    found = run_of(request.member, run)
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
    found = _found(member, release)
    votes = list(
        Vote.objects.within(member.organization)
        .filter(release=found, round=found.round).select_related("user").order_by("user__name")
    )  # fmt: skip
    form = VoteForm(request.POST or None, is_leaving=found.state == Release.State.LEAVING)
    if request.method == "POST" and form.is_valid():
        if not member.may("approve"):
            raise NotAllowedError(_("Your role does not approve releases."))
        vote(member, found, **form.cleaned_data)
        return redirect("vote", slug=member.organization.slug, release=release)
    is_changed = found.state in OUT and not is_whole(found)
    return render(
        request, "audits/vote.html",
        {
            "release": found, "form": form, "hint": _hint(found, votes, member),
            "votes": votes if are_shown(found) else (), "cast": len(votes),
            "is_open": found.state in VOTING, "is_out": found.state in OUT,
            "is_changed": is_changed, "pages": None if is_changed else _draft(found),
        },
    )  # fmt: skip


@require_POST
@page("propose", "release.withdrawal")
def withdraw(request: Visit, release: str) -> HttpResponse:
    """Ask that a released copy be taken off."""
    ask_to_withdraw(request.member, _found(request.member, release))
    return redirect("vote", slug=request.member.organization.slug, release=release)


def _found(member: Membership, release: str) -> Release:
    if not (member.may("approve") or member.may("propose")):
        raise NotAllowedError(_("Only those who propose or approve releases read them beforehand."))
    mine = Release.objects.within(member.organization)
    found: Release = get_object_or_404(
        mine.select_related("run__audit", "made_by", "asked_by"), pk=release
    )
    return found


def _hint(release: Release, votes: list[Vote], member: Membership) -> str:
    """Why a person cannot vote now; empty where they can."""
    if not member.may("approve"):
        return _("Your role does not approve releases.")
    try:
        check_can_vote(release, votes, member)
    except NotAllowedError as error:
        return str(error)
    return ""


def _draft(release: Release) -> Pages | None:
    """The copy itself where it is out, else what was drafted of it."""
    shelf = Shelf(str(release.organization_id))
    out = shelf.bundle(str(release.run_id), release.audience)
    draft = shelf.draft(str(release.pk))
    try:
        return screens(out if release.state in OUT else draft)
    except NotOnTheShelfError:
        return None
