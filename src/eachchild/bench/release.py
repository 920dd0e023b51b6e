"""Complementary suppression against the tables that other tools were run on, and a large one."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from eachchild.release.decide import Subject, decide
from eachchild.release.family import TOTAL, Key, Table, Tree
from eachchild.release.policy import load_policy
from eachchild.release.problems import read_problem
from eachchild.release.proof import forget, prove
from eachchild.release.tables import subject_of

_REPOSITORY = Path(__file__).resolve().parents[3]
_PROBLEMS = (
    _REPOSITORY.parent / "shared" / "oracles" / "privacy" / "problems",
    _REPOSITORY / "tests" / "release" / "problems",
)
_DEFAULT_TO = 600  # cells up to which the default profile, with insiders, is timed too
RACES = ("native", "asian", "black", "hispanic", "pacific", "white", "two_or_more")


def run(seed: int) -> list[Mapping[str, object]]:
    """One row a problem: cells, what is hidden beside the small cells, the optimum, seconds."""
    folder = next(f for f in _PROBLEMS if f.is_dir())
    rows = [_problem(path) for path in sorted(folder.iterdir())]
    return [*rows, _timed("schools-100", large_subject(seed), None)]


def _problem(folder: Path) -> Mapping[str, object]:
    optimum = read_problem(folder).optimum.get("width 5", {}).get("secondary_sum")
    row = dict(_timed(folder.name, subject_of(folder, load_policy("benchmark")), optimum))
    if int(str(row["cells"])) <= _DEFAULT_TO:
        begun = time.perf_counter()
        subject = subject_of(folder, load_policy("benchmark"))  # the same small cells
        decision = decide(subject, load_policy("federal"), {"public": ()})
        row["default_sum"] = decision.choice.cost
        row["default_insiders"] = decision.insiders
        row["default_seconds"] = round(time.perf_counter() - begun, 2)
    return row


def _timed(name: str, subject: Subject, optimum: float | None) -> Mapping[str, object]:
    begun = time.perf_counter()
    decision = decide(subject, load_policy("benchmark"), {"public": ()})
    whole = time.perf_counter() - begun
    forget()
    begun = time.perf_counter()
    proof = prove([decision.publication])
    return {
        "problem": name,
        "cells": len(subject.counts),
        "primary": len(decision.choice.primary),
        "secondary": len(decision.choice.secondary),
        "secondary_sum": decision.choice.cost,
        "optimum": optimum,
        "bound": round(decision.choice.bound, 1),
        "unproved": len(proof.unproved),
        "witnesses": len(proof.tables),
        "seconds": round(whole, 2),
        "seconds_witnesses": round(time.perf_counter() - begun, 2),
    }


def large_subject(seed: int, schools: int = 100) -> Subject:
    """A made-up district: schools in three levels x race x sex x disability x suspended."""
    names = [f"s{number:03d}" for number in range(schools)]
    levels = {n: ("elementary", "middle", "high")[int(n[-1]) // 4] for n in names}
    parts = {level: tuple(n for n in names if levels[n] == level) for level in levels.values()}
    two = {TOTAL: ("yes", "no")}
    trees = (
        Tree("school", {TOTAL: tuple(parts), **parts}),
        Tree("race", {TOTAL: RACES}),
        Tree("sex", {TOTAL: ("female", "male")}),
        Tree("idea", two),
        Tree("oss", two),
    )
    table = Table(f"schools-{schools}", trees)
    counts: dict[Key, int] = dict.fromkeys(table.cells(), 0)
    for values, number in _students(names, seed):
        for key in _above(values, levels[values[0]]):
            counts[key] += number
    small = frozenset(key for key, number in counts.items() if 0 < number < 10)
    return Subject(table.name, "", (table,), counts, small)


def _students(names: list[str], seed: int) -> Iterator[tuple[tuple[str, ...], int]]:
    chance = np.random.default_rng(seed)
    for school in names:
        size = int(chance.lognormal(6.3, 0.5))
        shares = chance.dirichlet([0.3, 1.2, 3.0, 4.0, 0.15, 6.0, 1.0])
        for race, share in zip(RACES, shares, strict=True):
            for sex in ("female", "male"):
                students = int(chance.binomial(size, share / 2))
                disabled = int(chance.binomial(students, 0.14))
                for idea, n in (("yes", disabled), ("no", students - disabled)):
                    rate = 0.05 * (2 if race in ("black", "native") else 1)
                    events = int(chance.binomial(n, rate * (1.5 if idea == "yes" else 1)))
                    yield (school, race, sex, idea, "yes"), events
                    yield (school, race, sex, idea, "no"), n - events


def _above(values: tuple[str, ...], level: str) -> Iterator[Key]:
    """Every cell that counts these students."""
    names = ("school", "race", "sex", "idea", "oss")
    choices = [(values[0], level, ""), *((value, "") for value in values[1:])]
    grid = np.array(np.meshgrid(*choices, indexing="ij"), dtype=object).reshape(5, -1).T
    for row in grid:
        yield tuple(sorted((n, str(v)) for n, v in zip(names, row, strict=True) if v))
