"""The district of the demonstrations, on the terminal and on the platform alike.

In its last year it changed a rule: nobody is suspended out of school any more for what an adult has
to judge, such as defiance. So there is something that worked, for every student.
"""

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from eachchild.terms.discretion import discretion_of
from eachchild.terms.years import of_date
from eachchild.worlds.synthesize import synthesize

STUDENTS, SCHOOLS, YEARS, SEED = 12_000, 20, 4, 2026
_PUBLIC = ('factor = "race"', 'name = "chronic_absence"', 'name = "oss_any"')
_TOUCHED = ("oss_any", "days_lost")  # outcomes whose planted numbers the changed rule ends


def make_up(folder: Path, progress: Callable[[str, float], None]) -> None:
    """Write the district's files, its plan and what was planted in it."""
    synthesize(
        folder, seed=SEED, students=STUDENTS, schools=SCHOOLS, years=YEARS, progress=progress
    )
    changed = change_a_rule(folder / "discipline.csv")
    _tell_of(folder / "truth.json", changed)


def change_a_rule(path: Path) -> dict[str, object]:
    """In the last year, a restorative answer in place of each suspension for a judged behavior."""
    with path.open(newline="", encoding="utf-8") as lines:
        heading, *rows = csv.reader(lines)
    day, what, action, days = (heading.index(c) for c in ("date", "behavior", "action", "days"))
    last = max(of_date(date.fromisoformat(row[day])) for row in rows)
    begins = min(row[day] for row in rows if of_date(date.fromisoformat(row[day])) == last)
    touched = [row for row in rows if row[day] >= begins and _is_judged(row[what], row[action])]
    for row in touched:
        row[action], row[days] = "restorative", ""
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, lineterminator="\n").writerows([heading, *rows])
    return {"period": last, "from": begins, "rows": len(touched),
            "rule": "no suspension out of school for subjective behaviors"}  # fmt: skip


def _is_judged(behavior: str, action: str) -> bool:
    return action == "oss" and discretion_of(behavior, {}) == "subjective"


def _tell_of(truth: Path, changed: Mapping[str, object]) -> None:
    """Take out of the truth what the changed rule made untrue, and say what was changed."""
    told = json.loads(truth.read_text("utf-8"))
    over = (changed["period"], "all")
    told["gaps"] = [
        gap for gap in told["gaps"] if gap["outcome"] not in _TOUCHED or gap["period"] not in over
    ]
    truth.write_text(json.dumps({**told, "changed": changed}, indent=0) + "\n", "utf-8")


def for_the_public(plan: str) -> str:
    """A plan with one factor and two outcomes, so that less must be hidden.

    >>> for_the_public('title = "A"\\n[[factor]]\\nfactor = "sex"\\n[[source]]\\npath = "a.csv"')
    'title = "A"\\n[[source]]\\npath = "a.csv"'
    """
    return only(plan, _PUBLIC)


def only(plan: str, asked: Iterable[str]) -> str:
    """A plan of the same files without the blocks in which nothing that is asked stands."""
    first, *blocks = plan.split("\n[[")
    wanted = tuple(asked)
    kept = [b for b in blocks if b.startswith("source") or any(text in b for text in wanted)]
    return "\n[[".join((first, *kept))
