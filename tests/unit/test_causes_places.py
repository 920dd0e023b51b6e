"""Gaps parted by nested places: what adds up, and what other places would give."""

import numpy as np
import pytest
from scipy import stats

from eachchild.causes.kitagawa import kitagawa
from eachchild.causes.places import INSIDE, split_by_places
from eachchild.measures.counts import Counts, Whole, counts
from eachchild.measures.stratified import Fold, one_cell, pooled_risk_difference, pooled_risk_ratio


def drawn(seed: int, schools: int = 30, districts: int = 6) -> tuple[Counts, Counts, Whole]:
    chance = np.random.default_rng(seed)
    district = np.sort(chance.integers(0, districts, schools))
    n1, n0 = chance.integers(0, 60, schools), chance.integers(5, 200, schools)
    rate = chance.uniform(0.02, 0.2, schools)
    return (
        Counts(chance.binomial(n1, np.minimum(1.8 * rate, 1)), n1),
        Counts(chance.binomial(n0, rate), n0),
        district,
    )


def total(part: Counts, place: Whole) -> Counts:
    return Counts(
        np.bincount(place, weights=part.events).astype(np.int64),
        np.bincount(place, weights=part.n).astype(np.int64),
    )


@pytest.mark.parametrize("seed", range(5))
def test_what_is_left_is_the_pooled_measure_at_every_level(seed: int) -> None:
    group, others, district = drawn(seed)
    levels = [("district", district), ("school", np.arange(len(group.n)))]
    for scale in ("risk_difference", "risk_ratio"):
        found = split_by_places(group, others, levels, scale=scale)
        assert found is not None
        for level, place in levels:
            sides = total(group, place), total(others, place)
            fold = Fold(np.zeros(len(sides[0].n), dtype=np.int64), 1)
            if scale == "risk_ratio":
                expect = np.log(pooled_risk_ratio(*sides, fold).ratio[0])
            else:
                expect = pooled_risk_difference(*sides, fold).difference[0]
            assert found.within[level] == pytest.approx(expect, abs=1e-12)
        assert sum(part.value for part in found.parts) == pytest.approx(found.whole, abs=1e-12)
        assert sum(part.share for part in found.parts) == pytest.approx(1, abs=1e-12)
        assert [part.level for part in found.parts] == ["district", "school", INSIDE]


@pytest.mark.parametrize("scale", ["risk_difference", "risk_ratio"])
def test_the_interval_is_that_of_leaving_out_each_school_in_a_loop(scale: str) -> None:
    group, others, district = drawn(7, schools=12, districts=3)
    found = split_by_places(group, others, [("district", district)], scale=scale)
    shares = []
    for school in range(len(group.n)):
        kept = np.arange(len(group.n)) != school
        less = split_by_places(
            Counts(group.events[kept], group.n[kept]), Counts(others.events[kept], others.n[kept]),
            [("district", np.unique(district[kept], return_inverse=True)[1])], scale=scale,
        )  # fmt: skip
        shares.append([part.share for part in less.parts])
    size = len(shares)
    error = np.sqrt((size - 1) / size * ((shares - np.mean(shares, axis=0)) ** 2).sum(axis=0))
    got = [(part.high - part.low) / 2 for part in found.parts]
    assert got == pytest.approx(stats.t.ppf(0.975, size - 1) * error, rel=1e-6)


def test_a_gap_made_by_the_choice_of_school_alone_is_all_between() -> None:
    group, others = counts([2, 40], [20, 80]), counts([16, 10], [160, 20])  # 10 % and 50 %
    found = split_by_places(group, others, [("school", np.arange(2))], scale="risk_difference")
    between, inside = found.parts
    assert between.share == pytest.approx(1)
    assert inside.value == pytest.approx(0, abs=1e-12)
    assert kitagawa(group, others).mix_share == pytest.approx(1)


def test_a_gap_that_turns_inside_shows_parts_beyond_the_whole() -> None:
    # Inside either school the group is treated better; it is more often where rates are high.
    group, others = counts([0, 36], [20, 80]), counts([16, 10], [160, 20])
    found = split_by_places(group, others, [("school", np.arange(2))], scale="risk_difference")
    between, inside = found.parts
    assert inside.share < 0
    assert between.share > 1


@pytest.mark.parametrize("scale", ["risk_difference", "risk_ratio"])
def test_where_no_place_has_both_groups_nothing_is_parted(scale: str) -> None:
    group, others = counts([2, 0], [20, 0]), counts([0, 3], [0, 30])
    assert split_by_places(group, others, [("school", np.arange(2))], scale=scale) is None


def test_a_rate_of_nought_has_no_ratio_to_part() -> None:
    group, others = counts([0, 0], [20, 10]), counts([1, 3], [20, 30])
    levels = [("school", np.arange(2))]
    assert split_by_places(group, others, levels, scale="risk_ratio") is None
    assert split_by_places(group, others, levels, scale="risk_difference") is not None


def test_one_place_has_no_interval() -> None:
    found = split_by_places(
        counts([3], [20]), counts([2], [30]), [("school", np.zeros(1, dtype=np.int64))],
        scale="risk_difference",
    )  # fmt: skip
    assert np.isnan(found.parts[0].low)
    assert found.parts[-1].share == pytest.approx(1)


def test_a_school_of_one_group_alone_stops_kitagawa() -> None:
    with pytest.raises(ValueError, match="1 places have students of one group alone"):
        kitagawa(counts([1, 1], [5, 5]), counts([1, 0], [5, 0]))


@pytest.mark.parametrize("scale", ["risk_difference", "risk_ratio"])
def test_a_rest_below_nought_says_nothing_of_the_inside(scale: str) -> None:
    # A school whose source has more events in a part than in the whole leaves fewer than none.
    group, others = counts([2, 6, 9], [20, 30, 40]), counts([3, -1, 5], [50, 60, 70])
    school = np.arange(3)
    found = split_by_places(group, others, [("school", school)], scale=scale)
    sides = group, others
    pooled = (
        np.log(pooled_risk_ratio(*sides, one_cell(3)).ratio[0])
        if scale == "risk_ratio"
        else pooled_risk_difference(*sides, one_cell(3)).difference[0]
    )
    assert found.within["school"] == pytest.approx(pooled, abs=1e-12)
