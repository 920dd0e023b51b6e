"""A gap in absence parted by the days of one reason: by hand, and by what blanks leave open."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from eachchild.causes.places import Part
from eachchild.causes.reasons import (
    REST,
    ByReason,
    Missed,
    OfAbsences,
    Told,
    part_by_reason,
)
from eachchild.causes.referrals import Compared
from eachchild.cube import AbsenceBlock, Cube, Places
from eachchild.findings.causes.transport import verdict_of
from eachchild.terms.outcomes import built_in

NOBODY = np.zeros(0, np.int64)


def missed(students: list[int], value: list[float], without: list[float],
           both: list[float] | None = None) -> Missed:  # fmt: skip
    """A group in a few schools; every student is enrolled 100 days and absent 10, 4 of them so."""
    n = np.array(students)
    return Missed(
        n, np.array(value, float), np.array(without, float),
        np.array(without if both is None else both, float), n * 100, n * 10, n * 4, n * 1,
    )  # fmt: skip


def test_what_is_left_without_the_days_is_the_rest() -> None:
    # 30 of 100 and 10 of 100; without the days 15 and 9: 6 of the 20 points are left.
    found = part_by_reason(
        "transport", missed([60, 40], [20, 10], [10, 5]), missed([50, 50], [6, 4], [5, 4])
    )
    assert found is not None
    assert found.whole == pytest.approx(0.20)
    assert [part.level for part in found.parts] == ["transport", REST]
    assert [part.value for part in found.parts] == pytest.approx([0.14, 0.06])
    assert [part.share for part in found.parts] == pytest.approx([0.7, 0.3])
    assert (found.least, found.most) == pytest.approx((0.7, 0.7))  # no day is without a reason
    assert found.group == Told(*map(pytest.approx, (0.30, 0.15, 0.04, 0.4, 0.1)))  # type: ignore[arg-type]
    assert np.isnan(found.parts[0].low)  # two schools say nothing of others


def test_unrecorded_days_bound_it_by_the_worst_of_both_sides() -> None:
    # Without both 10 and 4 are left: least 1 - (15 - 4) / 20, most 1 - (10 - 9) / 20.
    mine = missed([60, 40], [20, 10], [10, 5], [7, 3])
    theirs = missed([50, 50], [6, 4], [5, 4], [2, 2])
    found = part_by_reason("transport", mine, theirs)
    assert found is not None
    assert (found.least, found.most) == pytest.approx((0.45, 0.95))
    turned = part_by_reason("transport", theirs, mine)
    assert turned is not None
    assert turned.whole == pytest.approx(-found.whole)
    assert (turned.least, turned.most) == pytest.approx((found.least, found.most))


def test_the_interval_is_that_of_leaving_out_each_school_in_a_loop() -> None:
    chance = np.random.default_rng(3)
    sides = []
    for rate in (0.3, 0.1):
        n = chance.integers(20, 90, 9)
        value = chance.binomial(n, rate)
        sides.append(missed(n.tolist(), value.tolist(), chance.binomial(value, 0.5).tolist()))
    found = part_by_reason("transport", *sides)
    shares = []
    for school in range(9):
        kept = np.arange(9) != school
        mine, theirs = (
            missed(s.students[kept].tolist(), s.value[kept].tolist(), s.without[kept].tolist())
            for s in sides
        )
        less = part_by_reason("transport", mine, theirs)
        assert less is not None
        shares.append(less.parts[0].share)
    assert found is not None
    error = np.sqrt(8 / 9 * ((shares - np.mean(shares)) ** 2).sum())
    half = (found.parts[0].high - found.parts[0].low) / 2
    assert half == pytest.approx(stats.t.ppf(0.975, 8) * error, rel=1e-9)
    assert sum(part.value for part in found.parts) == pytest.approx(found.whole)


def test_nothing_is_parted_without_a_gap_or_without_a_group() -> None:
    same = missed([50, 50], [5, 5], [4, 4])
    assert part_by_reason("transport", same, same) is None
    assert part_by_reason("transport", same, missed([0, 0], [0, 0], [0, 0])) is None


def by_reason(share: float, half: float, least: float, most: float) -> ByReason:
    part = Part("transport", share / 10, share, share - half, share + half)
    side = Told(0.2, 0.1, 0.03, 0.3, 0.2)
    return ByReason(0.1, (part, replace(part, level=REST)), least, most, side, side)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (by_reason(0.6, 0.1, 0.5, 0.7), "supported"),
        (by_reason(0.6, 0.1, 0.2, 0.9), "doubtful"),  # the blanks could undo it
        (by_reason(0.6, 0.7, 0.5, 0.7), "doubtful"),  # other schools could
        (by_reason(0.05, 0.1, 0.0, 0.2), "refuted"),
        (by_reason(0.05, 0.1, 0.0, 0.4), "doubtful"),  # the blanks could make it much
    ],
)
def test_no_more_is_said_than_the_blanks_allow(found: ByReason, said: str) -> None:
    assert verdict_of(found) == said


def cube_of(outcome: str, value: list[int], without: list[int]) -> Cube:
    """Two years of one school: the group and the others in each, a cell each."""
    size = len(value)
    ones, column = np.full(size, 10), np.array(without)[:, None]
    block = AbsenceBlock(
        "el", ("yes", "no", "not_reported"), outcome, ("transport",), ("A",),
        place=np.zeros(size, np.int64), period=np.array([0, 0, 1, 1]),
        group=np.array([0, 1, 0, 1]), students=ones, value=np.array(value), without=column,
        without_both=column, enrolled=ones * 100, absent=ones * 10, days=column * 0 + 5,
        unrecorded=ones * 0,
    )  # fmt: skip
    return Cube(Places("school", ("A",)), ("2021-22", "2022-23"), {}, (), absences=(block,))


@pytest.mark.parametrize(
    ("name", "units"), [("chronic_absence", 1), ("absence_rate", 10_000)]
)  # percent, in hundredths
def test_shares_of_days_are_shares_whatever_they_are_written_in(name: str, units: int) -> None:
    value, without = [3, 1, 5, 1], [2, 1, 3, 1]
    cube = cube_of(name, [units * v for v in value], [units * v for v in without])
    two = Compared("el=yes", "el=no", NOBODY, NOBODY)

    def asked(periods: tuple[str, ...], reason: str = "transport", two: Compared = two) -> object:
        return OfAbsences(cube).by_reason(built_in()[name], two, periods=periods, reason=reason)

    pooled, last = asked(("2021-22", "2022-23")), asked(("2022-23",))
    assert isinstance(pooled, ByReason)
    assert isinstance(last, ByReason)
    assert pooled.whole == pytest.approx(0.3)  # 8 of 20 less 2 of 20
    assert pooled.parts[0].share == pytest.approx(0.5)
    assert (last.whole, last.parts[0].share) == pytest.approx((0.4, 0.5))
    assert asked(("2022-23",), "illness") is None
    assert asked(("2022-23",), two=replace(two, reference="overall")) is None
    assert asked(("2022-23",), two=Compared("frl=yes", "frl=no", NOBODY, NOBODY)) is None
