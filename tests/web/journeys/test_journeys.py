"""Short ways of people through the platform, in Chromium; on the database the tests run on.

The whole way from own files to a page that everybody reads is in test_own_files_journey.py.
"""

import re
import shutil
from pathlib import Path

from playwright.sync_api import expect

from eachchild.web.audits.models import Release, Run, Vote
from eachchild.web.foundation.tenancy import inside
from eachchild.web.worker import Worker


def test_a_superintendent_steps_in_and_is_at_the_cause_in_two_clicks(platform):
    page = platform.visit(None).page
    page.goto("/demo/")
    page.get_by_role("button", name="Superintendent").click()  # the first
    expect(page).to_have_url(re.compile("/d/north/$"))
    page.get_by_role("link", name="See this finding and where it comes from").click()  # the second
    heading = page.get_by_role("heading", name="Where it comes from")
    expect(heading).to_be_visible()
    cause = page.locator(".cause .claimed").first
    expect(cause).to_be_visible()
    page.locator(".way a").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_second_vote_is_cast_the_copy_is_made_and_everybody_reads_it(platform, small_report):
    """From a draft to a public page: votes, the worker in earnest, the page without sign-in."""
    release = _drafted(platform, small_report)
    page = platform.visit("superintendent").page
    page.goto("/d/north/")
    page.get_by_role("link", name="Read it and vote").first.click()
    expect(page.get_by_text("1 of 2 votes is in.")).to_be_visible()
    page.get_by_label("Release it", exact=True).check()
    page.get_by_role("button", name="Vote").click()
    expect(page.get_by_text("Being made and proved").first).to_be_visible()
    Worker().run(until_idle=True)
    page.reload()
    page.get_by_role("link", name="The public page").click()
    address = page.url
    anybody = platform.visit(None).page
    anybody.goto(address)
    expect(anybody.get_by_role("heading", level=1)).to_be_visible()
    expect(anybody.get_by_text("What is hidden here")).to_be_visible()
    with inside(platform.district.organization):
        made = Release.objects.within(platform.district.organization).get(pk=release.pk)
        assert made.state == Release.State.OUT
    votes = page.goto(f"/d/north/releases/{release.pk}/")
    assert votes is not None
    expect(page.get_by_role("heading", name="Votes")).to_be_visible()


def test_the_language_is_changed_in_the_frame_without_a_script(platform):
    page = platform.visit("superintendent", java_script_enabled=False).page
    address = f"/d/north/runs/{platform.run.pk}/numbers/?place=all"
    page.goto(address)
    page.get_by_role("button", name="Español").click()
    expect(page).to_have_url(platform.address + address)
    expect(page.get_by_role("heading", name="Números")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Numbers")).to_be_visible()


def _drafted(platform, report: Path) -> Release:
    """A copy for the public, drafted, with one vote in."""
    organization, members = platform.district.organization, platform.district.members
    with inside(organization):
        run = Run.objects.within(organization).get(pk=platform.run.pk)
        release = Release.objects.within(organization).create(
            run=run, audience="public", made_by=members["equity_lead"].user,
            state=Release.State.DRAFTING,
        )  # fmt: skip
    shelf, key = platform.district.shelf, str(platform.run.pk)
    shutil.rmtree(shelf.bundle(key, "internal"))
    shutil.copytree(report, shelf.bundle(key, "internal"))
    Worker().run(until_idle=True)
    with inside(organization):
        drafted = Release.objects.within(organization).get(pk=release.pk)
        assert drafted.state == Release.State.WAITING, drafted.why
        Vote.objects.within(organization).create(
            release=drafted, user=members["reviewer"].user, approves=True
        )
    return drafted
