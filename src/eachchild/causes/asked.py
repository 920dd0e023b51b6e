"""From an audit's counts to the arithmetic of causes: whom a gap is between, place by place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from eachchild.causes.courses import FoundGate, OfCourses
from eachchild.causes.grades import OfGrades
from eachchild.causes.mix import Mix
from eachchild.causes.offer import is_offered
from eachchild.causes.places import SCALES, Scale, Split, split_by_places
from eachchild.causes.reasons import ByReason, OfAbsences
from eachchild.causes.referrals import Compared, OfReferrals
from eachchild.causes.remember import remembered
from eachchild.causes.steps import Chain, NotNestedError, chain
from eachchild.causes.supports import OfSupports
from eachchild.causes.worded import OfWords
from eachchild.cube import ALL_PLACES, POOLED, POOLED_YEARS, Margin, Places, Rollups
from eachchild.measures.counts import Counts, Known, Whole
from eachchild.plan import COMPLEMENT, OVERALL
from eachchild.terms.factors import Group
from eachchild.terms.outcomes import Outcome
from eachchild.terms.years import ALL

OFFERED = "offered"


@dataclass(frozen=True, slots=True)
class Asked:
    """A gap of a whole place: an outcome that students have or do not have, between two groups."""

    outcome: str
    group: str
    reference: str  # a group, or `complement`
    period: str


class Origins:
    """Where the gaps of one audit are made, asked gap by gap."""

    def __init__(self, rollups: Rollups) -> None:
        """Nothing is counted before it is asked."""
        self._rollups = rollups
        self._places = rollups.cube.places
        self._levels = _levels(self._places)
        self.referrals = OfReferrals(rollups.cube)
        self.words = OfWords(rollups.cube)
        self.supports = OfSupports(rollups.cube)
        self.courses = OfCourses(rollups.cube)
        self.grades = OfGrades(rollups.cube)
        self._absences = OfAbsences(rollups.cube)

    @property
    def together(self) -> str:
        """The period in which causes are asked: the latest years together, where there are several.

        What makes a gap seldom changes within three years, and one year tells little of it.
        """
        every = self._rollups.cube.periods
        return ALL if len(every) > 1 else every[0]

    def when(self, gap_of: str) -> str:
        """The period in which causes are asked of a gap, which is told of the period `gap_of`."""
        del gap_of  # whichever year tells it, more years tell more of what makes it
        return self.together

    @remembered
    def whole(self, asked: Asked, measure: str) -> float | None:
        """A difference or ratio of rates of both groups; None where counts do not tell it."""
        sides = self._of_all(asked)
        if sides is None or not all(side.n.sum() for side in sides):
            return None
        mine, theirs = (float(side.events.sum() / side.n.sum()) for side in sides)
        if measure == "risk_difference":
            return mine - theirs
        return mine / theirs if measure == "risk_ratio" and theirs else None

    @remembered
    def unknown(self, asked: Asked) -> tuple[float, float] | None:
        """For what share of the group, and of the others, the answer is not known."""
        factors, pooled = Group.parse(asked.group).factors, asked.period == ALL
        level = self._places.level
        cells = self._rollups.cells(asked.outcome, factors, level=level, pooled=pooled)
        if asked.reference == OVERALL or cells is None:
            return None
        tally, rows = cells.tallies[asked.outcome], self._rows(cells, asked, asked.group)
        others = ~rows & self._rows(cells, asked, "")
        if asked.reference != COMPLEMENT:
            others = self._rows(cells, asked, asked.reference)
        mine, theirs = (
            float(tally.missing[side].sum() / max((tally.missing + tally.n)[side].sum(), 1))
            for side in (rows, others)
        )
        return mine, theirs

    @remembered
    def compared(self, asked: Asked) -> Compared | None:
        """The students of both groups in every school, all latest years together."""
        if asked.reference == OVERALL or not self._places.ids:
            return None
        sides = self._sides(replace(asked, period=ALL))
        if sides is None:
            return None
        return Compared(asked.group, asked.reference, sides[0].n, sides[1].n)

    @remembered
    def by_factor(self, asked: Asked, factor: str) -> Split | None:
        """Part a gap by schools, then inside schools by the groups of another factor."""
        if asked.reference == OVERALL:
            return None
        own = Group.parse(asked.group).factors
        pooled = asked.period == ALL
        cells = self._rollups.cells(
            asked.outcome, (*own, factor), level=self._places.level, pooled=pooled
        )
        if cells is None or not _is_told(cells, asked.outcome):
            return None
        values = len(self._rollups.cube.values[factor])
        group, others = (self._counts(cells, asked, side, by=values) for side in self._pair(asked))
        if asked.reference == COMPLEMENT:
            others = others.minus(group)
        some = (group.n > 0) | (others.n > 0)
        cell = np.arange(some.size)[some]
        levels = [(self._places.level, cell // values), (factor, cell)]
        return split_by_places(group.take(some), others.take(some), levels, scale="risk_difference")

    @remembered
    def by_places(self, asked: Asked) -> Mapping[Scale, Split]:
        """Part a gap by districts and schools, on each scale on which the counts tell it.

        They do not where a count is hidden by its source, for a hidden count has no part in a sum
        over schools; where no place is told apart; or where no place has both groups.
        """
        if asked.reference == OVERALL or len(self._places.ids) < 2:
            return {}
        sides = self._sides(asked)
        if sides is None:
            return {}
        some = (sides[0].n > 0) | (sides[1].n > 0)
        group, others = (side.take(some) for side in sides)
        levels = [(name, place[some]) for name, place in self._levels]
        made = {scale: split_by_places(group, others, levels, scale=scale) for scale in SCALES}
        return {scale: split for scale, split in made.items() if split is not None}

    @remembered
    def by_reason(self, asked: Asked, outcome: Outcome, reason: str) -> ByReason | None:
        """Part a gap in absence by the days recorded as missed for one reason."""
        nobody = np.zeros(0, np.int64)
        two = Compared(asked.group, asked.reference, nobody, nobody)
        return self._absences.by_reason(outcome, two, periods=self._periods(asked), reason=reason)

    @remembered
    def by_steps(self, asked: Asked, steps: Sequence[str]) -> Chain | None:
        """Part a gap by the outcomes that lead to it, the last of which is the one asked about.

        A step is asked of everybody, or of those at the step before alone. None where a step's
        counts are not told for these groups in every place. Raises NotNestedError where a step has
        others than those of the step before.
        """
        people = self._people(asked, steps)
        return None if people is None else chain(steps, *people)

    @remembered
    def by_steps_in_wider_places(self, asked: Asked, steps: Sequence[str]) -> Mapping[str, Chain]:
        """The same inside each place of the level above, by its id; empty where there is none."""
        people = self._people(asked, steps)
        above = self._places.parent_index
        if people is None:
            return {}
        return {
            name: chain(steps, *(side[:, above == at] for side in people))
            for at, name in enumerate(self._places.parent_ids)
        }

    @remembered
    def by_offer(self, asked: Asked) -> Chain | None:
        """Part a gap by which schools enroll anybody at all, then by whom these enroll.

        What a school offers is told year by year (`offer.is_offered`), and the years are added up.
        None where the counts do not tell it.
        """
        if asked.reference == OVERALL or not self._places.ids:
            return None
        told = [self._offered(replace(asked, period=period)) for period in self._periods(asked)]
        people = [pair for pair in told if pair is not None]
        if not people or len(people) < len(told):
            return None
        mine, theirs = (np.sum([pair[side] for pair in people], axis=0) for side in (0, 1))
        return chain((OFFERED, asked.outcome), mine, theirs)

    @remembered
    def by_grades(self, asked: Asked) -> Split | None:
        """Part a gap by the grades students are in, then by schools of the same grades."""
        return self.grades.split(asked.outcome, asked.group, asked.reference, self._periods(asked))

    @remembered
    def by_mix(self, asked: Asked) -> Mix | None:
        """Whether the rates of schools of the same grades follow how many of the group go there."""
        return self.grades.mix(asked.outcome, asked.group, asked.reference, self._periods(asked))

    @remembered
    def chance_of_grades(self, asked: Asked) -> float | None:
        """How often grades with equal rates would seem to part the groups as far; None: untold."""
        return self.grades.chance(asked.outcome, asked.group, asked.reference, self._periods(asked))

    @remembered
    def gate(self, asked: Asked) -> FoundGate | None:
        """A gap in a course among students of the same score; None where no scores are counted."""
        if asked.reference == OVERALL:
            return None
        return self.courses.gate(asked.outcome, asked.group, asked.reference, self._periods(asked))

    def _offered(self, asked: Asked) -> tuple[Whole, Whole] | None:
        """Of each group, school by school: the students, those who are offered it, the enrolled."""
        sides = self._sides(asked)
        whole = None if sides is None else self._whole(asked)
        if sides is None or whole is None:
            return None
        offered = is_offered(whole)
        mine, theirs = (np.array([side.n, side.n * offered, side.events]) for side in sides)
        return mine, theirs

    def _whole(self, asked: Asked) -> Counts | None:
        """Everybody of the outcome's population, school by school."""
        factors = Group.parse(asked.group).factors
        cells = self._rollups.totals(asked.outcome, factors, level=self._places.level)
        return self._counts(cells, asked, "") if _is_told(cells, asked.outcome) else None

    def _periods(self, asked: Asked) -> tuple[str, ...]:
        every = self._rollups.cube.periods
        return every[-POOLED_YEARS:] if asked.period == ALL else (asked.period,)

    def _people(self, asked: Asked, steps: Sequence[str]) -> tuple[Whole, Whole] | None:
        """How many of the group and of the others are there at the start and after each step."""
        if asked.reference == OVERALL:
            return None
        return people_of([self._sides(replace(asked, outcome=step)) for step in steps])

    def _of_all(self, asked: Asked) -> tuple[Counts, Counts] | None:
        """Both groups of the whole place; None where counts do not tell them."""
        if asked.reference == OVERALL or not self._places.ids:
            return None
        return self._sides(asked)

    def _sides(self, asked: Asked) -> tuple[Counts, Counts] | None:
        """Both groups in every place; None where counts do not tell them."""
        factors = Group.parse(asked.group).factors
        pooled = asked.period == ALL
        fine = self._rollups.cells(asked.outcome, factors, level=self._places.level, pooled=pooled)
        if fine is None or not _is_told(fine, asked.outcome):
            return None
        group = self._counts(fine, asked, asked.group)
        if asked.reference != COMPLEMENT:
            return group, self._counts(fine, asked, asked.reference)
        whole = self._rollups.totals(
            asked.outcome, factors, level=self._places.level, pooled=pooled
        )
        return group, self._counts(whole, asked, "").minus(group)

    def _pair(self, asked: Asked) -> tuple[str, str]:
        return asked.group, "" if asked.reference == COMPLEMENT else asked.reference

    def _counts(self, cells: Margin, asked: Asked, group: str, *, by: int = 1) -> Counts:
        """How many of how many in each place of the cells; nobody where the source has no count.

        `by` parts each place by the values of the cells' last factor, of which it has so many.
        """
        tally, rows = cells.tallies[asked.outcome], self._rows(cells, asked, group)
        size = by * (1 if cells.level == ALL_PLACES else len(self._places.ids))
        place = np.maximum(cells.place, 0)  # the whole place is one
        at = place if by == 1 else place * by + cells.value[:, -1]
        events, n = (
            np.bincount(at[rows], weights=x[rows], minlength=size).astype(np.int64)
            for x in (tally.events, tally.n)
        )
        return Counts(events, n)

    def _rows(self, cells: Margin, asked: Asked, group: str) -> Known:
        """The cells of a group, or of everybody, in the period asked about."""
        cube = self._rollups.cube
        rows: Known = cells.period == (
            POOLED if asked.period == ALL else cube.periods.index(asked.period)
        )
        for column, (factor, value) in enumerate(Group.parse(group).parts if group else ()):
            rows = rows & (cells.value[:, column] == cube.values[factor].index(value))
        return rows


def people_of(
    told: Sequence[tuple[Counts, Counts] | None],
) -> tuple[Whole, Whole] | None:
    """Of each group who is there at the start and after each step; None where a step is not told.

    Raises NotNestedError where a step is asked of others than everybody, or all of the one before.
    """
    sides = [side for side in told if side is not None]
    if len(sides) < len(told):
        return None
    for before, step in pairwise(sides):
        if not (_asked_of(step, sides[0], "n") or _asked_of(step, before, "events")):
            raise NotNestedError
    mine, theirs = (
        np.array([sides[0][side].n, *(both[side].events for both in sides)]) for side in (0, 1)
    )
    return mine, theirs


def _is_told(cells: Margin, outcome: str) -> bool:
    """Whether every count is known exactly, so that places add up to the whole."""
    tally = cells.tallies[outcome]
    return bool((tally.is_exact & (tally.collected | (tally.n == 0))).all())


def _asked_of(step: tuple[Counts, Counts], whom: tuple[Counts, Counts], what: str) -> bool:
    """Whether a step is asked of exactly those, in every place."""
    return all(
        np.array_equal(now.n, getattr(those, what)) for now, those in zip(step, whom, strict=True)
    )


def _levels(places: Places) -> list[tuple[str, Whole]]:
    """The places of each level that every finest place belongs to, the widest first."""
    own, parent = np.arange(len(places.ids)), places.parent_index
    if not places.parent_ids:
        return [(places.level, own)]
    alone = parent < 0  # a place without a wider one stands for itself
    wider = np.where(alone, len(places.ids) + own, parent)
    levels = [(places.level, own)]
    if len(np.unique(wider)) > 1 and not alone.all():
        levels.insert(0, (places.parent_level, wider))
    return levels
