"""Signing in: what is asked, what is refused, how long it holds, and what the trail says of it."""

import hashlib
import re
from collections.abc import Callable, Iterator
from secrets import token_urlsafe
from typing import Any
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from cast import BACKEND, NEW, PASSWORD, link, sign_in, with_password
from django.conf import settings
from django.contrib.auth import hashers
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from eachchild.web.accounts.actions import disable
from eachchild.web.accounts.models import User
from eachchild.web.foundation.models import Event
from eachchild.web.project import settings as real_settings

District = Any
LIMITS = real_settings.ACCOUNT_RATE_LIMITS  # the tests' settings have none
NOBODY = "nobody@elsewhere.invalid"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_wrong_answers_yet(settings: Any) -> Iterator[None]:
    settings.ACCOUNT_RATE_LIMITS = LIMITS
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def coach(north: District) -> User:
    """A person with a password and an authenticator app."""
    person = with_password(north.members["coach"].user)
    Authenticator.objects.filter(user=person).delete()
    TOTP.activate(person, SECRET)
    return person


def digits() -> str:
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))


def enter(client: Client, person: User) -> Any:
    """Sign in with both steps."""
    sign_in(client, person.email)
    return client.post("/account/2fa/authenticate/", {"code": digits()})


def _addresses(patterns: Any, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _addresses(one.url_patterns, before + str(one.pattern))
        else:
            yield before + str(one.pattern), one


_FILLED = {
    "slug": "north", "str:secret": "x", "str:name": "x", "int:session": "1", "int:pk": "1",
    "str:screen": "x",
}  # fmt: skip
_UUID = "00000000-0000-0000-0000-000000000000"
OPEN = {  # what somebody who is not signed in may be shown: sign-in itself, and nothing of anybody
    "/health/", "/account/login/", "/account/inactive/", "/account/password/reset/",
    "/account/password/reset/done/", "/account/password/reset/key/done/",
    "/account/3rdparty/login/cancelled/",
    "/account/password/reset/key/1-x/",
    "/api/v1/openapi.json",
}  # fmt: skip


def _filled(pattern: str) -> str:
    def value(found: Any) -> str:
        return _FILLED.get(found[1], _FILLED.get(found[1].split(":")[-1], _UUID))

    made = pattern.replace("^", "").replace("$", "").replace("\\Z", "")
    made = made.replace("(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)", "1-x")
    made = re.sub(r"\(\?P<(\w+)>[^)]*\)", "x", made)
    made = re.sub(r"<([\w:]+)>", value, made)
    return "/" + made


CLOSED = [
    "signup/", "email/", "confirm-email/", "confirm-email/x/", "password/set/", "3rdparty/",
    "3rdparty/signup/", "oidc/platform/login/", "oidc/platform/login/callback/", "social/signup/",
    "login/code/confirm/", "reauthenticate/code/",
]  # fmt: skip
PATTERNS = [pattern for pattern, _ in _addresses(get_resolver().url_patterns) if "|" not in pattern]
ADDRESSES = sorted({_filled(p) for p in PATTERNS} | {f"/account/{one}" for one in CLOSED})


def test_s1_without_signing_in_only_the_allow_list_answers(north: District) -> None:
    assert len(ADDRESSES) > 50
    shown = set()
    for address in ADDRESSES:
        if address.startswith("/public/"):
            continue  # released by two people; the pages' own tests say what stands there
        answer = Client().get(address)
        assert answer.status_code in (200, 301, 302, 401, 404, 405), (address, answer.status_code)
        if answer.status_code == 200:
            shown.add(address)
        answer.close()
    assert shown == OPEN


def test_s1_pages_of_strangers_do_not_exist(
    north: District, client_for: Callable[..., Client]
) -> None:
    for client in (Client(), client_for(north, "administrator")):
        for one in CLOSED:
            assert client.get(f"/account/{one}").status_code == 404, one
            assert client.post(f"/account/{one}", {"email": NOBODY}).status_code == 404, one


def test_s10_a_password_alone_opens_nothing(coach: User) -> None:
    client = Client()
    assert sign_in(client, coach.email)["Location"] == "/account/2fa/authenticate/"
    assert client.get("/d/north/")["Location"].startswith("/account/login/")
    assert client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.get("/d/north/")["Location"].startswith("/account/login/")
    assert client.post("/account/2fa/authenticate/", {"code": digits()})["Location"] == "/"
    assert client.get("/d/north/").status_code == 200


def test_s10_who_has_no_second_factor_sees_the_page_to_add_one_and_no_other(
    north: District,
) -> None:
    person = with_password(north.members["administrator"].user)
    Authenticator.objects.filter(user=person).delete()
    RecoveryCodes.activate(person)  # alone they are no second factor
    client = Client()
    sign_in(client, person.email)
    for address in ("/d/north/", "/d/north/trail/", "/account/people/north/", "/",
                    "/account/people/north/register/", link(north)):  # fmt: skip
        assert client.get(address)["Location"] == "/account/2fa/", address
        assert client.post(address)["Location"] == "/account/2fa/", address
    part = client.get("/d/north/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (200, "/account/2fa/")
    assert client.get("/account/2fa/").status_code == 200


def test_s10_digits_work_once(coach: User) -> None:
    code = digits()
    for client, status in ((Client(), 302), (Client(), 200)):
        sign_in(client, coach.email)
        assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == status


def test_the_secret_of_an_app_is_not_in_the_database_in_clear(coach: User) -> None:
    kept = Authenticator.objects.get(user=coach, type="totp")
    assert SECRET not in str(kept.data)
    assert enter(Client(), coach)["Location"] == "/"


def test_the_code_to_scan_is_part_of_the_page(north: District) -> None:
    person, client = with_password(north.members["coach"].user), Client()
    Authenticator.objects.filter(user=person).delete()
    sign_in(client, person.email)
    page = client.get("/account/2fa/totp/activate/").content.decode()
    assert page.count('<svg class="qr" role="img"') == 1
    assert "<?xml" not in page
    assert "style=" not in page
    secret = re.search(r'id="secret">(\w+)<', page)[1]
    assert f"secret={secret}" not in page  # the address of the code itself is only drawn


def test_s12_ten_wrong_answers_for_an_account_then_429_from_anywhere(coach: User) -> None:
    tried = [
        sign_in(Client(), coach.email, "wrong", REMOTE_ADDR=f"10.0.0.{n}").status_code
        for n in range(11)
    ]
    assert tried == [200] * 10 + [429]
    assert sign_in(Client(), coach.email, REMOTE_ADDR="10.0.1.1").status_code == 429


def test_s12_ten_wrong_answers_from_a_place_then_429_for_any_account(coach: User) -> None:
    tried = [sign_in(Client(), f"a{n}@elsewhere.invalid", "wrong").status_code for n in range(11)]
    assert tried == [200] * 10 + [429]
    assert sign_in(Client(), coach.email).status_code == 429
    assert sign_in(Client(), coach.email, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_s12_ten_wrong_digits_then_no_more(coach: User) -> None:
    client = Client()
    sign_in(client, coach.email)
    for _ in range(10):
        client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert client.post("/account/2fa/authenticate/", {"code": digits()}).status_code == 200
    assert client.get("/d/north/")["Location"].startswith("/account/login/")


def test_s12_right_answers_do_not_count(coach: User) -> None:
    for _ in range(12):
        assert sign_in(Client(), coach.email).status_code == 302


def _plain(answer: Any, email: str) -> str:
    """A page without what differs each time: the token of the form, and the address typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return text.replace(email, "")


@pytest.mark.parametrize(
    ("address", "field"), [("/account/login/", "login"), ("/account/password/reset/", "email")]
)
def test_s12_an_unknown_address_gets_the_same_answer_by_the_same_path(
    coach: User, address: str, field: str
) -> None:
    told = {}
    for email in (coach.email, NOBODY):
        with (
            mock.patch.object(hashers.MD5PasswordHasher, "encode", autospec=True,
                              side_effect=hashers.MD5PasswordHasher.encode) as hashed,
        ):  # fmt: skip
            answer = Client().post(address, {field: email, "password": "wrong"})
        page = answer if answer.status_code == 200 else Client().get(answer["Location"])
        told[email] = (
            answer.status_code, answer.get("Location"), answer.resolver_match.view_name,
            hashed.call_count, _plain(page, email),
        )  # fmt: skip
    assert told[coach.email] == told[NOBODY]
    if field == "email":
        assert {one.to[0] for one in mail.outbox} == {coach.email, NOBODY}
    else:
        assert told[NOBODY][3] == 1


def test_s12_eleven_tries_of_an_unknown_address_end_as_those_of_a_known_one(coach: User) -> None:
    known = [sign_in(Client(), coach.email, "x", REMOTE_ADDR=f"10.0.0.{n}") for n in range(11)]
    unknown = [sign_in(Client(), NOBODY, "x", REMOTE_ADDR=f"10.1.0.{n}") for n in range(11)]
    assert [_plain(one, coach.email) for one in known] == [_plain(one, NOBODY) for one in unknown]


def test_s13_a_new_id_at_sign_in(coach: User) -> None:
    client = Client()
    client.get("/account/login/")
    sign_in(client, coach.email)
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/account/2fa/authenticate/", {"code": digits()})
    after = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert before != after
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(
    ("steps", "awake"),
    [
        ([29 * 60], True),
        ([31 * 60], False),
        ([29 * 60] * 20, True),  # 9 h 40, never idle
        ([29 * 60] * 25, False),  # 12 h 5, never idle
    ],
)
def test_s13_idle_half_an_hour_or_half_a_day_old_is_over(
    north: District, client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch,
    steps: list[int], awake: bool,
) -> None:  # fmt: skip
    clock = [1_800_000_000]
    monkeypatch.setattr("eachchild.web.accounts.middleware.time", lambda: clock[0])
    client = client_for(north, "coach")
    client.get("/d/north/")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    for step in steps:
        clock[0] += step
        answer = client.get("/d/north/")
    assert (answer.status_code == 200) is awake
    assert Session.objects.filter(session_key=key).exists() is awake
    if not awake:
        assert "storage" in answer["Clear-Site-Data"]


def test_s13_a_page_that_asks_by_itself_keeps_nobody_awake(
    north: District, client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_800_000_000]
    monkeypatch.setattr("eachchild.web.accounts.middleware.time", lambda: clock[0])
    client = client_for(north, "coach")
    client.get("/d/north/")
    for _ in range(31):
        clock[0] += 60
        answer = client.get(f"/d/north/runs/{_UUID}/status/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/account/login/"


def test_s13_a_closed_account_is_out_at_once_and_its_sessions_are_gone(coach: User) -> None:
    client = Client()
    enter(client, coach)
    assert client.get("/d/north/").status_code == 200
    disable(coach)
    assert not Session.objects.exists()
    assert client.get("/d/north/")["Location"].startswith("/account/login/")
    assert sign_in(client, coach.email)["Location"] == "/account/inactive/"


def test_s13_sessions_are_listed_and_ended_one_or_all(
    coach: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = iter(range(0, 3000, 30))
    real = __import__("time").time
    clients = []
    for browser in ("First browser", "Second browser", "Third browser"):
        shift = next(at)
        monkeypatch.setattr("time.time", lambda shift=shift: real() + shift)  # new digits each
        client = Client(headers={"user-agent": browser})
        assert enter(client, coach)["Location"] == "/"
        clients.append(client)
    page = clients[0].get("/account/sessions/").content.decode()
    assert all(one in page for one in ("First browser", "Second browser", "Third browser"))
    ends = re.findall(r"/account/sessions/\d+/end/", page)
    assert len(ends) == 2  # one's own ends by signing out
    assert clients[0].get(ends[0]).status_code == 405
    clients[0].post(ends[0])
    assert [c.get("/d/north/").status_code for c in clients].count(200) == 2
    clients[0].post("/account/sessions/")
    assert [c.get("/d/north/").status_code for c in clients] == [200, 302, 302]


def test_s13_nobody_ends_the_session_of_another(
    coach: User, north: District, client_for: Callable[..., Client]
) -> None:
    client = Client()
    enter(client, coach)
    from allauth.usersessions.models import UserSession

    theirs = UserSession.objects.get(user=coach).pk
    assert client_for(north, "teacher").post(f"/account/sessions/{theirs}/end/").status_code == 404
    assert client.get("/d/north/").status_code == 200


def test_s13_a_new_password_ends_every_session(coach: User) -> None:
    client = Client()
    enter(client, coach)
    with_password(coach, "another sentence of words")
    assert client.get("/d/north/").status_code == 302


def test_s14_cookies_of_production_are_for_this_host_over_tls_alone() -> None:
    import json
    import os
    import subprocess
    import sys
    import tempfile

    asked = ("SESSION_COOKIE_NAME CSRF_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE "
             "SESSION_COOKIE_HTTPONLY CSRF_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE "
             "CSRF_COOKIE_SAMESITE SESSION_COOKIE_DOMAIN SESSION_COOKIE_PATH DEBUG")  # fmt: skip
    code = (
        "import json; from eachchild.web.project import settings as s; "
        f"print(json.dumps({{n: getattr(s, n, None) for n in '{asked}'.split()}}))"
    )
    with tempfile.TemporaryDirectory() as data:
        told = {"EACHCHILD_KIND": "production", "EACHCHILD_HOSTS": "equity.district.example",
                "EACHCHILD_SECRET_KEY": hashlib.sha512(b"x").hexdigest(), "EACHCHILD_DATA": data,
                "EACHCHILD_DATABASE": "", "EACHCHILD_FIELD_KEYS": token_urlsafe(32)}  # fmt: skip
        ran = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | told, capture_output=True, check=True
        )
    found = json.loads(ran.stdout)
    assert found["SESSION_COOKIE_NAME"] == "__Host-session"
    assert found["CSRF_COOKIE_NAME"] == "__Host-csrf"
    assert all(found[f"{one}_COOKIE_{flag}"] for one in ("SESSION", "CSRF")
               for flag in ("SECURE", "HTTPONLY"))  # fmt: skip
    assert found["SESSION_COOKIE_SAMESITE"] == found["CSRF_COOKIE_SAMESITE"] == "Lax"
    assert (found["SESSION_COOKIE_DOMAIN"], found["DEBUG"]) == (None, False)


def test_s14_the_session_cookie_is_not_for_scripts_and_goes_with_the_browser(coach: User) -> None:
    client = Client()
    enter(client, coach)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"]


def test_s16_signing_out_clears_and_nothing_is_kept(coach: User) -> None:
    client = Client()
    enter(client, coach)
    for address in ("/d/north/", "/account/2fa/", "/account/sessions/", "/account/login/"):
        assert "no-store" in client.get(address)["Cache-Control"], address
    assert client.get("/account/logout/").status_code == 200  # asks; a link signs nobody out
    assert client.get("/d/north/").status_code == 200
    answer = client.post("/account/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(
        session_key=client.cookies[settings.SESSION_COOKIE_NAME].value
    ).exists()
    assert client.get("/d/north/").status_code == 302


def test_s17_no_address_holds_an_e_mail_a_name_or_a_student(
    coach: User, north: District, south: District, client_for: Callable[..., Client]
) -> None:
    with_password(south.members["coach"].user)
    own = [pattern for pattern, _ in _addresses(get_resolver().url_patterns)]
    assert not [one for one in own if re.search(r"<[^>]*(mail|student|person)", one)]
    seen = []
    client = Client()
    for answer in (
        sign_in(client, coach.email), enter(client, coach),
        Client().get(link(north, "coach@south.invalid")),
        Client().post("/account/password/reset/", {"email": coach.email}),
        Client().post(link(north), {"name": "Some Person", "password": PASSWORD}),
    ):  # fmt: skip
        seen.append(answer["Location"])
    admin = client_for(north, "administrator")
    for page in ("/account/people/north/", "/account/people/north/register/", "/d/north/trail/"):
        seen += re.findall(r'(?:href|action|src)="([^"]+)"', admin.get(page).content.decode())
    for one in seen:
        assert "@" not in one
        assert "%40" not in one
        assert "Some" not in one
        assert "north%20" not in one


def test_s19_every_unsafe_method_asks_for_the_token(
    north: District, client_for: Callable[..., Client]
) -> None:
    key = client_for(north, "administrator").cookies[settings.SESSION_COOKIE_NAME]
    for signed in (False, True):
        strict = Client(enforce_csrf_checks=True)
        if signed:
            strict.cookies[settings.SESSION_COOKIE_NAME] = key.value
        for address in ADDRESSES:
            for method in ("post", "delete"):
                answer = getattr(strict, method)(address)
                assert answer.status_code in (302, 403, 404, 405), (method, address)
                if answer.status_code == 302:  # sent to sign in, before anything was read
                    assert answer["Location"].startswith(("/account/login/", "/account/")), address
                answer.close()
    for _, pattern in _addresses(get_resolver().url_patterns):
        reads_alone = "web.api" in pattern.callback.__module__  # with a token, by GET alone
        assert reads_alone or not getattr(pattern.callback, "csrf_exempt", False), pattern


def _rows() -> dict[str, Any]:
    """How many rows there are of each kind, and what stands in those that say who may do what."""
    from django.apps import apps

    left_out = {"Event", "Chain", "Session"}  # visits are lines of the trail
    kinds = [model for model in apps.get_models() if model.__name__ not in left_out]
    return {model.__name__: sorted(map(str, model._base_manager.values_list())) for model in kinds}


def test_s19_opening_a_page_changes_nothing(
    north: District, client_for: Callable[..., Client]
) -> None:
    waiting = link(north)
    clients = [Client(), *(client_for(north, role) for role in ("administrator", "analyst"))]
    before = _rows()
    for client in clients:
        for address in [*ADDRESSES, waiting]:
            if address != "/account/logout/":
                client.get(address).close()
            else:
                assert client.get(address).status_code in (200, 302)
    after = _rows()
    assert {name for name in after if after[name] != before[name]} == set()
    assert clients[1].get("/account/people/north/").status_code == 200  # still signed in


def _told() -> list[tuple[str, str, str]]:
    return [(e.action, e.thing, e.result) for e in Event.objects.order_by("pk")]


def test_s24_sign_in_is_in_the_trail_of_where_one_belongs(north: District, coach: User) -> None:
    start = Event.objects.count()
    client = Client()
    sign_in(client, coach.email, "wrong")
    sign_in(client, coach.email)
    client.post("/account/2fa/authenticate/", {"code": "000000"})
    client.post("/account/2fa/authenticate/", {"code": digits()})
    client.post("/account/logout/")
    assert _told()[start:] == [
        ("sign-in", "by:password", "failed"), ("sign-in", "by:totp", "failed"),
        ("sign-in", "", "done"), ("sign-out", "", "done"),
    ]  # fmt: skip
    lines = Event.objects.order_by("pk")[start:]
    assert {(e.organization_id, e.actor_id) for e in lines} == {(north.organization.pk, coach.pk)}


def test_s24_an_unknown_address_is_a_line_of_the_platforms_own_trail(north: District) -> None:
    sign_in(Client(), NOBODY)
    line = Event.objects.latest("pk")
    assert (line.organization, line.actor, line.result) == (None, None, "failed")


@pytest.mark.django_db(transaction=True)  # the line is written once the factor is kept
def test_s24_a_new_factor_is_a_line(north: District) -> None:
    person, client = with_password(north.members["coach"].user), Client()
    Authenticator.objects.filter(user=person).delete()
    sign_in(client, person.email)
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="secret">(\w+)<', page)[1]
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    answer = client.post("/account/2fa/totp/activate/", {"code": code})
    assert answer["Location"] == "/account/2fa/recovery-codes/"
    assert ("factor.added", "by:totp", "done") in _told()
    codes = re.findall(r'class="code">([\w-]+)<', client.get(answer["Location"]).content.decode())
    assert len(codes) == 10
    kept = Client()
    sign_in(kept, person.email)
    assert kept.post("/account/2fa/authenticate/", {"code": codes[0]})["Location"] == "/"


def test_s25_the_trail_of_sign_in_holds_no_address_secret_or_place(coach: User) -> None:
    client = Client()
    sign_in(client, coach.email, "a wrong password")
    enter(client, coach)
    sign_in(Client(), NOBODY)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    told = " ".join(f"{e.action} {e.thing} {e.purpose}" for e in Event.objects.all())
    for secret in (coach.email, NOBODY, coach.name, "a wrong", PASSWORD, key, "127.0.0.1", "@"):
        assert secret not in told


def test_s10_there_is_no_saml() -> None:
    assert not any("saml" in app for app in settings.INSTALLED_APPS)
    assert not any("saml" in pattern for pattern, _ in _addresses(get_resolver().url_patterns))


def test_nobody_steps_into_a_role_outside_the_demonstration(north: District) -> None:
    person = str(north.members["administrator"].user.pk)
    assert Client().post("/account/step-into/", {"person": person}).status_code == 404
    client = Client()
    client.force_login(north.members["coach"].user, backend=BACKEND)
    assert client.post("/account/step-into/", {"person": person}).status_code == 404
    assert NEW not in str(client.session.items())
