"""People in browsers at a platform that runs in earnest, on both databases: what journeys share.

With EACHCHILD_PICTURES set to a folder, pages that a journey names are kept there, for the manual.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from served import served

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = ("administrator", "analyst", "superintendent", "equity_lead", "reviewer")
_PICTURES = os.environ.get("EACHCHILD_PICTURES", "")
WIDTHS = (390, 1280)
_MISSING = 3  # what tools/need-postgres ends with where there is none


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL of this test's own."""
    command = [str(ROOT / "tools" / "need-postgres"), "sh", "-c",
               'echo "$EACHCHILD_TEST_DATABASE"; read -r _']  # fmt: skip
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        assert server.stdin
        assert server.stderr
        address = server.stdout.readline().strip()
        if not address:
            why = server.stderr.read()
            assert server.wait() == _MISSING, why
            if os.environ.get("CI") == "true":
                pytest.fail(why)
            pytest.skip(why.strip())
        yield address
        server.stdin.close()
        server.wait(timeout=60)


@dataclass
class Person:
    """A browser of one person, looked at as it goes."""

    page: Page
    takes_pictures: bool = False
    said: list[str] = field(default_factory=list)

    def look(self, name: str = "", *, high: int = 900, at: tuple[int, ...] = (1280,)) -> None:
        """Nothing is wider than the page, every field has a name, and a picture where asked."""
        self.page.locator("footer").wait_for(state="attached")  # all of it has come
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": high})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (self.page.url, width, wide)
            if name and self.takes_pictures and width in at:
                self.page.evaluate("scrollTo(0, 0)")
                mark = "" if width == 1280 else "-phone"
                self.page.screenshot(path=Path(_PICTURES) / f"{name}{mark}.png")
        unnamed = self.page.evaluate(
            "[...document.querySelectorAll('main input:not([type=hidden]), main select')]"
            ".filter(f => !f.labels.length && !f.getAttribute('aria-label')).map(f => f.name)"
        )
        assert unnamed == [], self.page.url

    def press(self, text: str) -> None:
        """Press a button, or follow a link, by its words."""
        self.page.locator(f"main :is(button, a):has-text('{text}')").first.click()

    def open(self, text: str) -> None:
        """Open what is folded away under some words."""
        self.page.locator(f"main summary:has-text('{text}')").first.click()

    def turn_to(self, name: str) -> None:
        """Go to a page of the plan, by what leads there from its overview."""
        self.page.goto("/d/north/plan/")
        on_rail, below = f"nav.rail a:text-is('{name}')", f"main a:has(strong:text-is('{name}'))"
        self.page.locator(f"{on_rail}, {below}").click()
        self.page.wait_for_load_state()

    def reload_until(self, text: str, seconds: float = 240) -> None:
        """Ask for the page again until it says something."""
        until = time.monotonic() + seconds
        while text not in self.page.inner_text("main"):
            assert time.monotonic() < until, self.page.inner_text("main")
            self.page.wait_for_timeout(2_000)
            self.page.reload()


@dataclass
class Platform:
    """A platform that runs, and the browsers of its people."""

    browser: Browser
    address: str
    sessions: Mapping[str, str]
    takes_pictures: bool = False
    people: list[Person] = field(default_factory=list)

    def person(self, role: str = "") -> Person:
        """Somebody of a role, at the page on which they begin; of none: anybody."""
        context = self.browser.new_context(
            viewport={"width": 1280, "height": 900}, base_url=self.address, locale="en-US"
        )
        if role:
            value = self.sessions[role]
            context.add_cookies([{"name": "sessionid", "value": value, "url": self.address}])
        made = Person(context.new_page(), self.takes_pictures)
        made.page.set_default_timeout(40_000)
        made.page.on("console", lambda message: made.said.append(message.text))
        made.page.on("pageerror", lambda error: made.said.append(str(error)))
        if role:
            made.page.goto("/")
        self.people.append(made)
        return made


@pytest.fixture(params=["sqlite", "postgresql"])
def platform(
    request: pytest.FixtureRequest, browser: Browser, tmp_path: Path
) -> Iterator[Platform]:
    """The platform on each database."""
    on_sqlite = request.param == "sqlite"
    database = "" if on_sqlite else request.getfixturevalue("postgres")
    if _PICTURES:
        Path(_PICTURES).mkdir(parents=True, exist_ok=True)
    with served(tmp_path / "data", PEOPLE, database=database) as (address, sessions):
        made = Platform(browser, address, sessions, bool(_PICTURES) and on_sqlite)
        yield made
        for person in made.people:
            person.page.context.close()


def send(person: Person, title: str, files: Sequence[Path], *, like: str = "") -> None:
    """Begin an audit, as an earlier one did where it is named, and send its files."""
    page = person.page
    page.goto("/d/north/")
    person.press("New audit from your own files")
    person.look()
    page.fill("[name=title]", title)
    if like:
        page.select_option("[name=like]", label=like)
    person.press("Go on to its files")
    person.look()
    page.set_input_files("input[type=file]", [str(one) for one in files])
    with page.expect_navigation():
        page.click("main form[data-begin] button")
    assert page.locator("main section li strong").count() == len(files)


def propose(person: Person, *, picture: str = "") -> str:
    """Propose a copy for everybody, from a page of the audit; the address of its vote."""
    page = person.page
    page.click("nav.rail a:has-text('Release')")
    page.get_by_label("Everybody").check()
    person.look(picture, high=620)
    person.press("Propose this release")
    page.wait_for_url("**/releases/*/")
    person.reload_until("0 of 2 votes are in.")
    person.look()
    return page.url


def vote(voter: Person, *, is_last: bool, picture: str = "") -> None:
    """Read the draft and vote, without seeing the other's vote."""
    page = voter.page
    page.goto("/d/north/")
    voter.press("Read it and vote")
    came = "1 of 2 votes is in." if is_last else "0 of 2 votes are in."
    expect(page.get_by_text(came)).to_be_visible()
    assert page.get_by_role("heading", name="Votes", exact=True).count() == 0
    voter.look(picture, high=1200)
    page.get_by_label("Release it", exact=True).check()
    page.get_by_role("button", name="Vote").click()
    then = "Being made and proved." if is_last else "1 of 2 votes is in."
    expect(page.get_by_text(then)).to_be_visible()
