"""Faults of whom an id stands for, in rosters that hold names and dates of birth."""

from typing import Any

import pytest

from eachchild.tables import RuleHit

BORN = 2006  # of students who are in grade 9 in autumn 2021


@pytest.fixture
def named(district: Any) -> Any:
    """The clean district with the name, the birthday and the state's id of every student."""
    for i, row in enumerate(district.tables["enrollment"]):
        row.update(
            Last_Name=("Baker", "Cruz", "Diaz", "Evans", "Ford")[i % 5],
            First_Name=f"Kim{chr(97 + i // 26)}{chr(97 + i % 26)}",
            DOB=f"{1 + i % 12}/{1 + i % 28}/{BORN + (i % 12 < 8)}",
            SSID=f"S{i}",
        )
    return district


def only(records: Any) -> RuleHit:
    (hit,) = records.hits
    return hit  # type: ignore[no-any-return]  # fixtures are untyped


def test_a_named_district_is_quiet_and_no_name_is_kept(named: Any, rules: Any) -> None:
    records = named.load()
    assert rules(records) == set()
    kept = b"".join(path.read_bytes() for path in (named.folder / "vault").iterdir())
    assert b"Baker" not in kept


@pytest.mark.parametrize("known_by", ["SSID", "name and birthday"])
def test_one_person_under_two_ids(named: Any, rules: Any, known_by: str) -> None:
    spells = named.tables["enrollment"]
    again = {**spells[3], "student_id": "900001"}
    if known_by == "SSID":
        again.update(Last_Name="Green", DOB="1/30/2007")
    else:
        again.update(SSID="S900001", Last_Name=again["First_Name"], First_Name=again["Last_Name"])
    spells.append(again)
    named.tables["student"].append({**named.tables["student"][3], "student_id": "900001"})
    records = named.load()
    assert rules(records) == {"R09"}
    assert (only(records).severity, only(records).count, only(records).rows) == ("note", 1, (42,))


def test_namesakes_are_two(named: Any, rules: Any) -> None:
    first, second = named.tables["enrollment"][:2]
    second.update(Last_Name=first["Last_Name"], First_Name=first["First_Name"])
    assert rules(named.load()) == set()


@pytest.mark.parametrize(
    "other", [{"Last_Name": "Hill", "DOB": "1/30/2007"}, {"SSID": "S900001"}], ids=["name", "SSID"]
)
def test_an_id_given_to_two_persons(named: Any, rules: Any, other: dict[str, str]) -> None:
    spells = named.tables["enrollment"]
    spells[3]["exit_date"] = "2021-12-10"
    spells.append({**spells[3], "entry_date": "2021-12-13", "exit_date": "2022-04-29", **other})
    records = named.load()
    assert rules(records) == {"R10"}
    assert (only(records).severity, only(records).count, only(records).rows) == ("note", 1, (42,))


@pytest.mark.parametrize("corrected", [{"Last_Name": "Hill"}, {"DOB": "1/30/2007"}])
def test_a_name_or_a_birthday_corrected_is_no_other_person(
    named: Any, rules: Any, corrected: dict[str, str]
) -> None:
    spells = named.tables["enrollment"]
    spells[3]["exit_date"] = "2021-12-10"
    later = {"entry_date": "2021-12-13", "exit_date": "2022-04-29"}
    spells.append({**spells[3], **later, **corrected})
    assert rules(named.load()) == set()


def test_a_student_too_young_for_the_grade(named: Any, rules: Any) -> None:
    named.tables["enrollment"][5]["DOB"] = "3/3/2011"
    records = named.load()
    assert rules(records) == {"V05"}
    assert (only(records).severity, only(records).rows) == ("note", (7,))


def test_who_stays_in_the_last_grade_until_21_is_no_fault(named: Any, rules: Any) -> None:
    named.tables["enrollment"][5].update(grade="12", DOB="3/3/2000")
    named.tables["enrollment"][6].update(grade="PK", DOB="3/3/2017")
    for row in named.tables["enrollment"]:
        row["grade"] = row["grade"].zfill(2)
    assert rules(named.load()) == set()


def test_ready_rows_are_held_to_the_autumn_of_their_year(ready: Any, rules: Any) -> None:
    for row in ready.tables["student_year"]:
        row.update(grade="09", birth_date="2007-03-03")
    assert rules(ready.load()) == set()
    ready.tables["student_year"][8]["grade"] = "04"
    assert rules(ready.load()) == {"V05"}
