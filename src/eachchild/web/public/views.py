"""Public pages of a district, made of public bundles alone."""

from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from eachchild.web.audits.models import Release
from eachchild.web.audits.screens import outcome_of, screen_of
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.shelf import NotOnTheShelfError, Shelf, screens

AUDIENCE = "public"
FILES = ("report.html", "report.pdf", "measures.csv", "findings.json", "cells.csv", "proof.json")


def district(request: HttpRequest, slug: str) -> HttpResponse:
    """What a district has released to everybody, the latest first."""
    organization = get_object_or_404(Organization, slug=slug, closed_at=None)
    with inside(organization):
        out = list(_out(organization))
    told = [(release, screens(_folder(organization, release))) for release in out]
    return render(request, "public/district.html", {"district": organization, "told": told})


def report(request: HttpRequest, slug: str, release: str) -> HttpResponse:
    """One released report: the answer, and the way to each finding."""
    organization, found, pages = _report(slug, release)
    told = {"district": organization, "release": found, "pages": pages, "files": FILES}
    return render(request, "public/report.html", told)


def finding(request: HttpRequest, slug: str, release: str, screen: str) -> HttpResponse:
    """One finding of a released report."""
    organization, found, pages = _report(slug, release)
    outcome, one = screen_of(pages, screen)
    told = {"district": organization, "release": found, "pages": pages, "outcome": outcome,
            "one": one}  # fmt: skip
    return render(request, "public/finding.html", told)


def outcome(request: HttpRequest, slug: str, release: str, name: str) -> HttpResponse:
    """All that a released report has of one outcome."""
    organization, found, pages = _report(slug, release)
    told = {"district": organization, "release": found, "pages": pages,
            "outcome": outcome_of(pages, name)}  # fmt: skip
    return render(request, "public/outcome.html", told)


def file(request: HttpRequest, slug: str, release: str, name: str) -> FileResponse:
    """A file of a released bundle, to keep."""
    organization, found, _ = _report(slug, release)
    path = _folder(organization, found) / name
    if name not in FILES or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{slug}-{name}")


def _report(slug: str, release: str) -> tuple[Organization, Release, Any]:
    organization = get_object_or_404(Organization, slug=slug, closed_at=None)
    with inside(organization):
        found = get_object_or_404(_out(organization), pk=release)
    try:
        return organization, found, screens(_folder(organization, found))
    except NotOnTheShelfError as error:
        raise Http404 from error


def _out(organization: Organization) -> Any:
    mine = Release.objects.within(organization)
    return mine.filter(audience=AUDIENCE, state=Release.State.OUT).order_by("-out_at")


def _folder(organization: Organization, release: Release) -> Path:
    return Shelf(str(organization.pk)).bundle(str(release.run_id), AUDIENCE)
