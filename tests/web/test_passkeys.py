"""Passkeys in a real browser with a virtual key, and every page of sign-in as a reader meets it."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from axe_playwright_python.sync_playwright import Axe
from cast import GROUND, NEW, PASSWORD, link, with_password
from django.core.cache import cache
from playwright.sync_api import Browser, Page

District = Any
BAD = ("error", "warning")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opened(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """A browser that notes what it complains of and asks for; with a key of its own."""
    cache.clear()
    contexts, pages = [], []
    home = live_server.url.replace("127.0.0.1", "localhost")  # a passkey is for a name

    def made(width: int = 1280, *, key: bool = False) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, base_url=home)
        contexts.append(context)
        context.set_default_timeout(8000)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda m: page.said.append(m.text) if m.type in BAD else None)
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        if key:
            told = context.new_cdp_session(page)
            told.send("WebAuthn.enable")
            options = {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }  # fmt: skip
            told.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        pages.append(page)
        return page

    yield made
    for page in pages:
        assert page.said == []  # nothing that the content-security policy stopped, no error
        assert all(url.startswith(home) for url in page.asked)
    for context in contexts:
        context.close()


def _enter(page: Page, email: str) -> None:
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_somebody_new_joins_and_lives_by_a_passkey(north: District, opened: Any) -> None:
    page = opened(key=True)
    page.goto(link(north))
    page.get_by_label("Your name").fill("A new person")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/2fa/recovery-codes/")
    assert page.locator("#recovery_codes li").count() == 10
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/d/north/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/d/north/")  # without a password, and no second step is asked
    page.goto("/account/2fa/webauthn/")
    assert "signs in by itself" in page.content()
    page.get_by_role("link", name="Remove").click()
    page.get_by_label("Password").fill(PASSWORD)  # who removes a step shows who they are
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Remove").click()
    page.goto("/d/north/")
    assert page.url.endswith("/account/2fa/")  # no second step: no page
    assert not Authenticator.objects.filter(user__email=NEW).exists()


def test_a_passkey_is_the_second_step_after_a_password(north: District, opened: Any) -> None:
    person = with_password(north.members["coach"].user)
    Authenticator.objects.filter(user=person).delete()
    page = opened(key=True)
    _enter(page, person.email)
    page.goto("/account/2fa/webauthn/add/")
    page.get_by_label("Sign in with it alone").uncheck()
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/2fa/recovery-codes/")
    page.get_by_role("button", name="Sign out").click()
    _enter(page, person.email)
    page.wait_for_url("**/2fa/authenticate/")
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url("**/d/north/")


def test_a_key_of_somebody_else_opens_nothing(north: District, opened: Any) -> None:
    person = with_password(north.members["coach"].user)
    Authenticator.objects.filter(user=person).delete()
    page = opened(key=True)
    _enter(page, person.email)
    page.goto("/account/2fa/webauthn/add/")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/2fa/recovery-codes/")
    Authenticator.objects.filter(user=person, type="webauthn").delete()  # as if never ours
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.locator('[role="status"]').wait_for()
    assert page.url.endswith("/account/login/")


OUT = [
    "/account/login/", "/account/password/reset/", "/account/password/reset/done/",
    "/account/password/reset/key/1-x/", "/account/inactive/", "/account/3rdparty/login/cancelled/",
]  # fmt: skip
IN = [
    "/account/2fa/", "/account/2fa/webauthn/", "/account/2fa/webauthn/add/",
    "/account/2fa/recovery-codes/", "/account/2fa/recovery-codes/generate/",
    "/account/2fa/totp/deactivate/", "/account/password/change/", "/account/sessions/",
    "/account/logout/", "/account/reauthenticate/", "/account/people/north/",
    "/account/people/north/register/",
]  # fmt: skip


_WIDE = """Array.from(document.querySelectorAll("main *"))
    .filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll"))
    .map(e => e.outerHTML.slice(0, 120))"""


def _looked_at(page: Page, address: str) -> None:
    page.goto(address)
    found = Axe().run(page).response["violations"]
    assert found == [], (address, [(v["id"], v["nodes"][0]["html"]) for v in found])
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, (address, wide, page.evaluate(_WIDE))
    if folder := os.environ.get("EACHCHILD_PICTURES"):
        name = address.strip("/").replace("/", "-")[:60]
        page.screenshot(path=f"{folder}/{page.viewport_size['width']}-{name}.png", full_page=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_of_people_and_sign_in_is_for_everybody(
    north: District, opened: Any, width: int
) -> None:
    person = with_password(north.members["administrator"].user)
    page, waiting = opened(width), link(north, role="partner", **GROUND)
    page_out = opened(width)
    for address in [*OUT, waiting]:
        _looked_at(page_out, address)
    Authenticator.objects.filter(user=person).delete()
    _enter(page, person.email)
    for address in ("/account/2fa/", "/account/2fa/totp/activate/", "/account/2fa/webauthn/add/"):
        _looked_at(page, address)
    TOTP.activate(person, SECRET)
    page.goto("/account/reauthenticate/?next=/account/2fa/recovery-codes/generate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Generate").click()
    for address in IN:
        _looked_at(page, address)
    page.goto("/account/people/north/")  # errors stand with their fields
    page.get_by_label("E-mail address").fill("coach@south.invalid")
    page.get_by_label("Role").select_option("partner")
    page.get_by_role("button", name="Make an invitation").click()
    assert "needs a ground in FERPA" in page.locator('[role="alert"]').inner_text()
    page.goto("/account/logout/")
    page.locator("main").get_by_role("button").click()
    _enter(page, person.email)
    page.wait_for_url("**/2fa/authenticate/")
    _looked_at(page, page.url)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    field = page.get_by_label("Code")
    assert field.get_attribute("aria-invalid") == "true"
    assert page.locator(f"#{field.get_attribute('aria-describedby')}").inner_text()
