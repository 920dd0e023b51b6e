"""A small clean district as files, in which a test breaks exactly one thing."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from eachchild.plan import Plan, load_plan
from eachchild.sources.records.load import Records, load_records

Rows = list[dict[str, str]]
RACES = ("black", "white", "hispanic", "asian")


def school_days(first: date, count: int) -> list[date]:
    """Weekdays from a first one on."""
    days = (first + timedelta(days=i) for i in range(2 * count))
    return [d for d in days if d.weekday() < 5][:count]


@dataclass
class District:
    """Tables as rows of text; `write` makes files and a plan of them, `load` reads them."""

    folder: Path
    tables: dict[str, Rows]
    plan: str = ""  # TOML added to each source of a table: see `settings`
    settings: dict[str, str] = field(default_factory=dict)
    codes: str = ""
    outcomes: tuple[str, ...] = ("chronic_absence",)
    paths: dict[str, str] = field(default_factory=dict)
    edits: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    extra_sources: str = ""

    def write(self) -> Plan:
        parts = ['title = "Small"\n']
        for table, rows in self.tables.items():
            path = self.paths.get(table, f"{table}.csv")
            self._write_file(self.folder / path, rows, table)
            settings = self.settings.get(table, "")
            parts.append(
                f'[[source]]\npath = "{path}"\nshape = "records"\ntable = "{table}"\n{settings}\n'
            )
        parts.append(self.extra_sources)
        parts.append('[[identity]]\nfactor = "race"\n')
        parts += [f'[[outcome]]\nname = "{name}"\n' for name in self.outcomes]
        parts += [self.codes, self.plan]
        (self.folder / "audit.toml").write_text("".join(parts), encoding="utf-8")
        return load_plan(self.folder)

    def load(self) -> Records:
        return load_records(self.write(), self.folder / "vault")

    def _write_file(self, path: Path, rows: Rows, table: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        if table in self.edits:
            path.write_bytes(self.edits[table](path.read_bytes()))


def small_tables(students: int = 40) -> dict[str, Rows]:
    """Two schools, one year: every student enrolled all of it, four days absent, in two courses."""
    days = school_days(date(2021, 8, 23), 180)
    ids = [f"{i:06d}" for i in range(1, students + 1)]
    school = {s: ("010", "020")[i % 2] for i, s in enumerate(ids)}
    return {
        "student": [
            {
                "student_id": s,
                "race": RACES[i % 4],
                "sex": ("female", "male")[i // 2 % 2],
                "idea": ("yes", "no", "no")[i % 3],
                "frl": ("yes", "no")[i // 4 % 2],
            }
            for i, s in enumerate(ids)
        ],
        "school": [
            {"school_id": s, "school_name": f"School {s}", "level": "high"} for s in ("010", "020")
        ],
        "enrollment": [
            {
                "student_id": s,
                "school_id": school[s],
                "entry_date": days[0].isoformat(),
                "exit_date": days[-1].isoformat(),
                "grade": "09",
                "exit_type": "",
            }
            for s in ids
        ],
        "calendar": [{"school_id": "", "date": d.isoformat()} for d in days],
        "absence": [
            {
                "student_id": s,
                "school_id": school[s],
                "date": days[(i * 7 + k * 43) % 180].isoformat(),
                "fraction": "1",
                "excused": "yes",
            }
            for i, s in enumerate(ids)
            for k in range(4)
        ],
        "discipline": [
            {
                "student_id": s,
                "school_id": school[s],
                "date": days[i * 9 % 180].isoformat(),
                "incident_id": f"I{i}",
                "behavior": "fighting",
                "action": "oss",
                "days": "2",
                "staff_id": "T1",
            }
            for i, s in enumerate(ids[::3])
        ],
        "course": [
            {
                "student_id": s,
                "school_id": school[s],
                "period": "2021-22",
                "course_id": c,
                "level": "general",
                "points": "3",
                "failed": "no",
            }
            for s in ids
            for c in ("C1", "C2")
        ],
        "staff": [{"staff_id": "T1", "school_id": "010", "role": "teacher", "years": "7"}],
    }


@pytest.fixture
def district(tmp_path: Path) -> District:
    return District(tmp_path, small_tables())


@pytest.fixture
def large(tmp_path: Path) -> District:
    """Big enough for the rules that ask for many students: 350 in each school."""
    return District(tmp_path, small_tables(700))


def student_years(students: int = 40) -> Rows:
    """Ready rows, for plans that have nothing else."""
    return [
        {
            "student_id": f"{i:06d}",
            "period": "2021-22",
            "school_id": ("010", "020")[i % 2],
            "race": RACES[i % 4],
            "sex": ("female", "male")[i // 2 % 2],
            "frl": ("yes", "no")[i // 4 % 2],
            "days_enrolled": "180",
            "days_absent": str(i % 9),
            "absence_share": str((i % 9) / 180),
            "oss_count": str(int(i % 5 == 0)),
            "oss_days": str(3 * int(i % 5 == 0)),
            "gpa": "3.1",
        }
        for i in range(1, students + 1)
    ]


@pytest.fixture
def ready(tmp_path: Path) -> District:
    """A plan with one table of ready rows."""
    return District(tmp_path, {"student_year": student_years()})


def rules(records: Records) -> set[str]:
    """The rules that fired."""
    return {hit.id for hit in records.hits}


@pytest.fixture(name="rules")
def rules_fixture() -> Callable[[Records], set[str]]:
    return rules
