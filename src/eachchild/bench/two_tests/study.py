"""How often each test of a gap rejects on districts of known truth, as rows of a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from eachchild.bench.tables import read_table
from eachchild.bench.two_tests.rivals import signs, student, surpluses
from eachchild.bench.two_tests.world import Drawn, Scenario, cube_of
from eachchild.cube import ALL_PLACES, Rollups
from eachchild.measures.inference import Assessment, assess
from eachchild.plan import COMPLEMENT, Plan, plan_from
from eachchild.worlds.streams import stream

SEED, LEVELS = 1, (0.05, 0.01, 0.001)
FIRST = 40  # districts that also stand in the table alone, so that anyone can check them
OUTCOMES = ("suspended", "days", "sums")


@dataclass(frozen=True, slots=True)
class Row:
    """How often one test of one group rejects, in percent, at each level."""

    schools: int
    group: str
    odds: float
    together: float
    alone: bool
    districts: int
    asked: str
    outcome: str
    test: str
    told: float  # of all districts; the others cannot tell
    at_5: float
    at_1: float
    at_01: float


def grid() -> tuple[Scenario, ...]:
    """Where nothing goes with identity, where sorting does, and where a group fares differently."""
    schools = (4, 8, 20, 80, 400)
    planted = ((g, odds) for g in ("race=hispanic", "race=asian") for odds in (1.5, 3.0))
    return (
        *(Scenario(s) for s in schools),
        *(Scenario(s, together=0.7) for s in schools),
        Scenario(20, alone=True),
        *(Scenario(s, g, odds) for g, odds in planted for s in (20, 80)),
    )


def scenario_rows(scenario: Scenario, *, draws: int, seed: int = SEED) -> list[Row]:
    """The rows of a scenario: of its first few districts alone, then of all of them."""
    found = [_district(scenario, seed, i) for i in range(draws)]
    sizes = sorted({min(FIRST, draws), draws})
    return [row for size in sizes for row in _rows(scenario, found[:size])]


_Tested = Mapping[tuple[str, str, str], float | None]  # p by group, outcome and test


def _rows(scenario: Scenario, found: Sequence[_Tested]) -> Iterator[Row]:
    for asked, outcome, test in found[0]:
        p = [one[asked, outcome, test] for one in found]
        told = np.array([x for x in p if x is not None])
        rejected = [round(100 * float((told <= a).sum()) / len(p), 2) for a in LEVELS]
        yield Row(
            **asdict(scenario),
            districts=len(p),
            asked=asked,
            outcome=outcome,
            test=test,
            told=round(100 * told.size / len(p), 1),
            at_5=rejected[0],
            at_1=rejected[1],
            at_01=rejected[2],
        )


def _district(scenario: Scenario, seed: int, number: int) -> _Tested:
    rng = stream(seed, "two tests", scenario, number)
    drawn = Drawn.of(rng, scenario)
    assessment = assess(_plan(), Rollups(cube_of(drawn)))
    if assessment is None:
        raise ValueError("a district of two groups can be compared")
    found: dict[tuple[str, str, str], float | None] = {}
    for group in scenario.asked:
        for number_of, outcome in enumerate(OUTCOMES):
            inside, between = _answers(assessment, number_of, group)
            found[group, outcome, "inside"] = inside
            found[group, outcome, "between"] = between
        surplus = surpluses(drawn, group)
        found[group, "sums", "t of surpluses"] = student(surplus)
        found[group, "sums", "signs of surpluses"] = signs(rng, surplus)
    return found


def _answers(assessment: Assessment, outcome: int, group: str) -> tuple[float | None, float | None]:
    """The p of both tests; None where the group does not occur, or a test cannot tell."""
    asked, tests = assessment.asked, assessment.tests
    rows = (asked.outcome == outcome) & (asked.level == assessment.levels.index(ALL_PLACES))
    rows &= asked.group.is_(group) & asked.reference.is_(COMPLEMENT)
    at = np.flatnonzero(rows)
    return (
        float(tests.p_inside[at[0]]) if tests.has_inside[at].any() else None,
        float(tests.p_between[at[0]]) if tests.has_between[at].any() else None,
    )


@cache
def _plan() -> Plan:
    own = {"direction": "lower", "mean": "oss_days"}
    return plan_from(
        {
            "source": [{"path": "none", "table": "student_year"}],
            "identity": [{"factor": "race"}, {"factor": "sex"}],
            "outcome": [
                {"name": "suspended", "direction": "lower", "event": "oss_days > 0"},
                {"name": "days", **own},
                {"name": "sums", **own},
            ],
        },
        Path(),
    )


def scenario_of(row: Row) -> Scenario:
    """What the districts of a row have in common."""
    return Scenario(**{f.name: getattr(row, f.name) for f in fields(Scenario)})


def read_rows(path: Path) -> list[Row]:
    """The rows of a table written before; none where there is no file."""
    return read_table(path, Row)
