"""From own files to a plan: what pages show and to whom, what is kept, and what may run."""

import csv
import io
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from eachchild.sources.shown import open_key, pseudonym
from eachchild.tables import fenced
from eachchild.web.audits import plans
from eachchild.web.audits.actions import change_plan, open_audit, start_run
from eachchild.web.audits.beginning import first_plan
from eachchild.web.audits.checking import escaped
from eachchild.web.audits.models import Audit, Run, Upload
from eachchild.web.child import in_words
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.worker import Worker

NASTY = "Notes'); COPY (SELECT 1) TO 'pwned.csv'; --"
TABLE_NAME = 'Fund"; DROP TABLE student_year; --'
SECRET = "Zebulon Quimby"
IDS = [f"77{n:05d}" for n in range(400)]


def own_file() -> str:
    """A made-up list of students with odd headings, local codes, and traps in names and cells."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(["Stu No", "Bldg", "Yr", "Eth", "Lunch", "OSS", "Last Name", NASTY, TABLE_NAME])
    for n, student in enumerate(IDS):
        race, school = "BW"[n % 2], f"S{n % 4}"
        suspended = int(n % 2 == 0 and n % 6 == 0)
        name = SECRET if n == 0 else f"Family{n}"
        write.writerow([student, school, "2023-24", race, "FRP"[n % 3], suspended, name,
                        "=HYPERLINK(1)", "x"])  # fmt: skip
    write.writerow(["", "=HYPERLINK(2)", "2023-24", "B", "F", 0, SECRET, "", ""])
    return out.getvalue()


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """What a look at the file told, and the key of it: made once, as the worker does."""
    folder = tmp_path_factory.mktemp("looked")
    (folder / "files").mkdir()
    (folder / "files" / "students.csv").write_text(own_file(), "utf-8")
    command = [sys.executable, "-m", "eachchild", "init", folder / "files", "--json",
               "--key", folder / "key"]  # fmt: skip
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return told, (folder / "key").read_bytes()


@pytest.fixture
def audit(north: Any, looked: tuple[str, bytes]) -> Audit:
    """An audit whose one file was looked at, as the worker leaves it."""
    told, key = looked
    analyst, shelf = north.members["analyst"], north.shelf
    made = open_audit(analyst, "Ours")
    Upload.objects.within(north.organization).create(
        audit=made, name="students.csv", size=1, received=1, state=Upload.State.READY,
        made_by=analyst.user,
    )  # fmt: skip
    run = Run.objects.within(north.organization).create(
        audit=made, kind="inspect", state=Run.State.DONE, made_by=analyst.user
    )
    for path in (shelf.files(str(made.pk)) / "students.csv", shelf.told(str(run.pk)),
                 shelf.folder / "vault" / "pseudonyms.key"):  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
    (shelf.files(str(made.pk)) / "students.csv").write_text(own_file(), "utf-8")
    shelf.told(str(run.pk)).write_text(told, "utf-8")
    (shelf.folder / "vault" / "pseudonyms.key").write_bytes(key)
    (shelf.folder / "vault" / "pseudonyms.key").chmod(0o600)
    return change_plan(analyst, made, first_plan(json.loads(told), "", "Ours"))


def at(name: str, *args: Any) -> str:
    return reverse(name, args=["north", *args])


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def settle(north: Any, audit: Audit, client: Client) -> None:
    """Say what the values mean, as the page guesses, and that race means what we say."""
    page = client.get(at("codes", audit.pk))
    told = {}
    for form in page.context["lists"]:
        for code, field in form.rows():
            meant = {"B": "black", "W": "white", "F": "yes", "R": "yes", "P": "no"}
            told[field.html_name] = meant[code.value]
    assert client.post(at("codes", audit.pk), told).status_code == 302
    audit.refresh_from_db()


def test_from_own_file_to_a_finding_and_the_plan_of_each_run_stays(
    north: Any, audit: Audit, client_for: Callable[..., Client], tmp_path: Path
) -> None:
    client = client_for(north, "analyst")
    (upload,) = Upload.objects.within(north.organization)
    source = plans.source_of(plans.read(audit.plan), "students.csv")
    assert source is not None
    assert source["table"] == "student_year"
    assert source["columns"]["race"] == "Eth"
    page = client.get(at("source", upload.pk))
    form = page.context["form"]
    told = {f.html_name: f.value() or "" for f in form}
    told.pop("complete", None)
    for column, field in form.rows():
        if column["name"] == "Stu No":
            told[field.html_name] = "student_id"
        if column["name"] == "Bldg":
            told[field.html_name] = "school_id"
    assert client.post(at("source", upload.pk), told).status_code == 302
    settle(north, audit, client)
    assert plans.read(audit.plan)["codes"]["race"] == {"B": "black", "W": "white"}
    page = client.get(at("questions", audit.pk))
    form = page.context["form"]
    told = {
        "f-race": "on",
        "r-race": "white",
        "outcomes": ["oss_any"],
        "depth": "1",
        "policy": "wi",
    }
    assert client.post(at("questions", audit.pk), told).status_code == 302
    audit.refresh_from_db()
    plan = tomllib.loads(audit.plan)
    assert plan["identity"] == [{"factor": "race", "reference": "white"}]
    assert (plan["depth"], plan["privacy"]) == (1, {"policy": "wi"})
    client.post(at("check", audit.pk))
    client.post(at("start", audit.pk))
    Worker().run(until_idle=True)
    check, run = (Run.objects.within(north.organization).get(kind=k) for k in ("check", "audit"))
    assert (check.state, run.state) == ("done", "done"), (check.why, run.why)
    assert run.plan == audit.plan
    page_ = page_of(client, at("run", check.pk))
    assert "Every row accounted for" in page_
    assert "Rows set aside" in page_
    assert "Black students" in page_of(client, at("run", run.pk))
    change_plan(north.members["analyst"], audit, audit.plan.replace('"wi"', '"ca"'))
    run.refresh_from_db()
    assert '"wi"' in run.plan
    assert "was changed since" in page_of(client, at("run", check.pk))
    # the command line takes the plan unchanged
    folder = tmp_path / "by-hand"
    folder.mkdir()
    (folder / "audit.toml").write_text(run.plan)
    (folder / "students.csv").write_text(own_file())
    command = [sys.executable, "-m", "eachchild", "check", folder]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    _s6_s21(north, client, check, upload)
    _ask(north, client, run)


def _s6_s21(north: Any, client: Client, check: Run, upload: Upload) -> None:
    """S6, S21: rows set aside are taken away without ids, and with no formula in them."""
    answer = client.get(at("aside", check.pk, upload.pk))
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0][:3] == ["row", "reason", "Stu No"]
    assert rows[1][1] == "R05"
    assert rows[1][3] == "'=HYPERLINK(2)"
    assert rows[1][6] == "•••"  # meals, which nobody granted
    assert SECRET not in answer.content.decode()
    assert not any(i in answer.content.decode() for i in IDS)


def _ask(north: Any, client: Client, run: Run) -> None:
    """What is not in an audit is asked for with a copy of its plan."""
    before = run.audit.plan
    told = {"outcome": "oss_again", "factors": ["race", "frl"]}
    assert client.post(at("ask", run.pk), told).status_code == 302
    more = Run.objects.within(north.organization).filter(kind="audit").order_by("-made_at").first()
    plan = plans.read(more.plan)
    assert {o["name"] for o in plan["outcome"]} == {"oss_any", "oss_again"}
    assert plan["depth"] == 2
    assert {i["factor"] for i in plan["identity"]} == {"race", "frl"}
    more.audit.refresh_from_db()
    assert (before == run.audit.plan, more.state) == (True, "queued")
    many = client.post(at("ask", run.pk), {"outcome": "oss_any", "factors": ["race"] * 4 + ["frl"]})
    assert many.status_code in (200, 302)


def test_s6_a_preview_has_codes_in_the_place_of_ids_and_differs_by_district(
    north: Any, audit: Audit, client_for: Callable[..., Client], tmp_path: Path
) -> None:
    client = client_for(north, "analyst")
    (upload,) = Upload.objects.within(north.organization)
    page = page_of(client, at("source", upload.pk))
    key = open_key(north.shelf.folder / "vault" / "pseudonyms.key")
    assert pseudonym(key, "S", IDS[0]) in page
    assert (north.shelf.folder / "vault" / "pseudonyms.key").stat().st_mode & 0o777 == 0o600
    assert not any(i in page for i in IDS)
    assert SECRET not in page
    other = open_key(tmp_path / "south.key")
    assert pseudonym(other, "S", IDS[0]) != pseudonym(key, "S", IDS[0])
    assert open_key(tmp_path / "south.key") == other
    look = Run.objects.within(north.organization).get(kind="inspect")
    kept = north.shelf.told(str(look.pk)).read_text()
    assert not any(i in kept for i in IDS)
    assert SECRET not in kept


def test_s4_protected_columns_are_masked_unless_each_was_granted(
    north: Any, audit: Audit, client_for: Callable[..., Client]
) -> None:
    (upload,) = Upload.objects.within(north.organization)
    client = client_for(north, "analyst")

    def lunch() -> str:
        page = client.get(at("source", upload.pk))
        names = [c["name"] for c in page.context["sample"]["columns"]]
        return str(page.context["sample"]["rows"][0][names.index("Lunch")])

    assert lunch() == "•••"
    member = north.members["analyst"]
    member.fields = ["disability"]
    member.save()
    assert lunch() == "•••"
    member.fields = ["meals"]
    member.save()
    assert lunch() == "F"
    page = client_for(north, "equity_lead").get(at("source", upload.pk))  # no right to rows
    assert page.context["sample"] is None
    assert all(not c["values"] for c in page.context["columns"])
    assert "Eth" in page.content.decode()


def test_s4_a_column_that_is_said_to_be_protected_is_masked_at_once(
    north: Any, audit: Audit, client_for: Callable[..., Client]
) -> None:
    client, (upload,) = client_for(north, "analyst"), Upload.objects.within(north.organization)
    plan = plans.read(audit.plan)
    source = plans.source_of(plan, "students.csv")
    assert source is not None
    source["columns"]["idea"] = source["columns"].pop("race")
    change_plan(north.members["analyst"], audit, plans.write(plan))
    page = client.get(at("source", upload.pk))
    names = [c["name"] for c in page.context["sample"]["columns"]]
    assert page.context["sample"]["rows"][0][names.index("Eth")] == "•••"


def test_a_stop_rule_blocks_the_run_with_its_reason(
    north: Any, audit: Audit, client_for: Callable[..., Client]
) -> None:
    client, analyst = client_for(north, "analyst"), north.members["analyst"]
    settle(north, audit, client)
    plan = plans.read(audit.plan)
    source = plans.source_of(plan, "students.csv")
    assert source is not None
    source["columns"]["school_id"] = "Building"  # no such heading
    change_plan(analyst, audit, plans.write(plan))
    client.post(at("check", audit.pk))
    Worker().run(until_idle=True)
    check = Run.objects.within(north.organization).get(kind="check")
    assert check.state == "done"
    assert "a column that the plan asks for is not there" in check.why.lower()
    page = page_of(client, at("run", check.pk))
    assert "disabled" in page
    assert check.why.split(".")[0] in page
    with pytest.raises(NotAllowedError):
        start_run(analyst, audit)
    source["columns"]["school_id"] = "Bldg"
    change_plan(analyst, audit, plans.write(plan))
    start_run(analyst, audit)  # another plan, which no check has stopped


def test_s22_names_that_are_queries_reach_nothing(
    north: Any, audit: Audit, client_for: Callable[..., Client]
) -> None:
    client = client_for(north, "analyst")
    settle(north, audit, client)
    plan = plans.read(audit.plan)
    source = plans.source_of(plan, "students.csv")
    assert source is not None
    source["columns"] |= {"behavior_note": NASTY, "gifted": TABLE_NAME}
    change_plan(north.members["analyst"], audit, plans.write(plan))
    start_run(north.members["analyst"], audit, "check")
    Worker().run(until_idle=True)
    check = Run.objects.within(north.organization).get(kind="check")
    told = json.loads(north.shelf.told(str(check.pk)).read_text())
    assert told["files"][0]["rows_read"] == len(IDS) + 1
    assert not list(north.shelf.folder.rglob("pwned.csv"))
    assert not Path("pwned.csv").exists()


def test_s22_an_engine_behind_its_fence_reads_its_folder_alone(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in'side", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        duckdb.sql("SELECT 1 AS a").write_parquet(str(folder / "a.parquet"))
    engine = fenced(duckdb.connect(":memory:"), [inside])
    assert engine.read_parquet(str(inside / "a.parquet")).fetchall() == [(1,)]
    for query in (
        f"SELECT * FROM read_parquet('{outside}/a.parquet')",
         "SELECT * FROM read_csv('/etc/passwd')",
        f"COPY (SELECT 1) TO '{outside}/b.csv'", "SET enable_external_access = true",
        "SET lock_configuration = false", "INSTALL httpfs", "LOAD httpfs",
        f"ATTACH '{outside}/c.db'", "SELECT * FROM 'https://localhost:1/a.parquet'",
    ):  # fmt: skip
        with pytest.raises(duckdb.Error):
            engine.execute(query).fetchall()


@pytest.mark.parametrize(
    "lines",
    [
        ["Traceback (most recent call last):\n",
         f'  File "x.py", line 1, in read\n    raise X("{SECRET}")\n',
         f"pyarrow.lib.ArrowInvalid: could not convert '{SECRET}' to a date\n",
          f"ValueError: {SECRET}\n"],
        [f"warning: {SECRET}\n"],
    ],
)  # fmt: skip
def test_s39_a_parser_that_breaks_tells_no_trace_and_no_value(
    lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    said = in_words(1, lines)
    assert said == "Something went wrong here, and it was noted. Nothing was lost: run it again."
    assert SECRET not in caplog.text
    assert "memory" in in_words(1, [*lines, "MemoryError\n"])
    assert "memory" in in_words(-9, lines)
    ours = in_words(2, [*lines, "eachchild: students.csv: it is empty. Export it again.\n"])
    assert ours == "students.csv: it is empty. Export it again."


def test_s39_a_plan_that_cannot_be_used_says_so_in_words(
    north: Any, audit: Audit, client_for: Callable[..., Client]
) -> None:
    client, analyst = client_for(north, "analyst"), north.members["analyst"]
    change_plan(analyst, audit, audit.plan.replace('table = "student_year"', 'table = "studnt"'))
    client.post(at("check", audit.pk))
    Worker().run(until_idle=True)
    check = Run.objects.within(north.organization).get(kind="check")
    assert check.state == "failed"
    page = page_of(client, at("run", check.pk))
    assert "student_year" in check.why  # the message lists what a table may be
    assert "Traceback" not in page
    assert SECRET not in page


def test_s21_formulas_are_texts_and_numbers_stay_numbers() -> None:
    for cell in ("=HYPERLINK(1)", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", " =1"):
        assert escaped(cell) == f"'{cell}"
    assert [escaped(c) for c in ("-0.5", "Ana", "12", "")] == ["-0.5", "Ana", "12", ""]


TEXTS = st.text(max_size=12)
PAIRS = st.dictionaries(TEXTS, TEXTS, max_size=3)


@given(TEXTS, st.lists(PAIRS, max_size=2), st.dictionaries(TEXTS, PAIRS, max_size=2), TEXTS)
def test_a_plan_is_read_as_it_was_written(
    title: str, columns: list[dict[str, str]], codes: dict[str, dict[str, str]], unused: str
) -> None:
    plan: dict[str, Any] = {
        "title": title, "depth": 2, "notes": ["a", title], "privacy": {"policy": title},
        "source": [{"path": "a.csv", "columns": c, "complete": True,
                    "cells": [{"columns": title, "where": c}]} for c in columns],
        "codes": {k: v for k, v in codes.items() if v},
    }  # fmt: skip
    plan = {k: v for k, v in plan.items() if v not in ({}, [])}
    text = plans.write(plan, [unused])
    assert plans.read(text) == plan
    assert list(plans.left_in(text)) == [unused]


def test_two_meanings_and_a_missing_one_are_told(
    north: Any, audit: Audit, client_for: Callable[..., Client]
) -> None:
    client, (upload,) = client_for(north, "analyst"), Upload.objects.within(north.organization)
    form = client.get(at("source", upload.pk)).context["form"]
    told = {f.html_name: f.value() or "" for f in form if f.html_name != "complete"}
    twice = {**told, "c7": "race"}
    assert (
        "Two columns mean the same" in client.post(at("source", upload.pk), twice).content.decode()
    )
    less = {**told, "c0": ""}
    assert "No row" not in (page := client.post(at("source", upload.pk), less).content.decode())
    assert "Say which column tells this" in page
    out = client.post(at("source", upload.pk), {**told, "table": ""})
    assert out.status_code == 302
    audit.refresh_from_db()
    assert plans.files_of(plans.read(audit.plan)) == ()
    assert list(plans.left_in(audit.plan)) == ["students.csv"]
