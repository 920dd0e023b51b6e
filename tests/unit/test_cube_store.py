"""A stored cube is read back exactly, and written the same twice."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from eachchild.cube import restore, store
from eachchild.cube.enter import enter
from eachchild.plan import load_plan
from eachchild.sources.counts.load import load_counts

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.parametrize("name", ["messy", "idea618"])
def test_a_cube_survives_its_files(tmp_path: Path, name: str) -> None:
    plan = load_plan(EXAMPLES / name)
    cube = enter(load_counts(plan, tmp_path / "vault").facts, plan)
    for folder in ("one", "two"):
        store(cube, plan, tmp_path / folder, inputs={"a.csv": "00"})
    for file in ("student.parquet", "cube.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    read = restore(tmp_path / "one")
    assert (read.places, read.periods, read.values) == (cube.places, cube.periods, cube.values)
    assert len(read.blocks) == len(cube.blocks)
    for ours, theirs in zip(read.blocks, cube.blocks, strict=True):
        assert ours.factors == theirs.factors
        for part in ("place", "period", "value", "students"):
            assert np.array_equal(getattr(ours, part), getattr(theirs, part))
        for outcome, tally in theirs.tallies.items():
            for field in fields(tally):
                mine = getattr(ours.tallies[outcome], field.name)
                assert np.array_equal(mine, getattr(tally, field.name)), (outcome, field.name)


def test_a_cube_of_another_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cube.json").write_text('{"schema": 99}', "utf-8")
    with pytest.raises(ValueError, match="this reads 1"):
        restore(tmp_path)
