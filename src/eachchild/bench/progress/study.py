"""What verdicts say in districts of known truth, as rows of a table."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from eachchild.bench.progress.world import (
    BEGINS,
    FIRST,
    Drawn,
    Scenario,
    drawn,
    true_change,
)
from eachchild.bench.tables import read_table
from eachchild.progress import Verdict, chance_seen, judge
from eachchild.terms.years import starting
from eachchild.worlds.streams import stream

SEED = 1
FEW = 20  # districts that also stand in the table alone, so that anyone can check them
SIZES = (60, 200, 600, 2000)
CHANGES = (0.7, 0.5)
_MONTHLY_REVIEWS = ("2025-11", "2026-02", "2026-06")  # after 3, 6 and 10 months
_YEARLY_REVIEWS = tuple(starting(FIRST + 3 + i) for i in range(3))
_PERIODS = {True: (3, 6, 10), False: (1, 2, 3)}


@dataclass(frozen=True, slots=True)
class Row:
    """What was said at one review, or at any of the three (`review` 0), in percent of districts.

    `covered`: the 95 % interval of the change held what the change did. `expected`: the mean
    chance, told beforehand, that it would be called improving; of a true change at one review.
    """

    monthly: bool
    groups: int
    size: int
    differ: bool
    years_differ: float
    change: float
    others: float
    alone: bool
    districts: int
    review: int
    improving: float
    worse: float
    no_change: float
    cannot_tell: float
    covered: float
    expected: float


@dataclass(frozen=True, slots=True)
class _Said:
    """One district at one review."""

    verdict: Verdict
    covered: bool
    expected: float


def grid() -> tuple[Scenario, ...]:
    """Where nothing changes, where only others do worse, and where a change works."""
    quiet = (
        Scenario(monthly, groups, size, differ, years)
        for monthly in (False, True)
        for groups, size in ((60, 60), (60, 600), (8, 60), (8, 2000), (3, 200))
        for differ in (False, True)
        for years in (0.0, 0.10, 0.20)
    )
    alone = (
        Scenario(monthly, groups, size, differ=True, alone=True)
        for monthly in (False, True)
        for groups, size in ((60, 60), (8, 2000))
    )
    worse = (
        Scenario(monthly, 8, size, differ=True, others=1.5)
        for monthly in (False, True)
        for size in (60, 2000)
    )
    works = (
        Scenario(monthly, groups, size, differ=True, years_differ=years, change=change)
        for monthly in (False, True)
        for groups, years in ((8, 0.10), (60, 0.05))
        for size in SIZES
        for change in CHANGES
    )
    return (*quiet, *alone, *worse, *works)


def is_null(scenario: Scenario) -> bool:
    """Whether nothing changed for the group itself."""
    return scenario.change == 1


def scenario_rows(scenario: Scenario, *, draws: int, seed: int = SEED) -> list[Row]:
    """The rows of a scenario: of its first few districts alone, then of all of them."""
    found = [_district(scenario, seed, i) for i in range(draws)]
    sizes = sorted({min(FEW, draws), draws})
    return [row for size in sizes for row in _rows(scenario, found[:size])]


def reviews(scenario: Scenario) -> tuple[str, ...]:
    """Up to when the three reviews look."""
    return _MONTHLY_REVIEWS if scenario.monthly else _YEARLY_REVIEWS


def _district(scenario: Scenario, seed: int, number: int) -> tuple[_Said, ...]:
    one = drawn(stream(seed, "progress", scenario, number), scenario)
    return tuple(_review(scenario, one, number) for number in range(3))


def _review(scenario: Scenario, one: Drawn, number: int) -> _Said:
    until = reviews(scenario)[number]
    baseline = None if scenario.alone else one.baseline
    judged = judge(one.goal, one.watched, baseline=baseline, until=until)
    truth = true_change(scenario, one, until)
    expected = 0.0
    if not is_null(scenario):
        expected = chance_seen(
            one.watched.group,
            one.rate_before * scenario.change,
            begins=BEGINS,
            periods=_PERIODS[scenario.monthly][number],
            baseline=baseline,
        )
    covered = judged.change.low <= truth <= judged.change.high
    return _Said(judged.verdict, covered, expected)


def _rows(scenario: Scenario, found: Sequence[tuple[_Said, ...]]) -> Iterator[Row]:
    for review in range(4):
        asked = [said[review - 1 : review] if review else said for said in found]

        def share(verdict: Verdict, asked: Sequence[tuple[_Said, ...]] = asked) -> float:
            return _percent([any(s.verdict is verdict for s in said) for said in asked])

        everything = [s for said in asked for s in said]
        yield Row(
            **asdict(scenario),
            districts=len(found),
            review=review,
            improving=share(Verdict.IMPROVING),
            worse=share(Verdict.WORSE),
            no_change=share(Verdict.NO_CHANGE),
            cannot_tell=share(Verdict.CANNOT_TELL),
            covered=_percent([s.covered for s in everything]),
            expected=_percent([s.expected for s in everything]),
        )


def _percent(values: Sequence[float]) -> float:
    return round(100 * sum(values) / len(values), 2)


def scenario_of(row: Row) -> Scenario:
    """What the districts of a row have in common."""
    return Scenario(**{f.name: getattr(row, f.name) for f in fields(Scenario)})


def read_rows(path: Path) -> list[Row]:
    """The rows of a table written before; none where there is no file."""
    return read_table(path, Row)


def full_rows(path: Path) -> list[Row]:
    """The rows of all districts of a scenario, which stand after those of the first few."""
    return [row for row in read_rows(path) if row.districts > FEW]
