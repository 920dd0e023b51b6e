"""E-values: their bounding factor, and ratios on either side of 1."""

import numpy as np
import pytest

from eachchild.measures.comparisons import OddsRatio, RiskRatio
from eachchild.measures.evalue import (
    e_value,
    e_values,
    e_values_by_square_root,
    e_values_of_rare,
)


def of(kind, *rows, known=True):
    ratio, low, high = (np.array(x, float) for x in zip(*rows, strict=True))
    return kind(ratio, low, high, np.full(ratio.shape, known))


def test_two_confounding_ratios_of_an_e_value_make_just_the_ratio():
    """Ding and VanderWeele's bounding factor, x y / (x + y - 1), at x = y."""
    ratio = np.geomspace(1, 1000, 50)
    x = e_value(ratio)
    np.testing.assert_allclose(x * x / (2 * x - 1), ratio, rtol=1e-12)
    assert (np.diff(x) > 0).all()
    np.testing.assert_allclose(e_value(1 / ratio), x, rtol=1e-7)


def test_a_limit_is_the_end_nearer_to_one():
    found = e_values(of(RiskRatio, (2, 1.5, 3), (0.5, 0.3, 0.8), (1.2, 0.9, 1.6), (1, 1, 1)))
    np.testing.assert_allclose(found.limit, [*e_value(np.array([1.5, 0.8])), 1.0, 1.0], rtol=1e-12)
    np.testing.assert_allclose(found.estimate, e_value(np.array([2, 0.5, 1.2, 1])), rtol=1e-12)
    assert (found.limit <= found.estimate).all()


def test_what_no_confounder_explains_is_infinite():
    found = e_values_of_rare(of(OddsRatio, (0, 0, 0.5), (np.inf, 2, np.inf)))
    assert np.isinf(found.estimate).all()
    np.testing.assert_allclose(found.limit, 2 + np.sqrt(2), rtol=1e-12)


@pytest.mark.parametrize("function", [e_values, e_values_of_rare, e_values_by_square_root])
def test_a_ratio_not_known_stays_so(function):
    found = function(of(OddsRatio, (0, 0, 0), known=False))
    assert not found.known[0]
    assert found.estimate[0] == found.limit[0] == 0


def test_the_root_of_the_odds_ratio_is_within_a_quarter_of_the_risk_ratio():
    """For risks from 0.2 to 0.8, as the rule's author says of it."""
    ours, theirs = np.meshgrid(np.linspace(0.2, 0.8, 61), np.linspace(0.2, 0.8, 61))
    odds = ours / (1 - ours) * (1 - theirs) / theirs
    away = np.sqrt(odds) / (ours / theirs)
    assert away.max() <= 1.25 + 1e-12
    assert away.min() >= 1 / 1.25 - 1e-12
    roots = np.sqrt(odds.ravel())
    found = e_values_by_square_root(of(OddsRatio, *((x, x, x) for x in odds.ravel())))
    np.testing.assert_allclose(found.estimate, e_value(roots), rtol=1e-12)
