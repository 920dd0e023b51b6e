"""Every page in Chromium: readable by everyone, on a phone, in the dark, on paper, by keyboard."""

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe

OPEN_SOME = "document.querySelectorAll('details:nth-of-type(1)').forEach(d => d.open = true)"
_ERRORS = ("Failed to load resource: the server responded with a status of 40",)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_no_accessibility_rule_is_broken_on_any_page(platform, width, scheme):
    found, axe = {}, Axe()
    for name, visitor in platform.walk(width, color_scheme=scheme):
        page = visitor.page
        if name in ("finding", "front", "profile"):
            page.evaluate(OPEN_SOME)
        broken = axe.run(page).response["violations"]
        found[name] = [(v["id"], v["nodes"][0]["html"][:160]) for v in broken]
    assert {name: broken for name, broken in found.items() if broken} == {}


def test_s15_s18_nothing_complains_and_nothing_is_asked_of_others(platform):
    for name, visitor in platform.walk():
        elsewhere = [url for url in visitor.asked
                     if not url.startswith((platform.address, "data:"))]  # fmt: skip
        said = [line for line in visitor.said if not line.startswith(_ERRORS)]
        assert (elsewhere, said) == ([], []), name


def test_an_open_run_is_watched_without_a_complaint(platform):
    run = platform.run
    type(run).objects.within(run.organization).filter(pk=run.pk).update(state="running", share=0.4)
    visitor = platform.visit("analyst")
    with visitor.page.expect_response("**/status/"):
        visitor.page.goto(f"/d/north/runs/{run.pk}/")
    assert visitor.said == []
    assert Axe().run(visitor.page).response["violations"] == []


def test_nothing_is_wider_than_the_screen_and_headings_are_in_order(platform):
    for name, visitor in platform.walk():
        page = visitor.page
        for width in (320, 768):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        levels = page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])"
        )
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), (name, levels)


def test_everything_to_touch_is_large_enough(platform):
    """Links in running text are exempt (WCAG 2.2, 2.5.8)."""
    for name, visitor in platform.walk(390):
        small = visitor.page.evaluate("""[...document.querySelectorAll(
              'a, button, summary, select, textarea, input:not([type=radio]):not([type=checkbox])')]
            .filter(one => one.checkVisibility() && !one.matches('[type=hidden], .skip'))
            .filter(one => !(one.matches('a') && one.closest('p:not(.way), dd')
                             && !one.matches('.button, .go-on')))
            .filter(one => one.getBoundingClientRect().height < 44)
            .map(one => one.outerHTML.slice(0, 120))""")
        assert small == [], name


def test_a_keyboard_reaches_everything_and_sees_where_it_is(platform):
    for name in ("front", "finding", "vote", "profile"):
        role, address = platform.pages()[name]
        page = platform.visit(role).page
        page.goto(address)
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


def test_on_paper_the_furniture_is_gone(platform):
    role, address = platform.pages()["finding"]
    page = platform.visit(role).page
    page.goto(address)
    page.emulate_media(media="print")
    for furniture in ("header.frame", "nav.rail", "footer", ".demo"):
        assert page.locator(furniture).is_hidden(), furniture
    assert page.locator("h1").is_visible()
    assert page.locator(".picture .wide").first.is_visible()


def test_every_page_has_a_title_and_its_place_is_marked(platform):
    titles = {}
    for name, visitor in platform.walk():
        page = visitor.page
        titles[name] = page.title()
        assert page.locator("main").count() == page.locator("header.frame").count() == 1, name
        if name in ("run", "numbers", "quality", "method", "release"):
            assert page.locator("nav.rail [aria-current=page]").count() == 1, name
        if name in ("trail", "profile", "people", "security"):
            assert page.locator("header [aria-current=page]").count() == 1, name
    assert [name for name, title in titles.items() if len(title) < 3] == []
