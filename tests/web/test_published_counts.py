"""A district's own published table: from upload to a finished audit; what may be said of others."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from eachchild.web.audits import plans
from eachchild.web.audits.counts import cells_of, lines_of
from eachchild.web.audits.models import Audit, Run, Upload
from eachchild.web.looking import plan_anew
from eachchild.web.worker import Worker

# Students and those suspended, by school and race, as a district prints them: made up.
RACES = {"Black": (120, 24), "White": (200, 12), "Latino/a": (150, 15), "Asian": (60, 2)}
RESTRAINED = Path(__file__).parents[2] / "examples/messy/data"
NAME = "physical_restraint_idea_by_state_2011_12.csv"


def printed(schools: int = 6) -> str:
    """A row a school and race, and one for all students of each school."""
    lines = ["School Number,School Name,Group,Students Enrolled,Students Suspended,Warnings"]
    for school in range(1, schools + 1):
        rows = {race: (n + 7 * school, k + school % 3) for race, (n, k) in RACES.items()}
        rows["All Students"] = tuple(map(sum, zip(*rows.values(), strict=True)))
        lines += [f"{school:03d},School {school},{r},{n},{k},{k}" for r, (n, k) in rows.items()]
    return "\n".join(lines) + "\n"


def at(name: str, *args: Any) -> str:
    return reverse(name, args=["north", *args])


def filled(form: Any) -> dict[str, Any]:
    """A form as a browser sends it."""
    return {f.html_name: f.value() or "" for f in form if f.html_name != "complete"}


def field_of(form: Any, columns: str, key: str = "q") -> str:
    """The name of the field about one line."""
    number = next(n for n, line in enumerate(form.lines) if line.columns == columns)
    return f"{key}{number}"


def looked(north: Any, folder: Path) -> Audit:
    """An audit of these files, looked at as the worker does."""
    told = subprocess.run(
        [sys.executable, "-m", "eachchild", "init", folder, "--json"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    mine, by = north.organization, north.members["analyst"].user
    audit: Audit = Audit.objects.within(mine).create(title="Theirs", plan="", made_by=by)
    for one in json.loads(told)["files"]:
        Upload.objects.within(mine).create(
            audit=audit, name=one["path"], size=1, received=1, state="ready", made_by=by
        )
    run = Run.objects.within(mine).create(audit=audit, kind="inspect", state="done", made_by=by)
    north.shelf.told(str(run.pk)).parent.mkdir(parents=True, exist_ok=True)
    north.shelf.told(str(run.pk)).write_text(told, "utf-8")
    plan_anew(north.shelf, run, audit)
    audit.refresh_from_db()
    return audit


def test_a_districts_own_printed_table_from_upload_to_a_finished_audit(
    north: Any, client_for: Callable[..., Client]
) -> None:
    client = client_for(north, "analyst")
    client.post(at("new"), {"title": "Suspensions, as printed"})
    audit = Audit.objects.within(north.organization).get()
    sent = SimpleUploadedFile("Suspensions 2023-24.csv", printed().encode())
    client.post(at("files", audit.pk), {"sent": sent})
    client.post(at("look-at", audit.pk))
    Worker().run(until_idle=True)
    (row,) = client.get(at("mapping", audit.pk)).context["rows"]
    assert (row["counts"], row["lines"]) == (True, 2)
    address = at("source", row["upload"].pk)
    page = client.get(address)
    form = page.context["form"]
    used = {line.columns: line.quantity for line, _fields in form.used()}
    assert used == {"Students Suspended": "oss_any", "Students Enrolled": "n"}
    assert [line.columns for line, _f in form.unused()] == ["School Number", "Warnings"]
    assert form["place"].value() == "School Name"
    assert (form["period"].value(), form["level"].value()) == ("2023-24", "school")
    assert [f.value() for c, f in form.groups() if c["name"] == "Group"] == ["race"]
    assert "School 1" in page.content.decode()  # the preview
    told = filled(form) | {
        "place": "School Number", "name": "School Name", field_of(form, "Warnings"): "own-lower",
    }  # fmt: skip
    assert client.post(address, told).status_code == 302
    audit.refresh_from_db()
    plan = plans.read(audit.plan)
    (source,) = plan["source"]
    assert source["place"] == {"level": "school", "id": "School Number", "name": "School Name"}
    assert {c["quantity"] for c in source["cells"]} == {"n", "oss_any", "warnings"}
    assert {"columns": "Warnings", "quantity": "warnings",
            "rows": {"Group": "All Students"}} in source["cells"]  # fmt: skip
    assert plan["outcome"][1]["event"] == "warnings == 'yes'"
    assert client.get(at("mapping", audit.pk)).context["waiting"] == 1
    (codes,) = client.get(at("codes", audit.pk)).context["lists"]
    assert [c.value for c, _f in codes.rows() if c.ours is None] == ["Latino/a"]
    meant = {f.html_name: f.value() or "hispanic" for _c, f in codes.rows()}
    assert client.post(at("codes", audit.pk), meant).status_code == 302
    client.post(at("check", audit.pk))
    client.post(at("start", audit.pk))
    Worker().run(until_idle=True)
    check, run = (Run.objects.within(north.organization).get(kind=k) for k in ("check", "audit"))
    assert (check.state, check.why, run.state, run.why) == ("done", "", "done", "")
    found = client.get(at("run", run.pk)).content.decode()
    assert "Black students" in found


def test_what_a_published_table_withheld_and_what_its_headings_tell_is_asked(
    north: Any, client_for: Callable[..., Client], tmp_path: Path
) -> None:
    (tmp_path / NAME).write_bytes((RESTRAINED / NAME).read_bytes())
    audit = looked(north, tmp_path)
    client, (upload,) = client_for(north, "analyst"), Upload.objects.within(north.organization)
    form = client.get(at("source", upload.pk)).context["form"]
    assert form["total"].value() == "United States"
    english = field_of(form, "Number of English Language Learners")
    told = filled(form) | {"s0": "1-3", english: "restrained", f"v{english[1:]}": "el=yes"}
    assert client.post(at("source", upload.pk), told | {"s0": "few"}).status_code == 200
    assert client.post(at("source", upload.pk), told | {"place": ""}).status_code == 200
    assert client.post(at("source", upload.pk), told | {"period": "2012"}).status_code == 200
    assert client.post(at("source", upload.pk), told).status_code == 302
    audit.refresh_from_db()
    plan = plans.read(audit.plan)
    assert plan["codes"]["suppression"] == {"DS": "1-3"}
    assert plan["source"][0]["total"] == {"State": "United States"}
    assert {"columns": "Number of English Language Learners", "quantity": "restrained",
            "where": {"el": "yes"}} in plan["source"][0]["cells"]  # fmt: skip
    assert [i["factor"] for i in plan["identity"]] == ["race", "el"]
    lists = client.get(at("codes", audit.pk)).context["lists"]
    assert [form.name for form in lists] == ["race"]
    assert {c.value: c.ours for c, _f in lists[0].rows()}["Whites"] == "white"
    again = filled(client.get(at("source", upload.pk)).context["form"])
    assert client.post(at("source", upload.pk), again).status_code == 302
    audit.refresh_from_db()
    assert plans.read(audit.plan) == plan  # what is kept twice is the same


def test_counts_and_students_are_audited_apart_and_a_file_may_be_taken_for_the_other(
    north: Any, client_for: Callable[..., Client], tmp_path: Path
) -> None:
    (tmp_path / "printed-2023-24.csv").write_text(printed(), "utf-8")
    rows = [f"88{n:05d},S{n % 3},2023-24,{'BW'[n % 2]},{n % 3}" for n in range(60)]
    (tmp_path / "students.csv").write_text("\n".join(["Student_ID,School,Year,Race,OSS", *rows]))
    audit = looked(north, tmp_path)
    assert plans.files_of(plans.read(audit.plan)) == ("students.csv",)
    client = client_for(north, "analyst")
    mine = {u.name: at("source", u.pk) for u in Upload.objects.within(north.organization)}
    form = client.get(mine["printed-2023-24.csv"]).context["form"]
    page = client.post(mine["printed-2023-24.csv"], {**filled(form), "table": "counts"})
    form = page.context["form"]
    assert form.used()  # our guess stands in the form
    apart = client.post(mine["printed-2023-24.csv"], filled(form))
    assert "need an audit of their own" in apart.content.decode()
    out = client.post(mine["students.csv"], {"table": "", "shown": "student_year"})
    assert out.status_code == 302
    assert client.post(mine["printed-2023-24.csv"], filled(form)).status_code == 302
    audit.refresh_from_db()
    assert plans.files_of(plans.read(audit.plan)) == ("printed-2023-24.csv",)
    back = client.post(mine["printed-2023-24.csv"], {"table": "school", "shown": "counts"})
    assert back.context["form"]["table"].value() == "school"
    left = client.post(mine["printed-2023-24.csv"], {"table": "", "shown": "counts"})
    assert left.status_code == 302
    audit.refresh_from_db()
    assert "printed-2023-24.csv" in list(plans.left_in(audit.plan))


@pytest.mark.parametrize("groups", [{}, {"Sex": "sex"}])
def test_every_pattern_of_a_plan_is_in_one_line(groups: dict[str, str]) -> None:
    told = {"wholes": {"Sex": "All"}, "lines": [
        {"columns": "N_A_{race}", "members": 5, "codes": {}, "guess": "n"},
        {"columns": "N_B_{race}", "members": 5, "codes": {}, "guess": "n"},
        {"columns": "Rest", "members": 1, "codes": {}, "guess": ""}]}  # fmt: skip
    cells = [{"columns": "N_{A|B}_{race}", "quantity": "oss_any", "where": {"idea": "no"}},
             {"columns": "N_{A|B}_{race}", "quantity": "oss_any", "where": {"idea": "no"},
              "rows": {"Sex": "All"}}]  # fmt: skip
    lines = lines_of(told, {"cells": cells})
    assert [(x.columns, x.quantity, x.members) for x in lines] == [
        ("N_{A|B}_{race}", "oss_any", 10), ("Rest", "", 1)
    ]  # fmt: skip
    assert list(lines[0].cells) == cells
    made = list(cells_of(lines[0], groups, told["wholes"]))
    assert len(made) == (2 if groups else 1)
    assert all(cell["where"] == {"idea": "no"} for cell in made)


def test_a_list_of_students_with_columns_of_races_shows_nobody(tmp_path: Path) -> None:
    rows = [f"88{n:05d},{n % 2},{n % 3 % 2},1" for n in range(60)]
    lines = ["Student_ID,Black,White,Asian", *rows]
    (tmp_path / "students.csv").write_text("\n".join(lines), "utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "eachchild", "init", tmp_path, "--json", "--key", tmp_path / "k"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert not any(f"88{n:05d}" in told for n in range(60))
