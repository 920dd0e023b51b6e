"""Random tables linked over one factor, through the decision and, one after another, the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hiding import SMALL, Case, innermost
from student_attacker import Attacker, alone_in, asked_of, small_sums

from eachchild.release.decide import Subject, decide
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import TOTAL, Key, Table, Tree, family
from eachchild.release.ledger import RELEASE, Entry, append, load_ledger
from eachchild.release.policy import load_policy
from eachchild.release.proof import prove
from eachchild.release.published import Publication
from eachchild.release.types import Audience

DRAWS = 150
SEQUENCES = 60
CROSSED = 60  # cells of a full cross; more take minutes to decide after a release
SIZES = (0, 0, 1, 1, 1, 2, 2, 3, 5, 8, 20, 60)  # of students who are alike in everything


@dataclass(frozen=True)
class Shown:
    """A release, and the true counts behind it."""

    publication: Publication
    counts: Mapping[Key, int]
    small: frozenset[Key]


def case_of(seed: int) -> Case:
    """A factor crossed with one to three others; some have a level between part and whole."""
    chance = np.random.default_rng(seed)
    hub = tree("hub", chance)
    others = [tree(name, chance) for name in ("one", "two", "three")[: chance.integers(1, 4)]]
    trees = (hub, *others)
    combinations = list(product(*map(innermost, trees)))
    students = dict(
        zip(combinations, chance.choice(SIZES, len(combinations)).tolist(), strict=True)
    )
    return Case(trees, tuple(Table(f"hub by {t.name}", (hub, t)) for t in others), students)


def tree(name: str, chance: np.random.Generator) -> Tree:
    values = tuple(f"{name}-{n}" for n in range(chance.integers(2, 4)))
    if len(values) == 2 or chance.random() < 0.5:
        return Tree(name, {TOTAL: values})
    return Tree(name, {TOTAL: (f"{name}-low", values[2]), f"{name}-low": values[:2]})


def released(
    case: Case, tables: tuple[Table, ...], policy: str, known: Mapping[str, tuple[Publication, ...]]
) -> Shown | None:
    """What leaves of a case; None where nothing may."""
    keys = family(tables).keys
    counts = dict(zip(keys, case.counts(keys).tolist(), strict=True))
    small = frozenset(key for key, number in counts.items() if 0 < number < SMALL)
    try:
        found = decide(Subject("t", "", tables, counts, small), load_policy(policy), known)
    except ReleaseRefusedError:
        return None
    return Shown(found.publication, counts, small)


def learned(shown: Shown, policy: str) -> list[object]:
    """What may not be told and yet is: to anybody, as a small sum, or to a student alone."""
    rules = load_policy(policy)
    publication, asked = shown.publication, asked_of([shown.publication])
    found: list[object] = [*(shown.small - publication.hidden.keys())]
    reader = Attacker([publication])
    found += reader.narrow(asked).items()
    if rules.implied_sums:
        sums = small_sums(publication, shown.counts, rules.minimum_n)
        found += reader.narrow(dict.fromkeys(sums, rules.width)).items()
    for known in alone_in(publication, shown.counts) if rules.insiders else ():
        others = {cells: width for cells, width in asked.items() if cells[0] not in known}
        found += Attacker([publication], known).narrow(others).items()
    return found


@pytest.mark.parametrize("policy", ["federal", "benchmark"])
def test_nothing_is_told_of_tables_linked_over_one_factor(policy: str) -> None:
    told, left = {}, 0
    for seed in range(DRAWS):
        case = case_of(seed)
        shown = released(case, case.tables, policy, {"public": ()})
        if shown is not None:
            left += 1
            told[seed] = learned(shown, policy)
    assert {seed: found for seed, found in told.items() if found} == {}
    assert left >= DRAWS / 2


@pytest.mark.parametrize("policy", ["federal", "benchmark"])
def test_nothing_is_told_of_two_releases_about_the_same_students(
    policy: str, tmp_path: Path
) -> None:
    told, left = {}, 0
    for seed in range(1_000, 1_000 + SEQUENCES):
        case = case_of(seed)
        readings = []
        path = tmp_path / f"{seed}.jsonl"
        for tables in _first_then(case, seed):
            ledger = load_ledger(path)
            shown = released(case, tables, policy, ledger.readers(Audience.PUBLIC))
            if shown is not None:
                readings.append(shown)
                append(path, Entry(RELEASE, "public", "t", shown.publication), after=ledger)
        known = load_ledger(path).known_to(Audience.PUBLIC)
        told[seed] = [
            *Attacker(known).narrow(asked_of(known)).items(),
            *(key for shown in readings for key in shown.small - shown.publication.hidden.keys()),
        ]
        left += len(readings) == 2
    assert {seed: found for seed, found in told.items() if found} == {}
    assert left >= SEQUENCES / 2


def _first_then(case: Case, seed: int) -> tuple[tuple[Table, ...], tuple[Table, ...]]:
    """Some tables of a case, then others: the last one, or the full cross of three factors."""
    cross = Table("all", case.trees[:3])
    crossed = seed % 2 == 0 and sum(1 for _ in cross.cells()) <= CROSSED
    return case.tables[: max(1, len(case.tables) - 1)], (cross,) if crossed else case.tables[-1:]


def bare(seed: int) -> tuple[Publication, Mapping[Key, int]]:
    """A case with its small counts hidden and nothing else, and the true counts."""
    case = case_of(seed)
    keys = family(case.tables).keys
    counts = dict(zip(keys, case.counts(keys).tolist(), strict=True))
    hidden = {key: 5 for key, number in counts.items() if 0 < number < SMALL}
    told = {key: (number, number) for key, number in counts.items() if key not in hidden}
    return Publication(case.tables, told, hidden), counts


def test_the_attacker_finds_what_is_hidden_without_others_beside_it() -> None:
    found = 0
    for seed in range(20):
        shown, counts = bare(seed)
        for cells, (low, high) in Attacker([shown]).narrow(asked_of([shown])).items():
            assert low <= counts[cells[0]] <= high
            found += 1
    assert found > 50


def test_what_is_not_proved_is_what_the_attacker_narrows() -> None:
    """The search gives up no count that could be proved, and proves none that is told."""
    unproved = 0
    for seed in range(60):
        shown, _ = bare(seed)
        narrowed = Attacker([shown]).narrow(asked_of([shown]))
        found = prove([shown]).unproved
        assert set(found) == {cells[0] for cells in narrowed}, seed
        unproved += len(found)
    assert unproved > 150
