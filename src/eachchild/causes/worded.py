"""From an audit's counts of words to the arithmetic of notes about two groups."""

from dataclasses import dataclass

import numpy as np

from eachchild.causes.referrals import Compared, sides_of
from eachchild.causes.remember import remembered
from eachchild.causes.words import ENOUGH_WORDS, Met, Worded, compare_met
from eachchild.cube import Cube, WordBlock
from eachchild.measures.counts import Counts, Known, Numbers, Whole
from eachchild.terms.factors import Group


@dataclass(frozen=True, slots=True)
class FoundWords:
    """The words compared, one entry each, in notes where one writer met both groups.

    `alike` is how many of the group's notes would use a word, had each writer used it as often
    about both for the same behavior.
    """

    words: tuple[str, ...]
    worded: Worded
    group: Counts  # notes that use the word, of all these notes about the group
    others: Counts
    alike: Numbers
    students: Whole  # of the group in whose notes the word is, the other strata's with them


class OfWords:
    """What the words of notes say, where the plan lets them be read."""

    def __init__(self, cube: Cube) -> None:
        """Nothing is added up before it is asked."""
        self._cube = cube

    @remembered
    def words(self, two: Compared) -> FoundWords | None:
        """The words of notes about two groups; None where no writer wrote about both.

        Nor of too few words to tell how much more alike notes about one student are than chance.
        """
        factor = Group.parse(two.group).factors[0]
        block = next((b for b in self._cube.words if b.factor == factor), None)
        if block is None:
            return None
        sides = sides_of(block.groups, np.arange(len(block.groups)), two)
        n1, n0 = (block.notes[:, side].sum(axis=1) for side in sides)
        both = (n1 > 0) & (n0 > 0)
        if not both.any():
            return None
        met = _met(block, sides, n1, n0)
        mine, theirs = (block.students[:, side].sum(axis=1) for side in sides)
        worded = compare_met(met, students=mine + theirs, writers=block.writers)
        if len(worded.word) < ENOUGH_WORDS:
            return None
        fold, at = met.fold(len(block.words)), worded.word

        def added(values: Numbers | Whole) -> Numbers:
            return fold.sum(values)[at]

        def side(used: Counts, n: Whole) -> Counts:
            size = np.full(at.size, int(n[both].sum()))
            return Counts(added(used.events).astype(np.int64), size)

        uses = met.group.events + met.others.events
        return FoundWords(
            tuple(block.words[w] for w in at), worded, side(met.group, n1), side(met.others, n0),
            added(uses * met.group.n / (met.group.n + met.others.n)), mine[at],
        )  # fmt: skip


def _met(block: WordBlock, sides: tuple[Known, Known], n1: Whole, n0: Whole) -> Met:
    """Where a word is used about either group, in strata with notes about both."""
    both = (n1 > 0) & (n0 > 0)
    kept = both[block.stratum] & (sides[0] | sides[1])[block.group]
    keys, at = np.unique(
        block.word[kept] * len(both) + block.stratum[kept], return_inverse=True
    )  # fmt: skip
    word, stratum = np.divmod(keys, len(both))
    used = (
        np.bincount(at.ravel(), block.used[kept] * side[block.group[kept]], minlength=len(keys))
        for side in sides
    )
    mine, theirs = (one.astype(np.int64) for one in used)
    return Met(word, Counts(mine, n1[stratum]), Counts(theirs, n0[stratum]))
