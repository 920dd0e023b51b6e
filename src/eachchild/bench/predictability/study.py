"""Runs the measure on districts whose truth is known, and adds up how it did."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from eachchild.bench.predictability.rivals import leave_pair_out
from eachchild.bench.predictability.world import Scenario, draw, truth_alike
from eachchild.measures.counts import Known, Numbers
from eachchild.measures.predictability import Predictability, SchoolCells, predictability
from eachchild.measures.predictability.estimate import raw_index

SEED = 2024
FIRST = 3  # draws that are also added up alone, so that anyone can check them in a moment
RESHUFFLES = 199
LEVEL = 0.05
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Row:
    """How the measure did in one scenario; indexes run from 0 to 100, shares in percent."""

    students: int
    schools: int
    rate: float
    index: float
    spread: float
    sorting: float
    go_together: float
    draws: int
    measured: int  # districts with five events and more
    truth: float
    bias: float
    error: float  # root mean square
    coverage: float
    width: float
    raw_bias: float
    left_out_bias: float
    total: float  # share of districts where this test rejects, here and below
    inside: float
    dealt: float
    between: float
    flagged: float
    truth_alike: float | None  # schools like these: from 20 schools up
    coverage_alike: float | None
    width_alike: float | None

    @property
    def scenario(self) -> Scenario:
        """What the districts of this row have in common."""
        return Scenario(**{f.name: getattr(self, f.name) for f in fields(Scenario)})


@dataclass(frozen=True, slots=True)
class _Outcome:
    truth: float
    index: float
    low: float
    high: float
    raw: float
    left_out: float
    p: Numbers  # total, inside, dealt, between, both roads
    alike: Numbers  # low and high; empty with few schools


def scenario_row(scenario: Scenario, draws: int, *, seed: int = SEED) -> Row:
    """Draw districts of one kind and add up bias, coverage and alarms."""
    return _added_up(scenario, draws, list(_outcomes(scenario, draws, seed)))


def scenario_rows(scenario: Scenario, draws: int, *, seed: int = SEED) -> list[Row]:
    """The same for the first few draws and for all of them."""
    found = list(_outcomes(scenario, draws, seed))
    return [_added_up(scenario, k, found) for k in sorted({min(FIRST, draws), draws})]


def _outcomes(scenario: Scenario, draws: int, seed: int) -> Iterator["_Outcome | None"]:
    for number in range(draws):
        rng = np.random.default_rng([seed, crc32(scenario.name.encode()), number])
        district = draw(scenario, rng)
        found = predictability(district.cells, rng, draws=RESHUFFLES)
        yield _outcome(district.cells, found, district.truth)


def _outcome(cells: SchoolCells, found: Predictability, truth: float) -> _Outcome | None:
    if found.evidence is None:
        return None
    here, tests, place = found.here, found.evidence.tests, cells.place()
    ps = (tests.total.p, tests.inside.p, tests.dealt.p, tests.between.together, tests.p)
    alike = found.evidence.alike
    ends = np.zeros(0) if alike is None else np.concatenate([alike.low, alike.high])
    return _Outcome(
        truth,
        float(here.index[0]),
        float(here.low[0]),
        float(here.high[0]),
        float(raw_index(place)[0]),
        float(leave_pair_out(place)[0]),
        np.concatenate(ps),
        ends,
    )


def _added_up(scenario: Scenario, draws: int, outcomes: Sequence[_Outcome | None]) -> Row:
    found = [x for x in outcomes[:draws] if x is not None]
    if not found:
        raise ValueError(f"none of {draws} districts has five events; draw more of them")
    shown = ("truth", "index", "low", "high", "raw", "left_out")
    got = {k: 100 * np.array([getattr(x, k) for x in found]) for k in shown}
    truth, error = got["truth"], got["index"] - got["truth"]
    alarms = 100 * (np.array([x.p for x in found]) <= LEVEL).mean(axis=0)
    figures: tuple[float | None, ...] = (
        truth.mean(),
        error.mean(),
        np.sqrt((error**2).mean()),
        100 * _covered(truth, got["low"], got["high"]).mean(),
        (got["high"] - got["low"]).mean(),
        (got["raw"] - truth).mean(),
        (got["left_out"] - truth).mean(),
        *alarms,
        *_alike(scenario, found),
    )
    names = [f.name for f in fields(Row)][-len(figures) :]
    rounded = [None if x is None else round(float(x), 6) for x in figures]
    values = {"draws": draws, "measured": len(found), **dict(zip(names, rounded, strict=True))}
    return _row({**asdict(scenario), **values})


def _row(values: Mapping[str, Any]) -> Row:
    # Made from names only here: of a scenario's figures, or of a line of the table.
    return Row(**values)


def _covered(truth: Numbers, low: Numbers, high: Numbers) -> Known:
    return (low <= truth + ROUNDING) & (truth <= high + ROUNDING)


def _alike(scenario: Scenario, found: Sequence[_Outcome]) -> tuple[float | None, ...]:
    if any(x.alike.size == 0 for x in found):
        return None, None, None
    truth = 100 * truth_alike(scenario)
    low, high = 100 * np.array([x.alike for x in found]).T
    covered = _covered(np.full(low.shape, truth), low, high)
    return truth, 100 * float(covered.mean()), float((high - low).mean())


def read_rows(path: Path) -> list[Row]:
    """Read a table of results; an absent file holds none."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [_parsed(line) for line in csv.DictReader(file)]


def _parsed(line: Mapping[str, str]) -> Row:
    kinds = {f.name: int if f.type is int else float for f in fields(Row)}
    return _row({k: None if v == "" else kinds[k](v) for k, v in line.items()})


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Write the table aside and put it in place whole, so that a stop leaves the last one."""
    part = path.with_suffix(".part")
    with part.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([f.name for f in fields(Row)])
        table.writerows(asdict(row).values() for row in rows)
    part.replace(path)
