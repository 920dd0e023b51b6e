"""What chance alone gives: identity dealt out anew, inside schools or over the whole place."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import gammaincc

from eachchild.measures.counts import Numbers, Whole
from eachchild.measures.predictability.cells import Cells, SchoolCells
from eachchild.measures.predictability.columns import Columns
from eachchild.measures.predictability.estimate import estimate, raw_index
from eachchild.measures.predictability.score_tests import score

DRAWS = 999
FEWEST_HANDS = 16
FEW_SCHOOLS = 4  # with fewer, a hand a school gives too few different draws
WORK = 12_000_000  # events dealt for one test; more schools need fewer hands each
EVENTS_A_CELL = 10  # events that are dealt in the time one cell takes
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """An exact p-value from draws, never below one in draws + 1.

    Below that, where many outcomes are adjusted together, `tail` goes on: a gamma law with the
    mean and variance of the draws.
    """

    p: Numbers
    tail: Numbers
    reached: int  # draws with as high a score as the observed one
    hands: int  # dealings of each school, the observed one among them


def permutation_test(
    cells: SchoolCells, x: Numbers, *, rng: np.random.Generator, draws: int = DRAWS
) -> PermutationTest:
    """Test beyond the school by dealing each school's events anew among its students.

    Small places deal every draw from scratch. Large ones deal each school a few hands, put the
    observed one among them, and draw a hand a school: if identity does nothing inside schools
    the observed hands are one such draw, so the p-value is exact either way.
    """
    hands = _hands(cells, draws)
    found = _scores(cells, x @ score(cells, x).whitening(), rng, _Plan(draws, hands))
    reached = int((found.drawn >= found.observed * (1 - ROUNDING)).sum())
    p = np.array([(1 + reached) / (draws + 1)])
    return PermutationTest(p, _tail(found), reached, hands)


@dataclass(frozen=True, slots=True)
class _Plan:
    draws: int
    hands: int


@dataclass(frozen=True, slots=True)
class _Scores:
    observed: float
    drawn: Numbers  # [draw]


def _tail(found: _Scores) -> Numbers:
    mean, variance = found.drawn.mean(), found.drawn.var()
    if variance == 0:
        return np.ones(1)
    return np.array([gammaincc(mean**2 / variance, found.observed * mean / variance)])


def _hands(cells: SchoolCells, draws: int) -> int:
    n, happened = cells.by_school(cells.n), cells.by_school(cells.total)
    by_cell = EVENTS_A_CELL * cells.by_school(np.ones(cells.n.size))
    work = np.minimum(np.minimum(happened, n - happened), by_cell).sum()
    affordable = int(WORK / max(work, 1.0))
    if affordable > draws or cells.schools < FEW_SCHOOLS:
        return draws + 1
    return max(FEWEST_HANDS, affordable)


def _scores(cells: SchoolCells, x: Numbers, rng: np.random.Generator, plan: _Plan) -> _Scores:
    """The observed score and that of every draw; only sums over schools are kept."""
    ends = np.searchsorted(cells.school, np.arange(cells.schools + 1)).tolist()
    n, happened = cells.by_school(cells.n), cells.by_school(cells.total)
    rates, columns = happened / n, x[cells.cell]
    observed, drawn = np.zeros(x.shape[1]), np.zeros((plan.draws, x.shape[1]))
    for school, (start, end) in enumerate(pairwise(ends)):
        if 0 < rates[school] < 1:
            column, students = columns[start:end], cells.n[start:end]
            dealt = _dealt(rng, students, int(happened[school]), plan.hands - 1)
            scores = np.vstack([cells.total[start:end], dealt]) @ column
            scores -= rates[school] * (students @ column)
            observed += scores[0]
            drawn += _draws_of(scores, rng, plan)
    return _Scores(float((observed**2).sum()), (drawn**2).sum(axis=1))


def _draws_of(scores: Numbers, rng: np.random.Generator, plan: _Plan) -> Numbers:
    """A school's part in every draw: a hand each, or one of its few; the first is observed."""
    if plan.hands > plan.draws:
        return scores[1:]
    return scores[rng.integers(plan.hands, size=plan.draws)]


def _dealt(rng: np.random.Generator, n: Whole, events: int, draws: int) -> Whole:
    # Dealing events one by one costs the rarer kind; dealing by cell costs the cells.
    if min(events, int(n.sum()) - events) < EVENTS_A_CELL * n.size:
        return rng.multivariate_hypergeometric(n, events, size=draws, method="count")
    return rng.multivariate_hypergeometric(n, events, size=draws, method="marginals")


@dataclass(frozen=True, slots=True)
class ChanceBand:
    """What the page would show in districts where identity predicts nothing."""

    middle: Numbers  # the median index
    high: Numbers  # only 5 % of such districts show more
    raw: Numbers  # the mean index of unadjusted rates: why these are not used


def chance_band(
    cells: Cells, columns: Columns, *, rng: np.random.Generator, draws: int = DRAWS
) -> ChanceBand:
    """Deal the outcome anew among all students of the place and estimate the index each time."""
    events = int(cells.total[0].sum())
    dealt = rng.multivariate_hypergeometric(cells.n, events, size=draws, method="marginals")
    null = Cells(cells.n, dealt, cells.levels)
    index = estimate(null, columns).index
    return ChanceBand(
        np.array([np.median(index)]),
        np.array([np.quantile(index, 0.95)]),
        np.array([raw_index(null).mean()]),
    )
