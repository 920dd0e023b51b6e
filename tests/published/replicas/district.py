"""What every replica writes: students, schools, the calendar, enrollment, and the plan."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from eachchild import story
from eachchild.worlds.days import Calendar, calendar
from eachchild.worlds.model import Index
from eachchild.worlds.writing import Folder, dates, words

RACES = ("asian", "black", "hispanic", "white", "two_or_more")
BLACK, HISPANIC, WHITE = (RACES.index(race) for race in ("black", "hispanic", "white"))
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class District:
    """One entry a student: a place in RACES (or UNKNOWN), and a school; one grade a year."""

    race: Index
    school: Index
    schools: int
    grades: tuple[str, ...]  # of all students, year by year; an empty text: not said

    @property
    def ids(self) -> list[str]:
        """The students' ids."""
        return [f"S{k:06d}" for k in range(self.race.size)]

    @property
    def school_ids(self) -> list[str]:
        """The schools' ids."""
        return [f"{k + 1:03d}" for k in range(self.schools)]

    @property
    def days(self) -> Calendar:
        """The school years and their days."""
        return calendar(len(self.grades))

    def who(self, student: Index) -> dict[str, pa.Array]:
        """The columns that say whose a row is."""
        return {
            "student_id": words(self.ids, student),
            "school_id": words(self.school_ids, self.school[student]),
        }

    def period(self, rows: int, year: int = -1) -> pa.Array:
        """The same school year in every row; the last one, if none is named."""
        return pa.array([self.days.periods[year]] * rows)


@dataclass(frozen=True, slots=True)
class Replica:
    """What was said of one replica, from its rows on, and the seconds that took."""

    findings: tuple[Mapping[str, Any], ...]  # as `findings.json` holds them
    out: Path
    seconds: float

    def causes(self, cause: str, *, verdict: str = "supported") -> list[Mapping[str, Any]]:
        """What was told of one cause, best first."""
        return [f for f in self.findings if (f["cause"], f["verdict"]) == (cause, verdict)]


def write_lists(folder: Folder, district: District) -> None:
    """Students, schools, the calendar, and who was enrolled where in each year."""
    folder.write(
        "student.csv",
        {"student_id": pa.array(district.ids),
         "race": words(RACES, np.maximum(district.race, 0), district.race != UNKNOWN)},
    )  # fmt: skip
    names = [f"School {k}" for k in district.school_ids]
    folder.write(
        "school.csv",
        {"school_id": pa.array(district.school_ids), "school_name": pa.array(names)},
    )
    days = district.days
    every = np.concatenate(days.days)
    folder.write(
        "calendar.csv",
        {"school_id": pa.nulls(every.size, pa.string()), "date": pa.array(every)},
    )
    for year, grade in enumerate(district.grades):
        one = np.arange(district.race.size)
        edges = days.days[year][[0, -1]]
        folder.write(
            "enrollment.csv",
            district.who(one) | {
                "entry_date": dates(edges, np.zeros_like(one)),
                "exit_date": dates(edges, np.ones_like(one)),
                "grade": words((grade,), np.zeros_like(one), np.full(one.size, grade != "")),
            },
        )  # fmt: skip


def write_plan(folder: Folder, title: str, rest: Sequence[str], *, complete: Sequence[str]) -> None:
    """The `audit.toml` that reads every file written; race is the one factor, White the reference.

    In the tables that are `complete` no row means no.
    """
    parts = [f'title = "{title}"\nnotes = ["No real student is in these data."]\n']
    for file in folder.rows:
        table = file.removesuffix(".csv")
        whole = "complete = true\n" if table in complete else ""
        parts.append(f'[[source]]\npath = "{file}"\ntable = "{table}"\n{whole}')
    parts.append('[[identity]]\nfactor = "race"\nreference = "white"\nreason = "as published"\n')
    folder.write_text("audit.toml", "\n".join([*parts, *rest]))


def audited_replica(folder: Path) -> Replica:
    """Audit a folder's rows, write the report beside them, and read what it says."""
    start = time.perf_counter()
    out = story.audit(folder / "audit.toml", vault=folder / "vault").report(
        folder / "report", pdf=False
    )
    seconds = time.perf_counter() - start
    found = json.loads((out / "findings.json").read_text("utf-8"))["findings"]
    return Replica(tuple(found), out, seconds)
