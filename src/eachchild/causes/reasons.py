"""What of a gap in absence goes with the days that are recorded as missed for one reason.

What is left of a gap when those days are not counted is the rest; the difference goes with them.
Days without a reason recorded may be of that reason or not, which bounds what can be said.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.causes.jackknife import half_width
from eachchild.causes.places import Part
from eachchild.causes.referrals import Compared, sides_of
from eachchild.cube import AbsenceBlock, Cube
from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.plan import OVERALL
from eachchild.terms.factors import Group
from eachchild.terms.outcomes import Outcome

REST = "rest"


@dataclass(frozen=True, slots=True)
class Missed:
    """One group, one entry a school: students, and sums over them."""

    students: Whole
    value: Numbers  # how many met a rate's condition, or their shares of days absent
    without: Numbers  # the same, had no day been missed for the reason
    without_both: Numbers  # nor for a reason that is not recorded
    enrolled: Whole  # days, in millionths; so are the next three
    absent: Whole
    days: Whole  # absent for the reason
    unrecorded: Whole  # absent without a reason recorded


@dataclass(frozen=True, slots=True)
class Told:
    """What is so of one group as a whole."""

    value: float  # a rate, or the mean share of days absent
    without: float
    of_enrolled: float  # days absent for the reason, of all days enrolled
    of_absent: float  # and of all days absent
    unrecorded: float  # days without a reason recorded, of all days absent


@dataclass(frozen=True, slots=True)
class ByReason:
    """A gap, its two parts, and the least and the most that the first can be of it.

    `least` and `most` are shares of the gap: the unrecorded days of one group are then none of
    them of the reason, and those of the other all.
    """

    whole: float
    parts: tuple[Part, Part]
    least: float
    most: float
    group: Told
    others: Told


def part_by_reason(
    reason: str, group: Missed, others: Missed, *, confidence: float = 0.95
) -> ByReason | None:
    """Part a gap by the days of one reason; None where a group is empty or there is no gap.

    The interval leaves out one school after the other (jackknife); it is nan for fewer than five
    schools. Bounds from days of no recorded reason hold whatever those days were. Sources: Efron
    (1982), The Jackknife, the Bootstrap and Other Resampling Plans; Manski (2003), Partial
    Identification of Probability Distributions, for bounds that assume nothing of what is missing.

    >>> one, days = np.array([10]), np.array([1000])
    >>> mine = Missed(one, one * 0.8, one * 0.3, one * 0.2, days, days, days, days)
    >>> theirs = Missed(one, one * 0.4, one * 0.3, one * 0.1, days, days, days, days)
    >>> found = part_by_reason("transport", mine, theirs)
    >>> [round(p.share, 2) for p in found.parts], round(found.least, 2), round(found.most, 2)
    ([1.0, 0.0], 0.5, 1.25)
    """
    if not group.students.sum() or not others.students.sum():
        return None
    whole, wholes = _gap(group.value, others.value, group=group, others=others)
    rest, rests = _gap(group.without, others.without, group=group, others=others)
    if whole == 0:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):  # without a school there may be no gap
        spread = float(half_width((1 - rests / wholes)[None, :], confidence=confidence)[0])
    shares = {reason: 1 - rest / whole, REST: rest / whole}
    first, last = (
        Part(name, share * whole, share, share - spread, share + spread)
        for name, share in shares.items()
    )
    ends = [
        1 - _gap(mine, theirs, group=group, others=others)[0] / whole
        for mine, theirs in (
            (group.without, others.without_both), (group.without_both, others.without),
        )
    ]  # fmt: skip
    return ByReason(whole, (first, last), min(ends), max(ends), _told(group), _told(others))


def _gap(mine: Numbers, theirs: Numbers, *, group: Missed, others: Missed) -> tuple[float, Numbers]:
    """The difference of means, and the same without each school in turn."""
    (own, owns), (other, others_) = _mean(mine, group.students), _mean(theirs, others.students)
    return own - other, owns - others_


def _mean(sums: Numbers, students: Whole) -> tuple[float, Numbers]:
    with np.errstate(divide="ignore", invalid="ignore"):  # a school may have a whole group
        return float(sums.sum() / students.sum()), (sums.sum() - sums) / (students.sum() - students)


def _told(side: Missed) -> Told:
    n, enrolled, absent = (int(x.sum()) for x in (side.students, side.enrolled, side.absent))
    return Told(
        float(side.value.sum() / n), float(side.without.sum() / n),
        float(side.days.sum() / enrolled) if enrolled else 0.0,
        *(float(days.sum() / absent) if absent else 0.0 for days in (side.days, side.unrecorded)),
    )  # fmt: skip


class OfAbsences:
    """What recorded reasons say of a gap in absence, where they are counted."""

    def __init__(self, cube: Cube) -> None:
        """Nothing is added up before it is asked."""
        self._cube = cube

    def by_reason(
        self, outcome: Outcome, two: Compared, *, periods: tuple[str, ...], reason: str
    ) -> ByReason | None:
        """Part a gap by the days of a reason; None where no absence has it or nobody counts it."""
        factor = Group.parse(two.group).factors[0]
        asked = (factor, outcome.name)
        block = next((b for b in self._cube.absences if (b.factor, b.outcome) == asked), None)
        if block is None or reason not in block.reasons or two.reference == OVERALL:
            return None
        at = [self._cube.periods.index(period) for period in periods]
        kept = np.isin(block.period, at)
        sides = [kept & side for side in sides_of(block.groups, block.group, two)]
        here = np.unique(block.place[sides[0] | sides[1]])
        mine, theirs = (
            _missed(block, side, here, reason=reason, scale=_scale(outcome)) for side in sides
        )
        return part_by_reason(reason, mine, theirs)


def _scale(outcome: Outcome) -> float:
    """What one whole unit of a block's value is: a student, or a share of days."""
    percent = 100 if outcome.mean == "absence_percent" else 1
    return 1.0 if outcome.is_rate else 1.0 / (percent * 10**outcome.decimals)


def _missed(block: AbsenceBlock, side: Known, here: Whole, *, reason: str, scale: float) -> Missed:
    """One group, school by school."""
    at, school = block.reasons.index(reason), np.searchsorted(here, block.place[side])

    def scaled(values: Whole) -> Numbers:
        return np.asarray(added(values) * scale, np.float64)

    def added(values: Whole) -> Whole:
        sums: Whole = np.zeros(here.size, np.int64)
        np.add.at(sums, school, values[side])
        return sums

    return Missed(
        added(block.students), scaled(block.value), scaled(block.without[:, at]),
        scaled(block.without_both[:, at]), added(block.enrolled), added(block.absent),
        added(block.days[:, at]), added(block.unrecorded),
    )  # fmt: skip
