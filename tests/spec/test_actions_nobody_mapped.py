"""Discipline whose action no list maps: kept, not known, and never a calm zero."""

from pathlib import Path

import pytest

from eachchild import story

STUDENTS = [f"{i:04d}" for i in range(200)]
CODES = ["OSS"] * 5 + ["EXP", ""]


def write(folder: Path, codes: str) -> None:
    """Every fifth student has a row; codes say what three of them mean, or do not."""
    log = [f"{s},A,2021-10-{5 + i % 20:02d},{CODES[i % 7]}" for i, s in enumerate(STUDENTS[::5])]
    tables = {
        "student": ["student_id,race"]
        + [f"{s},{('black', 'white')[i % 2]}" for i, s in enumerate(STUDENTS)],
        "enrollment": ["student_id,school_id,entry_date,exit_date"]
        + [f"{s},A,2021-09-01,2022-06-10" for s in STUDENTS],
        "discipline": ["student_id,school_id,date,action", *log],
    }
    plan = ['title = "One year"\n[[identity]]\nfactor = "race"\n', codes]
    plan += [f'[[outcome]]\nname = "{name}"\n' for name in ("oss_any", "expelled")]
    for table, lines in tables.items():
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n")
        plan.append(f'[[source]]\npath = "{table}.csv"\ntable = "{table}"\ncomplete = true\n')
    (folder / "audit.toml").write_text("".join(plan))


def whole(audit: story.Audit, outcome: str) -> tuple[str, float | None, int | None]:
    """State, events and n of the whole place."""
    (row,) = (
        r
        for r in audit.to_arrow().to_pylist()
        if (r["outcome"], r["measure"], r["group"], r["place"]) == (outcome, "rate", "", "all")
    )
    return row["state"], row["events"], row["n"]


@pytest.mark.parametrize("mapped", [False, True])
def test_unmapped_actions_leave_their_students_unknown(tmp_path: Path, mapped: bool) -> None:
    write(tmp_path, '[codes.action]\nOSS = "oss"\n' + 'EXP = "expulsion"\n' * mapped)
    audit = story.audit(tmp_path)
    (log,) = (a for a in audit.content.quality.accounts if a.path == "discipline.csv")
    assert (log.loaded, log.quarantined) == (40, 0)
    unsaid = 5 if mapped else 10  # of 40 rows five are blank and five EXP
    (rule,) = (f for f in audit.findings if f.measure == "C07")
    assert rule.evidence == (f"discipline.csv: {unsaid}",)
    assert whole(audit, "oss_any") == ("reported", 30, 200 - unsaid)
    expelled = ("reported", 5, 195) if mapped else ("not_collected", None, None)
    assert whole(audit, "expelled") == expelled
