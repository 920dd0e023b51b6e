"""Corrected counts: readers know the old and the new, and what is between them is students."""

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from runs import released
from student_attacker import Attacker, asked_of

from eachchild.cli import main
from eachchild.release.decide import Subject, decide
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import TOTAL, Key, Table, Tree, joined
from eachchild.release.ledger import load_ledger
from eachchild.release.policy import load_policy
from eachchild.release.proof import ContradictionError, prove
from eachchild.release.published import Publication, key_of

FEDERAL = load_policy("federal")
NEW: Key = (("snapshot", "2"),)
TREES = (Tree("school", {TOTAL: ("n", "s", "e")}), Tree("race", {TOTAL: ("a", "b", "c")}))
FIRST = {"n,a": 3, "n,b": 20, "n,c": 40, "s,a": 21, "s,b": 60, "s,c": 33,
         "e,a": 8, "e,b": 25, "e,c": 14}  # fmt: skip
Students = Mapping[str, int]


def folder_of(folder: Path, students: Students) -> Path:
    """A folder of counts by school and race."""
    folder.mkdir()
    rule = {"count_from": 1, "count_to": 9, "zero": False}
    about = {"name": "t", "dims": ["school", "race"], "primary_rule": rule}
    (folder / "problem.json").write_text(json.dumps(about))
    for tree in TREES:
        rows = "".join(f"{TOTAL},{value}\n" for value in tree.children[TOTAL])
        (folder / f"hierarchy_{tree.name}.csv").write_text(f"parent,child\n{rows}")
    rows = "".join(f"{values},{n}\n" for values, n in students.items())
    (folder / "inner.csv").write_text(f"school,race,count\n{rows}")
    return folder


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A folder in which the first counts are released, with its ledger."""
    assert released(tmp_path / "first", problem=folder_of(tmp_path / "counts", FIRST)) == 0
    return tmp_path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n,b": 21}, "race b; school n; the total"),  # one student more
        ({"n,a": 4}, "race a; school n; the total"),  # one, in a hidden count
        ({"n,a": 4, "n,b": 19}, "race a; race b"),  # one, of another race
    ],
)
def test_a_correction_that_tells_of_few_students_is_refused(
    first: Path, capsys: pytest.CaptureFixture[str], change: Students, said: str
) -> None:
    folder = folder_of(first / "again", {**FIRST, **change})
    assert released(first / "second", "--corrects", "1", problem=folder) == 4
    assert f"the old and the new numbers of {said} are fewer than 10" in capsys.readouterr().err
    assert len(load_ledger(first / "ledger.jsonl").entries) == 1


def test_a_small_change_is_hidden_among_larger_ones(first: Path) -> None:
    change = {"s,b": 85, "e,b": 45, "s,c": 36, "e,c": 44}  # 45 more of race b and 33 of race c
    folder = folder_of(first / "again", {**FIRST, **change})
    assert released(first / "second", "--corrects", "1", problem=folder) == 0
    old, new = (entry.publication for entry in load_ledger(first / "ledger.jsonl").entries)
    few = key_of({"school": "s", "race": "c"})  # 3 more
    assert few in old.told
    assert joined(few, NEW) in new.hidden
    assert few_told(first / "ledger.jsonl") == []


def few_told(ledger: Path) -> list[Key]:
    """Cells of which two entries tell counts that are a few students apart."""
    told: dict[Key, set[int]] = {}
    for entry in load_ledger(ledger).entries:
        for key, number in entry.publication.exact.items():
            cell = tuple(pair for pair in key if pair[0] != "snapshot")
            told.setdefault(cell, set()).add(number)
    return [
        cell for cell, numbers in told.items()
        if any(0 < abs(one - two) < FEDERAL.minimum_n for one in numbers for two in numbers)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{"s,b": 85}, {"n,a": 28}, {"s,b": 40, "s,c": 53}, {"e,a": 20, "e,b": 13}],
    ids=["many more", "many more in a hidden count", "of another race", "hidden, of another race"],
)
def test_a_correction_of_many_passes_and_stays_known(first: Path, change: Students) -> None:
    folder = folder_of(first / "again", {**FIRST, **change})
    ledger = first / "ledger.jsonl"
    assert released(first / "unsaid", problem=folder) == 4
    assert released(first / "second", "--corrects", "1", problem=folder) == 0
    assert main(["verify", str(first / "second")]) == 0
    bundles = (str(first / "first"), str(first / "second"))
    assert main(["ledger", "check", str(ledger), *bundles]) == 0
    entries = load_ledger(ledger).entries
    assert [(entry.kind, entry.replaces) for entry in entries] == [
        ("release", None), ("correction", 1),
    ]  # fmt: skip
    old, new = (entry.publication for entry in entries)
    assert {joined(key, NEW) for key in old.hidden} <= new.hidden.keys()
    assert few_told(ledger) == []
    # What stands in the bundle now is known: releasing it again needs no correction.
    assert released(first / "third", problem=folder) == 0
    assert (first / "third" / "cells.csv").read_bytes() == (
        first / "second" / "cells.csv"
    ).read_bytes()
    assert released(first / "fourth", "--corrects", "1", problem=folder) == 4


def test_a_correction_of_a_correction_is_held_against_both(first: Path) -> None:
    second = folder_of(first / "again", {**FIRST, "s,b": 85})
    assert released(first / "second", "--corrects", "1", problem=second) == 0
    # Far from the second, and one student from the first.
    third = folder_of(first / "third counts", {**FIRST, "s,b": 61})
    released(first / "third", "--corrects", "2", problem=third)
    assert few_told(first / "ledger.jsonl") == []
    assert main(["ledger", "check", str(first / "ledger.jsonl"), str(first / "second")]) == 0


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        ("2", 2, "there is no entry 2"),
        ("0", 2, "there is no entry 0"),
        ("1", 4, "there is nothing to correct"),
    ],
)
def test_only_an_entry_that_was_wrong_is_corrected(
    first: Path, capsys: pytest.CaptureFixture[str], number: str, code: int, said: str
) -> None:
    again = ("--corrects", number)
    assert released(first / "again", *again, problem=first / "counts") == code
    assert said in capsys.readouterr().err


def test_an_entry_of_others_or_to_others_is_not_corrected(
    first: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = first / "card.csv"
    card.write_text("grade,count\n9,30\n", "utf-8")
    assert main(["ledger", "import", str(card), "--ledger", str(first / "ledger.jsonl")]) == 0
    folder = folder_of(first / "again", {**FIRST, "s,b": 85})
    assert released(first / "second", "--corrects", "2", problem=folder) == 2
    assert "a table of others" in capsys.readouterr().err
    board = ("--audience", "board")
    assert released(first / "second", "--corrects", "1", *board, problem=folder) == 2
    assert "was released to public" in capsys.readouterr().err


def test_a_bundle_that_says_more_students_were_touched_is_not_the_one_that_was_sealed(
    first: Path,
) -> None:
    folder = folder_of(first / "again", {**FIRST, "s,b": 85})
    assert released(first / "second", "--corrects", "1", problem=folder) == 0
    proof = json.loads((first / "second" / "proof.json").read_text())
    (reader, *_) = (r for r in proof["readers"] if r["audience"] == "public")
    assert sum(reader["witnesses"]["touched"]) == 25
    assert proof["publication"]["corrects"] == [[{"snapshot": "2"}, {}]]


def counts_of(students: np.ndarray, of: Key) -> dict[Key, int]:
    """Every count of a table of schools and races."""
    found = {}
    for at in product(*((None, *range(3)) for _ in TREES)):
        values = {t.name: TOTAL if i is None else t.children[TOTAL][i]
                  for t, i in zip(TREES, at, strict=True)}  # fmt: skip
        piece = students[tuple(slice(None) if i is None else i for i in at)]
        found[joined(key_of(values), of)] = int(piece.sum())
    return found


def subject_of(students: np.ndarray, of: Key, corrects: tuple[tuple[Key, Key], ...]) -> Subject:
    counts = counts_of(students, of)
    small = frozenset(key for key, n in counts.items() if 0 < n < FEDERAL.minimum_n)
    return Subject("t", "", (Table("t", TREES, of),), counts, small, corrects=corrects)


class Corrected(Attacker):
    """Somebody who counts who was counted both times, who was added and who was taken away."""

    def __init__(self, old: Publication, new: Publication) -> None:
        """Write down what is told of each time; as few as can be were added or taken away."""
        parts = {"then": ("kept", "taken"), "now": ("kept", "added"), "few": ("taken", "added")}
        times = [
            Tree("time", {TOTAL: ("kept", "taken", "added"), time: both})
            for time, both in parts.items()
        ]
        both = [_at(old, "then", ()), _at(new, "now", NEW)]
        few = (("time", "few"),)
        world = tuple(Table(f"world {tree.name}", (*TREES, tree)) for tree in times)
        fewest, _ = Attacker([*both, Publication(world, {few: (0, None)})]).ends([few])
        super().__init__([*both, Publication(world, {few: (0, fewest)})])

    def change(self, key: Key) -> tuple[int, int]:
        """The least and the most by which a count can have changed."""
        now, then = (self._aim([joined(key, (("time", time),))]) for time in ("now", "then"))
        aim = now - then
        return int(aim @ self._solve(aim)), int(aim @ self._solve(-aim))


def _at(publication: Publication, time: str, of: Key) -> Publication:
    def renamed(key: Key) -> Key:
        return joined(tuple(pair for pair in key if pair not in of), (("time", time),))

    least = {key: (int(key in publication.above_nought), None) for key in publication.hidden}
    return Publication(
        (), {renamed(key): span for key, span in {**least, **publication.told}.items()},
        {renamed(key): width for key, width in publication.hidden.items()},
    )  # fmt: skip


def test_who_believes_that_few_were_touched_tells_nothing_that_is_hidden() -> None:
    chance = np.random.default_rng(5)
    passed = refused = 0
    for _ in range(25):
        before = chance.choice((0, 3, 5, 8, 12, 20, 30, 45), (3, 3))
        change = chance.choice((0, 0, 0, 1, 12, 15, 25), (3, 3)) * chance.choice((1, 1, -1), (3, 3))
        after = np.maximum(before + change, 0)
        try:
            old = decide(subject_of(before, (), ()), FEDERAL, {"public": ()}).publication
        except ReleaseRefusedError:
            continue
        try:
            asked = subject_of(after, NEW, ((NEW, ()),))
            new = decide(asked, FEDERAL, {"public": (old,)}).publication
        except ReleaseRefusedError:
            refused += 1
            continue
        passed += 1
        reader = Corrected(old, new)
        both = asked_of([_at(old, "then", ()), _at(new, "now", NEW)])
        assert not reader.narrow(both)
        for key in counts_of(before, ()):
            low, high = reader.change(key)
            assert low < high or abs(low) in (0, *range(FEDERAL.minimum_n, 10_000)), key
    assert passed >= 10
    assert refused >= 5


def test_the_auditor_sees_what_an_unsafe_correction_tells() -> None:
    # Told before, hidden now, and nothing around it changed: it is what it was.
    schools = (key_of({"school": name}) for name in ("n", "s", "e"))
    told = {(): (90, 90)} | dict.fromkeys(schools, (30, 30))
    old = Publication((Table("t", TREES[:1]),), told)
    n, s = (joined(key_of({"school": v}), NEW) for v in ("n", "s"))
    new = Publication(
        (Table("t", TREES[:1], NEW),),
        {NEW: (90, 90), joined(key_of({"school": "e"}), NEW): (30, 30)}, {n: 5, s: 5},
    )  # fmt: skip
    assert prove([new, old]).holds  # as counts of strangers
    assert set(prove([replace(new, corrects=((NEW, ()),)), old]).unproved) == {n, s}
    later = replace(new, told={NEW: (90, 90)}, corrects=((NEW, ()),))
    assert not prove([later, old]).holds
    with pytest.raises(ContradictionError):
        prove([replace(old, told={(): (80, 80)}), old])
