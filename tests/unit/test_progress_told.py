"""Verdicts and offers in words: each reason has a title that says whose rate moved."""

from dataclasses import replace

import numpy as np
import pytest
from watching import (
    BLACK,
    GOAL,
    SAY,
    WHITE,
    YEARS,
    asked,
    audited,
    finding,
    months,
    whole,
    years,
)  # fmt: skip

from eachchild.findings import Phrases
from eachchild.progress.balancing import balancing_of, beside
from eachchild.progress.comparison import Compared, CompareState
from eachchild.progress.document import progress_of
from eachchild.progress.estimate import Estimate
from eachchild.progress.model import Verdict
from eachchild.progress.offers import offers_of
from eachchild.progress.said import Say, is_month
from eachchild.progress.series import added, by_years, minus, yearly
from eachchild.progress.signals import Signal
from eachchild.progress.told import told
from eachchild.progress.verdict import Beside, Judged, Reason, Whose, judge
from eachchild.progress.watch import Watcher
from eachchild.terms.catalogue import words
from eachchild.terms.outcomes import built_in, outcome_from


def judged(
    verdict: Verdict, reason: Reason, whose: Whose = Whose.NEITHER, **more: object
) -> Judged:
    """A verdict of one reason, from rates of 9.8 % and 3 % to 7.1 % and 3.1 %."""
    given = asked(GOAL, years((98, 98, 71, 71)), years((30, 30, 31, 31)))
    found = judge(given.goal, given.watched, baseline=given.baseline)
    return replace(found, verdict=verdict, reason=reason, whose=whose, **more)  # type: ignore[arg-type]


def sentence(verdict: Verdict, reason: Reason, whose: Whose = Whose.NEITHER, **more: object) -> str:
    given = asked(GOAL, years((98, 98, 71, 71)), years((30, 30, 31, 31)))
    return told(given, judged(verdict, reason, whose, **more), SAY, internal=True).sentence


RATE = "schools suspended 7.1 % of Black students out of school since 2023-24, after 9.8 % before"


@pytest.mark.parametrize(
    ("verdict", "reason", "whose", "said"),
    [
        (Verdict.IMPROVING, Reason.MOVED, Whose.GROUP,
         f"Improving: {RATE}; for White students the rate stayed near 3.1 %"),
        (Verdict.IMPROVING, Reason.MOVED_BOTH, Whose.BOTH,
         f"Improving: {RATE}; for White students the rate rose from 3.0 % to 3.1 %"),
        (Verdict.NO_CHANGE, Reason.TARGET_EXCLUDED, Whose.NEITHER,
         f"No change seen: {RATE}; for White students the rate stayed near 3.1 %"),
        (Verdict.NO_CHANGE, Reason.OTHERS_DID_WORSE, Whose.REFERENCE,
         f"No change seen: {RATE}; the gap changed since for White students the rate rose from "
         "3.0 % to 3.1 %"),
        (Verdict.WORSE, Reason.GOT_WORSE, Whose.GROUP,
         f"Worse: {RATE}; for White students the rate stayed near 3.1 %"),
        (Verdict.CANNOT_TELL, Reason.WITHIN_CHANCE, Whose.NEITHER,
         f"Cannot tell: {RATE}, and chance alone could do that"),
        (Verdict.CANNOT_TELL, Reason.OTHERS_DID_WORSE, Whose.REFERENCE,
         f"Cannot tell: {RATE}; for White students the rate rose from 3.0 % to 3.1 %"),
        (Verdict.CANNOT_TELL, Reason.TOO_FEW, Whose.NEITHER,
         "Cannot tell: too few students are counted to see a change this size"),
        (Verdict.CANNOT_TELL, Reason.TOO_FEW_BEFORE, Whose.NEITHER,
         "Cannot tell: fewer than two school years from before the change are counted"),
        (Verdict.CANNOT_TELL, Reason.HIDDEN, Whose.NEITHER,
         "Cannot tell: numbers that would show it are hidden to protect students"),
    ],
)  # fmt: skip
def test_every_reason_has_a_title(
    verdict: Verdict, reason: Reason, whose: Whose, said: str
) -> None:
    assert sentence(verdict, reason, whose) == said


def test_a_title_says_that_the_others_fell_or_are_not_known() -> None:
    fell = Estimate(0.02, 0.01, 0.03, True)
    said = sentence(Verdict.IMPROVING, Reason.MOVED_BOTH, Whose.BOTH, reference_now=fell)
    assert said.endswith("for White students the rate fell from 3.0 % to 2.0 %")
    said = sentence(Verdict.IMPROVING, Reason.MOVED, Whose.GROUP, reference_now=Estimate())
    assert said.endswith("the rate of White students is not known")


def test_what_got_worse_beside_a_goal_is_named() -> None:
    more = Estimate(0.1, 0.05, 0.15, True)
    beside = (
        Beside("referrals", more, worsened=True), Beside("iss_any", more, worsened=False),
        Beside("absent_days", Estimate(), worsened=False),
    )  # fmt: skip
    given = asked(GOAL, years((98, 98, 71, 71)), years((30, 30, 31, 31)))
    found = judged(Verdict.CANNOT_TELL, Reason.BALANCING_WORSE, balancing=beside)
    said = told(given, found, SAY, internal=True)
    assert said.sentence.endswith("but something beside it got worse: Referrals written")
    assert "Referrals written: got worse" in said.evidence
    assert "In-school suspension: no sign that it got worse" in said.evidence
    assert "Days absent: not enough is counted to tell" in said.evidence


def test_whose_rate_moved_is_no_surer_than_the_verdict() -> None:
    given = asked(GOAL, years((98, 98, 71, 71)), years((30, 30, 31, 31)))
    unsure = judged(Verdict.CANNOT_TELL, Reason.WITHIN_CHANCE, Whose.GROUP)
    assert told(given, unsure, SAY, internal=True).whose == (
        "The rate of Black students may have moved, but not surely enough for a verdict"
    )
    both = judged(Verdict.IMPROVING, Reason.GAP_WIDER, Whose.BOTH)
    said = told(given, both, SAY, internal=False)
    assert said.whose == "The rates of both moved: of Black students, and of White students"
    assert said.caveats[0].startswith("The gap is wider all the same")
    assert said.caveats[-1].startswith("Made of numbers that are released")


def test_evidence_tells_of_patterns_and_of_other_schools() -> None:
    given = asked(GOAL, years((98, 98, 71, 71)), years((30, 30, 31, 31)))
    change = Estimate(-0.04, -0.06, -0.02, True)
    compared = Compared(CompareState.COMPARED, change, 0.01, 3, 5)
    found = judged(
        Verdict.IMPROVING, Reason.MOVED, signals=(Signal.BEYOND_3_SIGMA,), schools=compared
    )
    lines = told(given, found, SAY, internal=True).evidence
    assert "In the picture: a point lies outside the usual range" in lines
    assert (
        "Beside 5 schools without the change, the rate of 3 schools with it changed by −4.0 points "
        "(95 % interval −6.0 points to −2.0 points)"
    ) in lines
    mixed = Compared(CompareState.COMPARED, Estimate(-0.03, -0.03, -0.03, True), 0.1, 3, 19)
    assert (
        "Beside the mix of 19 other schools that went the same way before, it changed by −3.0 "
        "points; of those schools, 1 moved as far from such a mix without any change made"
    ) in told(given, replace(found, mixed=mixed), SAY, internal=True).evidence
    few = replace(found, schools=Compared(CompareState.TOO_FEW_SCHOOLS))
    assert (
        "Schools with and without the change are too few to compare"
        in told(given, few, SAY, internal=True).evidence
    )


def test_too_early_says_what_is_counted_and_until_when() -> None:
    goal = replace(GOAL, begins="2025-08", target=0.02)
    given = asked(goal, years((98, 98, 98, 98), 4000), years((30, 30, 30, 30)))
    given = replace(given, goal=replace(goal, target=0.005))
    found = judge(given.goal, given.watched, baseline=given.baseline)
    assert found.reason is Reason.TOO_EARLY
    assert told(given, found, SAY, internal=True).sentence == (
        "Cannot tell yet: nothing is counted yet, and a change this size could be seen by the end "
        "of 2025-26"
    )
    hardly = replace(given, goal=replace(goal, target=0.0244))
    assert told(hardly, found, SAY, internal=True).sentence.endswith(
        "is likely too small to be seen in the years ahead"
    )


@pytest.mark.parametrize(
    ("number", "monthly", "said"),
    [
        (0, True, "nothing is counted yet"), (1, True, "1 month is counted"),
        (4, True, "4 months are counted"), (1, False, "1 school year is counted"),
        (2, False, "2 school years are counted"),
    ],
)  # fmt: skip
def test_what_is_counted_so_far(number: int, monthly: bool, said: str) -> None:
    assert SAY.counted(number, monthly) == said


def test_times_read_as_people_write_them() -> None:
    assert SAY.when("2025-09", "2025-09") == "in September 2025"
    assert SAY.when("2025-09", "2025-12") == "in an average month since September 2025"
    assert SAY.when("2024-25", "2024-25") == "in 2024-25"
    assert SAY.by("2027-01") == "January 2027"
    assert [is_month(label) for label in ("2025-12", "2025-26", "2009-10")] == [True, False, False]


def test_an_outcome_of_the_plan_is_told_by_its_own_verb() -> None:
    mine = outcome_from("warned", {"event": "oss_count >= 2", "direction": "lower"})
    phrases = Phrases(
        words("en"), {}, {"warned": "were sent a warning", "oss_any": "were sent home"}
    )
    assert (
        Say(phrases, mine, BLACK, WHITE).did(0.12) == "12 % of Black students were sent a warning"
    )
    own = Say(phrases, built_in()["oss_any"], BLACK, WHITE)
    assert own.did(0.12) == "12 % of Black students were sent home"
    assert own.measure("oss_any") == "Out-of-school suspension"


def test_series_are_put_together_only_where_all_is_known() -> None:
    part = years((1, 2, 3, 4))
    hidden = yearly(YEARS, np.full(4, 1000), whole(1, 1, 1, 1), known=np.arange(4) > 0)
    both = added([part, hidden])
    assert both.n.tolist() == [0, 2000, 2000, 2000]
    assert both.events.tolist() == [0, 3, 4, 5]
    rest = minus(years((9, 9, 9, 9), 3000), hidden)
    assert (rest.n.tolist(), rest.known.tolist()) == ([0, 2000, 2000, 2000], [False, *[True] * 3])
    with pytest.raises(ValueError, match="no series"):
        added([])


def test_a_year_of_months_is_known_where_all_of_them_are() -> None:
    some = months(2)
    known = some.known.copy()
    known[3] = False
    found = by_years(replace(some, known=known), YEARS[:3])
    assert found.known.tolist() == [False, True, True]
    assert found.n.tolist() == [0, 10_000, 10_000]
    assert found.events.tolist() == [0, 20, 20]


def test_offers_say_why_there_is_none() -> None:
    eligible = outcome_from("in_program", {"event": "gifted == 'yes'", "direction": "neither"})
    told_of = {
        ("in_program", BLACK): years((1, 2, 3, 4)), ("in_program", WHITE): years((1, 2, 3, 4)),
        ("oss_any", BLACK): years((30, 30, 30, 30)), ("oss_any", WHITE): years((90, 90, 90, 90)),
        ("iss_any", BLACK): years((1, 1, 1, 1)),
    }  # fmt: skip
    findings = [
        finding(name) for name in ("in_program", "oss_any", "gpa", "absence_rate", "iss_any")
    ]
    found = audited(told_of, *findings, outcomes=[eligible])
    offers = list(offers_of(found, Watcher(found)))
    assert [offer.why_not for offer in offers] == [
        "progress.why_not.duty", "progress.why_not.better", "progress.why_not.mean",
        "progress.why_not.days", "progress.why_not.hidden",
    ]  # fmt: skip
    assert all(not offer.targets for offer in offers)
    copy = replace(found, audience="public")
    assert next(offers_of(copy, Watcher(copy))).why_not == "progress.why_not.direction"


def test_a_gap_that_may_be_chance_offers_no_target() -> None:
    """One of many groups alike stands out for one year: little of it will be there next year."""
    told_of = {("oss_any", f"race={name}"): years((9, 9, 9, 10), 60) for name in "abcdefg"}
    told_of[("oss_any", BLACK)] = years((9, 10, 10, 11), 60)
    told_of[("oss_any", WHITE)] = years((101, 100, 99, 99), 610)
    findings = [finding("oss_any"), *(finding("oss_any", f"race={n}", "x") for n in "abcdefg")]
    found = audited(told_of, *findings)
    first = next(offers_of(found, Watcher(found)))
    assert first.baseline is not None
    assert first.baseline.raw > (first.reference_rate or 0) >= first.baseline.rate
    assert first.why_not == "progress.why_not.by_chance"


def test_a_district_large_enough_is_told_which_half_could_be_seen() -> None:
    told_of = {
        ("oss_any", BLACK): years((900, 900, 900, 900), 4000),
        ("oss_any", WHITE): years((200, 200, 200, 200), 4000),
    }  # fmt: skip
    found = audited(told_of, finding("oss_any"))
    (offer,) = offers_of(found, Watcher(found))
    assert offer.begins == "2025-08"
    assert [t.students for t in offer.targets] == [175, 350, 525, 700]
    assert [t.feasible for t in offer.targets] == [False, True, False, False]


def test_balancing_measures_fit_the_outcome_and_a_higher_rate_is_worse() -> None:
    told_of = {
        ("months of referrals", BLACK): months(9), ("months of absent", BLACK): months(50),
        ("iss_any", BLACK): years((5, 5, 5, 5)), ("chronic_absence", BLACK): years((7, 7, 7, 7)),
        ("course_failure", BLACK): years((7, 7, 7, 7)),
        ("ap_enrolled", WHITE): years((400, 400, 400, 390)),
        ("graduated", BLACK): years((900, 900, 900, 900)),
    }  # fmt: skip
    found = audited(told_of)
    assert balancing_of(found, "oss_any", BLACK, WHITE, "all") == (
        "referrals", "iss_any", "absent_days",
    )  # fmt: skip
    assert balancing_of(found, "ap_enrolled", BLACK, WHITE, "all") == (
        "course_failure", "others_enrolled", "chronic_absence",
    )  # fmt: skip
    seats = beside(found, "others_enrolled", "ap_enrolled", BLACK, WHITE, "all")
    assert seats is not None
    assert seats.events.tolist() == [600, 600, 600, 610]
    left = beside(found, "graduated", "oss_any", BLACK, WHITE, "all")
    assert left is not None
    assert left.events.tolist() == [100] * 4
    assert beside(found, "no_such", "oss_any", BLACK, WHITE, "all") is None
    assert beside(found, "gpa", "oss_any", BLACK, WHITE, "all") is None
    assert beside(found, "course_failure", "oss_any", BLACK, WHITE, "all", monthly=True) is None
    assert beside(found, "referrals", "oss_any", BLACK, WHITE, "all", monthly=True) is not None


def test_months_are_watched_where_a_year_of_them_lies_before_a_change() -> None:
    told_of = {
        ("oss_any", BLACK): years((200, 200, 200, 200)), ("oss_any", WHITE): years((50,) * 4),
        ("months of oss", BLACK): months(24), ("months of oss", WHITE): months(6),
    }  # fmt: skip
    found = audited(told_of, finding("oss_any"))
    goal = replace(GOAL, target=0.1)
    watched = Watcher(found).ask(goal)
    assert watched is not None
    assert watched.watched.group.is_monthly
    # Half of what a year has is half of what a month has.
    assert watched.goal.target == pytest.approx(watched.baseline.rate / 2, rel=1e-6)
    early = Watcher(found).ask(replace(goal, begins="2022-02", chosen_on=("2021-22",)))
    assert early is not None
    assert not early.watched.group.is_monthly


def test_another_definition_of_an_outcome_has_no_months() -> None:
    mine = replace(built_in()["oss_any"], event_text="oss_count >= 3")
    narrow = replace(built_in()["iss_any"], population_text="grade in ['06']")
    found = audited({}, outcomes=[mine, narrow])
    assert [found.month_measure(n) for n in ("oss_any", "iss_any", "referred", "gpa")] == [
        "", "", "referred", "",
    ]  # fmt: skip


def test_a_goal_of_which_nothing_is_told_stays_in_its_place() -> None:
    found = audited(
        {("oss_any", BLACK): years((98, 98, 71, 71)), ("oss_any", WHITE): years((30,) * 4)}
    )
    lost = replace(GOAL, id="lost", outcome="iss_any")
    progress = progress_of(found, [lost, GOAL])
    assert progress.answered[0] == lost
    assert len(progress.answered) == 2
