"""The chance of each outcome for each student: the only place where a world's effects act."""

import numpy as np

from eachchild.worlds.enrollment import SchoolYear
from eachchild.worlds.model import Numbers, Rate, World
from eachchild.worlds.people import People, holds
from eachchild.worlds.schools import Schools, grade_level


def chance(
    world: World, name: str, *, schools: Schools, people: People, spells: SchoolYear
) -> Numbers:
    """The chance of one declared rate for each student of a year; 0 outside its grades."""
    rate = world.rate(name)
    level = grade_level(spells.grade)
    full_year = 1 / (
        1 + np.exp(-_logits(world, rate, schools=schools, people=people, spells=spells))
    )
    full_year = np.where(np.array(rate.base)[level] > 0, full_year, 0.0)
    if rate.exposed:
        full_year = 1 - (1 - full_year) ** (spells.days / spells.length)
    return np.where(np.isin(spells.grade, rate.grades), full_year, 0.0)


def _logits(
    world: World, rate: Rate, *, schools: Schools, people: People, spells: SchoolYear
) -> Numbers:
    base = np.clip(np.array(rate.base), 1e-9, 1 - 1e-9)
    logits = np.log(base / (1 - base))[grade_level(spells.grade)]
    logits = logits + schools.effects[rate.name][spells.home]
    logits = logits + rate.trait * people.trait[spells.student]
    for effect in world.effects:
        if effect.rate == rate.name:
            logits = logits + effect.logits * holds(effect.parts, spells.identity)
    return np.asarray(logits)
