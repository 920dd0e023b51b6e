"""An audit of published counts handed to the public, from its folder to a checked bundle."""

import csv
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from eachchild.cli import main
from eachchild.cli.demo import plan_for_the_public, release_copy
from eachchild.cube import restore
from eachchild.plan import load_plan
from eachchild.release import load_policy
from eachchild.release.audits import Part, decide_audit, parts_of_audit
from eachchild.release.family import TOTAL, Table, Tree
from eachchild.release.published import key_of
from eachchild.worlds import synthesize

NOBODY: Mapping[str, tuple[()]] = {"public": ()}


def test_the_demo_releases_a_copy_and_says_what_it_shows(
    virginia: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = tmp_path / "virginia"
    shutil.copytree(virginia, audit)  # with a bundle of an earlier demo, which gives way
    release_copy(audit)
    said = capsys.readouterr().out
    assert f"Public copy: {audit / 'released' / 'public' / 'report.html'}" in said
    assert "160 of 168 counts are shown." in said
    assert main(["ledger", "check", str(tmp_path / "virginia-ledger.jsonl")]) == 0


def test_the_demo_publishes_fewer_groups_of_its_district(tmp_path: Path) -> None:
    synthesize(tmp_path, seed=1, students=600, schools=3, years=1)
    plan = load_plan(plan_for_the_public(tmp_path))
    assert [i.factor.id for i in plan.identity] == ["race"]
    assert [o.name for o in plan.outcomes] == ["chronic_absence", "oss_any"]


def test_the_public_bundle_holds_and_says_whom_it_is_for(virginia: Path) -> None:
    bundle = virginia / "released" / "public"
    assert main(["verify", str(bundle)]) == 0
    assert json.loads((bundle / "findings.json").read_text())["audience"] == "public"
    assert "Public: small counts are hidden" in (bundle / "report.html").read_text("utf-8")


def test_numbers_that_are_shown_are_known_however_many_students_there_are(virginia: Path) -> None:
    page = (
        (virginia / "released" / "public" / "report.html").read_text("utf-8").replace("\u00a0", " ")
    )
    assert "That is 67,378 of 1,216,996 students" in page
    assert "Known only within bounds" not in page


def test_every_count_in_the_bundle_is_a_released_cell(virginia: Path) -> None:
    bundle = virginia / "released" / "public"
    with (bundle / "cells.csv").open() as file:
        shown = {int(row["count"]) for row in csv.DictReader(file) if row["state"] == "reported"}
    with (bundle / "measures.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["measure"] == "rate"]
    counts = {int(float(row[c])) for row in rows for c in ("n", "events") if row[c]}
    assert counts
    assert counts <= shown
    findings = json.loads((bundle / "findings.json").read_text())["findings"]
    told = {f[c] for f in findings for c in ("n", "events") if f["kind"] == "gap" and f[c]}
    assert told
    assert told <= shown


def test_a_changed_report_is_no_released_report(virginia: Path) -> None:
    page = virginia / "released" / "public" / "report.html"
    whole = page.read_bytes()
    page.write_bytes(whole.replace(b"32,138", b"32,139"))
    assert hashlib.sha256(page.read_bytes()).digest() != hashlib.sha256(whole).digest()
    assert main(["verify", str(page.parent)]) == 4
    page.write_bytes(whole)


def test_the_tables_are_those_of_the_audit(virginia: Path) -> None:
    parts = parts_of_audit(load_plan(virginia / "cube"), restore(virginia / "cube"))
    black = next(k for p in parts for k in p.students if dict(k).get("race") == "black")
    part = next(p for p in parts if "oss_any" in p.outcomes)
    assert (part.events["oss_any"][black], part.students[black]) == (32_138, 261_644)


def test_small_groups_and_sides_are_hidden_and_nobody_is_told() -> None:
    race = Tree("race", {TOTAL: ("black", "pacific", "white")})
    of = (("period", "2024-25"), ("students", "1"))
    whole, black, pacific, white = (
        key_of(dict(of) | pair)
        for pair in ({}, {"race": "black"}, {"race": "pacific"}, {"race": "white"})
    )
    students = {whole: 146, black: 40, pacific: 6, white: 100}
    events = {whole: 12, black: 2, pacific: 0, white: 10}
    part = Part(
        "2024-25", ("oss_any",), (Table("race", (race,), of),), students, {"oss_any": events}
    )
    found = decide_audit("t", [part], load_policy("federal"), NOBODY, lambda what, share: None)
    hidden = found.decision.publication.hidden
    assert pacific in hidden
    assert {key_of(dict(k) | {"oss_any": "yes"}) for k in (black, pacific)} <= hidden.keys()
    assert found.decision.publication.told[whole] == (146, 146)
    assert all(proof.holds for proof in found.decision.proofs.values())
