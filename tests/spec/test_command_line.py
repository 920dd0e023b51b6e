"""The command line: exit codes, one-line errors, and never a student's value."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from runs import suspensions

from eachchild.cli import main
from eachchild.worlds import synthesize

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SECRET = "QX-SECRET-7731"


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """A small folder of records, one ready row a student and year."""
    rows = [
        (f"{i:05d}", f"S{i % 5}", "2023-24", "B" if i % 4 == 0 else "W", int(i % 9 == 0))
        for i in range(400)
    ]
    return suspensions(tmp_path / "district", rows)


def run(*arguments: object) -> int:
    """Run a command as the shell would."""
    return main([str(a) for a in arguments])


def test_an_audit_writes_its_folder_and_says_it_is_internal(
    district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("audit", district, "--out", out, "--no-pdf") == 0
    names = {p.name for p in out.iterdir()}
    assert {"report.html", "findings.json", "measures.csv", "audit.json", "README.txt"} <= names
    assert "Internal: small groups are visible in it" in capsys.readouterr().out
    for name in ("findings.json", "audit.json"):
        assert json.loads((out / name).read_text("utf-8"))["audience"] == "internal"
    header = (out / "measures.csv").read_text("utf-8").splitlines()[0]
    assert header == (
        "place,period,outcome,group,reference,measure,estimate,low,high,events,n,state,"
        "reference_events,reference_n,q,interval"
    )
    rows = (out / "measures.csv").read_text("utf-8").splitlines()[1:]
    keys = [r.split(",")[:6] for r in rows]
    assert keys == sorted(keys)


def test_the_same_input_gives_the_same_bytes(district: Path, tmp_path: Path) -> None:
    seen = []
    for name in ("one", "two"):
        out = tmp_path / name
        assert run("audit", district, "--out", out, "--vault", tmp_path / f"v{name}") == 0
        files = sorted(p for p in out.rglob("*") if p.is_file())
        seen.append(
            [(str(p.relative_to(out)), hashlib.sha256(p.read_bytes()).hexdigest()) for p in files]
        )
    assert seen[0] == seen[1]


def test_nothing_of_a_student_is_in_what_is_written(district: Path, tmp_path: Path) -> None:
    text = (district / "students.csv").read_text("utf-8").replace("00008,", f"{SECRET},")
    (district / "students.csv").write_text(text, "utf-8")
    out = tmp_path / "out"
    assert run("audit", district, "--out", out, "--no-pdf") == 0
    for path in out.rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes(), path.name


@pytest.mark.parametrize("audience", ["public", "board", "staff"])
def test_release_is_refused_without_two_approvals(
    district: Path, tmp_path: Path, audience: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run("audit", district, "--out", out, "--no-pdf")
    capsys.readouterr()
    assert run("release", out, "--audience", audience, "--approved-by", "One") == 4
    assert "2 different people" in capsys.readouterr().err
    assert not (out / "released").exists()


def _broken(folder: Path, old: str, new: str) -> None:
    path = folder / "audit.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('path = "students.csv"', 'path = "pupils.csv"', "pupils.csv"),
        ('reference = "white"', 'reference = "best"', "reference"),
        ('title = "Suspensions"', 'titel = "x"', "Did you mean 'title'"),
        ('student_id = "ID"', 'student_id = "IDX"', ""),
        ('title = "Suspensions"', 'title = "x"\nlanguage = "tlh"', "language must be one of en"),
        ('title = "Suspensions"', 'title = "x"\ndepth = 0', "depth must be 1 or more"),
        ('title = "Suspensions"', 'title = "x"\nschools_depth = -1', "schools_depth must be 1"),
        ('name = "oss_any"', 'name = "../x"\nevent = "oss_count > 0"', "one word of letters"),
        ('factor = "race"', 'factor = "a/b"\nvalues = ["white", "x"]', "one word of letters"),
        ('factor = "race"', 'factor = "home"\nvalues = ["white", "a;b"]', "'a;b' is empty or"),
    ],
)
def test_a_wrong_plan_is_one_line_and_exit_code_2(
    district: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    old: str,
    new: str,
    said: str,
) -> None:
    _broken(district, old, new)
    code = run("audit", district, "--out", tmp_path / "out", "--no-pdf")
    lines = [x for x in capsys.readouterr().err.splitlines() if x.startswith("eachchild:")]
    assert code in (2, 3)
    assert len(lines) == 1
    assert said in lines[0]
    assert "Traceback" not in lines[0]
    assert not (tmp_path / "out").exists()


def test_a_factor_whose_codes_nobody_mapped_is_said_loudly(
    district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, *rows = (district / "students.csv").read_text("utf-8").splitlines()
    rows = [f"{row},{'FM'[i % 2]}" for i, row in enumerate(rows)]
    (district / "students.csv").write_text("\n".join([f"{header},sex", *rows]) + "\n", "utf-8")
    _broken(district, 'B = "black"\nW = "white"', "")
    with (district / "audit.toml").open("a", encoding="utf-8") as plan:
        plan.write('[codes.sex]\nF = "female"\nM = "male"\n[[identity]]\nfactor = "sex"\n')
    out = tmp_path / "out"
    assert run("audit", district, "--out", out, "--no-pdf") == 0
    assert "! A group that the plan compares is on record of nobody" in capsys.readouterr().out
    findings = json.loads((out / "findings.json").read_text("utf-8"))["findings"]
    (warning,) = (f for f in findings if f["measure"] == "M02")
    assert (warning["verdict"], warning["evidence"]) == ("warning", ["students.csv: race"])
    (predicted,) = (f for f in findings if f["kind"] == "predictability")
    assert predicted["group"] == "sex"
    assert not any("race" in f["sentence"] for f in findings)


def test_a_rule_of_severity_stop_stops_the_audit_too(
    district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _broken(district, 'table = "student_year"', 'table = "student_year"\nkeep = { School = "S9" }')
    assert run("check", district) == 2
    (told,) = (x for x in capsys.readouterr().out.splitlines() if x.startswith("      stop"))
    assert run("audit", district, "--out", tmp_path / "out", "--no-pdf") == 2
    said = capsys.readouterr().err.splitlines()
    assert told in said
    assert "no report was written" in said[-1]
    assert not (tmp_path / "out").exists()


def test_a_heading_that_is_not_there_is_told_with_the_nearest(
    district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _broken(district, 'school_id = "School"', 'school_id = "Schol"')
    page = tmp_path / "check.html"
    assert run("check", district, "--page", page) == 2
    told = "F06  students.csv, column Schol: 1 (did you mean 'School'?)"
    assert told in capsys.readouterr().out
    assert "did you mean “School”?" in page.read_text("utf-8")


def test_check_as_json_accounts_for_every_row(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (district / "students.csv").open("a", encoding="utf-8") as file:
        file.write(
            "00401,S1,2023-24\n,S1,2023-24,W,0\n00000,S0,2023-24,B,1\n00402,S1,2023-24,?,0\n"
        )
    assert run("check", district, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    (file_,) = document["files"]
    parts = ("loaded", "merged", "quarantined", "ignored")
    assert file_["rows_read"] == 404 == sum(file_[p] for p in parts)
    assert (file_["merged"], file_["quarantined"]) == (1, 2)
    assert {"R01", "R03", "R05", "V07"} <= {rule["id"] for rule in document["rules"]}
    assert document["unmapped"] == [
        {"codes": "race", "value": "", "rows": 1, "file": "students.csv",
         "hidden": 1, "column": "Eth"}
    ]  # fmt: skip


def test_a_code_of_few_rows_may_be_a_name_and_is_not_shown(
    district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (district / "students.csv").open("a", encoding="utf-8") as file:
        for i, code in enumerate([SECRET, f"{SECRET}2", f"{SECRET}2", *["Q"] * 10]):
            file.write(f"9{i:04d},S1,2023-24,{code},0\n")
    assert run("check", district) == 0
    out = capsys.readouterr().out
    assert "race: 2 codes with fewer than 10 rows each (3 rows in all): look in students.csv" in out
    assert "race: 'Q' in 10 rows of students.csv" in out
    assert run("check", district, "--json", "--page", tmp_path / "check.html") == 0
    assert run("audit", district, "--out", tmp_path / "out", "--no-pdf") == 0
    page = (tmp_path / "check.html").read_text("utf-8")
    assert "2 codes with fewer than 10 rows each: look in column Eth" in page
    written = [p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()]
    told = capsys.readouterr()
    assert not any(SECRET.encode() in x for x in written)
    assert not any(SECRET in x for x in (page, out, told.out, told.err))


def test_a_folder_that_is_no_audit_is_never_overwritten(
    district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "letter.txt").write_text("mine")
    assert run("audit", district, "--out", out, "--no-pdf") == 2
    assert "is not empty and holds no audit" in capsys.readouterr().err
    assert [p.name for p in out.iterdir()] == ["letter.txt"]


def test_certified_totals_are_held_against_ours(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (district / "audit.toml").open("a", encoding="utf-8") as plan:
        plan.write(
            '[[certified]]\nname = "Fall"\nvalue = 400\ncount = "students"\nperiod = "2023-24"\n'
            '[[certified]]\nname = "Suspended"\nvalue = 52\ncount = "events"\noutcome = "oss_any"\n'
            'period = "2023-24"\n'
        )
    assert run("check", district, "--json") == 0
    fall, suspended = json.loads(capsys.readouterr().out)["certified"]
    assert (fall["ours"], fall["difference"], fall["reason"]) == (400, 0, "The two agree")
    assert (suspended["ours"], suspended["difference"]) == (45, -7)
    assert "ask how it was counted" in suspended["reason"]


def test_init_writes_a_plan_that_check_accepts(
    tmp_path: Path, district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (district / "audit.toml").unlink()
    assert run("init", district) == 0
    assert "Next: eachchild check" in capsys.readouterr().out
    assert run("check", district) == 0


@pytest.mark.parametrize("arguments", [["audit"], ["fly"], []])
def test_a_command_that_is_not_one_says_how(
    arguments: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: eachchild" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [("", 2, "rule F11"), (",S1,2023-24,W,0\n", 3, "no outcome of this plan has enough data")],
)
def test_a_file_without_rows_to_count_has_no_report(
    district: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    row: str,
    code: int,
    said: str,
) -> None:
    (district / "students.csv").write_text(f"ID,School,Year,Eth,OSS\n{row}", "utf-8")
    out = tmp_path / "out"
    assert run("audit", district, "--out", out, "--progress", "none") == code
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_groups_that_nobody_is_in_are_not_enough_data(
    district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (district / "students.csv").read_text("utf-8").splitlines()
    unknown = [rows[0], *(row.rsplit(",", 1)[0] + "," for row in rows[1:])]
    (district / "students.csv").write_text("\n".join(unknown) + "\n", "utf-8")
    assert run("audit", district, "--out", tmp_path / "out", "--progress", "none") == 3
    assert "enough data" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_folder_that_cannot_be_written_is_one_line(
    district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    assert run("audit", district, "--out", tmp_path / name, "--progress", "none") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("eachchild: ")
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_an_audit_told_to_end_leaves_nothing_half_written(district: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "eachchild", "audit", str(district), "--out", str(out)]
    with subprocess.Popen([*command, "--progress", "json"], stderr=subprocess.PIPE, text=True) as p:
        assert p.stderr is not None
        for line in p.stderr:
            if "drawing" in line:
                p.terminate()
                break
        p.communicate()
    assert p.returncode in (0, 130)
    assert out.exists() == (p.returncode == 0)
    assert not list(tmp_path.glob("out.*"))
    assert run("audit", district, "--out", out, "--progress", "none") == 0


def test_two_audits_at_once_share_a_vault(tmp_path: Path) -> None:
    folder = tmp_path / "district"
    synthesize(folder, seed=5, students=600, schools=4, years=2)
    outs = [tmp_path / "one", tmp_path / "two"]
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "eachchild", "audit", str(folder), "--out", str(out), "--no-pdf"]
        )
        for out in outs
    ]
    assert [run.wait() for run in runs] == [0, 0]
    assert len({(out / "measures.csv").read_bytes() for out in outs}) == 1
    assert not list((folder / ".eachchild").glob("*.part"))


def test_two_audits_at_once_into_one_folder_leave_it_whole(district: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "eachchild", "audit", str(district), "--out", str(out)]
    runs = [subprocess.Popen([*command, "--no-pdf", "--progress", "none"]) for _ in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert (out / "report.html").exists()
    assert not list(tmp_path.glob("out.*"))


def test_a_folder_is_judged_before_the_audit_is_made(
    district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "letter.txt").write_text("mine")
    assert run("audit", district, "--out", out, "--progress", "json") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "is not empty and holds no audit" in line
    assert not (district / ".eachchild").exists()


def test_an_engine_interrupted_in_a_query_is_no_traceback(
    district: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def long_query(*plan: object, **more: object) -> None:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        duckdb.connect().execute("SELECT sum(hash(range)) FROM range(10000000000)")

    monkeypatch.setattr("eachchild.story.audit", long_query)
    assert run("audit", district, "--out", tmp_path / "out", "--progress", "none") == 130
    assert capsys.readouterr().err == "eachchild: stopped; nothing half-written was left behind\n"


def test_an_outcome_of_the_plans_own_needs_no_label(district: Path, tmp_path: Path) -> None:
    _broken(
        district,
        'name = "oss_any"',
        'name = "ever_out"\nevent = "oss_count > 0"\ndirection = "lower"',
    )
    out = tmp_path / "out"
    assert run("audit", district, "--out", out, "--progress", "none") == 0
    findings = json.loads((out / "findings.json").read_text("utf-8"))["findings"]
    assert any("were counted as “ever out”" in f["sentence"] for f in findings)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert re.fullmatch(r"eachchild \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_fewer_students_than_none_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("synthesize", "--students", "-5", "--out", tmp_path / "made") == 2
    assert capsys.readouterr().err == "eachchild: --students must be at least 500.\n"
