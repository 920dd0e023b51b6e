"""Every page of a district by every role: 200 with the right, 403 without, 404 to others."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from eachchild.web.audits.models import Run
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Event
from eachchild.web.foundation.tenancy import inside

_POST_ONLY = {"start", "cancel", "end-membership", "hold", "end-hold", "period", "shred",
              "withdraw", "end-token", "withdraw-invitation", "begin", "arrived",
              "remove", "look-at", "check", "leave", "stay", "link-member", "answer-wish",
              "remember-files", "add-step", "step-done", "begin-trial", "end-trial",
              "sign-vision", "rate-standard", "plan-review", "decide", "keep-review",
              "read-reply", "destroy-reply", "approve-entry",
              "take-off-entry", "make-packet"}  # fmt: skip


def _within(patterns: list[URLPattern | URLResolver], slug: bool = False) -> list[URLPattern]:
    """The addresses that have a district in them and are not public."""
    found = []
    for one in patterns:
        if isinstance(one, URLResolver):
            if "public" not in str(one.pattern):
                found += _within(one.url_patterns, slug or "slug" in str(one.pattern))
        elif (slug or "slug" in str(one.pattern)) and one.name:
            found.append(one)
    return found


PAGES = {p.name: p for p in _within(get_resolver().url_patterns)}


def _address(name: str, run: Run, screen: str, outcome: str) -> str:
    named = {"slug": "north", "run": run.pk, "audit": run.audit_id, "screen": screen,
             "name": outcome if name == "outcome" else "findings.json",
             "hold": "00000000-0000-0000-0000-000000000000",
             "certificate": "00000000-0000-0000-0000-000000000000",
             "upload": "00000000-0000-0000-0000-000000000000",
             "membership": "00000000-0000-0000-0000-000000000000",
             "language": "en",
             "vision": "00000000-0000-0000-0000-000000000000", "key": "board-decides",
             "review": "00000000-0000-0000-0000-000000000000",
             "goal": "00000000-0000-0000-0000-000000000000",
             "wish": "00000000-0000-0000-0000-000000000000",
             "step": "00000000-0000-0000-0000-000000000000",
             "cycle": "00000000-0000-0000-0000-000000000000",
             "token": "00000000-0000-0000-0000-000000000000",
             "invitation": "00000000-0000-0000-0000-000000000000",
             "reply": 0, "entry": "00000000-0000-0000-0000-000000000000", "place": "all",
             "release": "00000000-0000-0000-0000-000000000000"}  # fmt: skip
    wanted = PAGES[name].pattern.converters | {"slug": None}
    return reverse(name, kwargs={key: named[key] for key in wanted})


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_page_asks_for_a_right(name: str) -> None:
    view = PAGES[name].callback
    assert view.right in set().union(*(role.rights for role in roles().values()))
    assert view.event


@pytest.mark.parametrize("role", [*roles(), "outsider"])
def test_s5_s24_every_page_for_every_role_is_one_line_of_the_trail(
    role: str, north, client_for: Callable[..., Client], finished: Run
) -> None:
    from eachchild.web.shelf import screens

    pages = screens(north.shelf.bundle(str(finished.pk), "internal"))
    first = next(o for o in pages["outcomes"] if o["findings"] or o["quiet"])
    screen = next(f["screen"] for f in (*first["findings"], *first["quiet"])
                  if f["place"] == "all")  # fmt: skip
    client = client_for(north, role)
    for name in sorted(PAGES):
        address = _address(name, finished, screen, first["id"])
        before, visits = _lines(north), _visits(north, PAGES[name].callback.event)
        ask = client.post if name in _POST_ONLY else client.get
        answer = ask(address)
        told = _lines(north) - before
        if role == "outsider":
            assert (answer.status_code, told) == (404, 0), name
        elif PAGES[name].callback.right not in roles()[role].rights:
            assert (answer.status_code, told) == (403, 1), name
        else:
            assert answer.status_code < 400 or answer.status_code in (404, 409), name
            assert _visits(north, PAGES[name].callback.event) - visits == 1, name
        answer.close()


def _lines(north) -> int:
    with inside(north.organization):
        return Event.objects.filter(organization=north.organization).count()


def _visits(north, event: str) -> int:
    with inside(north.organization):
        mine = Event.objects.filter(organization=north.organization, action=event)
        return mine.exclude(actor=None).count()


def test_nobody_signed_in_reads_nothing(north, finished: Run) -> None:
    for name in sorted(PAGES):
        answer = Client().get(_address(name, finished, "x", "x"))
        assert answer.status_code in (302, 405), name
