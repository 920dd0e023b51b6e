"""What findings say of counts whose truth is plain: verdicts, and the words beneath them."""

import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from eachchild.cube import Block, Cube, Places, Rollups, Tally
from eachchild.findings.model import Finding
from eachchild.findings.phrases import phrases_of
from eachchild.findings.predicted import tell_predicted
from eachchild.findings.ranking import ranked
from eachchild.findings.tell import Known, tell
from eachchild.measures.measured import measure
from eachchild.plan import plan_from
from eachchild.terms.factors import FACTORS

VALUES = FACTORS["race"].all_values
YEARS = ("2021-22", "2022-23", "2023-24")


def told(n, events, *, races=("black", "white"), outcome="oss_any", squares=None, breaks=()):
    """Counts `[year, school, race]` audited and told: findings by group of the whole place."""
    n, events = (np.asarray(x, np.int64) for x in (n, events))
    period, place, race = (x.ravel() for x in np.indices(n.shape))
    value = np.array([VALUES.index(races[r]) for r in race])[:, None]
    more = None if squares is None else np.asarray(squares, np.int64).ravel()
    tally = Tally.exact(n.ravel(), events.ravel(), missing=np.zeros_like(period), squares=more)
    block = Block(("race",), place, period, value, n.ravel(), {outcome: tally})
    periods = YEARS[-len(n) :]
    ids = tuple(f"{k:03d}" for k in range(n.shape[1]))
    cube = Cube(Places("school", ids), periods, {"race": VALUES}, (block,))
    plan = plan_from(
        {
            "source": [{"path": "none", "table": "student_year"}],
            "identity": [{"factor": "race", "reference": "white"}],
            "outcome": [{"name": outcome}],
        },
        Path(),
    )
    measured = measure(plan, Rollups(cube), lambda what, share: None)
    places = {"school": tuple((i, f"School {i}") for i in ids), "district": ()}
    found = tell(plan, phrases_of(plan), measured, Known(periods, True, (), (), places, breaks))
    return {(f.group, f.place): f for f in found.findings if f.kind == "gap"}, found


def gap(name, group):
    """A gap of the whole place about which a test says the rest."""
    numbers = dict.fromkeys(("estimate", "low", "high", "n", "events"))
    words = {"outcome": "oss_any", "reference": "complement", "place": "all", "sentence": ""}
    return Finding(
        id=name,
        rank=0,
        kind="gap",
        verdict="gap",
        measure="risk_ratio",
        group=group,
        period="",
        students_to_parity=None,
        evidence=(),
        caveats=(),
        **numbers,
        **words,
    )


def black(*args, **kwargs):
    return told(*args, **kwargs)[0]["race=black", "all"]


def test_equal_rates_in_large_schools_are_no_gap():
    one = black(np.full((1, 8, 2), 20_000), np.full((1, 8, 2), 8_000))
    assert one.verdict == "no_gap"


def test_a_group_of_nobody_is_said_to_be_that():
    found, _ = told([[[100, 0, 100]] * 6], [[[10, 0, 10]] * 6], races=("black", "pacific", "white"))
    assert found["race=pacific", "all"].sentence == "No Pacific Islander students are counted here"


def test_a_gap_inside_schools_that_sorting_hides_is_not_no_gap():
    """Black students are enrolled eight points less often in every school; over all, equally."""
    n = np.array([[[30_000, 10_000], [10_000, 30_000]] * 4])
    rate = np.array([[0.42, 0.50], [0.26, 0.34]] * 4)
    events = np.rint(n * rate)
    over_all = events.sum(axis=(0, 1)) / n.sum(axis=(0, 1))
    assert over_all[0] == over_all[1]
    one = black(n, events, outcome="ap_enrolled")
    assert one.verdict != "no_gap"
    assert "Inside the same schools: difference -8.0 points" in " ".join(one.evidence)


def test_a_gap_the_other_way_inside_schools_is_said_as_such():
    n = np.array([[[3_000, 500], [500, 3_000]] * 4])
    events = np.rint(n * np.array([[0.48, 0.60], [0.10, 0.22]] * 4))
    one = black(n, events, outcome="ap_enrolled")
    assert one.estimate > 0
    assert any("points the other way" in c for c in one.caveats)


def test_years_pooled_say_no_gap_only_where_schools_can_vouch_for_it():
    """Students who stay are counted once a year, so pooled intervals alone are too narrow."""
    n, events = np.full((3, 2, 2), 950), np.full((3, 2, 2), 380)
    few = black(n, events)
    assert few.verdict == "cannot_tell"
    n, events = np.full((3, 8, 2), 230), np.full((3, 8, 2), 92)
    events[:, 0, 0] += 3
    many = black(n, events)
    assert (many.verdict, many.period) == ("no_gap", "all")


def test_years_pooled_are_told_as_student_years(monkeypatch):
    """40 of 240 against 24 of 240 in the latest year, which alone cannot tell."""
    weighed = {}
    monkeypatch.setattr(
        import_module("eachchild.findings.tell"),
        "ranked",
        lambda *parts, years: weighed.update(years) or ranked(*parts, years=years),
    )
    n, events = np.full((3, 8, 2), 30), np.tile([6, 3], (3, 8, 1))
    events[2, :, 0] = 5
    one = black(n, events)
    assert weighed == {one.id: 3}
    assert (one.verdict, one.period, one.n) == ("gap", "all", 720)
    said = " ".join(one.evidence)
    assert "Black students: 136 of 720 student-years (19 %)" in said
    assert "Over all student-years:" in said
    assert "in these years together, a student counted once a year" in said
    assert "720 students" not in said


def test_pooled_years_do_not_outweigh_a_single_year():
    one = replace(gap("a", "race=black"), students_to_parity=90, period="2023-24")
    three = replace(gap("b", "race=asian"), students_to_parity=120, period="all")
    first, _ = ranked((three, one), {}, frozenset(), years={"b": 3})
    assert first.id == "a"
    first, _ = ranked((three, one), {}, frozenset(), years={"b": 1})
    assert first.id == "b"


def test_of_two_groups_that_are_all_there_is_one_heads_the_report():
    """Students from low-income families beside the others, and the others beside them."""
    poor = replace(gap("a", "frl=yes"), students_to_parity=90)
    others = replace(gap("b", "frl=no"), students_to_parity=80)
    assert [f.headline for f in ranked((poor, others), {}, frozenset())] == [True, False]
    third = replace(gap("c", "frl=not_reported"), verdict="cannot_tell")
    told = ranked((poor, others, third), {}, frozenset())
    assert [f.headline for f in told] == [True, True, False]
    named = replace(others, reference="frl=yes")
    assert [f.headline for f in ranked((poor, named), {}, frozenset())] == [True, True]


def test_the_years_show_that_a_gap_turned_round():
    n = np.full((2, 8, 2), 500)
    events = np.array([[[200, 150]] * 8, [[100, 150]] * 8])
    one = black(n, events, outcome="ap_enrolled")
    (years,) = (e for e in one.evidence if e.startswith("By year"))
    assert years == "By year: 2022-23 10 points; 2023-24 -10 points"


def test_a_mean_is_no_gap_only_if_schools_drawn_anew_would_agree():
    n = np.full((1, 6, 2), 4_000)
    mean = np.array([[320, 250], [180, 250], [330, 250], [170, 250], [310, 250], [192, 250]])[None]
    total = n * mean
    one = black(n, total, outcome="gpa", squares=n * (mean**2 + 80**2))
    assert one.low > -0.2
    assert one.high < 0.2  # the interval for chance among students alone
    assert one.verdict == "cannot_tell"


def test_a_sure_difference_that_may_be_small_is_not_called_unknown():
    n = np.full((1, 10, 2), 2_000)
    events = np.tile([840, 790], (1, 10, 1))
    one = black(n, events, outcome="ap_enrolled")
    assert one.verdict == "cannot_tell"
    assert "There is a difference, but whether it is larger than 3.0 points" in one.sentence


SUMS = [60, 20, 20, 20]
FOUR = ("black", "white", "hispanic", "asian")


def test_of_sums_alone_schools_tell_their_own_ratio():
    """Twice as many days in every school; more where more Black students go."""
    rng = np.random.default_rng(1)
    n = np.array([[[200, 50, 50, 50], [40, 120, 120, 120]] * 20])
    days = (
        rng.poisson(n * np.array([[0.8, 0.4, 0.4, 0.4], [0.4, 0.2, 0.2, 0.2]] * 20)[None] * 10) * 10
    )
    one = black(n, days, races=FOUR, outcome="days_lost")
    assert one.verdict == "gap"
    assert one.estimate > 2.5  # over all schools
    (inside,) = [e for e in one.evidence if e.startswith("Inside the same schools: ")]
    assert inside.endswith("times as much")
    assert float(inside.split()[4]) == pytest.approx(2.0, abs=0.1)
    assert any(
        e.startswith("If schools like these had been drawn anew: a ratio") for e in one.evidence
    )
    assert any(e.startswith("The source gives only sums") for e in one.evidence)


def moving(first, last):
    n = np.full((2, 8, 2), 2_000)
    events = np.full((2, 8, 2), 400)
    events[0, :, 0], events[1, :, 0] = first, last
    (said,) = [
        e
        for e in black(n, events, outcome="ap_enrolled").evidence
        if "Inside the same schools the gap" in e
    ]
    return said


def test_a_gap_grows_shrinks_or_turns_round():
    assert "has grown by 10 points" in moving(500, 700)
    assert "has shrunk by 10 points" in moving(700, 500)
    assert "has grown by 10 points" in moving(300, 100)
    assert "has turned round since 2022-23: it has moved by 20 points" in moving(200, 600)


def test_an_interval_that_holds_nobody_says_so():
    """The gap lies between schools; over all students chance alone could have made it."""
    n = np.array([[[20, 100], [40, 80], [60, 60], [60, 60], [80, 40], [100, 20]]])
    rate = np.array([0.25, 0.30, 0.35, 0.35, 0.40, 0.45])
    events = np.rint(n * rate[None, :, None])
    one = black(n, events)
    assert (one.verdict, one.low < 0 < one.high) == ("gap", True)
    (parity,) = [e for e in one.evidence if e.startswith("At the rate of")]
    assert "(0 to " in parity


def test_no_change_is_told_over_a_break():
    n = np.full((3, 8, 2), 2_000)
    events = np.full((3, 8, 2), 400)
    events[:, :, 0] = np.array([500, 650, 800])[:, None]
    since = []
    for breaks in ((), (("", "2022-23"),), (("gpa", "2023-24"),), (("ap_enrolled", "2023-24"),)):
        one = black(n, events, outcome="ap_enrolled", breaks=breaks)
        since.append([e for e in one.evidence if "the gap has grown" in e])
    assert "since 2021-22" in since[0][0]
    assert "since 2022-23" in since[1][0]
    assert since[2] == since[0]
    assert since[3] == []


def test_a_place_that_stands_out_is_not_said_to_be_worse_than_the_rest():
    """It is told because it stands out: among places alike it would seem worse by chance."""
    n, events = np.full((1, 12, 2), 400), np.tile([120, 60], (1, 12, 1))
    events[0, 3] = (200, 60)
    found, _ = told(n, events)
    one = found["race=black", "school:003"]
    assert one.sentence.startswith("School 003: Black students")
    assert not any("more than" in e for e in one.evidence)


def predicted(n, events):
    _, found = told(n, events, races=FOUR)
    return found.predicted[-1]


def test_an_index_that_may_well_be_nothing_is_told_by_its_interval():
    rng = np.random.default_rng(5)
    n = np.full((1, 6, 4), 150)
    one = predicted(n, rng.binomial(n, 0.2))
    assert one.verdict == "cannot_tell"
    assert one.index is not None
    assert re.search(r"one of two students 5\d to 5\d times in 100; a coin gets 50", one.sentence)


def test_what_the_school_tells_is_claimed_only_after_all_outcomes_are_counted():
    """Groups go to schools of different rates, with no order that a line through schools sees."""
    n = np.array([[[300, 60, 60, 60], [60, 300, 60, 60], [60, 60, 300, 60], [60, 60, 60, 300]] * 2])
    rate = np.array([0.30, 0.10, 0.18, 0.22, 0.26, 0.13, 0.20, 0.16])
    events = np.rint(n * rate[None, :, None]).astype(np.int64)
    _, found = told(n, events, races=FOUR)
    one = found.predicted[-1].predicted
    assert one.total_p is not None
    assert one.total_p < 0.01
    phrases = phrases_of(
        plan_from(
            {
                "source": [{"path": "x", "table": "student_year"}],
                "identity": [{"factor": "race"}],
                "outcome": [{"name": "oss_any"}],
            },
            Path(),
        )
    )
    said = [tell_predicted(phrases, one, q=1.0, total_q=q) for q in (one.total_p, 0.2)]
    assert [s.through_school for s in said] == [True, False]
    assert said[0].sentence.startswith("Identity tells the school here")
    assert not said[1].sentence.startswith("Identity tells the school")
    assert not tell_predicted(phrases, one, q=0.01, total_q=one.total_p).through_school


def test_all_years_and_outcomes_share_one_adjustment():
    rng = np.random.default_rng(6)
    n = np.full((3, 6, 4), 150)
    _, found = told(n, rng.binomial(n, 0.2), races=FOUR)
    p = [x.predicted.total_p for x in found.predicted]
    assert len(p) == 3
    assert all(x is not None for x in p)


def crossed(extra):
    """Race and sex crossed in eight schools; `extra` is Black boys' chance beyond the sum."""
    races, sexes = ("black", "white"), ("female", "male")
    n = np.full((8, 2, 2), 500)
    rate = 0.10 + np.array([[0.05, 0.10], [0.0, 0.05]])
    rate[0, 1] += extra
    place, race, sex = (x.ravel() for x in np.indices(n.shape))
    values = {f: FACTORS[f].all_values for f in ("race", "sex")}
    value = np.column_stack(
        [
            [values["race"].index(races[r]) for r in race],
            [values["sex"].index(sexes[s]) for s in sex],
        ]
    )
    events = np.rint(n * rate).astype(np.int64).ravel()
    tally = Tally.exact(n.ravel(), events, missing=0 * place)
    block = Block(("race", "sex"), place, 0 * place, value, n.ravel(), {"oss_any": tally})
    ids = tuple(f"{k:03d}" for k in range(8))
    cube = Cube(Places("school", ids), YEARS[:1], values, (block,))
    plan = plan_from(
        {
            "source": [{"path": "none", "table": "student_year"}],
            "identity": [
                {"factor": "race", "reference": "white"},
                {"factor": "sex", "reference": "female"},
            ],
            "outcome": [{"name": "oss_any"}],
        },
        Path(),
    )
    measured = measure(plan, Rollups(cube), lambda what, share: None)
    known = Known(YEARS[:1], True, (), (), {"school": tuple((i, i) for i in ids)})
    found = tell(plan, phrases_of(plan), measured, known).findings
    return {f.group: f for f in found if f.kind == "gap" and f.place == "all"}


def test_a_crossing_worse_than_the_sum_of_its_parts_stands_by_itself():
    found = crossed(0.10)
    boys = found["race=black;sex=male"]
    assert boys.reference == "race=white;sex=female"
    assert (boys.verdict, boys.parent) == ("gap", None)
    assert any("10 points more than its groups' own differences" in e for e in boys.evidence)
    assert found["race=black;sex=female"].parent is not None
    assert found["race=white;sex=male"].parent is not None


def test_a_crossing_that_is_the_sum_of_its_parts_is_folded():
    boys = crossed(0.0)["race=black;sex=male"]
    assert boys.verdict == "gap"
    assert boys.parent is not None
    assert not any("own differences" in e for e in boys.evidence)
