"""The pages of a bundle as one reader sees them: pieces of places that are not theirs left out."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from eachchild.web.accounts.models import Membership
from eachchild.web.audits.models import OUT, Audit, Release, Run
from eachchild.web.audits.rules import audience_read
from eachchild.web.shelf import NotOnTheShelfError, Shelf, is_sealed, screens, shown_of

Pages = Mapping[str, Any]
_OF_ALL_SCHOOLS = "schools"  # pictures that show every school by name


def audit_of(member: Membership, audit: str) -> Audit:
    """An audit of the member's organization; 404 where it has none of that number."""
    found: Audit = get_object_or_404(Audit.objects.within(member.organization), pk=audit)
    return found


def run_of(member: Membership, run: str) -> Run:
    """A run of the member's organization; 404 where it has none of that number."""
    mine = Run.objects.within(member.organization).select_related("audit", "made_by")
    found: Run = get_object_or_404(mine, pk=run)
    return found


def folder_of(member: Membership, run: Run, *names: str, audience: str = "") -> Path:
    """The innermost bundle of a run that a member may read; 404 where there is none for them.

    `audience` asks for no more than is for that one.

    A copy is read only while it is released, and only where its files are those that were proved.
    """
    shelf, key = Shelf.of(member.organization), str(run.pk)
    there = {"internal"} & {*shelf.there(key)}
    mine = audience or member.reads
    if "internal" not in there or mine != "internal":
        out = Release.objects.within(member.organization).filter(run=run, state__in=OUT)
        copies = [(each, shelf.bundle(key, each.audience)) for each in out]
        there |= {
            each.audience for each, folder in copies
            if is_sealed(folder, each.seal, *shown_of(folder), *names)
        }  # fmt: skip
    found = audience_read(mine, there)
    if found is None:
        raise Http404
    return shelf.bundle(key, found)


def pages_of(member: Membership, run: Run) -> Pages:
    """The pages of the bundle that a member reads of a run."""
    try:
        return for_reader(screens(folder_of(member, run)), member)
    except NotOnTheShelfError as error:
        raise Http404 from error


def readable(member: Membership, runs: Iterable[Run]) -> Iterator[tuple[Run, Pages]]:
    """Those of some runs that a member reads, with their pages."""
    for each in runs:
        try:
            yield each, pages_of(member, each)
        except Http404:
            continue


def is_whole(release: Release) -> bool:
    """Whether the files of a copy that is out are those that were proved."""
    out = Shelf(str(release.organization_id)).bundle(str(release.run_id), release.audience)
    return is_sealed(out, release.seal, *shown_of(out))


def findings_of(pages: Pages) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every outcome's findings, what is quiet too, each with its outcome."""
    for outcome in pages["outcomes"]:
        for one in (*outcome["findings"], *outcome["quiet"]):
            yield outcome, one


def for_reader(pages: Pages, member: Membership) -> Pages:
    """The pages without what is of other schools, where a reader sees their own alone."""
    if not member.of_role.own_place:
        return pages
    return {
        **pages,
        "headlines": [one for one in pages["headlines"] if _sees(one, member)],
        "top": [one for one in pages["top"] if _sees(one, member)],
        "labels": {
            **pages["labels"],
            "places": {
                place: name
                for place, name in pages["labels"]["places"].items()
                if member.sees_place(place)
            },
        },
        "outcomes": [_outcome(one, member) for one in pages["outcomes"]],
    }


def _outcome(outcome: Mapping[str, Any], member: Membership) -> Mapping[str, Any]:
    return {
        **outcome,
        "findings": [_finding(f, member) for f in outcome["findings"] if _sees(f, member)],
        "quiet": [_finding(f, member) for f in outcome["quiet"] if _sees(f, member)],
        "figures": [f for f in outcome["figures"] if f["kind"] != _OF_ALL_SCHOOLS],
    }


def _finding(finding: Mapping[str, Any], member: Membership) -> Mapping[str, Any]:
    return {**finding, "folded": [f for f in finding["folded"] if _sees(f, member)]}


def _sees(one: Mapping[str, Any], member: Membership) -> bool:
    return member.sees_place(one["place"])


def screen_of(pages: Pages, screen: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A finding and the outcome it is of; 404 where these pages have none of that name."""
    for outcome, one in findings_of(pages):
        if one["screen"] == screen:
            return outcome, one
    raise Http404


def outcome_of(pages: Pages, name: str) -> Mapping[str, Any]:
    """One outcome; 404 where these pages have none of that name."""
    for outcome in pages["outcomes"]:
        if outcome["id"] == name:
            return dict(outcome)
    raise Http404
