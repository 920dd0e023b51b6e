"""Districts drawn as counts to study the two tests on: heavy-tailed days, schools that differ."""

from dataclasses import dataclass

import numpy as np

from eachchild.cube import Block, Cube, Places, Tally
from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.terms.factors import FACTORS

SMALL = "race=native"
GROUPS = ("race=hispanic", "race=two_or_more", SMALL, "race=asian", "sex=female")
_SHARES = {"white": 0.46, "black": 0.22, "hispanic": 0.18, "asian": 0.075, "two_or_more": 0.062,
           "native": 0.0025, "pacific": 0.0005}  # fmt: skip
_SEXES = ("female", "male")
_FEW = "asian"  # goes to a tenth of the schools, or to one


@dataclass(frozen=True, slots=True)
class Scenario:
    """What districts have in common: schools, whom something happens to more often, and sorting.

    `group` meets the outcome with `odds` times the others' odds in every school; no group: nobody
    does. `together` is how far schools' own rates go with the share of Hispanic students in them.
    `alone`: the source tells one small group apart from everybody else, and nothing more.
    """

    schools: int
    group: str = ""
    odds: float = 1.0
    together: float = 0.0
    alone: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """The groups whose tests are told."""
        return (self.group,) if self.group else (SMALL,) if self.alone else GROUPS


@dataclass(frozen=True, slots=True)
class Drawn:
    """Students, those suspended and their days by school and group; one entry a cell."""

    school: Whole
    value: Whole
    n: Whole
    events: Whole
    days: Whole
    squares: Whole

    @classmethod
    def of(cls, rng: np.random.Generator, scenario: Scenario) -> "Drawn":
        """Draw one district."""
        shape = (scenario.schools,)
        chances = _make_up(rng, shape, alone=scenario.alone)
        size = np.maximum(60, 600 * np.exp(rng.normal(0, 0.5, shape))).astype(np.int64)
        n = rng.multinomial(size, chances)
        own = np.log(chances[:, 4:6].sum(axis=1) + 1e-9)
        own -= own.mean()
        spread = max(float(own.std()), 1e-9)
        tie = scenario.together
        effect = tie * own / spread + np.sqrt(1 - tie**2) * rng.normal(0, 1, shape)
        logits = np.log(0.06 / 0.94) + 0.5 * effect[:, None]
        logits = logits + np.log(scenario.odds) * is_in(scenario.group)
        events = rng.binomial(n, 1 / (1 + np.exp(-logits)))
        cell = np.repeat(np.arange(events.size), events.ravel())
        length = (0.9 + 0.4 * rng.normal(0, 1, shape))[cell // events.shape[1]]
        lost = np.clip(np.ceil(np.exp(length + 1.2 * rng.normal(0, 1, cell.size))), 1, 180)
        days, squares = (np.bincount(cell, lost**k, minlength=events.size) for k in (1, 2))
        school, value = np.divmod(np.arange(events.size), events.shape[1])
        whole = (x.ravel().astype(np.int64) for x in (n, events, days, squares))
        return cls(school, value, *whole)


def _make_up(rng: np.random.Generator, shape: tuple[int], *, alone: bool) -> Numbers:
    """The chances of every group of every school: segregated, one group in a tenth of schools."""
    if alone:  # boys stand for everybody else, and the small group's boys for it
        small = is_in(SMALL) & is_in("sex=male")
        others = is_in("race=white") & is_in("sex=male")
        share = 0.0025 * np.exp(rng.normal(0, 0.7, shape))[:, None]
        return np.asarray(small * share + others * (1 - share), np.float64)
    races = np.array(list(_SHARES.values())) * np.exp(rng.normal(0, 0.7, (*shape, len(_SHARES))))
    few = max(1, round(shape[0] / 10))
    here = list(_SHARES).index(_FEW)
    races[:few, here] *= shape[0] / few
    races[few:, here] *= 0.05
    both = np.repeat(races, len(_SEXES), axis=1)
    return np.asarray(both / both.sum(axis=1, keepdims=True), np.float64)


def is_in(group: str) -> Known:
    """Which cells belong to a group; none to no group."""
    cells = [(r, s) for r in _SHARES for s in _SEXES]
    return np.array([group in (f"race={r}", f"sex={s}") for r, s in cells])


def cube_of(drawn: Drawn) -> Cube:
    """The district as a cube; `sums` are `days` without squares."""
    values = {f: FACTORS[f].all_values for f in ("race", "sex")}
    pairs = [(values["race"].index(r), values["sex"].index(s)) for r in _SHARES for s in _SEXES]
    there = drawn.n > 0
    n, none = drawn.n[there], np.zeros(int(there.sum()), np.int64)

    def exact(total: Whole, squares: Whole | None = None) -> Tally:
        kept = None if squares is None else squares[there]
        return Tally.exact(n, total[there], missing=none, squares=kept)

    tallies = {
        "suspended": exact(drawn.events),
        "days": exact(drawn.days, drawn.squares),
        "sums": exact(drawn.days),
    }
    value = np.array(pairs)[drawn.value[there]]
    block = Block(("race", "sex"), drawn.school[there], none, value, n, tallies)
    ids = tuple(f"{k:03d}" for k in range(int(drawn.school.max()) + 1))
    return Cube(Places("school", ids), ("2024-25",), values, (block,))
