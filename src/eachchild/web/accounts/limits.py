"""How often something may be done by people who are not signed in, counted as sign-in is."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest


def is_within(request: HttpRequest, action: str, *, whose: str, rates: str) -> bool:
    """Whether this may be done once more, by an address and in all: `10/h/ip,200/d/key`.

    Addresses are counted for each `whose` by itself, kept as long as they count and no longer.
    """
    used = ratelimit.consume(
        request, app=f"eachchild.{whose}", action=action, config={action: rates}, key=whose
    )
    return used is not None
