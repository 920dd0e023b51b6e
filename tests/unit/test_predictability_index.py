"""The whole answer of one place, what it may show, and years together."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.stats import norm

from eachchild.measures.predictability import (
    Index,
    Road,
    Showing,
    Verdict,
    change,
    pooled,
    predictability,
    road,
    school_cells,
    sparse_number_cells,
    sparse_school_cells,
    verdict,
)
from eachchild.measures.predictability.cells import Cells
from eachchild.measures.predictability.estimate import Noise
from eachchild.measures.predictability.interval import Square
from eachchild.measures.predictability.verdict import information, showing

LEVELS = list(product(range(3), range(2)))


def found(n, events, levels=LEVELS, seed=1, draws=199):
    cells = school_cells(n, events, levels)
    return predictability(cells, np.random.default_rng(seed), draws=draws)


def district(schools, students, effect, seed=2):
    """Schools of different make-up and rate; the effect is of the first factor, inside them."""
    rng = np.random.default_rng(seed)
    n = rng.multinomial(students, rng.dirichlet(np.full(6, 4.0)), size=schools)
    rate = rng.uniform(0.1, 0.3, (schools, 1)) + effect * np.array(LEVELS)[:, 0]
    return n, rng.binomial(n, rate)


def test_a_large_district_gets_everything():
    told = found(*district(24, 300, 0.15))
    evidence = told.evidence
    assert told.showing is Showing.NUMBER
    assert 0 < told.here.low[0] < told.here.index[0] < told.here.high[0] < 1
    assert evidence.tests.p[0] < 1e-6
    assert evidence.tests.inside_p[0] >= evidence.tests.inside.p[0]
    assert evidence.shares.share.sum() == pytest.approx(evidence.shares.index[-1], abs=1e-12)
    assert evidence.shares.index[-1] == pytest.approx(told.here.index[0], abs=1e-12)
    assert evidence.shares.share[0] > 5 * abs(evidence.shares.share[1])
    assert evidence.alike.low[0] <= told.here.low[0]
    assert evidence.alike.high[0] >= told.here.high[0]
    assert evidence.fits.area[0] == (1 + told.here.index[0]) / 2
    assert evidence.band.high[0] < told.here.low[0]


def test_the_same_generator_gives_the_same_answer():
    n, events = district(24, 60, 0.02)
    one, two = (found(n, events, seed=5) for _ in range(2))
    assert one.evidence.tests.dealt == two.evidence.tests.dealt
    assert one.evidence.band == two.evidence.band
    assert one.evidence.alike.high == two.evidence.alike.high
    other = found(n, events, seed=6)
    assert one.here.index == other.here.index
    assert one.evidence.band.high != other.evidence.band.high


def test_nineteen_schools_say_nothing_of_schools_like_these():
    assert found(*district(19, 300, 0.15)).evidence.alike is None
    assert found(*district(20, 300, 0.15)).evidence.alike is not None


def test_without_an_effect_nothing_is_shared_out():
    told = found(*district(6, 400, 0.0, seed=5))
    assert told.evidence.tests.total.p[0] > 0.05
    assert told.evidence.shares is None
    assert told.here.low[0] == 0


def test_shares_need_plenty_even_where_the_test_rejects():
    few = found([[60, 60]], [[2, 20]], [[0], [1]])
    assert few.evidence.tests.total.p[0] < 0.001
    assert few.information < 100
    assert few.evidence.shares is None
    assert found([[600, 600]], [[20, 200]], [[0], [1]]).evidence.shares is not None


def test_six_factors_are_measured_but_not_shared_out():
    told = found([[600, 600]], [[20, 200]], [[0] * 6, [1] * 6])
    assert told.showing is Showing.NUMBER
    assert told.evidence.shares is None


@pytest.mark.parametrize(
    ("n", "events", "shown"),
    [
        ([500, 500], [2, 2], Showing.NOTHING),
        ([500, 500], [498, 498], Showing.NOTHING),
        ([500, 500], [4, 3], Showing.CANNOT_TELL),
        ([500, 500], [10, 8], Showing.INTERVAL),
        ([500, 500], [40, 50], Showing.NUMBER),
    ],
)
def test_what_the_counts_can_carry(n, events, shown):
    told = found([n], [events], [[0], [1]])
    assert told.showing is shown
    assert (told.evidence is None) == (shown is Showing.NOTHING)
    if shown is Showing.NOTHING:
        assert (told.here.low[0], told.here.high[0]) == (0, 1)


def test_one_group_alone_cannot_be_compared():
    told = found([[400], [300]], [[40], [60]], [[0]])
    assert told.showing is Showing.CANNOT_TELL
    assert told.evidence is None
    assert told.here.high[0] == 1


def test_information_counts_a_rate_and_its_complement_alike():
    one, other = (Cells(np.array([300]), np.array([[k]]), np.array([[0]])) for k in (30, 270))
    assert information(one) == pytest.approx(information(other)) == pytest.approx(27)
    assert showing(one) is showing(other) is Showing.INTERVAL


@pytest.mark.parametrize(
    ("shown", "q", "high", "said"),
    [
        (Showing.NOTHING, 0.0, 0.05, Verdict.CANNOT_TELL),
        (Showing.CANNOT_TELL, 0.001, 0.9, Verdict.CANNOT_TELL),
        (Showing.INTERVAL, 0.04, 0.9, Verdict.GAP),
        (Showing.NUMBER, 0.05, 0.08, Verdict.GAP),
        (Showing.NUMBER, 0.051, 0.10, Verdict.NO_GAP),
        (Showing.NUMBER, 0.9, 0.11, Verdict.CANNOT_TELL),
    ],
)
def test_verdicts(shown, q, high, said):
    assert verdict(shown, q, high=high) is said


@pytest.mark.parametrize(
    ("total", "inside", "between", "by"),
    [
        (0.9, 0.01, 0.01, Road.BOTH),
        (0.9, 0.01, 0.2, Road.INSIDE),
        (0.9, 0.2, 0.01, Road.BETWEEN),
        (0.01, 0.2, 0.2, Road.SCHOOL),
        (0.2, 0.2, 0.2, Road.NONE),
    ],
)
def test_roads(total, inside, between, by):
    assert road(total, inside=inside, between=between) is by


def test_identity_that_only_tells_the_school_takes_the_road_of_the_school():
    n = [[900, 100], [100, 900], [500, 500]]
    events = [[90, 10], [30, 270], [50, 50]]
    told = found(n, events, [[0], [1]])
    tests = told.evidence.tests
    ps = {"inside": float(tests.inside_p[0]), "between": float(tests.between.together[0])}
    assert road(float(tests.total.p[0]), **ps) is Road.SCHOOL


def year(value, scale=0.01):
    square = Square(np.array([value]), Noise(*(np.array([x]) for x in (scale, 3.0, 0.004))))
    return Index(square, square, np.zeros(1), np.ones(1))


def test_years_are_averaged_as_squares():
    three = pooled([year(0.06), year(-0.03), year(0.03)], np.array([100.0, 100.0, 100.0]))
    assert three.lean.value[0] == pytest.approx(0.02)
    assert three.index[0] == pytest.approx(np.sqrt(0.02))
    assert three.low[0] <= three.index[0] <= three.high[0]
    noise = three.lean.noise
    assert 2 * noise.scale**2 * noise.freedom == pytest.approx(2 * 0.01**2 * 3 / 3)
    assert noise.scale**3 * noise.freedom == pytest.approx(0.01**3 * 3 / 9)
    assert noise.signal == pytest.approx(0.004 / 3)


def test_a_year_with_more_information_weighs_more():
    assert pooled([year(0.06), year(0.0)], np.array([300.0, 100.0])).lean.value[0] == pytest.approx(
        0.045
    )


def test_years_without_information_cannot_be_pooled():
    with pytest.raises(ValueError, match="information, above zero, of each year"):
        pooled([year(0.1), year(0.1)], np.array([1.0]))
    with pytest.raises(ValueError, match="leave it out"):
        pooled([found([[400]], [[40]], [[0]]).here], np.array([36.0]))


def test_change_between_two_years_has_a_normal_test():
    moved = change(year(0.01), year(0.09))
    deviation = np.sqrt(4 * 0.01**2 * 3 + 4 * 0.1 * 0.004)
    assert moved.square[0] == pytest.approx(0.08)
    assert moved.deviation[0] == pytest.approx(deviation)
    assert moved.p[0] == pytest.approx(2 * norm.sf(0.08 / deviation))
    assert moved.index[0] == pytest.approx(0.2)
    assert change(year(0.01), year(-0.02)).p[0] > 0.2


def test_input_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="same shape"):
        school_cells([[1, 2]], [[1], [2]], [[0], [1]])
    with pytest.raises(ValueError, match="more events than students"):
        school_cells([[1, 2]], [[2, 0]], [[0], [1]])
    with pytest.raises(ValueError, match="fewer than none"):
        school_cells([[1, 2]], [[0, -1]], [[0], [1]])
    with pytest.raises(ValueError, match="no students"):
        school_cells([[0, 0]], [[0, 0]], [[0], [1]])
    with pytest.raises(ValueError, match="below zero"):
        sparse_number_cells([0], [0], n=[2], total=[1], squares=[-1], levels=[[0]])
    with pytest.raises(ValueError, match="one entry each"):
        sparse_school_cells([0, 0], [0], n=[2], events=[1], levels=[[0]])


def test_sparse_and_dense_input_are_the_same():
    n, events = district(5, 40, 0.1)
    dense = school_cells(n, events, LEVELS)
    school, cell = np.nonzero(n)
    order = np.random.default_rng(1).permutation(school.size)
    halves = [(n[school, cell] + k) // 2 for k in (0, 1)]
    shares = [np.minimum(events[school, cell], halves[0])]
    shares.append(events[school, cell] - shares[0])
    sparse = sparse_school_cells(
        10 * np.tile(school[order], 2),
        np.tile(cell[order], 2),
        n=np.concatenate([h[order] for h in halves]),
        events=np.concatenate([s[order] for s in shares]),
        levels=np.array(LEVELS),
    )
    for name in ("school", "cell", "n", "total", "squares", "levels"):
        np.testing.assert_array_equal(getattr(sparse, name), getattr(dense, name))


def test_rolling_up_keeps_every_student_and_event():
    cells = school_cells(*district(5, 40, 0.1), LEVELS)
    rolled = cells.rolled_up([1])
    assert rolled.levels.tolist() == [[0], [1]]
    assert (rolled.n.sum(), rolled.total.sum()) == (cells.n.sum(), cells.total.sum())
    np.testing.assert_array_equal(rolled.place().n, cells.place().rolled_up([1]).n)
    np.testing.assert_array_equal(rolled.by_school(rolled.n), cells.by_school(cells.n))


def test_index_is_unchanged_by_the_names_of_levels_and_schools():
    n, events = district(6, 200, 0.1)
    one = found(n, events).here
    swapped = [[2 - a, 1 - b] for a, b in LEVELS]
    other = found(n[::-1], events[::-1], swapped).here
    np.testing.assert_allclose([other.index, other.low, other.high], [one.index, one.low, one.high])


def test_splitting_a_place_by_an_idle_factor_moves_the_index_little():
    n, events = district(6, 2000, 0.1)
    one = found(n, events).here
    rng = np.random.default_rng(3)
    half = rng.binomial(n, 0.5)
    happened = rng.hypergeometric(half, n - half, events)
    split = [(*level, k) for level in LEVELS for k in (0, 1)]
    pairs = [
        np.stack(x, axis=2).reshape(6, -1)
        for x in ((half, n - half), (happened, events - happened))
    ]
    other = found(*pairs, split).here
    assert other.index[0] == pytest.approx(one.index[0], abs=0.02)


def test_results_are_frozen():
    told = found(*district(6, 200, 0.1))
    assert replace(told, information=1.0) != told
