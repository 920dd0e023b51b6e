"""What an attacker can write down: every cell is a whole number, and these sums of cells hold.

Made from publications alone. Several at once are one set of facts: that is how earlier releases
and other parties' tables count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from eachchild.release.family import Key
from eachchild.release.proof.crossed import Crossed, crossed
from eachchild.release.proof.ties import tied_sums
from eachchild.release.published import Publication, Range

Whole = NDArray[np.int64]
NO_LIMIT = np.int64(2**40)  # more students than there are


class ContradictionError(ValueError):
    """Publications that cannot all be true; the message names a cell."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Unknowns (cells nobody told exactly), and what is known of sums of them.

    `matrix` has one row a fact and one column an unknown; each fact's sum lies from `low` to
    `high`, each unknown from `least` to `most`. `told` has the cells known exactly. `crossed` has
    counts that must be of students, for their sums alone do not say that they are. `touched` has
    the most students that corrections are taken to have touched, part by part, where any is asked.
    """

    unknowns: tuple[Key, ...]
    matrix: sp.csr_array
    low: Whole
    high: Whole
    least: Whole
    most: Whole
    told: dict[Key, int]
    crossed: tuple[Crossed, ...] = ()
    touched: tuple[int, ...] = ()

    def hold(self, table: Whole) -> bool:
        """Whether one whole-number table of the unknowns agrees with every fact."""
        sums = self.matrix @ table
        inside = (table >= self.least) & (table <= self.most)
        agrees = inside.all() and (sums >= self.low).all() and (sums <= self.high).all()
        return bool(agrees) and all(each.hold(table) for each in self.crossed)


def facts_of(publications: Sequence[Publication]) -> Facts:
    """Everything several publications tell together.

    Raises ContradictionError where they cannot all be true.
    """
    spans = _spans(publications)
    sums = _sums(publications)
    sums += tied_sums(publications, spans.keys())
    for _, parts in sums:
        for part in parts:
            spans.setdefault(part, (0, None))
    for whole, _ in sums:
        spans.setdefault(whole, (0, None))
    _narrow(spans, sums)
    # Sorted: the witnesses of a proof must fit the facts as anybody sets them up again.
    unknowns = tuple(sorted(key for key, (low, high) in spans.items() if low != high))
    at = {key: place for place, key in enumerate(unknowns)}
    told = {key: low for key, (low, high) in spans.items() if low == high}
    rows: list[int] = []
    columns: list[int] = []
    signs: list[int] = []
    limits: list[int] = []
    for whole, parts in sums:
        known = sum(told[part] for part in parts if part in told) - told.get(whole, 0)
        terms = [(at[part], 1) for part in parts if part in at]
        terms += [(at[whole], -1)] if whole in at else []
        if not terms:
            if known:
                raise ContradictionError(f"the parts of {named(whole)} do not add up to it")
            continue
        rows += [len(limits)] * len(terms)
        columns += [column for column, _ in terms]
        signs += [sign for _, sign in terms]
        limits.append(-known)
    matrix = sp.csr_array(
        (np.array(signs, dtype=np.int64), (rows, columns)), shape=(len(limits), len(unknowns))
    )
    equal = np.array(limits, dtype=np.int64)
    spread = [spans[key] for key in unknowns]
    return Facts(
        unknowns,
        matrix,
        low=equal,
        high=equal,
        least=np.array([low for low, _ in spread], dtype=np.int64),
        most=np.array([NO_LIMIT if high is None else high for _, high in spread], dtype=np.int64),
        told=told,
        crossed=crossed(publications, at, told),
    )


def hidden_of(publications: Sequence[Publication]) -> dict[Key, int]:
    """The cells that any of the publications hides, each with the widest width promised."""
    hidden: dict[Key, int] = {}
    for publication in publications:
        for key, width in publication.hidden.items():
            hidden[key] = max(width, hidden.get(key, 0))
    return hidden


def named(key: Key) -> str:
    """A cell in words for a message."""
    return ", ".join(f"{d} {v}" for d, v in key) or "the total"


def _spans(publications: Sequence[Publication]) -> dict[Key, Range]:
    spans: dict[Key, Range] = {}
    for publication in publications:
        for table in publication.tables:
            for key in table.cells():
                spans.setdefault(key, (0, None))
        for key, span in publication.told.items():
            spans[key] = _both(key, spans.get(key, (0, None)), span)
        for key in publication.above_nought:
            spans[key] = _both(key, spans.get(key, (0, None)), (1, None))
    return spans


def _both(key: Key, one: Range, other: Range) -> Range:
    low = max(one[0], other[0])
    highs = [high for high in (one[1], other[1]) if high is not None]
    if highs and min(highs) < low:
        raise ContradictionError(f"{named(key)} is told as two counts that cannot both be true")
    return low, min(highs) if highs else None


def _sums(publications: Sequence[Publication]) -> list[tuple[Key, tuple[Key, ...]]]:
    found: dict[tuple[Key, tuple[Key, ...]], None] = {}
    for publication in publications:
        for table in publication.tables:
            for whole, parts in table.sums():
                found.setdefault((whole, tuple(sorted(parts))))
    return list(found)


def _narrow(spans: dict[Key, Range], sums: list[tuple[Key, tuple[Key, ...]]]) -> None:
    """Plain subtraction, to the end: whoever knows all of a sum but one knows that one."""
    within: dict[Key, list[int]] = {}
    for row, (whole, parts) in enumerate(sums):
        for key in (whole, *parts):
            within.setdefault(key, []).append(row)
    todo = list(range(len(sums)))
    waiting = set(todo)
    while todo:
        row = todo.pop()
        waiting.discard(row)
        for key in _told_by(sums[row], spans):
            for other in within[key]:
                if other not in waiting:
                    waiting.add(other)
                    todo.append(other)


def _told_by(sum_: tuple[Key, tuple[Key, ...]], spans: dict[Key, Range]) -> list[Key]:
    whole, parts = sum_
    open_ = [key for key in (whole, *parts) if spans[key][0] != spans[key][1]]
    known = sum(spans[part][0] for part in parts if spans[part][0] == spans[part][1])
    if len(open_) == 1:
        key = open_[0]
        value = known if key == whole else spans[whole][0] - known
        if value < 0:
            raise ContradictionError(f"the parts of {named(whole)} add up to more than it")
        spans[key] = _both(key, spans[key], (value, value))
        return [key]
    if whole in open_ or spans[whole][0] != known:
        return []
    for key in open_:  # nothing is left for them
        spans[key] = _both(key, spans[key], (0, 0))
    return open_
