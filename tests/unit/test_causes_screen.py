"""Errors of a list by group: child by child, under a list that errs alike, and as an identity."""

import numpy as np
import pytest

from eachchild.causes.screen import Listed, calibration, error_parity, from_base_rates
from eachchild.measures.counts import counts
from eachchild.measures.stratified import one_cell, pooled_risk_difference, within_schools_test


def drawn(seed: int, size: int = 60) -> tuple[Listed, list[tuple[int, bool, bool]]]:
    """Three groups and their children: group, on the list, happened."""
    chance = np.random.default_rng(seed)
    children = [
        (g, bool(chance.random() < 0.3 + 0.1 * g), bool(chance.random() < 0.4))
        for g in range(3)
        for _ in range(size)
    ]
    return of(children), children


def of(children: list[tuple[int, bool, bool]]) -> Listed:
    table = np.zeros((3, 2, 2), np.int64)
    for group, flagged, happened in children:
        table[group, int(flagged), int(happened)] += 1
    return Listed(table[:, 1, 1], table[:, 1, 0], table[:, 0, 1], table[:, 0, 0])


@pytest.mark.parametrize("seed", range(3))
def test_each_rate_child_by_child(seed: int) -> None:
    listed, children = drawn(seed)
    found = error_parity(listed)
    kinds = {
        "missed": ([c for c in children if c[2]], lambda c: not c[1]),
        "false_alarms": ([c for c in children if not c[2]], lambda c: c[1]),
        "precision": ([c for c in children if c[1]], lambda c: c[2]),
        "base": (children, lambda c: c[2]),
    }
    for name, (whom, what) in kinds.items():
        one = getattr(found, name)
        for group in range(3):
            mine = [what(c) for c in whom if c[0] == group]
            theirs = [what(c) for c in whom if c[0] != group]
            assert one.rate.rate[group] == pytest.approx(np.mean(mine))
            assert one.gap.difference[group] == pytest.approx(np.mean(mine) - np.mean(theirs))
        order = np.argsort(one.p)
        steps = one.p[order] * 3 / np.arange(1, 4)
        assert one.q[order] == pytest.approx(np.minimum.accumulate(steps[::-1])[::-1])


def test_a_reference_is_compared_with_itself_at_nought() -> None:
    listed, _ = drawn(5)
    found = error_parity(listed, reference=1)
    assert found.missed.gap.difference[1] == 0
    mine = listed.missed.rate
    assert found.missed.gap.difference == pytest.approx(mine - mine[1])


def test_a_group_without_the_outcome_has_no_misses_to_tell() -> None:
    found = error_parity(Listed(*(np.array(x) for x in ([0, 9], [5, 5], [0, 4], [9, 9]))))
    assert found.missed.known.tolist() == [False, False]
    assert found.missed.p.tolist() == found.missed.q.tolist() == [1, 1]
    assert not found.missed.rate.known[0]
    assert found.false_alarms.known.all()


def test_a_list_that_errs_alike_is_seldom_accused() -> None:
    """Base rates differ and both error rates do not: 5 % of families may hold a finding."""
    chance = np.random.default_rng(3)
    times, wrong = 400, {"missed": 0, "false_alarms": 0}
    for _ in range(times):
        happened = chance.binomial([300, 90, 60], [0.2, 0.35, 0.5])
        hits = chance.binomial(happened, 0.7)
        alarms = chance.binomial([300, 90, 60] - happened, 0.15)
        listed = Listed(hits, alarms, happened - hits, [300, 90, 60] - happened - alarms)
        found = error_parity(listed)
        for name in wrong:
            wrong[name] += getattr(found, name).q.min() <= 0.05
        assert found.precision.gap.difference[2] > -0.5  # equal errors leave precision unequal
    assert max(wrong.values()) / times < 0.08


@pytest.mark.parametrize("seed", range(3))
def test_the_identity_has_no_rest(seed: int) -> None:
    listed, _ = drawn(seed)
    found, gap = from_base_rates(listed), error_parity(listed).false_alarms.gap
    assert found.base + found.rest == pytest.approx(gap.difference)
    mine, theirs = (x.false_alarms.rate for x in (listed, listed.others()))
    logs = found.log_base + found.log_precision + found.log_missed
    assert logs == pytest.approx(np.log(mine / theirs))


def test_what_the_base_rates_imply_is_the_list_that_keeps_both() -> None:
    # 100 of 300 against 60 of 300, three in four found, three in four on the list right: by hand.
    listed = Listed(*(np.array(x) for x in ([75, 45], [40, 15], [25, 15], [160, 225])))
    found = from_base_rates(listed, reference=1)
    assert found.implied[0] == pytest.approx(25 / 200)  # 75 right of 100 listed: 25 false alarms
    assert found.base[0] == pytest.approx(25 / 200 - 15 / 240)
    assert found.rest[0] == pytest.approx(40 / 200 - 25 / 200)
    assert found.possible.all()
    assert found.base[1] == found.rest[1] == 0


def test_what_cannot_be_is_said() -> None:
    # Nine in ten have it: at the others' precision more false alarms than students without it.
    listed = Listed(*(np.array(x) for x in ([80, 30], [5, 70], [10, 10], [5, 190])))
    found = from_base_rates(listed, reference=1)
    assert found.implied[0] > 1
    assert found.possible.tolist() == [False, True]
    never = from_base_rates(Listed(*(np.array(x) for x in ([8, 3], [0, 7], [1, 1], [5, 19]))))
    assert never.known.tolist() == [False, False]
    assert never.rest.tolist() == [0, 0]


def test_calibration_is_the_pooled_measure_over_scores() -> None:
    n = np.array([[40, 30, 20], [20, 30, 60], [9, 0, 8]])
    happened = np.array([[4, 9, 14], [5, 12, 40], [2, 0, 6]])
    for reference in (None, 0):
        found = calibration(n, happened, reference=reference)
        for g in range(3):
            rest = (n.sum(axis=0) - n[g], happened.sum(axis=0) - happened[g])
            m, c = rest if reference is None else (n[0], happened[0])
            sides = counts(happened[g], n[g]), counts(c, m)
            pooled = pooled_risk_difference(*sides, one_cell(3))
            test = within_schools_test(*sides, one_cell(3))
            assert found.pooled.difference[g] == pytest.approx(pooled.difference[0])
            assert found.pooled.low[g] == pytest.approx(pooled.low[0])
            assert found.test.p[g] == pytest.approx(test.p[0])
        assert not found.gap.known[2, 1]
        assert found.rate.rate[1].tolist() == pytest.approx([0.25, 0.4, 2 / 3])


def test_without_any_test_there_is_nothing_to_adjust() -> None:
    found = calibration(np.array([[5, 5], [5, 5]]), np.zeros((2, 2), np.int64))
    assert found.q.tolist() == [1, 1]
