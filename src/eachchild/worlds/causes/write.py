"""Write a district whose gap has a known cause."""

from dataclasses import replace

from eachchild.worlds.causes.courses import (
    absence_of,
    access_of,
    draw_absences,
    draw_courses,
    draw_supports,
    support_of,
)
from eachchild.worlds.causes.expected import CauseTruth, truth_of
from eachchild.worlds.causes.notes import draw_notes
from eachchild.worlds.causes.parts import CauseWorld
from eachchild.worlds.causes.referrals import Adults, chances_of, draw_adults, draw_referrals
from eachchild.worlds.causes.roster import Roster, draw_roster
from eachchild.worlds.causes.tables import CauseTables, plan_of
from eachchild.worlds.days import Calendar, calendar
from eachchild.worlds.writing import Folder


def write_world(
    folder: Folder, world: CauseWorld, seed: int, *, students: int, schools: int, years: int
) -> CauseTruth:
    """Draw a district and write its tables and its plan; what is true of it is returned."""
    roster = draw_roster(world, seed, students=students, schools=schools, years=years)
    adults, days = draw_adults(world, seed, roster), calendar(years)
    tables = CauseTables(folder, seed, roster, days)
    tables.write_lists()
    _write_family(tables, world, seed, roster, adults=adults, days=days)
    folder.write_text("audit.toml", plan_of(world, tuple(folder.rows)))
    truth = truth_of(world, seed, roster, adults, students=students)
    return replace(truth, rows=dict(sorted(folder.rows.items())))


def _write_family(
    tables: CauseTables,
    world: CauseWorld,
    seed: int,
    roster: Roster,
    *,
    adults: Adults,
    days: Calendar,
) -> None:
    length = days.days[0].size
    if world.family == "discipline":
        chances = chances_of(world, seed, roster, adults)
        rows = draw_referrals(world, seed, roster, chances=chances, adults=adults, length=length)
        tables.write_discipline(rows, adults, draw_notes(world, seed, roster, rows, adults))
    elif world.family == "absence":
        chance, _ = absence_of(world, seed, roster, length=length)
        tables.write_absences(draw_absences(seed, roster, chance, length=length))
    elif world.family == "support":
        helped, _ = support_of(world, seed, roster)
        courses, supports = draw_supports(seed, roster, helped)
        tables.write_courses(world, seed, courses)
        tables.write_supports(supports)
    else:
        ways, _ = access_of(world, seed, roster)
        tables.write_courses(world, seed, draw_courses(seed, roster, ways))
