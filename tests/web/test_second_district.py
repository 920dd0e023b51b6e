"""What one audit was told is there for the next: in a district, and in another with its system."""

import csv
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from eachchild.web.audits import plans
from eachchild.web.audits.models import Audit, Run, Upload
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.looking import plan_anew
from eachchild.web.profile.actions import save, take_in
from eachchild.web.profile.document import USUAL_MARGIN
from eachchild.web.profile.files import best_known, known_file, with_known
from eachchild.web.profile.models import Profile
from eachchild.web.worker import Worker
from eachchild.worlds import synthesize

ODD = {"Student_Number": "Pupil Nbr", "Ethnicity": "Grp Cd", "LunchStatus": "Meal Elig"}
MEANT = {"W": "white", "H": "hispanic", "B": "black", "A": "asian", "M": "two_or_more",
         "I": "native", "P": "pacific"}  # fmt: skip
RARE = [("race", "I", "native"), ("race", "P", "pacific"), ("sex", "X", "nonbinary")]
OWN = {
    "heading": "Lakeside schools", "margin": {**USUAL_MARGIN, "points": 0.02},
    "privacy": {"policy": "wi"}, "labels": {"group.frl.yes": "students with free meals"},
    "codes": {}, "identity": [{"factor": "race", "reference": "white", "reason": "as we report"},
                              {"factor": "frl", "reference": "no"}, {"factor": "el"}],
    "note": [{"text": "Suspension in grades K to 3 is limited.", "as_of": "2026-08-01"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a system exports: a list of students with headings nobody else uses, and others."""
    folder = tmp_path_factory.mktemp("export")
    quiet = lambda what, share: None  # noqa: E731
    synthesize(folder, seed=5, students=500, schools=3, years=1, shape="sis", progress=quiet)
    for path in folder.iterdir():
        if path.name not in ("Students.csv", "SchoolEnrollment.csv", "Log.csv", "Terms.csv",
                             "Schools.csv"):  # fmt: skip
            path.unlink()
    path = folder / "Students.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        heading, *rows = csv.reader(lines)
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([[ODD.get(h, h) for h in heading], *rows])
    return folder


@pytest.fixture(scope="module")
def told(export: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a look at the export tells, its names as an upload has them: made once."""
    folder = tmp_path_factory.mktemp("told")
    for path in export.iterdir():
        shutil.copy(path, folder / path.name.lower())
    command = [sys.executable, "-m", "eachchild", "init", folder, "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Desk:
    """An analyst at work: a new audit, its files, and each page of the way."""

    def __init__(self, district: Any, client: Client) -> None:
        self.district, self.client = district, client

    def at(self, name: str, *given: Any) -> str:
        return reverse(name, args=[self.district.slug, *given])

    def new(self, title: str, like: str = "") -> Audit:
        """Make an audit on its page."""
        answer = self.client.post(self.at("new"), {"title": title, "like": like})
        assert answer.status_code == 302
        with inside(self.district.organization):
            audit: Audit = Audit.objects.within(self.district.organization).get(title=title)
        return audit

    def looked(self, audit: Audit, told: str) -> Audit:
        """Give it the files of the export, looked at already, as the worker leaves them."""
        owner, by = self.district.organization, self.district.members["analyst"].user
        with inside(owner):
            for one in json.loads(told)["files"]:
                Upload.objects.within(owner).create(
                    audit=audit, name=one["path"], size=1, received=1, made_by=by,
                    state=Upload.State.READY,
                )  # fmt: skip
            run = Run.objects.within(owner).create(audit=audit, kind="inspect", state="done")
            path = self.district.shelf.told(str(run.pk))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(told, "utf-8")
            plan_anew(self.district.shelf, run, audit)
        return self.fresh(audit)

    def begin(self, title: str, files: Path) -> Audit:
        """Make an audit, send its files and have the worker look at them."""
        audit = self.new(title)
        sent = [SimpleUploadedFile(p.name, p.read_bytes()) for p in sorted(files.glob("*.csv"))]
        assert self.client.post(self.at("files", audit.pk), {"sent": sent}).status_code == 302
        assert self.client.post(self.at("look-at", audit.pk)).status_code == 302
        Worker().run(until_idle=True)
        return self.fresh(audit)

    def fresh(self, audit: Audit) -> Audit:
        with inside(self.district.organization):
            audit.refresh_from_db()
        return audit

    def source(self, audit: Audit, file: str) -> Any:
        """The address of a file's page, and its form."""
        rows = self.client.get(self.at("mapping", audit.pk)).context["rows"]
        pk = next(r["upload"].pk for r in rows if r["file"]["path"] == file)
        return self.at("source", pk), self.client.get(self.at("source", pk)).context["form"]

    def say(self, audit: Audit, file: str, table: str, meanings: dict[str, str]) -> None:
        """Say what a file is, and then what its columns mean."""
        address, form = self.source(audit, file)
        told = {f.html_name: f.value() or "" for f in form if f.html_name != "complete"}
        page = self.client.post(address, {**told, "table": table})
        form = page.context["form"]
        told = {f.html_name: f.value() or "" for f in form if f.html_name != "complete"}
        told |= {f.html_name: meanings[c["name"]] for c, f in form.rows() if c["name"] in meanings}
        assert self.client.post(address, {**told, "table": table}).status_code == 302

    def answer(self, audit: Audit, *, for_district: bool, more: Any = ()) -> None:
        """Say what each value means: as guessed, what nobody could guess, and what is rare."""
        told = {**dict(more), **({"for_district": "yes"} if for_district else {})}
        for form in self.client.get(self.at("codes", audit.pk)).context["lists"]:
            for code, field in form.rows():
                race = MEANT.get(code.value, "") if form.name == "race" else ""
                told[field.html_name] = race or field.value() or "not_reported"
        assert self.client.post(self.at("codes", audit.pk), told).status_code == 302

    def waiting(self, audit: Audit) -> int:
        """How many values nobody has explained."""
        lists = self.client.get(self.at("codes", audit.pk)).context["lists"]
        return sum(code.ours is None for form in lists for code, _field in form.rows())

    def whose(self, audit: Audit) -> dict[str, str]:
        """What the page says of each file: who said before what it is."""
        rows = self.client.get(self.at("mapping", audit.pk)).context["rows"]
        return {row["file"]["path"]: str(row["whose"]) for row in rows}


def first(desk: Desk, told: str) -> Audit:
    """The first audit of a district: a person says what nobody could know, once, for all."""
    audit = desk.looked(desk.new("2023-24"), told)
    desk.say(audit, "students.csv", "student", {"Pupil Nbr": "student_id", "Grp Cd": "race",
                                                "Meal Elig": "frl", "Gender": "sex"})  # fmt: skip
    assert desk.waiting(audit) > 5
    desk.answer(audit, for_district=True)
    for name, value, ours in RARE:
        told_too = {f"{name}-more": value, f"{name}-more_is": ours}
        desk.answer(audit, for_district=True, more=told_too)
    assert desk.client.post(desk.at("remember-files", audit.pk)).status_code == 302
    return desk.fresh(audit)


def test_a_second_district_of_the_same_system_is_set_up_with_no_question_left(
    north: Any, south: Any, client_for: Callable[..., Client], export: Path, told: str
) -> None:
    with inside(north.organization):
        save(north.members["superintendent"], OWN)
    audit = first(Desk(north, client_for(north, "analyst")), told)
    file = client_for(north, "superintendent").get("/d/north/profile/file/").content
    begun = time.monotonic()
    # the other district: one file in, its own export of another year, nothing else
    sent = SimpleUploadedFile("profile.toml", file)
    boss = client_for(south, "superintendent")
    assert boss.post("/d/south/profile/file/", {"file": sent}).status_code == 302
    other = export.parent / "other"
    shutil.copytree(export, other)
    (other / "Students.csv").rename(other / "Students 2025.csv")
    desk = Desk(south, client_for(south, "analyst"))
    second = desk.begin("2024-25", other)
    assert desk.waiting(second) == 0
    whose = desk.whose(second)
    assert set(whose.values()) == {"as the district's profile says"}, whose
    page = desk.client.get(desk.at("mapping", second.pk))
    assert page.context["waiting"] == 0
    mine, theirs = plans.read(audit.plan), plans.read(second.plan)
    student = plans.source_of(theirs, "students-2025.csv")
    assert student is not None
    assert student["columns"]["race"] == "Grp Cd"
    assert theirs["codes"] == mine["codes"]
    assert list(plans.left_in(second.plan)) == ["terms.csv"]
    desk.client.post(desk.at("check", second.pk))
    Worker().run(until_idle=True)
    with inside(south.organization):
        check = Run.objects.within(south.organization).get(kind="check")
    assert (check.state, check.why) == ("done", "")
    state = desk.client.get(desk.at("run", check.pk)).context
    assert (list(state["unmapped"]), state["hint"]) == ([], "")
    assert time.monotonic() - begun < 600  # an hour is allowed, of which a person clicks six times


def test_a_new_plan_is_the_districts_own_says_so_and_can_be_changed(
    north: Any, client_for: Callable[..., Client], told: str
) -> None:
    with inside(north.organization):
        save(north.members["superintendent"], OWN)
    desk = Desk(north, client_for(north, "analyst"))
    audit = first(desk, told)
    plan = plans.read(audit.plan)
    assert (plan["heading"], plan["privacy"]) == ("Lakeside schools", {"policy": "wi"})
    assert plan["margin"]["points"] == 0.02
    assert plan["labels"] == {"group.frl.yes": "students with free meals"}
    # of the groups that the district compares, those that its files tell; no file tells of el
    assert plan["identity"] == OWN["identity"][:2]
    assert "check locally" in plan["notes"][0]
    page = desk.client.get(desk.at("questions", audit.pk))
    says = page.context["says"]
    assert (
        says["policy"] == says["margin.points"] == says["heading"] == "from the district's profile"
    )
    assert page.content.decode().count("from the district&#x27;s profile") >= 5
    form, more = page.context["form"], page.context["more"]
    sent = {f.html_name: f.value() for f in (*form, *more) if f.value() not in (None, False, "")}
    sent |= {"margin.points": "0.05", "policy": "ca", "f-race": "on", "outcomes": ["oss_any"],
             "labels.group.frl.yes": "", "heading": ""}  # fmt: skip
    assert desk.client.post(desk.at("questions", audit.pk), sent).status_code == 302
    plan = plans.read(desk.fresh(audit).plan)
    assert (plan["margin"]["points"], plan["privacy"]["policy"]) == (0.05, "ca")
    assert "labels" not in plan
    assert "heading" not in plan
    says = desk.client.get(desk.at("questions", audit.pk)).context["says"]
    assert "changed for this audit" in says["policy"]
    assert says["margin.points"].endswith("0.02")
    wrong = desk.client.post(desk.at("questions", audit.pk), {**sent, "margin.ratio_low": "1.5"})
    assert "A small ratio lies between" in wrong.content.decode()
    with inside(north.organization):
        assert Profile.of(north.organization).document["margin"]["points"] == 0.02


def test_next_years_files_begin_as_an_earlier_audit_did(
    north: Any, client_for: Callable[..., Client], told: str
) -> None:
    desk = Desk(north, client_for(north, "analyst"))
    audit = desk.looked(desk.new("2023-24"), told)
    desk.say(audit, "students.csv", "student", {"Pupil Nbr": "student_id", "Grp Cd": "race"})
    desk.answer(audit, for_district=False)
    with inside(north.organization):
        assert not Profile.of(north.organization).document.get("codes")
    page = desk.client.get(desk.at("new"))
    assert page.context["form"]["like"].field.choices[0][0] == str(audit.pk)
    again = desk.looked(desk.new("2024-25", like=str(audit.pk)), told)
    assert desk.waiting(again) == 0
    assert desk.whose(again)["students.csv"] == "as in “2023-24”"
    assert plans.read(again.plan)["codes"] == plans.read(desk.fresh(audit).plan)["codes"]
    rows = desk.client.get(desk.at("mapping", again.pk)).context["rows"]
    assert [row["source"] is None for row in rows] == [False] * 4 + [True]  # left out: last
    by_file = {row["file"]["path"]: desk.at("source", row["upload"].pk) for row in rows}
    log = desk.client.get(by_file["log.csv"]).content.decode()
    assert "Only rows in which this is “-100000” are counted." in log
    assert "Local time, as 14:05" in log
    terms = desk.client.get(by_file["terms.csv"])
    assert (terms.context["columns"], "asked once you say" in terms.content.decode()) == ((), True)
    alone = desk.looked(desk.new("By itself"), told)
    assert desk.waiting(alone) > 0
    assert plans.source_of(plans.read(alone.plan), "students.csv") is None


def test_a_file_is_known_by_its_headings_whatever_its_year_and_what_it_has_more() -> None:
    source = {"path": "a-24.csv", "shape": "records", "table": "school", "period": "2023-24",
              "columns": {"school_id": "No"}, "keep": {"Open": "1"}}  # fmt: skip
    wider = {**source, "columns": {"school_id": "No", "school_name": "Name"}}
    known = [known_file("b.csv", wider, ()), known_file("a-24.csv", source, ())]
    assert "period" not in known[0]
    assert "path" not in known[0]
    assert best_known("a-25.csv", ["No", "Open", "Name", "More"], known) is known[1]
    assert best_known("c.csv", ["No", "Open", "Name", "More"], known) is known[0]
    assert best_known("a-25.csv", ["No", "Name"], known) is None
    left = known_file("t.csv", None, ["One", "Two"])
    assert best_known("u.csv", ["Two", "One"], [left]) is left
    assert best_known("u.csv", ["Two", "One", "Three"], [left]) is None
    counts = known_file("c.csv", {"path": "c.csv", "shape": "counts", "cells": [
        {"columns": "N_{race}", "quantity": "n"}]}, ())  # fmt: skip
    assert best_known("d.csv", ["N_BL", "N_WH"], [counts]) is counts
    assert best_known("d.csv", ["M_BL"], [counts]) is None
    newer = {**known[1], "keep": {}}
    assert with_known(known, [newer]) == [known[0], newer]


@pytest.mark.parametrize(
    "wrong",
    [
        'file = 1', 'file = "a"\nshape = "odd"', 'file = "a"\nshape = "records"\ntable = "none"',
        'file = "a"\nshape = "records"\ntable = "school"\ncolumns = {school_id = 1}',
        'file = "a"\nshape = "records"\ntable = "school"\npath = "/etc/passwd"\ncolumns = {}',
        'file = "a"\nshape = "counts"\ncells = ["x"]',
        'file = "a\\nb"\nshape = "left"\nheadings = []',
    ],
)  # fmt: skip
def test_a_profile_says_nothing_of_a_file_that_a_plan_could_not(north: Any, wrong: str) -> None:
    with inside(north.organization), pytest.raises(NotAllowedError):
        take_in(north.members["superintendent"], f"schema = 1\n[[source]]\n{wrong}\n".encode())


def test_a_file_is_forgotten_on_the_profiles_page(
    north: Any, client_for: Callable[..., Client]
) -> None:
    known = [{"file": n, "shape": "left", "headings": [n]} for n in ("a.csv", "b.csv")]
    with inside(north.organization):
        save(north.members["superintendent"], {"source": known})
    client = client_for(north, "superintendent")
    form = client.get("/d/north/profile/").context["form"]
    told = {n: form[n].value() or "" for n in form.fields if n not in ("without_logo", "logo")}
    assert client.post("/d/north/profile/", {**told, "known_files": ["1"]}).status_code == 302
    with inside(north.organization):
        assert Profile.of(north.organization).document["source"] == known[1:]
