"""A board packet: six pages whatever is put in, made of a released copy and of nothing else."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import copies
import pytest
from pypdf import PdfReader

from eachchild.cli.commands import main
from eachchild.report.charts.from_page import from_page
from eachchild.report.packet import board_packet
from eachchild.report.packet_plan import BoardPlan, PacketError, board_plan

CODE = '#read("/etc/passwd") *bold* $x$ <label> @ref </text><image href="file:///etc/passwd"/>'
LONG = "a step that takes the whole of a year to be done well " * 60
GOAL = {
    "id": "g1", "change": "A conference before any suspension, for every student",
    "sentence": "Black students were suspended more often", "target": "7 of 100, and fewer for all",
    "seen": "2026-27",
    "steps": [{"title": "Write the guide", "owner": "Director of student services",
               "due": "2025-10-15", "done": True}],
    "decisions": [{"on": "2026-02-10", "choice": "adapt", "why": "Six of ten were held."}],
}  # fmt: skip
PLAN = {"vision": "Every student is known well.", "goals": [GOAL], "decide": ["Keep the rule"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: Any) -> Path:
    """A small audit with a copy for the board, one for the public and one for staff."""
    folder: Path = tmp_path_factory.mktemp("packet")
    copies.small_audit(folder)
    for audience in ("board", "public", "staff"):
        copies.public_copy(folder, audience)
        (folder / "ledger.jsonl").unlink()
    return folder


def progress(audience: str = "board", language: str = "en", **verdict: object) -> dict[str, Any]:
    """What `eachchild progress` writes, with one verdict."""
    picture = (
        '<div class="picture" role="img" aria-label="The rate, year by year"><div class="wide">'
        '<svg viewBox="0 0 200 80"><path d="M0 10H200" class="n s6"/><script>alert(1)</script>'
        '<image href="file:///etc/passwd"/><text x="4" y="30" class="f0 b">9.7 of 100</text></svg>'
        "</div></div>"
    )
    said = {"goal": "g1", "verdict": "cannot_tell", "sentence": "Cannot tell yet: one year is few",
            "whose": "The rate of Black students fell.", "next": "Look again next year.",
            "picture": picture, **verdict}  # fmt: skip
    return {"schema": 1, "audience": audience, "language": language, "verdicts": [said]}


def pages(data: bytes, tmp_path: Path) -> list[str]:
    path = tmp_path / "packet.pdf"
    path.write_bytes(data)
    return [" ".join(page.extract_text().split()) for page in PdfReader(path).pages]


def test_six_pages_say_what_was_agreed_and_what_came_of_it(made, tmp_path) -> None:
    told = pages(board_packet(made / "board", board_plan(PLAN), progress()), tmp_path)
    assert len(told) == 6
    assert all(page.startswith("For the board. Made of the released copy") for page in told)
    assert "Does identity still predict how our students do?" in told[0]
    assert "In this copy no cause is supported" in told[2]
    for part in ("Every student is known well.", GOAL["change"], "2026-27", "(done)"):
        assert str(part) in told[3]
    for part in ("Cannot tell yet: one year is few", "9.7 of 100", "2026-02-10: Adapt."):
        assert part in told[4]
    assert "Keep the rule" in told[5]
    seal = (made / "board" / "seal.txt").read_text().strip()
    assert seal in told[5].replace(" ", "")


def test_every_number_of_a_packet_without_a_plan_is_in_the_copy(made, tmp_path) -> None:
    number = re.compile(r"\d+(?:[.,]\d+)*")
    screens = (made / "public" / "screens.json").read_text("utf-8")
    known = set(number.findall(re.sub(r"<[^>]+>", " ", screens))) | {"1", "2", "3", "4", "5", "6"}
    told = pages(board_packet(made / "public", BoardPlan()), tmp_path)
    said = re.sub(r"Seal of the copy:[ 0-9a-f]+", "", " ".join(told))
    assert len(set(number.findall(said))) > 10
    assert set(number.findall(said)) <= known


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("much", ["nothing", "a word", "long", "many", "one endless word"])
def test_it_stays_six_pages(made, tmp_path, language: str, much: str) -> None:
    word = {"a word": "x", "long": LONG, "many": LONG[:230], "one endless word": "x" * 3_000}
    plan: dict[str, Any] = {}
    if much != "nothing":
        text, times = word[much], 40 if much == "many" else 1
        step = {"title": text, "owner": text, "due": text, "done": True}
        decided = {"on": text, "choice": "adopt", "why": text}
        goal = dict.fromkeys(("id", "change", "sentence", "target", "seen"), text)
        goal |= {"steps": [step] * times, "decisions": [decided] * times}
        plan = {"vision": text, "goals": [goal] * times, "decide": [text] * times}
    said = dict.fromkeys(("sentence", "whose", "next"), plan["vision"]) if plan else {}
    came = progress(language=language, goal=word.get(much, ""), **said)
    told = pages(board_packet(made / "board", board_plan(plan), came, language=language), tmp_path)
    assert len(told) == 6
    if much in ("long", "many"):
        left = "more words)" if language == "en" else "palabras más)"
        more = "more goals in the plan" if language == "en" else "metas más en el plan"
        assert (left if much == "long" else more) in " ".join(told)
    if much == "nothing" and language == "en":
        assert "There are no goals yet" in told[3]
        assert "nothing to judge" in told[4]
        assert "Nothing was put down to decide tonight." in told[5]


def test_spanish_is_told_in_spanish(made, tmp_path) -> None:
    told = pages(board_packet(made / "board", board_plan(PLAN), language="es"), tmp_path)
    assert told[0].startswith("Para la junta.")
    assert "Qué decidir esta noche" in told[5]


def test_same_input_same_bytes_and_no_clock(made, tmp_path) -> None:
    one, other = (board_packet(made / "board", board_plan(PLAN), progress()) for _ in range(2))
    assert one == other
    pages(one, tmp_path)
    assert PdfReader(tmp_path / "packet.pdf").metadata.creation_date is None


def test_what_people_wrote_is_text(made, tmp_path) -> None:
    goal = {**GOAL, **dict.fromkeys(("change", "sentence", "target", "seen"), CODE)}
    plan = {"vision": CODE, "goals": [goal], "decide": [CODE]}
    said = " ".join(
        pages(board_packet(made / "board", board_plan(plan), progress(whose=CODE)), tmp_path)
    )
    assert said.count("*bold* $x$ <label> @ref") >= 6
    assert "root:" not in said
    assert "alert" not in said


def test_a_picture_is_painted_anew_of_marks_that_we_know() -> None:
    drawn = from_page(str(progress()["verdicts"][0]["picture"]))
    assert drawn is not None
    assert (drawn.width, drawn.height, drawn.alt) == (200, 80, "The rate, year by year")
    assert 'stroke="#0a5a8a"' in drawn.svg
    assert "script" not in drawn.svg
    assert "image" not in drawn.svg
    assert "alert" not in drawn.svg
    assert from_page("<p>No picture</p>") is None


def test_an_audit_or_a_copy_for_others_makes_no_packet(made, tmp_path, capsys) -> None:
    out = tmp_path / "packet.pdf"
    for name, why in (("report", "is no released copy"), ("staff", "is for staff")):
        assert main(["packet", str(made / name), "--out", str(out)]) == 4
        assert why in capsys.readouterr().err
        assert not out.exists()


def test_a_copy_that_was_changed_makes_none(made, tmp_path, capsys) -> None:
    folder = tmp_path / "board"
    shutil.copytree(made / "board", folder)
    pages_file = folder / "screens.json"
    pages_file.write_text(pages_file.read_text("utf-8").replace("13 of 100", "12 of 100"), "utf-8")
    assert main(["packet", str(folder), "--out", str(tmp_path / "packet.pdf")]) == 4
    assert "are not those that were proved" in capsys.readouterr().err


def test_progress_of_more_than_these_readers_may_see_is_refused(made, tmp_path, capsys) -> None:
    kept = tmp_path / "progress.json"
    out = str(tmp_path / "packet.pdf")
    for audience, bundle, code in (
        ("internal", "board", 4), ("staff", "board", 4), ("board", "public", 4),
        ("public", "board", 0),
    ):  # fmt: skip
        kept.write_text(json.dumps(progress(audience)), "utf-8")
        command = ["packet", str(made / bundle), "--progress", str(kept), "--out", out]
        assert main(command) == code, (audience, bundle)
    assert "was made of the internal copy" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([], "JSON object"),
        ({"goal": []}, "there is no 'goal'"),
        ({"goals": [{"steps": [{"done": "yes"}]}]}, "true or false"),
        ({"goals": [{"decisions": [{"choice": "stop"}]}]}, "one of adopt, adapt, abandon"),
        ({"decide": [3]}, "is a text"),
    ],
)
def test_a_plan_of_another_shape_is_named(document: object, why: str) -> None:
    with pytest.raises(PacketError, match=why):
        board_plan(document)


def test_a_file_that_is_no_plan_is_refused(made, tmp_path, capsys) -> None:
    plan = tmp_path / "plan.json"
    for text in ("no json", "[1]"):
        plan.write_text(text, "utf-8")
        out = str(tmp_path / "packet.pdf")
        assert main(["packet", str(made / "board"), "--plan", str(plan), "--out", out]) == 2
    assert "plan.json" in capsys.readouterr().err
