"""Pages in a real browser ask nobody else for anything, and break no rule of theirs (S15, S18)."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext

from eachchild.web.foundation.tenancy import inside
from eachchild.web.keeping import actions
from eachchild.web.shelf import screens

PAGES = ("audits", "run", "explore", "quality", "method", "trail", "people", "keeping", "operating",
         "inventory")  # fmt: skip
WIDTHS = (390, 1280)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What one reader's browser knows."""
    made = browser.new_context()
    yield made
    made.close()


def _signed_in(browser: BrowserContext, client: Client, origin: str) -> None:
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    browser.clear_cookies()
    browser.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": origin}])


@pytest.mark.django_db(transaction=True)
def test_s16_s18_no_page_asks_another_machine_or_keeps_anything_in_the_browser(
    north, finished, client_for, live_server, context
) -> None:
    origin, asked, said = live_server.url, set[str](), list[str]()
    page = context.new_page()
    page.on("request", lambda request: asked.add(request.url))
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    with inside(north.organization):
        actions.hold(north.members["administrator"], "Letter of 3 May")
    pages = screens(north.shelf.bundle(str(finished.pk), "internal"))
    first = next(f["screen"] for o in pages["outcomes"] for f in (*o["findings"], *o["quiet"]))
    addresses = [("analyst", reverse("finding", args=["north", finished.pk, first]))]
    for name in PAGES:
        role = "analyst" if name in PAGES[:5] else "administrator"
        given = ["north"] if name not in ("run", "explore", "quality", "method") else [
            "north", finished.pk,
        ]  # fmt: skip
        addresses.append((role, reverse(name, args=given)))
    addresses.append(("superintendent", reverse("leaving", args=["north"])))
    partner = north.members["partner"].pk
    addresses.append(("administrator", reverse("columns", args=["north", partner])))
    for role, address in addresses:
        _signed_in(context, client_for(north, role), origin)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(f"{origin}{address}")
            assert answer is not None
            assert answer.status == 200, address
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width or "keeping" not in address, f"{address} is wider than {width}"
            kept = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
            assert kept == [], address
    others = {one for one in asked if not one.startswith((origin, "data:"))}
    assert others == set()
    assert said == []
