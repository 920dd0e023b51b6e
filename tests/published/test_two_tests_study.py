"""The study of the two tests: what the program gives, good enough to rely on, and told rightly."""

from pathlib import Path

import pytest
from scipy.stats import binom

from eachchild.bench.two_tests import Row, Scenario, grid, read_rows, scenario_of, scenario_rows
from eachchild.bench.two_tests.__main__ import simulate
from eachchild.bench.two_tests.study import FIRST

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "data" / "two-tests.csv"
DECISION = ROOT / "docs" / "decisions" / "two-tests.md"
ROWS = read_rows(TABLE)
FULL = [row for row in ROWS if row.districts > FIRST]
QUIET = [row for row in FULL if not row.group]
LEVELS = {"at_5": 5.0, "at_1": 1.0, "at_01": 0.1}
AGAIN = [
    Scenario(8),
    Scenario(20, alone=True),
    Scenario(20, together=0.7),
    Scenario(80, "race=asian", 3.0),
]


def holds(rows: list[Row]) -> None:
    """No row rejects more often than its level by more than chance, all rows counted.

    Counts at 0.001 are too small for standard errors, so the binomial tail decides.
    """
    asked = len(rows) * len(LEVELS)
    for row in rows:
        for name, level in LEVELS.items():
            rejected = round(getattr(row, name) * row.districts / 100)
            chance = binom.sf(rejected - 1, row.districts, level / 100)
            assert chance * asked > 0.05, (row, name)


def one(schools: int, asked: str, outcome: str, test: str, **scenario: object) -> Row:
    """The full row of one test."""
    wanted = Scenario(schools, **scenario)  # type: ignore[arg-type]
    keys = (wanted, asked, outcome, test)
    (found,) = [r for r in FULL if (scenario_of(r), r.asked, r.outcome, r.test) == keys]
    return found


def test_every_scenario_has_its_first_districts_and_all() -> None:
    for rows in (FULL, [row for row in ROWS if row.districts <= FIRST]):
        assert list(dict.fromkeys(map(scenario_of, rows))) == list(grid())
    assert min(row.districts for row in FULL) >= 1_000


@pytest.mark.parametrize("scenario", AGAIN, ids=str)
def test_the_first_districts_come_out_again(scenario: Scenario) -> None:
    published = [r for r in ROWS if scenario_of(r) == scenario and r.districts <= FIRST]
    assert scenario_rows(scenario, draws=FIRST) == published


def _far_in_the_tail(row: Row) -> bool:
    """Days of a small group told apart alone: the one question whose far tail is too light."""
    return row.alone and row.outcome == "days"


def test_inside_schools_it_keeps_its_level() -> None:
    rows = [row for row in QUIET if row.test == "inside"]
    assert {row.schools for row in rows} == {4, 8, 20, 80, 400}
    holds([row for row in rows if not _far_in_the_tail(row)])


def test_where_it_does_not_it_is_told() -> None:
    (row,) = [row for row in QUIET if row.test == "inside" and _far_in_the_tail(row)]
    assert row.at_5 <= 5
    assert 0.1 < row.at_01 < 1
    assert f"{row.at_01:g} percent at 0.001" in DECISION.read_text("utf-8")


def test_between_schools_it_keeps_its_level_where_make_up_tells_nothing() -> None:
    rows = [row for row in QUIET if row.test == "between" and not row.together]
    holds(rows)


def test_what_schools_differ_in_with_their_make_up_is_found_between_them() -> None:
    assert one(80, "race=hispanic", "suspended", "between", together=0.7).at_5 > 90


@pytest.mark.parametrize("test", ["t of surpluses", "signs of surpluses"])
def test_surpluses_alone_raise_alarms_for_small_groups(test: str) -> None:
    """Why they are not used, for all that they are simpler."""
    for schools in (20, 80):
        row = one(schools, "race=native", "sums", test)
        assert row.at_5 > 15
        assert row.at_1 > 8


def test_a_small_group_told_apart_alone_is_never_judged_by_its_own_noise() -> None:
    row = one(20, "race=native", "sums", "inside", alone=True)
    assert (row.told, row.at_5) == (0.0, 0.0)
    assert one(20, "race=native", "suspended", "inside", alone=True).told > 90


def test_sums_alone_lose_little_of_what_squares_would_tell() -> None:
    group = "race=hispanic"
    for odds in (1.5, 3.0):
        full = one(80, group, "days", "inside", group=group, odds=odds)
        alone = one(80, group, "sums", "inside", group=group, odds=odds)
        assert alone.at_5 > full.at_5 - 5
    assert one(20, "race=hispanic", "sums", "inside", group="race=hispanic", odds=3.0).at_1 > 95


def test_the_decision_quotes_the_table() -> None:
    """Each line of its tables: schools, group, outcome, test and the three levels."""
    quoted = 0
    for line in DECISION.read_text("utf-8").splitlines():
        parts = [c.strip() for c in line.strip("|").split("|")]
        if len(parts) < 7 or not parts[0].isdigit():
            continue
        schools, asked, planted, outcome, test = parts[:5]
        scenario = {"group": asked, "odds": float(planted)} if planted != "nothing" else {}
        row = one(int(schools), asked, outcome, test, **scenario)
        assert [float(x) for x in parts[5:8]] == [row.at_5, row.at_1, row.at_01], line
        quoted += 1
    assert quoted >= 12


def test_a_study_resumes_where_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenarios = (Scenario(4), Scenario(8))
    half = tmp_path / "two-tests.csv"
    simulate(half, scenarios[:1], draws=2)
    first = half.read_text("utf-8")
    simulate(half, scenarios, draws=2)
    assert half.read_text("utf-8").startswith(first)
    assert {scenario_of(row) for row in read_rows(half)} == set(scenarios)
    assert "2/2" in capsys.readouterr().err
