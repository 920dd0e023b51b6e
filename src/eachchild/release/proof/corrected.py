"""Corrections: what a reader infers who takes it that as few students were touched as can be.

Such a reader knows more than one who assumes nothing, and more than any who allows for more
students, so a witness against the first is one against them all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from eachchild.release.family import Key
from eachchild.release.proof.facts import Facts, Whole
from eachchild.release.proof.search import parts_of
from eachchild.release.proof.solve import Part, least_of
from eachchild.release.proof.ties import before_of, is_touched
from eachchild.release.published import Publication

Cells = tuple[Key, ...]


def least_touched(facts: Facts) -> tuple[int, ...]:
    """The fewest students that corrections can have touched, in each part of the facts."""
    return tuple(_least(part, marks) for part, marks in _touched(facts))


def with_few_touched(facts: Facts, touched: Sequence[int]) -> Facts:
    """The facts to somebody who believes that no more were touched than that, part by part.

    ValueError where there are not as many numbers as parts.
    """
    marks = [marked for _, marked in _touched(facts)]
    if len(marks) != len(touched):
        raise ValueError("how many students were touched is told of other facts")
    if not marks:
        return facts
    rows = sp.csr_array(np.array(marks, dtype=np.int64))
    most = np.array(touched, dtype=np.int64)
    return replace(
        facts,
        matrix=sp.csr_array(sp.vstack([facts.matrix, rows])),
        low=np.concatenate([facts.low, np.zeros_like(most)]),
        high=np.concatenate([facts.high, most]),
        touched=tuple(touched),
    )


def counts_touched(facts: Facts) -> NDArray[np.bool_]:
    """The unknowns that count students who were added or taken away, where any were."""
    found = np.zeros(len(facts.unknowns), dtype=bool)
    for (_, marks), most in zip(_touched(facts), facts.touched, strict=True):
        found |= (marks > 0) & (most > 0)
    return found


def small_changes(
    facts: Facts, tables: Whole, publications: Sequence[Publication], few: int
) -> tuple[Cells, ...]:
    """Cells, or hidden cells of one sum together, whose old and new counts are told to be near.

    The difference is a count of students who were added or taken away, and small: 1 to few - 1. Of
    hidden cells it is told unless two witnesses differ in it.
    """
    found = dict.fromkeys(
        cells
        for publication in publications
        for new, old in publication.corrects
        for cells, change in _changes(facts, tables, publication, new, old)
        if 0 < abs(change) < few
    )
    return tuple(found)


def _touched(facts: Facts) -> Iterator[tuple[Part, Whole]]:
    """Each part that has students who were added or taken away, and which unknowns they are."""
    if not any(map(is_touched, facts.unknowns)):
        return
    every = np.array([is_touched(key) for key in facts.unknowns], dtype=np.int64)
    for part in parts_of(facts):
        if every[part.cells].any():
            marks = np.zeros_like(every)
            marks[part.cells] = every[part.cells]
            yield part, marks


def _least(part: Part, marks: Whole) -> int:
    table = least_of(part, marks[part.cells].astype(float))
    return 0 if table is None else int(np.round(table) @ marks[part.cells])


def _changes(
    facts: Facts, tables: Whole, publication: Publication, new: Key, old: Key
) -> Iterator[tuple[Cells, int]]:
    shown = [table for table in publication.tables if table.of == new]
    at = {key: column for column, key in enumerate(facts.unknowns)}
    cells = dict.fromkeys(chain.from_iterable(table.cells() for table in shown))

    def values(key: Key) -> Whole | None:
        if key in facts.told:
            return np.full(max(1, len(tables)), facts.told[key])
        return tables[:, at[key]] if key in at and len(tables) else None

    told: dict[Key, int] = {}
    for key in cells:
        now, then = values(key), values(before_of(key, new, old))
        if now is not None and then is not None and np.ptp(now - then) == 0:
            told[key] = int((now - then)[0])
            yield (key,), told[key]
    for whole, parts in chain.from_iterable(table.sums() for table in shown):
        open_ = tuple(key for key in parts if key not in told)
        if whole in told and len(open_) > 1:
            yield open_, told[whole] - sum(told[key] for key in parts if key in told)
