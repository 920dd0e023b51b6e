"""What a world is declared by: rates, effects and how identity is spread, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from eachchild.terms.factors import Group

Numbers = NDArray[np.float64]
Index = NDArray[np.int64]
Codes = NDArray[np.int8]  # places in a factor's `all_values`
Mask = NDArray[np.bool_]

GRADES = ("KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")
SENIOR = len(GRADES) - 1
LEVELS = ("elementary", "middle", "high")
LEVEL_OF_GRADE = np.array([0] * 6 + [1] * 3 + [2] * 4, np.int64)


@dataclass(frozen=True, slots=True)
class Rate:
    """One thing that can happen in a year: its chance in elementary, middle and high school.

    `schools` scales the world's school effects, `trait` is logits for one standard deviation of
    what a student keeps over the years, `exposed` makes the chance grow with the days enrolled.
    """

    name: str
    base: tuple[float, float, float]
    grades: tuple[int, ...] = tuple(range(len(GRADES)))
    schools: float = 1.0
    trait: float = 0.0
    exposed: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference planted inside schools: logits added for the students of a group."""

    rate: str
    group: str  # race=black;sex=male
    logits: float

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """The factors and values a student must have."""
        return Group.parse(self.group).parts


@dataclass(frozen=True, slots=True)
class BySchool:
    """A difference planted between schools: logits for a unit of a race's share of the school."""

    rate: str
    race: str
    logits: float


@dataclass(frozen=True, slots=True)
class Status:
    """How common one yes-or-no factor is, and with what it goes together, in logits.

    Each year a share `redrawn` of the students draw their value again, so it can begin and end;
    `dates` says when in the school year (school days from and to, or None: in the summer).
    """

    factor: str
    base: float
    more: tuple[tuple[str, float], ...] = ()  # (race=hispanic, logits)
    poverty: float = 0.0  # logits for one standard deviation of the school's poverty
    by_grade: float = 0.0  # logits a grade
    redrawn: float = 0.0
    dates: tuple[int, int] | None = None
    missing: float = 0.0


@dataclass(frozen=True, slots=True)
class Mix:
    """Who the students are."""

    races: Mapping[str, float]
    sexes: Mapping[str, float]
    languages: Mapping[str, tuple[float, float]]  # by race: Spanish, other
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True)
class World:
    """One kind of district; a range is drawn from evenly, once a district."""

    name: str
    meaning: str
    rates: tuple[Rate, ...]
    mix: Mix
    effects: tuple[Effect, ...] = ()
    between: tuple[BySchool, ...] = ()
    crossings: tuple[tuple[str, str], ...] = field(default=())  # (group, reference) told in truth
    dissimilarity: tuple[float, float] = (0.0, 0.0)
    school_logits: tuple[float, float] = (0.0, 0.0)  # standard deviation of the schools' effects
    meals_for_all: float = 0.0  # share of schools with free meals for every student
    movers: float = 0.03
    late: float = 0.03
    withdrawn: float = 0.03
    leavers: float = 0.05  # who do not come back after the summer

    def rate(self, name: str) -> Rate:
        """The declared rate of that name."""
        return next(r for r in self.rates if r.name == name)
