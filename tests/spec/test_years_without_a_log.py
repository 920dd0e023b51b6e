"""A school year whose log is missing: not collected, never 0, whatever the plan calls complete."""

from pathlib import Path

import pytest

from eachchild import story

YEARS = {"2020-21": 2020, "2021-22": 2021, "2022-23": 2022}
STUDENTS = [f"{i:04d}" for i in range(120)]


def write(folder: Path, *, complete: bool) -> None:
    """Three years with the same students; the middle one has no row of either log."""
    told = [year for year in YEARS.values() if year != 2021]
    tables = {
        "student": ["student_id,race"]
        + [f"{s},{('black', 'white')[i % 2]}" for i, s in enumerate(STUDENTS)],
        "enrollment": ["student_id,school_id,entry_date,exit_date"]
        + [f"{s},A,2020-09-01,2023-06-10" for s in STUDENTS],
        "calendar": ["school_id,date"]
        + [f",{y}-10-{day:02d}" for y in YEARS.values() for day in range(1, 21)],
        "absence": ["student_id,school_id,date"]
        + [f"{s},A,{y}-10-05" for y in told for s in STUDENTS[::3]],
        "discipline": ["student_id,school_id,date,action,days"]
        + [f"{s},A,{y}-10-06,oss,1" for y in told for s in STUDENTS[::4]],
    }
    plan = ['title = "Three years"\n[[identity]]\nfactor = "race"\n']
    plan += [f'[[outcome]]\nname = "{name}"\n' for name in ("oss_any", "absence_rate")]
    for table, lines in tables.items():
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n")
        plan.append(f'[[source]]\npath = "{table}.csv"\ntable = "{table}"\n')
        if complete and table in ("absence", "discipline"):
            plan.append("complete = true\n")
    (folder / "audit.toml").write_text("".join(plan))


@pytest.mark.parametrize("complete", [True, False])
def test_a_year_without_a_row_is_not_collected(tmp_path: Path, complete: bool) -> None:
    write(tmp_path, complete=complete)
    audit = story.audit(tmp_path)
    rows = audit.to_arrow().to_pylist()
    for outcome, measure in (("oss_any", "rate"), ("absence_rate", "mean")):
        whole = {
            r["period"]: (r["state"], r["estimate"])
            for r in rows
            if (r["outcome"], r["measure"], r["group"], r["place"]) == (outcome, measure, "", "all")
        }
        assert whole["2021-22"] == ("not_collected", None)
        assert all(whole[p][0] == "reported" and whole[p][1] for p in ("2020-21", "2022-23"))
    (warning,) = (f for f in audit.findings if f.measure == "C06")
    assert warning.verdict == "warning"
    assert warning.evidence == ("absence.csv: 2021-22", "discipline.csv: 2021-22")
