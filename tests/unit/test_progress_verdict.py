"""Verdicts: whose rate moved, what excuses a fall, and when nothing can be told."""

import time
from dataclasses import replace

import numpy as np
import pytest

from eachchild.progress import Goal, Series, Verdict, Watched, baseline_of, judge
from eachchild.progress.comparison import CompareState
from eachchild.progress.signals import Signal
from eachchild.progress.verdict import Reason, Whose

N = 5000
GOAL = Goal(
    "goal", "suspended", "group", "reference", "__all__", ("2023-24", "2024-25"), "2025-09", 0.10,
    lower_is_better=True,
)  # fmt: skip


def years(*rates, n=N, first=2022):
    size = np.full(len(rates), n)
    label = tuple(f"{first + i}-{first + i + 1 - 2000:02d}" for i in range(len(rates)))
    events = np.rint(np.array(rates) * n).astype(np.int64)
    return Series(label, size, events, size * 0, size > 0)


def base(rate=0.20, others=0.18, n=N, years_before=3):
    """Among twelve groups that are as they are, the worst one little by chance."""
    rates = np.linspace(others - 0.08, others, 12)
    rates[-1] = rate
    events = np.rint(rates[:, None] * n * np.ones((1, years_before))).astype(np.int64)
    return baseline_of(events, np.full(events.shape, n), chosen=11)


def said(group, reference=None, goal=GOAL, baseline=None, **more):
    reference = years(0.10, 0.10, 0.10, 0.10) if reference is None else reference
    return judge(goal, Watched(group, reference, **more), baseline=baseline or base())


def test_a_rate_that_fell_by_half_is_improving():
    found = said(years(0.20, 0.20, 0.20, 0.09))
    assert (found.verdict, found.reason) == (Verdict.IMPROVING, Reason.MOVED)
    assert found.whose is Whose.GROUP
    assert found.raw == pytest.approx(0.20)
    assert found.baseline.value < 0.20
    assert found.change.value == pytest.approx(0.09 - found.baseline.value)
    assert found.gap_change.value == pytest.approx(found.change.value)
    assert (found.before, found.after) == (("2022-23", "2023-24", "2024-25"), ("2025-26",))
    assert (found.n_before, found.events_before, found.n_after) == (3 * N, 3000, N)
    assert found.events_after == 450
    assert Signal.BEYOND_3_SIGMA in found.signals
    assert found.schools.state is CompareState.NO_SCHOOLS


def test_a_rate_that_rose_is_worse():
    found = said(years(0.20, 0.20, 0.20, 0.36))
    assert (found.verdict, found.reason) == (Verdict.WORSE, Reason.GOT_WORSE)


def test_where_higher_is_better_a_rise_is_improving():
    goal = replace(GOAL, lower_is_better=False, target=0.40)
    assert said(years(0.20, 0.20, 0.20, 0.45), goal=goal).verdict is Verdict.IMPROVING
    assert said(years(0.20, 0.20, 0.20, 0.05), goal=goal).verdict is Verdict.WORSE


def test_a_gap_that_closed_since_others_did_worse_is_not_improvement():
    found = said(years(0.20, 0.20, 0.20, 0.20), years(0.10, 0.10, 0.10, 0.20))
    assert found.verdict is Verdict.NO_CHANGE
    assert found.reason is Reason.OTHERS_DID_WORSE
    assert found.whose is Whose.REFERENCE
    assert found.gap_now.value < found.gap_then.value
    small = said(years(0.20, 0.20, 0.20, 0.15), years(0.10, 0.10, 0.10, 0.20))
    assert (small.verdict, small.reason) == (Verdict.CANNOT_TELL, Reason.OTHERS_DID_WORSE)


def test_both_may_improve_and_others_may_improve_more():
    found = said(years(0.20, 0.20, 0.20, 0.09), years(0.10, 0.10, 0.10, 0.045))
    assert (found.verdict, found.reason) == (Verdict.IMPROVING, Reason.MOVED_BOTH)
    assert found.whose is Whose.BOTH
    wider = said(years(0.20, 0.20, 0.20, 0.09), years(0.60, 0.60, 0.60, 0.10))
    assert (wider.verdict, wider.reason) == (Verdict.IMPROVING, Reason.GAP_WIDER)


def test_a_fall_is_not_believed_while_what_balances_it_gets_worse():
    beside = (("absences", years(0.10, 0.10, 0.10, 0.20)),)
    found = said(years(0.20, 0.20, 0.20, 0.09), balancing=beside)
    assert (found.verdict, found.reason) == (Verdict.CANNOT_TELL, Reason.BALANCING_WORSE)
    assert [(one.name, one.worsened) for one in found.balancing] == [("absences", True)]
    steady = (("absences", years(0.10, 0.10, 0.10, 0.10)), ("reports", years(first=2022)))
    fine = said(years(0.20, 0.20, 0.20, 0.09), balancing=steady)
    assert fine.verdict is Verdict.IMPROVING
    assert [one.change.known for one in fine.balancing] == [True, False]


def test_no_change_is_said_only_where_the_change_aimed_at_is_excluded():
    same = years(0.20, 0.20, 0.20, 0.20)
    assert said(same).reason is Reason.TARGET_EXCLUDED
    near = said(same, goal=replace(GOAL, target=0.19))
    assert (near.verdict, near.reason) == (Verdict.CANNOT_TELL, Reason.WITHIN_CHANCE)
    met = said(same, goal=replace(GOAL, target=0.30))  # no improvement at all: nothing to exclude
    assert met.verdict is Verdict.CANNOT_TELL


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        (years(0.20, 0.20, 0.20), Reason.TOO_EARLY),
        (years(0.20, 0.09, first=2024), Reason.TOO_FEW_BEFORE),
        (years(0.20, first=2025), Reason.TOO_FEW_BEFORE),
    ],
)
def test_what_cannot_be_told_says_why(group, reason):
    found = said(group)
    assert (found.verdict, found.reason) == (Verdict.CANNOT_TELL, reason)
    assert not found.change.known
    assert found.whose is Whose.NEITHER


def test_a_small_group_cannot_tell():
    small = judge(
        GOAL, Watched(years(0.2, 0.2, 0.2, 0.1, n=30), years(0.1, 0.1, 0.1, 0.1)),
        baseline=base(n=30),
    )  # fmt: skip
    assert (small.verdict, small.reason) == (Verdict.CANNOT_TELL, Reason.TOO_FEW)


@pytest.mark.parametrize("hidden", [[3], [0, 1]])
def test_hidden_numbers_are_told_of_as_hidden(hidden):
    group = years(0.20, 0.20, 0.20, 0.09)
    known = group.known.copy()
    known[hidden] = False
    n, events = np.where(known, group.n, 0), np.where(known, group.events, 0)
    found = said(replace(group, known=known, n=n, events=events))
    assert found.reason is Reason.HIDDEN


def test_a_reference_that_is_hidden_leaves_the_group_to_be_judged():
    reference = years(0.10, 0.10, 0.10, 0.10)
    hidden = replace(reference, known=np.zeros(4, np.bool_))
    found = said(years(0.20, 0.20, 0.20, 0.09), hidden)
    assert found.verdict is Verdict.IMPROVING
    assert not found.gap_now.known


def test_without_other_groups_only_years_not_chosen_on_count():
    def alone(group):
        return judge(GOAL, Watched(group, years(*[0.1] * len(group.label), first=2020)))

    free = alone(years(0.2, 0.2, 0.2, 0.25, 0.25, 0.09, first=2020))
    assert free.before == ("2020-21", "2021-22", "2022-23")
    assert free.verdict is Verdict.IMPROVING
    # One year before was not chosen on: the worst of 60, so of 100 students half is too little.
    chosen = alone(years(0.4, 0.4, 0.4, 0.20, n=100, first=2022))
    assert chosen.before == ("2022-23", "2023-24", "2024-25")
    assert chosen.verdict is Verdict.CANNOT_TELL
    free = alone(years(0.4, 0.4, 0.4, 0.4, 0.4, 0.20, n=100, first=2020))
    assert free.verdict is Verdict.IMPROVING


def test_a_baseline_without_events_is_none():
    nobody = baseline_of(np.zeros((5, 3), np.int64), np.full((5, 3), 100), chosen=0)
    found = said(years(0.0, 0.0, 0.0, 0.0, n=100), baseline=nobody)
    assert found.verdict is Verdict.CANNOT_TELL


def test_three_months_are_the_fewest_and_reviews_look_no_further():
    at = [
        (2022 + i // 10 + (m < 7), m) for i, m in enumerate((9, 10, 11, 12, 1, 2, 3, 4, 5, 6) * 4)
    ]
    label, season = tuple(f"{y}-{m:02d}" for y, m in at), np.array([m for _, m in at])
    n = np.full(40, 20_000)
    events = np.where(np.arange(40) < 30, 200, 60)
    series = Series(label, n, events, season, n > 0, True)
    watched = Watched(series, replace(series, events=np.full(40, 100)))
    by_year = events[:30].reshape(1, 3, 10).sum(axis=2)
    steps = np.linspace(0.6, 1, 12)[::-1, None]
    baseline = baseline_of(
        np.rint(by_year * steps).astype(np.int64), np.full((12, 3), 200_000), chosen=0,
        is_count=True,
    )  # fmt: skip
    goal = replace(GOAL, target=0.005)
    early = judge(goal, watched, baseline=baseline, until="2025-10")
    assert early.reason is Reason.TOO_EARLY
    first = judge(goal, watched, baseline=baseline, until="2025-11")
    assert first.after == ("2025-09", "2025-10", "2025-11")
    assert judge(goal, watched, baseline=baseline).verdict is Verdict.IMPROVING
    late = replace(series, season=np.where(season == 9, 8, season))
    gone = replace(late, known=late.known & ~((season != 9) & (np.arange(40) < 30)))
    assert judge(goal, Watched(gone, series), baseline=baseline).reason in set(Reason)


def test_a_verdict_is_quick():
    group, reference, baseline = years(0.20, 0.20, 0.20, 0.09), years(*[0.1] * 4), base()
    started = time.process_time()
    for _ in range(50):
        judge(GOAL, Watched(group, reference), baseline=baseline)
    assert (time.process_time() - started) / 50 < 0.02
