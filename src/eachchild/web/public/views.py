"""Public pages of a district, made of public bundles alone."""

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import parse_etags
from django.utils.translation import activate, get_language, get_language_from_request
from django.views.decorators.http import require_safe

from eachchild.web.audits.models import OUT, Release
from eachchild.web.audits.screens import Pages, outcome_of, screen_of
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.profile.models import Profile
from eachchild.web.public.rules import KEPT, tag_of
from eachchild.web.shelf import Shelf, is_sealed, screens, shown_of

AUDIENCE = "public"
FILES = ("report.html", "report.pdf", "measures.csv", "findings.json", "cells.csv", "proof.json",
         "policy.toml", "seal.txt")  # fmt: skip
Told = list[tuple[Release, Path]]
Page = Callable[..., HttpResponseBase]


def public_with(also: Callable[[Organization, Told], Iterable[str]]) -> Callable[[Page], Page]:
    """A page of one district, of what is released and whole now; caches may keep it a minute.

    The view is told the district and its released bundles, the latest first; `release` names one
    of them, and 404 is the answer where there is no such one. `also` says what else the page
    changes with.
    """

    def of(view: Page) -> Page:
        @wraps(view)
        @require_safe
        def shown(request: HttpRequest, slug: str, **named: Any) -> HttpResponseBase:
            district = enter(request, slug)
            told = released(district)
            if "release" in named:
                wanted = str(named.pop("release"))
                told = [one for one in told if str(one[0].pk) == wanted]
                if not told:
                    raise Http404
            seals = (release.seal for release, _ in told)
            more = (_look(request), *seals, *also(district, told))
            tag = tag_of(request.path, get_language() or "", more)
            response: HttpResponseBase
            if tag in parse_etags(request.headers.get("If-None-Match", "")):
                response = HttpResponseNotModified()
            else:
                response = view(request, district, told, **named)
            response.headers["ETag"], response.headers["Cache-Control"] = tag, KEPT
            return response

        return shown

    return of


def enter(request: HttpRequest, slug: str) -> Organization:
    """The district of a public page, in the reader's language and the district's own look."""
    district = get_object_or_404(
        Organization, slug=slug, closed_at=None, kind__in=("district", "state")
    )
    activate(_language(request))
    with inside(district):
        request.profile = Profile.of(district)  # type: ignore[attr-defined]
    return district


public = public_with(lambda district, told: ())


def _look(request: HttpRequest) -> str:
    """When the district last changed what its pages look like; nothing where it never did."""
    kept: Profile = request.profile  # type: ignore[attr-defined]
    return kept.changed_at.isoformat() if kept.pk else ""


def _language(request: HttpRequest) -> str:
    """The language that the address asks for, else the browser.

    Never a cookie: what everybody may keep a copy of hangs on nothing that is one reader's own.
    """
    if asked := _asked(request):
        return asked
    request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
    return get_language_from_request(request)


def _asked(request: HttpRequest) -> str:
    """A language of the platform that the address asks for; nothing where it asks for none."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else ""


@public
def district(request: HttpRequest, district: Organization, told: Told) -> HttpResponse:
    """What a district has released to everybody, the latest first."""
    shown = [(release, screens(folder)) for release, folder in told]
    values = {"district": district, "told": shown, "spoken": spoken(request)}
    return render(request, "public/district.html", values)


@public
def report(request: HttpRequest, district: Organization, told: Told) -> HttpResponse:
    """One released report: the answer, and the way to each finding."""
    (_, folder), *_ = told
    files = [name for name in FILES if (folder / name).is_file()]
    return _page(request, "report", district, told, files=files)


@public
def families(request: HttpRequest, district: Organization, told: Told) -> HttpResponse:
    """The same on one short page, for families: to read on a phone, or to print."""
    return _page(request, "families", district, told)


@public
def method(request: HttpRequest, district: Organization, told: Told) -> HttpResponse:
    """What is hidden here and why, and how the numbers were made."""
    return _page(request, "method", district, told)


@public
def finding(request: HttpRequest, district: Organization, told: Told, screen: str) -> HttpResponse:
    """One finding of a released report."""
    outcome, one = screen_of(_pages(told), screen)
    return _page(request, "finding", district, told, outcome=outcome, one=one)


@public
def outcome(request: HttpRequest, district: Organization, told: Told, name: str) -> HttpResponse:
    """All that a released report has of one outcome."""
    return _page(request, "outcome", district, told, outcome=outcome_of(_pages(told), name))


@public
def file(request: HttpRequest, district: Organization, told: Told, name: str) -> FileResponse:
    """A file of a released bundle, to keep."""
    (release, folder), *_ = told
    path = folder / name
    if name not in FILES or not path.is_file() or not is_sealed(folder, release.seal, name):
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{district.slug}-{name}")


def _page(
    request: HttpRequest, name: str, district: Organization, told: Told, **more: Any
) -> HttpResponse:
    (release, _), *_ = told
    values = {"district": district, "release": release, "pages": _pages(told),
              "spoken": spoken(request), **more}  # fmt: skip
    return render(request, f"public/{name}.html", values)


def spoken(request: HttpRequest) -> str:
    """What a link takes along, so that the next page is in the language that was asked for."""
    asked = _asked(request)
    return f"?language={asked}" if asked else ""


def _pages(told: Told) -> Pages:
    return screens(told[0][1])


def released(district: Organization) -> Told:
    """What is out, with its bundle, where the bundle's files are those that were proved."""
    with inside(district):
        mine = Release.objects.within(district).filter(audience=AUDIENCE, state__in=OUT)
        out = list(mine.select_related("run").order_by("-out_at"))
    shelf = Shelf.of(district)
    told = [(release, shelf.bundle(str(release.run_id), AUDIENCE)) for release in out]
    return [one for one in told if is_sealed(one[1], one[0].seal, *shown_of(one[1]))]
