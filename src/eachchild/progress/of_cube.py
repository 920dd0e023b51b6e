"""Series of an audit's own folder: its cube, in which nothing is hidden."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.cube import ALL_PLACES, Cube, Margin, Rollups
from eachchild.progress.model import Known, Series
from eachchild.progress.series import yearly
from eachchild.terms.factors import Group
from eachchild.terms.outcomes import Outcome

_NO_COUNT = -1
_MILLION = 1_000_000
_IN_MILLIONTHS = ("lost", "absent")  # days
_ONCE = ("oss", "iss", "referred")  # students, each counted once a month


@dataclass(frozen=True, slots=True)
class OfCube:
    """The counts of one cube."""

    cube: Cube
    rollups: Rollups

    def yearly(self, outcome: Outcome, group: str, place: str, by: Sequence[str]) -> Series | None:
        """The counts of each school year; None where no breakdown answers."""
        parts = dict(Group.parse(group).parts)
        level, _, _ = place.partition(":")
        if self.cube.block_for(tuple(by), outcome.name) is None or not self._has(level):
            return None
        if set(parts) - set(self.cube.values):
            return None
        if parts:
            found = self.rollups.cells(outcome.name, tuple(parts), level=level)
        else:
            found = self.rollups.totals(outcome.name, tuple(by), level=level)
        return None if found is None else self._series(found, outcome, parts, place)

    def monthly(self, measure: str, group: str, place: str, by: Sequence[str]) -> Series | None:
        """The counts of each month; None where months were not counted.

        Months are told of one factor at a time: not of crossings, nor of groups that overlap.
        """
        parts = Group.parse(group).parts
        factors = tuple(by) or tuple(f for f, _ in parts)
        block = next((b for b in self.cube.months if (b.factor,) == factors), None)
        if block is None or measure not in block.of or len(parts) > 1:
            return None
        rows = np.ones(block.month.shape, np.bool_)
        if parts:
            names = block.groups
            rows &= block.group == (names.index(parts[0][1]) if parts[0][1] in names else _NO_COUNT)
        level, _, name = place.partition(":")
        if level == self.cube.places.level:
            schools = block.schools
            rows &= block.place == (schools.index(name) if name in schools else _NO_COUNT)
        elif level != ALL_PLACES:
            return None
        unit = _MILLION if measure in _IN_MILLIONTHS else 1
        size = len(block.months)
        n, events = (
            np.bincount(block.month[rows], of[measure][rows], size).astype(np.int64)
            for of in (block.of, block.events)
        )
        season = np.array([int(label[5:]) for label in block.months], np.int64)
        events = np.rint(events / unit).astype(np.int64)
        is_count = measure not in _ONCE
        return Series(block.months, n, events, season, n > 0, is_count)

    def schools(self) -> tuple[str, ...]:
        """The places that can be told apart, as `school:ID`."""
        places = self.cube.places
        return tuple(f"{places.level}:{name}" for name in places.ids if name)

    def _has(self, level: str) -> bool:
        places = self.cube.places
        return level in (ALL_PLACES, places.level, places.parent_level)

    def _series(
        self, found: Margin, outcome: Outcome, parts: dict[str, str], place: str
    ) -> Series | None:
        tally = found.tallies[outcome.name]
        if not tally.has_n or tally.n.size == 0:
            return None
        rows = self._rows(found, parts, place)
        size = len(self.cube.periods)
        n, events = np.zeros(size, np.int64), np.zeros(size, np.int64)
        known = np.zeros(size, np.bool_)
        at = found.period[rows]
        unit = 10 ** (0 if outcome.is_rate else outcome.decimals)
        n[at] = tally.n[rows]
        events[at] = np.rint(tally.events[rows] / unit).astype(np.int64)
        known[at] = (tally.is_exact & tally.collected)[rows]
        if tally.suppressed is not None:
            known[at] &= ~tally.suppressed[rows]
        known &= (n > 0) & ((events <= n) | (not outcome.is_rate))
        return yearly(self.cube.periods, n, events, known=known, is_count=not outcome.is_rate)

    def _rows(self, found: Margin, parts: dict[str, str], place: str) -> Known:
        """The cells of one group in one place, one a period."""
        rows = np.ones(found.period.shape, np.bool_)
        for column, factor in enumerate(found.factors):
            names = self.cube.values[factor]
            wanted = names.index(parts[factor]) if parts[factor] in names else _NO_COUNT
            rows &= found.value[:, column] == wanted
        level, _, name = place.partition(":")
        if level != ALL_PLACES:
            places = self.cube.places
            ids = places.ids if level == places.level else places.parent_ids
            rows &= found.place == (ids.index(name) if name in ids else len(ids))
        return rows
