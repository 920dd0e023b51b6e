"""The schools of a district: level, size, poverty, who attends, and their own effects."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eachchild.terms.factors import FACTORS
from eachchild.worlds.makeup import makeup, pulls
from eachchild.worlds.model import LEVEL_OF_GRADE, LEVELS, Index, Mask, Numbers, Rate, World
from eachchild.worlds.streams import stream

RACES = FACTORS["race"].all_values
_SHARE_OF_SCHOOLS = (0.0, 0.22, 0.16)  # elementary schools are the rest
_NAMES = (
    "Alder", "Ash", "Peña Park", "Aspen", "Bayview", "Beech", "Birch", "Bluff", "Brookside",
    "Canyon", "Cedar",
    "Cherry", "Clearwater", "Cottonwood", "Creekside", "Dogwood", "Eastgate", "Elm", "Fairview",
    "Fern", "Garfield", "Harbor", "Hawthorn", "Hickory", "Highland", "Hilltop", "Juniper",
    "Lakeside", "Larch", "Laurel", "Linden", "Magnolia", "Maple", "Meadow", "Mesa", "Mill Creek",
    "Northgate", "Oak", "Orchard", "Pine", "Poplar", "Prairie", "Redwood", "Ridge",
    "River", "Rosewood", "Sage", "Spruce", "Summit", "Sycamore", "Valley", "Willow", "Woodland",
)  # fmt: skip
_SUFFIX = {"elementary": "Elementary", "middle": "Middle", "high": "High", "other": "Academy"}


@dataclass(frozen=True, slots=True)
class Schools:
    """Arrays have one entry a school; `joint` has a table of races by schools for each level."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    labels: tuple[str, ...]  # elementary, middle, high or other
    level: Index  # place in LEVELS
    poverty: Numbers
    meals_for_all: Mask
    joint: tuple[Numbers, ...]
    share: Numbers  # [races, schools]: share of the school's students
    effects: Mapping[str, Numbers]  # by rate: logits of the school, whoever attends

    def at(self, level: int) -> Index:
        """The schools of one level."""
        return np.flatnonzero(self.level == level)


def usual_number(students: int) -> int:
    """How many schools a district of this size has: 20 for 12,000 students, 80 for 60,000.

    >>> usual_number(12_000), usual_number(60_000)
    (20, 80)
    """
    return max(3, round(20 * math.pow(students / 12_000, math.log(4) / math.log(5))))


def draw_schools(world: World, seed: int, number: int) -> Schools:
    """Draw a district's schools; at least one of each level."""
    rng = stream(seed, "schools")
    level = _levels(number)
    poverty = np.concatenate([_standard(rng, int(n)) for n in np.bincount(level)])
    sizes = np.exp(rng.normal(0.0, 0.35, number))
    labels = [LEVELS[i] for i in level]
    _make_small(sizes, labels)
    target = rng.uniform(*world.dissimilarity)
    shares = np.array([world.mix.races[r] for r in RACES])
    joint = []
    for i in range(len(LEVELS)):
        here = level == i
        pull = pulls(rng, len(RACES), poverty[here])
        joint.append(makeup(shares, sizes[here] / sizes[here].sum(), pull, target=target))
    share = np.concatenate([j / j.sum(axis=0) for j in joint], axis=1)
    free = np.zeros(number, np.bool_)
    free[np.argsort(-poverty, kind="stable")[: round(world.meals_for_all * number)]] = True
    return Schools(
        ids=tuple(f"{1000 * (i + 1) + k:05d}" for i, k in _numbered(level)),
        names=_school_names(labels),
        labels=tuple(labels),
        level=level,
        poverty=poverty if target > 0 else poverty * 0.0,
        meals_for_all=free,
        joint=tuple(joint),
        share=share,
        effects=_effects(world, seed, share),
    )


def grade_level(grade: Index) -> Index:
    """The level that serves a grade."""
    return np.asarray(LEVEL_OF_GRADE[grade])


def _levels(number: int) -> Index:
    if number < len(LEVELS):
        raise ValueError(
            f"a district needs at least {len(LEVELS)} schools, one a level; got {number}"
        )
    middle, high = (max(1, round(s * number)) for s in _SHARE_OF_SCHOOLS[1:])
    return np.repeat(np.arange(len(LEVELS)), (number - middle - high, middle, high))


def _standard(rng: np.random.Generator, n: int) -> Numbers:
    """Normal scores with mean 0, so that no level is poorer than another."""
    drawn = rng.normal(0.0, 1.0, n)
    return np.asarray(drawn - drawn.mean() if n > 1 else drawn * 0.0)


def _make_small(sizes: Numbers, labels: list[str]) -> None:
    """Give each large level a very small school; the high level's is an academy of its own kind."""
    for i, name in enumerate(LEVELS):
        last = len(labels) - 1 - labels[::-1].index(name)
        if labels.count(name) >= 3 + i % 2:
            sizes[last] *= 0.12 if name == "high" else 0.2
            labels[last] = "other" if name == "high" else name


def _numbered(level: Index) -> list[tuple[int, int]]:
    """(level, place within the level) of each school: the digits of its id."""
    return [(int(i), int((level[:k] == i).sum()) + 1) for k, i in enumerate(level)]


def _school_names(labels: list[str]) -> tuple[str, ...]:
    names = []
    for k, label in enumerate(labels):
        turn, place = divmod(k, len(_NAMES))
        names.append(f"{_NAMES[place]}{' ' + 'I' * (turn + 1) if turn else ''} {_SUFFIX[label]}")
    return tuple(names)


def _effects(world: World, seed: int, share: Numbers) -> dict[str, Numbers]:
    return {rate.name: _effect(world, seed, rate, share=share) for rate in world.rates}


def _effect(world: World, seed: int, rate: Rate, *, share: Numbers) -> Numbers:
    rng = stream(seed, "school effect", rate.name)
    spread = rate.schools * rng.uniform(*world.school_logits)
    effect: Numbers = spread * rng.normal(0.0, 1.0, (share.shape[1],))
    for planted in (b for b in world.between if b.rate == rate.name):
        away = share[RACES.index(planted.race), :] - share[RACES.index(planted.race), :].mean()
        effect = effect + planted.logits * away
    return effect
