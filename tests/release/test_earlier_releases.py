"""What was published before: kept, promised no further than it can be, and never given away."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from runs import PROBLEM, released

from eachchild.cli import main
from eachchild.release.audits.tables import _names
from eachchild.release.decide import Subject, decide
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import TOTAL, Key, Table, Tree
from eachchild.release.imports import imported
from eachchild.release.insiders import told_to_insiders
from eachchild.release.ledger import Entry, Ledger, append, load_ledger
from eachchild.release.policy import load_policy
from eachchild.release.proof import prove
from eachchild.release.published import Publication, key_of
from eachchild.release.tables import subject_of
from eachchild.release.types import Audience

FEDERAL = load_policy("federal")
SEX = Tree("sex", {TOTAL: ("female", "male")})
FEMALE, MALE = key_of({"sex": "female"}), key_of({"sex": "male"})


def resealed(bundle: Path, change: Callable[[dict[str, Any]], None]) -> int:
    """What `verify` says of a bundle whose proof somebody changed and sealed again."""
    proof = json.loads((bundle / "proof.json").read_text())
    change(proof)
    data = (json.dumps(proof, separators=(",", ":"), sort_keys=True) + "\n").encode()
    (bundle / "proof.json").write_bytes(data)
    (bundle / "seal.txt").write_text(hashlib.sha256(data).hexdigest() + "\n")
    return main(["verify", str(bundle)])


def test_the_same_counts_released_again_show_and_hide_the_same(tmp_path: Path) -> None:
    assert released(tmp_path / "one") == 0
    assert released(tmp_path / "two") == 0
    assert (tmp_path / "one" / "cells.csv").read_bytes() == (
        tmp_path / "two" / "cells.csv"
    ).read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: proof.update(claim="No child can be identified."),
        lambda proof: proof.update(approved_by=["A. Lee", "a.  lee"]),
        lambda proof: proof.update(approvals_asked=1),
        lambda proof: proof.update(approved_by="AB"),
        lambda proof: proof["publication"].update(
            hidden=[[cell, 1] for cell, _ in proof["publication"]["hidden"]]
        ),
        lambda proof: proof.update(checked=["everything"]),
        lambda proof: proof.update(readers=[]),
        lambda proof: proof.update(readers=7),
        lambda proof: proof["readers"][0]["witnesses"].update(first=[10**30]),
        lambda proof: proof.update(publication={"tables": [3], "told": [], "hidden": []}),
    ],
)
def test_a_bundle_sealed_again_is_not_believed(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    assert released(tmp_path / "bundle") == 0
    assert resealed(tmp_path / "bundle", lambda proof: None) == 0
    assert resealed(tmp_path / "bundle", change) == 4


def test_a_ledger_cut_short_is_found_by_a_bundle_it_should_hold(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    assert released(tmp_path / "one") == 0
    assert released(tmp_path / "two") == 0
    bundles = (str(tmp_path / "one"), str(tmp_path / "two"))
    assert main(["ledger", "check", str(ledger), *bundles]) == 0
    first, _ = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(first)
    assert main(["ledger", "check", str(ledger)]) == 0  # a chain cut off is whole by itself
    assert main(["ledger", "check", str(ledger), *bundles]) == 4


def test_a_policy_for_insiders_lets_nothing_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert released(tmp_path / "bundle", "--policy", "internal") == 4
    assert "is for internal and nobody beyond" in capsys.readouterr().err


def test_counts_below_the_minimum_are_hidden_whatever_a_folder_calls_small(tmp_path: Path) -> None:
    (folder := tmp_path / "counts").mkdir()
    for file in PROBLEM.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    about = json.loads((folder / "problem.json").read_text())
    about["primary_rule"] = {"count_from": 1, "count_to": 2, "zero": False}
    (folder / "problem.json").write_text(json.dumps(about))
    subject = subject_of(folder, FEDERAL)
    assert subject.primary == {key for key, n in subject.counts.items() if 0 < n < 10}
    assert subject_of(folder, load_policy("benchmark")).primary < subject.primary


def table(tmp_path: Path, name: str, text: str) -> Path:
    """A published table as a file."""
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_a_table_that_hides_badly_stops_no_later_release(tmp_path: Path) -> None:
    badly = table(tmp_path, "card.csv", "grade,count\n__all__,30\n9,27\n10,<10\n")
    entry = imported(badly, Ledger(), title="", of={}).entry
    assert dict(entry.lost) == {key_of({"grade": "10"}): 0}
    known = {"public": Ledger((entry,)).known_to(Audience.PUBLIC)}
    counts = {(): 30, FEMALE: 14, MALE: 16}
    subject = Subject("t", "", (Table("t", (SEX,)),), counts, frozenset())
    assert decide(subject, FEDERAL, known).publication.told[FEMALE] == (14, 14)


def test_a_table_that_tells_what_we_hide_is_entered_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ledger.jsonl"
    ours = Publication((Table("t", (SEX,)),), {(): (30, 30)}, {FEMALE: 5, MALE: 5})
    append(path, Entry("release", "public", "t", ours), after=load_ledger(path))
    theirs = table(tmp_path, "card.csv", "sex,count\nfemale,12\n")
    assert main(["ledger", "import", str(theirs), "--ledger", str(path)]) == 0
    assert "with it, sex male can be told" in capsys.readouterr().err
    ledger = load_ledger(path)
    assert dict(ledger.entries[-1].lost) == {FEMALE: 0, MALE: 0}
    assert all(not each.hidden for each in ledger.known_to(Audience.PUBLIC))
    assert main(["ledger", "check", str(path)]) == 4  # it was promised, and is told


def test_other_students_than_ours_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ours = Publication((Table("t", (SEX,)),), {(): (30, 30)}, {FEMALE: 5, MALE: 5})
    append(path, Entry("release", "public", "t", ours), after=load_ledger(path))
    theirs = table(tmp_path, "card.csv", "sex,count\n__all__,31\n")
    asked = ("ledger", "import", str(theirs), "--ledger", str(path))
    assert main([*asked]) == 2
    assert main([*asked, "--where", "snapshot"]) == 2
    assert main([*asked, "--where", "snapshot=state"]) == 0
    told = load_ledger(path).entries[-1].publication.told
    assert told == {key_of({"snapshot": "state"}): (31, 31)}


def test_a_small_sum_that_a_table_of_others_tells_is_not_ours_to_hide(tmp_path: Path) -> None:
    card = table(
        tmp_path, "card.csv",
        "grade,count\n__all__,30\n9,23\n10,<10\n11,<10\n12,<10\n",
    )  # fmt: skip
    entry = imported(card, Ledger(), title="", of={}).entry
    known = {"public": Ledger((entry,)).known_to(Audience.PUBLIC)}
    counts = {(): 30, FEMALE: 14, MALE: 16}
    subject = Subject("t", "", (Table("t", (SEX,)),), counts, frozenset())
    assert decide(subject, FEDERAL, known).proofs["public"].holds


def test_a_small_sum_that_we_would_tell_of_the_hidden_counts_of_others_is_refused() -> None:
    grades = Tree("grade", {TOTAL: ("9", "10", "11", "12")})
    nine, *others = (key_of({"grade": g}) for g in ("9", "10", "11", "12"))
    before = Publication((Table("card", (grades,)),), {(): (30, 30)}, dict.fromkeys(others, 5))
    ours = Table("t", (Tree("grade", {TOTAL: ("9", "above")}),))
    counts = {(): 30, nine: 23, key_of({"grade": "above"}): 7}
    with pytest.raises(ReleaseRefusedError):
        decide(Subject("t", "", (ours,), counts, frozenset()), FEDERAL, {"public": (before,)})


def test_the_only_student_of_a_cell_learns_nothing_from_two_releases_together() -> None:
    four = Tree("grade", {TOTAL: ("9", "10", "11", "12")})
    one, two, three, rest = (key_of({"grade": g}) for g in ("9", "10", "11", "12"))
    counts = {(): 60, one: 1, two: 9, three: 20, rest: 30}
    own = Publication((Table("t", (four,)),), {(): (60, 60), rest: (30, 30)},
                      dict.fromkeys((one, two, three), 5))  # fmt: skip
    proof = prove([own])
    assert told_to_insiders(proof, [own], counts, [(one,)]) == ()
    halves = Tree("grade", {TOTAL: ("lower", "upper"), "lower": ("9", "10"), "upper": ("11", "12")})
    other = Publication((Table("u", (halves,)),), {key_of({"grade": "upper"}): (50, 50)})
    both = [own, other]
    assert set(told_to_insiders(prove(both), both, counts, [(one,)])) >= {two}


@pytest.mark.parametrize("count", [1, 2, 5])
def test_what_one_insider_can_tell_is_found_among_many(count: int) -> None:
    halves = {f"h{n}": (f"s{2 * n}", f"s{2 * n + 1}") for n in range(count)}
    tree = Tree("school", {TOTAL: tuple(halves), **halves})
    alone, others = (
        [key_of({"school": f"s{2 * n + side}"}) for n in range(count)] for side in (0, 1)
    )
    told = {key_of({"school": half}): (12, 12) for half in halves} | {(): (12 * count,) * 2}
    seen = Publication((Table("t", (tree,)),), told, dict.fromkeys((*alone, *others), 5))
    counts = dict.fromkeys(alone, 1) | dict.fromkeys(others, 11)
    proof = prove([seen])
    assert proof.holds
    insiders = [(cell,) for cell in alone]
    assert set(told_to_insiders(proof, [seen], counts, insiders)) == set(others)


def test_tables_in_a_circle_are_not_decided_two_by_two() -> None:
    trees = [Tree(name, {TOTAL: ("a", "b")}) for name in ("race", "sex", "grade")]
    pairs = [(0, 1), (1, 2), (0, 2)]
    tables = tuple(Table(f"{i}{j}", (trees[i], trees[j])) for i, j in pairs)
    counts = {key: 40 for each in tables for key in each.cells()}
    with pytest.raises(ValueError, match="in a circle"):
        decide(Subject("t", "", tables, counts, frozenset()), FEDERAL, {"public": ()})


def test_students_who_were_counted_before_keep_their_name() -> None:
    asked: list[Mapping[Key, int]] = [{(): 90, FEMALE: 50}, {(): 100, FEMALE: 55}]
    before = Publication(
        (),
        {
            key_of({"period": "2024-25", "students": "1"}): (100, 100),
            key_of({"period": "2023-24", "students": "1"}): (90, 90),
            key_of({"period": "2024-25", "students": "1", "sex": "female"}): (55, 55),
        },
    )
    assert _names("2024-25", [dict(each) for each in asked], [before]) == ["2", "1"]
    assert _names("2024-25", [dict(each) for each in asked], []) == ["1", "2"]
    told = {k: (n - 1, n - 1) for k, (n, _) in before.told.items()}
    other = replace(before, told=told)
    assert _names("2024-25", [dict(each) for each in asked], [other]) == ["2", "3"]


def test_a_refusal_offers_what_can_be_proved_in_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder := tmp_path / "counts").mkdir()
    rule = {"count_from": 1, "count_to": 9, "zero": False}
    about = {"name": "t", "dims": ["school", "race"], "primary_rule": rule}
    (folder / "problem.json").write_text(json.dumps(about))
    (folder / "hierarchy_school.csv").write_text("parent,child\n__all__,n\n__all__,s\n")
    (folder / "hierarchy_race.csv").write_text("parent,child\n__all__,a\n__all__,b\n")
    (folder / "inner.csv").write_text("school,race,count\nn,a,3\nn,b,0\ns,a,20\ns,b,60\n")
    # Others have told how many each school has: what is in the cross follows from that.
    card = table(tmp_path, "card.csv", "school,count\n__all__,83\nn,3\ns,80\n")
    assert main(["ledger", "import", str(card), "--ledger", str(tmp_path / "ledger.jsonl")]) == 0
    assert released(tmp_path / "one", problem=folder) == 4
    said = capsys.readouterr().err
    assert "What can be proved is the same with --coarser race: 3 of 3 counts shown." in said
    assert released(tmp_path / "one", "--coarser", "color", problem=folder) == 2
    assert released(tmp_path / "one", "--coarser", "race", problem=folder) == 0
    assert main(["verify", str(tmp_path / "one")]) == 0
