"""Students who come again: the dispersion of drawn ones, and what it does to a test."""

import numpy as np
import pytest
from scipy.stats import norm

from eachchild.causes.repeats import dispersion_of_repeats, tempered


@pytest.mark.parametrize("p", [0.3, 0.7, 0.9])
def test_the_dispersion_of_students_drawn_by_the_logarithmic_series(p: float) -> None:
    chance = np.random.default_rng(1)
    number = chance.logseries(p, 200_000)
    wanted = (number.astype(float) ** 2).sum() / number.sum()
    assert dispersion_of_repeats(int(number.sum()), len(number)) == pytest.approx(wanted, rel=0.02)
    totals = np.array([chance.logseries(p, size).sum() for size in chance.poisson(200, 4000)])
    assert totals.var() / totals.mean() == pytest.approx(wanted, rel=0.08)


def test_students_who_come_once_have_none_and_those_who_cannot_be_are_refused() -> None:
    assert dispersion_of_repeats(7, 7) == 1
    assert dispersion_of_repeats(700_001, 700_000) == pytest.approx(1, abs=1e-4)
    with pytest.raises(ValueError, match="8 students cannot have made 7 referrals"):
        dispersion_of_repeats(7, 8)
    with pytest.raises(ValueError, match="at least 1"):
        dispersion_of_repeats(7, 0)


def test_tempering_divides_the_distance_by_the_root() -> None:
    p = np.array([1e-9, 0.02, 0.5, 0.9, 1.0, 0.0])
    assert tempered(p, 1.0)[:5] == pytest.approx(p[:5], rel=1e-9)
    found = tempered(p, np.full(6, 4.0))
    assert norm.isf(found[:4]) == pytest.approx(norm.isf(p[:4]) / 2, rel=1e-9)
    assert found[4] == 1
    assert 0 <= found[5] < found[0]
