"""Worlds with a known cause: what truth.json says is measured again from the CSV files alone."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest
from numpy.typing import NDArray
from scipy import stats

from eachchild import story
from eachchild.cli import main
from eachchild.release import stops
from eachchild.tables import TABLES
from eachchild.terms.factors import Group
from eachchild.worlds import CAUSE_WORLDS, WORLDS, WorldError, synthesize, world_lines
from eachchild.worlds.causes.notes import JUDGING, OWN
from eachchild.worlds.causes.parts import Notes, NotOffered
from eachchild.worlds.causes.referrals import no_suspension, one_suspension

CAUSES = {
    "composition", "reporting", "between_schools", "not_offered", "transport", "step", "moment",
    "consequence", "referrer", "gate", "support", "screen", "rule", "words",
}  # fmt: skip
KEYS = {
    "cause", "outcome", "group", "reference", "measure", "value", "place", "period",
    "share_of_gap", "identifiable",
}  # fmt: skip
STUDENTS, SEED = 12_000, 4
LARGEST = 4.5  # standard errors; some 200 gaps are compared
Columns = dict[str, NDArray[Any]]


class District:
    """The files of a folder as plain arrays, with who is in the group on each row."""

    def __init__(self, folder: Path) -> None:
        self.truth = json.loads((folder / "truth.json").read_text())
        self.world = CAUSE_WORLDS[self.truth["world"]]
        self.tables = {p.stem: read(p) for p in folder.glob("*.csv")}
        student, spells = self.tables["student"], self.tables["enrollment"]
        self.order = np.argsort(student["student_id"])
        self.sorted = student["student_id"][self.order]
        self.years = year_of(spells["entry_date"])
        self.student = self.number(spells["student_id"])
        keys = self.student * 10_000 + self.years
        self.row_order = np.argsort(keys)
        self.keys = keys[self.row_order]
        self.group = self.member(self.world.group)[self.student]
        self.reference = self.member(self.world.reference)[self.student]

    def number(self, ids: NDArray[Any]) -> NDArray[Any]:
        return self.order[np.searchsorted(self.sorted, ids)]

    def member(self, text: str) -> NDArray[Any]:
        ((factor, value),) = Group.parse(text).parts
        return np.asarray(self.tables["student"][factor] == value)

    def rows(self, table: str) -> NDArray[Any]:
        """The spell, of one student and year, that each row of a table belongs to."""
        t = self.tables[table]
        date = next(t[c] for c in ("date", "begin_date", "period") if c in t)
        key = self.number(t["student_id"]) * 10_000 + year_of(date, whole="period" in t)
        return np.asarray(self.row_order[np.searchsorted(self.keys, key)])

    def count(self, table: str, which: NDArray[Any] | None = None) -> NDArray[Any]:
        weights = None if which is None else which.astype(float)
        return np.bincount(self.rows(table), weights, minlength=self.group.size)

    def grade(self) -> NDArray[Any]:
        text = self.tables["enrollment"]["grade"]
        return np.where(text == "KG", "0", text).astype(int)

    def outcome(self, name: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Each spell's value, and whether it is asked."""
        everybody = np.ones(self.group.size, bool)
        if name == "referred":
            return self.count("discipline") > 0, everybody
        if name in ("oss_any", "oss_twice"):
            out = self.count("discipline", self.tables["discipline"]["action"] == "oss")
            return out > (name == "oss_twice"), everybody
        if name == "absence_rate":
            missed = np.where(self.tables["absence"]["fraction"] == "0.5", 0.5, 1.0)
            days = self.tables["calendar"]["date"].size / np.unique(self.years).size
            return 100 * self.count("absence", missed) / days, everybody
        if name == "course_failure":
            return self.count("course", self.tables["course"]["failed"] == "yes") > 0, (
                self.grade() >= 6
            )
        level, first = {"ap_enrolled": ("ap", 10), "honors_enrolled": ("honors", 6)}[name]
        mine = self.tables["course"]["level"] == level
        return self.count("course", mine) > 0, self.grade() >= first

    def gap(self, y: NDArray[Any], which: NDArray[Any] | None = None) -> tuple[float, float]:
        """Group minus reference, with a standard error that keeps a student's years together."""
        asked = np.ones(y.size, bool) if which is None else which
        found = square = 0.0
        for who, sign in ((self.group & asked, 1), (self.reference & asked, -1)):
            mean = y[who].mean()
            left = np.bincount(self.student, np.where(who, y - mean, 0.0))
            found, square = found + sign * mean, square + (left**2).sum() / who.sum() ** 2
        return found, float(np.sqrt(square))


def read(path: Path) -> Columns:
    header = path.read_bytes().split(b"\n", 1)[0].decode().split(",")
    options = csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
    )
    table = csv.read_csv(path, convert_options=options)
    return {c: table[c].to_numpy(zero_copy_only=False).astype(str) for c in table.column_names}


def year_of(text: NDArray[Any], *, whole: bool = False) -> NDArray[Any]:
    """The year a school year starts in, from a date or from `2023-24`."""
    year = text.astype("U4").astype(int)
    if whole:
        return year
    month = np.array([t[5:7] for t in text]).astype(int) if text.size else np.zeros(0, int)
    return np.asarray(year - (month < 8))


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], District]:
    known: dict[str, District] = {}

    def made(name: str) -> District:
        if name not in known:
            out = tmp_path_factory.mktemp("cause") / name
            synthesize(out, world=name, seed=SEED, students=STUDENTS)
            known[name] = District(out)
        return known[name]

    return made


Made = Callable[[str], District]


@pytest.mark.parametrize("name", CAUSE_WORLDS)
def test_the_tables_load_and_no_rule_stops_them(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "w"
    truth = synthesize(folder, world=name, seed=2, students=600)
    _, quality = story.check(folder, vault=tmp_path / "v")
    assert not stops(quality)
    assert truth.rows == {p.name: len(read(p).popitem()[1]) for p in sorted(folder.glob("*.csv"))}
    for path in folder.glob("*.csv"):
        assert set(read(path)) <= {c.name for c in TABLES[path.stem].columns}


@pytest.mark.parametrize("name", CAUSE_WORLDS)
def test_truth_is_well_formed(name: str, district: Made) -> None:
    truth, world = district(name).truth, CAUSE_WORLDS[name]
    assert (truth["world"], truth["seed"], truth["students"]) == (name, SEED, STUDENTS)
    assert truth["meaning"] == world.meaning
    assert {p["cause"] for p in truth["planted"]} >= set(world.causes)
    assert set(truth["also"]) <= CAUSES
    for planted in truth["planted"]:
        assert set(planted) == KEYS | {"where"}
        assert planted["cause"] in CAUSES
        assert planted["identifiable"] == world.identifiable
        if planted["cause"] == "words":
            assert planted["share_of_gap"] is None  # what is written makes no referral
        else:
            assert (0.1 if len(truth["planted"]) > 1 else 0.5) < planted["share_of_gap"] < 1.6
        ids = set(planted["where"].get("schools", ()))
        assert ids <= set(district(name).tables["school"]["school_id"])


def test_the_gaps_of_every_world_are_those_of_its_truth(district: Made) -> None:
    distances = []
    for name in CAUSE_WORLDS:
        d = district(name)
        for gap in d.truth["gaps"]:
            y, asked = d.outcome(gap["outcome"])
            found, error = d.gap(y.astype(float), asked)
            distances.append((found - gap["value"]) / error)
            assert abs(distances[-1]) < LARGEST, (name, gap["outcome"])
            if gap["planted"]:
                assert abs(found) > 2.5 * error, name
    assert 0.8 < np.std(distances) < 1.2
    assert abs(np.mean(distances)) < 0.25


@pytest.mark.parametrize("name", [n for n, w in CAUSE_WORLDS.items() if not w.parts])
def test_a_world_without_parts_has_no_gap(name: str, district: Made) -> None:
    d = district(name)
    assert d.truth["planted"] == []
    for gap in d.truth["gaps"]:
        y, asked = d.outcome(gap["outcome"])
        found, error = d.gap(y.astype(float), asked)
        assert abs(found) < 3.5 * error


@pytest.mark.parametrize(
    "name",
    ["quiet-schools", "quiet-huge-school", "quiet-bursts", "quiet-access", "quiet-absence",
     "between-schools", "between-schools-absence", "between-schools-access",
     "mimic-consequence-schools", "mimic-referrer-schools", "mimic-moment-schools",
     "reporting-minor"],
)  # fmt: skip
def test_inside_schools_identity_does_nothing(name: str, district: Made) -> None:
    d = district(name)
    y, asked = d.outcome(d.world.outcome)
    level = np.searchsorted((6, 9), d.grade(), side="right")
    _, school = np.unique(d.tables["enrollment"]["school_id"], return_inverse=True)
    found = square = 0.0
    for place in np.unique(school * 10 + level):
        here = (school * 10 + level == place) & asked
        if min((here & d.group).sum(), (here & d.reference).sum()) < 5:
            continue
        gap, error = d.gap(y.astype(float), here)
        weight = 1 / (1 / (here & d.group).sum() + 1 / (here & d.reference).sum())
        found, square = found + weight * gap, square + (weight * error) ** 2
    assert abs(found) < 3.5 * np.sqrt(square)


def referral_ratio(d: District, which: NDArray[Any]) -> float:
    """Referrals a student of the group has, over those of the reference."""
    counted = d.count("discipline", which)
    return float(counted[d.group].mean() / counted[d.reference].mean())


def cell(d: District, where: Mapping[str, Any]) -> NDArray[Any]:
    t = d.tables["discipline"]
    inside = np.ones(t["date"].size, bool)
    for column, key in (("behavior", "behaviors"), ("location", "locations")):
        if key in where:
            inside &= np.isin(t[column], where[key])
    if "hours" in where:
        inside &= np.any([(a <= t["time"]) & (t["time"] < b) for a, b in where["hours"]], axis=0)
    return inside


@pytest.mark.parametrize(
    "name", ["moment-lunch", "moment-hallway", "moment-bus", "two-schools-moment"]
)
def test_a_moment_is_where_it_is_said_to_be(name: str, district: Made) -> None:
    d = district(name)
    where = next(p["where"] for p in d.truth["planted"] if p["cause"] == "moment")
    inside, spell = cell(d, where), d.rows("discipline")
    share = inside[d.reference[spell]].mean()
    outside = referral_ratio(d, ~inside)
    assert referral_ratio(d, inside) / outside == pytest.approx(
        1 + where["times"] / share, rel=0.25
    )
    if name != "two-schools-moment":
        assert outside == pytest.approx(1, abs=0.15)


def test_few_adults_write_what_is_more(district: Made) -> None:
    d = district("referrer-strong")
    where = d.truth["planted"][0]["where"]
    t, spell = d.tables["discipline"], d.rows("discipline")
    ids, adult = np.unique(t["staff_id"], return_inverse=True)
    first = d.years[spell] == d.years.min()
    busy = np.bincount(adult, d.group[spell] & first, minlength=ids.size)
    few = busy >= np.quantile(busy, 1 - where["adults"])
    later = ~first
    ratio = {k: referral_ratio(d, later & (few[adult] == k)) for k in (True, False)}
    assert ratio[True] > 5  # found in one year, measured in the next
    assert ratio[False] < 1.5


@pytest.mark.parametrize(
    "name", [n for n in CAUSE_WORLDS if "consequence" in CAUSE_WORLDS[n].causes]
)
def test_the_same_act_is_answered_harder(name: str, district: Made) -> None:
    d = district(name)
    where = next(p["where"] for p in d.truth["planted"] if p["cause"] == "consequence")
    t, spell = d.tables["discipline"], d.rows("discipline")
    order = np.lexsort((t["time"], t["date"], spell))
    first = np.zeros(spell.size, bool)
    first[order] = np.r_[True, spell[order][1:] != spell[order][:-1]]
    inside = cell(d, where)
    if "schools" in where:
        inside &= np.isin(t["school_id"], where["schools"])
    if where["at"] == "first":
        inside &= first
    usual = [
        ratio_of_answers(d, t, spell, which) for which in (inside, ~inside & (t["behavior"] != ""))
    ]
    assert usual[0] == pytest.approx(where["times"], rel=0.3)
    if (~inside).mean() > 0.2:
        assert usual[1] == pytest.approx(1, abs=0.3)


def ratio_of_answers(d: District, t: Columns, spell: NDArray[Any], which: NDArray[Any]) -> float:
    """Suspensions of a referral of the group over the reference, the same behaviors weighted."""
    out, more, less = t["action"] == "oss", 0.0, 0.0
    for behavior in np.unique(t["behavior"][which]):
        mine = which & (t["behavior"] == behavior)
        group, reference = (mine & who[spell] for who in (d.group, d.reference))
        weight = group.sum() * reference.sum() / max(group.sum() + reference.sum(), 1)
        more += weight * (out[group].mean() if group.any() else 0)
        less += weight * (out[reference].mean() if reference.any() else 0)
    return float(more / less)


@pytest.mark.parametrize("name", [n for n in CAUSE_WORLDS if n.endswith("-words")])
def test_notes_that_are_alike_judge_both_alike(name: str, district: Made) -> None:
    assert odds_of_judging(district(name)) == pytest.approx(1, abs=0.15)


def test_words_that_judge_are_oftener_about_the_group(district: Made) -> None:
    d = district("words-judged")
    (planted,) = d.truth["planted"]
    assert set(planted["where"]["words"]) == set(JUDGING)
    # Over writers whose own log odds spread, odds lie nearer to 1 than each writer's do: Zeger,
    # Liang and Albert (1988), Biometrics 44: 1049-1060.
    nearer = np.sqrt(1 + (16 * np.sqrt(3) / (15 * np.pi) * OWN) ** 2)
    assert odds_of_judging(d) == pytest.approx(planted["where"]["times"] ** (1 / nearer), rel=0.1)


def odds_of_judging(d: District) -> float:
    """The odds that a note about the group has such a word over those about everybody else."""
    notes = [
        set(text.lower().replace(".", "").split()) for text in d.tables["discipline"]["narrative"]
    ]
    group, logs = d.group[d.rows("discipline")], []
    for word in JUDGING:
        has = np.array([word in note for note in notes])
        mine, theirs = has[group].mean(), has[~group].mean()
        logs.append(np.log(mine / (1 - mine)) - np.log(theirs / (1 - theirs)))
    return float(np.exp(np.mean(logs)))


def test_only_worlds_with_notes_have_a_column_of_them(district: Made) -> None:
    for name, world in CAUSE_WORLDS.items():
        if world.family == "discipline":
            has = any(isinstance(part, Notes) for part in world.parts)
            assert ("narrative" in district(name).tables["discipline"]) is has, name


@pytest.mark.parametrize("name", ["rule-tardy", "rule-dress-code"])
def test_a_rule_suspends_whoever_it_is(name: str, district: Made) -> None:
    d = district(name)
    where = next(p["where"] for p in d.truth["planted"] if p["cause"] == "rule")
    t, spell = d.tables["discipline"], d.rows("discipline")
    inside = cell(d, where)
    if "schools" in where:
        inside &= np.isin(t["school_id"], where["schools"])
    for who in (d.group, d.reference):
        answers = (t["action"] == "oss")[inside & who[spell]]
        assert answers.mean() == pytest.approx(where["chance"], abs=0.06)


@pytest.mark.parametrize(
    "name", ["composition-poverty", "composition-absence", "composition-grade"]
)
def test_the_gap_is_carried_by_something_else(name: str, district: Made) -> None:
    d = district(name)
    y, _ = d.outcome(d.world.outcome)
    carrier = (
        (d.grade() > 5) & (d.grade() < 9)
        if name.endswith("grade")
        else (d.tables["student"]["frl"] == "yes")[d.student]
    )
    for value in (True, False):
        found, error = d.gap(y.astype(float), carrier == value)
        assert abs(found) < 3.5 * error


def test_simpson_turns_the_gap_round_inside_schools(district: Made) -> None:
    d = district("simpson")
    y, _ = d.outcome("referred")
    assert d.gap(y.astype(float))[0] > 0
    _, school = np.unique(d.tables["enrollment"]["school_id"], return_inverse=True)
    served = [k for k in range(school.max() + 1) if ((school == k) & d.group).sum() > 50]
    inside = [d.gap(y.astype(float), school == k)[0] for k in served]
    assert np.median(inside) < 0


@pytest.mark.parametrize("name", ["not-offered-most", "not-offered-some", "two-offered-gate"])
def test_where_it_is_not_offered_nobody_takes_it(name: str, district: Made) -> None:
    d = district(name)
    taken, asked = d.outcome(d.world.outcome)
    schools, school = np.unique(d.tables["enrollment"]["school_id"], return_inverse=True)
    offered = np.bincount(school, taken & asked, minlength=schools.size) > 0
    where = next(p["where"] for p in d.truth["planted"] if p["cause"] == "not_offered")
    assert where["part"] == NotOffered.__name__
    without = set(schools[~offered & (np.bincount(school, asked) > 0)])
    assert without
    assert without <= set(where["schools"])


@pytest.mark.parametrize("name", [n for n in CAUSE_WORLDS if "gate" in CAUSE_WORLDS[n].causes])
def test_the_gate_holds_back_the_ready_or_reads_them_lower(name: str, district: Made) -> None:
    d = district(name)
    where = next(p["where"] for p in d.truth["planted"] if p["cause"] == "gate")
    before = last_score(d)
    taken, asked = d.outcome(d.world.outcome)
    school = d.tables["enrollment"]["school_id"]
    there = np.isin(school, where["schools"]) if "schools" in where else np.ones(school.size, bool)
    offered = np.isin(school, school[taken])
    ready = (before >= 2530) & asked & there & offered
    rates = [taken[ready & who].mean() for who in (d.group, d.reference)]
    if name == "gate-cutoff":
        assert not taken[(before < 2530) & (before > 0) & asked].any()
        assert rates[0] == pytest.approx(rates[1], abs=0.06)
        return
    assert rates[0] / rates[1] == pytest.approx(where["recommended"], rel=0.25)


def last_score(d: District) -> NDArray[Any]:
    """Last spring's score of each spell; 0 where there is none."""
    t = d.tables["score"]
    key = d.number(t["student_id"]) * 10_000 + year_of(t["period"], whole=True) + 1
    order = np.argsort(key)
    at = np.minimum(np.searchsorted(key[order], d.student * 10_000 + d.years), key.size - 1)
    found = key[order][at] == d.student * 10_000 + d.years
    return np.where(found, t["score"].astype(int)[order][at], 0)


@pytest.mark.parametrize(
    "name", ["support-withheld", "support-withheld-schools", "screen-misses", "quiet-support"]
)
def test_support_and_list_follow_need_but_for_the_planted(name: str, district: Made) -> None:
    d = district(name)
    on_list = d.tables["support"]["support"] == "early_warning_list"
    listed, given = d.count("support", on_list) > 0, d.count("support", ~on_list) > 0
    before, school = last_score(d), d.tables["enrollment"]["school_id"]
    need = (before > 0) & (before < 2440) & (d.grade() >= 6)
    planted = {p["cause"]: p["where"] for p in d.truth["planted"]}
    for cause, y, among in (("screen", listed, need), ("support", given, need & listed)):
        where = planted.get(cause, {"given": 1.0})
        there = np.isin(school, where["schools"]) if "schools" in where else among
        rates = [y[among & there & who].mean() for who in (d.group, d.reference)]
        assert rates[0] == pytest.approx(rates[1] * where["given"], abs=0.08)


def test_late_buses_cost_half_days_that_fall_together(district: Made) -> None:
    d = district("transport-late")
    t = d.tables["absence"]
    half = t["fraction"] == "0.5"
    whole, error = d.gap(d.count("absence", ~half).astype(float))
    assert abs(whole) < 3.5 * error
    halves = d.count("absence", half)
    assert halves[d.group].mean() > 3 * halves[d.reference].mean()
    days = np.char.add(t["school_id"], t["date"])
    together = [np.unique(days[k], return_counts=True)[1] for k in (half, ~half)]
    assert np.var(together[0]) / np.mean(together[0]) > 3 * (
        np.var(together[1]) / np.mean(together[1])
    )


def test_reasons_are_recorded_of_late_buses_and_of_most_other_days(district: Made) -> None:
    for name in ("transport-late", "quiet-transport"):
        d = district(name)
        t = d.tables["absence"]
        half = t["fraction"] == "0.5"
        assert set(t["reason"][half]) == {"transport"}
        assert set(t["reason"][~half]) == {"illness", "family", "skipping", "other", ""}
        assert 0.09 < (t["reason"][~half] == "").mean() < 0.26
        blank = d.count("absence", (t["reason"] == "") & ~half) / d.count("absence", ~half).sum()
        found, error = d.gap(blank)
        assert abs(found) < 3.5 * error  # blank alike for both
    assert "reason" not in district("transport-unrecorded").tables["absence"]
    alike = district("quiet-transport")
    found, error = alike.gap(alike.count("absence", alike.tables["absence"]["fraction"] == "0.5"))
    assert abs(found) < 3.5 * error


def test_what_is_logged_or_left_blank_is_where_it_is_said(district: Made) -> None:
    logged = district("reporting-minor")
    y, _ = logged.outcome("oss_any")
    found, error = logged.gap(y.astype(float))
    assert abs(found) < 3.5 * error
    blank = district("reporting-actions")
    where, t = blank.truth["planted"][0]["where"], blank.tables["discipline"]
    there = np.isin(t["school_id"], where["schools"])
    assert (t["action"] == "")[there].mean() == pytest.approx(where["share"], abs=0.03)
    assert not (t["action"] == "")[~there].any()


def test_a_second_suspension_comes_sooner_and_the_first_does_not(district: Made) -> None:
    d = district("step-again")
    first, _ = d.outcome("oss_any")
    again, _ = d.outcome("oss_twice")
    gap, error = d.gap(first.astype(float))
    assert abs(gap) < 3.5 * error
    rates = [again[first & who].mean() for who in (d.group, d.reference)]
    assert rates[0] > 1.3 * rates[1]


def test_chances_over_propensities_are_those_of_a_numerical_integral() -> None:
    shape, rate, answers = 0.7, 0.9, (0.10, 0.25, 0.60)

    def of_one(own: float) -> tuple[float, float]:
        """Chances of no and of one suspension: states passed referral by referral."""
        none = once = 0.0
        for many in range(80):
            weight = stats.poisson.pmf(many, own * rate)
            still, out = 1.0, 0.0
            for k in range(many):
                now = answers[0] if k == 0 else answers[1]
                still, out = still * (1 - now), out * (1 - answers[2]) + still * now
            none, once = none + weight * still, once + weight * out
        return none, once

    def over(place: int) -> float:
        at = (np.arange(400) + 0.5) / 400
        own = stats.gamma.ppf(at, shape, scale=1 / shape)
        return float(np.mean([of_one(x)[place] for x in own]))

    assert float(no_suspension(np.array([rate]), *answers[:2], evenness=shape)[0]) == (
        pytest.approx(over(0), abs=2e-4)
    )
    answers = (0.25, 0.25, 0.60)
    assert float(one_suspension(np.array([rate]), 0.25, 0.60, evenness=shape)[0]) == (
        pytest.approx(over(1), abs=2e-3)
    )
    answers = (0.25, 0.25, 0.25)
    assert float(one_suspension(np.array([rate]), 0.25, 0.25, evenness=shape)[0]) == (
        pytest.approx(over(1), abs=2e-3)
    )


def test_same_seed_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name in ("referrer-weak", "gate-cutoff", "screen-misses", "transport-late"):
        for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
            synthesize(tmp_path / name / folder, world=name, seed=seed, students=600)
        for path in (tmp_path / name / "a").iterdir():
            same = (tmp_path / name / "b" / path.name).read_bytes()
            assert path.read_bytes() == same
            if path.name in ("student.csv", "truth.json"):
                assert path.read_bytes() != (tmp_path / name / "c" / path.name).read_bytes()


def test_parts_of_a_world_draw_apart() -> None:
    for world in CAUSE_WORLDS.values():
        keys = [(type(p), p.cause, getattr(p, "column", "")) for p in world.parts]
        assert len(set(keys)) == len(keys), world.name
    assert len(CAUSE_WORLDS) >= 30
    assert not set(CAUSE_WORLDS) & set(WORLDS)
    assert {c for w in CAUSE_WORLDS.values() for c in w.causes} == CAUSES


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"schools": 5}, "from 12 to a twentieth"),
        ({"students": 100}, "at least 500"),
        ({"shape": "sis"}, "canonical tables only"),
    ],
)
def test_what_cannot_be_made_is_refused(asked: dict[str, Any], said: str, tmp_path: Path) -> None:
    wanted = {"seed": 1, "students": 1_000, **asked}
    with pytest.raises(WorldError, match=said):
        synthesize(tmp_path / "out", world="quiet", **wanted)


def test_the_command_line_lists_worlds_and_asks_where_to_write(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["synthesize", "--world", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == list(world_lines())
    assert main(["synthesize", "--world", "quiet"]) == 2
    assert "--out DIR" in capsys.readouterr().err
    out = str(tmp_path / "q")
    assert main(["synthesize", "--world", "quiet", "--students", "600", "--out", out]) == 0
    assert json.loads((tmp_path / "q" / "truth.json").read_text())["planted"] == []


def test_every_world_is_named_with_what_it_is() -> None:
    lines = world_lines()
    assert len(lines) == len(WORLDS) + len(CAUSE_WORLDS)
    assert any(line.startswith("moment-lunch") and "before lunch" in line for line in lines)
