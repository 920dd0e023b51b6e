"""What is released depends on nothing that is hidden, save which counts are."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from test_linked_tables import case_of

from eachchild import handover
from eachchild.cube import Block, Cube, Tally, restore, store
from eachchild.plan import load_plan
from eachchild.release import Audience, load_policy
from eachchild.release.audits import AuditDecision
from eachchild.release.bundle import bundle_files
from eachchild.release.decide import Decision, Subject, decide, prove_to_readers
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import Key, family
from eachchild.release.ledger import Ledger
from eachchild.release.policy import Policy

NOBODY: Mapping[str, tuple[()]] = {"public": (), "board": (), "staff": ()}
PEOPLE = ("A. Lee", "B. Ruiz")
DRAWS = 40
SMALL = 10


def files_of(decision: Decision, policy: Policy) -> dict[str, bytes]:
    return bundle_files(
        decision, policy, title="t", audience="public", approved_by=PEOPLE, known=NOBODY
    )


@pytest.mark.parametrize("name", ["federal", "benchmark"])
def test_linked_tables_with_another_table_of_the_proof_behind_them(name: str) -> None:
    policy = load_policy(name)
    tried = 0
    for seed in range(DRAWS):
        case = case_of(seed)
        keys = family(case.tables).keys
        counts = dict(zip(keys, case.counts(keys).tolist(), strict=True))
        small = frozenset(key for key, number in counts.items() if 0 < number < SMALL)
        try:
            first = decide(Subject("t", "", case.tables, counts, small), policy, NOBODY)
        except ReleaseRefusedError:
            continue
        for other in _others(first, counts):
            tried += any(other[key] != counts[key] for key in first.publication.hidden)
            told = {key: (n, n) for key, n in other.items() if key not in first.publication.hidden}
            shown = replace(first.publication, told=told)
            again = replace(first, publication=shown, proofs=prove_to_readers(shown, NOBODY))
            assert files_of(again, policy) == files_of(first, policy), seed
    assert tried > DRAWS


def _others(found: Decision, counts: Mapping[Key, int]) -> list[dict[Key, int]]:
    """Every table of the proof, as the counts of somebody else's students."""
    proof = found.proofs["public"]
    tables = (dict(zip(proof.facts.unknowns, t.tolist(), strict=True)) for t in proof.tables)
    return [{key: table.get(key, n) for key, n in counts.items()} for table in tables]


@pytest.mark.parametrize("name", ["virginia", "district"])
def test_an_audit_with_other_counts_behind_the_same_release(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder: Path = request.getfixturevalue(name)
    first, found = _release(folder)
    plan, cube = load_plan(folder / "cube"), restore(folder / "cube")
    copytree(folder / "cube", tmp_path / "cube")
    store(_other(cube), plan, tmp_path / "cube", inputs={})
    # The choice is held as it was; everything after it must not look behind it.
    monkeypatch.setattr(handover, "decide_audit", lambda *asked: found)
    again, _ = _release(tmp_path)
    assert again.keys() == first.keys()
    assert [file for file in first if again[file] != first[file]] == []


def _release(folder: Path) -> tuple[dict[str, bytes], AuditDecision]:
    files, _, found = handover.release_audit(
        folder, load_policy("federal"), Audience.PUBLIC, approved_by=PEOPLE,
        before=Ledger(), progress=lambda what, share: None,
    )  # fmt: skip
    return files, found


def _other(cube: Cube) -> Cube:
    """The same places, years and groups, and every count another one: those that are told too."""
    chance = np.random.default_rng(7)
    turnover = tuple(replace(t, students=t.students + 5, changed_school=4) for t in cube.turnover)
    return replace(cube, blocks=tuple(_block(b, chance) for b in cube.blocks), turnover=turnover)


def _block(block: Block, chance: np.random.Generator) -> Block:
    tallies = {name: _tally(tally, chance) for name, tally in block.tallies.items()}
    more = chance.integers(1, 50, block.students.size)
    return replace(block, students=block.students + more, tallies=tallies)


def _tally(tally: Tally, chance: np.random.Generator) -> Tally:
    n = chance.integers(1, 500, tally.n.size)
    events = chance.integers(0, n + 1)
    return replace(
        tally, n=n, n_high=n, events=events, events_high=events,
        missing=chance.integers(0, 9, n.size),
        squares=None if tally.squares is None else events * 3,
    )  # fmt: skip


def test_the_made_up_district_has_counts_to_hide(district: Path) -> None:
    cells = (district / "released" / "public" / "cells.csv").read_text("utf-8")
    assert cells.count(",suppressed\n") > 200
