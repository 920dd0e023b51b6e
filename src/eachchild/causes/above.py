"""What another rule of entry would do, worked out from how many students are above each cut.

Students stay as they are. A count that is not told leaves every rule that needs it untold.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eachchild.causes.gate import AUTO, CUT, TODAY
from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.plan import COMPLEMENT, OVERALL
from eachchild.terms.factors import Group


@dataclass(frozen=True, slots=True)
class Above:
    """Students with a score in the first column, then those at or above each cut; by row all of
    them, and those enrolled. Where `told` is False a count is not known, and the number is nought.
    """

    counts: Whole  # [students and enrolled, all and each cut]
    told: Known

    def less(self, some: "Above") -> "Above":
        """All of them but some, where both are told."""
        told = self.told & some.told
        return Above(np.where(told, self.counts - some.counts, 0), told)


@dataclass(frozen=True, slots=True)
class Tried:
    """What each rule would do, one entry a rule, today's first."""

    rule: NDArray[np.str_]
    at: Numbers  # percent of scores below the cut; 0 where there is none
    seats: Whole
    added: Whole  # beyond today's
    lost: Whole  # enrolled today, and not by the rule
    group: Numbers  # rate of enrollment of those with a score
    others: Numbers
    gap: Numbers  # in points
    told: Known


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """One outcome's students by score in one year, as far as they are told, by group."""

    outcome: str
    period: str
    offered: bool  # whether schools that do not offer it are set aside
    cuts: tuple[int, ...]
    groups: Mapping[str, Above]  # by value of the factor; all of them: the empty text
    factor: str

    def tried(self, group: str, reference: str) -> Tried | None:
        """What rules would do for a group beside whom it is compared with; None: not told of it."""
        everybody = self.groups[""]
        mine, theirs = self._of(group), self._of(reference)
        if mine is None:
            return None
        if reference == COMPLEMENT:
            theirs = everybody.less(mine)
        cuts = np.array(self.cuts, dtype=np.float64)
        return None if theirs is None else tried(cuts, mine, theirs, everybody)

    def _of(self, group: str) -> Above | None:
        if group in (COMPLEMENT, OVERALL):
            return self.groups[""]
        parts = Group.parse(group).parts
        if len(parts) != 1 or parts[0][0] != self.factor:
            return None
        return self.groups.get(parts[0][1])


def tried(cuts: Numbers, group: Above, others: Above, everybody: Above) -> Tried:
    """Work out today's enrollment, each cut alone, and all above each cut beside those of today.

    >>> mine = Above(np.array([[100, 40], [10, 10]]), np.full((2, 2), True))
    >>> theirs = Above(np.array([[100, 60], [45, 45]]), np.full((2, 2), True))
    >>> both = Above(np.array([[200, 100], [55, 55]]), np.full((2, 2), True))
    >>> found = tried(np.array([50.0]), mine, theirs, both)
    >>> found.rule.tolist(), found.gap.round(1).tolist(), found.added.tolist()
    (['today', 'cut', 'automatic'], [-35.0, -20.0, -20.0], [0, 45, 45])
    """
    sides = [_let_in(side) for side in (group, others, everybody)]
    (mine, _), (theirs, _), (seats, lost) = sides
    sizes = [int(side.counts[0, 0]) for side in (group, others)]
    told = np.all([_told(side) for side in (group, others, everybody)], axis=0)
    told &= min(sizes) > 0
    rates = [let_in / max(size, 1) for let_in, size in zip((mine, theirs), sizes, strict=True)]
    names = [TODAY, *([CUT] * len(cuts)), *([AUTO] * len(cuts))]
    return Tried(
        np.array(names), np.concatenate([[0.0], cuts, cuts]), seats, seats - seats[0], lost,
        rates[0], rates[1], 100 * (rates[0] - rates[1]), told,
    )  # fmt: skip


def _let_in(side: Above) -> tuple[Whole, Whole]:
    """By rule those let in, and those enrolled today who would not be."""
    (_, *above), (now, *enrolled) = side.counts.tolist()
    automatic = [now - e + n for n, e in zip(above, enrolled, strict=True)]
    left = [now - e for e in enrolled]
    return np.array([now, *above, *automatic]), np.array([0, *left, *([0] * len(above))])


def _told(side: Above) -> Known:
    """Whether all that a rule needs is told: of whom rates are, and who is above its cut."""
    needed = side.told[0] & side.told[1]
    first, *above = (needed & needed[0]).tolist()
    return np.array([first, *above, *above])
