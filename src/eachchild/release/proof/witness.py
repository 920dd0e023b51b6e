"""A proof as data: the facts, the witnesses of every hidden cell, and how to check them by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.release.family import Key
from eachchild.release.proof.corrected import counts_touched, least_touched, with_few_touched
from eachchild.release.proof.facts import Facts, Whole, facts_of, hidden_of
from eachchild.release.proof.search import parts_of, search
from eachchild.release.published import Publication


@dataclass(frozen=True, slots=True)
class Proof:
    """Witness tables of all unknowns, and the hidden cells for which none stand apart.

    `tables` has one row a witness and one column an unknown of the facts.
    """

    facts: Facts
    hidden: Mapping[Key, int]
    tables: Whole
    unproved: tuple[Key, ...]  # hidden, and not proved to stay open

    @property
    def holds(self) -> bool:
        """Whether every hidden cell is proved to keep its width."""
        return not self.unproved

    def to_json(self) -> dict[str, object]:
        """The first witness whole, the others as what differs from it."""
        first = self.tables[0] if len(self.tables) else np.zeros(0, dtype=np.int64)
        others = []
        for table in self.tables[1:]:
            moved = np.flatnonzero(table != first)
            steps = np.diff(moved, prepend=0)
            others.append([steps.tolist(), (table[moved] - first[moved]).tolist()])
        found = {"unknowns": len(self.facts.unknowns), "first": first.tolist(), "others": others}
        return found | ({"touched": list(self.facts.touched)} if self.facts.touched else {})


def prove(publications: Sequence[Publication]) -> Proof:
    """Search witnesses for every cell that any of the publications hides, from them alone.

    Of corrections the reader is taken to believe that they touched as few students as can be.
    Raises ContradictionError where they cannot all be true.
    """
    facts = facts_of(publications)
    hidden = hidden_of(publications)
    facts = with_few_touched(facts, least_touched(facts))
    if not hidden:
        return Proof(facts, hidden, np.zeros((0, len(facts.unknowns)), dtype=np.int64), ())
    width = np.array([hidden.get(key, 0) for key in facts.unknowns], dtype=np.int64)
    width[counts_touched(facts)] = 1  # whether it is told how many were touched
    parts = parts_of(facts)
    found = [search(part, width[part.cells]) for part in parts]
    if not all(found):
        return Proof(facts, hidden, np.zeros((0, width.size), dtype=np.int64), tuple(hidden))
    tables = np.zeros((max(map(len, found), default=0), width.size), dtype=np.int64)
    for part, own in zip(parts, found, strict=True):
        for row in range(len(tables)):
            tables[row, part.cells] = own[min(row, len(own) - 1)]
    return Proof(facts, hidden, tables, unproved(facts, hidden, tables))


def unproved(facts: Facts, hidden: Mapping[Key, int], tables: Whole) -> tuple[Key, ...]:
    """The hidden cells that the tables do not prove safe, by arithmetic alone."""
    found = apart(facts, tables)
    return tuple(key for key, width in hidden.items() if found.get(key, 0) < width)


def apart(facts: Facts, tables: Whole) -> dict[Key, int]:
    """How far the tables stand apart in each unknown cell; empty where none agrees.

    A table that disagrees with a fact proves nothing, so every one is checked first.
    """
    kept = tables[np.array([facts.hold(table) for table in tables], dtype=bool)]
    if not len(kept) or not kept.shape[1]:
        return {}
    span = kept.max(axis=0) - kept.min(axis=0)
    return dict(zip(facts.unknowns, span.tolist(), strict=True))


def read_facts(data: Mapping[str, object], publications: Sequence[Publication]) -> Facts:
    """The facts that a proof is about: those of publications, with how few a correction touched.

    ContradictionError where the publications cannot all be true; ValueError where they do not fit.
    """
    touched = data.get("touched", ())
    few = tuple(map(int, touched)) if isinstance(touched, list) else ()
    return with_few_touched(facts_of(publications), few)


def read_tables(data: Mapping[str, object], unknowns: int) -> Whole:
    """The witness tables as `to_json` wrote them; ValueError where they do not fit."""
    if data.get("unknowns") != unknowns:
        raise ValueError("the witnesses are of other facts")
    first = np.array(data["first"], dtype=np.int64)
    if first.shape != (unknowns,):
        if not first.size and not data["others"]:
            return np.zeros((0, unknowns), dtype=np.int64)
        raise ValueError("the first witness does not have one number for each unknown")
    tables = [first]
    others = data["others"]
    for steps, differences in others if isinstance(others, list) else ():
        moved = np.cumsum(np.array(steps, dtype=np.int64))
        table = first.copy()
        table[moved] += np.array(differences, dtype=np.int64)
        tables.append(table)
    return np.array(tables, dtype=np.int64).reshape(len(tables), unknowns)


def implied_small(facts: Facts, few: int) -> dict[tuple[Key, ...], int]:
    """Sets of hidden cells whose sum is told by what is published and is small (1 to few - 1).

    To a reader such a set is one cell. Only sets that stand together in one sum are looked at.
    """
    found = {}
    matrix = facts.matrix
    for row in np.flatnonzero((facts.low == facts.high) & (facts.low != 0)):
        start, end = matrix.indptr[row : row + 2]
        signs, cells = matrix.data[start:end], matrix.indices[start:end]
        together = abs(int(facts.low[row]))
        one_sided = bool((signs == signs[0]).all())
        if together < few and one_sided and len(cells) > 1:
            found[tuple(facts.unknowns[cell] for cell in cells)] = together
    return found
