"""A journey in a browser: a district's own export, odd headings and local codes, to a finding."""

import csv
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from eachchild.worlds import synthesize

_FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-dev-shm-usage"
_PICTURES = os.environ.get("EACHCHILD_PICTURES", "")
_WIDTHS = (390, 1280)
_SETUP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from allauth.mfa.models import Authenticator
from django.test import Client
from eachchild.web.accounts.actions import add_member
from eachchild.web.accounts.models import User
from eachchild.web.foundation.actions import open_organization
district = open_organization("North district", "north")
user = User.objects.create_user("analyst@north.invalid", "The data analyst")
Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
add_member(district, user, "analyst")
client = Client()
client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
print(client.cookies["sessionid"].value)
"""


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up export whose list of students has headings that nobody else uses."""
    folder = tmp_path_factory.mktemp("export")
    quiet = lambda what, share: None  # noqa: E731
    synthesize(folder, seed=5, students=900, schools=3, years=2, shape="sis", progress=quiet)
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


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The platform and its worker as processes of their own; the address and a session."""
    data = tmp_path_factory.mktemp("platform")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "EACHCHILD_KIND": "test", "EACHCHILD_DATA": str(data),
                   "EACHCHILD_DATABASE": "", "EACHCHILD_PORT": str(port),
                   "DJANGO_SETTINGS_MODULE": "eachchild.web.project.settings"}  # fmt: skip
    made = subprocess.run([sys.executable, "-c", _SETUP], env=environment, check=True,
                          capture_output=True, text=True)  # fmt: skip
    web = [sys.executable, "-m", "eachchild", "web"]
    started = [
        subprocess.Popen([*web, what], env=environment, start_new_session=True)
        for what in ("serve", "worker")
    ]
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/health/")
        yield address, made.stdout.split()[-1]
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait(timeout=30)


def _wait_for(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the platform does not answer")


class Journey:
    """A page that is looked at, at each step, at both widths."""

    def __init__(self, page: Page) -> None:
        self.page, self.steps = page, 0
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def look(self, name: str) -> None:
        """Nothing is wider than the page, every field has a name, and a picture where asked."""
        self.steps += 1
        for width in _WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if _PICTURES:
                picture = Path(_PICTURES) / f"{self.steps:02d}-{name}-{width}.png"
                self.page.screenshot(path=picture, full_page=True)
            assert wide <= width, (name, width, wide)
        unnamed = self.page.evaluate(
            "[...document.querySelectorAll('main input:not([type=hidden]), main select')]"
            ".filter(f => !f.labels.length && !f.getAttribute('aria-label')).map(f => f.name)"
        )
        assert unnamed == [], name

    def press(self, text: str) -> None:
        """Press a button, or follow a link, by its words."""
        self.page.locator(f"main :is(button, a):has-text('{text}')").first.click()


def test_own_files_to_a_finding(browser: Browser, export: Path, platform: tuple[str, str]) -> None:
    address, session = platform
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page = context.new_page()
    page.set_default_timeout(240_000)
    trip = Journey(page)
    page.goto(f"{address}/d/north/")
    trip.look("front")
    trip.press("New audit from your own files")
    trip.look("new")
    page.fill("[name=title]", "Does identity predict? 2023 to 2025")
    trip.press("Go on to its files")
    trip.look("files-none")
    sent = sorted(export.glob("*.csv"))
    page.set_input_files("input[type=file]", [str(p) for p in sent])
    with page.expect_navigation():
        page.click("main form[data-begin] button")
    assert page.locator("main section li strong").count() == len(sent)
    trip.look("files")
    trip.press("Look at these files")
    trip.look("looking")
    page.wait_for_url("**/mapping/")
    trip.look("mapping")
    page.click("a.to:has-text('students.csv')")
    assert "Pupil Nbr" in page.content()
    _say(page, {"": "student"})
    page.locator("main button:has-text('Keep')").click()
    trip.look("students-asked")
    _say(page, {"Pupil Nbr": "student_id", "Grp Cd": "race", "Meal Elig": "frl", "Gender": "sex"})
    trip.look("students")
    page.locator("main button:has-text('Keep')").click()
    page.wait_for_url("**/mapping/")
    trip.press("Go on to what values mean")
    trip.look("codes")
    for code, meaning in {"W": "white", "H": "hispanic", "B": "black", "A": "asian"}.items():
        row = page.locator(f"section:has(h2:has-text('Race')) li:has(strong:text-is('{code}'))")
        row.locator("select").select_option(meaning)
    page.locator("main form button").last.click()
    page.wait_for_url("**/questions/")
    for factor in ("race", "sex", "frl"):
        page.check(f"[name=f-{factor}]")
    page.check("[name=outcomes][value=oss_any]")
    page.check("[name=outcomes][value=chronic_absence]")
    trip.look("questions")
    page.locator("main form button").last.click()
    page.wait_for_url("**/audits/*/")
    trip.look("audit")
    trip.press("Check the data")
    page.wait_for_selector("h1:has-text('State of the data')")
    trip.look("data")
    trip.press("Run this audit")
    page.wait_for_selector("progress")
    trip.look("running")
    page.wait_for_selector(".headlines", timeout=400_000)
    trip.look("found")
    page.locator(".headlines a.go").first.click()
    page.wait_for_selector("article.finding")
    trip.look("finding")
    page.click("nav.rail a:has-text('Numbers')")
    trip.press("Not in this audit? Ask for it")
    trip.look("ask")
    assert trip.said == []
    context.close()


def _say(page: Page, meanings: dict[str, Any]) -> None:
    """Choose what columns mean; of no name: what the file is."""
    for heading, ours in meanings.items():
        if not heading:
            page.select_option("[name=table]", ours)
            continue
        row = page.locator(f"li.pair:has(strong:text-is('{heading}'))")
        row.locator("select").select_option(ours)


def test_a_dropped_connection_and_a_closed_page_lose_nothing(
    browser: Browser, platform: tuple[str, str], tmp_path: Path
) -> None:
    """Three pieces: the second is lost once on its way, the third with the page itself."""
    address, session = platform
    path = tmp_path / "Large.csv"
    path.write_bytes(b"id,school\n" + b"0000001,A\n" * 1_800_000)
    context = browser.new_context()
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}/d/north/audits/new/")
    page.fill("[name=title]", "Large")
    page.click("main form button")
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
    while len(spans) < 4:  # the lost piece is sent again by itself, and then the third
        page.wait_for_timeout(100)
    page.reload()
    assert "Arriving" in page.inner_text("main")
    page.set_input_files("input[type=file]", str(path))
    with page.expect_navigation():
        page.click("main form[data-begin] button")
    first, second, third = "0", str(8 << 20), str(16 << 20)
    assert spans == [first, second, second, third, third]
    assert "Arrived; to be looked at" in page.inner_text("main")
    context.close()
