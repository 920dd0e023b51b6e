"""Writing to a district: a private message from anybody. No copy of these pages is ever kept."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from eachchild.web.accounts.limits import is_within
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.public.views import enter, released, spoken
from eachchild.web.strategy import places
from eachchild.web.strategy.actions.outward import days_kept, receive
from eachchild.web.strategy.forms.outward import ReplyForm
from eachchild.web.strategy.rules.outward import LIMITS

_YEAR = 365  # days
Page = Callable[..., HttpResponse]


def private(view: Page) -> Page:
    """A page for anybody of which nobody keeps a copy: a browser, a cache, a shared phone."""

    @wraps(view)
    def shown(request: HttpRequest, slug: str) -> HttpResponse:
        response = view(request, enter(request, slug))
        response.headers["Cache-Control"] = "no-store"
        return response

    return shown


@require_http_methods(["GET", "HEAD", "POST"])
@private
def reply(request: HttpRequest, district: Organization) -> HttpResponse:
    """Write a message, having read who reads it and what becomes of it."""
    named = places.schools(district, [folder for _release, folder in released(district)])
    form = ReplyForm(request.POST or None, schools=named, initial=_chosen(request))
    status = 200
    if request.method == "POST":
        status = _taken_in(request, district, form)
        if not status:
            address = reverse("public-thanked", args=[district.slug])
            return redirect(f"{address}{spoken(request)}")
    with inside(district):
        days = days_kept(district)
    values = {"district": district, "form": form, "spoken": spoken(request), "days": days,
              "is_a_year": days == _YEAR}  # fmt: skip
    return render(request, "public/reply.html", values, status=status)


@require_safe
@private
def thanked(request: HttpRequest, district: Organization) -> HttpResponse:
    """It came; nothing of what was written is shown again."""
    values = {"district": district, "spoken": spoken(request)}
    return render(request, "public/thanked.html", values)


def _taken_in(request: HttpRequest, district: Organization, form: ReplyForm) -> int:
    """Keep a message: 0 once it is done with, else the status of the page that says why not."""
    if form.is_a_program_s:
        return 0  # as if it had been kept: a program learns nothing
    if not form.is_valid():
        return 200
    whose = str(district.pk)
    if not all(is_within(request, name, whose=whose, rates=most) for name, most in LIMITS.items()):
        form.add_error(None, _("Many messages came within a short time. Please try again in an "
                               "hour, or call your school."))  # fmt: skip
        return 429
    try:
        receive(district, language=get_language() or "en", **form.told())
    except NotAllowedError as error:
        form.add_error(None, str(error))
        return 409
    return 0


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """What a link from another page has chosen already."""
    return {name: request.GET[name] for name in ("about", "school") if name in request.GET}
