"""What must be true of a signed-in person before any page: awake, and with a second factor."""

from collections.abc import Callable
from time import time

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

Answer = Callable[[HttpRequest], HttpResponse]
_LAST, _FIRST = "last-seen", "first-seen"


def signed_in(get_response: Answer) -> Answer:
    """End sessions that were idle too long or are too old; ask for a second factor first."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OPEN) or not request.user.is_authenticated:
            return get_response(request)
        now = int(time())
        idle = now - request.session.get(_LAST, now)
        age = now - request.session.setdefault(_FIRST, now)
        if idle > settings.SESSION_IDLE_SECONDS or age > settings.SESSION_COOKIE_AGE:
            logout(request)
            return redirect(settings.LOGIN_URL)
        if now - request.session.get(_LAST, 0) > _EVERY:
            request.session[_LAST] = now
        if _lacks_second_factor(request):
            return redirect("mfa_index")
        return get_response(request)

    return answer


_OPEN = ("/public/", "/look/", "/static/", "/api/")  # the same to everybody: nobody is asked
_EVERY = 60  # seconds between two notes of when somebody was last here


def _lacks_second_factor(request: HttpRequest) -> bool:
    if settings.DEMO or request.path.startswith(("/account/", "/static/", "/public/", "/health/")):
        return False
    return not is_mfa_enabled(request.user)
