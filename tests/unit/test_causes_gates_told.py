"""Gates and offers, from counts whose truth is plain to the sentence that is told of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.courses import OfCourses, reliability_of
from eachchild.causes.cut import score_cut
from eachchild.causes.gate import Scores, inside_scores
from eachchild.causes.offer import is_offered
from eachchild.cube import (
    Block,
    CourseBlock,
    CoursePlan,
    Cube,
    Places,
    Rollups,
    Tally,
    count_all,
    restore,
    store,
)
from eachchild.cube.plain_courses import count_again_plainly, count_courses_plainly
from eachchild.findings.causes import causes_of
from eachchild.findings.model import Finding
from eachchild.findings.phrases import phrases_of
from eachchild.measures.counts import counts
from eachchild.plan import load_plan, plan_from
from eachchild.sources.records.load import load_records
from eachchild.terms.factors import FACTORS
from eachchild.terms.outcomes import built_in
from eachchild.worlds import synthesize

VALUES = FACTORS["race"].all_values
BLACK, WHITE = VALUES.index("black"), VALUES.index("white")
YEAR, BINS = "2023-24", 10
STEADY = np.diag(np.full(BINS, 100))  # scores that do not change from year to year
PLAN = plan_from(
    {
        "source": [{"path": "none", "table": "student_year"}],
        "identity": [{"factor": "race", "reference": "white"}],
        "outcome": [{"name": "ap_enrolled"}],
    },
    Path(),
)
ASKED = Asked("ap_enrolled", "race=black", "white", YEAR)
GAP = Finding(
    id="gap", rank=0, kind="gap", verdict="gap", measure="risk_difference", outcome="ap_enrolled",
    group="race=black", reference="race=white", place="all", period=YEAR, estimate=-0.1, low=None,
    high=None, n=None, events=None, students_to_parity=None, sentence="",
)  # fmt: skip


def cube_of(n, enrolled, *, again=STEADY, unscored=0):
    """A district from counts `[black or white, school, bin]`; `unscored` more in every school."""
    n, enrolled = (np.asarray(x, np.int64) for x in (n, enrolled))
    n = np.concatenate([n, np.full((*n.shape[:2], 1), unscored)], axis=2)
    enrolled = np.concatenate([enrolled, np.zeros((*enrolled.shape[:2], 1), np.int64)], axis=2)
    side, school, at = (x.ravel() for x in np.indices(n.shape))
    race = np.where(side == 0, BLACK, WHITE)
    ids = tuple(f"{k:03d}" for k in range(n.shape[1]))
    courses = CourseBlock(
        "race", VALUES, "ap_enrolled", n.shape[2] - 1, ids, place=school,
        period=np.zeros_like(side), group=race, bin=np.where(at == n.shape[2] - 1, -1, at),
        students=n.ravel(), enrolled=enrolled.ravel(), again=again,
    )  # fmt: skip
    side, school = (x.ravel() for x in np.indices(n.shape[:2]))
    zeros = np.zeros_like(side)
    students = n.sum(axis=2).ravel()
    tally = Tally.exact(students, enrolled.sum(axis=2).ravel(), missing=zeros)
    value = np.where(side == 0, BLACK, WHITE)[:, None]
    block = Block(("race",), school, zeros, value, students, {"ap_enrolled": tally})
    return Cube(
        Places("school", ids, parents=("D",) * len(ids)),
        (YEAR,),
        {"race": VALUES},
        (block,),
        courses=(courses,),
    )


def told(cube):
    found = causes_of(PLAN, phrases_of(PLAN), [GAP], Origins(Rollups(cube)), {})
    return {f.cause: f for f in found.findings}


def rising(black=1.0):
    """Twelve schools: more are enrolled the higher the score; of Black students `black` of it."""
    n = np.full((2, 12, BINS), 40)
    each = np.linspace(0, 0.9, BINS)
    return n, np.stack([np.round(n[0] * each * black), np.round(n[1] * each)])


def test_as_ready_and_enrolled_half_as_often():
    gate = told(cube_of(*rising(0.5), unscored=3))["gate"]
    assert (gate.verdict, gate.at) == ("supported", "")
    assert gate.share_of_gap == pytest.approx(1)
    assert gate.estimate == pytest.approx(-0.225, abs=0.01)
    text = " ".join((gate.sentence, *gate.evidence, *gate.caveats))
    assert "36 Black students and 36 White students have no score" in text
    assert "due to" not in text
    assert [rule.name for rule in gate.rules] == [
        "today",
        *["cut"] * 4,
        *["automatic"] * 4,
        "local",
    ]
    today, local = gate.rules[0], gate.rules[-1]
    assert today.gap == pytest.approx(100 * gate.estimate)
    assert local.gap == pytest.approx(0)  # their scores are alike
    # A White student of the upper five bins is enrolled with 0.5 or more.
    assert "more than 50 %" in text
    missed = 12 * sum(40 - round(40 * p * 0.5) for p in np.linspace(0, 0.9, BINS)[5:])
    assert f"{missed:,} of 2,400 Black students" in text


def test_a_gap_in_scores_alone_is_no_gate():
    n, enrolled = rising()
    n[0, :, 6:] //= 4
    enrolled[0, :, 6:] //= 4
    gate = told(cube_of(n, enrolled))["gate"]
    assert gate.verdict == "refuted"
    assert gate.share_of_gap == pytest.approx(0, abs=0.05)


def test_scores_full_of_error_leave_it_open():
    n, enrolled = rising(0.8)
    n[0, :, 6:] //= 2
    enrolled[0, :, 6:] //= 2
    steady = told(cube_of(n, enrolled))["gate"]
    loose = STEADY + np.full((BINS, BINS), 40)
    shaky = told(cube_of(n, enrolled, again=loose))["gate"]
    assert (steady.verdict, shaky.verdict) == ("supported", "doubtful")
    assert steady.share_of_gap == shaky.share_of_gap
    untold = told(cube_of(n, enrolled, again=np.zeros((BINS, BINS), np.int64)))["gate"]
    assert "No scores of two years" in " ".join(untold.evidence)


def test_one_score_that_alone_decides():
    n = np.full((2, 12, BINS), 40)
    n[0, :, 6:] //= 4
    gate = told(cube_of(n, np.where(np.arange(BINS) >= 6, n // 2, 0)))["gate"]
    assert (gate.verdict, gate.at) == ("supported", "rule=cut")
    assert gate.share_of_gap == pytest.approx(1)
    assert "cannot be told from scores" in " ".join(gate.caveats)


def test_schools_that_offer_nothing_are_no_gate():
    n = np.full((2, 12, BINS), 40)
    n[0, 6:] //= 4
    each = np.linspace(0, 0.9, BINS)
    enrolled = np.round(n * each).astype(int)
    enrolled[:, :6] = 0
    found = told(cube_of(n, enrolled))
    assert found["not_offered"].verdict == "supported"
    assert found["not_offered"].share_of_gap == pytest.approx(1)
    assert found["gate"].verdict != "supported"
    assert found["gate"].share_of_gap == pytest.approx(0, abs=0.02)
    assert "no table says what schools offer" in found["not_offered"].caveats[0]
    assert found["not_offered"].steps[0].label == "At a school that offers it"


@pytest.mark.parametrize(("low", "high", "is_told"), [(-0.2, -0.1, True), (-0.2, 0.1, False)])
def test_what_few_schools_offer_is_told_where_the_gap_cannot_be(low, high, is_told):
    n = np.full((2, 12, BINS), 40)
    n[0, 6:] //= 4
    enrolled = np.round(n * np.linspace(0, 0.9, BINS)).astype(int)
    enrolled[:, :6] = 0
    unsure = replace(GAP, verdict="cannot_tell", low=low, high=high)
    origins = Origins(Rollups(cube_of(n, enrolled)))
    found = causes_of(PLAN, phrases_of(PLAN), [unsure], origins, {}).findings
    assert [f.cause for f in found] == ["not_offered"] * is_told
    assert all("These are few schools" in f.caveats[1] for f in found)
    alike = Origins(Rollups(cube_of(*rising(0.5))))
    assert causes_of(PLAN, phrases_of(PLAN), [unsure], alike, {}).findings == ()


def test_a_chain_or_published_counts_say_themselves_what_is_offered():
    n, enrolled = rising()
    enrolled[:, :6] = 0
    enrolled[0] //= 2
    cube = cube_of(n, enrolled)
    counted = replace(PLAN, sources=(replace(PLAN.sources[0], shape="counts"),))
    found = causes_of(counted, phrases_of(PLAN), [GAP], Origins(Rollups(cube)), {}).findings
    assert "not_offered" not in {f.cause for f in found}


def test_who_is_enrolled_more_has_no_gate_told():
    assert "gate" not in told(cube_of(*rising(1.1)))


def test_nothing_is_told_of_what_is_not_counted():
    cube = cube_of(*rising(0.5))
    gate = Origins(Rollups(cube)).gate
    assert gate(replace(ASKED, reference="overall")) is None
    assert OfCourses(cube).gate("honors_enrolled", "race=black", "race=white", (YEAR,)) is None
    assert OfCourses(cube).gate("ap_enrolled", "race=black;sex=male", "", (YEAR,)) is None
    assert OfCourses(cube).gate("ap_enrolled", "race=asian", "race=white", (YEAR,)) is None
    everybody = OfCourses(cube).gate("ap_enrolled", "race=black", "complement", (YEAR,))
    named = OfCourses(cube).gate("ap_enrolled", "race=black", "race=white", (YEAR,))
    assert everybody is not None
    assert named is not None
    assert everybody.share == named.share


def test_a_small_school_may_have_nobody_by_chance():
    assert is_offered(counts([0, 0, 50], [29, 30, 100])).tolist() == [True, False, True]
    assert is_offered(counts([0, 5], [40, 100])).tolist() == [True, True]  # two expected of 40
    assert is_offered(counts([0, 0], [400, 400])).tolist() == [True, True]  # no rate to go by


def test_a_grid_in_which_nobody_can_be_compared_tells_nothing():
    n = np.zeros((2, 12, BINS), int)
    n[0, :, :5], n[1, :, 5:] = 40, 40  # no score that both groups have
    enrolled = np.where(np.arange(BINS) >= 5, n // 2, n // 4)
    assert "gate" not in told(cube_of(n, enrolled))


def test_where_nobody_is_ready_by_half_no_missed_are_told():
    n, enrolled = rising(0.5)
    gate = told(cube_of(n, enrolled // 3))["gate"]
    assert gate.verdict == "supported"
    assert "were not enrolled:" not in " ".join(gate.evidence)


def test_only_a_rate_is_counted_plainly():
    mean = CoursePlan(FACTORS["race"], built_in()["gpa"])
    with pytest.raises(ValueError, match="a mean was asked for"):
        count_courses_plainly(mean, ())


def test_a_month_follows_no_year():
    row = {"student_id": "1", "school_id": "A", "race": "black", "ap_enrolled": "yes", "score": 1.0}
    rows = [{**row, "period": period} for period in ("2021-10", "2021-22", "2022-23", "all")]
    plan = CoursePlan(FACTORS["race"], built_in()["ap_enrolled"], bins=2)
    assert set(count_courses_plainly(plan, rows)) == {
        (row["period"], "A", "black", 0) for row in rows
    }
    assert count_again_plainly(2, rows) == {(0, 0): 1}


def test_a_slope_is_no_cut():
    n = np.full((2, 1, 20), 50)
    slope = np.round(n * np.linspace(0, 0.9, 20) ** 3)
    assert score_cut(Scores(np.arange(20.0), n, slope.astype(int)), 0, 1, gap=-0.1) is None
    step = np.where(np.arange(20) >= 8, 40, 0) * np.ones_like(n)
    assert score_cut(Scores(np.arange(20.0), n, step), 0, 1, gap=0.0) is None


def test_reliability_is_the_correlation_of_bins():
    rng = np.random.default_rng(3)
    pairs = rng.integers(0, 6, (2, 4_000))
    pairs[1, :2_000] = pairs[0, :2_000]
    again = np.zeros((6, 6), np.int64)
    np.add.at(again, tuple(pairs), 1)
    assert reliability_of(again) == pytest.approx(np.corrcoef(pairs)[0, 1])
    assert np.isnan(reliability_of(np.zeros((6, 6), np.int64)))


@pytest.mark.parametrize("error", [0.0, 0.6])
def test_readiness_measured_with_error(error):
    """What error leaves in a gap of true readiness alone, its correction takes out."""
    rng, n, bins = np.random.default_rng(11), 200_000, 20
    group = rng.random(n) < 0.3
    ready = rng.normal(size=n) - group
    enrolled = rng.random(n) < 1 / (1 + np.exp(1 - 1.5 * ready))
    first, second = (
        ((ready + error * rng.normal(size=n)).argsort().argsort() * bins) // n for _ in range(2)
    )
    students, those = np.zeros((2, 2, 1, bins), np.int64)
    at = (np.where(group, 0, 1), 0, first)
    np.add.at(students, at, 1)
    np.add.at(those, at, enrolled)
    same = inside_scores(Scores(np.arange(bins, dtype=float), students, those), 0, 1)
    share = same.pooled.difference[0] / same.crude.difference[0]
    again = np.zeros((bins, bins), np.int64)
    np.add.at(again, (first, second), 1)
    left = 1 - (1 - share) / reliability_of(again)
    assert abs(left) < 0.07
    assert (share > 0.15) == (error > 0)


def test_a_whole_district_is_counted_stored_and_read_back(tmp_path):
    synthesize(tmp_path / "made", seed=5, students=900, schools=4, years=2)
    plan = load_plan(tmp_path / "made")
    vault = tmp_path / "vault"
    cube = count_all(plan, load_records(plan, vault).tables, (), folder=vault)
    rates = [o for o in plan.outcomes if o.is_course]
    assert len(cube.courses) == len(plan.factors) * len(rates) > 0
    for block in cube.courses:
        assert block.again.sum() > 0
        assert (block.bin >= 0).any()
        assert (block.enrolled <= block.students).all()
    store(cube, plan, tmp_path / "cube", inputs={})
    again = restore(tmp_path / "cube").courses
    for one, two in zip(cube.courses, again, strict=True):
        for name in CourseBlock.__dataclass_fields__:
            assert np.array_equal(getattr(one, name), getattr(two, name))
