"""Ordered answers: every pair compared, every deal listed, and the law when there are many."""

from itertools import combinations, product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu, rankdata

from eachchild.causes.ladder import Ladder, severer
from eachchild.measures.counts import Counts
from eachchild.measures.stratified import Fold, one_cell, within_schools_test


def drawn(seed: int, strata: int, mine: int = 3, theirs: int = 4, rungs: int = 4) -> Ladder:
    chance = np.random.default_rng(seed)
    return Ladder(
        *(
            chance.multinomial(
                chance.integers(0, most + 1, strata), chance.dirichlet(np.ones(rungs))
            )
            for most in (mine, theirs)
        )
    )


def answers(row: NDArray[np.int64]) -> list[int]:
    return [rung for rung, number in enumerate(row) for _ in range(number)]


def listed(ladder: Ladder) -> tuple[float, float]:
    """Superiority by comparing every pair, and p by listing every deal of every stratum."""
    weights = chances = 0.0
    dealt, seen = [], 0.0
    for mine, theirs in zip(ladder.group, ladder.others, strict=True):
        x, y = answers(mine), answers(theirs)
        both = x + y
        if not x or not y or len(set(both)) == 1:
            continue
        pairs = sum((a > b) + (a == b) / 2 for a in x for b in y)
        weight = len(x) * len(y) / (len(both) + 1)
        weights, chances = weights + weight, chances + weight * pairs / (len(x) * len(y))
        ranks = rankdata(both) - (len(both) + 1) / 2
        seen += ranks[: len(x)].sum() / (len(both) + 1)
        dealt.append(
            [ranks[list(some)].sum() / (len(both) + 1)
             for some in combinations(range(len(both)), len(x))]
        )  # fmt: skip
    sums = np.array([sum(one) for one in product(*dealt)])
    return chances / weights, float((np.abs(sums) >= abs(seen) - 1e-9).mean())


@pytest.mark.parametrize("seed", range(12))
def test_pairs_and_deals_listed_one_by_one(seed: int) -> None:
    ladder = drawn(seed, strata=3)
    found = severer(ladder, one_cell(3))
    if not found.known[0]:
        return
    superiority, p = listed(ladder)
    assert found.superiority[0] == pytest.approx(superiority, abs=1e-12)
    assert found.exact[0]
    assert found.p[0] == pytest.approx(p, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_one_stratum_is_wilcoxons_test_with_ties(seed: int) -> None:
    ladder = drawn(seed, 1, mine=40, theirs=60)
    x, y = answers(ladder.group[0]), answers(ladder.others[0])
    wanted = mannwhitneyu(x, y, method="asymptotic", use_continuity=False)
    found = severer(ladder, one_cell(1))
    assert found.test.p[0] == pytest.approx(wanted.pvalue, rel=1e-10)
    assert found.superiority[0] == pytest.approx(wanted.statistic / len(x) / len(y), rel=1e-12)


def test_van_elterens_statistic_from_ranks_of_each_referral() -> None:
    ladder = drawn(9, 30, mine=6, theirs=9)
    above = below = 0.0
    for mine, theirs in zip(ladder.group, ladder.others, strict=True):
        x, y = answers(mine), answers(theirs)
        if x and y:
            ranks, N = rankdata(x + y), len(x + y)
            spread = ranks.var() * N / (N - 1)  # of one draw without replacement
            above += (ranks[: len(x)].sum() - len(x) * (N + 1) / 2) / (N + 1)
            below += len(x) * len(y) / N * spread / (N + 1) ** 2
    found = severer(ladder, one_cell(30))
    assert found.test.statistic[0] == pytest.approx(above / np.sqrt(below), rel=1e-12)
    assert not found.exact[0]
    assert found.p[0] == found.test.p[0]


def test_two_rungs_in_one_stratum_are_cochran_mantel_and_haenszels_test() -> None:
    ladder = Ladder(np.array([[30, 25]]), np.array([[60, 20]]))
    group, others = ladder.at_least(1)
    assert (group.events[0], group.n[0], others.events[0]) == (25, 55, 20)
    plain = within_schools_test(group, others, one_cell(1))
    assert severer(ladder, one_cell(1)).test.p[0] == pytest.approx(plain.p[0], rel=1e-12)


def test_comparisons_of_a_fold_are_apart_and_nobody_says_nothing() -> None:
    ladder = drawn(5, 8)
    both = Ladder(np.vstack([ladder.group, [[0, 0, 0, 0]]]),
                  np.vstack([ladder.others, [[1, 0, 2, 0]]]))  # fmt: skip
    fold = Fold(np.array([0, 1, 0, 1, 0, 1, 0, 1, 2]), 3)
    found = severer(both, fold)
    for cell in (0, 1):
        rows = fold.cell == cell
        alone = severer(Ladder(both.group[rows], both.others[rows]), one_cell(4))
        for name in ("superiority", "low", "high", "p"):
            assert getattr(found, name)[cell] == pytest.approx(getattr(alone, name)[0], abs=1e-9)
    assert not found.known[2]
    assert (found.superiority[2], found.p[2], found.skipped[2]) == (0.5, 1, 1)


def test_where_all_of_one_group_are_answered_more_severely_the_interval_is_open() -> None:
    found = severer(Ladder(np.array([[0, 0, 5]]), np.array([[4, 1, 0]])), one_cell(1))
    assert (found.superiority[0], found.low[0], found.high[0]) == (1, 0, 1)
    assert found.p[0] == pytest.approx(2 / 252)


def test_too_many_sums_to_list_are_left_to_the_normal_law() -> None:
    sizes = np.arange(4, 11)  # seven strata, each with a denominator of its own
    quarter, one = sizes // 4, np.ones(7, np.int64)
    ladder = Ladder(np.column_stack([quarter, quarter, one]),
                    np.column_stack([sizes - 2 * quarter - 2, one, 0 * one]))  # fmt: skip
    found = severer(ladder, one_cell(7))
    assert sizes.sum() < 60
    assert not found.exact[0]
    assert found.p[0] == found.test.p[0]


def test_the_interval_holds_the_truth_and_the_level_holds() -> None:
    chance = np.random.default_rng(8)
    base, worse = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.25, 0.25, 0.3, 0.2])
    truth = float(worse @ (np.cumsum(base) - base / 2))
    held = alarms = power = 0
    for _ in range(300):
        n1, n0 = chance.poisson(2, 40), chance.poisson(5, 40)
        others = chance.multinomial(n0, base)
        same = severer(Ladder(chance.multinomial(n1, base), others), one_cell(40))
        more = severer(Ladder(chance.multinomial(n1, worse), others), one_cell(40))
        held += more.low[0] <= truth <= more.high[0]
        alarms, power = alarms + (same.p[0] <= 0.05), power + (more.p[0] <= 0.05)
    assert held / 300 >= 0.92
    assert alarms / 300 <= 0.08
    assert power / 300 >= 0.75


@pytest.mark.parametrize(
    ("group", "others", "message"),
    [([[1, 2]], [[1, 2, 3]], "one row a stratum"), ([[1, -2]], [[1, 2]], "below 0")],
)
def test_what_cannot_be_is_named(
    group: list[list[int]], others: list[list[int]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        severer(Ladder(np.array(group), np.array(others)), one_cell(1))


def test_counts_at_each_rung_add_up() -> None:
    ladder = drawn(11, 5)
    group, _ = ladder.at_least(2)
    assert isinstance(group, Counts)
    assert group.events.tolist() == ladder.group[:, 2:].sum(axis=1).tolist()
    assert ladder.at_least(0)[0].events.tolist() == ladder.group.sum(axis=1).tolist()


@pytest.mark.parametrize("strata", [2, 30])
def test_students_who_come_again_temper_p_and_widen_the_interval(strata: int) -> None:
    ladder = drawn(13, strata, mine=8, theirs=9)
    plain, tempered = (severer(ladder, one_cell(strata), dispersion=d) for d in (1.0, 4.0))
    assert tempered.exact[0] == (strata == 2)
    assert tempered.test.statistic[0] == pytest.approx(plain.test.statistic[0] / 2)
    assert tempered.p[0] > plain.p[0]
    assert tempered.low[0] < plain.low[0] < plain.superiority[0] == tempered.superiority[0]
