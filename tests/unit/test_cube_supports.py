"""Lists and supports of a district: in the cube, in its files, and under its gaps."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eachchild.cube import Cube, restore, store
from eachchild.findings.model import Finding
from eachchild.plan import Plan, PlanError, load_plan, plan_from
from eachchild.story import audit
from eachchild.worlds import synthesize

PLAN = {
    "source": [{"path": "none", "table": "student_year"}],
    "identity": [{"factor": "race"}],
    "outcome": [{"name": "course_failure"}],
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Cube, tuple[Finding, ...], Path]:
    folder = tmp_path_factory.mktemp("misses")
    synthesize(folder, world="screen-misses", seed=1, students=5000)
    found = audit(folder / "audit.toml", vault=folder / "vault")
    return load_plan(folder / "audit.toml"), found.cube, found.findings, folder / "vault"


def test_every_student_year_stands_in_one_cell(
    told: tuple[Plan, Cube, tuple[Finding, ...], Path],
) -> None:
    plan, cube, _, vault = told
    rows = pq.read_table(next(vault.glob("student_year-*.parquet"))).num_rows
    given = pq.read_table(next(vault.glob("support-*.parquet"))).to_pylist()
    on_list = {(r["student_id"], r["begin_date"].year) for r in given
               if r["support"] == "early_warning_list"}  # fmt: skip
    assert len(cube.supports) == len(plan.factors)
    for block in cube.supports:
        assert block.students.sum() == rows
        assert (block.students * block.listed).sum() == len(on_list)
        assert block.unplaced_rows == 0


def test_they_survive_their_file_and_no_student_is_in_it(
    told: tuple[Plan, Cube, tuple[Finding, ...], Path], tmp_path: Path
) -> None:
    plan, cube, _, vault = told
    store(cube, plan, tmp_path / "one", inputs={})
    store(cube, plan, tmp_path / "two", inputs={})
    file = "support.parquet"
    assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    for ours, theirs in zip(restore(tmp_path / "one").supports, cube.supports, strict=True):
        for field in fields(theirs):
            mine, other = getattr(ours, field.name), getattr(theirs, field.name)
            same = np.array_equal(mine, other) if isinstance(other, np.ndarray) else mine == other
            assert same, field.name
    table = pq.read_table(tmp_path / "one" / file)
    texts = {t for c in table.columns if c.type == pa.string() for t in c.to_pylist()}
    students = pq.read_table(next(vault.glob("support-*.parquet")))["student_id"].to_pylist()
    assert not texts & set(students)


def test_a_cube_stored_before_weeks_were_counted_knows_of_none(
    told: tuple[Plan, Cube, tuple[Finding, ...], Path], tmp_path: Path
) -> None:
    plan, cube, _, _ = told
    store(cube, plan, tmp_path, inputs={})
    file = tmp_path / "support.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["week"]), file)
    for ours, theirs in zip(restore(tmp_path).supports, cube.supports, strict=True):
        assert theirs.week.any()
        assert ours.week.tolist() == [0] * theirs.week.size
        assert np.array_equal(ours.students, theirs.students)


def test_the_list_that_misses_is_told_with_all_three_of_its_errors(
    told: tuple[Plan, Cube, tuple[Finding, ...], Path],
) -> None:
    (one,) = [f for f in told[2] if f.cause == "screen" and f.verdict == "supported"]
    assert (one.outcome, one.group) == ("course_failure", "el=yes")
    assert one.share_of_gap is None
    assert "goes with" in one.sentence
    said = " ".join(one.evidence)
    for words in ("Misses", "without such need", "of those on the list", "of those not on"):
        assert words in said
    assert one.hypothesis is not None
    assert "refuted" in one.hypothesis.refuted_by
    assert not [f for f in told[2] if f.cause == "support" and f.verdict == "supported"]


def test_a_plan_says_what_is_a_list_and_how_need_is_measured() -> None:
    assert plan_from(PLAN, Path()).supports is None
    said = plan_from({**PLAN, "supports": {"lists": "flag", "need": "absence_share"}}, Path())
    assert said.supports is not None
    assert (said.supports.lists, said.supports.need) == (("flag",), "absence_share")
    with pytest.raises(PlanError, match="'need' must be one of score, courses_failed"):
        plan_from({**PLAN, "supports": {"need": "race"}}, Path())
    with pytest.raises(PlanError):
        plan_from({**PLAN, "supports": {"list": "flag"}}, Path())
