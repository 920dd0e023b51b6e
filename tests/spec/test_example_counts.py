"""The published tables in `examples/`, from files to facts: every figure their READMEs print."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from eachchild.plan import load_plan
from eachchild.sources.counts.load import LoadedCounts, load_counts
from eachchild.tables import WHOLE, CountFacts, RuleHit

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PLANS = ("virginia", "access", "idea618", "messy", "messy/alabama.toml")
Bounds = tuple[int, int]


@cache
def loaded(name: str) -> LoadedCounts:
    return load_counts(load_plan(EXAMPLES / name))


def facts(name: str, factors: tuple[str, ...], quantity: str) -> CountFacts:
    (found,) = [f for f in loaded(name).facts if f.factors == factors and quantity in f.quantities]
    return found


def bounds(of: CountFacts, quantity: str, *, whole: bool = False, **group: str) -> Bounds:
    """The sum over places, or the published whole, of the cells of a group."""
    kept = of.quantity == of.quantities.index(quantity)
    kept &= (of.place == WHOLE) == whole
    for factor, value in group.items():
        column = of.value[:, of.factors.index(factor)]
        kept &= column == of.values[factor].index(value)
    assert kept.any()
    return int(of.low[kept].sum()), int(of.high[kept].sum())


def exact(of: CountFacts, quantity: str, *, whole: bool = False, **group: str) -> int:
    low, high = bounds(of, quantity, whole=whole, **group)
    assert low == high
    return low


def hits(name: str, rule: str) -> list[RuleHit]:
    return [h for h in loaded(name).hits if h.id == rule]


@pytest.mark.parametrize("name", PLANS)
def test_every_row_is_accounted_for_and_nothing_stops(name: str) -> None:
    read = loaded(name)
    assert read.accounts
    assert all(a.quarantined == a.merged == 0 for a in read.accounts)
    assert {h.severity for h in read.hits} <= {"note"}
    assert read.unmapped == ()


@pytest.mark.parametrize("name", PLANS)
def test_every_column_is_used_or_ignored_by_name(name: str) -> None:
    assert hits(name, "T07") == []


@pytest.mark.parametrize("name", PLANS)
def test_bounds_are_ordered_and_a_withheld_cell_is_never_zero(name: str) -> None:
    for of in loaded(name).facts:
        assert (of.low <= of.high).all()
        assert not of.suppressed[of.low == of.high].any()
        assert (of.high[of.suppressed] > 0).all()
        assert (of.low[~of.collected] == 0).all()


VIRGINIA = ("race", "sex", "idea")


@pytest.mark.parametrize(
    ("group", "events", "students"),
    [
        ({"race": "black"}, 32_138, 261_644),
        ({"race": "white"}, 20_920, 560_920),
        ({"race": "hispanic"}, 9_043, 219_802),
        ({"race": "black", "sex": "male", "idea": "yes"}, 5_785, 27_231),
        ({"race": "white", "sex": "female", "idea": "no"}, 4_759, 244_585),
    ],
)
def test_virginia_suspended_at_least_once(
    group: dict[str, str], events: int, students: int
) -> None:
    of = facts("virginia", VIRGINIA, "oss_any")
    assert (exact(of, "oss_any", **group), exact(of, "n", **group)) == (events, students)


def test_virginia_students_and_places() -> None:
    of = facts("virginia", VIRGINIA, "oss_any")
    assert exact(of, "n") == 1_216_996
    assert (len(of.places), len(set(of.parents)), of.level) == (1_900, 159, "school")
    labels = loaded("virginia").labels
    assert labels["district:5101260"].startswith("FAIRFAX")
    assert len(labels) == 1_900 + 159


def test_virginia_nonbinary_students_stand_in_the_denominators_alone() -> None:
    of = facts("virginia", VIRGINIA, "oss_any")
    assert exact(of, "n", sex="nonbinary") == 511
    mine = of.value[:, 1] == of.values["sex"].index("nonbinary")
    suspended = mine & (of.quantity == of.quantities.index("oss_any"))
    assert suspended.any()
    assert not of.collected[suspended].any()
    assert {h.details["group"] for h in hits("virginia", "T11")} == {"sex=nonbinary"}


def test_virginia_cells_with_more_events_than_students_stay_in_the_sums() -> None:
    (found,) = [
        h
        for h in hits("virginia", "T03")
        if h.details["by"] == list(VIRGINIA) and h.details["outcome"] == "oss_any"
    ]
    assert (found.count, found.details["events"], found.details["students"]) == (125, 721, 404)


def test_virginia_students_with_a_section_504_plan_only() -> None:
    left_out = next(u for u in loaded("virginia").uncovered if u.outcome == "oss_any")
    assert (left_out.factor, left_out.events) == ("race", 3_631)
    black, white = (left_out.n_by_value[r] for r in ("black", "white"))
    within = (32_138 / 261_644) / (20_920 / 560_920)
    without = (32_138 / (261_644 - black)) / (20_920 / (560_920 - white))
    assert (round(within, 3), round(without, 3)) == (3.293, 3.226)


def test_virginia_breakdowns_by_sex_hold_everybody() -> None:
    assert exact(facts("virginia", ("sex",), "oss_any"), "oss_any") == 67_378 + 3_631
    of = facts("virginia", ("sex", "section504"), "oss_any")
    assert exact(of, "oss_any", section504="yes") == 3_631
    assert exact(of, "oss_any", section504="no") == 67_378
    of = facts("virginia", ("sex", "el"), "oss_any")
    assert exact(of, "n", el="yes") == 131_950
    assert exact(of, "oss_any") == 71_009  # a rest below zero keeps the sum right


def test_virginia_days_lost_are_in_tenths() -> None:
    of = facts("virginia", ("race", "sex"), "days_lost")
    assert exact(of, "days_lost") == 4_554_540
    assert (
        exact(facts("virginia", ("sex", "idea"), "days_lost"), "days_lost", idea="yes") == 1_139_270
    )


def test_virginia_totals_and_large_schools_that_report_none() -> None:
    total = next(h for h in hits("virginia", "T01") if h.details["pattern"] == "TOT_ENR_{sex}")
    assert (total.details["published"], total.details["parts_sum"]) == (1_216_921, 1_216_996)
    silent = {h.details["outcome"]: h.count for h in hits("virginia", "C02")}
    assert silent["oss_any"] == 114


@pytest.mark.parametrize(
    ("race", "enrolled", "students"),
    [
        ("black", 263_619, 2_093_935),
        ("white", 1_526_066, 6_949_753),
        ("hispanic", 596_134, 3_332_254),
        ("asian", 298_212, 744_754),
    ],
)
def test_access_in_schools_that_offer_it(race: str, enrolled: int, students: int) -> None:
    of = facts("access", ("race",), "ap_enrolled")
    assert (exact(of, "ap_enrolled", race=race), exact(of, "n", race=race)) == (enrolled, students)
    # Each source is a question of its own: its facts carry their own students.
    assert [f.quantities for f in loaded("access").facts] == [
        ("n", "ap_enrolled"),
        ("n", "ap_offered"),
    ]
    assert len({f.source for f in loaded("access").facts}) == 2


@pytest.mark.parametrize(("race", "share"), [("black", 0.835), ("white", 0.839), ("native", 0.645)])
def test_access_to_a_school_that_offers_any(race: str, share: float) -> None:
    of = facts("access", ("race",), "ap_offered")
    offered, students = (exact(of, q, whole=True, race=race) for q in ("ap_offered", "n"))
    assert round(offered / students, 3) == share


def test_access_rows_names_and_blanks() -> None:
    first, second = loaded("access").accounts
    assert (first.encoding, first.rows_read, first.loaded) == ("cp1252", 37_363, 26_440)
    assert first.ignored == {"named in ignore_rows": 10_923}
    assert second.loaded == 24_138
    assert hits("access", "T06") == []  # a name that stands twice offers courses but once
    assert hits("access", "V10")[0].details["texts"] == {"NA": 2}
    of = facts("access", ("race",), "ap_enrolled")
    assert (~of.collected).sum() == 2
    (above,) = hits("access", "T03")
    assert (above.count, above.details["groups"]["race=black"]) == (6, 1)  # type: ignore[index]


def test_idea_who_was_removed_for_more_than_ten_days() -> None:
    removed = "idea_removed_over_10"
    for whole in (False, True):
        assert exact(facts("idea618", (), removed), removed, whole=whole) == 52_648
        of = facts("idea618", ("race",), removed)
        figures = {"black": 24_827, "white": 16_022, "hispanic": 8_713}
        assert {r: exact(of, removed, whole=whole, race=r) for r in figures} == figures
        of = facts("idea618", ("sex",), removed)
        assert exact(of, removed, whole=whole, sex="male") == 43_420
    assert exact(facts("idea618", ("disability",), removed), removed) == 52_648
    assert hits("idea618", "T02") == []


def test_idea_one_state_and_a_dash() -> None:
    removed = "idea_removed_over_10"
    of = facts("idea618", ("race",), removed)
    texas = of.place == of.places.index("Texas")
    by_race = {
        of.values["race"][v]: int(n) for v, n in zip(of.value[texas, 0], of.low[texas], strict=True)
    }
    assert (by_race["black"], by_race["hispanic"], by_race["white"]) == (1_101, 1_202, 398)
    (dash,) = hits("idea618", "V10")
    assert set(dash.details["texts"]) == {"-"}  # type: ignore[call-overload]
    assert (~of.collected).sum() == 9


def test_messy_absences_of_the_united_states() -> None:
    days = "absent_15_days"
    assert exact(facts("messy", (), days), days, whole=True) == 6_731_214
    assert exact(facts("messy", (), days), days) == 6_731_214  # the states, without that row
    of = facts("messy", ("sex",), days)
    assert exact(of, days, whole=True, sex="male") == 3_441_394
    assert exact(of, days, whole=True, sex="female") == 3_289_820
    of = facts("messy", ("race",), days)
    figures = {"white": 3_159_685, "hispanic": 1_709_892, "black": 1_333_089}
    assert {r: exact(of, days, whole=True, race=r) for r in figures} == figures
    assert exact(facts("messy", ("idea",), days), days, whole=True, idea="yes") == 1_131_813
    assert exact(facts("messy", ("el",), days), days, whole=True, el="yes") == 534_739
    assert exact(facts("messy", ("race", "sex"), days), days, whole=True) == 6_731_214


def test_messy_withheld_cells_keep_their_bounds() -> None:
    restrained = "restrained_idea"
    of = facts("messy", ("race",), restrained)
    assert exact(of, restrained, whole=True, race="black") == 10_012
    assert bounds(of, restrained, race="pacific") == (52, 78)
    (withheld,) = [h for h in hits("messy", "S01") if "restraint" in h.file]
    assert withheld.details["texts"] == {"DS": 49}
    (whole,) = [h for h in hits("messy", "T02") if h.details["by"] == []]
    assert (whole.details["published"], whole.details["parts_sum"]) == (40_193, 40_239)


def test_messy_alabama_two_layouts_make_one_table() -> None:
    name = "messy/alabama.toml"
    of = facts(name, VIRGINIA, "corporal_punishment")
    women = {"race": "asian", "sex": "female", "idea": "no"}
    assert bounds(of, "corporal_punishment", whole=True, **women) == (1, 3)  # printed 3-Jan
    men = {"race": "black", "sex": "male"}
    split = [exact(of, "corporal_punishment", whole=True, **men, idea=i) for i in ("no", "yes")]
    assert split == [5_974, 952]
    assert sum(h.count for h in hits(name, "T08")) == 12
    assert np.isin(of.place, [WHOLE]).all()
