"""Test problems read from folders, and what is said where a folder is none."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eachchild.release.problems import ProblemError, read_problem
from eachchild.release.published import key_of

HERE = Path(__file__).parent / "problems"
INNER = "school,sex,count\nn,f,3\nn,m,20\ns,f,12\n"
RULE = {"count_from": 1, "count_to": 9, "zero": False}
ABOUT = {"name": "tiny", "dims": ["school", "sex"], "primary_rule": RULE}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    (tmp_path / "problem.json").write_text(json.dumps(ABOUT), "utf-8")
    (tmp_path / "inner.csv").write_text(INNER, "utf-8")
    school = "parent,child\n__all__,low\n__all__,s\nlow,n\n"
    (tmp_path / "hierarchy_school.csv").write_text(school, "utf-8")
    (tmp_path / "hierarchy_sex.csv").write_text("parent,child\n__all__,f\n__all__,m\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize("folder", sorted(f.name for f in HERE.iterdir() if f.is_dir()))
def test_every_problem_has_as_many_cells_and_primaries_as_it_says(folder: str) -> None:
    problem = read_problem(HERE / folder)
    about = json.loads((HERE / folder / "problem.json").read_text("utf-8"))
    assert (problem.name, len(problem.counts)) == (folder, about["cells"])
    assert len(problem.primary) == about["primary"]
    assert problem.optimum == about["optimum"]


def test_every_cell_has_the_sum_of_its_parts(tiny: Path) -> None:
    problem = read_problem(tiny)
    counts = {"".join(value for _, value in key): n for key, n in problem.counts.items()}
    assert counts == {
        "": 35, "f": 15, "m": 20, "low": 23, "lowf": 3, "lowm": 20,
        "n": 23, "nf": 3, "nm": 20, "s": 12, "sf": 12, "sm": 0,
    }  # fmt: skip
    low, n = ({"school": school, "sex": "f"} for school in ("low", "n"))
    assert problem.primary == {key_of(low), key_of(n)}
    assert problem.optimum == {}


def test_zeros_are_primary_where_the_rule_says_so(tiny: Path) -> None:
    rule = RULE | {"zero": True}
    (tiny / "problem.json").write_text(json.dumps(ABOUT | {"primary_rule": rule}), "utf-8")
    assert key_of({"school": "s", "sex": "m"}) in read_problem(tiny).primary


def test_primaries_may_be_listed(tiny: Path) -> None:
    rule = {"primary_rule": "cells in primary.csv"}
    (tiny / "problem.json").write_text(json.dumps(ABOUT | rule), "utf-8")
    (tiny / "primary.csv").write_text("sex,school\nm,n\n__all__,s\n", "utf-8")
    assert read_problem(tiny).primary == {
        key_of({"school": "n", "sex": "m"}), key_of({"school": "s"}),
    }  # fmt: skip


def listed(folder: Path, rows: str) -> None:
    rule = {"primary_rule": "cells in primary.csv"}
    (folder / "problem.json").write_text(json.dumps(ABOUT | rule), "utf-8")
    (folder / "primary.csv").write_text(f"school,sex\n{rows}", "utf-8")


def about(**changed: object) -> Callable[[Path], object]:
    return lambda f: (f / "problem.json").write_text(json.dumps(ABOUT | changed), "utf-8")


def writes(file: str, text: str) -> Callable[[Path], object]:
    return lambda f: (f / file).write_text(text, "utf-8")


SCHOOL = "hierarchy_school.csv"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: (f / "inner.csv").unlink(), "inner.csv: there is no such file .* Put it"),
        (lambda f: (f / SCHOOL).unlink(), "hierarchy_school.csv: there is no such file"),
        (lambda f: (f / "problem.json").unlink(), "problem.json: there is no such file"),
        (lambda f: (f / "inner.csv").write_bytes(b"\xff\xfe"), "inner.csv: it cannot be read"),
        (writes("problem.json", '{"name": \n'), "problem.json, line 2: it is no JSON"),
        (writes("problem.json", "[]"), "problem.json: it does not say name, dims, primary_rule"),
        (about(dims="school"), 'problem.json: "dims" is no list of names'),
        (about(dims=["sex", "sex"]), 'problem.json: "dims" is no list of names'),
        (about(primary_rule="small"), '"primary_rule" is no rule. Write count_from'),
        (about(primary_rule={"count_from": 1}), '"primary_rule" is no rule'),
        (about(primary_rule=RULE | {"count_to": "9"}), '"primary_rule" is no rule'),
        (about(optimum=[1]), '"optimum" does not give numbers by width'),
        (about(optimum={"width 5": {"secondary_sum": "dear"}}), '"optimum" does not give numbers'),
        (writes("inner.csv", ""), "inner.csv: its columns are not school, sex, count"),
        (writes("inner.csv", "school,count\n"), "its columns are not school, sex, count"),
        (writes("inner.csv", INNER + "s,m\n"), "inner.csv, row 5: it has not 3 fields"),
        (writes("inner.csv", INNER + "x,m,4\n"), "inner.csv, row 5: 'school' is no innermost"),
        (writes("inner.csv", INNER + "low,m,4\n"), "inner.csv, row 5: 'school' is no innermost"),
        (writes("inner.csv", INNER + "__all__,m,4\n"), "row 5: 'school' is no innermost value"),
        (writes("inner.csv", INNER + "\ns,m,4.5\n"), "row 6: 'count' is not a whole number"),
        (writes("inner.csv", INNER + "s,m,-4\n"), "row 5: 'count' is not a whole number"),
        (writes("inner.csv", INNER + "s,m,²\n"), "row 5: 'count' is not a whole number"),
        (writes("inner.csv", INNER + "n,f,3\n"), "row 5: an earlier row has the same cell"),
        (writes(SCHOOL, "parent,child\n"), "hierarchy_school.csv: some values do not hang"),
        (writes(SCHOOL, "parent,child\n__all__,s\nlow,n\n"), "do not hang from __all__"),
        (writes(SCHOOL, "parent,child\n__all__,s\na,b\nb,a\n"), "some values do not hang"),
        (writes(SCHOOL, "parent,child\n__all__,s\ns,s\n"), "row 3: a value has two parents"),
        (writes(SCHOOL, "parent,child\n__all__,s\ns,__all__\n"), "row 3: the total has a parent"),
        (writes(SCHOOL, "parent,child\n__all__,s\n__all__,n\ns,n\n"), "row 4: a value has two"),
        (lambda f: listed(f, "x,f\n"), "primary.csv, row 2: the table has no such cell"),
    ],
)  # fmt: skip
def test_a_folder_that_is_no_problem_says_where(
    tiny: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(tiny)
    with pytest.raises(ProblemError, match=said):
        read_problem(tiny)
