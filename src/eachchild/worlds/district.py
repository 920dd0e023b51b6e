"""A whole district over its years: students arrive, move up, are kept back, and leave."""

from dataclasses import dataclass, replace

import numpy as np

from eachchild.worlds.chances import chance
from eachchild.worlds.days import Calendar, calendar
from eachchild.worlds.enrollment import (
    STAYED,
    Enrolled,
    SchoolYear,
    draw_year,
    seniors,
    with_meals_for_all,
)
from eachchild.worlds.model import GRADES, Index, Mask, World
from eachchild.worlds.people import Arrivals, People, draw_people, together
from eachchild.worlds.schools import Schools, draw_schools, grade_level
from eachchild.worlds.streams import stream


@dataclass(frozen=True, slots=True)
class District:
    """Who is where and who is who; what happens to them is drawn from it year by year."""

    world: World
    seed: int
    calendar: Calendar
    schools: Schools
    people: People
    years: tuple[SchoolYear, ...]
    retained: tuple[Mask, ...]  # by year: one entry a student of the year


def draw_district(world: World, seed: int, *, students: int, schools: int, years: int) -> District:
    """Draw schools, students and their spells; `students` are enrolled in each year."""
    days = calendar(years)
    places = draw_schools(world, seed, schools)
    edges = np.arange(len(GRADES) + 1) * students // len(GRADES)
    wanted: Index = np.asarray(edges[1:] - edges[:-1])
    people = draw_people(world, seed, Arrivals(0, wanted), schools=places, years=years)
    enrolled = Enrolled(0, np.arange(people.size), people.grade, days.days[0].size)
    spells: list[SchoolYear] = []
    retained: list[Mask] = []
    for year in range(years):
        if year:
            staying = _staying(world, seed, spells[-1], retained=retained[-1])
            missing = np.maximum(wanted - np.bincount(staying.grade, minlength=len(GRADES)), 0)
            new = draw_people(world, seed, Arrivals(year, missing), schools=places, years=years)
            enrolled = _with_new(staying, people.size, new, length=days.days[year].size)
            people = together(_settled(people, spells[-1]), new)
        frl = with_meals_for_all(people, enrolled, places)
        people = replace(people, status={**people.status, "frl": frl})
        spells.append(draw_year(world, seed, enrolled, schools=places, people=people))
        kept = chance(world, "retained", schools=places, people=people, spells=spells[-1])
        retained.append(stream(seed, "retained", year).random(kept.size) < kept)
    return District(world, seed, days, places, people, tuple(spells), tuple(retained))


def _staying(world: World, seed: int, last: SchoolYear, *, retained: Mask) -> Enrolled:
    """Who comes back after the summer, and to which grade."""
    rng = stream(seed, "summer", last.year)
    leaves = rng.random(last.student.size) < world.leavers
    back = (last.leaving == STAYED) & ~seniors(last) & ~leaves
    grade = last.grade + np.where(retained, 0, 1)
    return Enrolled(last.year + 1, last.student[back], grade[back], last.length)


def _with_new(staying: Enrolled, known: int, new: People, *, length: int) -> Enrolled:
    return Enrolled(
        staying.year,
        np.concatenate([staying.student, known + np.arange(new.size)]),
        np.concatenate([staying.grade, new.grade]),
        length,
    )


def _settled(people: People, last: SchoolYear) -> People:
    """Students who moved during the year belong to the later school from then on."""
    school: Index = people.school.copy()
    school[last.student, grade_level(last.grade)] = last.final_school
    return replace(people, school=school)
