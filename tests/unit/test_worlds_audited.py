"""A made-up district read back as an audit reads it: the cube's rates are those of the truth."""

from pathlib import Path

import numpy as np

from eachchild.cube import count_all
from eachchild.plan import load_plan
from eachchild.sources.records.load import load_records
from eachchild.worlds import synthesize

FEWEST = 150


def test_the_cube_of_the_files_agrees_with_the_truth(tmp_path: Path) -> None:
    folder, vault = tmp_path / "district", tmp_path / "vault"
    truth = synthesize(folder, seed=8, students=4_000, schools=12, years=2)
    known = {g.key(): g.value for g in truth.gaps}
    plan = load_plan(folder)
    cube = count_all(plan, load_records(plan, vault).tables, (), folder=vault)
    distances = []
    for outcome in plan.outcomes:
        measure = "rate" if outcome.is_rate else "mean"
        for block in cube.blocks:
            tally, unit = block.tallies[outcome.name], 10**outcome.decimals
            for factor, codes in zip(block.factors, block.value.T, strict=True):
                for code, value in enumerate(cube.values[factor]):
                    mine = codes == code
                    n = int(tally.n[mine].sum())
                    key = (outcome.name, f"{factor}={value}", "", measure, "all")
                    if n < FEWEST or key not in known:
                        continue
                    true, found = known[key], tally.events[mine].sum() / unit / n
                    squares = tally.squares
                    variance = (
                        true * (1 - true)
                        if squares is None
                        else squares[mine].sum() / unit**2 / n - found**2
                    )
                    distances.append((found - true) / np.sqrt(max(variance, 1e-9) / n))
    assert len(distances) > 200
    assert np.abs(distances).max() < 4.5
    assert 0.75 < np.std(distances) < 1.25
