"""An audit whose counts changed since it was released: named, refused, and corrected."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from runs import PEOPLE, suspensions

from eachchild.cli import main
from eachchild.release import load_policy
from eachchild.release.audits import Part, changed_since, decide_audit
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import TOTAL, Key, Table, Tree
from eachchild.release.ledger import load_ledger
from eachchild.release.published import key_of

STUDENTS = 800


def audited(folder: Path, suspended: Mapping[str, int]) -> Path:
    """Two years of students in four schools; how many of each school and race were suspended."""
    rows: list[tuple[object, ...]] = []
    for year in ("2022-23", "2023-24"):
        left = dict(suspended) if year == "2023-24" else {}
        for i in range(STUDENTS):
            school, race = f"S{i % 4}", "BW"[i // 4 % 2]
            oss = left.get(f"{school}{race}", 30 if year == "2022-23" else 0) > 0
            left[f"{school}{race}"] = left.get(f"{school}{race}", 30) - 1
            rows.append((f"{i:05d}", school, year, race, int(oss)))
    data = suspensions(folder / "data", rows)
    out = folder / "audit"
    vault = ("--vault", str(folder / "vault"))
    assert main(["audit", str(data), "--out", str(out), *vault, "--no-pdf"]) == 0
    return out


def released(audit: Path, ledger: Path, *more: str) -> int:
    asked = ("--audience", "public", *PEOPLE, "--no-pdf", "--ledger", str(ledger))
    return main(["release", str(audit), *asked, *more])


WRONG = {f"S{n}{race}": 20 for n in range(4) for race in "BW"}


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a released audit and its ledger."""
    folder = tmp_path_factory.mktemp("wrong")
    assert released(audited(folder, WRONG), folder / "ledger.jsonl") == 0
    return folder


def test_counts_that_changed_are_named_and_corrected(
    wrong: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes((wrong / "ledger.jsonl").read_bytes())
    right = audited(tmp_path, {**WRONG, "S1B": 45, "S1W": 35})
    capsys.readouterr()
    assert released(right, ledger) == 4
    said = capsys.readouterr().err
    assert "counts changed since entry 1" in said
    assert "Out-of-school suspension, 2023-24)" in said
    assert "--corrects 1." in said
    assert released(right, ledger, "--corrects", "1") == 0
    bundle = right / "released" / "public"
    assert main(["verify", str(bundle)]) == 0
    assert main(["ledger", "check", str(ledger), str(bundle)]) == 0
    page = (bundle / "report.html").read_text("utf-8")
    assert "correct what was published before" in page
    entries = load_ledger(ledger).entries
    assert [entry.replaces for entry in entries] == [None, 1]
    # The year that did not change is the one that readers have: only the other has a new name.
    ((new, old),) = entries[1].publication.corrects
    assert {dict(new)["period"], dict(old)["period"]} == {"2023-24"}
    assert released(right, ledger, "--out", str(tmp_path / "again")) == 0
    assert released(right, ledger, "--corrects", "1", "--out", str(tmp_path / "more")) == 4


def test_one_student_corrected_is_refused_with_the_reason(
    wrong: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes((wrong / "ledger.jsonl").read_bytes())
    right = audited(tmp_path, {**WRONG, "S1B": 21})
    assert released(right, ledger, "--corrects", "1") == 4
    said = capsys.readouterr().err
    assert "nothing of what changed can be released" in said
    assert "know how few students were corrected" in said
    assert len(load_ledger(ledger).entries) == 1


def part_of(
    students: Mapping[str, int], events: Mapping[str, int], name: str, period: str = "2024-25"
) -> Part:
    """One outcome of one year by race."""
    of: Key = (("period", period), ("students", name))
    race = Tree("race", {TOTAL: tuple(students)})

    def counts(given: Mapping[str, int]) -> dict[Key, int]:
        each = {key_of({**dict(of), "race": value}): n for value, n in given.items()}
        return {of: sum(given.values()), **each}

    return Part(period, ("oss_any",), (Table("race", (race,), of),), counts(students),
                {"oss_any": counts(events)})  # fmt: skip


def test_students_who_are_added_and_all_have_the_outcome_are_not_told() -> None:
    quiet = (lambda what, share: None,)
    policy = load_policy("federal")
    first = part_of({"black": 200, "white": 300}, {"black": 40, "white": 30}, "1")
    before = decide_audit("t", [first], policy, {"public": ()}, *quiet).decision.publication

    def right(events: int) -> Part:
        """Twenty more Black students."""
        part = part_of({"black": 220, "white": 300}, {"black": events, "white": 30}, "2")
        return replace(part, others=("1",))

    assert changed_since([right(60)], {1: before}) == {
        1: [("students", "2024-25"), ("oss_any", "2024-25")]
    }
    with pytest.raises(ReleaseRefusedError, match="all who were added"):
        decide_audit("t", [right(60)], policy, {"public": (before,)}, *quiet)
    found = decide_audit("t", [right(50)], policy, {"public": (before,)}, *quiet)
    assert found.released == {"oss_any": {"2024-25": "2"}}
