"""Support that reaches some students in need less, and later: found where it was planted."""

import numpy as np

from eachchild.causes.support import Needs, follows_need, unmet_need
from eachchild.causes.waits import Waits, median, restricted_mean, same_need_waits_test

NEED = np.array([0.0, 20.0, 40.0, 60.0])  # a screening score of need, in bins
# English learners have more need; at each need 15 in 100 fewer of them are served.
STUDENTS = np.array([[200, 200, 300, 300], [900, 500, 400, 200]])
SERVED = np.array([[0, 40, 135, 195], [45, 175, 240, 160]])
LEARNERS, OTHERS = 0, 1


def test_more_support_in_all_and_less_at_the_same_need() -> None:
    found = unmet_need(Needs(NEED, STUDENTS, SERVED), 20.0)
    everybody = SERVED.sum(axis=1) / STUDENTS.sum(axis=1)
    assert everybody[LEARNERS] > everybody[OTHERS]  # what a plain rate would have said
    assert found.without[LEARNERS] == 160 + 165 + 105
    assert found.same_need.difference[LEARNERS].round(2) == 0.15
    assert found.same_need.low[LEARNERS] > 0.10
    assert found.q[LEARNERS] < 0.001


def test_support_follows_need_in_either_group() -> None:
    found = follows_need(Needs(NEED, STUDENTS, SERVED))
    assert (found.low > 0).all()
    assert found.test.p.max() < 0.001


def test_a_wait_twice_as_long_is_told_in_days() -> None:
    days = np.array([10.0, 20.0, 40.0, 60.0])
    served = np.array([[[20, 20, 30, 10]], [[60, 30, 10, 0]]])
    waiting_still = np.array([[[0, 0, 0, 20]], [[0, 0, 0, 0]]])
    waits = Waits(days, served, waiting_still)
    assert median(waits).days.tolist() == [40, 10]
    mean = restricted_mean(waits, OTHERS, until=60.0)
    assert mean.gap.difference[LEARNERS] == (200 + 400 + 1200 + 1800) / 100 - 1600 / 100
    assert mean.gap.low[LEARNERS] > 10
    assert same_need_waits_test(waits, OTHERS).p[LEARNERS] < 0.001
