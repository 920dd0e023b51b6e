"""Faults of identity and records that only several years, or many rows, can show."""

from typing import Any

import pytest

from eachchild.tables import RuleHit


def one(records: Any, rule: str) -> RuleHit:
    found = [hit for hit in records.hits if hit.id == rule]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def two_years(ready: Any) -> Any:
    """The ready rows and the same students a year later."""
    rows = ready.tables["student_year"]
    ready.tables["student_year"] = [*rows, *({**row, "period": "2022-23"} for row in rows)]
    return ready


def test_two_clean_years_fire_nothing(two_years: Any, rules: Any) -> None:
    assert rules(two_years.load()) == set()


def test_a_student_whose_race_changes(two_years: Any, rules: Any) -> None:
    two_years.tables["student_year"][45]["race"] = "asian"
    records = two_years.load()
    assert rules(records) == {"D05"}
    assert (one(records, "D05").count, one(records, "D05").rows) == (1, (47,))


def test_a_value_that_is_new_in_the_latest_year(two_years: Any, rules: Any) -> None:
    rows = two_years.tables["student_year"]
    for row in rows:
        row["sex"] = (
            "nonbinary" if row["period"] == "2022-23" and row["race"] == "asian" else "male"
        )
    for row in rows:
        if row["race"] != "asian":
            row["sex"] = "female" if int(row["student_id"]) % 8 < 4 else "male"
    records = two_years.load()
    assert rules(records) == {"D05", "D07"}  # the students who are nonbinary now were not before
    assert one(records, "D07").details == {"value": "nonbinary", "factor": "sex"}


def test_a_value_new_with_new_students(two_years: Any, rules: Any) -> None:
    rows = two_years.tables["student_year"]
    new = [
        {**row, "student_id": f"9{row['student_id'][1:]}", "sex": "nonbinary"}
        for row in rows[40:52]
    ]
    rows.extend(new)
    records = two_years.load()
    assert rules(records) == {"D07"}
    assert one(records, "D07").count == 12


def test_status_without_dates_over_two_years(district: Any, rules: Any) -> None:
    first = district.tables["enrollment"][0]
    again = {**first, "entry_date": "2022-08-22", "exit_date": "2023-06-09"}
    district.tables["enrollment"].append(again)
    records = district.load()
    assert rules(records) == {"D08"}
    assert {hit.column for hit in records.hits} == {"idea", "frl"}


def test_several_races_are_told_of(district: Any, rules: Any) -> None:
    students = district.tables["student"]
    rows = [{"student_id": s["student_id"], "race": s.pop("race")} for s in students]
    district.tables["student_race"] = [
        *rows,
        {"student_id": rows[0]["student_id"], "race": "asian"},
    ]
    records = district.load()
    assert rules(records) == {"D01"}
    assert one(records, "D01").count == 1


@pytest.mark.parametrize(("table", "column"), [("student_year", "gpa")])
def test_marks_of_another_scale(ready: Any, rules: Any, *, table: str, column: str) -> None:
    ready.tables[table][3][column] = "87"
    records = ready.load()
    assert rules(records) == {"V11"}
    assert one(records, "V11").rows == (5,)


def test_course_points_of_another_scale(district: Any, rules: Any) -> None:
    district.tables["course"][5]["points"] = "91"
    records = district.load()
    assert rules(records) == {"V11"}
    assert one(records, "V11").column == "points"


def test_a_column_of_percentages_is_a_scale_of_its_own(ready: Any, rules: Any) -> None:
    for i, row in enumerate(ready.tables["student_year"]):
        row["gpa"] = str(60 + i)
    assert rules(ready.load()) == set()


def test_a_spell_in_the_winter_break(district: Any, rules: Any) -> None:
    days = district.tables["calendar"]
    district.tables["calendar"] = [d for d in days if not "2021-12-18" < d["date"] < "2022-01-09"]
    absent = district.tables["absence"]
    district.tables["absence"] = [a for a in absent if not "2021-12-18" < a["date"] < "2022-01-09"]
    spell = {
        **district.tables["enrollment"][0],
        "entry_date": "2021-12-21",
        "exit_date": "2021-12-23",
    }
    district.tables["enrollment"][0]["exit_date"] = "2021-12-20"
    kept = district.tables["absence"]
    first = spell["student_id"]
    district.tables["absence"] = [
        a for a in kept if a["student_id"] != first or a["date"] <= "2021-12-20"
    ]
    district.tables["enrollment"].append(spell)
    discipline = district.tables["discipline"]
    district.tables["discipline"] = [d for d in discipline if d["student_id"] != first]
    records = district.load()
    assert rules(records) == {"E05"}
    assert one(records, "E05").rows == (42,)


def test_a_spell_left_open_after_graduation(district: Any, rules: Any) -> None:
    ids = [row["student_id"] for row in district.tables["enrollment"]]
    district.tables["completion"] = [
        {"student_id": s, "period": p, "graduated": ("yes" if (i, p) == (0, "2021-22") else "no")}
        for i, s in enumerate(ids)
        for p in ("2021-22", "2022-23")
    ]
    assert rules(district.load()) == set()
    district.tables["enrollment"][0]["exit_date"] = ""
    records = district.load()
    assert rules(records) == {"E06"}
    assert one(records, "E06").rows == (2,)


def _many_actions(district: Any) -> list[dict[str, str]]:
    first = district.tables["discipline"]
    days = [row["date"] for row in district.tables["calendar"]]
    adult = district.tables["staff"][0]
    names = (*(f"T{i}" for i in range(5)), "ADMIN")
    district.tables["staff"] = [{**adult, "staff_id": name} for name in names]
    return [
        {**row, "incident_id": f"{row['incident_id']}-{k}", "staff_id": f"T{(i + k) % 5}",
         "date": days[(9 * i + 5 * k) % len(days)],
         "action": ("oss", "conference", "iss")[(i + k) % 3]}
        for i, row in enumerate(first)
        for k in range(-(-500 // len(first)))
    ]  # fmt: skip


def test_only_exclusions_on_record(district: Any, rules: Any) -> None:
    rows = _many_actions(district)
    district.tables["discipline"] = rows
    assert rules(district.load()) == set()
    for row in rows:
        row["action"] = "oss"
    records = district.load()
    assert rules(records) == {"C04"}
    assert one(records, "C04").count == len(rows)


def test_one_adult_has_written_most_records(district: Any, rules: Any) -> None:
    rows = _many_actions(district)
    for i, row in enumerate(rows):
        row["staff_id"] = "ADMIN" if i % 4 else row["staff_id"]
    district.tables["discipline"] = rows
    records = district.load()
    assert rules(records) == {"C05"}
    assert one(records, "C05").column == "staff_id"
