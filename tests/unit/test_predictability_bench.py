"""The districts of the simulation are what they claim, and its table fills itself."""

import numpy as np
import pytest

from eachchild.bench.predictability import __main__ as command
from eachchild.bench.predictability import grid, read_rows, run, scenario_row, write_rows
from eachchild.bench.predictability.study import scenario_rows
from eachchild.bench.predictability.world import (
    LEVELS,
    Scenario,
    draw,
    effects,
    log_odds,
    shares,
    true_index,
    truth_alike,
)

SMALL = [Scenario(300, 1, 0.10, 0.0), Scenario(300, 4, 0.40, 0.15, 0.5, 1.0, 0.0)]


def test_make_up_adds_up_and_every_cell_has_its_own_effect():
    assert shares().sum() == pytest.approx(1)
    assert shares().min() > 0
    assert np.unique(effects().round(9)).size == len(LEVELS) == 168


@pytest.mark.parametrize(("rate", "index"), [(0.02, 0.0), (0.10, 0.05), (0.40, 0.35)])
def test_rates_have_the_index_they_were_asked_for(rate, index):
    rates = 1 / (1 + np.exp(-log_odds(rate, index)))
    assert rates @ shares() == pytest.approx(rate, abs=1e-9)
    assert true_index(shares(), rates) == pytest.approx(index, abs=1e-7)


def segregation(cells):
    """Dissimilarity of White students and all others between schools."""
    white = cells.levels[cells.cell, 0] == 5
    ours, theirs = cells.by_school(cells.n * white), cells.by_school(cells.n * ~white)
    return np.abs(ours / ours.sum() - theirs / theirs.sum()).sum() / 2


def test_sorting_segregates_schools():
    rng = np.random.default_rng(1)
    even, sorted_ = (
        draw(Scenario(20_000, 40, 0.1, 0.0, 0.5, sorting), rng).cells for sorting in (0.0, 2.0)
    )
    assert segregation(even) < 0.1
    assert 0.5 < segregation(sorted_) < 0.8
    assert even.n.sum() == sorted_.n.sum() == 20_000
    assert even.schools == 40


def test_effects_that_ignore_identity_predict_here_but_not_in_schools_like_these():
    apart = Scenario(2_000, 8, 0.10, 0.0, 0.5, 1.0, 0.0)
    together = Scenario(2_000, 8, 0.10, 0.0, 0.5, 1.0, 0.6)
    rng = np.random.default_rng(2)
    assert np.mean([draw(apart, rng).truth for _ in range(20)]) > 0.03
    assert truth_alike(apart) < 0.01
    assert truth_alike(together) > 0.06


def test_a_district_repeats_with_its_generator():
    one, two = (draw(SMALL[1], np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.cells.total, two.cells.total)
    assert one.truth == two.truth


def test_scenarios_have_names_of_their_own():
    assert len({scenario.name for scenario in grid()}) == len(grid()) == 76


def test_the_first_draws_are_those_of_a_short_run():
    rows = scenario_rows(SMALL[1], 5)
    assert [row.draws for row in rows] == [3, 5]
    assert rows[0] == scenario_row(SMALL[1], 3)
    assert len(scenario_rows(SMALL[1], 2)) == 1


def test_districts_without_events_are_no_result():
    with pytest.raises(ValueError, match="none of 2 districts has five events"):
        scenario_row(Scenario(20, 1, 0.02, 0.0), 2)


def test_the_table_fills_itself_and_goes_on_where_it_stood(tmp_path, monkeypatch, capsys):
    out = tmp_path / "new" / "table.csv"
    monkeypatch.setattr(command, "grid", lambda: SMALL)
    assert command.main(["--out", str(out), "--draws", "4"]) == 0
    whole = read_rows(out)
    assert [(row.scenario, row.draws) for row in whole] == [(s, k) for s in SMALL for k in (3, 4)]
    made = []

    def counted(scenario, draws):
        made.append(scenario)
        return scenario_rows(scenario, draws)

    monkeypatch.setattr(command, "scenario_rows", counted)
    write_rows(out, whole[2:])
    command.main(["--out", str(out), "--draws", "4"])
    assert made == SMALL[:1]
    assert read_rows(out) == whole
    assert [path.name for path in out.parent.iterdir()] == ["table.csv"]
    assert "2/2 300-4-0.4-0.15" in capsys.readouterr().err


def test_more_draws_replace_fewer(tmp_path):
    out = tmp_path / "table.csv"
    command.simulate(out, 3, SMALL[:1])
    command.simulate(out, 4, SMALL[:1])
    assert [row.draws for row in read_rows(out)] == [3, 4]


def test_a_run_for_the_command_line_adds_up_its_rows():
    found = run(5, draws=6, students=300)
    rows = found["rows"]
    assert found["scenarios"] == len(rows) == 17
    null = [r for r in rows if r["index"] == 0 and r["go_together"] == 0]
    flagged = np.average([r["flagged"] for r in null], weights=[r["measured"] for r in null])
    assert found["flagged"] == pytest.approx(flagged)
    assert found["coverage"] > 85
    assert run(5, draws=6, students=300) == found
    assert run(6, draws=6, students=300)["rows"] != rows
