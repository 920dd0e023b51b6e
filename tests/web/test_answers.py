"""What every answer has and what none says: headers (S15, S16), generic errors (S39)."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from test_matrix import _POST_ONLY, PAGES, _address

from eachchild.web.audits.actions import propose
from eachchild.web.audits.models import Release
from eachchild.web.child import Ended
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.tenancy import inside
from eachchild.web.worker import Worker

SECRET = "SELECT secret FROM nowhere"
OPEN = ("/health/", "/account/login/", "/public/north/", "/nowhere/", "/static/eachchild/web.css")


def _check(answer) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_s15_s16_every_answer_has_its_headers(north, client_for, finished) -> None:
    clients = {role: client_for(north, role) for role in ("administrator", "analyst", "teacher")}
    for name in sorted(PAGES):
        role = next(
            (r for r in clients if PAGES[name].callback.right in roles()[r].rights), "teacher"
        )
        ask = clients[role].post if name in _POST_ONLY else clients[role].get
        answer = ask(_address(name, finished, "x", "x"))
        _check(answer)
        assert answer.headers["Cache-Control"] == "no-store", name
        answer.close()


@pytest.mark.django_db
@pytest.mark.parametrize("address", OPEN)
def test_s15_answers_to_strangers_have_them_too(address: str, north) -> None:
    answer = Client().get(address)
    _check(answer)
    answer.close()


def _breaks(*_: object, **__: object) -> None:
    raise RuntimeError(SECRET)


def test_s39_an_error_says_nothing_of_the_inside(
    north, client_for: Callable[..., Client], monkeypatch
) -> None:
    monkeypatch.setattr("eachchild.web.keeping.views._told", _breaks)
    client = client_for(north, "administrator")
    client.raise_request_exception = False
    answer = client.get(reverse("keeping", args=["north"]))
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "Something went wrong here" in text
    for word in (SECRET, "Traceback", "RuntimeError", settings.SECRET_KEY, "eachchild.web"):
        assert word not in text
    _check(answer)


@pytest.mark.parametrize("code", [-9, 1, 4])
def test_s39_a_proof_that_did_not_end_is_no_release(
    north, finished, monkeypatch, code: int
) -> None:
    with inside(north.organization):
        release = propose(north.members["analyst"], finished, "public")
        release.state = Release.State.MAKING
        release.save()
    killed = Ended(code, "not proved", False)
    monkeypatch.setattr(Worker, "_command", lambda self, command, told: killed)
    assert Worker().take_one()
    with inside(north.organization):
        assert Release.objects.within(north.organization).get().state == Release.State.REFUSED
    assert Client().get(reverse("public-report", args=["north", release.pk])).status_code == 404


@pytest.mark.django_db
def test_the_open_health_page_says_ok_alone() -> None:
    assert Client().get("/health/").json() == {"status": "ok"}
