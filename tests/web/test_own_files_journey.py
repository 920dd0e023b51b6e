"""Journeys in a browser, from a district's own export to a page that everybody reads.

The platform and its worker are processes of their own, on both databases. With EACHCHILD_PICTURES
set to a folder the first journey leaves the manual's pictures there.
"""

import csv
import time
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect
from walked import WIDTHS, Person, Platform, propose, send, vote

from eachchild.worlds import synthesize

_MEANT = {"W": "white", "H": "hispanic", "B": "black", "A": "asian"}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up export whose list of students has headings that nobody else uses."""
    folder = tmp_path_factory.mktemp("export")
    quiet = lambda what, share: None  # noqa: E731
    synthesize(folder, seed=3, students=4_000, schools=4, years=2, shape="sis", progress=quiet)
    for unused in ("truth.json", "Terms.csv", "Attendance_Code.csv", "StoredGrades.csv",
                   "TestScores.csv", "YearEndStatus.csv", "StudentRace.csv"):  # fmt: skip
        (folder / unused).unlink()
    path = folder / "Students.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        heading, *rows = csv.reader(lines)
    odd = {"Student_Number": "Pupil Nbr", "Ethnicity": "Grp Cd", "LunchStatus": "Meal Elig"}
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([[odd.get(h, h) for h in heading], *rows])
    return folder


def test_own_files_to_a_page_that_everybody_reads(platform: Platform, export: Path) -> None:
    """Files, mapping, data, audit, finding, cause; two people vote; made and proved; public."""
    _others_begin(platform)
    analyst = platform.person("analyst")
    _send(analyst, export)
    _say_what_files_are(analyst)
    _ask_and_check(analyst)
    _run_and_read(analyst)
    address = propose(analyst, picture="release")
    expect(analyst.page.get_by_text("Your role does not approve releases.")).to_be_visible()
    for role, is_last in (("superintendent", False), ("reviewer", True)):
        voter = platform.person(role)
        vote(voter, is_last=is_last, picture="" if is_last else "vote")
    voter.page.goto(address)
    voter.reload_until("The public page")
    voter.look("votes")
    anybody = platform.person()
    public = voter.page.get_by_role("link", name="The public page").get_attribute("href")
    anybody.page.goto(str(public))
    _read_in_public(anybody)
    _trail(platform)
    assert [line for one in platform.people for line in one.said] == []


def _others_begin(platform: Platform) -> None:
    """What is there before any file: signing in, the district's own settings, people."""
    anybody = platform.person()
    anybody.page.goto("/account/login/")
    anybody.look("sign-in", high=620)
    lead = platform.person("superintendent")
    expect(lead.page.get_by_text("No audit has been finished for you to read yet.")).to_be_visible()
    lead.page.get_by_role("link", name="District", exact=True).click()
    lead.look("district")
    administrator = platform.person("administrator")
    expect(administrator.page.get_by_role("heading", level=1)).to_be_visible()
    administrator.look("people")


def _send(analyst: Person, export: Path) -> None:
    analyst.look()
    send(analyst, "Does identity predict? 2023 to 2025", sorted(export.glob("*.csv")))
    analyst.look("files")


def _say_what_files_are(analyst: Person) -> None:
    page = analyst.page
    analyst.press("Look at these files")
    page.wait_for_url("**/mapping/")
    analyst.look("mapping")
    page.click("a.to:has-text('students.csv')")
    assert "Pupil Nbr" in page.content()
    page.select_option("[name=table]", "student")
    page.locator("main button:has-text('Keep')").click()
    analyst.look()
    meanings = {"Pupil Nbr": "student_id", "Grp Cd": "race", "Meal Elig": "frl", "Gender": "sex"}
    for heading, ours in meanings.items():
        row = page.locator(f"li.pair:has(strong:text-is('{heading}'))")
        row.locator("select").select_option(ours)
    analyst.look("columns")
    page.locator("main button:has-text('Keep')").click()
    page.wait_for_url("**/mapping/")
    analyst.press("Go on to what values mean")
    for code, meaning in _MEANT.items():
        row = page.locator(f"section:has(h2:has-text('Race')) li:has(strong:text-is('{code}'))")
        row.locator("select").select_option(meaning)
    analyst.look("values")
    page.locator("main form button").last.click()
    page.wait_for_url("**/questions/")


def _ask_and_check(analyst: Person) -> None:
    page = analyst.page
    for box in page.locator("main input[type=checkbox]").all():
        box.uncheck()
    for factor in ("race", "frl"):
        page.check(f"[name=f-{factor}]")
    page.select_option("[name=r-race]", "white")
    for outcome in ("oss_any", "chronic_absence"):
        page.check(f"[name=outcomes][value={outcome}]")
    analyst.look("questions")
    page.locator("main form button").last.click()
    page.wait_for_url("**/audits/*/")
    analyst.look()
    analyst.press("Check the data")
    page.wait_for_selector("h1:has-text('State of the data')")
    analyst.look("data")


def _run_and_read(analyst: Person) -> None:
    page = analyst.page
    analyst.press("Run this audit")
    page.wait_for_selector("progress")
    analyst.look()
    page.wait_for_selector(".headlines")
    analyst.look("found")
    page.locator("header .brand").click()
    page.get_by_role("link", name="See this finding and where it comes from").wait_for()
    analyst.look("front", at=WIDTHS)
    analyst.press("See this finding and where it comes from")
    expect(page.get_by_role("heading", name="Where it comes from")).to_be_visible()
    expect(page.locator(".cause .claimed").first).to_be_visible()
    analyst.look("finding", high=1200)
    page.locator(".way a").click()
    analyst.look("outcome")
    page.click("nav.rail a:has-text('Numbers')")
    analyst.look("numbers")
    analyst.press("Not in this audit? Ask for it")
    analyst.look()
    page.go_back()


def _read_in_public(anybody: Person) -> None:
    """The report, a finding of it, what is hidden, and the page for families."""
    page = anybody.page
    expect(page.locator(".over")).to_contain_text("Does identity predict? 2023 to 2025")
    expect(page.get_by_role("heading", name="What is hidden, and why")).to_be_visible()
    anybody.look("public")
    page.get_by_role("link", name="How we know").first.click()
    expect(page.locator("article.finding h1")).to_be_visible()
    anybody.look()
    beside = page.get_by_role("navigation", name="This report")
    beside.get_by_role("link", name="For families").click()
    anybody.look("families", at=(390,))


def _trail(platform: Platform) -> None:
    """Who did what is there to be read, and no vote is."""
    administrator = platform.person("administrator")
    administrator.page.locator("header").get_by_role("link", name="Trail").click()
    expect(administrator.page.locator("main")).to_contain_text("release.voted")
    administrator.look("trail")


@pytest.mark.parametrize("platform", ["sqlite"], indirect=True)
def test_a_dropped_connection_and_a_closed_page_lose_nothing(
    platform: Platform, tmp_path: Path
) -> None:
    """Three pieces: the second is lost once on its way, the third with the page itself."""
    path = tmp_path / "Large.csv"
    path.write_bytes(b"id,school\n" + b"0000001,A\n" * 1_800_000)
    page = platform.person("analyst").page
    page.goto("/d/north/audits/new/")
    page.fill("[name=title]", "Large")
    page.click("main form button")
    page.wait_for_url("**/files/")  # what a page sends is caught once it is there
    spans: list[str] = []

    def carry(route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
            return
        spans.append(route.request.headers["content-range"].split()[1].split("-")[0])
        if len(spans) in (2, 4):
            route.abort()
        else:
            route.continue_()

    page.route("**/uploads/*/", carry)
    page.set_input_files("input[type=file]", str(path))
    page.click("main form[data-begin] button")
    until = time.monotonic() + 120
    while len(spans) < 4:  # the lost piece is sent again by itself, and then the third
        assert time.monotonic() < until, spans
        page.wait_for_timeout(100)
    page.reload()
    assert "Arriving" in page.inner_text("main")
    page.set_input_files("input[type=file]", str(path))
    with page.expect_navigation():
        page.click("main form[data-begin] button")
    first, second, third = "0", str(8 << 20), str(16 << 20)
    assert spans == [first, second, second, third, third]
    assert "Arrived; to be looked at" in page.inner_text("main")
