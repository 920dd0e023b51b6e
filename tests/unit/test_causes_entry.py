"""Rules of entry from sums that may be hidden: worked out by hand, and what is said of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eachchild.causes.above import Above, EntryCounts, Tried, tried
from eachchild.findings import Finding, Told, phrases_of, with_entry
from eachchild.plan import plan_from

PLAN = plan_from(
    {
        "source": [{"path": "none", "table": "student_year"}],
        "identity": [{"factor": "race", "reference": "white"}],
        "outcome": [{"name": "ap_enrolled"}],
    },
    Path(),
)
PHRASES = phrases_of(PLAN)
YEAR, CUTS = "2023-24", (50, 80)
GAP = Finding(
    id="gap", rank=1, kind="gap", verdict="gap", measure="risk_difference", outcome="ap_enrolled",
    group="race=black", reference="race=white", place="all", period=YEAR, estimate=-0.1, low=None,
    high=None, n=None, events=None, students_to_parity=None, sentence="",
)  # fmt: skip
QUIET = replace(GAP, id="quiet", rank=2, verdict="refuted", kind="cause")


def above(students: list[int], enrolled: list[int], *hidden: tuple[int, int]) -> Above:
    counts = np.array([students, enrolled])
    told = np.full(counts.shape, True)
    for at in hidden:
        counts[at], told[at] = 0, False
    return Above(counts, told)


BLACK = above([100, 40, 10], [12, 10, 5])
WHITE = above([200, 120, 60], [60, 55, 40])
ALL = above([320, 170, 75], [75, 66, 46])  # 20 of other groups
NATIVE = above([20, 10, 5], [3, 1, 1], (1, 0), (1, 1), (0, 2), (1, 2))


def entry(**groups: Above) -> EntryCounts:
    return EntryCounts("ap_enrolled", YEAR, True, CUTS, {"": ALL, **groups}, "race")


def told(entries: list[EntryCounts], *gaps: Finding) -> Told:
    return with_entry(Told(gaps, (), {}, ("first",)), PHRASES, entries)


def test_a_cut_and_all_above_it_are_worked_out_by_hand() -> None:
    found = entry(black=BLACK, white=WHITE).tried("race=black", "race=white")
    assert found is not None
    assert found.rule.tolist() == ["today", "cut", "cut", "automatic", "automatic"]
    assert found.seats.tolist() == [75, 170, 75, 75 - 66 + 170, 75 - 46 + 75]
    assert found.added.tolist() == [0, 95, 0, 104, 29]
    assert found.lost.tolist() == [0, 75 - 66, 75 - 46, 0, 0]
    assert found.group.tolist() == pytest.approx([0.12, 0.40, 0.10, 0.42, 0.17])
    assert found.others.tolist() == pytest.approx([0.30, 0.60, 0.30, 0.625, 0.40])
    assert found.gap.tolist() == pytest.approx([-18, -20, -20, -20.5, -23])
    assert found.told.all()


def test_everybody_else_is_all_but_the_group() -> None:
    found = entry(black=BLACK).tried("race=black", "complement")
    assert found is not None
    assert found.others[:2].tolist() == pytest.approx([(75 - 12) / 220, (170 - 40) / 220])
    overall = entry(black=BLACK).tried("race=black", "overall")
    assert overall is not None
    assert overall.others[0] == pytest.approx(75 / 320)


@pytest.mark.parametrize(
    ("hidden", "known"),
    [
        ((1, 2), [True, True, False, True, False]),
        ((0, 1), [True, False, True, False, True]),
        ((1, 0), [False] * 5),
        ((0, 0), [False] * 5),
    ],
)
def test_a_rule_is_told_where_all_it_needs_is(hidden: tuple[int, int], known: list[bool]) -> None:
    some = above([100, 40, 10], [12, 10, 5], hidden)
    for sides in ((some, WHITE, ALL), (WHITE, some, ALL), (BLACK, WHITE, some)):
        assert tried(np.array(CUTS, np.float64), *sides).told.tolist() == known
    assert entry(black=some).tried("race=black", "complement").told.tolist() == known


def test_groups_that_are_not_counted_by_score_have_no_rules() -> None:
    counted = entry(black=BLACK, white=WHITE)
    for pair in (("sex=male", "sex=female"), ("race=black;sex=male", "race=white;sex=male"),
                 ("race=asian", "complement"), ("race=black", "race=asian")):  # fmt: skip
        assert counted.tried(*pair) is None


def test_rules_are_told_under_their_gap_and_never_as_its_cause() -> None:
    said = told([entry(black=BLACK, white=WHITE)], GAP, QUIET)
    _, cause, last = said.findings
    assert (cause.kind, cause.cause, cause.verdict, cause.of) == (
        "cause",
        "gate",
        "doubtful",
        "gap",
    )
    assert (cause.rank, last.rank, last.id) == (2, 3, "quiet")
    assert cause.share_of_gap is None
    assert [rule.name for rule in cause.rules] == ["today", "cut", "cut", "automatic", "automatic"]
    assert "12 of 100 Black students with a score" in cause.sentence
    assert "30 of 100 White students, 18.0 points apart" in cause.sentence
    assert [(rule.seats, rule.added, rule.lost) for rule in cause.rules[1:2]] == [(170, 95, 9)]
    assert not any("hidden" in line for line in cause.evidence)
    assert any("best of each" in line for line in cause.caveats)
    assert said.limits == ("first",)


def test_hidden_rules_are_left_out_and_said_to_be() -> None:
    some = above([100, 40, 10], [12, 10, 5], (1, 2))
    said = told([entry(black=some, white=WHITE)], GAP)
    (cause,) = (one for one in said.findings if one.kind == "cause")
    assert [(rule.name, rule.at) for rule in cause.rules] == [
        ("today", 0.0), ("cut", 50.0), ("automatic", 50.0),
    ]  # fmt: skip
    assert "3 of 5 rules are told; counts that the others need are hidden" in cause.evidence


def test_a_group_of_whom_nothing_can_be_told_is_named() -> None:
    gaps = (GAP, replace(GAP, id="n", group="race=native"))
    said = told([entry(black=BLACK, white=WHITE, native=NATIVE)], *gaps)
    assert sum(one.kind == "cause" for one in said.findings) == 1
    *_, last = said.limits
    assert last.startswith("What other rules of entry would do is not told for American Indian")


def test_nothing_is_told_of_a_group_that_is_enrolled_as_often_or_without_a_gap() -> None:
    counted = [entry(black=WHITE, white=BLACK)]
    assert told(counted, GAP).findings == (GAP,)
    counted = [entry(black=BLACK, white=WHITE)]
    for gap in (
        replace(GAP, verdict="cannot_tell"), replace(GAP, outcome="oss_any"),
        replace(GAP, place="school:1"),
    ):  # fmt: skip
        assert told(counted, gap).findings == (gap,)


def test_a_gap_of_several_years_says_that_rules_are_of_one() -> None:
    said = told(
        [replace(entry(black=BLACK, white=WHITE), offered=False)], replace(GAP, period="all")
    )
    cause = said.findings[-1]
    assert cause.period == YEAR
    assert any("at all schools" in line for line in cause.evidence)
    assert cause.caveats[0] != told([entry(black=BLACK, white=WHITE)], GAP).findings[-1].caveats[0]


def test_a_rule_without_students_is_not_told() -> None:
    nobody = above([0, 0, 0], [0, 0, 0])
    found: Tried = tried(np.array(CUTS, np.float64), nobody, WHITE, ALL)
    assert not found.told.any()
