"""Audits and releases as people run them, by the command line."""

import csv
from collections.abc import Iterable
from pathlib import Path

from eachchild.cli import main

HERE = Path(__file__).parent
PROBLEM = HERE / "problems" / "edu-race-2d"
PEOPLE = ("--approved-by", "A. Lee", "--approved-by", "B. Ruiz")

SUSPENSIONS = """
title = "Suspensions"
author = "Data office"
[[source]]
path = "students.csv"
table = "student_year"
[source.columns]
student_id = "ID"
school_id = "School"
period = "Year"
race = "Eth"
oss_count = "OSS"
[codes.race]
B = "black"
W = "white"
[[identity]]
factor = "race"
reference = "white"
[[outcome]]
name = "oss_any"
"""


def suspensions(folder: Path, students: Iterable[tuple[object, ...]]) -> Path:
    """A folder of records and its plan, one row a student and year, ready to be audited."""
    folder.mkdir(parents=True)
    with (folder / "students.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ID", "School", "Year", "Eth", "OSS"])
        rows.writerows(students)
    (folder / "audit.toml").write_text(SUSPENSIONS, "utf-8")
    return folder


def keep_in_plan(plan: Path, *kept: str) -> None:
    """Leave in a plan its sources and those of its other tables in which some text stands."""
    first, *tables = plan.read_text("utf-8").split("\n[[")
    left = [t for t in tables if t.startswith("source") or any(text in t for text in kept)]
    plan.write_text("\n[[".join((first, *left)), "utf-8")


def released(out: Path, *more: str, problem: Path = PROBLEM) -> int:
    """Release a folder of counts to the public, with a ledger beside the bundle; the exit code."""
    ledger = ("--ledger", str(out.parent / "ledger.jsonl"), "--out", str(out))
    return main(["release", str(problem), "--audience", "public", *PEOPLE, *ledger, *more])


def audit_released(plan: Path, folder: Path) -> Path:
    """An audit in a folder, with its public bundle in it."""
    out = folder / "audit"
    vault = ("--vault", str(folder / "vault"))
    assert main(["audit", str(plan), "--out", str(out), *vault, "--no-pdf"]) == 0
    assert main(["release", str(out), "--audience", "public", *PEOPLE]) == 0
    return out
