"""Records end to end: from a plan's files to staged tables, with every row accounted for."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eachchild.plan import PlanError, load_plan
from eachchild.sources.errors import SourceError
from eachchild.sources.records.load import Records, load_records
from eachchild.sources.vault import Vault, open_vault
from eachchild.tables import Unmapped

STUDENTS = """\
Student Number,Ethnicity,Gender,SpEd,SSN,House,Late
0001,B,Female,Y,111-22-3333,Oak,2
0002,W,Male,N,111-22-3334,Elm,
0003,Z,male,,111-22-3335,Oak,1
"""
PLAN = """\
title = "t"
[[source]]
path = "students.csv"
shape = "records"
table = "student_year"
period = "2021-22"
columns = { student_id = "Student Number", race = "Ethnicity", sex = "Gender", idea = "SpEd" }
[codes.race]
B = "black"
W = "white"
[[identity]]
factor = "race"
[[identity]]
factor = "house"
values = ["oak", "elm"]
[[outcome]]
name = "late"
event = "late >= 2"
direction = "lower"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "students.csv").write_text(STUDENTS)
    (tmp_path / "audit.toml").write_text(PLAN)
    return tmp_path


def load(folder: Path, **more: Any) -> Records:
    return load_records(load_plan(folder), folder / "vault", **more)


def rows(records: Records, table: str) -> list[dict[str, Any]]:
    return pq.read_table(records.tables[table]).to_pylist()


def replan(folder: Path, old: str, new: str) -> None:
    plan = folder / "audit.toml"
    text = plan.read_text()
    assert old in text
    plan.write_text(text.replace(old, new))


def test_a_plan_is_staged(folder: Path) -> None:
    records = load(folder)
    assert rows(records, "student_year")[0] == {
        "student_id": "0001", "period": "2021-22", "race": "black", "sex": "female",
        "idea": "yes", "house": "oak", "late": 2.0, "source_file": "students.csv", "source_row": 2,
    }  # fmt: skip
    schema = pq.read_schema(records.tables["student_year"])
    assert schema.field("race").type == pa.string()
    assert schema.field("late").type == pa.float64()
    (account,) = records.accounts
    assert (account.path, account.rows_read, account.loaded) == ("students.csv", 3, 3)
    assert records.unmapped == (
        Unmapped("race", "", 1, "students.csv", hidden=1, column="Ethnicity"),
    )
    assert [(h.id, h.severity, h.rows) for h in records.hits] == [
        ("V07", "blank", (4,)),
        ("V17", "note", ()),
    ]


def test_the_second_run_finds_what_the_first_staged(folder: Path) -> None:
    first = load(folder)
    before = {p.name: p.stat().st_mtime_ns for p in (folder / "vault").iterdir()}
    assert load(folder) == first
    assert {p.name: p.stat().st_mtime_ns for p in (folder / "vault").iterdir()} == before
    replan(folder, 'B = "black"', 'B = "hispanic"')
    assert rows(load(folder), "student_year")[0]["race"] == "hispanic"


def test_a_pruned_table_is_staged_again(folder: Path) -> None:
    path = load(folder).tables["student_year"]
    path.unlink()
    assert load(folder).tables["student_year"] == path
    assert path.is_file()


def test_the_vault_is_for_its_owner_alone(folder: Path) -> None:
    load(folder)
    vault = folder / "vault"
    assert vault.stat().st_mode & 0o777 == 0o700
    assert all(p.stat().st_mode & 0o077 == 0 for p in vault.iterdir())
    assert not list(vault.glob("*.part"))


def test_an_interrupted_write_leaves_only_a_part(tmp_path: Path) -> None:
    vault = open_vault(tmp_path / "v")

    def interrupted(part: Path) -> None:
        part.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vault.put("table.csv", interrupted)
    assert vault.find("table.csv") is None
    assert [p.suffix for p in vault.folder.iterdir()] == [".part"]
    assert vault.put("table.csv", lambda part: part.write_text("whole")).read_text() == "whole"


def test_what_the_vault_has_is_never_changed(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.put("a", lambda part: part.write_text("first"))
    assert vault.put("a", lambda part: part.write_text("second")).read_text() == "first"


def test_progress_is_told(folder: Path) -> None:
    told: list[tuple[str, float]] = []
    load(folder, progress=lambda text, share: told.append((text, share)))
    assert told == [("students.csv", 0.0), ("checking", 0.8), ("checked", 1.0)]


def test_quarantined_rows_are_kept_as_they_were(folder: Path) -> None:
    with (folder / "students.csv").open("a") as file:
        file.write(",W,Male,N,111-22-3336,Elm,0\n0005,W\n")
    records = load(folder)
    assert (records.accounts[0].quarantined, records.accounts[0].loaded) == (2, 3)
    (file,) = (folder / "vault").glob("*.quarantine.csv")
    assert file.read_text().splitlines() == [
        '"row","reason","Student Number","Ethnicity","Gender","SpEd","House","Late","line as read"',
        '5,"R05","","W","Male","N","Elm","0",""',
        '6,"R01","","","","","","","0005,W"',
    ]


def test_rows_the_plan_keeps_and_ignores(folder: Path) -> None:
    replan(folder, 'period = "2021-22"', 'period = "2021-22"\nkeep = { Gender = "Male" }\n'
           'ignore_rows = { House = "Oak" }')  # fmt: skip
    records = load(folder)
    assert records.accounts[0].ignored == {"not kept: Gender": 2}
    assert [r["student_id"] for r in rows(records, "student_year")] == ["0002"]
    replan(folder, 'keep = { Gender = "Male" }', "")
    assert load(folder).accounts[0].ignored == {"ignored by the plan: House": 2}
    replan(folder, 'House = "Oak"', 'Hause = "Oak"')
    (hit,) = [h for h in load(folder).hits if h.id == "F06"]
    assert (hit.severity, hit.column, hit.details["did_you_mean"]) == ("stop", "Hause", "House")


def test_a_missing_column_names_the_nearest(folder: Path) -> None:
    replan(folder, '"Ethnicity"', '"Etnicity"')
    records = load(folder)
    assert records.tables == {}
    (hit,) = [h for h in records.hits if h.id == "F06"]
    assert (hit.severity, hit.details) == ("stop", {"for": "race", "did_you_mean": "Ethnicity"})
    assert records.accounts[0].quarantined == 3


def test_a_constant(folder: Path) -> None:
    replan(folder, 'period = "2021-22"', 'period = "2021-22"\nconstant = { school_id = "9" }')
    assert {r["school_id"] for r in rows(load(folder), "student_year")} == {"9"}


def test_many_unmapped_values_are_counted_but_not_shown(folder: Path) -> None:
    lines = [f"{i:04d},name {i},Male,N,,Oak,1" for i in range(10, 400)]
    with (folder / "students.csv").open("a") as file:
        file.write("\n".join(lines) + "\n")
    records = load(folder)
    (hidden,) = records.unmapped
    assert (hidden.value, hidden.hidden, hidden.rows, hidden.is_no_list) == ("", 391, 391, True)
    assert next(h.count for h in records.hits if h.id == "V07") == 391


def test_several_files_make_one_table(folder: Path) -> None:
    (folder / "years").mkdir()
    for year in (2021, 2022):
        label = f"{year}-{year - 1999}"
        text = STUDENTS.replace("\n0", f"\n{label},0").replace("Student", "Year,Student", 1)
        (folder / "years" / f"{year}.csv").write_text(text)
    replan(folder, 'path = "students.csv"', 'path = "years/*.csv"')
    replan(folder, 'period = "2021-22"', "")
    replan(folder, "columns = {", 'columns = { period = "Year",')
    records = load(folder)
    assert [(a.path, a.loaded) for a in records.accounts] == [
        ("years/2021.csv", 3),
        ("years/2022.csv", 3),
    ]
    periods = [r["period"] for r in rows(records, "student_year")]
    assert periods == ["2021-22"] * 3 + ["2022-23"] * 3


def test_a_reason_is_read_by_codes_and_is_blank_where_parts_of_a_day_differ(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "student_id,date,fraction,why\n1,2021-09-01,0.5,BUS\n2,2021-09-01,,illness\n"
        "3,2021-09-01,,WX\n4,2021-09-01,0.5,BUS\n4,2021-09-01,0.5,illness\n5,2021-09-01,,\n"
        "6,2021-09-01,0.5,BUS\n6,2021-09-01,0.25,BUS\n"
    )
    (tmp_path / "audit.toml").write_text(
        '[[source]]\npath = "a.csv"\ntable = "absence"\ncolumns.reason = "why"\n'
        '[codes.absence_reason]\nBUS = "transport"\n[[identity]]\nfactor = "race"\n'
        '[[outcome]]\nname = "chronic_absence"\n'
    )
    records = load(tmp_path)
    found = [(r["student_id"], r["fraction"], r["reason"]) for r in rows(records, "absence")]
    assert found == [
        ("1", 0.5, "transport"), ("2", None, "illness"), ("3", None, None), ("4", 1.0, None),
        ("5", None, None), ("6", 0.75, "transport"),
    ]  # fmt: skip
    assert records.unmapped == (Unmapped("absence_reason", "", 1, "a.csv", hidden=1, column="why"),)


def test_parts_of_a_day_add_up_to_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "student_id,date,fraction,excused\n1,2021-09-01,0.5,yes\n1,2021-09-01,0.25,yes\n"
        "2,2021-09-01,,yes\n2,2021-09-01,0.5,no\n3,2021-09-01,0.5,no\n3,2021-09-01,0.5,no\n"
    )
    (tmp_path / "audit.toml").write_text(
        '[[source]]\npath = "a.csv"\ntable = "absence"\n[[identity]]\nfactor = "race"\n'
        '[[outcome]]\nname = "chronic_absence"\n'
    )
    records = load(tmp_path)
    found = [(r["student_id"], r["fraction"], r["excused"]) for r in rows(records, "absence")]
    assert found == [("1", 0.75, "yes"), ("2", 1.0, None), ("3", 0.5, "no")]
    assert [(h.id, h.count) for h in records.hits] == [("R03", 1), ("V12", 4)]
    assert (records.accounts[0].loaded, records.accounts[0].merged) == (3, 3)


def test_equal_actions_of_a_day_are_two_unless_the_whole_row_is_equal(tmp_path: Path) -> None:
    head = "student_id,date,action,remark\n"
    (tmp_path / "a.csv").write_text(head + "1,2021-09-01,iss,first\n1,2021-09-01,iss,second\n")
    (tmp_path / "b.csv").write_text(head + "1,2021-09-01,iss,second\n2,2021-09-01,oss,x\n")
    (tmp_path / "audit.toml").write_text(
        '[[source]]\npath = "*.csv"\ntable = "discipline"\n[[identity]]\nfactor = "race"\n'
        '[[outcome]]\nname = "oss_any"\n'
    )
    records = load(tmp_path)
    assert [(a.path, a.loaded, a.merged) for a in records.accounts] == [
        ("a.csv", 2, 0),
        ("b.csv", 1, 1),
    ]
    assert [(h.id, h.file, h.rows) for h in records.hits] == [("R03", "b.csv", (2,))]


def test_keys_of_many_columns_do_not_run_into_each_other(tmp_path: Path) -> None:
    """So many distinct values that their numbers together would not fit into 64 bits."""
    names = [f"more{k}" for k in range(4)]
    lines = [f"S{i},C{i},2021-22,school {i},{i}" + f",x{i}" * 4 for i in range(60_000)]
    lines += [lines[7], lines[8].replace("2021-22", "2022-23")]
    text = "\n".join(lines)
    head = ",".join(["student_id", "course_id", "period", "school_id", "points", *names])
    (tmp_path / "c.csv").write_text(f"{head}\n{text}\n")
    mapped = ", ".join(f'{name} = "{name}"' for name in names)
    (tmp_path / "audit.toml").write_text(
        f'[[source]]\npath = "c.csv"\ntable = "course"\ncolumns = {{ {mapped} }}\n'
        '[[identity]]\nfactor = "race"\n[[outcome]]\nname = "gpa"\n'
    )
    (account,) = load(tmp_path).accounts
    assert (account.loaded, account.merged, account.quarantined) == (60_001, 1, 0)


def test_a_plan_of_counts_alone_has_no_records(folder: Path) -> None:
    replan(folder, 'shape = "records"\ntable = "student_year"', 'shape = "counts"')
    replan(folder, "columns = { student_id", "#")
    assert load(folder).tables == {}


def test_a_mean_is_a_number(folder: Path) -> None:
    replan(folder, 'event = "late >= 2"', 'mean = "late"')
    assert rows(load(folder), "student_year")[0]["late"] == 2.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('B = "black"', 'B = "blck"', r"\[codes\.race\]: there is no 'blck'"),
        (
            'event = "late >= 2"',
            "event = \"late >= 2 and late == 'x'\"",
            "used as number and as text",
        ),
        ('event = "late >= 2"', 'event = "expelled == 1"', "a word in quotes"),
        ('event = "late >= 2"', "event = \"expelled == 'true'\"", "never 'true'; write yes or no"),
        ('event = "late >= 2"', "event = \"grade == '9'\"", "never '9'; write 09"),
        ('event = "late >= 2"', "event = \"late in [1, 'x']\"", "numbers and words"),
        ('event = "late >= 2"', "event = \"oss_count == 'x'\"", "compared with a number"),
    ],
)
def test_a_plan_that_cannot_be(folder: Path, old: str, new: str, message: str) -> None:
    replan(folder, old, new)
    with pytest.raises(PlanError, match=message):
        load(folder)


def test_a_code_is_filled_in_in_any_case_and_a_wrong_one_names_its_row(folder: Path) -> None:
    replan(folder, 'B = "black"', "")
    (folder / "codes").mkdir()
    codes = folder / "codes" / "race.csv"
    codes.write_text("value,rows,guess,ours\nQ,1,,\nB,1,, Black \n")
    assert "black" in {r["race"] for r in rows(load(folder), "student_year")}
    codes.write_text("value,rows,guess,ours\nQ,1,,\nB,1,,Blck\n")
    with pytest.raises(PlanError, match=r"codes/race\.csv, row 3: there is no 'Blck'\. Possible"):
        load(folder)


def test_a_file_that_is_not_there(folder: Path) -> None:
    replan(folder, '"students.csv"', '"pupils.csv"')
    with pytest.raises(SourceError, match=r"pupils\.csv: there is no such file"):
        load(folder)


def test_texts_and_words_of_one_column_agree(folder: Path) -> None:
    replan(folder, 'event = "late >= 2"', "event = \"house == 'oak' and not late == 0\"")
    assert rows(load(folder), "student_year")[0]["house"] == "oak"


def test_dates_are_dates(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("student_id,school_id,entry_date\n1,01,8/23/2021\n")
    (tmp_path / "audit.toml").write_text(
        '[[source]]\npath = "e.csv"\ntable = "enrollment"\n[[identity]]\nfactor = "race"\n'
        '[[outcome]]\nname = "chronic_absence"\n'
    )
    (row,) = rows(load(tmp_path), "enrollment")
    assert (row["entry_date"], row["school_id"]) == (date(2021, 8, 23), "01")


def test_hsls_students(shared: Path, tmp_path: Path) -> None:
    """Counted by hand from the file: students in the top two of five, with a quintile, in all."""
    source = shared / "data" / "hsls09-students" / "hsls09_students.csv.gz"
    (tmp_path / "audit.toml").write_text(
        f"""[[source]]
path = "{source}"
table = "student_year"
period = "2009-10"
columns = {{ race = "student_race_eth_survey1", math = "math_quintile_survey1" }}
[codes.race]
"Black/African-American" = "black"
[[identity]]
factor = "race"
[[outcome]]
name = "top_math"
event = "math >= 4"
direction = "higher"
"""
    )
    records = load(tmp_path)
    (account,) = records.accounts
    assert (account.rows_read, account.loaded) == (23_503, 23_503)
    assert sum(u.rows for u in records.unmapped) == 2_216  # codes that the plan leaves out
    found = duckdb.sql(
        "SELECT race, count(*) FILTER (math >= 4), count(math), count(*) "
        f"FROM '{records.tables['student_year']}' WHERE race IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert found == [
        ("asian", 1_187, 1_672, 1_952),
        ("black", 576, 2_218, 2_450),
        ("hispanic", 1_118, 3_515, 3_797),
        ("white", 5_742, 11_854, 12_082),
    ]
