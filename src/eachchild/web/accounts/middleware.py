"""What must be true of a signed-in person before any page: awake, and with a second factor."""

from collections.abc import Callable
from time import time

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from eachchild.web.accounts.adapter import FACTORS

Answer = Callable[[HttpRequest], HttpResponse]
_LAST, _FIRST = "last-seen", "first-seen"
_EVERY = 60  # seconds between two notes of when somebody was last here
_OPEN = ("/public/", "/look/", "/static/", "/api/")  # the same to everybody: nobody is asked
_BEFORE_FACTOR = (  # what somebody may open who has no second factor yet: setting one up, leaving
    "/account/2fa/", "/account/reauthenticate/", "/account/password/", "/account/login/",
    "/account/logout/", "/static/", "/look/", "/public/", "/health/",
)  # fmt: skip
# "cookies" is left out: it would clear those of every other site of the district's domain. Ours
# end by their own header, and the session they name has been deleted.
_CLEAR = '"cache", "storage"'


def signed_in(get_response: Answer) -> Answer:
    """End sessions that were idle too long or are too old; ask for a second factor first."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OPEN) or not request.user.is_authenticated:
            return get_response(request)
        if _is_over(request):
            logout(request)
            return _cleared(_sent(request, settings.LOGIN_URL))
        if _lacks_second_factor(request):
            return _sent(request, "mfa_index")
        response = get_response(request)
        return response if request.user.is_authenticated else _cleared(response)

    return answer


def _is_over(request: HttpRequest) -> bool:
    """Whether it was idle or is old; what a page asks for by itself does not keep it awake."""
    now = int(time())
    last = request.session.setdefault(_LAST, now)
    first = request.session.setdefault(_FIRST, now)
    if now - last > settings.SESSION_IDLE_SECONDS or now - first > settings.SESSION_COOKIE_AGE:
        return True
    if now - last > _EVERY and not request.path.endswith("/status/"):
        request.session[_LAST] = now
    return False


def _lacks_second_factor(request: HttpRequest) -> bool:
    if settings.DEMO or request.path.startswith(_BEFORE_FACTOR):
        return False
    return not is_mfa_enabled(request.user, FACTORS)


def _sent(request: HttpRequest, to: str) -> HttpResponse:
    """Send the browser to a page; a part of a page would otherwise be filled with it."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(resolve_url(to))
    return redirect(to)


def _cleared(response: HttpResponse) -> HttpResponse:
    """Tell the browser to forget what it kept of a session that is over."""
    response.headers["Clear-Site-Data"] = _CLEAR
    return response
