"""Chains of steps: shares that add up, steps that cannot be told, people who were not before."""

import math

import numpy as np
import pytest

from eachchild.causes.steps import NotNestedError, chain


def one(*people: int) -> np.ndarray:
    """So many at the start and after each step, in one place."""
    return np.array(people)[:, None]


def drawn(chance: np.random.Generator, places: int, steps: int) -> np.ndarray:
    people = [chance.integers(200, 9_000, places)]
    for _ in range(steps):
        people.append(np.maximum(1, (people[-1] * chance.uniform(0.2, 0.95, places)).astype(int)))
    return np.array(people)


@pytest.mark.parametrize("seed", range(20))
def test_the_shares_add_up_to_the_whole(seed: int) -> None:
    chance = np.random.default_rng(seed)
    group, others = (drawn(chance, 5, 4) for _ in range(2))
    found = chain(("a", "b", "c", "d"), group, others)
    mine, theirs = group.sum(axis=1), others.sum(axis=1)
    whole = (mine[-1] / mine[0]) / (theirs[-1] / theirs[0])
    assert found.ratio == pytest.approx(whole, rel=1e-13)
    assert math.prod(step.ratio for step in found.steps) == pytest.approx(whole, rel=1e-13)
    assert sum(step.share for step in found.steps) == pytest.approx(1, abs=1e-12)


def test_the_intervals_of_shares_leave_out_place_by_place() -> None:
    group, others = (drawn(np.random.default_rng(seed), 12, 2) for seed in (1, 2))
    found = chain(("a", "b"), group, others)
    shares = []
    for at in range(12):
        rest = [np.delete(side, at, axis=1) for side in (group, others)]
        shares.append([step.share for step in chain(("a", "b"), *rest).steps])
    # Student's t with 11 degrees of freedom: 2.200985.
    error = np.sqrt(11 / 12 * ((shares - np.mean(shares, axis=0)) ** 2).sum(axis=0))
    for step, own in zip(found.steps, error, strict=True):
        assert step.share_high - step.share == pytest.approx(2.200985 * own, rel=1e-6)
        assert step.share - step.share_low == pytest.approx(2.200985 * own, rel=1e-6)


def test_the_intervals_of_shares_hold_the_true_ones() -> None:
    """Schools drawn with chances of their own: 95 % of the intervals hold the true share."""
    chance = np.random.default_rng(3)
    true = math.log(2) / math.log(2 * 1.25)
    held = 0
    for _ in range(400):
        size = chance.integers(100, 900, 40)
        own = np.exp(0.5 * chance.standard_normal(40))
        sides = []
        for first, then in ((0.16, 0.5), (0.08, 0.4)):
            went = chance.binomial(size, np.minimum(first * own, 0.9))
            sides.append([size, went, chance.binomial(went, then)])
        step = chain(("a", "b"), *sides).steps[0]
        held += step.share_low <= true <= step.share_high
    assert 0.92 <= held / 400 <= 0.98


def test_a_step_at_which_nobody_goes_on_cannot_be_told_and_the_others_stay() -> None:
    known = chain(("a", "b"), one(100, 20, 5), one(100, 10, 4))
    found = chain(("a", "b", "c"), one(100, 20, 5, 2), one(100, 10, 4, 0))
    assert [step.is_known for step in found.steps] == [True, True, False]
    assert [s.ratio for s in found.steps[:2]] == [s.ratio for s in known.steps]
    assert math.isnan(found.ratio)
    assert all(math.isnan(step.share) for step in found.steps)


def test_where_all_go_on_the_ratio_is_one() -> None:
    found = chain(("a", "b"), one(100, 20, 20), one(100, 10, 10))
    assert found.steps[1].ratio == 1
    assert found.steps[1].share == pytest.approx(0)
    assert math.isnan(found.steps[1].low)  # nobody knows how sure that is


def test_without_a_gap_there_are_no_shares() -> None:
    found = chain(("a",), one(100, 10), one(200, 20))
    assert found.ratio == 1
    assert math.isnan(found.steps[0].share)


def test_one_place_has_no_interval() -> None:
    assert math.isnan(chain(("a",), one(100, 20), one(200, 20)).steps[0].share_low)


def test_a_place_tells_what_a_sum_does_not() -> None:
    group = np.array([[50, 50], [9, 1], [5, 1]])
    assert len(chain(("oss", "iss"), group, group).steps) == 2
    with pytest.raises(NotNestedError, match="in 1 of 2 places more students are counted at 'iss'"):
        chain(("oss", "iss"), group + np.array([[0, 0], [0, 0], [0, 1]]), group)


def test_a_mistake_in_a_thousand_is_no_other_people() -> None:
    group = np.array([[9_000, 50], [5_000, 10], [2_000, 11]])
    assert chain(("a", "b"), group, group).steps[1].went == (2_011, 2_011)
    with pytest.raises(NotNestedError):
        chain(("a", "b"), group + np.array([[0, 0], [0, 0], [0, 3]]), group)
