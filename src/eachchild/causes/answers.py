"""From counts of referrals by answer to the ladder: which of two answers to one act is the harder.

What is no rung is left out and counted: nobody can say whether it is harder or milder.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.causes.ladder import Ladder, Severer, severer
from eachchild.cube import EventBlock
from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.stratified import one_cell
from eachchild.tables import LADDER

_MANY = 0.10  # of either group's answers not known: any of them could move the chance by as much
_NO_RUNG = -1


@dataclass(frozen=True, slots=True)
class Laddered:
    """Whether the group's referrals are answered harder, and what of both groups is left out."""

    severer: Severer
    referrals: Whole  # of the group, of the others: whatever the answer
    off: Whole  # of them, whose answer is no rung
    unsaid: Whole  # of them, whose answer is not known

    @property
    def is_told(self) -> bool:
        """Whether some act at some school is answered in two ways, and most answers are known."""
        return bool(self.severer.known[0] and (self.unsaid <= _MANY * self.referrals).all())

    @property
    def off_share(self) -> Numbers:
        """How much of each group's referrals is answered by what is no rung."""
        share: Numbers = self.off / np.maximum(self.referrals, 1)
        return share


def laddered(
    block: EventBlock, act: Whole, sides: Sequence[Known], *, dispersion: float
) -> Laddered | None:
    """Compare all answers; `act` numbers the same act at the same school, cell by cell.

    `sides` are the cells of the group and of the others. None where the answers counted do not
    tell the rungs apart: cubes once held suspensions alone.
    """
    words = block.words["answer"]
    if not set(LADDER) <= set(words):
        return None
    numbers = np.array([LADDER.index(w) if w in LADDER else _NO_RUNG for w in words])
    rung = numbers[block.value[:, block.dimensions.index("answer")]]
    on = rung != _NO_RUNG
    size = len(LADDER)
    rows = int(act.max(initial=-1)) + 1

    def grid(which: Known) -> Whole:
        at = (act * size + rung)[which]
        found = np.bincount(at, weights=block.referrals[which], minlength=rows * size)
        return found.astype(np.int64).reshape(rows, size)

    def total(counts: Whole) -> Whole:
        return np.array([counts[side].sum() for side in sides])

    found = severer(
        Ladder(*(grid(on & side) for side in sides)), one_cell(rows), dispersion=dispersion
    )
    off = np.where(on, 0, block.referrals - block.unsaid)
    return Laddered(found, total(block.referrals), total(off), total(block.unsaid))
