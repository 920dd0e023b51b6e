"""What people write is read only where the plan says so, and never leaves as it was written."""

import json
from pathlib import Path

import pytest

from eachchild.cli import main
from eachchild.plan import load_plan
from eachchild.story import audit, check
from eachchild.worlds import synthesize
from eachchild.worlds.causes.notes import JUDGING

NOTES = "Qwzrt muttered while flumoxed"  # a name that only begins notes, then words
MARKS = (b"Qwzrt", b"qwzrt", b"muttered", b"flumoxed")


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """A district with a note in each fate a row can have, and a heading of its own for it."""
    folder = tmp_path / "district"
    synthesize(folder, world="quiet", seed=1, students=600)
    log = folder / "discipline.csv"
    lines = log.read_text("utf-8").splitlines()
    whole = [f"{line},{NOTES} {number}" for number, line in enumerate(lines[1:])]
    again = whole[0]  # merged
    bad_date = "x" + whole[1].replace("-", "?")  # put aside, for its date
    too_long = whole[2] + ",one,more"  # put aside, for its length
    log.write_text(
        "\n".join([lines[0] + ",Teacher Notes", *whole, again, bad_date, too_long]) + "\n"
    )
    return folder


def _plan(folder: Path, *, keep: bool, mapped: bool = True) -> Path:
    plan = folder / "audit.toml"
    text = plan.read_text("utf-8")
    if mapped:
        text = text.replace(
            'table = "discipline"\n',
            'table = "discipline"\ncolumns = { narrative = "Teacher Notes" }\n',
        )
    plan.write_text(("keep_text = true\n" if keep else "") + text, "utf-8")
    return plan


def _holding(folder: Path) -> set[str]:
    """Files of a folder that hold a word of the notes; Parquet is read, for it is packed."""
    import pyarrow.parquet as pq

    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".parquet":
                content += str(pq.read_table(path).to_pydict()).encode()
            if any(mark in content for mark in MARKS):
                found.add(path.stem.split("-")[0] + path.suffix)
    return found


@pytest.mark.parametrize("column", ["Teacher Notes", "narrative", "Narrative "])
def test_without_keep_text_no_word_is_in_the_vault_or_an_output(
    district: Path, tmp_path: Path, column: str
) -> None:
    log = district / "discipline.csv"
    log.write_text(log.read_text("utf-8").replace("Teacher Notes", column, 1), "utf-8")
    plan = _plan(district, keep=False, mapped=column == "Teacher Notes")
    vault = tmp_path / "vault"
    made = audit(plan, vault=vault).report(tmp_path / "out", pdf=False)
    (put_aside,) = vault.glob("discipline-*.quarantine.csv")
    assert put_aside.read_text("utf-8").count("\n") == 3  # the heading, and two rows put aside
    assert _holding(vault) == set()
    assert _holding(made) == set()
    notes = json.loads((made / "audit.json").read_text("utf-8"))["notes"]
    assert notes.startswith("not read" if column == "Teacher Notes" else "none read")
    assert not (made / "cube" / "word.parquet").exists()


def test_with_keep_text_the_vault_has_notes_and_no_output_has(
    district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, vault = _plan(district, keep=True), tmp_path / "vault"
    made = audit(plan, vault=vault).report(tmp_path / "out", pdf=False)
    assert _holding(vault) == {"discipline.parquet", "discipline.csv"}
    assert oct(vault.stat().st_mode & 0o777) == "0o700"
    # The words of that note stand in all notes here, and are words; the name is none.
    assert b"qwzrt" not in b"".join(p.read_bytes() for p in made.rglob("*") if p.is_file()).lower()
    assert _holding(made) == {"word.parquet"}
    assert json.loads((made / "audit.json").read_text("utf-8"))["notes"].startswith("read")
    capsys.readouterr()
    for more in ([], ["--json"]):
        main(["check", str(plan), "--vault", str(vault), *more])
        said = "".join(capsys.readouterr())
        assert "discipline" in said
        assert not any(mark.decode() in said for mark in MARKS)
    assert check(plan, vault=vault)[1].accounts


def test_a_plan_may_read_first_and_then_no_more(district: Path, tmp_path: Path) -> None:
    """A vault of one plan holds nothing that another plan would find."""
    plan = _plan(district, keep=False)
    audit(plan, vault=tmp_path / "one")
    plan.write_text("keep_text = true\n" + plan.read_text("utf-8"), "utf-8")
    assert load_plan(plan).keep_text
    assert audit(plan, vault=tmp_path / "one").cube.words
    before = {p.name for p in (tmp_path / "one").glob("discipline-*.parquet")}
    assert len(before) == 2


def test_words_of_few_students_or_writers_are_in_no_output(tmp_path: Path) -> None:
    folder = tmp_path / "district"
    synthesize(folder, world="words-judged", seed=3, students=900)
    log = folder / "discipline.csv"
    lines = log.read_text("utf-8").splitlines()
    at = lines[0].split(",").index("staff_id")
    staff = [line.split(",")[at] for line in lines]
    writers = set(sorted(set(staff[1:]))[:2])
    rare = [f"{line} with {'glimper' if number < 9 else 'hunkle' * (staff[number] in writers)} now"
            for number, line in enumerate(lines[1:], 1)]  # fmt: skip
    log.write_text("\n".join([lines[0], *rare]) + "\n", "utf-8")
    cube = audit(folder / "audit.toml", vault=tmp_path / "vault").cube
    words = {word for block in cube.words for word in block.words}
    assert words >= {*JUDGING, "with", "now"}
    assert not words & {"glimper", "hunkle"}
    for block in cube.words:
        assert (block.writers >= 3).all()
        assert (block.notes > 0).sum(axis=1).min() >= 2
