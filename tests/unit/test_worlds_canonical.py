"""The canonical tables of a made-up district: whole, consistent, and the same each time."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pytest

from eachchild.plan import load_plan
from eachchild.sources.records.load import load_records
from eachchild.tables import ACTIONS, COURSE_LEVELS, TABLES
from eachchild.terms.factors import FACTORS
from eachchild.worlds import Truth, synthesize

Rows = list[dict[str, str]]
OPEN = date(2099, 1, 1)


def make(out: Path, *, seed: int = 5, world: str = "district") -> Truth:
    return synthesize(out, world=world, seed=seed, students=1_500, schools=8, years=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("district")
    make(out)
    return out


def rows(folder: Path, table: str) -> Rows:
    path = folder / f"{table}.csv"
    header = path.read_bytes().split(b"\n", 1)[0].decode().split(",")
    options = csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
    )
    return csv.read_csv(path, convert_options=options).to_pylist()


def day(text: str, blank: date = OPEN) -> date:
    return date.fromisoformat(text) if text else blank


def spells(folder: Path) -> dict[str, list[tuple[date, date, str]]]:
    """(first day, last day, school) of each student's spells that began, in order."""
    found = defaultdict(list)
    for row in rows(folder, "enrollment"):
        if row["exit_type"] != "no_show":
            span = (day(row["entry_date"]), day(row["exit_date"]), row["school_id"])
            found[row["student_id"]].append(span)
    return {student: sorted(those) for student, those in found.items()}


def test_every_table_is_written_with_declared_columns_only(folder: Path) -> None:
    written = {p.stem for p in folder.glob("*.csv")}
    assert written == set(TABLES) - {"student_year"}
    for table in written:
        names = set(rows(folder, table)[0])
        assert names <= {c.name for c in TABLES[table].columns}
        assert names >= set(TABLES[table].required)


def test_keys_are_unique_and_required_values_are_there(folder: Path) -> None:
    for name, table in TABLES.items():
        if name == "student_year":
            continue
        found = rows(folder, name)
        assert all(row[c] for row in found for c in table.required), name
        keys = [tuple(row[c] for c in table.key) for row in found]
        if table.key:
            assert len(set(keys)) == len(keys), name


def test_codes_are_of_the_declared_lists(folder: Path) -> None:
    assert {r["action"] for r in rows(folder, "discipline")} <= set(ACTIONS)
    assert {r["level"] for r in rows(folder, "course")} <= set(COURSE_LEVELS)
    for factor in ("race", "sex", "language"):
        assert {r[factor] for r in rows(folder, "student")} <= {*FACTORS[factor].values, ""}
    for row in rows(folder, "identity"):
        assert row["value"] in FACTORS[row["factor"]].values


def test_rows_are_counted_in_the_truth(folder: Path, tmp_path: Path) -> None:
    truth = make(tmp_path)
    assert truth.rows == {f"{t}.csv": len(rows(folder, t)) for t in TABLES if t != "student_year"}


def test_same_seed_same_bytes_and_another_seed_others(folder: Path, tmp_path: Path) -> None:
    make(tmp_path / "again")
    make(tmp_path / "other", seed=6)
    names = sorted(p.name for p in folder.iterdir())
    assert names == sorted(p.name for p in (tmp_path / "again").iterdir())
    for name in names:
        first = (folder / name).read_bytes()
        assert first == (tmp_path / "again" / name).read_bytes(), name
        if name not in ("audit.toml", "calendar.csv", "school.csv"):
            assert first != (tmp_path / "other" / name).read_bytes(), name


def test_spells_of_a_student_do_not_overlap(folder: Path) -> None:
    moved = 0
    for those in spells(folder).values():
        assert all(first <= last for first, last, _ in those)
        for (_, last, school), (first, _, other) in pairwise(those):
            assert last < first
            moved += school != other
    assert moved > 20


def test_the_realistic_oddities_are_there(folder: Path) -> None:
    found = rows(folder, "enrollment")
    kinds = {r["exit_type"] for r in found}
    assert kinds >= {"transfer_out", "transfer_within", "no_show", "graduated", "end_of_year", ""}
    first_days = {min(r["entry_date"] for r in found if r["entry_date"] < "2024-07")}
    assert sum(r["entry_date"] not in first_days and r["exit_type"] != "" for r in found) > 100
    again = sum(
        a[2] == b[2] and b[0] - a[1] < timedelta(30)
        for those in spells(folder).values()
        for a, b in pairwise(those)
    )
    assert again > 0  # re-entries after a gap


def test_absences_fall_on_school_days_of_a_spell_at_its_school(folder: Path) -> None:
    known = spells(folder)
    school_days = {r["date"] for r in rows(folder, "calendar")}
    absences = rows(folder, "absence")
    for row in absences[::7]:
        assert row["date"] in school_days
        on = date.fromisoformat(row["date"])
        assert row["school_id"] in [s for a, b, s in known[row["student_id"]] if a <= on <= b]
    assert {r["fraction"] for r in absences} == {"", "0.5"}
    assert {r["excused"] for r in absences} == {"yes", "no", ""}


def test_incidents_happen_to_students_who_are_there_and_hang_together(folder: Path) -> None:
    known, acts = spells(folder), defaultdict(set)
    absent = {(r["student_id"], r["date"]) for r in rows(folder, "absence")}
    adults = {r["staff_id"]: r["school_id"] for r in rows(folder, "staff")}
    on_absent_day = 0
    found = rows(folder, "discipline")
    for row in found:
        on = date.fromisoformat(row["date"])
        assert row["school_id"] in [s for a, b, s in known[row["student_id"]] if a <= on <= b]
        assert adults[row["staff_id"]] == row["school_id"]
        assert bool(row["days"]) == (row["action"] in ("iss", "oss"))
        on_absent_day += (row["student_id"], row["date"]) in absent
        acts[row["incident_id"]].add((row["student_id"], row["behavior"], row["time"]))
    assert all(len(same) == 1 for same in acts.values())
    assert on_absent_day <= len(found) * 0.002


def test_race_follows_from_the_races_named(folder: Path) -> None:
    named = defaultdict(set)
    for row in rows(folder, "student_race"):
        named[row["student_id"]].add(row["race"])
    for row in rows(folder, "student"):
        races = named[row["student_id"]]
        alone = next(iter(races)) if len(races) == 1 else ""
        several = "two_or_more" if len(races) > 1 else alone
        assert row["race"] == ("hispanic" if "hispanic" in races else several)


def test_identity_spans_follow_each_other_without_gap(folder: Path) -> None:
    spans = defaultdict(list)
    for row in rows(folder, "identity"):
        span = (day(row["begin_date"], date.min), day(row["end_date"]), row["value"])
        spans[row["student_id"], row["factor"]].append(span)
    changed = defaultdict(int)
    for (_, factor), those in spans.items():
        those.sort()
        assert those[0][0] == date.min
        assert those[-1][1] == OPEN
        for (_, end, value), (begin, _, after) in pairwise(those):
            assert begin - end == timedelta(1)
            assert value != after
            changed[factor] += 1
    assert min(changed[f] for f in ("el", "idea", "frl")) > 20


def test_meals_for_all_are_written_as_free_for_everyone_known(tmp_path: Path) -> None:
    synthesize(tmp_path, seed=3, students=3_000, schools=20, years=1)
    free = {r["school_id"] for r in rows(tmp_path, "school") if r["meals_for_all"] == "yes"}
    status = {
        r["student_id"]: r["value"] for r in rows(tmp_path, "identity") if r["factor"] == "frl"
    }
    first = {s: those[0][2] for s, those in spells(tmp_path).items()}
    there = [status[s] for s, school in first.items() if school in free and s in status]
    elsewhere = [status[s] for s, school in first.items() if school not in free and s in status]
    assert len(free) == 1
    assert set(there) == {"yes"}
    assert set(elsewhere) == {"yes", "no"}


def test_marks_scores_and_completion_hang_together(folder: Path) -> None:
    for row in rows(folder, "course"):
        assert (row["points"] == "0") == (row["failed"] == "yes")
        assert bool(row["points"]) == bool(row["failed"])
    for row in rows(folder, "score"):
        assert bool(row["score"]) == bool(row["proficient"])
        assert not row["score"] or (int(row["score"]) > 2500) == (row["proficient"] == "yes")
    for row in rows(folder, "completion"):
        assert bool(row["graduated"]) == (row["cohort"] == "yes")


def test_the_plan_reads_every_row_without_a_complaint(folder: Path, tmp_path: Path) -> None:
    plan = load_plan(folder)
    assert {s.table for s in plan.sources} == set(TABLES) - {"student_year", "staff", "support"}
    records = load_records(plan, tmp_path)
    # The no-shows, which are no spells, and the students who named several races.
    assert {hit.id for hit in records.hits} == {"E07", "D01"}
    assert records.unmapped == ()
    assert all(a.quarantined == a.merged == 0 for a in records.accounts)
    assert all(link.matched == link.rows for link in records.linkage)
