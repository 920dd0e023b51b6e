"""A journey in a browser, from a finding to a plan, and a year later to whether it worked.

The platform and its worker are processes of their own, on both databases. With EACHCHILD_PICTURES
set to a folder the journey leaves the manual's pictures there.
"""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from plan_told import packet, read_in_public, set_contact, tell_everybody, write_and_read
from playwright.sync_api import expect
from walked import Person, Platform, propose, send, vote

from eachchild.web.project.demo_files import place, years_of
from eachchild.worlds import synthesize
from eachchild.worlds.demonstration import change_a_rule

_NEEDED = ("student.csv", "student_race.csv", "school.csv", "calendar.csv", "enrollment.csv",
           "discipline.csv")  # fmt: skip
_FIRST, _SECOND = "Suspensions 2022 to 2024", "Suspensions 2022 to 2025"
_CHANGE = "No suspension out of school for defiance: a talk and a way back into class instead."
_SEEN = "Adults judge the same words differently."
_STEP = "Take defiance out of the table of consequences"
_PREDICTED = "Half as many suspensions for it by the end of October."
_VISION = "Each child receives what they need. Who a child is tells nobody how school will go."


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], list[Path]]:
    """The files of two years, and of three: in the third a rule was changed for every student."""
    folder = tmp_path_factory.mktemp("years")
    whole, before, after = (folder / name for name in ("whole", "before", "after"))
    for one in (whole, before, after):
        one.mkdir()
    quiet = lambda what, share: None  # noqa: E731
    synthesize(whole, seed=2026, students=4_000, schools=4, years=3, progress=quiet)
    assert change_a_rule(whole / "discipline.csv")["rows"]
    *_, last, _this = years_of(whole)
    for path in whole.glob("*.csv"):
        if path.name not in _NEEDED:
            path.unlink()
    return list(place(whole, before, until=last)), list(place(whole, after))


def test_from_a_finding_to_a_plan_and_whether_it_worked(
    platform: Platform, years: tuple[list[Path], list[Path]]
) -> None:
    """A cause, a goal, steps, a trial, a review; next year's files judge; everybody is told."""
    two, three = years
    lead = platform.person("equity_lead")
    _audit(lead, two)
    _weigh(lead)
    goal = _aim(lead)
    _do_and_try(lead)
    _agree(lead, platform.person("superintendent"))
    _look_around(lead)
    _plan_a_review(lead)
    _audit_next_year(lead, three)
    verdict = _judged(lead, goal)
    _end_what_was_tried(lead, goal)
    _review(lead, verdict)
    _release(lead, platform)
    tell_everybody(lead, platform.person("superintendent"), _CHANGE)
    set_contact(lead)
    anybody = platform.person()
    read_in_public(anybody)
    write_and_read(anybody, lead)
    packet(lead, _CHANGE)
    assert [line for one in platform.people for line in one.said] == []


def _audit(lead: Person, files: list[Path]) -> None:
    """An audit of one outcome by race, as far as its largest finding."""
    page = lead.page
    send(lead, _FIRST, files)
    lead.press("Look at these files")
    page.wait_for_url("**/mapping/")
    page.click("a.to:has-text('calendar.csv')")
    page.select_option("[name=table]", "calendar")
    page.locator("main button:has-text('Keep')").click()
    page.locator("main button:has-text('Keep')").click()
    page.wait_for_url("**/mapping/")
    lead.press("Go on to what values mean")
    page.locator("main form button").last.click()
    page.wait_for_url("**/questions/")
    for box in page.locator("main input[type=checkbox]").all():
        box.uncheck()
    page.check("[name=f-race]")
    page.select_option("[name=r-race]", "white")
    page.check("[name=outcomes][value=oss_any]")
    page.locator("main form button").last.click()
    page.wait_for_url("**/audits/*/")
    _run(lead)
    page.locator("header .brand").click()
    lead.press("See this finding")
    expect(page.locator("article h1, main h1").first).to_contain_text("suspended out of school")


def _run(lead: Person) -> None:
    lead.press("Run this audit")
    lead.page.wait_for_selector(".headlines", timeout=240_000)


def _weigh(lead: Person) -> None:
    """Believe a cause of the ledger, and add what people see, with a why."""
    page = lead.page
    lead.press("Weigh what could make it")
    page.get_by_role("button", name=re.compile("^We believe it")).first.click()
    expect(page.locator("button[aria-pressed=true]")).to_have_text(re.compile("^We believe it"))
    page.fill("[name=says]", _SEEN)
    page.fill("[name=why_1]", "The handbook names defiance and stops there.")
    page.select_option("[name=kind]", "practice")
    page.select_option("[name=bone]", "staff")
    page.fill("[name=refuted_by]", "The numbers stay as they are once it is defined.")
    page.get_by_role("button", name="Add it").click()
    bones = page.locator(".bones")
    expect(bones).to_contain_text(_SEEN)
    assert "The handbook names" in str(bones.text_content())
    lead.look("plan-why", high=1300)


def _aim(lead: Person) -> str:
    """Make a goal: how far, by what change for every student, from when, with which strategies."""
    page = lead.page
    lead.press("Make a goal of it")
    page.fill("[name=change]", _CHANGE)
    page.locator("[name=share]").nth(1).check()
    page.fill("[name=begins]", "2024-08")
    page.locator("[name=strategies]").first.check()
    page.fill("[name=inclusive]", "Students and families of two schools were asked in the spring.")
    assert page.locator("[name=balancing]:checked").count() > 0
    lead.look("plan-aim", high=1300)
    page.get_by_role("button", name="Make the goal").click()
    expect(page.locator("h1")).to_have_text(_CHANGE)
    expect(page.locator(".verdict")).to_contain_text("Cannot tell yet")
    expect(page.locator(".drivers")).to_contain_text("Half of the gap")
    return page.url


def _do_and_try(lead: Person) -> None:
    """A step that is meant to move a cause, and a trial with what is predicted of it."""
    page = lead.page
    lead.open("Add a step")
    page.fill("[name=title]", _STEP)
    page.select_option("[name=owner]", label="The equity lead, Equity lead")
    page.fill("[name=due]", (date.today() + timedelta(days=14)).isoformat())
    page.select_option("[name=driver]", label=_SEEN)
    page.get_by_role("button", name="Add it").click()
    expect(page.locator(f".drivers li:has(p:has-text('{_SEEN}')) ul")).to_contain_text(_STEP)
    lead.open("Begin a trial")
    page.fill("[name=tries]", "Two schools answer defiance with a talk on the same day.")
    page.fill("[name=predicts]", _PREDICTED)
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(page.locator("dd", has_text=_PREDICTED)).to_be_visible()
    assert page.locator("[name=predicts]").count() == 0  # it cannot be changed any more
    lead.look("plan-goal", high=1300)


def _agree(lead: Person, other: Person) -> None:
    """The vision is written down, and two people stand behind it."""
    lead.turn_to("Vision")
    lead.look()
    lead.press("Write the vision")
    lead.look()
    lead.page.fill("[name=text]", _VISION)
    lead.press("Keep this version")
    lead.press("Sign on")
    expect(lead.page.get_by_text("You stand behind it.")).to_be_visible()
    other.page.goto(lead.page.url)
    other.press("Sign on")
    expect(other.page.locator("dl.definition")).to_contain_text("The equity lead")
    expect(other.page.locator("dl.definition")).to_contain_text("The superintendent")
    other.look("plan-vision", high=760)


def _look_around(lead: Person) -> None:
    """The standards, of which one is rated, other frameworks, and what others have tried."""
    page = lead.page
    lead.turn_to("Standards")
    lead.look()
    unrated = int(page.locator(".tally .quiet dd").inner_text())
    page.locator("main .two a").first.click()
    lead.look()
    page.locator("[name=level]").nth(1).check()
    page.fill("[name=because]", "The minutes of the board, and the handbook.")
    lead.press("Keep this")
    expect(page.locator("dl.taken-up")).to_contain_text("The minutes of the board")
    lead.look("plan-standard")
    lead.turn_to("Standards")
    assert int(page.locator(".tally .quiet dd").inner_text()) == unrated - 1
    lead.press("Other frameworks")
    assert page.locator("ol.full > li").count() == 16
    lead.look()
    lead.turn_to("Strategies")
    page.locator("details.strategy summary").first.click()
    expect(page.locator("details.strategy[open]").get_by_text("What was found")).to_be_visible()
    lead.look()


def _plan_a_review(lead: Person) -> None:
    page = lead.page
    lead.turn_to("Reviews")
    lead.look()
    page.fill("[name=on]", str(page.get_attribute("[name=on]", "min")))
    lead.press("Plan the review")
    expect(page.locator("h1")).to_contain_text("Review of")
    lead.look()
    lead.turn_to("Our plan")
    expect(page.locator("main")).to_contain_text(_VISION)
    expect(page.locator("section.top")).to_contain_text(_STEP)
    lead.look()


def _audit_next_year(lead: Person, files: list[Path]) -> None:
    """The same files with a year more: nothing has to be said again."""
    page = lead.page
    page.goto("/d/north/audits/new/")
    earlier = page.locator("[name=like] option", has_text=_FIRST).inner_text()
    send(lead, _SECOND, files, like=earlier)
    lead.press("Look at these files")
    page.wait_for_url("**/mapping/")
    expect(page.locator("main")).to_contain_text(_FIRST)
    lead.look()
    page.locator("nav.rail a:has-text('What to ask')").click()
    assert page.locator("[name=outcomes]:checked").evaluate_all("a => a.map(b => b.value)") == [
        "oss_any"
    ]
    page.locator("nav.rail a:has-text('Overview')").click()
    _run(lead)


def _judged(lead: Person, goal: str) -> str:
    """The goal's page says what the new year tells: both rates, and whose of them moved."""
    page = lead.page
    page.goto(goal)
    lead.reload_until("Improving: ")
    said = page.locator(".verdict .sentence").inner_text()
    assert "Black students" in said
    assert "White students" in said
    expect(page.locator(".verdict")).to_contain_text("The rate of Black students moved")
    expect(page.locator(".verdict figure svg").first).to_be_visible()
    lead.look("plan-verdict", high=1000)
    return said


def _end_what_was_tried(lead: Person, goal: str) -> None:
    page = lead.page
    page.goto(goal)
    lead.open("It is done")
    page.locator("[name=evidence]").fill("The new table hangs in every office.")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("No step is open.")).to_be_visible()
    lead.open("End it: what did you learn?")
    page.fill("[name=did]", "Both schools did, on 41 of 46 referrals.")
    page.fill("[name=learned]", "Fewer than half were left.")
    page.select_option("[name=act]", "adopt")
    page.get_by_role("button", name="End the trial").click()
    expect(page.locator("dd", has_text="Fewer than half were left.")).to_be_visible()
    expect(page.locator("dd", has_text=_PREDICTED)).to_be_visible()
    lead.look()


def _review(lead: Person, verdict: str) -> None:
    """The team reads the verdict, decides, and closes with the day of the next review."""
    page = lead.page
    lead.turn_to("Reviews")
    lead.press("Begin the review")
    expect(page.locator("main")).to_contain_text(verdict)
    lead.open("Decide")
    page.get_by_label("Adapt: go on, and change something").check()
    page.fill("[name=why]", "It works. Now every school keeps an adult free for the talk.")
    lead.look("plan-review", high=1000)
    lead.press("Record the decision")
    page.fill("[name=notes]", "Two schools ask for help with the third hour.")
    page.fill("[name=following]", str(page.get_attribute("[name=following]", "min")))
    lead.press("Close this review")
    lead.turn_to("Reviews")
    decided = page.locator("section", has_text="What was decided").locator("li").first
    expect(decided).to_contain_text("Adapt")
    expect(decided).to_contain_text(verdict)
    lead.look()


def _release(lead: Person, platform: Platform) -> None:
    page = lead.page
    page.locator("header .brand").click()
    lead.press("See this finding")
    address = propose(lead)
    for role, is_last in (("superintendent", False), ("reviewer", True)):
        vote(platform.person(role), is_last=is_last)
    page.goto(address)
    lead.reload_until("The public page")
