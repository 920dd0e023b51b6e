"""From an audit's counts by grade to what grades and the mix of schools say of a gap."""

from dataclasses import dataclass

import numpy as np

from eachchild.causes.courses import GROUP, OTHERS, sides_of
from eachchild.causes.mix import (
    Mix,
    dissimilarity,
    dissimilarity_by_chance,
    grade_test,
    mix_test,
)
from eachchild.causes.places import Split, split_by_places
from eachchild.cube import Cube, GradeBlock
from eachchild.measures.counts import Counts, Whole
from eachchild.plan import OVERALL
from eachchild.terms.factors import Group

FEW_APART = 0.10  # dissimilarity: groups spread more evenly have next to no gap between schools
BY_CHANCE = 2.0  # times what chance gives two groups of these sizes
GRADE = "grade"


@dataclass(frozen=True, slots=True)
class ByGrade:
    """Students of both groups and their events: [group and others, schools, grades]."""

    students: Whole
    events: Whole


class OfGrades:
    """What the grades that students are in say of a gap, where rows tell them."""

    def __init__(self, cube: Cube) -> None:
        """Nothing is added up before it is asked."""
        self._cube = cube

    def mix(self, outcome: str, group: str, reference: str, periods: tuple[str, ...]) -> Mix | None:
        """Whether schools of the same grades have rates that follow how many of the group go there.

        None where no grades are counted or the groups are spread nearly alike: the latter is told
        by the students alone, so what is tested does not depend on any outcome.
        """
        found = self._found(outcome, group, reference, periods)
        if found is None or not is_apart(found.students // len(periods)):
            return None
        return mix_test(found.students, found.events)

    def split(
        self, outcome: str, group: str, reference: str, periods: tuple[str, ...]
    ) -> Split | None:
        """Part a gap by the grades students are in, then by schools of the same grades."""
        found = self._found(outcome, group, reference, periods)
        if found is None or found.students.shape[2] < 2:
            return None
        some = found.students.sum(axis=0) > 0
        school, grade = np.nonzero(some)
        mine, theirs = (
            Counts(found.events[side][some], found.students[side][some]) for side in (GROUP, OTHERS)
        )
        levels = [(GRADE, grade), ("school", np.arange(grade.size))]
        return split_by_places(mine, theirs, levels, scale="risk_difference", apart=school)

    def chance(
        self, outcome: str, group: str, reference: str, periods: tuple[str, ...]
    ) -> float | None:
        """How often grades with equal rates would seem to part the groups as far.

        None where no grades are counted or the groups are in nearly the same ones.
        """
        found = self._found(outcome, group, reference, periods)
        if found is None or not is_apart(found.students.swapaxes(1, 2) // len(periods)):
            return None
        return grade_test(found.students, found.events)

    def _found(
        self, outcome: str, group: str, reference: str, periods: tuple[str, ...]
    ) -> ByGrade | None:
        parts = Group.parse(group).parts
        block = self._block(outcome, parts[0][0])
        if block is None or len(parts) > 1 or reference == OVERALL:
            return None
        years = [self._cube.periods.index(p) for p in periods]
        placed = np.array([bool(name) for name in block.schools], np.bool_)
        kept = np.isin(block.period, years) & placed[block.place]
        side = sides_of(block.groups, group, reference)[block.group[kept]]
        shape = (3, len(block.schools), len(block.grades))
        students, events = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        at = (side, block.place[kept], block.grade[kept])
        np.add.at(students, at, block.students[kept])
        np.add.at(events, at, block.events[kept])
        return ByGrade(students[:2], events[:2])

    def _block(self, outcome: str, factor: str) -> GradeBlock | None:
        mine = (b for b in self._cube.grades if (b.outcome, b.factor) == (outcome, factor))
        return next(mine, None)


def is_apart(students: Whole) -> bool:
    """Whether two groups are in different places (or grades), more than a small group is by chance.

    >>> is_apart(np.array([[[300], [100]], [[100], [300]]]))
    True
    >>> is_apart(np.array([[[6], [4]], [[40], [60]]]))
    False
    """
    least = max(FEW_APART, BY_CHANCE * dissimilarity_by_chance(students))
    return dissimilarity(students) >= least
