"""Every page that the platform's addresses name: where it is, and who opens it.

This is no list of pages. What the URL configuration names and a browser is answered with is a page:
a new one is looked at by itself, and one whose address nobody can say fails.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from eachchild.web.foundation.matrix import Role, roles

CLOSED = "the platform has no such page of allauth's"
# Names that answer a GET in HTML with something that is no page, and what it is.
NO_PAGES: Mapping[str, str] = {
    "account_signup": CLOSED, "account_email": CLOSED, "account_email_verification_sent": CLOSED,
    "account_confirm_email": CLOSED, "account_set_password": CLOSED,
    "account_confirm_login_code": CLOSED, "account_request_reauthentication_code": CLOSED,
    "account_confirm_reauthentication_code": CLOSED, "socialaccount_signup": CLOSED,
    "socialaccount_connections": CLOSED, "openid_connect_login": CLOSED,
    "openid_connect_callback": CLOSED,
    "socialaccount_login_error": "answers 401; looked at as `the district's sign-in failed`",
    "mfa_login_webauthn": "answers the script of the page for signing in",
    "platform-back": "where the district's own sign-in leads back to; tests name none",
    "set_language": "leads back to where somebody was",
    "status": "a part of the page of a run, which is looked at as `running`",
}  # fmt: skip
Answers = Callable[[str | None, str], Any]


@dataclass(frozen=True)
class Place:
    """A page: its address, who opens it (None: anybody), and what it answers."""

    visitor: str | None
    address: str
    status: int = 200


def pages(
    known: Mapping[str, Mapping[str, Any]], visitors: Mapping[str, str | None], answers: Answers
) -> dict[str, Place]:
    """Every page by its name.

    `known` says what stands in addresses (under "": in all), `visitors` who opens a page that asks
    for no right, `answers` what somebody is answered with.
    """
    found = {}
    for one in _named(get_resolver().url_patterns):
        name = str(one.name)
        address = _address(name, known)
        visitor = _visitor(name, one, visitors)
        answer = answers(visitor, address)
        answer.close()
        in_html = answer.headers.get("Content-Type", "").startswith("text/html")
        if not in_html or answer.status_code == 405 or name in NO_PAGES:
            continue
        assert answer.status_code == 200, (name, address, visitor, answer.status_code)
        found[name] = Place(visitor, address)
    return found


def _named(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _named(one.url_patterns)
        elif one.name:
            yield one


def _address(name: str, known: Mapping[str, Mapping[str, Any]]) -> str:
    ((_, wanted),) = get_resolver().reverse_dict.getlist(name)[0][0]
    given = {**known[""], **known.get(name, {})}
    assert set(wanted) <= set(given), f"say what stands in the address of {name}: {wanted}"
    return reverse(name, kwargs={key: given[key] for key in wanted})


def _visitor(name: str, one: URLPattern, visitors: Mapping[str, str | None]) -> str | None:
    if name in visitors:
        return visitors[name]
    right = getattr(one.callback, "right", "")
    return _best(right) if right else None


def _best(right: str) -> str:
    """The role that sees the most of those with a right, so that a page is looked at in full."""

    def much(role: Role) -> tuple[bool, int]:
        return "rows" in role.rights, len(role.rights)

    return max((one for one in roles().values() if right in one.rights), key=much).name
