"""Every page in Chromium: readable by everyone, on a phone, in the dark, on paper, by keyboard.

Which pages there are follows from the platform's addresses; see places.py.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_OPEN = "document.querySelectorAll('details').forEach(one => one.open = true)"
_NOT_THERE = "Failed to load resource: the server responded with a status of 4"
_HINT = "[DOM] Password forms should have"  # of a hidden field for programs that keep passwords
_NARROWER = {390: 320, 1280: 768}
_HEADINGS = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(one => +one.tagName[1])"
_UNMARKED = """[...document.querySelectorAll('nav a[href]')]
    .filter(one => one.pathname === location.pathname && !one.search && !one.ariaCurrent)
    .map(one => one.outerHTML.slice(0, 120))"""
# Links in running text are exempt (WCAG 2.2, 2.5.8).
_SMALL = """[...document.querySelectorAll(
      'a, button, summary, select, textarea, input:not([type=radio]):not([type=checkbox])')]
    .filter(one => one.checkVisibility() && !one.matches('[type=hidden], .skip'))
    .filter(one => !(one.matches('a') && one.closest('p:not(.way), dd, .spaced li')
                     && !one.matches('.button, .go-on')))
    .filter(one => one.getBoundingClientRect().height < 44)
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_s15_s18_every_page_is_for_everybody(furnished, width, scheme):
    """No accessibility rule broken, no complaint, nothing asked of others, nothing too wide."""
    found, axe = [], Axe()
    for name, place, visitor in furnished.walk(width, color_scheme=scheme):
        page = visitor.page
        if name == "running":
            page.wait_for_event("response", lambda one: one.url.endswith("/status/"))
        said = [*_complaints(visitor, furnished.address, place.status), *_frame(page)]
        page.evaluate(_OPEN)
        said += [f"too small: {one}" for one in page.evaluate(_SMALL)]
        for broken in axe.run(page).response["violations"]:
            said += [f"{broken['id']}: {one['html'][:160]}" for one in broken["nodes"][:2]]
        said += [*_paper(page), *_too_wide(page, (width, _NARROWER[width]))]
        found += [f"{name}: {one}" for one in said]
    assert not found, "\n".join(found)


def _complaints(visitor: Any, address: str, status: int) -> Iterator[str]:
    for url in visitor.asked:
        if not url.startswith((address, "data:")):
            yield f"asks elsewhere: {url}"
    for line in visitor.said:
        if not line.startswith(_HINT) and (status == 200 or not line.startswith(_NOT_THERE)):
            yield f"complains: {line}"


def _frame(page: Page) -> Iterator[str]:
    """A title, one main part under one frame, headings in order, and the place is marked."""
    if len(page.title()) < 3:
        yield "no title"
    for part in ("main", "header.frame", "h1"):
        if page.locator(part).count() != 1:
            yield f"not one {part}"
    for link in page.evaluate(_UNMARKED):
        yield f"leads here and does not say so: {link}"
    levels = page.evaluate(_HEADINGS)
    if levels[0] != 1 or any(b - a > 1 for a, b in itertools.pairwise(levels)):
        yield f"headings: {levels}"


def _paper(page: Page) -> Iterator[str]:
    """On paper the furniture is gone."""
    page.emulate_media(media="print")
    for part in ("header.frame", "nav.rail", "footer", ".demo"):
        if page.locator(part).is_visible():
            yield f"printed: {part}"
    for part in ("h1", ".picture .wide"):
        if page.locator(part).count() and not page.locator(part).first.is_visible():
            yield f"not printed: {part}"
    page.emulate_media(media="screen")


def _too_wide(page: Page, widths: tuple[int, ...]) -> Iterator[str]:
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        is_wide = page.evaluate("document.documentElement.scrollWidth")
        if is_wide > width:
            yield f"{is_wide} wide at {width}"
    page.set_viewport_size({"width": widths[0], "height": 900})


def test_a_keyboard_reaches_everything_and_sees_where_it_is(furnished):
    for name in ("audits", "finding", "vote", "profile"):
        place = furnished.places[name]
        page = furnished.visit(place.visitor).page
        page.goto(place.address)
        wanted = page.evaluate("""[...document.querySelectorAll(
              'a[href], button, summary, select, textarea, input, [tabindex="0"]')]
            .filter(one => one.checkVisibility() && one.type !== 'hidden' && !one.disabled)
            .map((one, k) => { one.dataset.key = k; return String(k) })""")
        page.keyboard.press("Tab")
        assert page.locator(":focus").get_attribute("href") == "#main"
        reached, unseen = set(), []
        for _ in range(len(wanted) + 5):
            key, outline, kind = page.evaluate("""(() => { const one = document.activeElement;
                return [one.dataset.key, getComputedStyle(one).outlineStyle, one.outerHTML] })()""")
            reached.add(key)
            if key is not None and outline == "none":
                unseen.append(kind[:100])
            page.keyboard.press("Tab")
        radios = page.evaluate("""[...document.querySelectorAll('input[type=radio]')]
            .map(one => one.dataset.key)""")  # one stop a group; arrows reach the others
        assert set(wanted) - set(radios) <= reached, name
        assert unseen == [], name
        page.context.close()
