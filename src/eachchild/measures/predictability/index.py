"""Predictability of one outcome in one place, all of it: the file to read first."""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.between import (
    BetweenTest,
    between_schools_test,
    both_roads,
)
from eachchild.measures.predictability.cells import Cells, SchoolCells
from eachchild.measures.predictability.columns import (
    LEAN,
    RICH,
    RICH_SCHOOLS,
    Columns,
    Least,
    pooled_columns,
)
from eachchild.measures.predictability.estimate import (
    Estimate,
    Noise,
    estimate,
    student_noise,
)
from eachchild.measures.predictability.fits import Fits, fits
from eachchild.measures.predictability.interval import Square, inverted
from eachchild.measures.predictability.permutation import (
    DRAWS,
    ChanceBand,
    PermutationTest,
    chance_band,
    permutation_test,
)
from eachchild.measures.predictability.schools import (
    ENOUGH_SCHOOLS,
    school_moves,
    schools_interval,
)
from eachchild.measures.predictability.score_tests import (
    ScoreTest,
    beyond_school_test,
    total_test,
)
from eachchild.measures.predictability.shapley import (
    MOST_FACTORS,
    FactorShares,
    factor_shares,
)
from eachchild.measures.predictability.verdict import (
    LEVEL,
    PLENTY,
    Showing,
    information,
    showing,
)
from eachchild.measures.predictability.wild import wild_test

TWO_SIDES = 2  # columns without which there is nobody to compare


@dataclass(frozen=True, slots=True)
class Index:
    """The index with its interval, all from 0 to 1, and what pooling over years needs."""

    lean: Square  # the estimate
    rich: Square  # with more columns: what the upper end must allow for
    low: Numbers
    high: Numbers

    @property
    def index(self) -> Numbers:
        """2 AUC - 1 for a new student; 0 where chance explains all of the spread."""
        return self.lean.index


@dataclass(frozen=True, slots=True)
class RoadTests:
    """Whether identity predicts: in the place, inside its schools, between them."""

    total: ScoreTest
    inside: ScoreTest
    dealt: PermutationTest  # the same question as `inside`, by permuting students in schools
    between: BetweenTest
    wild: Numbers  # p-value for schools like these; 1 below eight schools
    schools: int

    @property
    def inside_p(self) -> Numbers:
        """The more cautious of the closed form and the permutation.

        Where no draw reached the observed score, the tail of the draws stands for them.
        """
        dealt = self.dealt.p if self.dealt.reached else self.dealt.tail
        return np.maximum(self.inside.p, dealt)

    @property
    def p(self) -> Numbers:
        """Inside and between schools as one p-value: this one carries the flag."""
        return both_roads(self.inside_p, self.between, schools=self.schools)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands beside the index; `alike` is the index of schools like these."""

    tests: RoadTests
    band: ChanceBand
    fits: Fits
    shares: FactorShares | None  # where the total test rejects, counts are plenty, factors few
    alike: Index | None  # only from 20 schools up


@dataclass(frozen=True, slots=True)
class Predictability:
    """How well identity alone predicts an outcome for a new student of these schools."""

    showing: Showing
    information: float
    here: Index
    evidence: Evidence | None  # none where there is nothing to compare


def predictability(
    cells: SchoolCells, rng: np.random.Generator, *, draws: int = DRAWS
) -> Predictability:
    """Measure how well identity predicts an event, and test by which road.

    One place and one outcome; the schools may be a single one where none are known. The same
    generator gives the same result; `draws` are of permutations and of schools. With fewer than
    five events, or students without one, or no two groups large enough, anything is possible.

    >>> from eachchild.measures.predictability.cells import school_cells
    >>> n = [[90, 40, 20, 10], [60, 50, 30, 20], [30, 40, 60, 40], [20, 30, 70, 60]]
    >>> events = [[9, 6, 3, 2], [7, 9, 5, 6], [6, 10, 14, 13], [5, 9, 20, 24]]
    >>> cells = school_cells(n, events, [[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> found = predictability(cells, np.random.default_rng(1))
    >>> str(found.showing), found.here.index.round(3), found.here.low.round(3)
    ('number', array([0.209]), array([0.112]))
    """
    place = cells.place()
    if showing(place) is Showing.NOTHING:
        return Predictability(Showing.NOTHING, information(place), _anything(), None)
    lean = variance_columns(place, LEAN)
    found = estimate(place, lean)
    if found.rank < TWO_SIDES:
        return Predictability(Showing.CANNOT_TELL, information(place), _anything(), None)
    tests = road_tests(cells, lean, rng=rng, draws=draws)
    here = index_here(place, found, total=tests.total)
    evidence = Evidence(
        tests,
        chance_band(place, lean, rng=rng, draws=draws),
        fits(place, found),
        factor_shares(place) if _may_be_shared(place, tests.total) else None,
        index_alike(cells, here, rng=rng, draws=draws) if cells.schools >= ENOUGH_SCHOOLS else None,
    )
    return Predictability(showing(place), information(place), here, evidence)


def variance_columns(place: Cells, least: Least) -> Columns:
    """The columns that the outcome's own variance allows."""
    return pooled_columns(place, place.base_rate * (1 - place.base_rate), least)


def road_tests(
    cells: SchoolCells, lean: Columns, *, rng: np.random.Generator, draws: int = DRAWS
) -> RoadTests:
    """Test the place as a whole, inside its schools and between them."""
    return RoadTests(
        total_test(cells, lean.shared),
        beyond_school_test(cells, lean.shared),
        permutation_test(cells, lean.shared, rng=rng, draws=draws),
        between_schools_test(cells, lean.groups),
        wild_test(cells, lean.shared, rng=rng.spawn(1)[0]),
        cells.schools,
    )


def _anything() -> Index:
    zero = np.zeros(1)
    unknown = Square(zero, Noise(zero, zero, zero))
    return Index(unknown, unknown, zero, np.ones(1))


def _may_be_shared(place: Cells, total: ScoreTest) -> bool:
    few = place.levels.shape[1] <= MOST_FACTORS
    return few and bool(total.p[0] <= LEVEL) and information(place) >= PLENTY


def index_here(place: Cells, found: Estimate, *, total: ScoreTest) -> Index:
    """The index of these schools, with the interval of both sets of columns.

    The rich columns see crossings that the lean ones pool, and may only raise the upper end. The
    lower end is 0 unless the total test rejects.
    """
    more = estimate(place, variance_columns(place, RICH))
    lean, rich = (Square(x.square, student_noise(place, x)) for x in (found, more))
    ends = inverted(lean)
    low = np.where(total.p <= LEVEL, ends.low, 0.0)
    return Index(lean, rich, low, np.maximum(ends.high, inverted(rich).high))


def index_alike(
    cells: SchoolCells, here: Index, *, rng: np.random.Generator, draws: int = DRAWS
) -> Index:
    """The index of schools like these; its interval holds that of these schools, too."""
    place = cells.place()
    lean = school_moves(cells, variance_columns(place, LEAN))
    rich = school_moves(cells, variance_columns(place, RICH_SCHOOLS))
    ends = schools_interval(lean, rich, rng=rng, draws=draws)
    low, high = np.minimum(here.low, ends.low), np.maximum(here.high, ends.high)
    return Index(lean.square, rich.square, low, high)
