"""Districts whose truth is known: identity cells, schools that differ, and an event."""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.cells import SchoolCells, school_cells
from eachchild.measures.predictability.gini import pairs

LEVELS = np.array(list(product(range(7), range(3), range(2), range(2), range(2))), np.int64)
RACE = np.array([0.02, 0.06, 0.15, 0.27, 0.005, 0.455, 0.04])
SEX = np.array([0.507, 0.488, 0.005])
LEARNS_ENGLISH = np.array([0.05, 0.15, 0.03, 0.30, 0.12, 0.01, 0.03])  # by race
DISABILITY = np.array([0.10, 0.19, 0.15])  # by sex
LOW_INCOME = np.array([0.55, 0.30, 0.65, 0.62, 0.50, 0.33, 0.45])  # by race, more if learning
CROSSING_SEED, CROSSING = 20, 0.35  # every cell departs a little from the sum of its factors
LIKE_SCHOOLS = 20_000  # schools that stand for all schools like these


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a set of districts has in common."""

    students: int
    schools: int
    rate: float
    index: float  # of identity inside a school, 0 to 1
    spread: float = 0.0  # standard deviation of school effects, logit
    sorting: float = 0.0  # how far make-up differs between schools
    go_together: float = 0.0  # correlation of a school's effect with its make-up

    @property
    def name(self) -> str:
        """A stable key of the results."""
        parts = (self.students, self.schools, self.rate, self.index)
        return "-".join(str(x) for x in (*parts, self.spread, self.sorting, self.go_together))


@dataclass(frozen=True, slots=True)
class District:
    """One district drawn from a scenario, and its true index."""

    cells: SchoolCells
    truth: float  # of these schools


def shares() -> Numbers:
    """The make-up of the population: factors that go together as they do in districts."""
    race, sex, learner, disability, income = LEVELS.T
    el, low = LEARNS_ENGLISH[race], np.minimum(LOW_INCOME[race] + 0.2 * learner, 0.95)
    disabled = DISABILITY[sex]
    pairs = ((learner, el), (disability, disabled), (income, low))
    share = RACE[race] * SEX[sex]
    for level, chance in pairs:
        share = share * np.where(level == 1, chance, 1 - chance)
    return np.asarray(share / share.sum(), np.float64)


def effects() -> Numbers:
    """How identity shifts the event's log odds: five factors and every crossing."""
    race, sex, learner, disability, income = LEVELS.T
    by_race = np.array([0.7, -0.6, 0.8, 0.3, 0.2, 0.0, 0.25])[race]
    by_sex = np.array([0.35, -0.35, 0.5])[sex]
    crossing = np.random.default_rng(CROSSING_SEED).normal(0, CROSSING, LEVELS.shape[0])
    return np.asarray(
        by_race + by_sex + 0.2 * learner + 0.6 * disability + 0.6 * income + crossing, np.float64
    )


def true_index(share: Numbers, rate: Numbers) -> float:
    """2 AUC - 1 of known cell rates."""
    difference = pairs(rate[None, :], share).mean_difference(share)
    base = float(rate @ share)
    return float(difference[0] / (2 * base * (1 - base)))


@lru_cache(maxsize=256)
def log_odds(rate: float, index: float) -> Numbers:
    """The log odds of every cell that give a base rate and an index in one pool of students."""
    share, effect = shares(), effects()

    def scaled(size: float) -> Numbers:
        def excess(base: float) -> float:
            return float(expit(base + size * effect) @ share) - rate

        return np.asarray(brentq(excess, -40, 40, xtol=1e-12) + size * effect, np.float64)

    def short(size: float) -> float:
        return true_index(share, expit(scaled(size))) - index

    return scaled(brentq(short, 0, 10, xtol=1e-10) if index else 0.0)


@dataclass(frozen=True, slots=True)
class _Schools:
    size: Numbers  # [school]
    make_up: Numbers  # [school, cell]
    rate: Numbers  # [school, cell]


def _schools(scenario: Scenario, rng: np.random.Generator) -> _Schools:
    count = scenario.schools
    size = rng.gamma(2.0, 1.0, count) + 0.1
    place, alone = rng.normal(size=(2, count, 1))
    race, income = LEVELS[:, 0], LEVELS[:, 4]
    tilt = np.array([0.3, -0.3, 0.9, 0.6, 0.2, -0.6, 0.0])[race] + 0.6 * income
    own = rng.normal(0, 0.5, (count, RACE.size))[:, race]
    make_up = shares() * np.exp(scenario.sorting * (place * tilt + own))
    together = scenario.go_together
    effect = scenario.spread * (together * place + np.sqrt(1 - together**2) * alone)
    rate = expit(log_odds(scenario.rate, scenario.index) + effect)
    return _Schools(size / size.sum(), make_up / make_up.sum(axis=1, keepdims=True), rate)


def _truth(schools: _Schools) -> float:
    weight = schools.size[:, None] * schools.make_up
    share = weight.sum(axis=0)
    return true_index(share, (weight * schools.rate).sum(axis=0) / share)


@lru_cache(maxsize=256)
def truth_alike(scenario: Scenario) -> float:
    """The index of schools like these: of very many schools of the same kind."""
    many = replace(scenario, schools=LIKE_SCHOOLS)
    return _truth(_schools(many, np.random.default_rng(LIKE_SCHOOLS)))


def draw(scenario: Scenario, rng: np.random.Generator) -> District:
    """Draw a district: its schools, then its students, then what happened to them."""
    schools = _schools(scenario, rng)
    sizes = np.maximum(rng.multinomial(scenario.students, schools.size), 2)
    n = np.stack([rng.multinomial(k, m) for k, m in zip(sizes, schools.make_up, strict=True)])
    return District(school_cells(n, rng.binomial(n, schools.rate), LEVELS), _truth(schools))
