"""Referrals and adults of the cube: a log counted by hand, whole districts, and their files."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eachchild.cube import Cube, EventBlock, count_all, restore, store
from eachchild.cube.plan import USUAL_DIMENSIONS
from eachchild.cube.referral_words import MOST_WORDS, written
from eachchild.plan import Adults, Plan, load_plan, plan_from
from eachchild.sources.records.load import load_records
from eachchild.tables import TABLES, Kind
from eachchild.worlds import synthesize

KINDS = {Kind.DATE: pa.date32(), Kind.NUMBER: pa.float64(), Kind.WHOLE: pa.int64()}
PLAN = {
    "source": [{"path": "none", "table": "student_year"}],
    "identity": [{"factor": "race", "reference": "white"}, {"factor": "idea"}],
    "outcome": [{"name": "oss_any"}],
}
STUDENTS = [
    ("1", "2021-22", "A", "black"),
    ("2", "2021-22", "A", "white"),
    ("3", "2021-22", None, None),
]
LOG = [
    # student, school, date, incident, behavior, location, time, staff, action, days
    ("1", "A", "2021-09-01", "i1", "Defiance", "hall", "09:10", "T1", "oss", 2.0),
    ("1", "A", "2021-09-01", "i1", "Defiance", "hall", "09:10", "T1", "police", None),
    ("1", "B", "2021-09-05", None, "Fighting", None, "13:00", "T1", "detention", None),
    ("2", None, "2021-09-01", "i1", "Fighting", "gym", "9:40 AM", "T2", "expulsion", None),
    ("2", "A", "2021-09-01", "i2", "Theft", "hall", "08:00", "T2", "none", None),
    ("2", "A", "2021-10-01", "i4", "Mystery", "hall", None, "SYSTEM", None, None),
    ("3", None, "2022-01-10", "i9", None, None, None, None, "oss", None),
    ("4", "A", "2021-09-01", "i5", "Defiance", "hall", "09:10", "T1", "oss", 1.0),
    ("1", "A", "2023-09-01", "i6", "Defiance", "hall", "09:10", "T1", "oss", 1.0),
]


def _write(
    folder: Path, table: str, names: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> Path:
    kinds = {c.name: KINDS.get(c.kind, pa.string()) for c in TABLES[table].columns}
    columns = {
        n: pa.array([r[i] for r in rows], pa.string()).cast(kinds[n])
        if kinds[n] == pa.date32()
        else pa.array([r[i] for r in rows], kinds[n])
        for i, n in enumerate(names)
    }
    path = folder / f"{table}.parquet"
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture
def district(tmp_path: Path) -> dict[str, Path]:
    log = ("student_id", "school_id", "date", "incident_id", "behavior", "location", "time",
           "staff_id", "action", "days")  # fmt: skip
    rows = [(*s, "no") for s in STUDENTS]
    return {
        "student_year": _write(
            tmp_path, "student_year", ("student_id", "period", "school_id", "race", "idea"), rows
        ),
        "discipline": _write(tmp_path, "discipline", log, LOG),
    }


def _cells(cube: Cube, block: EventBlock) -> dict[tuple[str, ...], dict[str, int]]:
    told = {}
    counts = ("rows", "referrals", "students", "oss", "unsaid", "police", "days", "undated")
    for i in range(block.place.size):
        words = [block.words[d][block.value[i, k]] for k, d in enumerate(block.dimensions)]
        key = (block.schools[block.place[i]], block.groups[block.group[i]], *words)
        numbers = {c: int(getattr(block, c)[i]) for c in counts}
        told[key] = {c: n for c, n in numbers.items() if n}
    return told


def _counted(district: dict[str, Path], plan: Plan, folder: Path) -> Cube:
    return count_all(plan, district, (), folder=folder / "vault")


def test_a_log_counted_by_hand(district: dict[str, Path], tmp_path: Path) -> None:
    cube = _counted(district, plan_from(PLAN, Path()), tmp_path)
    moment, answer, kind = cube.events[:3]
    assert [(b.factor, b.dimensions) for b in cube.events[:3]] == [
        ("race", ("behavior", "location", "hour")),
        ("race", ("behavior", "answer", "prior")),
        ("race", ("discretion",)),
    ]
    once = {"rows": 1, "referrals": 1, "students": 1}
    suspended = {"rows": 2, "referrals": 1, "students": 1, "oss": 1, "police": 1, "days": 2_000_000}
    assert _cells(cube, moment) == {
        ("A", "black", "Defiance", "hall", "9"): suspended,
        ("B", "black", "Fighting", "not_reported", "13"): once,
        ("A", "white", "Fighting", "gym", "9"): {**once, "oss": 1},
        ("A", "white", "Theft", "hall", "8"): once,
        ("A", "white", "Mystery", "hall", "not_reported"): {**once, "unsaid": 1},
        ("", "not_reported", "not_reported", "not_reported", "not_reported"): {
            **once, "oss": 1, "undated": 1,
        },
    }  # fmt: skip
    assert set(_cells(cube, answer)) == {
        ("A", "black", "Defiance", "oss", "0"),
        ("B", "black", "Fighting", "detention", "1"),
        ("A", "white", "Fighting", "expulsion", "0"),
        ("A", "white", "Theft", "none", "0"),  # on the same day: neither is before the other
        ("A", "white", "Mystery", "not_reported", "2"),
        ("", "not_reported", "not_reported", "oss", "0"),
    }
    assert set(_cells(cube, kind)) == {
        ("A", "black", "subjective"),
        ("B", "black", "objective"),
        ("A", "white", "objective"),
        ("A", "white", "not_reported"),
        ("", "not_reported", "not_reported"),
    }
    two = {"rows": 2, "referrals": 2, "students": 1, "oss": 1}
    assert _cells(cube, kind)["A", "white", "objective"] == two
    assert (moment.unplaced_rows, moment.unplaced) == (2, 2)  # nobody's, and another year's
    assert moment.rows.sum() + moment.unplaced_rows == len(LOG)


def test_adults_are_counted_and_not_named(district: dict[str, Path], tmp_path: Path) -> None:
    plan = plan_from({**PLAN, "adults": {"agreement": "A", "set_aside": ["system"]}}, Path())
    courses = [("1", "2021-22", "c")]  # and no word of who teaches it
    district["course"] = _write(tmp_path, "course", ("student_id", "period", "course_id"), courses)
    (block,) = _counted(district, plan, tmp_path).adults
    white, black = block.groups.index("white"), block.groups.index("black")
    kinds = [
        (block.schools[p], int(m[black]), int(m[white]), int(m.sum()), int(n))
        for p, m, n in zip(block.place, block.made, block.adults, strict=True)
    ]
    assert sorted(kinds) == [("A", 0, 2, 2, 1), ("A", 1, 0, 1, 1), ("B", 1, 0, 1, 1)]
    assert block.taught is None
    assert block.staff is None
    here = dict(zip((block.schools[p] for p in block.at_place), block.at_unnamed, strict=True))
    assert here == {"": 1, "A": 0, "B": 0}
    assert block.at_set_aside.tolist() == [0, 1, 0]
    assert block.unplaced == 2


def test_without_an_agreement_or_a_log_nothing_more_is_counted(
    district: dict[str, Path], tmp_path: Path
) -> None:
    plan = plan_from(PLAN, Path())
    assert _counted(district, plan, tmp_path).adults == ()
    alone = {"student_year": district["student_year"]}
    cube = _counted(alone, plan, tmp_path)
    assert (cube.events, cube.adults) == ((), ())
    store(cube, plan, tmp_path / "cube", inputs={})
    assert {f.name for f in (tmp_path / "cube").iterdir()} == {"cube.json", "student.parquet"}


def test_factors_told_alone_are_not_asked_of_referrals(
    district: dict[str, Path], tmp_path: Path
) -> None:
    table = pq.read_table(district["student_year"])
    pq.write_table(
        table.append_column("race_any_black", pa.array(["yes", "no", None])),
        district["student_year"],
    )
    plan = plan_from({**PLAN, "identity": [{"factor": "race_any_black"}]}, Path())
    assert _counted(district, plan, tmp_path).events == ()


def test_sentences_stay_behind() -> None:
    long = "Jo pushed another student twice at the lockers before the second bell"
    found = written(["bus", long])
    assert found.words == ("bus", "not_coded", "several", "not_reported")
    assert found.words[found.place[long]] == "not_coded"
    many = written([f"note {i}" for i in range(MOST_WORDS + 1)])
    assert many.words == ("not_coded", "several", "not_reported")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Cube, Path]:
    """A made-up district whose course table says who teaches, counted with its adults."""
    folder = tmp_path_factory.mktemp("whole")
    synthesize(folder, seed=5, students=800, schools=4, years=2)
    courses = (folder / "course.csv").read_text("utf-8").splitlines()
    taught = [f"{line},T{i % 7}" for i, line in enumerate(courses[1:])]
    text = "\n".join([courses[0] + ",staff_id", *taught]) + "\n"
    (folder / "course.csv").write_text(text, "utf-8")
    with (folder / "audit.toml").open("a", encoding="utf-8") as file:
        file.write('[[source]]\npath = "staff.csv"\ntable = "staff"\n')
        file.write('[adults]\nagreement = "Memorandum"\n')
    plan = load_plan(folder)
    vault = folder / "vault"
    cube = count_all(plan, load_records(plan, vault).tables, (), folder=vault)
    return plan, cube, vault


def test_referrals_add_up_to_those_of_the_students(whole: tuple[Plan, Cube, Path]) -> None:
    plan, cube, vault = whole
    (rows,) = vault.glob("student_year-*.parquet")
    table = pq.read_table(rows)
    total = {c: sum(v or 0 for v in table[c].to_pylist()) for c in ("referrals", "oss_days")}
    assert len(cube.events) == len(USUAL_DIMENSIONS) * len(plan.factors)
    for block in cube.events:
        assert block.referrals.sum() == total["referrals"]
        assert block.days.sum() == round(total["oss_days"] * 1_000_000)
        assert block.unplaced_rows == 0
        for code, value in enumerate(block.groups):
            mine = [
                n or 0
                for n, v in zip(
                    table["referrals"].to_pylist(), table[block.factor].to_pylist(), strict=True
                )
                if (v or "not_reported") == value
            ]
            assert block.referrals[block.group == code].sum() == sum(mine)


def test_taught_students_are_those_of_the_course_table(whole: tuple[Plan, Cube, Path]) -> None:
    _, cube, vault = whole
    (block,) = cube.adults
    assert block.taught is not None
    assert block.staff is not None
    courses = pq.read_table(next(vault.glob("course-*.parquet"))).to_pylist()
    pairs = {(r["school_id"], r["period"], r["staff_id"], r["student_id"]) for r in courses}
    assert (block.taught.sum(axis=1) * block.adults).sum() == len(pairs)
    made = (block.made.sum(axis=1) * block.adults).sum()
    assert made + block.at_unnamed.sum() == cube.events[0].referrals.sum()
    members = pq.read_table(next(vault.glob("staff-*.parquet"))).num_rows
    assert block.staff.sum() == members


def test_finer_grains_survive_their_files(whole: tuple[Plan, Cube, Path], tmp_path: Path) -> None:
    plan, cube, _ = whole
    for folder in ("one", "two"):
        store(cube, plan, tmp_path / folder, inputs={})
    files = sorted(f.name for f in (tmp_path / "one").iterdir())
    assert files == [
        "adult.parquet",
        "course.parquet",
        "cube.json",
        "event.parquet",
        "grade.parquet",
        "months.parquet",
        "student.parquet",
    ]
    for file in files:
        ours, theirs = (hashlib.sha256((tmp_path / d / file).read_bytes()) for d in ("one", "two"))
        assert ours.hexdigest() == theirs.hexdigest()
    read = restore(tmp_path / "one")
    for grain in ("events", "adults", "courses", "grades", "months"):
        pairs = list(zip(getattr(read, grain), getattr(cube, grain), strict=True))
        assert pairs
        for ours, theirs in pairs:
            for field in fields(theirs):
                mine, other = getattr(ours, field.name), getattr(theirs, field.name)
                if isinstance(other, np.ndarray):
                    assert mine.dtype == other.dtype
                    assert np.array_equal(mine, other), field.name
                elif field.name in ("of", "events"):  # of months: an array a measure
                    assert mine.keys() == other.keys()
                    assert all(np.array_equal(mine[name], other[name]) for name in other)
                else:
                    assert mine == other, field.name


def test_no_id_of_a_person_is_in_the_files(whole: tuple[Plan, Cube, Path], tmp_path: Path) -> None:
    plan, cube, vault = whole
    store(cube, plan, tmp_path, inputs={})
    texts = set()
    for name in ("event.parquet", "adult.parquet", "months.parquet"):
        table = pq.read_table(tmp_path / name)
        texts |= {t for c in table.columns if c.type == pa.string() for t in c.to_pylist()}
    log = pq.read_table(next(vault.glob("discipline-*.parquet")))
    people = {*log["staff_id"].to_pylist(), *log["student_id"].to_pylist()}
    assert not texts & {p for p in people if p}
    assert not [p for p in people if p and f'"{p}"' in (tmp_path / "cube.json").read_text("utf-8")]


def test_the_same_log_in_another_order_gives_the_same_bytes(
    district: dict[str, Path], tmp_path: Path
) -> None:
    plan = replace(plan_from(PLAN, Path()), adults=Adults("A"))
    table = pq.read_table(district["discipline"])
    store(_counted(district, plan, tmp_path), plan, tmp_path / "one", inputs={})
    pq.write_table(table.take(list(range(table.num_rows))[::-1]), district["discipline"])
    store(_counted(district, plan, tmp_path), plan, tmp_path / "two", inputs={})
    for file in ("event.parquet", "adult.parquet", "cube.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_cube_without_dimensions_is_read_back(district: dict[str, Path], tmp_path: Path) -> None:
    plan = plan_from(PLAN, Path())
    cube = _counted(district, plan, tmp_path)
    bare = replace(cube.events[0], dimensions=(), words={}, value=cube.events[0].value[:, :0])
    store(replace(cube, events=(bare,)), plan, tmp_path / "bare", inputs={})
    (read,) = restore(tmp_path / "bare").events
    assert read.value.shape == (bare.place.size, 0)
