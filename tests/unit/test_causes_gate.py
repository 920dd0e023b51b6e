"""Gates: gaps at the same score, students ready and missed, rules of entry child by child."""

import numpy as np
import pytest

from eachchild.causes.gate import Scores, inside_scores, ready_but_missed, simulate
from eachchild.measures.comparisons import risk_difference
from eachchild.measures.counts import counts
from eachchild.measures.stratified import one_cell, pooled_risk_difference

GRID = np.array([10.0, 20.0, 30.0, 40.0])
SHARES = [[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]]  # of each group at each score


def drawn(seed: int, *, groups: int = 3, schools: int = 4, slope: float = 0.2) -> Scores:
    chance = np.random.default_rng(seed)
    n = chance.poisson(12, (groups, schools, len(GRID)))
    rate = np.clip(slope * np.arange(len(GRID)), 0, 1)
    return Scores(GRID, n, chance.binomial(n, rate))


def test_same_scores_are_the_pooled_measures_over_bins() -> None:
    grid = drawn(1)
    found = inside_scores(grid, 0, 2)
    sides = [counts(grid.enrolled[g].sum(axis=0), grid.students[g].sum(axis=0)) for g in (0, 2)]
    pooled = pooled_risk_difference(*sides, one_cell(4))
    assert found.pooled == pooled
    assert found.at_score.difference == pytest.approx(sides[0].rate - sides[1].rate)
    by_hand = sum(
        n * (a / n - c / m)
        for a, n, c, m in zip(
            sides[0].events.tolist(), sides[0].n.tolist(), sides[1].events.tolist(),
            sides[1].n.tolist(), strict=True,
        )
    ) / int(sides[0].n.sum())  # fmt: skip
    assert found.standardized.difference[0] == pytest.approx(by_hand)
    assert found.compared[0] == 1
    in_schools = inside_scores(grid, 0, 2, same_school=True)
    rows = (grid.counts(0), grid.counts(2), one_cell(16))
    assert in_schools.pooled == pooled_risk_difference(*rows)


def test_one_bin_is_the_plain_difference_with_newcombes_interval() -> None:
    n = np.array([[[40]], [[90]]])
    found = inside_scores(Scores(np.array([1.0]), n, np.array([[[9]], [[40]]])), 0, 1)
    plain = risk_difference(counts(9, 40), counts(40, 90))
    for name in ("difference", "low", "high"):
        assert getattr(found.standardized, name) == pytest.approx(getattr(plain, name))


def test_bins_of_one_group_alone_are_left_out_and_told() -> None:
    n = np.array([[[30, 10]], [[20, 0]]])
    found = inside_scores(Scores(np.array([1.0, 2.0]), n, n // 2), 0, 1)
    assert found.compared[0] == 0.75
    assert not found.at_score.known[1]
    apart = np.array([[[30, 0]], [[0, 20]]])
    found = inside_scores(Scores(np.array([1.0, 2.0]), apart, apart // 2), 0, 1)
    assert not found.standardized.known[0]
    assert found.standardized.high[0] == 0


def test_at_the_same_scores_null_districts_are_quiet_and_intervals_cover() -> None:
    """Scores differ between the groups and the rule does not: 5 % of tests may reject."""
    chance = np.random.default_rng(11)
    rates, times = np.array([0.05, 0.2, 0.5, 0.9]), 400
    wrong = covered = crude = 0
    for _ in range(times):
        n = np.stack([chance.multinomial(150, p) for p in SHARES])
        grid = Scores(GRID, n[:, None], chance.binomial(n, rates)[:, None])
        found = inside_scores(grid, 0, 1)
        wrong += found.test.p[0] < 0.05
        covered += found.standardized.low[0] <= 0 <= found.standardized.high[0]
        crude += found.crude.high[0] < 0
    assert wrong / times < 0.08
    assert 0.93 <= covered / times <= 0.995
    assert crude / times > 0.9  # the plain gap is there, and goes with the scores


def test_the_ready_are_those_at_the_references_own_score() -> None:
    n = np.array([[[50, 50, 20, 10]], [[10, 20, 2, 50]]])
    enrolled = np.array([[[0, 5, 8, 4]], [[0, 12, 0, 45]]])
    recommended = np.array([[[1, 10, 6, 2]], [[0, 0, 0, 1]]])
    grid = Scores(GRID, n, enrolled, recommended)
    found = ready_but_missed(grid, 1)
    # 12 of 20 and 0 of 2 make 12 of 22, above a half: two students decide nothing.
    assert found.cut == 20
    assert found.ready.tolist() == [80, 72]
    assert found.missed.tolist() == [63, 15]
    assert found.recommended.tolist() == [18, 1]
    assert found.gap.difference[0] == pytest.approx(63 / 80 - 15 / 72)
    assert found.gap.difference[1] == 0
    assert ready_but_missed(grid, 1, share=0.9).cut == 40


def test_where_the_reference_is_nowhere_let_in_nobody_is_called_ready() -> None:
    n = np.array([[[5, 5, 5, 5]], [[0, 0, 0, 0]]])
    found = ready_but_missed(Scores(GRID, n, 0 * n), 1)
    assert not found.known
    assert np.isnan(found.cut)
    assert found.ready.tolist() == [0, 0]
    with pytest.raises(ValueError, match="a share lies above 0"):
        ready_but_missed(Scores(GRID, n, 0 * n), 0, share=0)


@pytest.mark.parametrize("seed", range(4))
def test_every_rule_child_by_child(seed: int) -> None:
    grid = drawn(seed)
    found = simulate(grid, 2, cuts=[20.0, 40.0], opt_out=0.25, tops=[0.3], unit_cost=7.0)
    assert found.rule.tolist() == ["today", "cut", "cut", "automatic", "automatic", "local"]
    children = [
        (g, s, GRID[b], k < grid.enrolled[g, s, b])
        for g in range(3) for s in range(4) for b in range(4)
        for k in range(grid.students[g, s, b])
    ]  # fmt: skip
    for row, (rule, at) in enumerate(zip(found.rule, found.at, strict=True)):
        chance = [_let_in(child, rule, at, children) for child in children]
        mine = [
            sum(c for c, x in zip(chance, children, strict=True) if x[0] == g) for g in range(3)
        ]
        size = [sum(x[0] == g for x in children) for g in range(3)]
        rates = np.array(mine) / size
        assert found.rate[row] == pytest.approx(rates)
        assert found.gap[row] == pytest.approx(100 * (rates - rates[2]))
        assert found.seats[row] == pytest.approx(sum(chance))
        assert found.cost[row] == pytest.approx(7 * sum(chance))
    assert found.added == pytest.approx(found.seats - grid.enrolled.sum())
    assert found.lost[0] == found.lost[3] == 0
    assert found.lost[1] == grid.enrolled[:, :, 0].sum()
    top = 0.3 * grid.students.sum()
    assert found.seats[-1] == pytest.approx(top)


def _let_in(child, rule, at, children) -> float:
    _, school, score, now = child
    if rule == "today":
        return float(now)
    if rule == "cut":
        return float(score >= at)
    if rule == "automatic":
        return 1.0 if now else 0.75 * (score >= at)
    there = [x[2] for x in children if x[1] == school]
    seats = at * len(there) - sum(x > score for x in there)
    return min(max(seats / sum(x == score for x in there), 0.0), 1.0)


def test_screening_holds_the_standard_that_tested_students_met() -> None:
    n = np.array([[[10, 0, 10, 10]], [[10, 0, 30, 40]]])
    enrolled = np.array([[[0, 0, 2, 10]], [[0, 0, 10, 35]]])
    untested = np.array([[[30, 20, 20, 10]], [[10, 4, 0, 0]]])
    found = simulate(Scores(GRID, n, enrolled, untested=untested), 1)
    assert found.rule.tolist() == ["today", "screening"]
    standard = [0, 0.15, 0.3, 0.9]  # 12 of 40, 45 of 50, and between 0 and 0.3 half the way
    more = [sum(s * u for s, u in zip(standard, row[0], strict=True)) for row in untested.tolist()]
    assert found.rate[0] == pytest.approx([12 / 110, 45 / 94])
    assert found.rate[1] == pytest.approx([(12 + more[0]) / 110, (45 + more[1]) / 94])
    assert not found.has_cost
    with pytest.raises(ValueError, match="nobody has a score"):
        simulate(Scores(GRID, 0 * n, 0 * n, untested=untested), 1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"students": np.zeros((2, 4), np.int64)}, "groups by schools by scores"),
        ({"scores": np.array([1.0, 3.0, 2.0, 4.0])}, "rise from each bin"),
        ({"enrolled": np.zeros((1, 1, 4), np.int64)}, "'enrolled' is not counted on the same grid"),
        ({"enrolled": np.full((2, 1, 4), 9)}, "more students are enrolled"),
        ({"recommended": np.full((2, 1, 4), 4)}, "more are recommended"),
    ],
)
def test_counts_that_are_not_of_one_grid_are_refused(changed, message) -> None:
    n = np.full((2, 1, 4), 5)
    with pytest.raises(ValueError, match=message):
        Scores(**({"scores": GRID, "students": n, "enrolled": n // 2} | changed))


def test_settings_off_the_grid_are_refused() -> None:
    with pytest.raises(ValueError, match="a cut at 25 parts a bin"):
        simulate(drawn(0), 2, cuts=[25.0])
    with pytest.raises(ValueError, match="lies from 0 to 1"):
        simulate(drawn(0), 2, tops=[30.0])
