"""What is true of a world: its chances, held against the rows that were drawn from them."""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from eachchild.worlds import WORLDS, Truth, synthesize
from eachchild.worlds.district import District, draw_district
from eachchild.worlds.happening import Expected
from eachchild.worlds.ledger import Ledger
from eachchild.worlds.makeup import dissimilarity
from eachchild.worlds.staff import draw_staff
from eachchild.worlds.year import Year, draw_everything

PLANTED_INSIDE = {  # outcome, group, reference: least and most risk ratio inside schools
    ("oss_any", "race=black", "race=white"): (2.2, 2.8),
    ("oss_any", "idea=yes", "idea=no"): (1.8, 2.4),
    ("oss_any", "race=black;sex=male", "race=white;sex=male"): (2.4, 3.2),
    ("police_referral", "idea=yes", "idea=no"): (1.9, 2.6),
    ("chronic_absence", "race=native", "race=white"): (1.6, 2.4),
    ("ap_enrolled", "el=yes", "el=no"): (0.2, 0.4),
    ("honors_enrolled", "el=yes", "el=no"): (0.3, 0.5),
    ("gifted", "frl=yes", "frl=no"): (0.4, 0.6),
}


def draw(world: str, *, students: int = 12_000, schools: int = 20) -> District:
    return draw_district(WORLDS[world], 2, students=students, schools=schools, years=2)


def years_of(district: District) -> list[Year]:
    number = np.bincount(district.years[0].home, minlength=len(district.schools.ids))
    staff = draw_staff(district.seed, number)
    return [draw_everything(district, staff, i) for i in range(len(district.years))]


def happened(year: Year) -> dict[str, np.ndarray]:
    """Each outcome counted from the rows of one year, one entry a student."""
    n = year.spells.student.size
    acts, actions = year.incidents.acts, year.incidents.actions
    row = acts.row[actions.act]

    def count(kind: int, weights: np.ndarray | None = None) -> np.ndarray:
        mine = actions.action == kind
        return np.bincount(row[mine], None if weights is None else weights[mine], minlength=n)

    a, c = year.absences, year.courses
    days = np.bincount(a.row, np.where(a.half, 0.5, 1.0), minlength=n)
    levels = [np.bincount(c.row[c.level == k], minlength=n) > 0 for k in (1, 2)]
    marked = np.bincount(c.row[c.marked], minlength=n)
    points = np.bincount(c.row[c.marked], c.points[c.marked], minlength=n)
    failed = np.bincount(c.row[c.marked & c.failed], minlength=n)
    s = year.scores
    math = s.taken & (s.subject == 0)
    return {
        "chronic_absence": days >= 0.1 * year.spells.days,
        "absence_rate": 100 * days / year.spells.days,
        "iss_any": count(4) > 0,
        "oss_any": count(5) > 0,
        "days_lost": count(5, actions.days),
        "expelled": count(6) > 0,
        "police_referral": count(7) > 0,
        "ap_enrolled": levels[1],
        "honors_enrolled": levels[0] | levels[1],
        "course_failure": failed > 0,
        "gpa": points / np.maximum(marked, 1),
        "proficient": np.bincount(s.row[math & s.proficient], minlength=n) > 0,
        "retained": year.completion.retained,
        "graduated": year.completion.graduated,
        "gifted": year.completion.gifted,
    }


def distance(drawn: np.ndarray, expected: Expected, group: np.ndarray) -> float | None:
    """How many standard errors the rows lie from what is true of them; None for few students."""
    mine = group & expected.asked
    p, x = expected.mean[mine], drawn[mine].astype(float)
    is_rate = drawn.dtype == np.bool_
    variance = (p * (1 - p)).sum() if is_rate else x.var() * x.size
    if mine.sum() < 300 or variance < 10:
        return None
    return float((x.sum() - p.sum()) / np.sqrt(variance))


@pytest.mark.parametrize("world", list(WORLDS))
def test_rows_are_drawn_from_the_chances_that_the_truth_adds_up(world: str) -> None:
    district, distances = draw(world), defaultdict(list)
    for year in years_of(district):
        drawn = happened(year)
        assert set(drawn) == set(year.expected)
        for outcome, expected in year.expected.items():
            for values in year.spells.identity.values():
                for value in np.unique(values):
                    found = distance(drawn[outcome], expected, values == value)
                    if found is not None:
                        distances[outcome].append(found)
    everything = np.concatenate([np.array(d) for d in distances.values()])
    assert len(distances) >= 14  # expulsions are too few for a distance in a district this small
    assert np.abs(everything).max() < 4.5
    assert 0.8 < np.sqrt((everything**2).mean()) < 1.2


@pytest.fixture(scope="module")
def truths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Truth]:
    out = tmp_path_factory.mktemp("worlds")
    return {
        name: synthesize(out / name, world=name, seed=2, students=12_000, schools=20, years=2)
        for name in WORLDS
    }


@pytest.mark.parametrize(("key", "bounds"), PLANTED_INSIDE.items())
def test_planted_gaps_have_their_size(
    truths: dict[str, Truth], key: tuple[str, str, str], bounds: tuple[float, float]
) -> None:
    gap = truths["district"].gap(*key, measure="risk_ratio", period="all")
    assert gap.planted
    assert gap.within_schools is not None
    assert bounds[0] < gap.within_schools < bounds[1]


def test_a_planted_mean_differs_and_the_crossing_is_worse_than_its_parts(
    truths: dict[str, Truth],
) -> None:
    truth = truths["district"]
    marks = truth.gap("gpa", "sex=male", "complement", measure="mean_difference", period="all")
    assert -0.3 < marks.value < -0.2

    def rate(group: str) -> float:
        return truth.gap("oss_any", group, "", measure="rate", period="all").value

    everyone = rate("race=black") / rate("race=white")
    boys = truth.gap(
        "oss_any",
        "race=black;sex=male",
        "race=white;sex=male",
        measure="risk_ratio",
        period="all",
    )
    assert boys.value > 1.05 * everyone


def test_the_gap_between_schools_is_not_inside_them(truths: dict[str, Truth]) -> None:
    (planted,) = truths["district"].planted
    assert (planted.cause, planted.outcome) == ("between_schools", "proficient")
    assert planted.value < -0.05
    assert planted.share_of_gap == pytest.approx(1, abs=1e-6)


def test_an_outcome_without_any_gap(truths: dict[str, Truth]) -> None:
    gaps = [g for g in truths["district"].gaps if g.outcome == "course_failure"]
    ratios = [g.value for g in gaps if g.measure == "risk_ratio"]
    assert len(ratios) > 90
    assert ratios == pytest.approx([1.0] * len(ratios))


def test_nothing_is_planted_in_the_null_worlds(truths: dict[str, Truth]) -> None:
    for name in ("null", "null-schools"):
        assert truths[name].planted == ()
        assert not any(g.planted for g in truths[name].gaps)
        # A group's mix of grades inside a school is left; it makes no more than this.
        large = [
            g.within_schools
            for g in truths[name].gaps
            if (g.measure, g.period) == ("risk_ratio", "all")
            and g.outcome in ("oss_any", "iss_any")
            and g.group in ("race=black", "race=hispanic", "frl=yes", "el=yes", "idea=yes")
        ]  # fmt: skip
        assert len(large) == 20
        assert large == pytest.approx([1.0] * 20, abs=0.03)


def test_schools_alike_in_null_and_different_in_null_schools() -> None:
    alike, different = draw("null").schools, draw("null-schools").schools
    assert max(dissimilarity(j) for j in alike.joint) < 1e-9
    assert not any(e.any() for e in alike.effects.values())
    assert 0.2 <= dissimilarity(different.joint[0]) <= 0.7
    assert all(0.1 < e.std() < 1.1 for e in different.effects.values())


def test_base_rates_are_those_of_real_districts(truths: dict[str, Truth]) -> None:
    truth = truths["district"]

    def rate(outcome: str) -> float:
        return truth.gap(outcome, "idea=no", "", measure="rate", period="all").value

    assert 0.15 < rate("chronic_absence") < 0.25
    assert 0.04 < rate("oss_any") < 0.08
    assert 0 < rate("expelled") < 0.005
    assert 0.8 < rate("graduated") < 0.95


def test_truth_is_written_as_the_contract_says(tmp_path: Path) -> None:
    truth = synthesize(tmp_path, seed=9, students=800, years=1)
    written = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert (written["world"], written["seed"], written["students"]) == ("district", 9, 800)
    assert set(written["planted"][0]) == {
        "cause", "outcome", "group", "reference", "measure", "value", "place", "period",
        "share_of_gap", "identifiable",
    }  # fmt: skip
    assert len(written["gaps"]) == len(truth.gaps)
    first = truth.gaps[0]
    assert written["gaps"][0]["value"] == first.value
    assert {g["place"] for g in written["gaps"]} == {"all"}
    with pytest.raises(KeyError):
        truth.gap("oss_any", "race=black", "race=asian", measure="risk_ratio", period="all")


def test_a_ledger_of_one_year_counts_everyone_asked() -> None:
    district = draw("district", students=1_000, schools=4)
    ledger = Ledger(district)
    for year in years_of(district):
        ledger.add(year.spells, year.expected)
    ours = {g.group for g in ledger.gaps() if g.outcome == "oss_any" and g.measure == "rate"}
    assert {"race=white", "sex=female", "race_any_black=yes", "race=black;sex=male"} <= ours
