"""Score tests, permutations and the between-school test against what they stand for."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import chi2, hypergeom, pearsonr

from eachchild.measures.predictability import permutation as permuting
from eachchild.measures.predictability import school_cells, sparse_number_cells
from eachchild.measures.predictability.between import between_schools_test, both_roads
from eachchild.measures.predictability.columns import LEAN
from eachchild.measures.predictability.estimate import estimate, student_noise
from eachchild.measures.predictability.index import variance_columns
from eachchild.measures.predictability.permutation import chance_band, permutation_test
from eachchild.measures.predictability.score_tests import beyond_school_test, score, total_test
from eachchild.measures.predictability.wild import wild_test

LEVELS = list(product(range(2), range(2)))
N = [[90, 40, 20, 10], [60, 50, 30, 20], [30, 40, 60, 40], [20, 30, 70, 60]]
EVENTS = [[9, 6, 3, 2], [7, 9, 5, 6], [6, 10, 14, 13], [5, 9, 20, 24]]


@pytest.fixture
def place():
    """Four schools, sorted by group, with an effect inside them."""
    return school_cells(N, EVENTS, LEVELS)


def lean(cells):
    return variance_columns(cells.place(), LEAN).shared


def groups(cells):
    return variance_columns(cells.place(), LEAN).groups


def test_score_moments_are_those_of_permuting_students(place):
    x, rng = lean(place), np.random.default_rng(2)
    dealt = [
        rng.multivariate_hypergeometric(n, sum(y), size=20_000) @ x
        for n, y in zip(N, EVENTS, strict=True)
    ]
    expected = [np.array(n) @ x * sum(y) / sum(n) for n, y in zip(N, EVENTS, strict=True)]
    moved = sum(d - e for d, e in zip(dealt, expected, strict=True))
    exact = score(place, x).covariance
    np.testing.assert_allclose(np.cov(moved.T), exact, rtol=0.05, atol=0.5)
    np.testing.assert_allclose(moved.mean(axis=0), 0, atol=4 * np.sqrt(exact.max() / 20_000))


def test_one_factor_of_two_levels_is_the_hypergeometric_z():
    cells = school_cells([[40, 60]], [[12, 9]], [[0], [1]])
    found = total_test(cells, lean(cells))
    law = hypergeom(100, 21, 40)
    z = (12 - law.mean()) / law.std()
    assert found.statistic[0] == pytest.approx(z**2)
    assert found.p[0] == pytest.approx(chi2.sf(z**2, 1))


def test_a_number_of_two_values_is_tested_as_the_event_it_is():
    cells = school_cells([[40, 60], [30, 10]], [[12, 9], [4, 5]], [[0], [1]])
    tens = sparse_number_cells(
        cells.school,
        cells.cell,
        n=cells.n,
        total=10 * cells.total,
        squares=100 * cells.squares,
        levels=cells.levels,
    )
    x = lean(cells)
    for test in (total_test, beyond_school_test):
        assert test(tens, x).statistic[0] == pytest.approx(test(cells, x).statistic[0])


def test_groups_that_never_share_a_school_leave_nothing_inside():
    cells = school_cells([[50, 0], [0, 50]], [[5, 0], [0, 25]], [[0], [1]])
    x = lean(cells)
    assert total_test(cells, x).p[0] < 0.001
    assert beyond_school_test(cells, x).p[0] == 1
    assert permutation_test(cells, x, rng=np.random.default_rng(1), draws=99).p[0] == 1


def test_permutation_agrees_with_fishers_exact_law():
    cells = school_cells([[9, 7]], [[6, 1]], [[0], [1]])
    x = np.array([[1.0, 0.0], [1.0, 1.0]])
    law = hypergeom(16, 7, 9)
    far = abs(6 - law.mean())
    exact = sum(law.pmf(k) for k in range(8) if abs(k - law.mean()) >= far - 1e-9)
    found = permutation_test(cells, x, rng=np.random.default_rng(5), draws=9999)
    assert found.p[0] == pytest.approx(exact, abs=4 * np.sqrt(exact / 9999))


def test_hands_and_full_dealing_find_the_same_effect(place, monkeypatch):
    x = lean(place)
    full = permutation_test(place, x, rng=np.random.default_rng(1), draws=2999)
    assert full.hands == 3000
    monkeypatch.setattr(permuting, "WORK", 1000)
    few = permutation_test(place, x, rng=np.random.default_rng(1), draws=2999)
    assert few.hands == permuting.FEWEST_HANDS
    exact = beyond_school_test(place, x).p[0]
    assert full.p[0] == pytest.approx(exact, abs=0.008)
    assert few.p[0] == pytest.approx(exact, abs=0.02)


def test_the_tail_goes_on_where_the_draws_end():
    """Twenty outcomes adjusted together need p-values below one in a thousand."""
    cells = school_cells([[400, 600]], [[70, 40]], [[0], [1]])
    x = lean(cells)
    found = permutation_test(cells, x, rng=np.random.default_rng(1), draws=999)
    exact = beyond_school_test(cells, x).p[0]
    assert found.reached == 0
    assert found.p[0] == 0.001
    assert exact < 1e-6
    assert np.log(found.tail[0]) == pytest.approx(np.log(exact), rel=0.15)


def test_hands_stay_exact_where_identity_does_nothing(monkeypatch):
    """With as few as four hands a school, one null district in twenty is flagged, no more."""
    monkeypatch.setattr(permuting, "WORK", 1)
    monkeypatch.setattr(permuting, "FEWEST_HANDS", 4)
    rng = np.random.default_rng(6)
    n = np.array(N * 2) // 5 + 1
    rate = np.array([0.05, 0.2, 0.4, 0.1, 0.3, 0.15, 0.5, 0.25])[:, None]
    p = []
    for _ in range(400):
        cells = school_cells(n, rng.binomial(n, rate), LEVELS)
        p.append(permutation_test(cells, np.c_[np.ones(4), LEVELS], rng=rng, draws=99).p[0])
    flagged = (np.array(p) <= 0.05).mean()
    assert 0.01 < flagged < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_large_cells_are_dealt_by_cell_with_the_same_law():
    rng = np.random.default_rng(7)
    n = np.array([4000, 300, 20])
    by_cell = permuting._dealt(rng, n, 1000, 4000)
    one_by_one = rng.multivariate_hypergeometric(n, 1000, size=4000, method="count")
    np.testing.assert_allclose(by_cell.mean(axis=0), one_by_one.mean(axis=0), rtol=0.02)
    np.testing.assert_allclose(by_cell.std(axis=0), one_by_one.std(axis=0), rtol=0.08)


def test_the_band_is_what_the_noise_of_the_estimate_says():
    n = [[900, 700, 500, 400]]
    cells = school_cells(n, [[90, 75, 45, 40]], LEVELS)
    place = cells.place()
    columns = variance_columns(place, LEAN)
    band = chance_band(place, columns, rng=np.random.default_rng(3), draws=4000)
    noise = student_noise(place, estimate(place, columns))
    freedom = noise.freedom[0]
    expected = np.sqrt(noise.scale[0] * (chi2.ppf(0.95, freedom) - freedom))
    assert band.high[0] == pytest.approx(expected, rel=0.1)
    assert band.middle[0] == 0
    assert 0 < band.raw[0] < band.high[0]


def test_between_schools_is_pearsons_correlation_with_the_tilt(place):
    found = between_schools_test(place, groups(place))
    n, events = np.array(N), np.array(EVENTS)
    rate = events.sum(axis=1) / n.sum(axis=1)
    member = n[:, 2:].sum(axis=1)
    tilt = member / member.sum() - n[:, :2].sum(axis=1) / n[:, :2].sum()
    expected = pearsonr(rate, tilt)
    # Of two levels the larger is left out: the columns count the first factor's 0, for 330 of 660.
    assert abs(found.correlation[0]) == pytest.approx(abs(expected.statistic))
    assert found.p[0] == pytest.approx(expected.pvalue)


def test_three_schools_are_too_few_to_compare_schools():
    cells = school_cells(N[:3], EVENTS[:3], LEVELS)
    found = between_schools_test(cells, groups(cells))
    assert (found.p == 1).all()
    inside = np.array([0.03])
    assert both_roads(inside, found, schools=3)[0] == 0.03


def test_both_roads_are_tested_at_once(place):
    found = between_schools_test(place, groups(place))
    assert found.together[0] < 0.01
    both = both_roads(np.array([0.5]), found, schools=4)
    assert both[0] == pytest.approx(2 * found.together[0])


def test_schools_alike_in_make_up_show_no_tilt():
    cells = school_cells([[20, 20]] * 5, [[2, 3], [9, 8], [1, 4], [5, 5], [7, 1]], [[0], [1]])
    found = between_schools_test(cells, groups(cells))
    assert found.correlation.tolist() == [0.0]
    assert found.together[0] == 1


def test_the_largest_group_is_compared_between_schools_too():
    cells = school_cells(
        [[60, 20, 20]] * 4, [[9, 2, 3], [1, 1, 1], [2, 2, 1], [5, 0, 4]], [[0], [1], [2]]
    )
    found = between_schools_test(cells, groups(cells))
    assert found.p.size == 3
    assert lean(cells).shape == (3, 3)  # the constant and two of the three


def test_without_a_level_there_is_nothing_to_compare(place):
    assert between_schools_test(place, np.ones((4, 0))).together[0] == 1
    assert total_test(place, np.ones((4, 1))).p[0] == 1


def sorted_district(rng, effect):
    """Thirty schools whose make-up differs; the rate may go with it, never with the student."""
    tilt = np.linspace(-1, 1, 30)[rng.permutation(30)]
    first = rng.binomial(60, 0.5 + 0.3 * tilt)
    n = np.stack([first // 2, first - first // 2, (60 - first) // 2, (61 - first) // 2], axis=1)
    rate = np.clip(0.3 + effect * tilt + rng.normal(0, 0.05, 30), 0.02, 0.9)
    return school_cells(n, rng.binomial(n, rate[:, None]), LEVELS)


def test_whole_schools_changing_sides_hold_the_level_and_see_sorting():
    rng = np.random.default_rng(11)
    x = np.c_[np.ones(4), LEVELS]
    quiet = [wild_test(sorted_district(rng, 0.0), x, rng=rng, flips=199)[0] for _ in range(200)]
    assert np.mean(np.array(quiet) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
    assert np.mean(np.array(quiet) <= 0.5) > 0.35
    loud = [wild_test(sorted_district(rng, 0.2), x, rng=rng, flips=199)[0] for _ in range(20)]
    assert np.mean(np.array(loud) <= 0.05) > 0.9


def test_seven_schools_have_too_few_sides(place):
    assert wild_test(place, lean(place), rng=np.random.default_rng(1))[0] == 1
