"""Chains of steps: shares that add up, steps that cannot be told, people who were not before."""

import math

import numpy as np
import pytest

from eachchild.causes.steps import NotNestedError, chain, refuse_unnested
from eachchild.measures.counts import counts


@pytest.mark.parametrize("seed", range(20))
def test_the_shares_add_up_to_the_whole(seed: int) -> None:
    chance = np.random.default_rng(seed)
    group, others = ([int(chance.integers(200, 90_000))] for _ in range(2))
    for _ in range(4):
        for side in (group, others):
            side.append(max(1, int(side[-1] * chance.uniform(0.2, 0.95))))
    found = chain(("a", "b", "c", "d"), group, others)
    whole = (group[-1] / group[0]) / (others[-1] / others[0])
    assert found.ratio == pytest.approx(whole, rel=1e-13)
    assert math.prod(step.ratio for step in found.steps) == pytest.approx(whole, rel=1e-13)
    assert sum(step.share for step in found.steps) == pytest.approx(1, abs=1e-12)


def test_a_step_at_which_nobody_goes_on_cannot_be_told_and_the_others_stay() -> None:
    known = chain(("a", "b"), (100, 20, 5), (100, 10, 4))
    found = chain(("a", "b", "c"), (100, 20, 5, 2), (100, 10, 4, 0))
    assert [step.is_known for step in found.steps] == [True, True, False]
    assert [s.ratio for s in found.steps[:2]] == [s.ratio for s in known.steps]
    assert math.isnan(found.ratio)
    assert all(math.isnan(step.share) for step in found.steps)


def test_where_all_go_on_the_ratio_is_one() -> None:
    found = chain(("a", "b"), (100, 20, 20), (100, 10, 10))
    assert found.steps[1].ratio == 1
    assert found.steps[1].share == pytest.approx(0)
    assert math.isnan(found.steps[1].low)  # nobody knows how sure that is


def test_without_a_gap_there_are_no_shares() -> None:
    found = chain(("a",), (100, 10), (200, 20))
    assert found.ratio == 1
    assert math.isnan(found.steps[0].share)


def test_more_people_than_before_are_refused() -> None:
    with pytest.raises(NotNestedError, match="30 are counted at 'b', of 20 before it"):
        chain(("a", "b"), (100, 20, 30), (100, 20, 10))


def test_a_place_tells_what_a_sum_does_not() -> None:
    before = counts([9, 1], [50, 50])
    refuse_unnested("iss", before, np.array([5, 1]))
    with pytest.raises(NotNestedError, match="in 1 of 2 places more students"):
        refuse_unnested("iss", before, np.array([5, 2]))
