"""The list that began the debate: COMPAS in Broward County, as ProPublica counted it.

The tables printed by `Compas Analysis.ipynb` of github.com/propublica/compas-analysis (Larson,
Mattu, Kirchner, Angwin 2016): medium or high score against a new charge within two years.
"""

import numpy as np
import pytest

from eachchild.causes.screen import Listed, error_parity, from_base_rates

# Black and White defendants.
COMPAS = Listed(*(np.array(x) for x in ([1369, 505], [805, 349], [532, 461], [990, 1139])))


def test_the_rates_are_those_in_print():
    found = error_parity(COMPAS)
    assert found.false_alarms.rate.rate.round(4).tolist() == [0.4485, 0.2345]
    assert found.missed.rate.rate.round(4).tolist() == [0.2799, 0.4772]
    assert found.precision.rate.rate.round(2).tolist() == [0.63, 0.59]
    assert found.base.rate.rate.round(2).tolist() == [0.51, 0.39]


def test_their_intervals_are_close_to_those_of_dressel_and_farid():
    """Dressel and Farid (2018), Science Advances 4: eaao5580, table 2."""
    found = error_parity(COMPAS)
    for rate, wanted in (
        (found.false_alarms.rate, [(0.427, 0.469), (0.207, 0.265)]),
        (found.missed.rate, [(0.257, 0.303), (0.452, 0.502)]),
    ):
        got = list(zip(rate.low.tolist(), rate.high.tolist(), strict=True))
        assert np.ravel(got) == pytest.approx(np.ravel(wanted), abs=0.015)


def test_both_sides_of_the_debate_are_shown():
    """Unequal errors (ProPublica) and nearly equal precision (the vendor), and why."""
    found = error_parity(COMPAS)
    assert found.false_alarms.p.max() < 1e-20
    assert found.missed.p.max() < 1e-20
    assert abs(found.precision.gap.difference[0]) < 0.04
    parted = from_base_rates(COMPAS)
    assert parted.base[0] + parted.rest[0] == pytest.approx(0.4485 - 0.2345, abs=1e-4)
    # Black defendants' false alarms at White defendants' precision and misses, by the identity.
    implied = (1901 / 1795) * (349 / 505) * (505 / 966)
    assert parted.implied[0] == pytest.approx(implied)
    assert parted.base[0] == pytest.approx(implied - 349 / 1488)
