"""The canonical tables of a world with a known cause, and the plan that reads them."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from eachchild.terms.factors import FACTORS
from eachchild.worlds.causes.courses import (
    FIRST_GRADE,
    LEVEL_OF,
    LIST,
    REASONS,
    SUBJECTS,
    SUPPORTS,
    AbsenceRows,
    CourseRows,
    SupportRows,
)
from eachchild.worlds.causes.parts import CauseWorld, Notes
from eachchild.worlds.causes.referrals import ACTIONS, BEHAVIORS, LOCATIONS, Adults, Referrals
from eachchild.worlds.causes.roster import Roster
from eachchild.worlds.days import Calendar
from eachchild.worlds.model import GRADES, LEVELS, SENIOR, Index
from eachchild.worlds.streams import stream
from eachchild.worlds.writing import Folder, dates, flags, numbers, words

_DISTRICT_ID = "0700130"
_TIMES = tuple(f"{m // 60:02d}:{m % 60:02d}" for m in range(1440))
_EXITS = ("end_of_year", "graduated")
FIRST_TESTED = 5
_OUTCOMES = {
    "discipline": ("oss_any", "iss_any", "days_lost"),
    "access": ("ap_enrolled", "honors_enrolled", "course_failure", "proficient", "gpa"),
    "support": ("course_failure", "proficient", "gpa"),
    "absence": ("chronic_absence", "absence_rate"),
}
_OWN = {
    "discipline": (
        ("referred", "were referred at least once", "referrals >= 1"),
        ("oss_twice", "were suspended out of school more than once", "oss_count >= 2"),
    )
}
_REFERENCES = {"race": "white", "sex": "female", "idea": "no", "el": "no", "frl": "no"}
_COMPLETE = ("absence", "discipline", "course")
_LATER = ("staff",)


class CauseTables:
    """Writes one district into a folder, table by table."""

    def __init__(self, folder: Folder, seed: int, roster: Roster, days: Calendar) -> None:
        self._folder, self._roster, self._days = folder, roster, days
        size = roster.students.own.size
        codes = stream(seed, "cause", "ids").permutation(size * 7)[:size] + 1_000
        self._ids = tuple(f"{c:08d}" for c in codes)

    def write_lists(self) -> None:
        """Students, schools, the calendar, and who was enrolled where."""
        sites, people = self._roster.sites, self._roster.students
        self._folder.write(
            "student.csv",
            {
                "student_id": pa.array(self._ids),
                "race": words(FACTORS["race"].values, people.race),
                "sex": words(FACTORS["sex"].values, people.sex),
            }
            | {factor: flags(has) for factor, has in people.status.items()},
        )
        names = [
            f"{LEVELS[k].title()} {i[1:].lstrip('0')}"
            for i, k in zip(sites.ids, sites.level, strict=True)
        ]
        self._folder.write(
            "school.csv",
            {
                "school_id": pa.array(sites.ids),
                "school_name": pa.array(names),
                "district_id": pa.array([_DISTRICT_ID] * len(sites.ids)),
                "level": words(LEVELS, sites.level),
            },
        )
        every_day = np.concatenate(self._days.days)
        nowhere = pa.nulls(every_day.size, pa.string())  # a day of every school
        self._folder.write("calendar.csv", {"school_id": nowhere, "date": pa.array(every_day)})
        self._write_enrollment()

    def _write_enrollment(self) -> None:
        r = self._roster
        firsts, lasts = (np.array([d[k] for d in self._days.days]) for k in (0, -1))
        ended = (r.year < r.years - 1) | (r.grade == SENIOR)
        self._folder.write(
            "enrollment.csv",
            self._who(np.arange(r.student.size))
            | {
                "entry_date": dates(firsts, r.year),
                "exit_date": dates(lasts, r.year, ended),
                "grade": words(GRADES, r.grade),
                "exit_type": words(_EXITS, r.grade == SENIOR, ended),
            },
        )

    def write_discipline(
        self, rows: Referrals, adults: Adults, notes: Sequence[str] | None = None
    ) -> None:
        """Every referral, and the adults who may write one; a note each, where some are written."""
        self._folder.write(
            "staff.csv",
            {
                "staff_id": pa.array(adults.ids),
                "school_id": words(self._roster.sites.ids, adults.school),
                "role": pa.array(["teacher"] * len(adults.ids)),
            },
        )
        names = tuple(f"I{k:07d}" for k in range(rows.row.size))
        self._folder.write(
            "discipline.csv",
            self._who(rows.row)
            | {
                "date": self._dates(rows.row, rows.day),
                "incident_id": pa.array(names, pa.string()),
                "behavior": words(BEHAVIORS, rows.behavior, rows.known["behavior"]),
                "location": words(LOCATIONS, rows.location, rows.known["location"]),
                "time": words(_TIMES, rows.minute),
                "staff_id": words(adults.ids, rows.staff),
                "action": words(ACTIONS, rows.action, rows.known["action"]),
                "days": numbers(rows.days, (rows.days > 0) & rows.known["action"]),
            }
            | ({} if notes is None else {"narrative": pa.array(notes, pa.string())}),
        )

    def write_courses(self, world: CauseWorld, seed: int, rows: CourseRows) -> None:
        """Four courses a student and year, of which one may be advanced and one failed."""
        rng, r, n = stream(seed, "cause", "marks"), self._roster, len(SUBJECTS)
        row, subject = np.repeat(rows.row, n), np.tile(np.arange(n), rows.row.size)
        advanced = np.repeat(rows.advanced, n) & (subject == 1)
        failed = np.repeat(rows.failed, n)
        failed &= subject == np.repeat(rng.integers(0, n, rows.row.size), n)
        level = LEVEL_OF.get(world.outcome, "honors")
        ids = tuple(f"{s}{g}{k}" for s in SUBJECTS for g in GRADES for k in ("G", level[0].upper()))
        points = np.where(failed, 0, rng.integers(1, 5, row.size))
        self._folder.write(
            "course.csv",
            self._who(row)
            | {
                "period": self._periods(row),
                "course_id": words(ids, (subject * len(GRADES) + r.grade[row]) * 2 + advanced),
                "level": words(("general", level), advanced),
                "points": numbers(points),
                "failed": flags(failed),
            },
        )
        tested = np.flatnonzero(r.grade >= FIRST_TESTED)
        score = np.floor(100 * rows.score[tested]).astype(np.int64)
        self._folder.write(
            "score.csv",
            {
                "student_id": words(self._ids, r.student[tested]),
                "period": self._periods(tested),
                "subject": words(("math",), np.zeros(tested.size)),
                "score": numbers(2500 + score),
                "proficient": flags(score >= 0),
            },
        )

    def write_supports(self, rows: SupportRows) -> None:
        """The early-warning list and the supports given."""
        self._folder.write(
            "support.csv",
            self._who(rows.row)
            | {
                "support": words((LIST, *SUPPORTS), rows.support),
                "tier": numbers(np.where(rows.support > 0, 2, 1)),
                "begin_date": self._dates(rows.row, rows.day),
            },
        )

    def write_absences(self, rows: AbsenceRows) -> None:
        """Every day missed, whole or half, and why where that is recorded."""
        why = {}
        if rows.reason is not None:
            why["reason"] = words(REASONS, np.maximum(rows.reason, 0), rows.reason >= 0)
        self._folder.write(
            "absence.csv",
            self._who(rows.row)
            | {
                "date": self._dates(rows.row, rows.day),
                "fraction": words(("0.5",), np.zeros(rows.row.size), rows.half),
            }
            | why,
        )

    def _who(self, row: Index) -> dict[str, pa.Array]:
        r = self._roster
        return {
            "student_id": words(self._ids, r.student[row]),
            "school_id": words(r.sites.ids, r.school[row]),
        }

    def _periods(self, row: Index) -> pa.Array:
        return words(self._days.periods, self._roster.year[row])

    def _dates(self, row: Index, day: Index) -> pa.Array:
        length = self._days.days[0].size
        return dates(np.concatenate(self._days.days), self._roster.year[row] * length + day)


def plan_of(world: CauseWorld, files: tuple[str, ...]) -> str:
    """The `audit.toml` that goes with the files."""
    parts = ['title = "Synthetic district"\nauthor = "eachchild synthesize"\nas_of = "first_day"\n'
             'notes = ["No real student is in these data."]\n']  # fmt: skip
    if any(isinstance(part, Notes) for part in world.parts):
        parts[0] += "keep_text = true\n"
    for file in files:
        table = file.removesuffix(".csv")
        if table not in _LATER:
            whole = "complete = true\n" if table in _COMPLETE else ""
            parts.append(
                f'[[source]]\npath = "{file}"\nshape = "records"\ntable = "{table}"\n{whole}'
            )
    later = [f for f in files if f.removesuffix(".csv") in _LATER]
    if later:
        parts.append(f"# Not read by an audit yet: {' and '.join(later)}.\n")
    parts += [
        f'[[identity]]\nfactor = "{f}"\nreference = "{v}"\nreason = "the group compared with"\n'
        for f, v in _REFERENCES.items()
    ]
    parts += [_outcome(name) for name in _OUTCOMES[world.family]]
    parts += [
        f'[[outcome]]\nname = "{name}"\nlabel = "{label}"\nunit = "student"\nevent = "{event}"\n'
        'direction = "lower"\n'
        for name, label, event in _OWN.get(world.family, ())
    ]
    if world.family == "discipline":
        parts += ['[[chain]]\nsteps = ["referred", "oss_any", "oss_twice"]\n',
                  '[adults]\nagreement = "made up, as these adults are"\n']  # fmt: skip
    if world.family == "support":
        parts.append(f'[supports]\nlists = ["{LIST}"]\n')
    parts.append('[privacy]\npolicy = "federal"\n')
    return "\n".join(parts)


def _outcome(name: str) -> str:
    first = FIRST_GRADE.get(name) if name != "course_failure" else None
    if first is None:
        return f'[[outcome]]\nname = "{name}"\n'
    grades = ", ".join(f"'{g}'" for g in GRADES[first:])
    return f'[[outcome]]\nname = "{name}"\npopulation = "grade in [{grades}]"\n'
