"""Counts that are not told apart any further: too few for their parts to keep a width.

Six suspended students of seven schools leave no part five values wide where readers know that a
hidden count is at least one. So all parts of such a count are hidden, those of nobody too.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from eachchild.release.family import Key, Table


def hidden_as_few(
    tables: Iterable[Table], counts: Mapping[Key, int], small: Collection[Key],
    *, told: Collection[Key], width: int,
) -> tuple[frozenset[Key], frozenset[Key]]:  # fmt: skip
    """The small cells and every part of a told count that is too few; then those parts alone.

    A part is hidden for what the told count is, so it tells nothing of the part. What must be a
    nought, as part of one that is shown, is in neither.

    >>> from eachchild.release.family import Tree
    >>> sex = Tree("sex", {"__all__": ("female", "male")})
    >>> female, male = ((("sex", value),) for value in ("female", "male"))
    >>> def parts(number):
    ...     counts = {(): number, female: number, male: 0}
    ...     return hidden_as_few([Table("t", (sex,))], counts, [], told=[()], width=5)[1]
    >>> len(parts(6)), len(parts(7))
    (2, 0)
    """
    sums = [pair for table in tables for pair in table.sums()]
    known = _noughts(sums, counts, small)
    few = frozenset(_of_few(sums, counts, known, told, width)) - set(told)
    every = frozenset(small) | few
    known = _noughts(sums, counts, every)
    return every - known, few - known


def innermost(tables: Iterable[Table], outcome: str) -> frozenset[Key]:
    """The counts of an outcome in every dimension at once."""
    return frozenset(
        key
        for table in tables
        for key in table.cells()
        if len(key) == len(table.of) + len(table.trees) and outcome in dict(key)
    )


def _of_few(
    sums: Iterable[tuple[Key, tuple[Key, ...]]], counts: Mapping[Key, int],
    known: Collection[Key], told: Collection[Key], width: int,
) -> Iterator[Key]:  # fmt: skip
    for whole, parts in sums:
        open_ = [part for part in parts if part not in known]
        if whole in told and len(open_) > 1 and 0 < counts[whole] < width + len(open_):
            yield from open_


def _noughts(
    sums: Iterable[tuple[Key, tuple[Key, ...]]], counts: Mapping[Key, int], hidden: Collection[Key]
) -> set[Key]:
    """Parts of noughts that are shown, and their parts: everybody knows that they are noughts."""
    known: set[Key] = set()
    before = -1
    while len(known) > before:
        before = len(known)
        known |= {
            part
            for whole, parts in sums
            if not counts[whole] and (whole not in hidden or whole in known)
            for part in parts
        }
    return known
