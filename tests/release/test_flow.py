"""From a folder of counts to a bundle in a reader's hand, and back, as people run it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from runs import HERE, PROBLEM, released
from slow_attacker import slow_attack

from eachchild.cli import main
from eachchild.release.approval import approved
from eachchild.release.bundle import bundle_files, verify_tables
from eachchild.release.decide import Decision, Subject, decide
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import TOTAL, Table, Tree
from eachchild.release.ledger import Entry, LedgerError, append, conflicts, load_ledger
from eachchild.release.policy import Policy, load_policy
from eachchild.release.proof import prove
from eachchild.release.proof import search as auditor
from eachchild.release.proof import solve as solving
from eachchild.release.published import Publication, key_of
from eachchild.release.reading import PublishedError, read_published
from eachchild.release.tables import subject_of
from eachchild.release.types import Audience

READERS = {"public": (), "board": (), "staff": ()}


def files_of(decision: Decision, policy: Policy) -> dict[str, bytes]:
    return bundle_files(
        decision, policy, title="t", audience="public", approved_by=("A", "B"), known=READERS
    )


def test_a_bundle_is_proved_again_from_its_files_and_one_flipped_bit_fails_it(
    tmp_path: Path,
) -> None:
    out = tmp_path / "bundle"
    assert released(out) == 0
    assert main(["verify", str(out)]) == 0
    for file in sorted(out.iterdir()):
        whole = file.read_bytes()
        for at in range(0, len(whole), max(1, len(whole) // 5)):
            changed = bytearray(whole)
            changed[at] ^= 1
            file.write_bytes(bytes(changed))
            assert main(["verify", str(out)]) == 4, (file.name, at)
        file.write_bytes(whole)
    assert main(["verify", str(out)]) == 0
    (out / "more.csv").write_text("added later", "utf-8")
    assert main(["verify", str(out)]) == 4


def test_a_bundle_does_not_tell_small_cells_from_those_hidden_beside_them(tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    released(out)
    rows = [r for r in (out / "cells.csv").read_text().splitlines() if r.endswith("suppressed")]
    assert {r.split(",count,")[1] for r in rows} == {",,,,suppressed"}
    hidden = json.loads((out / "proof.json").read_text())["publication"]["hidden"]
    assert {width for _, width in hidden} == {5}
    assert len(hidden) == len(rows)


def test_hidden_counts_replaced_by_a_witness_leave_every_byte_as_it_was() -> None:
    policy = load_policy("federal")
    subject = subject_of(PROBLEM, policy)
    decision = decide(subject, policy, READERS)
    proof = decision.proofs["public"]
    assert len(proof.tables) > 1
    for table in proof.tables:
        other = dict(zip(proof.facts.unknowns, table.tolist(), strict=True))
        counts = {key: other.get(key, n) for key, n in subject.counts.items()}
        told = {k: (n, n) for k, n in counts.items() if k not in decision.publication.hidden}
        again = replace(decision, publication=replace(decision.publication, told=told))
        assert files_of(again, policy) == files_of(decision, policy)


@pytest.mark.parametrize("name", ["federal", "benchmark"])
def test_the_slow_attacker_finds_every_hidden_cell_wide(name: str) -> None:
    policy = load_policy(name)
    two = {TOTAL: ("yes", "no")}
    table = Table("t", (Tree("school", {TOTAL: ("a", "b", "c")}), Tree("oss", two)))
    inner = {("a", "yes"): 2, ("a", "no"): 14, ("b", "yes"): 11, ("b", "no"): 12,
             ("c", "yes"): 1, ("c", "no"): 13}  # fmt: skip
    counts = {
        key_of({"school": s, "oss": o}): sum(
            n for (x, y), n in inner.items() if s in (TOTAL, x) and o in (TOTAL, y)
        )
        for s in (TOTAL, "a", "b", "c")
        for o in (TOTAL, "yes", "no")
    }
    small = frozenset(key for key, n in counts.items() if 0 < n < 10)
    decision = decide(Subject("t", "", (table,), counts, small), policy, READERS)
    ends = slow_attack(decision.publication)
    assert decision.publication.hidden.keys() >= small
    assert all(ends[key][1] - ends[key][0] >= 5 for key in decision.publication.hidden)


def test_without_a_proof_nothing_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Nothing is remembered, neither from other tests nor for them.
    monkeypatch.setattr(auditor, "_searched", auditor._searched.__wrapped__)
    monkeypatch.setattr(
        auditor, "solve", lambda part, pull: None
    )  # the solver found nothing in time
    out = tmp_path / "bundle"
    assert released(out) == 4
    assert "no proof" in capsys.readouterr().err
    assert not out.exists()
    assert not (tmp_path / "ledger.jsonl").exists()


@pytest.mark.parametrize(
    ("names", "author"),
    [(["A. Lee"], ""), (["A. Lee", "a.  lee"], ""), (["A. Lee", "B. Ruiz"], "B. ruiz"), ([], "")],
)
def test_two_people_approve_and_the_author_is_neither(names: Sequence[str], author: str) -> None:
    with pytest.raises(ReleaseRefusedError):
        approved(names, author=author, policy=load_policy("federal"), audience=Audience.PUBLIC)


def test_a_policy_may_name_one_approver_and_the_proof_says_so(tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    ours = tmp_path / "ours.toml"
    ours.write_text(load_policy("federal").to_toml().replace("approvals = 2", "approvals = 1"))
    assert released(out, "--policy", str(ours)) == 0
    assert json.loads((out / "proof.json").read_text())["approvals_asked"] == 1


def test_what_an_earlier_release_hid_stays_hidden(tmp_path: Path) -> None:
    assert released(tmp_path / "one") == 0
    assert released(tmp_path / "two", "--policy", "benchmark") == 0
    ledger = load_ledger(tmp_path / "ledger.jsonl")
    first, second = (entry.publication for entry in ledger.entries)
    assert first.hidden.keys() <= second.hidden.keys()
    assert not conflicts(ledger)
    assert verify_tables([first, second])[0] == ()
    assert main(["ledger", "check", str(tmp_path / "ledger.jsonl")]) == 0


def test_a_ledger_with_one_changed_byte_is_refused_and_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    shown = Publication((), {(): (30, 30)}, {})
    for title in ("one", "two", "three"):
        append(path, Entry("import", "public", title, shown), after=load_ledger(path))
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[whole.index(b"two")] ^= 1
    path.write_bytes(bytes(changed))
    with pytest.raises(LedgerError, match="line 2"):
        load_ledger(path)
    changed = bytearray(whole)
    changed[whole.index(b"three")] ^= 1
    path.write_bytes(bytes(changed))
    with pytest.raises(LedgerError, match="line 3"):
        load_ledger(path)
    path.write_bytes(whole[: whole.rindex(b"{")][:-1])
    with pytest.raises(LedgerError):
        append(
            path, Entry("import", "public", "four", shown), after=load_ledger(path.with_name("no"))
        )


def test_a_release_that_came_between_undoes_the_proof(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    before = load_ledger(path)
    shown = Publication((), {(): (30, 30)}, {})
    append(path, Entry("import", "public", "one", shown), after=before)
    with pytest.raises(LedgerError, match="new entries"):
        append(path, Entry("import", "public", "two", shown), after=before)


def test_each_reader_knows_what_was_released_to_it_and_to_more(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    for audience in ("public", "board", "staff"):
        entry = Entry("release", audience, audience, Publication((), {(): (30, 30)}, {}))
        append(path, entry, after=load_ledger(path))
    ledger = load_ledger(path)
    assert [len(ledger.known_to(a)) for a in (Audience.PUBLIC, Audience.BOARD, Audience.STAFF)] == [
        1,
        2,
        3,
    ]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["proper"], 0), (["release-a"], 0), (["release-b"], 0), (["truth"], 0),
        (["primary-only"], 4), (["row-only"], 4), (["rate"], 4), (["release-a", "release-b"], 4),
    ],
)  # fmt: skip
def test_published_tables_are_checked_alone_and_together(names: list[str], code: int) -> None:
    assert main(["verify", *(str(HERE / "examples" / f"{name}.csv") for name in names)]) == code


def test_a_rounded_rate_of_known_students_is_a_count() -> None:
    told = read_published(HERE / "examples" / "rate.csv").told
    counts = {k: v for k, v in told.items() if ("measure", "suspended") in k}
    assert sorted(counts.values()) == [(4, 4), (9, 9)]


def test_staff_may_be_told_what_the_public_may_not(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    table = Table("t", (Tree("sex", {TOTAL: ("female", "male")}),))
    female = key_of({"sex": "female"})
    hides = Publication((table,), {(): (30, 30)}, {female: 5, key_of({"sex": "male"}): 5})
    append(path, Entry("release", "public", "t", hides), after=load_ledger(path))
    counts = {(): 30, female: 3, key_of({"sex": "male"}): 27}
    known = {"staff": load_ledger(path).known_to(Audience.STAFF)}
    found = decide(Subject("t", "", (table,), counts, frozenset()), load_policy("federal"), known)
    assert found.publication.told[female] == (3, 3)
    known = {"public": load_ledger(path).known_to(Audience.PUBLIC)}
    found = decide(Subject("t", "", (table,), counts, frozenset()), load_policy("federal"), known)
    assert female in found.publication.hidden


def test_a_rate_without_its_students_is_named_by_its_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("school,count,suppressed,rate\nNorth,57,0,\nSouth,,1,7.0\n", "utf-8")
    with pytest.raises(PublishedError, match="row 3"):
        read_published(path)


def test_a_folder_of_counts_is_its_own_internal_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert released(tmp_path / "out", "--audience", "internal") == 4
    assert "is the internal copy" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("action", ["show", "check"])
def test_a_ledger_that_is_not_there_is_no_sound_one(
    action: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", action, str(tmp_path / "leger.jsonl")]) == 2
    assert "there is no such ledger" in capsys.readouterr().err


def test_witnesses_made_whole_in_steps_prove_as_much(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, policy = HERE / "problems" / "edu-race-outcome", load_policy("benchmark")
    publication = decide(subject_of(problem, policy), policy, {"public": ()}).publication
    for at_a_time in (1, 10):
        monkeypatch.setattr(solving, "_WHOLE", at_a_time)
        assert prove([publication]).holds
