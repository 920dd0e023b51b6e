"""A district with the facts of a study of teachers' referrals: the busiest twentieth are found.

Liu, J., Penner, E. K., Gao, W. (2023), Troublemakers?, Educational Researcher: some 2,900 teachers,
79,000 students and 75,229 referrals over four years in 101 schools; 34 % of the teachers make a
referral in a year; the top 5 % make 35 % of all referrals, and double the gap between groups. The
group here has 7 % of the students, as Black students had there; the gap's level is not from there.
"""

import numpy as np
import pytest

from eachchild.causes.referrers import Adults, referrers

SCHOOLS, EACH, STUDENTS = 101, 29, 79_000
REFERRALS = 75_229 / 4
GROUP = round(0.07 * STUDENTS)
OTHERS = STUDENTS - GROUP


def district(seed: int, *, of_top: float, of_rest: float) -> Adults:
    """A year's referrals; so large a part of the top's and of the other adults' is of the group."""
    chance = np.random.default_rng(seed)
    size = SCHOOLS * EACH
    order = chance.permutation(size)
    top, rest = order[: round(0.05 * size)], order[round(0.05 * size) : round(0.34 * size)]
    made = np.zeros(size, np.int64)
    made[top] = 30 + chance.poisson(0.35 * REFERRALS / len(top) - 30, len(top))
    made[rest] = 1 + chance.poisson(0.65 * REFERRALS / len(rest) - 1, len(rest))
    part = np.zeros(size)
    part[top], part[rest] = of_top, of_rest
    group = chance.binomial(made, part)
    return Adults(np.repeat(np.arange(SCHOOLS), EACH), np.ones(size, np.int64), group, made - group)


def parts(total: float) -> tuple[float, float]:
    """The parts at which the top have half of the gap, `total` being the group's of all."""
    gap = total * REFERRALS / GROUP - (1 - total) * REFERRALS / OTHERS
    of_top = (gap / 2 / (0.35 * REFERRALS) + 1 / OTHERS) / (1 / GROUP + 1 / OTHERS)
    return of_top, (total - 0.35 * of_top) / 0.65


@pytest.mark.parametrize("seed", range(3))
def test_the_top_and_the_doubling_are_found(seed: int) -> None:
    of_top, of_rest = parts(0.16)
    found = referrers(district(seed, of_top=of_top, of_rest=of_rest), (GROUP, OTHERS), draws=99)
    assert found.total_share.share == pytest.approx(0.35, abs=0.01)
    assert found.total_share.p <= 0.01
    assert found.top_adults[0] == pytest.approx(0.05, abs=0.002)
    assert found.referral_share[0] == pytest.approx(0.35, abs=0.015)
    assert found.gap_share[0] == pytest.approx(0.5, abs=0.03)
    assert found.times[0] == pytest.approx(2, abs=0.12)
    assert found.p[0] < 1e-6
    assert found.without.ratio[0] < found.gap.ratio[0]


def test_as_busy_adults_with_everybodys_gap_are_not_accused_of_it() -> None:
    alarms, times = 0, []
    for seed in range(40):
        found = referrers(district(seed, of_top=0.16, of_rest=0.16), (GROUP, OTHERS), draws=2)
        alarms += found.p[0] <= 0.05
        times.append(found.times[0])
    assert alarms <= 6
    # They have their part of the gap as of all referrals, which is not yet a doubling.
    assert np.mean(times) == pytest.approx(1 / (1 - 0.35), abs=0.03)
