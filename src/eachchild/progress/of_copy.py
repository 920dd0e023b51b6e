"""Series of a released copy: of the numbers that its measures report, and nothing else.

A number that is hidden, or known only within bounds, is not known here either. So whatever is said
of a goal is worked out from what readers of the copy may see already.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eachchild.progress.model import Series
from eachchild.progress.series import yearly
from eachchild.terms.factors import Group
from eachchild.terms.outcomes import Outcome
from eachchild.terms.states import State
from eachchild.terms.years import ALL

_OWN = ("rate", "mean")  # measures of a group itself, compared with nobody
_Key = tuple[str, str, str, str]  # place, period, outcome, group


@dataclass(frozen=True, slots=True)
class OfCopy:
    """The reported numbers of one copy."""

    periods: tuple[str, ...]
    told: Mapping[_Key, tuple[int, int]]  # students and events

    def yearly(self, outcome: Outcome, group: str, place: str, by: Sequence[str]) -> Series | None:
        """The counts of each school year; None where none is told."""
        found = [self.told.get((place, p, outcome.name, group)) for p in self.periods]
        if not any(found):
            return None
        n, events = (np.array([one[i] if one else 0 for one in found], np.int64) for i in (0, 1))
        return yearly(self.periods, n, events, known=n > 0, is_count=not outcome.is_rate)

    def monthly(self, measure: str, group: str, place: str, by: Sequence[str]) -> Series | None:
        """None: a copy has no months."""
        return None

    def schools(self) -> tuple[str, ...]:
        """The places that are told apart."""
        return tuple(sorted({place for place, _, _, _ in self.told if place != ALL}))


def read_copy(measures: Path) -> tuple[OfCopy, Mapping[str, bool]]:
    """The numbers of a copy, and its outcomes with whether each is a rate.

    Raises OSError where the file is not there.
    """
    told: dict[_Key, tuple[int, int]] = {}
    kinds: dict[str, bool] = {}
    periods: set[str] = set()
    with measures.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["measure"] not in _OWN or row["reference"]:
                continue
            kinds[row["outcome"]] = row["measure"] == "rate"
            if row["period"] == ALL:
                continue
            periods.add(row["period"])
            if row["state"] == State.REPORTED and row["n"] and row["events"]:
                group = str(Group.parse(row["group"]))
                key = (row["place"], row["period"], row["outcome"], group)
                told[key] = (int(row["n"]), round(float(row["events"])))
    return OfCopy(tuple(sorted(periods)), told), kinds
