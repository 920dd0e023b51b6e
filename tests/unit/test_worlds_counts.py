"""Districts drawn as counts: what the false-alarm study needs of them."""

import numpy as np
import pytest

from eachchild.cube import Block, margin
from eachchild.worlds.cellshares import CELL_FACTORS
from eachchild.worlds.counts import (
    OUTCOMES,
    CountedDistrict,
    Layout,
    counted_district,
    null_districts,
    null_layout,
)
from eachchild.worlds.model import Effect

BLACK, WHITE = 2, 5  # places in the values of race


@pytest.fixture(scope="module")
def nulls() -> list[CountedDistrict]:
    return list(null_districts(11, 24, most=9_000))


def layout(logits: float = 0.0, target: float = 0.0) -> Layout:
    return Layout(20_000, 12, 2, target, dict.fromkeys(OUTCOMES, logits))


def of_race(block: Block, race: int) -> np.ndarray:
    return block.value[:, CELL_FACTORS.index("race")] == race


def test_cells_are_sorted_unique_and_hold_every_student(nulls: list[CountedDistrict]) -> None:
    for district in nulls:
        block = district.block
        keys = np.column_stack([block.period, block.place, block.value])
        assert (np.unique(keys, axis=0) == keys).all()
        assert block.students.min() > 0
        by_year = np.bincount(block.period, block.students)
        assert (by_year == district.layout.students).all()
        assert len(np.unique(block.place)) == district.layout.schools


def test_tallies_are_possible(nulls: list[CountedDistrict]) -> None:
    for district in nulls:
        assert set(district.block.tallies) == set(OUTCOMES) == set(district.expected)
        for name, tally in district.block.tallies.items():
            assert (tally.n <= district.block.students).all()
            assert tally.collected.all()
            assert (tally.missing == 0).all()
            if tally.squares is None:
                assert (tally.events <= tally.n).all()
            else:
                assert name in ("gpa", "days_lost")
                short = tally.squares.astype(float) * tally.n - tally.events.astype(float) ** 2
                assert (short >= -1e-6).all()


def test_a_quarter_is_alike_and_the_rest_as_ordered() -> None:
    layouts = [null_layout(3, i) for i in range(200)]
    assert sum(one.like_schools for one in layouts) == 50
    others = [one for one in layouts if not one.like_schools]
    assert all(0.2 <= one.dissimilarity <= 0.7 for one in others)
    assert all(0.3 <= s <= 0.6 for one in others for s in one.school_logits.values())
    assert all(2_000 <= one.students <= 60_000 and 3 <= one.schools <= 80 for one in layouts)
    assert {one.years for one in layouts} == {2, 3, 4}


def test_events_are_drawn_from_the_truth(nulls: list[CountedDistrict]) -> None:
    distances = []
    for district in nulls:
        for name, tally in district.block.tallies.items():
            p = district.expected[name]
            if tally.squares is None:
                distances.append(
                    (tally.events.sum() - (p * tally.n).sum())
                    / np.sqrt((p * (1 - p) * tally.n).sum())
                )
            else:
                variance = tally.squares.sum() - tally.events.sum() ** 2 / tally.n.sum()
                distances.append((tally.events.sum() - (p * tally.n).sum()) / np.sqrt(variance))
    assert 0.85 < np.std(distances) < 1.15
    assert np.abs(distances).max() < 4.5


def test_identity_changes_nothing_inside_a_school(nulls: list[CountedDistrict]) -> None:
    for district in nulls:
        for expected in district.expected.values():
            lowest = np.full(district.layout.schools, np.inf)
            highest = np.full(district.layout.schools, -np.inf)
            np.minimum.at(lowest, district.block.place, expected)
            np.maximum.at(highest, district.block.place, expected)
            assert (lowest == highest).all()
            assert (np.ptp(lowest) < 1e-12) == district.layout.like_schools


def test_the_make_up_comes_near_its_dissimilarity() -> None:
    block = counted_district(layout(target=0.5), 4).block
    white = np.bincount(block.place, block.students * of_race(block, WHITE))
    others = np.bincount(block.place, block.students * ~of_race(block, WHITE))
    assert np.abs(white / white.sum() - others / others.sum()).sum() / 2 == pytest.approx(
        0.5, abs=0.03
    )


def test_planted_effects_are_in_the_truth_and_nowhere_else() -> None:
    effects = (Effect("oss_any", "race=black", np.log(3)), Effect("gpa", "sex=male", -0.5))
    district = counted_district(layout(), 4, effects=effects)
    block, p = district.block, district.expected
    black = of_race(block, BLACK)
    odds = p["oss_any"] / (1 - p["oss_any"])
    assert odds[black] / odds[~black][0] == pytest.approx(3)
    assert p["gpa"][block.value[:, 1] == 1].max() < p["gpa"][block.value[:, 1] == 0].min()
    assert np.ptp(p["iss_any"]) == 0
    assert (p["days_lost"][black] > p["days_lost"][~black][0]).all()


def test_same_seed_same_counts_and_another_district_others() -> None:
    one, again, other = (counted_district(layout(0.4, 0.3), 4, i) for i in (0, 0, 1))
    assert (one.block.value == again.block.value).all()
    for name, tally in one.block.tallies.items():
        assert (tally.events == again.block.tallies[name].events).all()
    assert one.block.students.size != other.block.students.size


def test_the_cube_rolls_up(nulls: list[CountedDistrict]) -> None:
    district = nulls[1]
    races = margin(district.cube, district.block, ("race",), level="all", pooled=True)
    assert races.students.sum() == district.layout.students * district.layout.years
    assert len(district.cube.values["race"]) == 8
