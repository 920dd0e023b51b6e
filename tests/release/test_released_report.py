"""The report of a released audit: what it says is hidden, what stands there, and from what."""

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from runs import PEOPLE, audit_released, keep_in_plan
from slow_attacker import slow_attack

from eachchild import handover
from eachchild.cli import main
from eachchild.cube import Block, Cube, Places, Tally, restore
from eachchild.handover import pages_of, told_again
from eachchild.plan import Plan, load_plan, plan_from
from eachchild.release import Audience, load_policy
from eachchild.release.audits import (
    AuditDecision,
    Part,
    bounds_of,
    decide_audit,
    nearest_to_hidden,
    parts_of_audit,
)
from eachchild.release.bundle import claim
from eachchild.release.decide import release_proved
from eachchild.release.family import TOTAL, Table, Tree
from eachchild.release.published import Publication, key_of
from eachchild.release.types import Nearest
from eachchild.terms.factors import FACTORS, Group
from eachchild.worlds import synthesize

POLICY = load_policy("federal")
KEPT = ('factor = "race"', 'factor = "sex"', 'name = "chronic_absence"', 'name = "oss_any"')


def silent(what: str, share: float) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small district with two factors and two outcomes, audited and released."""
    folder = tmp_path_factory.mktemp("district")
    world = folder / "world"
    synthesize(world, world="district", seed=1, students=900, schools=4, years=2, progress=silent)
    keep_in_plan(world / "audit.toml", *KEPT)
    return audit_released(world, folder)


@pytest.fixture(scope="module")
def decided(audited: Path) -> tuple[Plan, Cube, AuditDecision]:
    plan, cube = load_plan(audited / "cube"), restore(audited / "cube")
    parts = parts_of_audit(plan, cube)
    return plan, cube, decide_audit(plan.title, parts, POLICY, {"public": ()}, silent)


def pages(plan: Plan, cube: Cube, found: AuditDecision) -> Mapping[str, bytes]:
    told = told_again(plan, cube, found, POLICY)
    released = release_proved(told, Audience.PUBLIC, found.decision)
    return pages_of(released, pdf=True, progress=silent)


def page_of(audited: Path) -> str:
    """The words of the public report, pictures and style left out."""
    html = (audited / "released" / "public" / "report.html").read_text("utf-8")
    body = html.split("<body>")[1].replace("\u00a0", " ")
    return re.sub(r"<[^>]+>", "", body)


def test_a_released_report_depends_on_nothing_but_what_is_released(
    audited: Path, decided: tuple[Plan, Cube, AuditDecision]
) -> None:
    plan, cube, found = decided
    bundle = audited / "released" / "public"
    written = {name: (bundle / name).read_bytes() for name in pages(plan, cube, found)}
    assert written.keys() == {"findings.json", "measures.csv", "report.html", "report.pdf"}
    without_counts = replace(cube, blocks=(), turnover=())
    # Which of the hidden counts were small, and which stand beside them, is swapped.
    choice = found.decision.choice
    swapped = replace(choice, primary=choice.secondary, secondary=choice.primary)
    other = replace(found, decision=replace(found.decision, choice=swapped))
    assert pages(plan, without_counts, other) == written


def test_hidden_counts_replaced_by_a_witness_leave_every_page_as_it_was(
    decided: tuple[Plan, Cube, AuditDecision],
) -> None:
    plan, cube, found = decided
    decision = found.decision
    proof = decision.proofs["public"]
    assert len(proof.tables) > 1
    counts: dict[tuple[tuple[str, str], ...], int] = {}
    for part in parts_of_audit(plan, cube):
        counts |= part.students
        for outcome in part.outcomes:
            counts |= part.counts(outcome)
    before = pages(plan, cube, found)
    for table in (proof.tables[0], proof.tables[-1]):
        other = counts | dict(zip(proof.facts.unknowns, table.tolist(), strict=True))
        assert any(other[key] != counts[key] for key in decision.publication.hidden)
        told = {key: (other[key], other[key]) if key in decision.publication.exact and key in other
                else span for key, span in decision.publication.told.items()}  # fmt: skip
        again = replace(decision, publication=replace(decision.publication, told=told))
        assert pages(plan, cube, replace(found, decision=again)) == before


def test_the_report_says_how_much_is_hidden_and_what_is_proved(audited: Path) -> None:
    publication = json.loads((audited / "released/public/proof.json").read_text())["publication"]
    dark = [cell for cell, _ in publication["hidden"]]
    shown = sum(cell not in dark for cell, *_ in publication["told"])  # a band tells no count
    hidden = len(dark)
    page = page_of(audited)
    assert f"{shown} of {shown + hidden} counts are shown, and {hidden} are hidden." in page
    assert claim(POLICY.width) in page
    assert "identified" not in page
    assert "nothing hidden can be told" not in page
    internal = (audited / "report.html").read_text("utf-8")
    assert "What is hidden here" not in internal


def test_each_group_is_told_how_many_of_its_counts_are_shown(audited: Path) -> None:
    with (audited / "released/public/cells.csv").open() as file:
        rows = list(csv.DictReader(file))
    cells = {tuple((k, v) for k, v in row.items() if k != "table"): row for row in rows}
    mine = [row for row in cells.values() if row["race"] == "pacific"]
    seen = {tuple(sorted((k, v) for k, v in row.items() if v not in ("", TOTAL) and k != "table"))
            for row in mine}  # fmt: skip
    shown = sum(("state", "reported") in cell for cell in seen)
    assert 0 < shown < len(seen)
    assert f"{shown} of {len(seen)}" in page_of(audited)


def test_hidden_counts_have_one_face(audited: Path) -> None:
    html = (audited / "released" / "public" / "report.html").read_text("utf-8")
    faces = set(re.findall(r'<td class="(untold[^"]*)"><span>hidden', html))
    assert faces <= {"untold hatched"}
    words = page_of(audited).lower()
    assert not re.search(r"\b(primary|secondary|complementary)\b", words)


def test_a_released_report_does_not_look_as_if_the_data_had_no_faults(audited: Path) -> None:
    page = page_of(audited)
    assert "No data-quality rule fired" not in page
    assert "does not mean that nothing was found" in page
    assert "Rows read" not in page
    assert "The source does not say" not in page


def test_the_same_release_gives_the_same_bytes_and_verifies(audited: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    ledger = ("--ledger", str(tmp_path / "ledger.jsonl"), "--out", str(out))
    assert main(["release", str(audited), "--audience", "public", *PEOPLE, *ledger]) == 0
    first = {f.name: f.read_bytes() for f in (audited / "released" / "public").iterdir()}
    assert {f.name: f.read_bytes() for f in out.iterdir()} == first
    assert main(["verify", str(out)]) == 0
    pdf = out / "report.pdf"
    pdf.write_bytes(pdf.read_bytes() + b"\n")
    assert main(["verify", str(out)]) == 4


def test_the_pdf_may_be_left_out(audited: Path, tmp_path: Path) -> None:
    out = tmp_path / "pages"
    ledger = ("--ledger", str(tmp_path / "ledger.jsonl"), "--out", str(out))
    asked = ["release", str(audited), "--audience", "board", *PEOPLE, *ledger, "--no-pdf"]
    assert main(asked) == 0
    assert not (out / "report.pdf").exists()
    assert main(["verify", str(out)]) == 0


def test_every_hidden_count_is_left_as_wide_as_the_policy_asks(
    decided: tuple[Plan, Cube, AuditDecision],
) -> None:
    publication = decided[2].decision.publication
    bounds = bounds_of(publication)
    assert publication.hidden
    assert all(bounds[k][1] - bounds[k][0] >= POLICY.width for k in publication.hidden)


def test_bounds_never_narrow_a_hidden_count_more_than_the_slow_attacker() -> None:
    schools, sides = ("a", "b", "c"), ("yes", "no")
    table = Table("t", (Tree("school", {TOTAL: schools}), Tree("oss", {TOTAL: sides})))
    inner = {("a", "yes"): 2, ("a", "no"): 14, ("b", "yes"): 11, ("b", "no"): 12,
             ("c", "yes"): 1, ("c", "no"): 13}  # fmt: skip
    counts = {
        key_of({"school": s, "oss": o}): sum(
            n for (x, y), n in inner.items() if s in (TOTAL, x) and o in (TOTAL, y)
        )
        for s in (TOTAL, *schools)
        for o in (TOTAL, *sides)
    }
    hidden = [key_of({"school": s, "oss": o}) for s in schools for o in sides]
    told = {key: (n, n) for key, n in counts.items() if key not in hidden}
    publication = Publication((table,), told, dict.fromkeys(hidden, 5))
    bounds = bounds_of(publication)
    for key, (low, high) in slow_attack(publication).items():
        assert bounds[key][0] <= low <= counts[key] <= high <= bounds[key][1]
    assert bounds[key_of({"school": "c", "oss": "no"})] == (0, 14)


def test_many_schools_are_told_by_district_and_an_outcome_by_its_own_years() -> None:
    shape = (2, 62, 2)  # years, schools, races
    period, place, race = (x.ravel() for x in np.indices(shape))
    values = FACTORS["race"].all_values
    at = np.array([values.index("black"), values.index("white")])[race][:, None]
    n = np.full(period.shape, 40)
    every = Tally.exact(n, np.full(n.shape, 8), missing=0 * n)
    latest = replace(Tally.exact(n, np.full(n.shape, 9), missing=0 * n), collected=period == 1)
    block = Block(("race",), place, period, at, n, {"oss_any": every, "iss_any": latest})
    parents = tuple(str(k % 2) for k in range(shape[1]))
    places = Places("school", tuple(f"{k:03d}" for k in range(shape[1])), "district", parents)
    cube = Cube(places, ("2023-24", "2024-25"), {"race": values}, (block,))
    plan = plan_from(
        {
            "source": [{"path": "none", "table": "student_year"}],
            "identity": [{"factor": "race", "reference": "white"}],
            "outcome": [{"name": "oss_any"}, {"name": "iss_any"}],
        },
        Path(),
    )
    found = decide_audit("t", parts_of_audit(plan, cube), POLICY, {"public": ()}, silent)
    told = told_again(plan, cube, found, POLICY)
    assert (told.places, told.place_level) == (2, "district")
    rates = told.measures.take(told.measures.find(measure="rate"))
    columns = (rates.outcome, rates.period, rates.place)
    seen = set(zip(*(column.text() for column in columns), strict=True))
    assert ("oss_any", "2023-24", "all") in seen
    assert ("iss_any", "2024-25", "all") in seen
    assert ("iss_any", "2023-24", "all") not in seen
    assert {place for _, _, place in seen} == {"all", "district:0", "district:1"}


RACES = ("black", "pacific", "white")


def part_of(year: str, students: Mapping[str, int], events: Mapping[str, int]) -> Part:
    """One year's students by race and those suspended, as an audit has them."""
    of = (("period", year), ("students", "1"))
    keys = {race: key_of(dict(of) | {"race": race}) for race in RACES} | {"": of}
    table = Table(f"race, {year} 1", (Tree("race", {TOTAL: RACES}),), of)
    return Part(
        year,
        ("oss_any",),
        (table,),
        {keys[r]: n for r, n in (students | {"": sum(students.values())}).items()},
        {"oss_any": {keys[r]: n for r, n in (events | {"": sum(events.values())}).items()}},
    )


def nearest_in(years: Mapping[str, tuple[Mapping[str, int], frozenset[str]]], plan: Plan,
               students: Mapping[str, int]) -> Mapping[tuple[str, str, str], Nearest]:  # fmt: skip
    """What stands for hidden numbers where each year hides the outcome of some groups."""
    told: dict[tuple[tuple[str, str], ...], tuple[int, int]] = {}
    hidden: dict[tuple[tuple[str, str], ...], int] = {}
    tables: list[Table] = []
    for year, (events, dark) in years.items():
        part = part_of(year, students, events)
        tables += [*part.groups, *part.with_outcome("oss_any")]
        for key, number in part.counts("oss_any").items():
            if dict(key).get("race") in dark and "oss_any" in dict(key):
                hidden[key] = 5
            else:
                told[key] = (number, number)
    publication = Publication(tuple(tables), told, hidden)
    released = {"oss_any": dict.fromkeys(years, "1")}
    return nearest_to_hidden(plan, publication, bounds_of(publication), released)


def test_the_nearest_number_is_found_in_a_fixed_order(
    decided: tuple[Plan, Cube, AuditDecision],
) -> None:
    plan = decided[0]
    pacific, white = "race=pacific", "race=white"
    dark = frozenset(("pacific", "white"))
    none: frozenset[str] = frozenset()
    events = {"black": 10, "pacific": 2, "white": 20}
    students = {"black": 100, "pacific": 20, "white": 300}
    one = nearest_in({"2024-25": (events, dark)}, plan, students)
    # 22 of both are suspended: any of 0 to 20 of the 20 is possible, and 2 to 22 of the 300.
    assert one["oss_any", white, "2024-25"].kind == "band"
    assert one["oss_any", white, "2024-25"].events == (2, 22)
    assert one["oss_any", pacific, "2024-25"].kind == "students"
    assert one["oss_any", pacific, "2024-25"].n == (20, 20)
    two = nearest_in({"2022-23": (events, none), "2023-24": (events, none),
                      "2024-25": (events, dark)}, plan, students)  # fmt: skip
    assert two["oss_any", pacific, "2024-25"].kind == "years"
    assert two["oss_any", pacific, "2024-25"].events == (4, 24)
    assert two["oss_any", pacific, "2024-25"].n == (60, 60)
    assert two["oss_any", pacific, "2024-25"].years == 3
    assert all(Group.parse(group).factors == ("race",) for _, group, _ in two)


def test_an_earlier_year_or_the_group_it_is_part_of_stands_where_nothing_nearer_does(
    decided: tuple[Plan, Cube, AuditDecision],
) -> None:
    plan = decided[0]
    dark = frozenset(("pacific", "white"))
    events = {"black": 10, "pacific": 10, "white": 20}
    students = {"black": 100, "pacific": 20, "white": 30}
    years = {"2022-23": (events, dark), "2023-24": (events, frozenset[str]()),
             "2024-25": (events, dark)}  # fmt: skip
    found = nearest_in(years, plan, students)["oss_any", "race=pacific", "2024-25"]
    # 20 of 20 are possible twice, and 10 are told: 10 to 50 of 60 is most of them.
    assert (found.kind, found.period, found.events, found.n) == ("year", "2023-24", (10, 10),
                                                                 (20, 20))  # fmt: skip
    alone = nearest_in({"2024-25": (events, dark)}, plan, students)
    assert alone["oss_any", "race=pacific", "2024-25"].kind == "students"


def test_a_crossing_of_unknown_size_is_told_by_its_first_group_and_a_hidden_whole_by_nothing(
    decided: tuple[Plan, Cube, AuditDecision],
) -> None:
    of = (("period", "2024-25"), ("students", "1"))
    trees = (Tree("race", {TOTAL: ("black",)}), Tree("sex", {TOTAL: ("female", "male")}))
    sides = Tree("oss_any", {TOTAL: ("yes", "no")})
    tables = (Table("race by sex", trees, of), Table("oss_any by race by sex", (*trees, sides), of))
    keys = dict.fromkeys(key for table in tables for key in table.cells())
    sums = {"": 200, "yes": 20, "no": 180}
    told = {k: (n, n) for k in keys if "sex" not in dict(k)
            for n in [sums[dict(k).get("oss_any", "")]]}  # fmt: skip
    hidden = {key: 5 for key in keys if key not in told}
    released = {"oss_any": {"2024-25": "1"}}

    def near(publication: Publication) -> Mapping[tuple[str, str, str], Nearest]:
        return nearest_to_hidden(decided[0], publication, bounds_of(publication), released)

    crossing = near(Publication(tables, told, hidden))["oss_any", "race=black;sex=male", "2024-25"]
    assert (crossing.kind, crossing.group, crossing.events) == ("wider", "race=black", (20, 20))
    nothing = near(Publication(tables, {}, dict.fromkeys(keys, 5)))
    assert {one.kind for one in nothing.values()} == {"nothing"}


def test_the_pdf_is_refused_before_the_long_part_where_its_typeface_is_missing(
    audited: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eachchild.report.fonts.FOLDER", tmp_path)
    decided: list[object] = []
    monkeypatch.setattr(handover, "decide_audit", lambda *asked: decided.append(asked))
    out = ("--out", str(tmp_path / "bundle"), "--ledger", str(tmp_path / "ledger.jsonl"))
    assert main(["release", str(audited), "--audience", "public", *PEOPLE, *out]) == 2
    assert decided == []
