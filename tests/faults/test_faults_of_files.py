"""Faults of whole files: one that nobody reads, one with nothing in it, one of somebody else."""

from typing import Any

import pytest

from eachchild.sources import SourceError, load
from eachchild.tables import RuleHit


def only(hits: tuple[RuleHit, ...]) -> RuleHit:
    (hit,) = hits
    return hit


def loaded(district: Any) -> Any:
    return load(district.write(), district.folder / "vault", lambda what, share: None)


def test_a_file_that_the_plan_does_not_name(district: Any) -> None:
    (district.folder / "discipline_2023.csv").write_text("student_id,date,action\n")
    (district.folder / "letter.doc").write_text("not a table")
    hit = only(loaded(district).hits)
    assert (hit.id, hit.severity, hit.file) == ("F09", "note", "discipline_2023.csv")


def test_a_file_left_out_on_purpose_is_named_in_a_comment(district: Any) -> None:
    (district.folder / "discipline_2023.csv").write_text("student_id,date,action\n")
    district.plan = "# discipline_2023.csv: not yet complete\n"
    assert loaded(district).hits == ()


def test_files_outside_the_plans_folder_are_nobodys_business(district: Any, tmp_path: Any) -> None:
    district.folder = tmp_path / "plan"
    district.folder.mkdir()
    (tmp_path / "elsewhere.csv").write_text("staff_id\nT1\n")
    (tmp_path / "other.csv").write_text("staff_id\nT2\n")
    source = f'[[source]]\npath = "{tmp_path}/elsewhere.csv"\ntable = "staff"\n'
    district.extra_sources = source
    del district.tables["staff"]
    assert loaded(district).hits == ()


def test_a_heading_without_rows_stops(district: Any, rules: Any) -> None:
    district.edits["absence"] = lambda b: b.splitlines(keepends=True)[0]
    records = district.load()
    assert rules(records) == {"F11"}
    assert (only(records.hits).severity, only(records.hits).file) == ("stop", "absence.csv")
    assert "absence" not in records.tables  # or nobody would ever have been absent


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"student_id,school_id,date\n"])
def test_one_empty_file_of_several_is_noted(district: Any, rules: Any, content: bytes) -> None:
    district.paths["absence"] = "absence/august.csv"
    district.extra_sources = '[[source]]\npath = "absence/june.csv"\ntable = "absence"\n'
    (district.folder / "absence").mkdir()
    (district.folder / "absence" / "june.csv").write_bytes(content)
    records = district.load()
    assert rules(records) == {"F11"}
    assert (only(records.hits).severity, only(records.hits).file) == ("note", "absence/june.csv")
    empty = next(a for a in records.accounts if a.path == "absence/june.csv")
    assert (empty.rows_read, empty.loaded) == (0, 0)


def test_the_only_file_of_a_table_must_hold_something(district: Any) -> None:
    district.edits["absence"] = lambda b: b"\xef\xbb\xbf"
    with pytest.raises(SourceError, match=r"absence\.csv: the file is empty\. Export it again"):
        district.load()


def test_a_file_of_another_district(district: Any, rules: Any) -> None:
    for row in district.tables["course"]:
        row.update(student_id=f"X{row['student_id']}", school_id=f"9{row['school_id']}")
    records = district.load()
    assert rules(records) == {"R11"}
    assert (only(records.hits).severity, only(records.hits).count) == ("stop", 80)


def test_ids_without_their_zeros_are_this_districts(district: Any, rules: Any) -> None:
    for row in district.tables["course"]:
        row.update(student_id=row["student_id"].lstrip("0"), school_id="30")
    assert rules(district.load()) == {"R06", "R08"}
