"""What is told of late buses that are recorded, of some that are not, and of buses late for all."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eachchild.causes.asked import Origins
from eachchild.cube import Rollups, restore, store
from eachchild.findings.causes import causes_of
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.plan import load_plan
from eachchild.story import Audit, audit
from eachchild.terms.catalogue import words
from eachchild.worlds import synthesize

Change = Callable[[int, str], str]  # the number of a row and its reason to another reason


def made(folder: Path, world: str, change: Change | None = None) -> Audit:
    synthesize(folder, world=world, seed=1, students=3000)
    if change is not None:
        file = folder / "absence.csv"
        head, *rows = file.read_text().splitlines()
        cells = [row.rpartition(",") for row in rows]
        rows = [f"{start},{change(i, reason)}" for i, (start, _, reason) in enumerate(cells)]
        file.write_text("\n".join([head, *rows]) + "\n")
    return audit(folder / "audit.toml", vault=folder / "vault")


def transport(found: Audit) -> dict[str, Finding]:
    """By outcome, what is told of Black students."""
    mine = [f for f in found.findings if f.cause == "transport" and f.group == "race=black"]
    return {f.outcome: f for f in mine}


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> tuple[Audit, Path]:
    folder = tmp_path_factory.mktemp("late")
    return made(folder, "transport-late"), folder


def test_recorded_late_buses_are_told_first_under_both_outcomes(late: tuple[Audit, Path]) -> None:
    told = transport(late[0])
    assert set(told) == {"chronic_absence", "absence_rate"}
    for outcome, one in told.items():
        assert one.verdict == "supported"
        assert one.share_of_gap == pytest.approx(1, abs=0.15)  # the planted share is all of it
        assert sum(part.share for part in one.parts) == pytest.approx(1)
        text = " ".join(one.evidence)
        assert one.hypothesis is not None
        assert "refuted" in one.hypothesis.refuted_by
        assert "arrival logs" in one.hypothesis.begin
        assert ("Counted without these days" in text) == (outcome == "chronic_absence")
        assert any("No reason is recorded for" in line for line in one.caveats)
    first = next(f for f in late[0].findings if f.kind == "cause")
    assert first.cause == "transport"


def test_the_gap_that_is_parted_is_the_gap_that_is_told(late: tuple[Audit, Path]) -> None:
    found = late[0]
    rows = {
        (r["outcome"], r["measure"], r["group"]): r["estimate"]
        for r in found.to_arrow().to_pylist()
        if (r["place"], r["period"], r["reference"]) == ("all", "all", "")
    }
    for outcome, measure, scale in (("chronic_absence", "rate", 1), ("absence_rate", "mean", 100)):
        mine, theirs = (rows[outcome, measure, f"race={race}"] for race in ("black", "white"))
        whole = sum(part.value for part in transport(found)[outcome].parts)
        assert whole * scale == pytest.approx(mine - theirs, abs=1e-9)


def test_the_grain_survives_its_file_and_no_student_is_in_it(
    late: tuple[Audit, Path], tmp_path: Path
) -> None:
    found, folder = late
    plan = load_plan(folder / "audit.toml")
    for name in ("one", "two"):
        store(found.cube, plan, tmp_path / name, inputs={})
    file = "absence.parquet"
    assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    for ours, theirs in zip(restore(tmp_path / "one").absences, found.cube.absences, strict=True):
        for field in fields(theirs):
            mine, other = getattr(ours, field.name), getattr(theirs, field.name)
            same = np.array_equal(mine, other) if isinstance(other, np.ndarray) else mine == other
            assert same, field.name
    table = pq.read_table(tmp_path / "one" / file)
    texts = {t for c in table.columns if c.type == pa.string() for t in c.to_pylist()}
    students = pq.read_table(next((folder / "vault").glob("absence-*.parquet")))["student_id"]
    assert not texts & set(students.to_pylist())


def test_many_blank_reasons_leave_it_open_and_say_so(tmp_path: Path) -> None:
    found = made(tmp_path, "transport-late", lambda i, reason: reason if i % 4 == 0 else "")
    told = transport(found)
    assert told["absence_rate"].share_of_gap == pytest.approx(0.25, abs=0.05)
    for one in told.values():
        assert one.verdict == "doubtful"
        assert "cannot be told" in one.sentence
        (said,) = (line for line in one.caveats if "No reason is recorded for" in line)
        assert "of the days absent of Black students" in said


def test_reasons_left_blank_for_one_group_are_said_to_be(tmp_path: Path) -> None:
    synthesize(tmp_path, world="transport-late", seed=1, students=3000)
    lines = (tmp_path / "student.csv").read_text().splitlines()
    white = {line.split(",")[0] for line in lines if ",white," in line}
    file = tmp_path / "absence.csv"
    head, *rows = file.read_text().splitlines()
    rows = [r.rpartition(",")[0] + "," if r.split(",")[0] in white else r for r in rows]
    file.write_text("\n".join([head, *rows]) + "\n")
    told = transport(audit(tmp_path / "audit.toml", vault=tmp_path / "vault"))
    assert told["absence_rate"].verdict == "doubtful"  # all their days may be those of late buses
    for one in told.values():
        assert any("a larger part of the days absent of White" in line for line in one.caveats)


def test_buses_late_for_all_are_not_what_a_gap_goes_with(tmp_path: Path) -> None:
    """The days of the late buses are called ill days, and every tenth other day a late bus."""

    def other(i: int, reason: str) -> str:
        return "illness" if reason == "transport" or i % 10 else "transport"

    told = transport(made(tmp_path, "transport-late", other))
    assert {one.verdict for one in told.values()} == {"refuted"}
    for one in told.values():
        assert "Not much of this gap goes with transport" in one.sentence
        assert not any("No reason is recorded" in line for line in one.caveats)


def test_nothing_is_told_where_nothing_is_recorded_or_all_ride_alike(tmp_path: Path) -> None:
    assert not made(tmp_path / "none", "transport-unrecorded").cube.absences
    found = made(tmp_path / "quiet", "quiet-transport")
    assert found.cube.absences
    between = ("race=black", "race=white", "all", "absence_rate")
    gaps = [f for f in found.findings if f.kind == "gap"]
    (gap,) = [f for f in gaps if (f.group, f.reference, f.place, f.outcome) == between]
    origins = Origins(Rollups(found.cube))
    sure = replace(gap, verdict="gap")  # were it beyond chance
    told = causes_of(found.plan, Phrases(words("en"), {}, {}), [sure], origins, {}).findings
    assert not [f for f in told if f.verdict == "supported"]
