"""From an audit's counts of courses to the arithmetic of gates: who is ready and not enrolled."""

from dataclasses import dataclass

import numpy as np

from eachchild.causes.cut import ScoreCut, score_cut
from eachchild.causes.gate import (
    Missed,
    SameScore,
    Scores,
    Simulated,
    inside_scores,
    ready_but_missed,
    simulate,
)
from eachchild.causes.offer import is_offered
from eachchild.cube import CourseBlock, Cube
from eachchild.measures.comparisons import RiskDifference, risk_difference
from eachchild.measures.counts import Counts, Known, Whole
from eachchild.plan import COMPLEMENT
from eachchild.terms.factors import Group

GROUP, OTHERS, REST = 0, 1, 2  # whom the grid of a gate tells apart
_UNKNOWN, _LEAST = 0.5, 0.05  # reliability of a score where no other year's tells it; at least
# Percent of the scores that the tried cuts lie from today's seats; where districts enroll students
# automatically, the cut is far below these.
_AROUND = (-20, -10, 0, 10)


@dataclass(frozen=True, slots=True)
class FoundGate:
    """A gap in enrollment among students of the same score, where the course is offered.

    Scores are the percent of their year and grade that lie below. `share` is the part of the gap
    of all students with a score, at whatever school, that is left inside the same school, year and
    score; `low` and `high` are its 95 % interval, of who is enrolled and not of the whole gap.
    """

    whole: RiskDifference
    same: SameScore
    share: float
    low: float
    high: float
    missed: Missed
    settings: Simulated
    cut: ScoreCut | None  # None: no score alone decides
    students: tuple[int, int]  # of the group and of the others, with a score
    unscored: tuple[int, int]
    reliability: float  # at least; nan: nobody has scores of two years
    schools: tuple[int, int]  # that offer it in some year, and all

    @property
    def surely(self) -> float:
        """The share were all error in scores that one year's score does not say of the next's.

        A score with reliability r takes r of what true readiness would take of a gap: where it
        leaves `share`, readiness leaves 1 - (1 - share) / r. The correlation of successive years
        is r or less, since students change too. Where it is not known r is taken as one half.
        """
        known = np.isfinite(self.reliability)
        return 1 - (1 - self.share) / (max(self.reliability, _LEAST) if known else _UNKNOWN)


class OfCourses:
    """What scores say of a gap in advanced courses, where both are counted."""

    def __init__(self, cube: Cube) -> None:
        """Nothing is added up before it is asked."""
        self._cube = cube

    def gate(
        self, outcome: str, group: str, reference: str, periods: tuple[str, ...]
    ) -> FoundGate | None:
        """Compare two groups of one factor at the same scores; None where they have none."""
        parts = Group.parse(group).parts
        block = self._block(outcome, parts[0][0])
        if block is None or len(parts) > 1:
            return None
        kept = np.isin(block.period, [self._cube.periods.index(p) for p in periods])
        sides = sides_of(block.groups, group, reference)[block.group]
        students, enrolled = (
            _grid(block, sides, kept, x) for x in (block.students, block.enrolled)
        )
        offered = is_offered_by_year(students, enrolled)
        scored, those = students[..., :-1], enrolled[..., :-1]  # sides, years, schools, bins
        whole = risk_difference(_all(scored, those, GROUP), _all(scored, those, OTHERS))
        scores = np.arange(block.bins, dtype=np.float64) * (100 / block.bins)
        grid = Scores(scores, scored[:, offered], those[:, offered])
        if not (
            whole.known[0] and whole.difference[0] and grid.students[:2].sum(axis=(1, 2)).all()
        ):
            return None
        same = inside_scores(grid, GROUP, OTHERS, same_school=True)
        if not same.pooled.known[0]:
            return None
        ends = np.array([same.pooled.low[0], same.pooled.high[0]]) / whole.difference[0]
        untold = students[..., -1].sum(axis=(1, 2))
        told = scored.sum(axis=(1, 2, 3))
        return FoundGate(
            whole, same, float(same.pooled.difference[0] / whole.difference[0]),
            float(ends.min()), float(ends.max()), ready_but_missed(grid, OTHERS),
            _tried(grid), score_cut(grid, GROUP, OTHERS, gap=float(whole.difference[0])),
            (int(told[GROUP]), int(told[OTHERS])),
            (int(untold[GROUP]), int(untold[OTHERS])), reliability_of(block.again),
            (int(offered.any(axis=0).sum()), offered.shape[1]),
        )  # fmt: skip

    def _block(self, outcome: str, factor: str) -> CourseBlock | None:
        mine = (b for b in self._cube.courses if (b.outcome, b.factor) == (outcome, factor))
        return next(mine, None)


def reliability_of(again: Whole) -> float:
    """The correlation of two years' scores, from a table of their bins; nan where it has none.

    >>> reliability_of(np.array([[30, 10], [10, 30]]))
    0.5
    """
    n = again.sum()
    if not n:
        return float("nan")
    at = np.arange(len(again))
    first, second = (at - again.sum(axis=axis) @ at / n for axis in (1, 0))
    spread = np.sqrt((again.sum(axis=1) @ first**2) * (again.sum(axis=0) @ second**2))
    return float(first @ again @ second / spread) if spread else float("nan")


def is_offered_by_year(students: Whole, enrolled: Whole) -> Known:
    """Which schools and years offer the course; the grid has them in one row, years apart."""
    n, events = (x.sum(axis=(0, 3)) for x in (students, enrolled))  # years by schools
    return np.array([is_offered(Counts(e, m)) for e, m in zip(events, n, strict=True)])


def _tried(grid: Scores) -> Simulated:
    """Rules around the seats of today: four cuts, all above each let in, and the schools' best."""
    share = grid.enrolled.sum() / grid.students.sum()
    today = 100 * (1 - share)
    cuts = sorted({
        float(grid.scores[np.abs(grid.scores - today - away).argmin()]) for away in _AROUND
    })  # fmt: skip
    return simulate(grid, OTHERS, cuts=cuts, tops=[float(share)])


def sides_of(groups: tuple[str, ...], group: str, reference: str) -> Whole:
    """For each value of the factor, whose side it is on."""
    value = Group.parse(group).parts[0][1]
    if reference == COMPLEMENT:
        return np.array([GROUP if name == value else OTHERS for name in groups])
    other = Group.parse(reference).parts[0][1]
    return np.array([{value: GROUP, other: OTHERS}.get(name, REST) for name in groups])


def _grid(block: CourseBlock, sides: Whole, kept: Known, counted: Whole) -> Whole:
    """Counts as sides by years by schools by bins; the last bin has those without a score."""
    years = np.unique(block.period[kept])
    grid = np.zeros((3, len(years), len(block.schools), block.bins + 1), np.int64)
    at = (sides[kept], np.searchsorted(years, block.period[kept]), block.place[kept],
          block.bin[kept])  # fmt: skip
    np.add.at(grid, at, counted[kept])  # a bin of -1 is the last
    return grid


def _all(students: Whole, enrolled: Whole, side: int) -> Counts:
    return Counts(*(np.array([x[side].sum()]) for x in (enrolled, students)))
