"""From an audit's counts to the arithmetic of causes: whom a gap is between, place by place."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eachchild.causes.places import SCALES, Scale, Split, split_by_places
from eachchild.cube import POOLED, Margin, Places, Rollups
from eachchild.measures.counts import Counts, Whole
from eachchild.plan import COMPLEMENT, OVERALL
from eachchild.terms.factors import Group
from eachchild.terms.years import ALL


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

    def _sides(self, asked: Asked) -> tuple[Counts, Counts] | None:
        factors = Group.parse(asked.group).factors
        pooled = asked.period == ALL
        fine = self._rollups.cells(asked.outcome, factors, level=self._places.level, pooled=pooled)
        if fine is None or not fine.tallies[asked.outcome].is_exact.all():
            return None
        group = self._counts(fine, asked, asked.group)
        if asked.reference != COMPLEMENT:
            return group, self._counts(fine, asked, asked.reference)
        whole = self._rollups.totals(
            asked.outcome, factors, level=self._places.level, pooled=pooled
        )
        return group, self._counts(whole, asked, "").minus(group)

    def _counts(self, cells: Margin, asked: Asked, group: str) -> Counts:
        """How many of how many in each place; nobody where the source has no such count."""
        cube, tally = self._rollups.cube, cells.tallies[asked.outcome]
        period = POOLED if asked.period == ALL else cube.periods.index(asked.period)
        rows = (cells.period == period) & tally.collected
        for column, (factor, value) in enumerate(Group.parse(group).parts if group else ()):
            rows &= cells.value[:, column] == cube.values[factor].index(value)
        size = len(self._places.ids)
        events, n = (
            np.bincount(cells.place[rows], weights=x[rows], minlength=size).astype(np.int64)
            for x in (tally.events, tally.n)
        )
        return Counts(events, n)


def _levels(places: Places) -> list[tuple[str, Whole]]:
    """The places of each level that every finest place belongs to, the widest first."""
    own, parent = np.arange(len(places.ids)), places.parent_index
    alone = parent < 0  # a place without a wider one stands for itself
    wider = np.where(alone, len(places.ids) + own, parent)
    levels = [(places.level, own)]
    if len(np.unique(wider)) > 1 and not alone.all():
        levels.insert(0, (places.parent_level, wider))
    return levels
