"""Students who are alone in a cell: what each could tell of the others. In the vault only.

The check needs hidden counts, for what the student knows is hidden from everybody else. Nothing of
it leaves: a bundle says that it was made, and `verify` that it did not make it again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eachchild.release.family import Key, Table
from eachchild.release.proof import Proof, before_of, prove
from eachchild.release.published import Publication

Whole = NDArray[np.int64]
Insider = tuple[Key, ...]  # the cells whose counts one student knows from within


def alone(
    tables: Iterable[Table], counts: Mapping[Key, int], shown: Collection[Key]
) -> tuple[Insider, ...]:
    """For each student who is alone in a cell: the cells around and within it, and what is left.

    A part of a cell in which somebody is alone holds that student or nobody: known as well. So is
    the rest of a count that is `shown` and has two parts: of 17 students one was suspended, and
    that one knows that 16 were not. Only another count of the 17 could help, and it is told.
    A sum of which all parts but one are shown is that part once more.

    >>> from eachchild.release.family import Tree
    >>> sex = Tree("sex", {"__all__": ("female", "male")})
    >>> counts = {(): 17, (("sex", "female"),): 1, (("sex", "male"),): 16}
    >>> len(alone([Table("t", (sex,))], counts, [()])[0])
    2
    """
    sums = list(dict.fromkeys(pair for table in tables for pair in table.sums()))
    around: dict[Key, set[Key]] = {}
    within: dict[Key, set[Key]] = {}
    rest: dict[Key, set[Key]] = {}
    inner = {key: None for pair in sums for key in (pair[0], *pair[1]) if counts[key] == 1}
    for whole, parts in sums:
        if counts[whole] <= 1:  # of nobody too: a part that the student leaves empty has parts
            within.setdefault(whole, set()).update(parts)
        if counts[whole] == 1:
            for part in parts:
                if counts[part] == 1:
                    around.setdefault(part, set()).add(whole)
                    inner.pop(whole, None)  # its part of one student stands for both
        same = parts
        if whole not in shown:
            same = (whole, *(part for part in parts if part not in shown))
        if len(same) == 2:
            for one, other in (same, same[::-1]):
                rest.setdefault(one, set()).add(other)
    found = (_reached(_reached(_reached({key}, around), within), rest) for key in inner)
    return tuple(dict.fromkeys(tuple(sorted(known)) for known in found))


def _reached(known: set[Key], following: Mapping[Key, set[Key]]) -> set[Key]:
    """What is reached from some cells by going on and on."""
    reached = set(known)
    edge = list(known)
    while edge:
        fresh = following.get(edge.pop(), set()) - reached
        reached |= fresh
        edge.extend(fresh)
    return reached


def told_to_insiders(
    proof: Proof, published: Sequence[Publication], counts: Mapping[Key, int],
    insiders: Sequence[Insider],
) -> tuple[Key, ...]:  # fmt: skip
    """Hidden cells that the only student of a cell could tell from all that is published.

    A table that agrees with what several of them know is a witness for each, so they are first
    asked all together, then by halves that part every two of them, and alone only at last.
    """
    if not insiders:
        return ()
    check = _Check(proof, published, counts, insiders)
    for some in _together(len(insiders)):
        check.ask(some)
    for one in range(len(insiders)):
        check.ask([one])
    return check.open()


def told_to_all_insiders(
    proof: Proof, published: Sequence[Publication], counts: Mapping[Key, int],
    insiders: Sequence[Insider],
) -> tuple[Key, ...]:  # fmt: skip
    """The same where all of them put together what they know: more can be told, and it is quick."""
    if not insiders:
        return ()
    check = _Check(proof, published, counts, insiders)
    check.ask(range(len(insiders)))
    return check.open()


class _Check:
    """Witnesses found so far, and for each insider what they leave open."""

    def __init__(
        self, proof: Proof, published: Sequence[Publication], counts: Mapping[Key, int],
        inside: Sequence[Insider],
    ) -> None:  # fmt: skip
        self._proof, self._published, self._counts = proof, published, counts
        self._inside = inside
        at = {key: column for column, key in enumerate(proof.facts.unknowns)}
        self._width = np.zeros(len(at), dtype=np.int64)
        for key in proof.hidden.keys() & at.keys():
            self._width[at[key]] = proof.hidden[key]
        self._known = [np.array([at[k] for k in known if k in at], dtype=np.int64)
                       for known in inside]  # fmt: skip
        # What one student knows of a count tells what it was before, and of nobody else.
        then = [[before_of(k, new, old) for k in known for new, old in published[0].corrects]
                for known in inside]  # fmt: skip
        self._own = [np.array([*cells, *(at[k] for k in before if k in at)], dtype=np.int64)
                     for cells, before in zip(self._known, then, strict=True)]  # fmt: skip
        self._true = [np.array([counts[k] for k in known if k in at], dtype=np.int64)
                      for known in inside]  # fmt: skip
        self._low = np.full((len(inside), len(at)), np.iinfo(np.int64).max)
        self._high = np.full((len(inside), len(at)), np.iinfo(np.int64).min)
        for table in proof.tables:
            self._take(table)

    def ask(self, some: Sequence[int]) -> None:
        """Look for witnesses that agree with all that some insiders know."""
        open_ = np.any([self._narrow(one) for one in some], axis=0)
        for one in some:
            open_[self._own[one]] = False
        if not open_.any():
            return
        told = {key: (self._counts[key],) * 2 for one in some for key in self._inside[one]}
        unknowns = self._proof.facts.unknowns
        asked = {unknowns[c]: int(self._width[c]) for c in np.flatnonzero(open_)}
        seen = [replace(each, hidden={}) for each in self._published]
        found = prove([Publication((), told, asked), *seen])
        at = {key: column for column, key in enumerate(found.facts.unknowns)}
        for table in found.tables:
            self._take(
                np.array(
                    [table[at[key]] if key in at else found.facts.told[key] for key in unknowns],
                    dtype=np.int64,
                )
            )

    def open(self) -> tuple[Key, ...]:
        """Every cell that some insider can tell, as far as anybody found."""
        told = np.any([self._narrow(one) for one in range(len(self._inside))], axis=0)
        return tuple(self._proof.facts.unknowns[cell] for cell in np.flatnonzero(told))

    def _narrow(self, one: int) -> NDArray[np.bool_]:
        """Cells that one insider does not know and no witnesses of that insider keep apart."""
        # Where no table was seen yet, low stands above high, and nothing is apart.
        apart = self._high[one] - np.minimum(self._low[one], self._high[one])
        narrow: NDArray[np.bool_] = apart < self._width
        narrow[self._own[one]] = False
        return narrow

    def _take(self, table: Whole) -> None:
        for one, (cells, true) in enumerate(zip(self._known, self._true, strict=True)):
            if (table[cells] == true).all():
                np.minimum(self._low[one], table, out=self._low[one])
                np.maximum(self._high[one], table, out=self._high[one])


def _together(count: int) -> Iterator[list[int]]:
    """All, then halves: any two stand in different halves at least once."""
    yield list(range(count))
    bit = 1
    while bit < count:
        for side in (0, bit):
            yield [one for one in range(count) if one & bit == side]
        bit *= 2
