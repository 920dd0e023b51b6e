"""An early warning list that errs more for some students, and one that does not.

Wisconsin's statewide list was wrong nearly three times in four when it said that a student would
not graduate, and raised more false alarms for Black and Hispanic students (The Markup 2023). Its
counts by group are not in print with both, so this is a replica with that pattern.
"""

import numpy as np
import pytest

from eachchild.causes.screen import Listed, error_parity, from_base_rates

BLACK, HISPANIC, WHITE = range(3)


def listed(on_the_list: list[int], hits: list[int], met: list[int], of: list[int]) -> Listed:
    flagged, right, happened, n = (np.array(x) for x in (on_the_list, hits, met, of))
    return Listed(right, flagged - right, happened - right, n - flagged - happened + right)


def test_more_false_alarms_for_black_and_hispanic_students_are_told() -> None:
    dews = listed([520, 560, 920], [140, 150, 230], [200, 210, 400], [2000, 2400, 9000])
    found = error_parity(dews)
    wrong = 1 - sum([140, 150, 230]) / sum([520, 560, 920])
    assert wrong == pytest.approx(0.74)
    alarms = found.false_alarms
    assert alarms.rate.rate == pytest.approx([380 / 1800, 410 / 2190, 690 / 8600])
    assert (alarms.gap.low[[BLACK, HISPANIC]] > 0).all()
    assert alarms.gap.high[WHITE] < 0
    assert alarms.q.max() < 0.001
    # A listed student is wrongly listed about as often in each group, so no test objects.
    assert found.precision.q.min() > 0.05
    parted = from_base_rates(dews, reference=WHITE)
    assert parted.base[BLACK] > 0  # part of it is that fewer of them graduated
    assert parted.rest[BLACK] > 0  # and part is the list's


def test_a_list_with_the_same_errors_is_not_accused() -> None:
    even = listed([320, 340, 1100], [140, 147, 280], [200, 210, 400], [2000, 2000, 8600])
    found = error_parity(even)
    assert found.missed.q.min() > 0.05
    assert found.false_alarms.q.min() > 0.05
    assert found.precision.q.min() < 0.05  # which, with these base rates, it cannot also have alike
    parted = from_base_rates(even, reference=WHITE)
    assert parted.base[BLACK] == pytest.approx(-parted.rest[BLACK], abs=0.01)
