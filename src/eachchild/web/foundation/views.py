"""The frame of every page: who asks, in which organization, with which right; and plain errors."""

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from eachchild.report.html import finder_script, style_sheet
from eachchild.web.accounts.models import Membership, User
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Event
from eachchild.web.foundation.rules import NotAllowedError, check_right
from eachchild.web.foundation.tenancy import inside

Page = Callable[..., HttpResponseBase]
_FOREVER = "public, max-age=31536000, immutable"


class Visit(HttpRequest):
    """A request of somebody who belongs to the organization it is about."""

    member: Membership
    user: User


def page(right: str, event: str) -> Callable[[Page], Page]:
    """A page within an organization, for those with a right; each visit is one line of the trail.

    To an outsider it does not exist (404); to a member without the right it is refused (403); what
    a rule does not allow now is answered with its hint (409).
    """

    def of(view: Page) -> Page:
        @wraps(view)
        @login_required
        def visited(request: HttpRequest, slug: str, **named: Any) -> HttpResponseBase:
            with inside(None, request.user):
                member = Membership.current(request.user, slug)
            if member is None:
                raise Http404
            thing = ",".join(f"{name}:{value}" for name, value in named.items())
            told: dict[str, Any] = {
                "organization": member.organization, "actor": request.user, "thing": thing,
                "purpose": member.purpose,
            }  # fmt: skip
            with inside(member.organization, request.user):
                try:
                    check_right(member.role, right)
                except NotAllowedError as error:
                    record(event, result="refused", **told)
                    raise PermissionDenied(str(error)) from error
                response: HttpResponseBase
                request.member = member  # type: ignore[attr-defined]
                try:
                    response = view(request, **named)
                except NotAllowedError as error:
                    response = plain(request, 409, _("Not now"), str(error))
                except Http404:  # what is not there was asked for, too
                    record(event, result="failed", **told)
                    raise
                record(event, result="done" if response.status_code < 400 else "failed", **told)
                return response

        visited.right, visited.event = right, event  # type: ignore[attr-defined]
        return visited

    return of


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs."""
    member = getattr(request, "member", None)
    return {
        "member": member,
        "page_name": request.resolver_match.url_name if request.resolver_match else "",
        "demo": settings.DEMO,
        "look": {name.rsplit(".")[-1]: name for name in _look()},
        "organization": member.organization if member else None,
        "rights": roles()[member.role].rights if member else frozenset(),
        "role_label": _role_of(member) if member else "",
    }


def _role_of(member: Membership) -> str:
    """The role beside the name, where the name does not say it already."""
    label = roles()[member.role].label
    return "" if label.lower() in str(member.user).lower() else _(label)


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Where a person belongs: the one organization, or a list of them."""
    if secret := request.session.pop("invited-by", ""):  # they signed in to take an invitation
        return redirect("join", secret=secret)
    with inside(None, request.user):
        found = list(Membership.all_current(request.user))
    if len(found) == 1:
        return redirect(front_of(found[0].role), slug=found[0].organization.slug)
    told = [(one, front_of(one.role)) for one in found]
    return render(request, "foundation/home.html", {"memberships": told})


def front_of(role: str) -> str:
    """The page on which a role begins: audits, where it reads them."""
    fronts = (("read", "audits"), ("people", "people"), ("trail", "trail"))
    return next(name for right, name in fronts if right in roles()[role].rights)


@page("trail", "trail.read")
def trail(request: Visit) -> HttpResponse:
    """Who saw, ran, exported and approved what."""
    mine = Event.objects.filter(organization=request.member.organization)
    return render(request, "foundation/trail.html", {"events": mine.select_related("actor")[:200]})


@cache
def _look() -> dict[str, tuple[str, str]]:
    """The style sheet and the script that pages share with the report, by a name of their bytes."""
    made = {"css": style_sheet(), "js": finder_script()}
    kinds = {"css": "text/css", "js": "text/javascript"}
    return {
        f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.{end}": (kinds[end], text)
        for end, text in made.items()
    }


def look(request: HttpRequest, name: str) -> HttpResponse:
    """The style sheet or script of a name; it never changes, so it is kept."""
    if name not in _look():
        raise Http404
    kind, text = _look()[name]
    return HttpResponse(text, f"{kind}; charset=utf-8", headers={"Cache-Control": _FOREVER})


def health(request: HttpRequest) -> JsonResponse:
    """Whether the platform answers and its database too; says nothing else."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request made no sense."""
    return plain(request, 400, _("That did not work"), _("Go back and try again."))


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A member without the right."""
    return plain(request, 403, _("You may not do this"), str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing there, or not for this reader: one answer for both."""
    return plain(request, 404, _("There is no such page"), _("Check the address, or start again."))


def too_many(request: HttpRequest) -> HttpResponse:
    """Too many wrong answers for one account or from one place."""
    return plain(request, 429, _("Too many attempts"), _("Wait 10 minutes, then try again."))


def broken(request: HttpRequest) -> HttpResponse:
    """Something went wrong here; what, is in the log and not on the page."""
    return plain(request, 500, _("Something went wrong here"), _("It was noted. Try again later."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from elsewhere."""
    said = _("Open the page again and send the form once more.")
    return plain(request, 403, _("This form is no longer valid"), said)


def plain(request: HttpRequest, status: int, title: str, said: str) -> HttpResponse:
    """A page of one sentence, with the way back."""
    told = {"title": title, "said": said}
    return render(request, "foundation/plain.html", told, status=status)
