"""The false-alarm study: its committed rows are what the program gives, and what they add up to."""

import csv
from dataclasses import asdict
from pathlib import Path

import pytest

from eachchild.bench.null import NullDistrict, null_district, resume, summary

DATA = Path(__file__).resolve().parents[2] / "docs" / "data" / "null.csv"


@pytest.fixture(scope="module")
def committed() -> list[NullDistrict]:
    """The study as it stands in the docs."""
    with DATA.open(encoding="utf-8", newline="") as lines:
        return [NullDistrict(**{k: int(v) for k, v in r.items()}) for r in csv.DictReader(lines)]


@pytest.mark.parametrize("number", [2, 5, 8])
def test_the_first_draws_give_the_committed_rows(
    committed: list[NullDistrict], number: int
) -> None:
    row = next(d for d in committed if (d.seed, d.district) == (1, number))
    assert asdict(null_district(1, number)) == asdict(row)


def test_at_most_seven_of_a_hundred_null_districts_raise_anything(
    committed: list[NullDistrict],
) -> None:
    found = summary(committed)
    assert isinstance(found["districts"], int)
    assert isinstance(found["flagged"], int)
    assert isinstance(found["flagged_plain"], int)
    assert found["districts"] >= 100
    assert found["flagged"] <= 0.07 * found["districts"]
    # What the two tests are for: one pool of students raises alarms wherever schools differ.
    assert found["flagged_plain"] > 5 * found["flagged"] + 0.2 * found["districts"]


def test_a_study_resumes_where_it_stopped(tmp_path: Path, committed: list[NullDistrict]) -> None:
    rows = DATA.read_text("utf-8").splitlines(keepends=True)
    half = tmp_path / "null.csv"
    half.write_text("".join(rows[:3]), "utf-8")  # districts 0 and 1
    told: list[str] = []
    resume(half, seed=1, districts=3, told=told.append)
    assert told == ["district 3 of 3"]
    assert half.read_text("utf-8") == "".join(rows[:4])
