"""Faults that only whole tables show: coverage, links between files, identity that cannot be."""

from typing import Any

import pytest

from eachchild.plan import load_plan
from eachchild.sources.records.load import load_records
from eachchild.tables import RuleHit


def one(records: Any, rule: str) -> RuleHit:
    found = [hit for hit in records.hits if hit.id == rule]
    assert len(found) == 1
    return found[0]


def of_school(rows: list[dict[str, str]], school: str) -> list[dict[str, str]]:
    return [row for row in rows if row["school_id"] == school]


def test_a_school_without_absences_in_a_month(large: Any, rules: Any) -> None:
    large.tables["absence"] = [
        row
        for row in large.tables["absence"]
        if row["school_id"] == "010" or not row["date"].startswith("2021-11")
    ]
    records = large.load()
    assert rules(records) == {"C01"}
    assert one(records, "C01").details == {"schools": ("020",), "spans": 1}


def test_a_school_without_any_absence(large: Any, rules: Any) -> None:
    large.tables["absence"] = of_school(large.tables["absence"], "010")
    records = large.load()
    assert rules(records) == {"C01"}
    assert one(records, "C01").details["schools"] == ("020",)


def test_a_large_school_without_discipline(large: Any, rules: Any) -> None:
    large.tables["discipline"] = of_school(large.tables["discipline"], "020")
    records = large.load()
    assert rules(records) == {"C02"}
    assert one(records, "C02").details["schools"] == ("010",)


def test_attendance_that_stops_before_the_year_ends(large: Any, rules: Any) -> None:
    large.tables["absence"] = [
        row
        for row in large.tables["absence"]
        if row["school_id"] == "010" or row["date"] < "2022-02-20"
    ]
    records = large.load()
    assert rules(records) == {"C03"}
    assert one(records, "C03").details["schools"] == ("020",)


def test_ids_of_another_kind_stop_the_audit(district: Any, rules: Any) -> None:
    for i, row in enumerate(district.tables["absence"]):
        row["student_id"] = f"LOCAL{i // 4}"
    records = district.load()
    assert rules(records) == {"R06"}
    hit = one(records, "R06")
    assert (hit.severity, hit.count) == ("stop", 160)
    link = next(x for x in records.linkage if (x.table, x.column) == ("absence", "student_id"))
    assert link.share == 0


def test_unmatched_rows_go_to_a_file_in_the_vault(district: Any) -> None:
    district.tables["absence"][4]["student_id"] = "777777"
    records = district.load()
    link = next(x for x in records.linkage if (x.table, x.column) == ("absence", "student_id"))
    assert (link.rows, link.matched) == (160, 159)
    (file,) = (district.folder / "vault").glob("unmatched-*.csv")
    assert file.read_text().splitlines()[1:] == ["absence.csv,6,absence,student_id,777777"]


def test_ids_that_lost_their_zeros_are_recognized(district: Any, rules: Any) -> None:
    for row in district.tables["course"][:4]:
        row["student_id"] = row["student_id"].lstrip("0")
    records = district.load()
    assert rules(records) == {"R06", "R08"}
    assert one(records, "R08").count == 4


def test_two_or_more_with_a_single_race(district: Any, rules: Any) -> None:
    for row in district.tables["student"]:
        row.update(race_any_black="no", race_any_white="no", race_any_asian="no")
        row[f"race_any_{row['race']}"] = "yes"
    for row in district.tables["student"]:
        row.setdefault("race_any_hispanic", "no")
    district.tables["student"][1]["race"] = "two_or_more"
    records = district.load()
    assert rules(records) == {"D02"}
    assert one(records, "D02").rows == (3,)


def test_no_race_named_at_all(district: Any, rules: Any) -> None:
    for row in district.tables["student"]:
        row.update(race_any_black="yes")
    district.tables["student"][2].update(race="", race_any_black="no")
    assert rules(district.load()) == {"D03"}


def test_race_rows(district: Any, rules: Any) -> None:
    students = district.tables["student"]
    district.tables["student_race"] = [
        {"student_id": s["student_id"], "race": s.pop("race")} for s in students
    ]
    assert rules(district.load()) == set()
    district.tables["student_race"][0]["race"] = "two_or_more"
    assert rules(district.load()) == {"D02"}
    district.tables["student_race"].pop(0)
    assert rules(district.load()) == {"D03"}


def test_a_column_that_never_varies(large: Any, rules: Any) -> None:
    for row in large.tables["student"]:
        row["idea"] = "no"
    records = large.load()
    assert rules(records) == {"D06"}
    assert one(records, "D06").column == "idea"


def test_free_meals_for_all(large: Any, rules: Any) -> None:
    at_school = {r["student_id"] for r in of_school(large.tables["enrollment"], "020")}
    for row in large.tables["student"]:
        if row["student_id"] in at_school:
            row["frl"] = "yes"
    records = large.load()
    assert rules(records) == {"D09"}
    assert one(records, "D09").details["schools"] == ("020",)


def test_free_meals_for_all_in_ready_rows(ready: Any, rules: Any) -> None:
    rows = ready.tables["student_year"]
    ready.tables["student_year"] = [
        {**row, "student_id": f"{k}{row['student_id']}"} for k in range(3) for row in rows
    ]
    for row in ready.tables["student_year"]:
        row["frl"] = "yes" if row["school_id"] == "010" else row["frl"]
    assert rules(ready.load()) == {"D09"}


def test_a_value_missing_for_one_group(large: Any, rules: Any) -> None:
    for row in large.tables["student"]:
        row["sex"] = "" if row["race"] == "asian" else row["sex"]
    records = large.load()
    assert rules(records) == {"M01"}
    hit = one(records, "M01")
    assert (hit.column, hit.count) == ("sex", 175)
    assert hit.details["asian"] == (175, 175)


@pytest.mark.parametrize(("column", "rule"), [("days_absent", "C01"), ("oss_count", "C02")])
def test_a_large_school_of_zeros_in_ready_rows(
    ready: Any, rules: Any, column: str, rule: str
) -> None:
    rows = ready.tables["student_year"]
    ready.tables["student_year"] = [
        {**row, "student_id": f"{k}{row['student_id']}"} for k in range(20) for row in rows
    ]
    assert rules(ready.load()) == set()
    also = {"days_absent": ("days_absent", "absence_share"), "oss_count": ("oss_count", "oss_days")}
    for row in ready.tables["student_year"]:
        if row["school_id"] == "020":
            row.update(dict.fromkeys(also[column], "0"))
    assert rules(ready.load()) == {rule}


def test_dated_identity_is_read_by_its_factor(district: Any, rules: Any) -> None:
    district.tables["identity"] = [
        {"student_id": "000001", "factor": "el", "value": "Y", "begin_date": "2021-08-23"},
        {"student_id": "000001", "factor": "race", "value": "BLACK", "begin_date": ""},
    ]
    district.settings["identity"] = ""
    assert rules(district.load()) == set()
    district.tables["identity"].append(
        {"student_id": "000002", "factor": "shoe", "value": "9", "begin_date": ""}
    )
    district.tables["identity"].append(
        {"student_id": "000002", "factor": "race", "value": "Martian", "begin_date": ""}
    )
    records = district.load()
    assert rules(records) == {"V07"}
    assert {(u.codes, u.value, u.hidden, u.column) for u in records.unmapped} == {
        ("race", "", 1, "value"),
        ("factor", "", 1, "factor"),
    }


def test_an_identity_span_that_ends_before_it_begins(district: Any, rules: Any) -> None:
    district.tables["identity"] = [
        {
            "student_id": "000001",
            "factor": "el",
            "value": "yes",
            "begin_date": "2022-01-10",
            "end_date": "2021-11-10",
        }
    ]
    assert rules(district.load()) == {"D11"}


def test_a_file_under_two_names(district: Any, rules: Any) -> None:
    district.paths["student"] = "students/a.csv"
    district.settings["student"] = ""
    district.extra_sources = (
        '[[source]]\npath = "students/b.csv"\nshape = "records"\ntable = "student"\n'
    )
    plan_folder = district.folder / "students"
    plan_folder.mkdir()
    district.edits["student"] = lambda b: (plan_folder / "b.csv").write_bytes(b) and b
    records = district.load()
    assert rules(records) == {"F10", "R03"}
    accounts = {a.path: (a.loaded, a.merged) for a in records.accounts if "students" in a.path}
    assert accounts == {"students/a.csv": (40, 0), "students/b.csv": (0, 40)}


def test_a_column_no_file_has(district: Any, rules: Any) -> None:
    district.plan = '[[outcome]]\nname = "late"\nevent = "tardies > 3"\ndirection = "lower"\n'
    records = district.load()
    assert rules(records) == {"F06"}
    assert (one(records, "F06").severity, one(records, "F06").column) == ("stop", "tardies")


def test_spells_without_an_end_are_open(district: Any, rules: Any) -> None:
    for row in district.tables["enrollment"]:
        del row["exit_date"]
    assert rules(district.load()) == set()


def test_discipline_that_stops_before_the_year_ends(large: Any, rules: Any) -> None:
    rows = large.tables["discipline"]
    large.tables["discipline"] = [row for row in rows if row["date"] < "2022-02"]
    records = large.load()
    assert rules(records) == {"C08"}
    hit = one(records, "C08")
    assert (hit.severity, hit.file, hit.named) == ("note", "discipline.csv", ("2021-22",))


@pytest.mark.parametrize("key", ["keep", "ignore_rows"])
def test_a_plan_that_keeps_no_row_stops(district: Any, rules: Any, key: str) -> None:
    text = "Suspensión" if key == "keep" else "oss"
    district.settings["discipline"] = f'complete = true\n{key} = {{ action = "{text}" }}'
    records = district.load()
    assert rules(records) == {"F06"}
    hit = one(records, "F06")
    assert (hit.severity, hit.file, hit.column) == ("stop", "discipline.csv", "action")
    assert hit.count == len(district.tables["discipline"])
    assert "discipline" not in records.tables  # or nobody would ever have been suspended


def test_a_file_of_several_without_a_row_kept_is_noted(district: Any, rules: Any) -> None:
    district.paths["discipline"] = "log/1.csv"
    district.settings["discipline"] = 'keep = { action = "oss" }'
    district.load()
    (district.folder / "log/2.csv").write_text("student_id,date,action\n000001,2021-10-05,iss\n")
    plan = district.folder / "audit.toml"
    plan.write_text(plan.read_text().replace("log/1.csv", "log"))
    records = load_records(load_plan(plan), district.folder / "vault")
    assert rules(records) == {"F06"}
    assert (one(records, "F06").severity, one(records, "F06").file) == ("note", "log/2.csv")
