"""Lists, supports and logs of whole districts: known differences, and none."""

import numpy as np
import pytest

from eachchild.causes.referrals import Compared
from eachchild.causes.reporting import Logged, _handed_round, blank_answers, logged_acts
from eachchild.causes.supports import GROUP, OTHERS, AtEqualNeed, OfSupports
from eachchild.cube import Cube, Places, SupportBlock
from eachchild.findings.causes.need import is_surely_more, verdict_of
from eachchild.measures.counts import counts

NOBODY = np.zeros(0, np.int64)
TWO = Compared("el=yes", "el=no", NOBODY, NOBODY)


def cube_of(cells: list[tuple[int, ...]], *, has_lists: bool = True) -> Cube:
    """Cells of school, year, group, need, listed, served, students and perhaps the week."""
    place, period, group, need, listed, served, students, week = np.array(
        sorted((*c, 0)[:8] for c in cells)
    ).T
    block = SupportBlock(
        "el", ("yes", "no", "not_reported"), "score", has_lists, ("A", "B"), place, period, group,
        need, listed, served, week, students, 0,
    )  # fmt: skip
    places = Places("school", ("A", "B"), "district", ("D", "D"))
    return Cube(places, ("2021-22", "2022-23"), {}, (), supports=(block,))


def students(school: int, group: int, need: int, n: tuple[int, int, int]) -> list[tuple[int, ...]]:
    """How many are on no list, on it only, and supported from it."""
    marks = ((0, 0), (1, 0), (1, 1))
    return [(school, 1, group, need, *mark, k) for mark, k in zip(marks, n, strict=True) if k]


def test_a_list_that_misses_a_group_and_a_support_that_does_not() -> None:
    cells = [c for s in (0, 1) for g, n in ((0, (30, 10, 10)), (1, (10, 20, 20)))
             for c in students(s, g, 0, n) + students(s, g, 9, (95, 3, 2))]  # fmt: skip
    found = OfSupports(cube_of(cells)).compared(TWO)
    assert found is not None
    assert found.list is not None
    assert found.support is not None
    at = found.list.at_need
    assert at.rates.events.tolist() == [40, 80]
    assert at.rates.n.tolist() == [100, 100]
    assert at.difference == pytest.approx(-0.4)
    assert verdict_of(at) == "supported"
    assert found.list.parity.missed.rate.rate.tolist() == pytest.approx([0.6, 0.2])
    assert found.list.parity.false_alarms.rate.rate.tolist() == pytest.approx([0.05, 0.05])
    assert found.list.calibration.rate.rate[:, 1].tolist() == pytest.approx([40 / 50, 80 / 90])
    even = found.list.without_need
    assert even is not None
    assert even.difference == pytest.approx(0)
    assert not is_surely_more(even)
    support = found.support
    assert support.at_need.difference == pytest.approx(0)
    assert verdict_of(support.at_need) == "doubtful"  # 40 and 80 listed students are few
    assert support.unmet.without.tolist() == [80, 60]
    assert support.follows.index[GROUP] < support.follows.index[OTHERS]


def test_a_list_that_has_more_of_a_group_without_need() -> None:
    cells = [c for s in (0, 1) for g, n in ((0, (70, 30, 0)), (1, (190, 10, 0)))
             for c in students(s, g, 0, (10, 30, 0)) + students(s, g, 5, n)]  # fmt: skip
    found = OfSupports(cube_of(cells)).compared(TWO)
    assert found is not None
    assert found.list is not None
    alarms = found.list.without_need
    assert alarms is not None
    assert alarms.rates.events.tolist() == [60, 20]
    assert alarms.rates.n.tolist() == [200, 400]
    assert alarms.difference == pytest.approx(0.25)
    assert is_surely_more(alarms)
    assert found.list.at_need.difference == pytest.approx(0)
    assert found.list.parity.false_alarms.rate.rate.tolist() == pytest.approx([0.30, 0.05])
    few = [c for s in (0, 1) for g in (0, 1) for c in students(s, g, 0, (10, 30, 0))]
    all_in_need = OfSupports(cube_of(few)).compared(TWO)
    assert all_in_need is not None
    assert all_in_need.list is not None
    assert all_in_need.list.without_need is None


@pytest.mark.parametrize(
    ("difference", "low", "p"), [(0.04, 0.02, 0.001), (0.20, 0.01, 0.02), (0.20, -0.01, 0.001)]
)
def test_few_more_or_perhaps_more_is_not_told(difference: float, low: float, p: float) -> None:
    rates = counts([5, 5], [50, 50])
    assert not is_surely_more(AtEqualNeed(rates, difference, low, 0.3, p))
    assert is_surely_more(AtEqualNeed(rates, 0.20, 0.01, 0.3, 0.001))


def test_years_with_the_same_students_are_no_more_sure() -> None:
    one = [c for g, n in ((0, (30, 10, 10)), (1, (10, 20, 20))) for c in students(0, g, 0, n)]
    both = one + [(c[0], 0, *c[2:]) for c in one]
    a, b = (OfSupports(cube_of(cells)).compared(TWO) for cells in (one, both))
    assert a is not None
    assert a.list is not None
    assert b is not None
    assert b.list is not None
    # Of twice as many other students it would be a thousandth of that.
    assert b.list.at_need.p > a.list.at_need.p / 2
    assert b.list.at_need.low == pytest.approx(a.list.at_need.low, abs=0.002)


def test_nothing_is_told_of_lists_nobody_named_or_of_years_without_any() -> None:
    cells = students(0, 0, 0, (30, 0, 0)) + students(0, 1, 0, (30, 0, 0))
    found = OfSupports(cube_of(cells)).compared(TWO)
    assert found is not None
    assert found.list is None
    assert found.support is None
    unknown = students(0, 0, 10, (30, 5, 5)) + students(0, 1, 10, (30, 5, 5))
    assert OfSupports(cube_of(unknown)).compared(TWO) is None
    assert (
        OfSupports(cube_of(cells)).compared(Compared("idea=yes", "idea=no", NOBODY, NOBODY)) is None
    )


def log_of(all_: list[list[int]], acted: list[list[int]], unsaid: list[list[int]]) -> Logged:
    """Eight schools, of which the group attends the first four; each student is in one."""
    every, blank = np.array(all_), np.array(unsaid)
    mine = np.arange(8)[:, None] < 4
    out = np.array(acted).sum(axis=1)
    return Logged(
        every * mine, every * ~mine, every, blank, np.array(acted), out * mine[:, 0],
        out * ~mine[:, 0], 100 * mine[:, 0], 100 * ~mine[:, 0],
    )  # fmt: skip


def test_a_log_of_acts_that_half_of_the_schools_write_down() -> None:
    log = log_of([[60, 20]] * 4 + [[20, 20]] * 4, [[4, 10]] * 8, [[0, 0]] * 8)
    found = logged_acts(log)
    assert found is not None
    assert found.logged == pytest.approx(0.4)  # 80 against 40 referrals for 100 students
    assert found.alike == pytest.approx(0)
    assert found.share == found.smaller == pytest.approx(1)
    assert found.p == pytest.approx(1 / 70, rel=0.2)  # four of eight schools, one way in 70
    assert blank_answers(log) is None  # as many are suspended


def test_blank_answers_of_half_of_the_schools() -> None:
    log = log_of([[40]] * 8, [[10]] * 4 + [[5]] * 4, [[0]] * 4 + [[20]] * 4)
    found = blank_answers(log)
    assert found is not None
    assert (found.logged, found.alike) == (pytest.approx(0.05), pytest.approx(0))
    assert (found.mine, found.theirs) == (0, 0.5)
    assert found.p == pytest.approx(1 / 70, rel=0.2)


def test_schools_that_answer_harder_turn_a_gap_round_and_make_it_no_smaller() -> None:
    log = log_of([[42]] * 4 + [[40]] * 4, [[20]] * 4 + [[10]] * 4, [[0]] * 8)
    found = logged_acts(log)
    assert found is not None
    assert found.smaller < 0


def test_marks_handed_round_are_as_often_sure_as_they_say() -> None:
    chance = np.random.default_rng(4)
    weights = chance.dirichlet(np.ones(8), 2)
    p = [_handed_round(weights[0] - weights[1], chance.normal(size=8)) for _ in range(150)]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.2, abs=0.1)  # one side, whichever it is
