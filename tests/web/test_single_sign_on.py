"""Single sign-on against a real provider: who comes in, and which answers are refused."""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from cast import BACKEND, GROUND, NEW, link
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from eachchild.web.accounts.actions import disable
from eachchild.web.accounts.models import Invitation, Membership, User
from eachchild.web.foundation.models import Event
from eachchild.web.project.environment import UnsafeSettingsError, environment

HERE = Path(__file__).parent
MODULES = HERE.parents[1] / "node_modules"
BACK = "http://testserver/account/platform/back/"
District = Any


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """A provider that runs for all these tests."""
    node = shutil.which("node")
    if node is None or not (MODULES / "oidc-provider").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("oidc-provider is missing, and CI must have it: npm ci --ignore-scripts")
        pytest.skip("needs node and oidc-provider: npm ci --ignore-scripts")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ran = subprocess.Popen(
        [node, str(HERE / "oidc" / "provider.mjs"), str(port), BACK],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=MODULES.parent,
    )  # fmt: skip
    try:
        assert ran.stdout is not None
        while (line := ran.stdout.readline()) and "ready" not in line:
            pass
        yield f"http://127.0.0.1:{port}"
    finally:
        ran.terminate()
        ran.wait()
        ran.stdout.close()


@pytest.fixture(autouse=True)
def provider(issuer: str, settings: Any, db: None) -> Iterator["Provider"]:
    """The platform told of that provider."""
    app = {
        "provider_id": "platform", "name": "x", "client_id": "eachchild",
        "secret": "a secret of the test",
        "settings": {"server_url": issuer, "uid_field": "uid", "oauth_pkce_enabled": True},
    }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    cache.clear()
    made = Provider(issuer)
    yield made
    made.spoil("nothing")


class Provider:
    """The district's sign-in, and the browser of somebody who uses it."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def spoil(self, how: str) -> None:
        requests.put(f"{self.issuer}/spoil/{how}", timeout=5).raise_for_status()

    def knows(self, email: str, *, verified: Any = True) -> str:
        """Somebody with an address; the number that the provider gives them."""
        number = secrets.token_hex(8)
        told = {"email": email, "email_verified": verified}
        requests.put(f"{self.issuer}/people/{number}", json=told, timeout=5).raise_for_status()
        return number

    def answer(self, client: Client, number: str) -> str:
        """Where the provider sends the browser back to, with its code."""
        begun = client.post("/account/platform/")
        assert begun.status_code == 302, begun.content
        browser, address = requests.Session(), f"{begun['Location']}&login_hint={number}"
        for _ in range(10):
            there = browser.get(address, allow_redirects=False, timeout=5)
            address = there.headers.get("Location", "")
            assert address, there.text
            if address.startswith(BACK):
                return address.removeprefix("http://testserver")
            if address.startswith("/"):
                address = self.issuer + address
        raise AssertionError("the provider did not come to an end")

    def enter(self, client: Client, number: str) -> Any:
        return client.get(self.answer(client, number))


def inside(client: Client) -> bool:
    return bool(client.session.get("_auth_user_id"))


def test_a_member_comes_in_and_the_second_step_is_still_asked(
    north: District, provider: Provider
) -> None:
    person, client = north.members["coach"].user, Client()
    came = provider.enter(client, provider.knows(person.email.upper()))
    assert came["Location"] == "/account/2fa/authenticate/"
    assert not inside(client)
    Authenticator.objects.filter(user=person).delete()
    client = Client()
    assert provider.enter(client, provider.knows(person.email))["Location"] == "/"
    assert inside(client)
    assert client.get("/d/north/")["Location"] == "/account/2fa/"
    assert client.get("/account/2fa/totp/activate/").status_code == 200  # who has no password too


def test_a_person_stays_the_same_when_their_address_there_changes(
    north: District, provider: Provider
) -> None:
    person = north.members["coach"].user
    Authenticator.objects.filter(user=person).delete()
    number = provider.knows(person.email)
    provider.enter(Client(), number)
    told = {"email": north.members["superintendent"].user.email, "email_verified": True}
    requests.put(f"{provider.issuer}/people/{number}", json=told, timeout=5)
    client = Client()
    provider.enter(client, number)
    assert client.session["_auth_user_id"] == str(person.pk)
    assert SocialAccount.objects.get().extra_data == {}


def test_somebody_invited_joins_by_it_and_nobody_else_is_made(
    north: District, provider: Provider
) -> None:
    link(north, role="partner", **GROUND)
    client = Client()
    assert provider.enter(client, provider.knows(NEW))["Location"] == "/"
    person = User.objects.get(email=NEW)
    assert Membership.current(person, "north").role == "partner"
    assert not person.has_usable_password()
    before = User.objects.count()
    stranger = provider.enter(Client(), provider.knows("stranger@elsewhere.invalid"))
    assert stranger.status_code == 403
    assert User.objects.count() == before


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_the_provider_has_not_verified_is_nobody(
    north: District, provider: Provider, verified: Any
) -> None:
    client = Client()
    email = north.members["superintendent"].user.email
    assert provider.enter(client, provider.knows(email, verified=verified)).status_code == 403
    assert not inside(client)
    assert not SocialAccount.objects.exists()


def test_an_invitation_that_is_over_lets_nobody_in(north: District, provider: Provider) -> None:
    link(north)
    Invitation.objects.update(expires_at=timezone.now())
    assert provider.enter(Client(), provider.knows(NEW)).status_code == 403
    assert not User.objects.filter(email=NEW).exists()


def test_who_was_shown_the_door_or_closed_is_not_let_in(
    north: District, provider: Provider
) -> None:
    coach, teacher = north.members["coach"], north.members["teacher"]
    number = provider.knows(coach.user.email)
    Authenticator.objects.filter(user=coach.user).delete()
    provider.enter(Client(), number)
    Membership.objects.filter(pk=coach.pk).update(ends_at=timezone.now())
    client = Client()
    assert provider.enter(client, number).status_code == 403
    assert not inside(client)
    disable(teacher.user)
    closed = provider.enter(client, provider.knows(teacher.user.email))
    assert closed["Location"] == "/account/inactive/"
    assert not inside(client)


@pytest.mark.parametrize(
    "how",
    ["forged", "audience", "issuer", "late", "nonce", "no-nonce", "party", "secret", "none",
     "missing"],
)  # fmt: skip
def test_s10_an_answer_that_does_not_hold_is_refused(
    north: District, provider: Provider, how: str
) -> None:
    person, client = north.members["coach"].user, Client()
    Authenticator.objects.filter(user=person).delete()
    number = provider.knows(person.email)
    provider.spoil(how)
    before = Event.objects.filter(organization=None).count()
    answer = provider.enter(client, number)
    assert answer.status_code == 401
    assert not inside(client)
    assert Event.objects.filter(organization=None, result="failed").count() > before
    provider.spoil("nothing")
    assert provider.enter(client, number)["Location"] == "/"  # by the same browser, unspoiled


def test_s10_an_answer_is_taken_once(north: District, provider: Provider) -> None:
    person, client = north.members["coach"].user, Client()
    Authenticator.objects.filter(user=person).delete()
    number = provider.knows(person.email)
    first = provider.answer(client, number)
    assert client.get(first).status_code == 302
    client.post("/account/logout/")
    assert client.get(first).status_code == 401  # its state is used up
    again = provider.answer(client, number)
    code, state = (
        parse_qs(urlsplit(a).query)[k][0] for a, k in ((first, "code"), (again, "state"))
    )
    replayed = client.get("/account/platform/back/", {"code": code, "state": state})
    assert replayed.status_code == 401  # its code is used up
    assert not inside(client)


def test_s10_an_answer_is_for_the_browser_that_asked(north: District, provider: Provider) -> None:
    person, victim, thief = north.members["coach"].user, Client(), Client()
    Authenticator.objects.filter(user=person).delete()
    number = provider.knows(person.email)
    answer = provider.answer(thief, number)
    assert victim.get(answer).status_code == 401
    assert victim.get("/account/platform/back/?code=x&state=made-up").status_code == 401
    assert victim.get("/account/platform/back/").status_code == 401
    assert not inside(victim)
    own = parse_qs(urlsplit(provider.answer(victim, number)).query)["state"][0]
    code = parse_qs(urlsplit(answer).query)["code"][0]  # of another question: its nonce, its proof
    assert victim.get("/account/platform/back/", {"code": code, "state": own}).status_code == 401
    assert not inside(victim)


def test_an_issuer_that_calls_itself_another_is_not_asked(
    provider: Provider, settings: Any, north: District
) -> None:
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    there = apps[0]["settings"]["server_url"].replace("127.0.0.1", "localhost")
    apps[0]["settings"] = {**apps[0]["settings"], "server_url": there}
    assert Client().post("/account/platform/").status_code == 401
    apps[0]["settings"] = {**apps[0]["settings"], "server_url": "http://127.0.0.1:9"}
    assert Client().post("/account/platform/").status_code == 401  # and one that does not answer


def test_the_way_there_is_a_form_and_is_shown_where_it_leads_somewhere(
    provider: Provider, settings: Any
) -> None:
    assert Client().get("/account/platform/").status_code == 405
    assert 'action="/account/platform/"' in Client().get("/account/login/").content.decode()
    asked = parse_qs(urlsplit(Client().post("/account/platform/")["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert asked["redirect_uri"] == [BACK]
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert Client().post("/account/platform/").status_code == 404
    assert Client().get("/account/platform/back/").status_code == 404
    assert 'action="/account/platform/"' not in Client().get("/account/login/").content.decode()


def test_being_signed_in_already_does_not_hand_over_the_session(
    north: District, provider: Provider
) -> None:
    client = Client()
    client.force_login(north.members["teacher"].user, backend=BACKEND)
    person = north.members["coach"].user
    Authenticator.objects.filter(user=person).delete()
    provider.enter(client, provider.knows(person.email))
    assert client.session["_auth_user_id"] == str(person.pk)
    assert not SocialAccount.objects.filter(user=north.members["teacher"].user).exists()


def test_single_sign_on_is_told_in_full_or_not_at_all() -> None:
    told = {
        "EACHCHILD_KIND": "production", "EACHCHILD_HOSTS": "equity.example",
        "EACHCHILD_SECRET_KEY": "0123456789abcdef" * 4,
        "EACHCHILD_FIELD_KEYS": secrets.token_urlsafe(32),
        "EACHCHILD_OIDC_ISSUER": "https://id.example/", "EACHCHILD_OIDC_CLIENT_ID": "us",
        "EACHCHILD_OIDC_CLIENT_SECRET": "s",
    }  # fmt: skip
    assert environment(told).sign_in == ("https://id.example", "us", "s")
    with pytest.raises(UnsafeSettingsError, match="all of"):
        environment({**told, "EACHCHILD_OIDC_CLIENT_SECRET": ""})
    with pytest.raises(UnsafeSettingsError, match="https"):
        environment({**told, "EACHCHILD_OIDC_ISSUER": "http://id.example"})
