"""The platform served to Chromium, by whatever database the tests run on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cast import BACKEND
from django.test import Client
from furniture import furnish
from places import Place, pages
from playwright.sync_api import Browser, BrowserContext, Page

from eachchild import story
from eachchild.web.audits.models import Run


@dataclass
class Visitor:
    """A page of one person, what it asked for and what the browser complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Platform:
    """A served platform with a finished audit, and browsers of its people."""

    address: str
    district: Any
    run: Run
    browser: Browser
    clients: dict[str, Client] = field(default_factory=dict)  # signed in, where not by role alone
    places: dict[str, Place] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)

    def visit(self, who: str | None, width: int = 1280, **options: Any) -> Visitor:
        """A browser of a person of a role, or of nobody, at a width."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale="en-US", base_url=self.address,
            **options,
        )  # fmt: skip
        self.contexts.append(context)
        if who is not None:
            cookie = self.client(who).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.address}])
        visitor = Visitor(context.new_page())
        visitor.page.on("request", lambda request: visitor.asked.append(request.url))
        visitor.page.on("console", lambda message: visitor.said.append(message.text))
        visitor.page.on("pageerror", lambda error: visitor.said.append(str(error)))
        return visitor

    def walk(self, width: int = 1280, **options: Any) -> Iterator[tuple[str, Place, Visitor]]:
        """Every page, opened by whom it is for: one browser a person."""
        visitors: dict[str | None, Visitor] = {}
        for name, place in self.places.items():
            who = place.visitor
            if who not in visitors:
                visitors[who] = self.visit(who, width, **options)
            visitor = visitors[who]
            visitor.asked.clear()
            visitor.said.clear()
            answer = visitor.page.goto(place.address)
            assert answer is not None
            assert answer.status == place.status, (name, place, answer.status)
            yield name, place, visitor

    def client(self, who: str) -> Client:
        """The browser of somebody as Django has it."""
        if who not in self.clients:
            self.clients[who] = Client()
            self.clients[who].force_login(self.district.members[who].user, backend=BACKEND)
        return self.clients[who]


@pytest.fixture(scope="session")
def small_report(files_and_report: tuple[Path, Path], tmp_path_factory: Any) -> Path:
    """The internal report of one outcome for two groups, of which a copy is soon proved."""
    files, _report = files_and_report
    first, *blocks = (files / "audit.toml").read_text("utf-8").split("\n[[")
    kept = ("source", 'identity]]\nfactor = "sex"', 'outcome]]\nname = "chronic_absence"')
    plan = files / "small.toml"
    plan.write_text("\n[[".join([first, *(b for b in blocks if b.startswith(kept))]), "utf-8")
    folder = tmp_path_factory.mktemp("small")
    audit = story.audit(plan, vault=folder / "vault")
    audit.report(folder / "report", pdf=False, screens=True)
    return folder / "report"


@pytest.fixture
def platform(
    live_server: Any, settings: Any, browser: Browser, north: Any, finished: Run
) -> Iterator[Platform]:
    """The platform, served; a demonstration, so that one can step into roles."""
    settings.DEMO = True
    made = Platform(live_server.url, north, finished, browser)
    yield made
    for context in made.contexts:
        context.close()


@pytest.fixture
def furnished(platform: Platform, short: Run, small: Path) -> Platform:
    """The same with something on every page, and every page that there is."""
    furniture = furnish(platform.district, platform.run, short, small)
    platform.clients.update(furniture.clients)
    anybody = Client()

    def answers(who: str | None, address: str) -> Any:
        return (anybody if who is None else platform.client(who)).get(address)

    found = pages(furniture.known, furniture.visitors, answers)
    platform.places.update(found | furniture.faces)
    return platform
