"""The platform served to Chromium, by whatever database the tests run on."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from eachchild import story
from eachchild.web.accounts.models import Membership
from eachchild.web.audits.models import Release, Run, Vote
from eachchild.web.foundation.tenancy import inside
from eachchild.web.shelf import SCREENS, screens

_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass
class Visitor:
    """A page of one person, what it asked for and what the browser complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Platform:
    """A served platform with one finished audit, a release to vote on and one that is out."""

    address: str
    district: Any
    run: Run
    waiting: Release
    out: Release
    browser: Browser
    contexts: list[BrowserContext]

    def visit(self, role: str | None, width: int = 1280, **options: Any) -> Visitor:
        """A browser of a person of a role, or of nobody, at a width."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale="en-US", base_url=self.address,
            **options,
        )  # fmt: skip
        self.contexts.append(context)
        if role is not None:
            context.add_cookies([self._cookie(self.district.members[role])])
        visitor = Visitor(context.new_page())
        visitor.page.on("request", lambda request: visitor.asked.append(request.url))
        visitor.page.on("console", lambda message: visitor.said.append(message.text))
        visitor.page.on("pageerror", lambda error: visitor.said.append(str(error)))
        return visitor

    def walk(self, width: int = 1280, **options: Any) -> Iterator[tuple[str, Visitor]]:
        """Every page, opened by whom it is for."""
        visitors: dict[str | None, Visitor] = {}
        for name, (role, address) in self.pages().items():
            if role not in visitors:
                visitors[role] = self.visit(role, width, **options)
            visitor = visitors[role]
            visitor.asked.clear()
            visitor.said.clear()
            visitor.page.goto(address)
            yield name, visitor

    def _cookie(self, member: Membership) -> Any:
        client = Client()
        client.force_login(member.user, backend=BACKEND)
        return {"name": "sessionid", "value": client.cookies["sessionid"].value,
                "url": self.address}  # fmt: skip

    def pages(self) -> dict[str, tuple[str | None, str]]:
        """Every page worth looking at: by whom it is read, and where."""
        own, run = f"/d/{self.district.slug}", f"/d/{self.district.slug}/runs/{self.run.pk}"
        told = screens(self.district.shelf.bundle(str(self.run.pk), "internal"))
        outcome = next(o for o in told["outcomes"] if any(f["causes"] for f in o["findings"]))
        screen = next(f["screen"] for f in outcome["findings"] if f["causes"])
        report = f"/public/{self.district.slug}/{self.out.pk}"
        lead = "superintendent"
        return {
            "front": (lead, f"{own}/"), "run": (lead, f"{run}/"),
            "finding": (lead, f"{run}/findings/{screen}/"),
            "outcome": (lead, f"{run}/outcomes/{outcome['id']}/"),
            "numbers": (lead, f"{run}/numbers/"), "quality": (lead, f"{run}/quality/"),
            "method": (lead, f"{run}/method/"), "release": (lead, f"{run}/release/"),
            "vote": (lead, f"{own}/releases/{self.waiting.pk}/"),
            "profile": (lead, f"{own}/profile/"), "trail": (lead, f"{own}/trail/"),
            "audit": ("analyst", f"{own}/audits/{self.run.audit_id}/"),
            "people": ("administrator", f"/account/people/{self.district.slug}/"),
            "security": (lead, "/account/2fa/"), "principal": ("principal", f"{own}/"),
            "refused": ("teacher", f"{own}/trail/"), "missing": (lead, "/d/nowhere/"),
            "sign-in": (None, "/account/login/"), "step-into": (None, "/demo/"),
            "public": (None, f"/public/{self.district.slug}/"),
            "public-report": (None, f"{report}/"),
            "public-outcome": (None, f"{report}/outcomes/{outcome['id']}/"),
            "public-finding": (None, f"{report}/findings/{screen}/"),
        }  # fmt: skip


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
    shelf, members = north.shelf, north.members
    with inside(north.organization):
        releases = Release.objects.within(north.organization)
        of = {"run": finished, "made_by": members["equity_lead"].user}
        waiting = releases.create(audience="board", state=Release.State.WAITING, **of)
        out = releases.create(audience="public", state=Release.State.OUT, **of)
        Vote.objects.within(north.organization).create(
            release=waiting, user=members["reviewer"].user, approves=True
        )
    bundle = shelf.bundle(str(finished.pk), "internal")
    for to in (shelf.draft(str(waiting.pk)), shelf.bundle(str(finished.pk), "public")):
        to.mkdir(parents=True)
        shutil.copy(bundle / SCREENS, to)
    contexts: list[BrowserContext] = []
    yield Platform(live_server.url, north, finished, waiting, out, browser, contexts)
    for context in contexts:
        context.close()
