"""From an audit's counts of supports to the arithmetic of lists and supports at equal need.

Compared are students of the same need, school and school year. All of the latest years stand
together, as the roll-ups pool them; a student counts once in each, so that the variance is taken
as many times as there are years: as if each year had the same students, listed alike.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.causes.referrals import Compared, sides_of
from eachchild.causes.remember import remembered
from eachchild.causes.screen import (
    Calibration,
    FromBaseRates,
    Listed,
    Parity,
    calibration,
    error_parity,
    from_base_rates,
)
from eachchild.causes.support import Follows, Needs, Unmet, follows_need, unmet_need
from eachchild.causes.waits import Waits, restricted_mean
from eachchild.cube import NEEDS, POOLED_YEARS, Cube, SupportBlock
from eachchild.measures.comparisons import normal_test
from eachchild.measures.counts import Counts, Known, Numbers, Whole
from eachchild.measures.exact import exact_test
from eachchild.measures.stratified import Fold, pooled_risk_difference, within_schools_test
from eachchild.terms.factors import Group

GROUP, OTHERS = 0, 1  # the rows of what is compared
_FEWEST = 10  # supported students of either group; the spread of fewer says next to nothing


@dataclass(frozen=True, slots=True)
class AtEqualNeed:
    """How much more often the group than the others, among students of the same need and school.

    `rates` are those of all students asked, whatever their school and need.
    """

    rates: Counts  # the group, the others
    difference: float  # above 0: of the group more
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class FoundList:
    """Whom a list has of those in need, and all three ways in which it can be wrong."""

    at_need: AtEqualNeed
    without_need: AtEqualNeed | None  # listed though not in need; None: nobody to compare
    parity: Parity
    from_base_rates: FromBaseRates
    calibration: Calibration  # how often in need, off the list and on it


@dataclass(frozen=True, slots=True)
class FirstSupport:
    """Weeks from the first school day of a year to the first support in it, begun ones as whole.

    Of those in need who got one in that year; who went without is told by itself.
    """

    weeks: Numbers  # on average: the group, the others
    students: Whole
    difference: float  # above 0: the group later
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class FoundSupport:
    """Who is supported of those in need (and, where there is a list, on it)."""

    at_need: AtEqualNeed
    unmet: Unmet  # of all in need, listed or not
    follows: Follows
    first: FirstSupport | None  # None: of too few, or the school year's first day is not known


@dataclass(frozen=True, slots=True)
class FoundSupports:
    """What the support table says of two groups, by one measure of need."""

    measure: str
    list: FoundList | None  # None: no list, or nobody to compare
    support: FoundSupport | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Cells of either group whose need is known, with their stratum."""

    mine: Known
    theirs: Known
    need: Whole
    listed: Known
    served: Known
    week: Whole
    students: Whole
    stratum: Whole  # the same school, year and need
    here: Whole  # the same school and year
    years: int
    in_need: Known
    classes: int
    lines: int  # how many classes are called in need


class OfSupports:
    """What lists and supports say of a gap, where they are counted."""

    def __init__(self, cube: Cube) -> None:
        """Nothing is added up before it is asked."""
        self._cube = cube
        self._first = max(0, len(cube.periods) - POOLED_YEARS)

    @remembered
    def compared(self, two: Compared) -> FoundSupports | None:
        """How the list and the supports treat two groups; None where none are counted."""
        factor = Group.parse(two.group).factors[0]
        block = next((b for b in self._cube.supports if b.factor == factor), None)
        asked = None if block is None else self._asked(block, two)
        if block is None or asked is None:
            return None
        listed = _list(asked) if block.has_lists else None
        return FoundSupports(block.measure, listed, _support(asked, block.has_lists))

    def _asked(self, block: SupportBlock, two: Compared) -> _Asked | None:
        kind = NEEDS[block.measure]
        mine, theirs = sides_of(block.groups, block.group, two)
        kept = (block.need < len(kind.classes)) & (block.period >= self._first) & (mine | theirs)
        if not kept.any():
            return None
        keys = np.column_stack([block.place, block.period, block.need])[kept]
        need = block.need[kept]
        return _Asked(
            mine[kept], theirs[kept], need, block.listed[kept] > 0, block.served[kept] > 0,
            block.week[kept], block.students[kept], _numbered(keys), _numbered(keys[:, :2]),
            len(np.unique(block.period[kept])), need < kind.in_need, len(kind.classes),
            kind.in_need,
        )  # fmt: skip


def _list(asked: _Asked) -> FoundList | None:
    """Whom the list has, at the schools and in the years that have one."""
    kept = _where_any(asked, asked.listed)
    at_need = _at_equal_need(asked, asked.listed, kept & asked.in_need)
    if at_need is None:
        return None
    listed, need = asked.listed, asked.in_need
    four = Listed(*(
        _by_side(asked, kept & on & in_need)
        for on, in_need in ((listed, need), (listed, ~need), (~listed, need), (~listed, ~need))
    ))  # fmt: skip
    students = np.column_stack([four.misses + four.cleared, four.hits + four.alarms])
    happened = np.column_stack([four.misses, four.hits])
    return FoundList(
        at_need, _at_equal_need(asked, listed, kept & ~need), error_parity(four),
        from_base_rates(four), calibration(students, happened),
    )  # fmt: skip


def _support(asked: _Asked, has_lists: bool) -> FoundSupport | None:
    """Who is supported, at the schools and in the years that have supports.

    Where a list says who is to be supported, those on it are compared: whom the list misses is
    another question.
    """
    kept = _where_any(asked, asked.served)
    among = kept & asked.in_need & (asked.listed | (not has_lists))
    at_need = _at_equal_need(asked, asked.served, among)
    if at_need is None:
        return None
    needs = _needs(asked, kept)
    line = float(asked.classes - asked.lines)
    first = _first_support(asked, kept & asked.in_need & asked.served)
    return FoundSupport(at_need, unmet_need(needs, line), follows_need(needs), first)


def _first_support(asked: _Asked, which: Known) -> FirstSupport | None:
    """How long those who got one waited for it, from the first school day of their year."""
    students = _by_side(asked, which)
    if (students < _FEWEST).any() or not asked.week[which].all():
        return None
    waits = _waits(asked, which)
    found = restricted_mean(waits, OTHERS)
    often, value = float(np.sqrt(asked.years)), float(found.gap.difference[GROUP])
    return FirstSupport(
        found.mean.mean, students, value,
        value - often * (value - float(found.gap.low[GROUP])),
        value + often * (float(found.gap.high[GROUP]) - value),
    )  # fmt: skip


def _waits(asked: _Asked, which: Known) -> Waits:
    """Both groups by class of need and week; nobody is still waiting."""
    weeks = int(asked.week[which].max())
    at = asked.need * weeks + asked.week - 1
    served = np.stack([
        np.bincount(at[which & side], asked.students[which & side], asked.lines * weeks)
        for side in (asked.mine, asked.theirs)
    ]).astype(np.int64).reshape(2, asked.lines, weeks)  # fmt: skip
    return Waits(np.arange(1.0, weeks + 1), served, np.zeros_like(served))


def _needs(asked: _Asked, kept: Known) -> Needs:
    """Both groups by class of need over all schools, the least need first."""
    rank = asked.classes - 1 - asked.need

    def grid(which: Known) -> Whole:
        return np.stack([
            np.bincount(rank[which & side], asked.students[which & side], asked.classes)
            for side in (asked.mine, asked.theirs)
        ]).astype(np.int64)  # fmt: skip

    return Needs(np.arange(float(asked.classes)), grid(kept), grid(kept & asked.served))


def _at_equal_need(asked: _Asked, met: Known, among: Known) -> AtEqualNeed | None:
    """The pooled difference over schools, years and classes of need; None where none has both."""
    size = int(asked.stratum.max()) + 1

    def counted(side: Known) -> Counts:
        n, events = (
            np.bincount(asked.stratum[which], asked.students[which], size).astype(np.int64)
            for which in (among & side, among & side & met)
        )
        return Counts(events, n)

    group, others = counted(asked.mine), counted(asked.theirs)
    fold = Fold.runs(np.array([size]))
    pooled = pooled_risk_difference(group, others, fold)
    test = within_schools_test(group, others, fold)
    if not (pooled.known[0] and test.known[0]):
        return None
    often = float(np.sqrt(asked.years))
    p = float(normal_test(test.statistic / often, test.known).p[0])
    p = max(p, float(exact_test(group, others, fold).p[0]))  # a small group has no normal law
    value = float(pooled.difference[0])
    return AtEqualNeed(
        Counts(*(np.array([x.sum(), y.sum()]) for x, y in
                 ((group.events, others.events), (group.n, others.n)))),
        value, value - often * (value - float(pooled.low[0])),
        value + often * (float(pooled.high[0]) - value), p,
    )  # fmt: skip


def _where_any(asked: _Asked, met: Known) -> Known:
    """Cells of schools and years in which somebody is: elsewhere nobody may have kept a record."""
    some = np.bincount(asked.here, asked.students * met) > 0
    return np.asarray(some[asked.here])


def _by_side(asked: _Asked, which: Known) -> Whole:
    return np.array([asked.students[which & side].sum() for side in (asked.mine, asked.theirs)])


def _numbered(keys: Whole) -> Whole:
    _, code = np.unique(keys, axis=0, return_inverse=True)
    return code.ravel()
