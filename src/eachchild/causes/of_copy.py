"""Where gaps are made, asked of a released copy: of counts that are told there, and nothing else.

A copy has counts of students alone, some of them hidden, and earlier years without schools. What
rests on a hidden count is not told, and no bound is taken for a number.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eachchild.causes.asked import Asked, Origins, people_of
from eachchild.causes.places import Split, split_by_places
from eachchild.causes.referrals import Compared
from eachchild.causes.remember import remembered
from eachchild.causes.steps import Chain, chain
from eachchild.cube import ALL_PLACES, Margin
from eachchild.measures.counts import Counts, Known
from eachchild.plan import COMPLEMENT, OVERALL
from eachchild.terms.factors import Group


class OriginsOfCopy(Origins):
    """Where the gaps of one copy are made, by the rules of the audit it is a copy of."""

    def when(self, gap_of: str) -> str:
        """The gap's own period: a copy tells schools apart in one year, not in those before."""
        return gap_of

    def unknown(self, asked: Asked) -> None:
        """Never told: a copy does not have the students whose answer is not known."""

    def compared(self, asked: Asked) -> Compared | None:
        """Never told: a copy has no counts of referrals or supports to set beside students."""

    @remembered
    def by_factor(self, asked: Asked, factor: str) -> Split | None:
        """Part a gap by the groups of another factor, whichever schools they are in.

        A copy crosses two factors in the whole place alone. That is one place, so no part has an
        interval.
        """
        sides = self._between(asked, ALL_PLACES, by=factor)
        if sides is None:
            return None
        some = (sides[0].n > 0) | (sides[1].n > 0)
        group, others = (side.take(some) for side in sides)
        cell = np.flatnonzero(some)
        one_place = np.zeros_like(cell)
        levels = [(self._places.level, one_place), (factor, cell)]
        return split_by_places(group, others, levels, scale="risk_difference", apart=one_place)

    @remembered
    def by_steps(self, asked: Asked, steps: Sequence[str]) -> Chain | None:
        """Part a gap by the outcomes that lead to it, in every place or else in the whole.

        Of the whole alone nothing tells how sure the parts are, as of a district of one school.
        """
        found = super().by_steps(asked, steps)
        if found is not None:
            return found
        told = [self._between(replace(asked, outcome=step), ALL_PLACES) for step in steps]
        people = people_of(told)
        return None if people is None else chain(steps, *people)

    def _of_all(self, asked: Asked) -> tuple[Counts, Counts] | None:
        return self._between(asked, ALL_PLACES)

    def _sides(self, asked: Asked) -> tuple[Counts, Counts] | None:
        return self._between(asked, self._places.level) if self._places.ids else None

    def _whole(self, asked: Asked) -> Counts | None:
        return self._told(asked, "", self._places.level)

    def _between(
        self, asked: Asked, level: str, *, by: str = ""
    ) -> tuple[Counts, Counts] | None:  # fmt: skip
        """Both groups in every place of a level; None where one of their counts is not told.

        Everybody else is who is left of everybody. That may be told where single groups are not.
        """
        mine, theirs = self._pair(asked)
        group, others = (self._told(asked, one, level, by=by) for one in (mine, theirs))
        if group is None or others is None or asked.reference == OVERALL:
            return None
        return group, others.minus(group) if asked.reference == COMPLEMENT else others

    def _told(self, asked: Asked, group: str, level: str, *, by: str = "") -> Counts | None:
        """A group in every place of a level, all years that are asked about added up."""
        factors = (*Group.parse(group).factors, *filter(None, [by]))
        cells = self._rollups.cells(asked.outcome, factors, level=level)
        years = [replace(asked, period=year) for year in self._years(asked)]
        if cells is None or not all(self._is_told(cells, year, group) for year in years):
            return None
        size = len(self._rollups.cube.values[by]) if by else 1
        found = [self._counts(cells, year, group, by=size) for year in years]
        events, n = (np.sum([getattr(one, name) for one in found], axis=0)
                     for name in ("events", "n"))  # fmt: skip
        return Counts(events, n) if found else None

    def _years(self, asked: Asked) -> list[str]:
        """Of the years asked about those in which the copy tells the outcome of everybody."""
        cells = self._rollups.cells(asked.outcome, (), level=ALL_PLACES)
        if cells is None:
            return []
        return [year for year in self._periods(asked) if self._there(cells, asked, year).any()]

    def _is_told(self, cells: Margin, asked: Asked, group: str) -> bool:
        """Whether a year is there and each cell of a group in it exact, so that they add up.

        A cell that is not there is of nobody, where others of its year are.
        """
        there = self._there(cells, asked, asked.period)
        exact = cells.tallies[asked.outcome].is_exact
        return bool(there.any() and (exact & there)[self._rows(cells, asked, group)].all())

    def _there(self, cells: Margin, asked: Asked, year: str) -> Known:
        at: Known = cells.period == self._rollups.cube.periods.index(year)
        return at & cells.tallies[asked.outcome].collected
