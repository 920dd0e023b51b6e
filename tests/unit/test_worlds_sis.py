"""The export of a student information system: the same district, in other words and with faults."""

import csv
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from eachchild.worlds import synthesize

US_DATE = re.compile(r"[1-9]\d?/[1-9]\d?/20\d\d")
ARGUMENTS = {"seed": 5, "students": 1_500, "schools": 8, "years": 2}


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sis")
    synthesize(out, shape="sis", **ARGUMENTS)
    return out


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tables")
    synthesize(out, shape="tables", **ARGUMENTS)
    return out


@pytest.fixture(scope="module")
def mess(exports: Path) -> dict[str, dict[str, int | str]]:
    return json.loads((exports / "truth.json").read_text("utf-8"))["mess"]


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    encoding = {"Students.csv": "utf-8-sig", "Schools.csv": "cp1252"}.get(name, "utf-8")
    with (folder / name).open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines))


def test_no_plan_is_written_and_every_row_is_counted(exports: Path) -> None:
    assert not (exports / "audit.toml").exists()
    counted = json.loads((exports / "truth.json").read_text("utf-8"))["rows"]
    assert counted == {p.name: len(rows(exports, p.name)) for p in exports.glob("*.csv")}


def test_encodings_are_mixed(exports: Path, mess: dict[str, dict[str, int | str]]) -> None:
    assert (exports / "Students.csv").read_bytes().startswith(b"\xef\xbb\xbfStudent_Number")
    assert "Peña".encode("cp1252") in (exports / "Schools.csv").read_bytes()
    assert mess["Students.csv"]["encoding"] == "utf-8-sig"
    assert mess["Schools.csv"]["encoding"] == "cp1252"
    assert b"\r\n" in (exports / "Log.csv").read_bytes()


def test_faults_are_as_many_as_said(exports: Path, mess: dict[str, dict[str, int | str]]) -> None:
    known = {r["Student_Number"] for r in rows(exports, "Students.csv")} - {""}
    for name, said in mess.items():
        if "blank_keys" not in said:
            continue
        found = rows(exports, name)
        copies = Counter(tuple(r.values()) for r in found if r["Student_Number"] in known)
        assert sum(n - 1 for n in copies.values()) == said["exact_duplicates"], name
        assert sum(not r["Student_Number"] for r in found) == said["blank_keys"], name
        orphans = [r for r in found if r["Student_Number"] and r["Student_Number"] not in known]
        assert len(orphans) == said["orphans"], name


def test_dates_are_american_and_ids_keep_their_zeros(exports: Path) -> None:
    for name, column in (
        ("Attendance.csv", "Att_Date"),
        ("SchoolEnrollment.csv", "EntryDate"),
        ("SpecialPrograms.csv", "Enter_Date"),
        ("Log.csv", "Entry_Date"),
        ("CalendarDay.csv", "Date_Value"),
    ):
        assert all(US_DATE.fullmatch(r[column]) for r in rows(exports, name)), name
    numbers = [r["Student_Number"] for r in rows(exports, "Students.csv") if r["Student_Number"]]
    assert {len(n) for n in numbers} == {8}
    assert any(n.startswith("0") for n in numbers)


def test_absences_are_those_of_the_tables(
    exports: Path, tables: Path, mess: dict[str, dict[str, int | str]]
) -> None:
    def key(row: dict[str, str]) -> tuple[str, str, float]:
        on = datetime.strptime(row["Att_Date"], "%m/%d/%Y").date().isoformat()
        return row["Student_Number"], on, float(row["Days_Missed"])

    attendance = rows(exports, "Attendance.csv")
    known = {r["Student_Number"] for r in rows(exports, "Students.csv")} - {""}
    absent = {key(r) for r in attendance if r["Presence_Status_CD"] == "Absent"}
    ours = {
        (r["student_id"], r["date"], float(r["fraction"] or 1)) for r in rows(tables, "absence.csv")
    }
    assert {k for k in absent if k[0] in known} == ours
    present = [r for r in attendance if r["Presence_Status_CD"] == "Present"]
    assert len(present) == mess["Attendance.csv"]["present_type"]
    assert not {key(r)[:2] for r in present} & {k[:2] for k in ours}
    codes = {r["Att_Code"]: r["Presence_Status_CD"] for r in rows(exports, "Attendance_Code.csv")}
    assert all(codes[r["Att_Code"]] == r["Presence_Status_CD"] for r in attendance)


def test_the_log_mixes_discipline_with_other_entries(
    exports: Path, tables: Path, mess: dict[str, dict[str, int | str]]
) -> None:
    log = rows(exports, "Log.csv")
    discipline = [r for r in log if r["LogTypeID"] == "-100000"]
    said = mess["Log.csv"]
    faulty = sum(int(said[k]) for k in ("exact_duplicates", "orphans", "blank_keys"))
    assert len(discipline) - faulty == len(rows(tables, "discipline.csv"))
    assert len(log) - len(discipline) == said["not_discipline"]
    others = [r for r in log if r["LogTypeID"] != "-100000"]
    assert not any(r["Discipline_ActionTaken"] for r in others)
    assert all(r["Discipline_ActionTaken"] for r in discipline)


def test_students_are_written_once_as_they_are_now(exports: Path, tables: Path) -> None:
    last = {}
    for row in rows(tables, "enrollment.csv"):
        if row["exit_type"] != "no_show":
            last[row["student_id"]] = row
    students = {
        r["Student_Number"]: r for r in rows(exports, "Students.csv") if r["Student_Number"]
    }
    assert set(students) == set(last)
    for number, row in students.items():
        assert row["SchoolID"] == last[number]["school_id"]
        assert (row["Enroll_Status"] == "0") == (last[number]["exit_date"] == "")
        assert int(row["Grade_Level"]) == int(last[number]["grade"].replace("KG", "0"))


def test_terms_and_calendar_tell_closed_days(exports: Path, tables: Path) -> None:
    assert [r["YearID"] for r in rows(exports, "Terms.csv")] == ["33", "34"]
    days = rows(exports, "CalendarDay.csv")
    open_days = [r for r in days if r["InSession"] == "1"]
    assert len(open_days) == 8 * len(rows(tables, "calendar.csv"))
    assert len(days) > len(open_days)
