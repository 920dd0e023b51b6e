"""Students and schools of a world with a known cause."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from eachchild.terms.factors import FACTORS, Group
from eachchild.worlds.causes.parts import Carrier, CauseWorld, Grades, Part, Range, Where
from eachchild.worlds.model import GRADES, LEVEL_OF_GRADE, LEVELS, Codes, Index, Mask, Numbers
from eachchild.worlds.streams import stream

RACES = FACTORS["race"].values
_SHARES = np.array([0.01, 0.06, 0.16, 0.24, 0.01, 0.47, 0.05])
_COMMON = {"frl": 0.42, "el": 0.12, "idea": 0.14}
_OF_SCHOOLS, _SIZE_SPREAD, _HUGE = (0.22, 0.16), 0.35, 9.0
MIDDLE = 1


@dataclass(frozen=True, slots=True)
class Sites:
    """One entry a school."""

    ids: tuple[str, ...]
    level: Index
    size: Numbers
    lean: Numbers  # normal scores within the level: how much the group goes there
    half: Mask

    def chosen(self, where: Where) -> Mask:
        """The schools that a part is about."""
        some = {"group": self.lean > 0, "others": self.lean < 0, "half": self.half}
        return some.get(where, np.ones(self.level.size, np.bool_))


@dataclass(frozen=True, slots=True)
class Students:
    """One entry a student of any year; `school` has one column a level."""

    school: Index
    first_grade: Index  # the grade in the first year; below 0: comes later
    race: Codes
    sex: Codes
    status: dict[str, Mask]
    hidden: Mask  # has the status that no table tells
    own: Numbers  # propensity, mean 1


@dataclass(frozen=True, slots=True)
class Roster:
    """One entry a student and year, by year."""

    sites: Sites
    students: Students
    student: Index
    year: Index
    grade: Index
    school: Index
    group: Mask
    reference: Mask
    evenness: float
    years: int

    @property
    def level(self) -> Index:
        """Elementary, middle or high."""
        return np.asarray(LEVEL_OF_GRADE[self.grade])

    def at(self, where: Where) -> Mask:
        """The rows at the schools that a part is about."""
        return np.asarray(self.sites.chosen(where)[self.school])


def drawn(seed: int, part: Part | CauseWorld, name: str, bounds: Range) -> float:
    """One number of a district; a part keeps its own when other parts are taken out."""
    if isinstance(part, CauseWorld):
        key = part.name
    else:
        key = f"{type(part).__name__}/{part.cause}{getattr(part, 'column', '')}"
    return float(stream(seed, "cause", key, name).uniform(*bounds))


def draw_roster(world: CauseWorld, seed: int, *, students: int, schools: int, years: int) -> Roster:
    """Draw who goes where; the same people whatever parts do to them."""
    rng = stream(seed, "cause", "roster")
    sites = _sites(world, rng, schools)
    first = _first_grades(rng, students, years)
    many = _identity(world, seed, rng, first)
    group = member(world.group, many)
    school = _schools_of(world, seed, rng, sites=sites, group=group)
    own = drawn(seed, world, "evenness", world.evenness)
    people = Students(
        school, first, many.race, many.sex, many.status, many.hidden,
        rng.gamma(own, 1 / own, first.size),
    )  # fmt: skip
    grade = first[:, None] + np.arange(years)
    year, student = np.nonzero(((grade >= 0) & (grade < len(GRADES))).T)
    grades = grade[student, year]
    return Roster(
        sites, people, student, year, grades,
        school[student, LEVEL_OF_GRADE[grades]],
        group[student], member(world.reference, people)[student], own, years,
    )  # fmt: skip


def member(text: str, people: Students) -> Mask:
    """Who belongs to a group written as `race=black`."""
    mask = np.ones(people.race.size, np.bool_)
    for factor, value in Group.parse(text).parts:
        if factor in people.status:
            mask &= people.status[factor] == (value == "yes")
        else:
            codes = people.race if factor == "race" else people.sex
            mask &= codes == FACTORS[factor].values.index(value)
    return mask


def _sites(world: CauseWorld, rng: np.random.Generator, number: int) -> Sites:
    middle, high = (max(1, round(s * number)) for s in _OF_SCHOOLS)
    level = np.repeat(np.arange(len(LEVELS)), (number - middle - high, middle, high))
    size = np.exp(rng.normal(0.0, _SIZE_SPREAD, number))
    lean, half = np.zeros(number), np.zeros(number, np.bool_)
    ids = []
    for i in range(len(LEVELS)):
        here = np.flatnonzero(level == i)
        scores = np.asarray(norm.ppf((np.arange(here.size) + 0.5) / here.size))
        lean[here] = rng.permutation(scores)
        half[rng.permutation(here)[: math.ceil(here.size / 2)]] = True
        ids += [f"{i + 1}{k:04d}" for k in range(1, here.size + 1)]
        if world.huge:
            size[here[0]] *= _HUGE * here.size / 4
    return Sites(tuple(ids), level, size, lean, half)


def _first_grades(rng: np.random.Generator, students: int, years: int) -> Index:
    """The grades of the first year; each later year a new kindergarten takes the seniors' place."""
    grade = rng.integers(0, len(GRADES), students)
    leaving = [int((grade == len(GRADES) - 1 - y).sum()) for y in range(years - 1)]
    return np.concatenate([grade, *(np.full(n, -y) for y, n in enumerate(leaving, 1))])


def _identity(world: CauseWorld, seed: int, rng: np.random.Generator, first: Index) -> Students:
    n, ((factor, value),) = first.size, Group.parse(world.group).parts
    share = drawn(seed, world, "share", world.share)
    odds = np.full(n, share / (1 - share))
    for part in world.parts:
        if isinstance(part, Grades):
            middle = LEVEL_OF_GRADE[np.clip(first, 0, 12)] == MIDDLE
            odds *= np.exp(drawn(seed, part, "slope", part.slope) * middle)
    inside = rng.random(n) < odds / (1 + odds)
    race = rng.choice(len(RACES), n, p=_SHARES / _SHARES.sum())
    if factor == "race":
        code = RACES.index(value)
        rest = np.where(np.arange(len(RACES)) == code, 0, _SHARES)
        race = np.where(inside, code, rng.choice(len(RACES), n, p=rest / rest.sum()))
    sex = rng.integers(0, 2, n)
    if factor == "sex":
        code = FACTORS["sex"].values.index(value)
        sex = np.where(inside, code, 1 - code)
    status = {f: rng.random(n) < c for f, c in _COMMON.items()}
    hidden, chance = np.zeros(n, np.bool_), rng.random(n)
    if factor in status:
        status[factor] = inside
    for part in world.parts:
        if isinstance(part, Carrier):
            has = chance < np.where(inside, *part.common)
            if part.recorded:
                status["frl"] = has
            else:
                hidden = has
    codes = race.astype(np.int8), sex.astype(np.int8)
    return Students(first[:, None], first, *codes, status, hidden, np.ones(n))


def _schools_of(
    world: CauseWorld, seed: int, rng: np.random.Generator, *, sites: Sites, group: Mask
) -> Index:
    pull = drawn(seed, world, "apart", world.apart)
    school = np.zeros((group.size, len(LEVELS)), np.int64)
    for i in range(len(LEVELS)):
        here = np.flatnonzero(sites.level == i)
        for inside, sign in ((True, 1), (False, -1)):
            who = np.flatnonzero(group == inside)
            weight = sites.size[here] * np.exp(sign * pull * sites.lean[here])
            if world.nested and here.size > 1:
                weight = weight * (sign * sites.lean[here] >= 0 if inside else sites.lean[here] < 0)
            school[who, i] = rng.choice(here, who.size, p=weight / weight.sum())
    return school
