"""What `init --json` and `check --aside` tell: guesses with reasons, and no student's number."""

import json
from pathlib import Path
from typing import Any

import pytest

from eachchild.cli.commands import main
from eachchild.sources import told_plan

IDS = [f"88{n:05d}" for n in range(60)]
NAME = "Zebulon Quimby"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A list of students with a name, a social security number and a note among its columns."""
    lines = ["Student_ID,School,Year,Race,OSS,Teacher Note,SSN"]
    lines += [
        f"{i},S{n % 2},2023-24,{'BW'[n % 2]},{n % 3},{NAME} {n},99{n}" for n, i in enumerate(IDS)
    ]
    lines += [f",S1,2023-24,Q,0,{NAME},1"]
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "students.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "files" / "empty.csv").write_text("a,b\n", "utf-8")
    return tmp_path / "files"


def test_guesses_come_with_their_reasons_and_nothing_is_written(folder: Path) -> None:
    told = told_plan(folder)
    files = {f["path"]: f for f in told["files"]}
    assert files["empty.csv"]["why"] == "it has no rows"
    columns = {c["name"]: c for c in files["students.csv"]["columns"]}
    assert (columns["Student_ID"]["ours"], columns["Student_ID"]["why"]) == ("student_id", "name")
    assert (columns["Race"]["ours"], columns["Race"]["looks"]) == ("race", "code")
    assert columns["Year"]["looks"] == "year"
    assert (columns["SSN"]["secret"], columns["SSN"]["shapes"]) == (True, [])
    assert files["students.csv"]["sample"] is None
    (race,) = [c for c in told["codes"] if c["name"] == "race"]
    assert {r["value"] for r in race["rows"]} == {"B", "W"}
    assert race["hidden"] == {"codes": 1, "rows": 1}  # Q, which one row has
    assert told["known"]["frl"]["f"] == "yes"
    assert sorted(p.name for p in folder.iterdir()) == ["empty.csv", "students.csv"]


def test_s6_rows_are_shown_under_codes_and_shapes_alone(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(folder), "--json", "--key", str(tmp_path / "key")]) == 0
    out = capsys.readouterr().out
    sample: dict[str, Any] = json.loads(out)["files"][0]["sample"]
    shown = dict(zip([c["name"] for c in sample["columns"]], sample["rows"][0], strict=True))
    assert shown["Student_ID"].startswith("S-")
    assert (shown["Race"], shown["Teacher Note"], shown["SSN"]) == ("B", "Aaaaaaa Aaaaaa 9", "•")
    assert NAME not in out
    assert not any(i in out for i in IDS)


def test_s6_rows_put_aside_are_told_without_ids(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty.csv").unlink()
    assert main(["init", str(folder)]) == 0
    aside, key = tmp_path / "aside.json", tmp_path / "key"
    again = ["check", str(folder), "--json", "--vault", str(tmp_path / "vault"),
             "--aside", str(aside), "--key", str(key)]  # fmt: skip
    for _ in range(2):  # the second finds its answer in the vault
        assert main(again) == 0
        told = json.loads(aside.read_text())["students.csv"]
        assert [r[:2] for r in told["rows"]] == [["62", "R05"]]
        assert NAME not in aside.read_text()
    rules = json.loads(capsys.readouterr().out.split("\n{")[-1].join(["{", ""]))["rules"]
    assert all(r["meaning"] and r["todo"] for r in rules)
