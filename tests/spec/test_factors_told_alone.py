"""Factors that are never crossed: some overlap, and a few are told for the whole place alone."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from eachchild import story
from eachchild.plan import PlanError, load_plan

SOURCE = """
title = "Born where"
[[source]]
path = "students.csv"
shape = "records"
table = "student_year"
columns = { student_id = "ID", school_id = "School", period = "Year", race = "Race", birth_country = "Born", dyslexia = "Dys", oss_count = "OSS" }
[codes.birth_country]
MX = "mexico"
Mexico = "mexico"
USA = "united_states"
[[identity]]
factor = "race"
[[outcome]]
name = "oss_any"
"""  # noqa: E501 - one line of a plan
BORN = '[[identity]]\nfactor = "birth_country"\nvalues = ["mexico", "united_states"]\n'
DYSLEXIA = '[[identity]]\nfactor = "dyslexia"\noverlap = true\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve hundred students at four schools; those born in Mexico are suspended more."""
    with (tmp_path / "students.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ID", "School", "Year", "Race", "Born", "Dys", "OSS"])
        for i in range(1200):
            born = ("USA", "USA", "MX", "USA", "Mexico", "")[i % 6]
            suspended = int(i % 5 == 0 or (born in ("MX", "Mexico") and i % 3 == 2))
            race = ("white", "hispanic")[i // 6 % 2]
            rows.writerow(
                [f"{i:05}", f"S{i % 4}", "2023-24", race, born, "YN"[i % 7 > 0], suspended]
            )
    return tmp_path


def _audit(folder: Path, identity: str) -> story.Audit:
    (folder / "audit.toml").write_text(SOURCE + identity, "utf-8")
    return story.audit(folder)


def test_country_of_birth_is_told_for_the_whole_place_alone(folder: Path) -> None:
    audit = _audit(folder, BORN)
    table = audit.to_arrow().to_pylist()
    born = [row for row in table if "birth_country" in row["group"]]
    assert {row["group"] for row in born} == {
        f"birth_country={value}" for value in ("mexico", "united_states", "not_reported")
    }
    assert {row["place"] for row in born} == {"all"}
    rate = next(r for r in born if (r["group"], r["measure"]) == ("birth_country=mexico", "rate"))
    assert rate["n"] == 400
    stored = pq.read_table(audit.report(folder / "out", pdf=False) / "cube" / "student.parquet")
    with_country = stored.filter(stored["birth_country"].is_valid()).to_pylist()
    assert with_country
    assert {(row["place"], row["race"]) for row in with_country} == {(None, None)}


@pytest.mark.parametrize("name", ["immigration_status", "citizenship", "Undocumented"])
def test_immigration_status_is_refused_by_name(folder: Path, name: str) -> None:
    (folder / "audit.toml").write_text(SOURCE + BORN.replace("birth_country", name), "utf-8")
    with pytest.raises(PlanError, match="asks for immigration status"):
        load_plan(folder)


def test_a_factor_of_ones_own_that_overlaps_is_never_crossed(folder: Path) -> None:
    groups = {row["group"] for row in _audit(folder, DYSLEXIA).to_arrow().to_pylist()}
    assert {"dyslexia=yes", "race=white"} <= groups
    assert not [g for g in groups if "dyslexia" in g and ";" in g]


def test_a_factor_that_overlaps_has_no_other_values(folder: Path) -> None:
    wrong = DYSLEXIA + 'values = ["mild", "severe"]\n'
    (folder / "audit.toml").write_text(SOURCE + wrong, "utf-8")
    with pytest.raises(PlanError, match="the values yes and no alone"):
        load_plan(folder)
