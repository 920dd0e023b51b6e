"""The report in Chromium: readable by everyone, on a phone, in the dark, offline and unscripted."""

import pytest
from axe_playwright_python.sync_playwright import Axe

OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"
# One outcome of each kind of picture: the rules need seconds a page, and templates repeat.
OPEN_ONE = "document.querySelectorAll('#o-oss_any details').forEach(d => d.open = true)"


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_no_accessibility_rule_is_broken(opened, width, scheme):
    page = opened(width, color_scheme=scheme)
    page.evaluate(OPEN_ONE)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_fetched_and_nothing_complains(opened, report, width):
    page = opened(width)
    page.evaluate(OPEN_ALL)
    assert [url for url in page.asked if not url.startswith("data:")] == [report.as_uri()]
    assert page.said == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_only_tables_scroll_sideways(opened, width):
    page = opened(width)
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
def test_the_words_in_pictures_are_never_small(opened, width):
    page = opened(width)
    page.evaluate(OPEN_ALL)
    smallest = page.evaluate("""Math.min(...[...document.querySelectorAll('.picture svg')]
        .filter(svg => svg.checkVisibility())
        .map(svg => 14 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width))""")
    assert smallest >= 12


def test_words_in_pictures_do_not_run_over_the_edge(opened):
    for width in (390, 1280):
        page = opened(width)
        page.evaluate(OPEN_ALL)
        out = page.evaluate("""[...document.querySelectorAll('.picture svg text')]
            .filter(text => text.checkVisibility())
            .filter(text => { const box = text.getBoundingClientRect(),
                frame = text.ownerSVGElement.getBoundingClientRect();
                return box.left < frame.left - 2 || box.right > frame.right + 2 })
            .map(text => text.textContent)""")
        assert out == []


def test_everything_to_touch_is_large_enough(opened):
    page = opened(390)
    small = page.evaluate("""[...document.querySelectorAll('summary, input, nav a, .go, h4 a')]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44)
        .map(one => one.outerHTML.slice(0, 80))""")
    assert small == []


def test_the_group_column_stays_in_sight_on_a_phone(opened):
    page = opened(390)
    page.evaluate(OPEN_ALL)
    table = page.locator("#t-g-oss_any-race")
    before = table.locator("tbody th").first.bounding_box()["x"]
    table.evaluate("table => table.parentElement.scrollLeft = 200")
    assert table.evaluate("table => table.parentElement.scrollLeft") == 200
    assert table.locator("tbody th").first.bounding_box()["x"] == before


def test_a_keyboard_reaches_the_report_in_one_step_and_sees_where_it_is(opened):
    page = opened(1280)
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.get_attribute("href") == "#main"
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_it_reads_the_same_without_a_script(opened):
    scripted, plain = opened(1280), opened(1280, java_script_enabled=False)
    assert plain.locator(".finder").first.is_hidden()
    for part in ("#answer", "#limits", "#quality"):
        assert plain.locator(part).inner_text() == scripted.locator(part).inner_text()


def test_a_principal_finds_the_own_school_by_typing(opened):
    page = opened(1280)
    figure = page.locator("figure:has(.finder)").first
    finder = figure.locator(".finder")
    finder.locator("input").fill("oak hill high")
    assert finder.locator(".found").inner_text().startswith("Oak Hill High · Gap: +")
    assert figure.locator("circle.own").count() == 2  # one in each width
    finder.locator("input").fill("oak")  # several: nothing is guessed
    assert figure.locator("circle.own").count() == 0
    assert finder.locator(".found").inner_text() == ""


def test_the_ring_lies_on_the_school_that_the_table_names(opened):
    page = opened(1280)
    page.evaluate(OPEN_ALL)
    figure = page.locator("figure:has(.finder)").first
    names = figure.locator("tbody th").all_inner_texts()
    figure.locator("input").fill(names[5])
    spots = figure.locator(".wide path.r").get_attribute("d").split("M")[1:]
    ring = figure.locator(".wide circle.own")
    assert spots[5].startswith(f"{ring.get_attribute('cx')} {ring.get_attribute('cy')}h")


def test_on_paper_links_show_their_target_and_furniture_is_gone(opened):
    page = opened(1280)
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    shown = page.evaluate(
        "getComputedStyle(document.querySelector('a[href^=http]'), '::after').content"
    )
    assert "https://doi.org" in shown


def test_motion_stops_where_the_reader_asks(opened):
    page = opened(1280, reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
