"""The students: who they are, which of it changes over the years, and which schools serve them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eachchild.terms.factors import ANY_RACES, FACTORS
from eachchild.worlds.makeup import chosen
from eachchild.worlds.model import GRADES, LEVELS, Codes, Index, Mask, Mix, Numbers, Status, World
from eachchild.worlds.schools import RACES, Schools, grade_level
from eachchild.worlds.streams import stream

YES_CODE, NO_CODE, MISSING = 0, 1, 2  # places in a yes-or-no factor's `all_values`
_HISPANIC, _TWO = RACES.index("hispanic"), RACES.index("two_or_more")
# Further races that Hispanic students' records name, and the pairs of two_or_more, by their share.
_BESIDE_HISPANIC = (("", 0.46), ("white", 0.38), ("native", 0.08), ("black", 0.06), ("asian", 0.02))
_PAIRS = (
    ("black", "white", 0.40), ("asian", "white", 0.27), ("native", "white", 0.19),
    ("native", "black", 0.05), ("pacific", "white", 0.05), ("asian", "pacific", 0.04),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """Arrays have one entry a student, in order of arrival.

    `status` has a column a year and one more: what holds on the first day of each year, and after
    the last. Between two columns it changes on school day `changes` of the earlier year, or in the
    summer (-1).
    """

    entered: Index  # year of arrival
    grade: Index  # at arrival
    fixed: Mapping[str, Codes]  # race, sex, language
    named: Codes  # bits of ANY_RACES: every race the record names
    status: Mapping[str, Codes]  # [students, years + 1]
    changes: Mapping[str, Index]  # [students, years]
    trait: Numbers
    school: Index  # [students, levels]

    @property
    def size(self) -> int:
        """How many students there are."""
        return int(self.entered.size)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Students who come in the same year: how many in each grade."""

    year: int
    by_grade: Index

    @property
    def grade(self) -> Index:
        """The grade of each."""
        return np.repeat(np.arange(len(GRADES)), self.by_grade)


def draw_people(
    world: World, seed: int, arrivals: Arrivals, *, schools: Schools, years: int
) -> People:
    """Draw one year's arrivals."""
    rng = stream(seed, "people", arrivals.year)
    grade = arrivals.grade
    fixed = _fixed(world.mix, rng, grade.size)
    school = _school_of_each_level(rng, schools, fixed["race"].astype(np.int64))
    now = school[np.arange(grade.size), grade_level(grade)]
    known = dict(fixed)
    status, changes = {}, {}
    for declared in world.mix.statuses:
        own = stream(seed, "status", declared.factor, arrivals.year)
        logits = _logits(declared, known, schools.poverty[now])
        drawn = _status(declared, own, logits, arrivals=arrivals, years=years)
        status[declared.factor] = drawn
        known[declared.factor] = drawn[:, arrivals.year]
        changes[declared.factor] = _change_days(declared, own, (grade.size, years))
    return People(
        entered=np.full(grade.size, arrivals.year),
        grade=grade,
        fixed=fixed,
        named=_named(rng, fixed["race"]),
        status=status,
        changes=changes,
        trait=rng.normal(0.0, 1.0, grade.size),
        school=school,
    )


def together(first: People, second: People) -> People:
    """Two waves of arrivals as one."""

    def join(a: Mapping[str, Codes], b: Mapping[str, Codes]) -> dict[str, Codes]:
        return {k: np.concatenate([a[k], b[k]]) for k in a}

    return People(
        np.concatenate([first.entered, second.entered]),
        np.concatenate([first.grade, second.grade]),
        join(first.fixed, second.fixed),
        np.concatenate([first.named, second.named]),
        join(first.status, second.status),
        {k: np.concatenate([first.changes[k], second.changes[k]]) for k in first.changes},
        np.concatenate([first.trait, second.trait]),
        np.concatenate([first.school, second.school]),
    )


def holds(parts: tuple[tuple[str, str], ...], identity: Mapping[str, Codes]) -> Mask:
    """Who has all these values."""
    size = next(iter(identity.values())).size
    mask = np.ones(size, np.bool_)
    for factor, value in parts:
        mask &= identity[factor] == code(factor, value)
    return mask


def code(factor: str, value: str) -> int:
    """The place of a value in its factor's `all_values`.

    >>> code("el", "no")
    1
    """
    return FACTORS[factor].all_values.index(value)


def named_race(named: Codes, race: str) -> Codes:
    """The yes-or-no factor of one race alone or in combination; no race named is not reported."""
    bit = (named >> ANY_RACES.index(race)) & 1
    return np.where(named == 0, MISSING, 1 - bit).astype(np.int8)


def _fixed(mix: Mix, rng: np.random.Generator, n: int) -> dict[str, Codes]:
    race = _weighted(rng, [mix.races[r] for r in RACES], n)
    sex = _weighted(rng, [mix.sexes[s] for s in FACTORS["sex"].all_values], n)
    spoken = np.array([mix.languages.get(r, (0.02, 0.02)) for r in RACES])[race]
    drawn = rng.random(n)
    language = np.where(drawn < spoken[:, 0], 1, np.where(drawn < spoken.sum(axis=1), 2, 0))
    return {"race": race, "sex": sex, "language": language.astype(np.int8)}


def _weighted(rng: np.random.Generator, shares: list[float], n: int) -> Codes:
    edges = np.cumsum(shares) / sum(shares)
    return np.searchsorted(edges[:-1], rng.random(n), side="right").astype(np.int8)


def _school_of_each_level(rng: np.random.Generator, schools: Schools, race: Index) -> Index:
    columns = [schools.at(i)[chosen(rng, schools.joint[i], race)] for i in range(len(LEVELS))]
    return np.stack(columns, axis=1)


def _named(rng: np.random.Generator, race: Codes) -> Codes:
    """Bits of every race on the record, from which the federal category follows."""

    def bit(name: str) -> int:
        return 1 << ANY_RACES.index(name) if name else 0

    alone = np.array([bit(r) if r in ANY_RACES else 0 for r in RACES])
    beside = np.array([bit(r) for r, _ in _BESIDE_HISPANIC])
    pairs = np.array([bit(a) | bit(b) for a, b, _ in _PAIRS])
    bits = alone[race]
    bits = np.where(
        race == _HISPANIC,
        bits | beside[_weighted(rng, [s for _, s in _BESIDE_HISPANIC], race.size)],
        bits,
    )
    pair = pairs[_weighted(rng, [s for *_, s in _PAIRS], race.size)]
    return np.where(race == _TWO, pair, bits).astype(np.int8)


def _logits(declared: Status, known: Mapping[str, Codes], poverty: Numbers) -> Numbers:
    logits = np.log(declared.base / (1 - declared.base)) + declared.poverty * poverty
    for part, size in declared.more:
        factor, _, value = part.partition("=")
        logits = logits + size * (known[factor] == code(factor, value))
    return np.asarray(logits)


def _status(
    declared: Status, rng: np.random.Generator, logits: Numbers, *, arrivals: Arrivals, years: int
) -> Codes:
    """Values at the start of each year and after the last."""
    grade, entered = arrivals.grade, arrivals.year
    status = np.zeros((grade.size, years + 1), np.int8)
    missing = rng.random(grade.size) < declared.missing
    for year in range(years + 1):
        reached = np.clip(grade + year - entered, 0, len(GRADES) - 1)
        chance = 1 / (1 + np.exp(-logits - declared.by_grade * reached))
        fresh = np.where(rng.random(grade.size) < chance, YES_CODE, NO_CODE)
        again = rng.random(grade.size) < declared.redrawn
        kept = status[:, year - 1] if year > entered else fresh
        status[:, year] = np.where(missing, MISSING, np.where(again, fresh, kept))
    return status


def _change_days(declared: Status, rng: np.random.Generator, shape: tuple[int, int]) -> Index:
    if declared.dates is None:
        return np.full(shape, -1, np.int64)
    return np.asarray(rng.integers(*declared.dates, shape))


def status_on(people: People, factor: str, *, year: int, students: Index, day: Index) -> Codes:
    """The value that holds for each student on a school day of the year."""
    start, after = people.status[factor][students, year], people.status[factor][students, year + 1]
    change = people.changes[factor][students, year]
    return np.asarray(np.where((change >= 0) & (day >= change), after, start), np.int8)
