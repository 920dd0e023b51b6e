"""Write a made-up district whose disparities are known, for trying, teaching and testing."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from eachchild.plan import PlanError
from eachchild.worlds.canonical import CanonicalTables
from eachchild.worlds.causes import CAUSE_WORLDS, write_world
from eachchild.worlds.declared import WORLDS
from eachchild.worlds.district import District, draw_district
from eachchild.worlds.ledger import Ledger
from eachchild.worlds.model import LEVELS, World
from eachchild.worlds.planfile import plan_text
from eachchild.worlds.schools import usual_number
from eachchild.worlds.sis import StudentInformationSystem
from eachchild.worlds.staff import Staff, draw_staff
from eachchild.worlds.truth import Truth
from eachchild.worlds.writing import PARTS, Folder
from eachchild.worlds.year import draw_everything

Progress = Callable[[str, float], None]
Shape = Literal["tables", "sis"]
_FEWEST_STUDENTS, _MOST_YEARS = 500, 25
_YEARS, _CAUSE_YEARS = 4, 2
_CAUSE_SCHOOLS, _FEWEST_CAUSE_SCHOOLS = 16, 12  # enough that each level has several
_TRUTH = "truth.json"
_LIST_OF_STUDENTS: Mapping[Shape, str] = {"tables": "student.csv", "sis": "Students.csv"}


class WorldError(PlanError):
    """A district that cannot be made as asked; the message says what can."""


def synthesize(
    out: Path,
    *,
    world: str = "district",
    seed: int,
    students: int = 60_000,
    schools: int | None = None,
    years: int | None = None,
    shape: Shape = "tables",
    progress: Progress | None = None,
) -> Truth:
    """Write a district into a folder: its files, its plan (shape `tables`) and `truth.json`.

    `students` are enrolled in each year; there are 4 years, or 2 in the worlds with a known cause.
    The same arguments give the same bytes. Shape `sis` is the same district as a student
    information system exports it, with the faults such files have, counted in `truth.json` under
    `mess`; it has no plan, for `eachchild init` writes a first one.

    Raises WorldError where the district cannot be made, FileExistsError where the folder holds
    other files.
    """
    number = usual_number(max(students, _FEWEST_STUDENTS)) if schools is None else schools
    say = progress or _silent
    if world in CAUSE_WORLDS:
        number = max(number, _CAUSE_SCHOOLS) if schools is None else schools
        many = _CAUSE_YEARS if years is None else years
        return _with_cause(
            out, world, seed, students=students, schools=number, years=many, shape=shape, say=say
        )
    years = _YEARS if years is None else years
    chosen = _checked(world, seed=seed, students=students, schools=number, years=years)
    _refuse_other_files(out, shape)
    say("drawing students and schools", 0.0)
    district = draw_district(chosen, seed, students=students, schools=number, years=years)
    homes = np.bincount(district.years[0].home, minlength=number)
    staff = draw_staff(seed, homes)
    with Folder(out, line_end="\n" if shape == "tables" else "\r\n") as folder:
        return _written(folder, district, staff, students=students, shape=shape, say=say)


def _with_cause(
    out: Path, name: str, seed: int, *, students: int, schools: int, years: int, shape: Shape,
    say: Progress,
) -> Truth:  # fmt: skip
    if shape != "tables":
        raise WorldError(f"world '{name}' comes as canonical tables only: leave out --shape.")
    _check_size(
        seed=seed, students=students, schools=schools, years=years, fewest=_FEWEST_CAUSE_SCHOOLS
    )
    _refuse_other_files(out, shape)
    say(f"drawing and writing {name}", 0.0)
    with Folder(out) as folder:
        truth = write_world(
            folder, CAUSE_WORLDS[name], seed, students=students, schools=schools, years=years
        )
        folder.write_text(_TRUTH, truth.to_json())
    return truth


def _written(
    folder: Folder, district: District, staff: Staff, *, students: int, shape: Shape, say: Progress
) -> Truth:
    tables = shape == "tables"
    kind = CanonicalTables if tables else StudentInformationSystem
    writer, ledger = kind(folder, district, staff), Ledger(district)
    writer.write_lists()
    periods = district.calendar.periods
    for i, period in enumerate(periods):
        say(f"writing {period}", 0.1 + 0.8 * i / len(periods))
        year = draw_everything(district, staff, i)
        writer.write_year(year)
        ledger.add(year.spells, year.expected)
    if tables:
        folder.write_text("audit.toml", plan_text(district.world, folder.rows))
    say("writing what is true", 0.95)
    gaps = ledger.gaps()
    truth = Truth(
        world=district.world.name,
        seed=district.seed,
        students=students,
        planted=ledger.planted(gaps),
        gaps=gaps,
        rows=dict(sorted(folder.rows.items())),
        mess=writer.mess(),
    )
    folder.write_text(_TRUTH, truth.to_json())
    return truth


def _checked(name: str, *, seed: int, students: int, schools: int, years: int) -> World:
    if name not in WORLDS:
        raise WorldError(f"there is no world '{name}'. Worlds: {', '.join(world_names())}.")
    _check_size(seed=seed, students=students, schools=schools, years=years, fewest=len(LEVELS))
    return WORLDS[name]


def world_names() -> tuple[str, ...]:
    """The names that `synthesize` knows."""
    return (*WORLDS, *CAUSE_WORLDS)


def world_lines() -> tuple[str, ...]:
    """Each world's name and what it is, for a person to choose from."""
    said = [(w.name, w.meaning) for w in WORLDS.values()]
    said += [(w.name, w.meaning) for w in CAUSE_WORLDS.values()]
    width = max(len(name) for name, _ in said)
    return tuple(f"{name:<{width}}  {meaning}" for name, meaning in said)


def _check_size(*, seed: int, students: int, schools: int, years: int, fewest: int) -> None:
    if students < _FEWEST_STUDENTS:
        raise WorldError(f"--students must be at least {_FEWEST_STUDENTS}.")
    if not fewest <= schools <= students // 20:
        raise WorldError(f"--schools must be from {fewest} to a twentieth of the students.")
    if seed < 0:
        raise WorldError("--seed must be a whole number from 0 on.")
    if not 1 <= years <= _MOST_YEARS:
        raise WorldError(f"--years must be from 1 to {_MOST_YEARS}.")


def _refuse_other_files(out: Path, shape: Shape) -> None:
    """A district may be written over an earlier one of its shape, and over nothing else."""
    names = {p.name for p in out.iterdir()} - {PARTS} if out.exists() else set()
    if names and not names >= {_TRUTH, _LIST_OF_STUDENTS[shape]}:
        raise FileExistsError(
            f"{out} holds other files. Name an empty or a new folder to write the district into."
        )


def _silent(what: str, share: float) -> None:
    pass
