"""Automatic enrollment in honors mathematics, as Dallas did it, and screening all students.

Dallas moved grade 6 from asking to be enrolled to being enrolled unless a parent declines: of
Hispanic students about 33 in 100 became 60, of Black students 17 became 43, of White students 50
became 82 (EdTrust, Automatic Enrollment Policies). Each group's scores are not public, so the
replica below is made to have the rates before; that one cut and one share that declines then give
all three rates after is the check of the arithmetic.
"""

import numpy as np
import pytest

from eachchild.causes.gate import Scores, inside_scores, ready_but_missed, simulate

GROUPS = ["Hispanic", "Black", "White"]
STUDENTS = np.array([[2000, 2200, 3000, 1800], [3000, 2250, 2700, 1050], [500, 1000, 3500, 4000]])
ENROLLED = np.array([[90, 780, 900, 1200], [50, 330, 700, 450], [20, 180, 1400, 2900]])


@pytest.fixture
def dallas() -> Scores:
    scores = np.array([1400.0, 1500.0, 1600.0, 1700.0])
    return Scores(scores, STUDENTS[:, None], ENROLLED[:, None])


def test_automatic_enrollment_gives_the_rates_that_dallas_had_after(dallas: Scores) -> None:
    found = simulate(dallas, 2, cuts=[1600.0], opt_out=0.1, unit_cost=400.0)
    before, _, after = found.rate
    assert found.rule.tolist() == ["today", "cut", "automatic"]
    assert before.tolist() == pytest.approx([0.33, 0.17, 0.50])
    assert after.tolist() == pytest.approx([0.60, 0.43, 0.82])
    assert found.gap[0].tolist() == pytest.approx([-17, -33, 0])
    assert found.gap[2].tolist() == pytest.approx([-22, -39, 0])  # all are more, the gap is wider
    assert found.added[2] == pytest.approx(2430 + 2340 + 2880)
    assert found.cost[2] == pytest.approx(400 * 9000 * (0.60 + 0.43 + 0.82))
    assert found.lost[2] == 0


def test_the_missed_are_told_before_any_rule(dallas: Scores) -> None:
    missed = ready_but_missed(dallas, 2)
    assert missed.cut == 1700  # where half of White students are enrolled today
    assert missed.missed.tolist() == [600, 600, 1100]
    black = inside_scores(dallas, 1, 2)
    assert black.crude.difference[0] == pytest.approx(-0.33)
    assert -0.33 < black.standardized.difference[0] < 0  # less is left at the same scores


def test_screening_all_students_with_the_same_standard() -> None:
    """A large district had 80 % more Black and 130 % more Hispanic students placed as gifted.

    Card, D., Giuliano, L. (2016), Proc. Natl. Acad. Sci. 113: 13678-13683, is where the figures
    are from; the counts are a replica with students whom nobody had tested.
    """
    tested = np.array([[[200, 50]], [[200, 50]], [[300, 200]]])
    placed = np.array([[[0, 40]], [[0, 40]], [[0, 160]]])
    untested = np.array([[[1710, 40]], [[1685, 65]], [[490, 10]]])
    found = simulate(Scores(np.array([100.0, 130.0]), tested, placed, untested=untested), 2)
    today, screened = found.rate
    assert (screened / today).tolist() == pytest.approx([1.8, 2.3, 1.05])
