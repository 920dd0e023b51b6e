"""Which share of a school's students is in each identity cell, as a mix of students says."""

from functools import lru_cache
from itertools import product

import numpy as np

from eachchild.terms.factors import FACTORS
from eachchild.worlds.model import Index, Mix, Numbers, Status
from eachchild.worlds.schools import RACES

CELL_FACTORS = ("race", "sex", "idea", "el", "frl")
_DRAWN = ("race", "sex", "language", "frl", "el", "idea")  # each may depend on those before it
_YES_NO = ("frl", "el", "idea")


def cell_shares(mix: Mix, races: Numbers, poverty: Numbers) -> Numbers:
    """Which share of each school's students is in each cell [schools, cells].

    `races` [races, schools] says the share of each race at each school. Home language goes with
    the race and decides who learns English; it is added up, for it is no factor of the cells.
    """
    drawn = _drawn_levels()
    share = races.T[:, drawn[:, 0]] * _fixed_share(mix)[drawn[:, 0], drawn[:, 1], drawn[:, 2]]
    for factor in _YES_NO:
        status = next(s for s in mix.statuses if s.factor == factor)
        share = share * _value_share(status, drawn, poverty)
    size = [len(FACTORS[f].all_values) for f in _DRAWN]
    size[2] = len(FACTORS["language"].values)
    cube = share.reshape(-1, *size).sum(axis=3)  # without language: race, sex, frl, el, idea
    cube = cube.transpose(0, 1, 2, 5, 4, 3).reshape(len(share), -1)
    return np.asarray(cube / cube.sum(axis=1, keepdims=True))


def _fixed_share(mix: Mix) -> Numbers:
    """Share of each sex and language within a race [races, sexes, languages]."""
    sexes = np.array([mix.sexes[s] for s in FACTORS["sex"].all_values])
    spoken = np.array([mix.languages.get(r, (0.02, 0.02)) for r in RACES])
    languages = np.column_stack([1 - spoken.sum(axis=1), spoken])
    return np.asarray(sexes[None, :, None] * languages[:, None, :])


def _value_share(status: Status, drawn: Index, poverty: Numbers) -> Numbers:
    """The chance of each level's value of one yes-or-no factor, at each school."""
    logits = np.log(status.base / (1 - status.base)) + status.poverty * poverty[:, None]
    logits = np.repeat(logits, len(drawn), axis=1)
    for part, size in status.more:
        factor, _, value = part.partition("=")
        column = drawn[:, _DRAWN.index(factor)]
        logits = logits + size * (column == FACTORS[factor].all_values.index(value))
    yes = 1 / (1 + np.exp(-logits))
    own = drawn[:, _DRAWN.index(status.factor)]
    reported = np.where(own == 0, yes, 1 - yes) * (1 - status.missing)
    return np.asarray(np.where(own == 2, status.missing, reported))


@lru_cache(maxsize=1)
def _drawn_levels() -> Index:
    """Every combination of what is drawn, language included and always known."""
    sizes = [len(FACTORS[f].values if f == "language" else FACTORS[f].all_values) for f in _DRAWN]
    return np.array(list(product(*(range(s) for s in sizes))), np.int64)


@lru_cache(maxsize=1)
def levels() -> Index:
    """Every combination of the cells' factors, in the order of the cube."""
    sizes = [len(FACTORS[f].all_values) for f in CELL_FACTORS]
    return np.array(list(product(*(range(s) for s in sizes))), np.int64)
