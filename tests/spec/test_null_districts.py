"""Null districts as files, through the whole audit: where identity changes nothing, it says so."""

from pathlib import Path

import pytest

from eachchild import story
from eachchild.worlds import synthesize


@pytest.mark.parametrize("world", ["null", "null-schools"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_null_district_raises_nothing(tmp_path: Path, world: str, seed: int) -> None:
    synthesize(tmp_path / "district", world=world, seed=seed, students=2_500, schools=8, years=2)
    audit = story.audit(tmp_path / "district", vault=tmp_path / "vault")
    judged = [f for f in audit.findings if f.kind in ("gap", "predictability")]
    assert len(judged) > 100
    assert not [f.sentence for f in judged if f.verdict == "gap"]
