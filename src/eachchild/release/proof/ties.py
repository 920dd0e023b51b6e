"""What ties corrected counts to those they replace: students who were added and taken away.

Everybody ever counted is whoever was counted before and whoever was added; and just as well whoever
is counted now and whoever was taken away. A student whose outcome was corrected is taken away from
one count and added to another.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from eachchild.release.family import Key, joined
from eachchild.release.published import Publication

Sum = tuple[Key, tuple[Key, ...]]
CORRECTED = "corrected"
_EVER, _ADDED, _TAKEN = "ever counted", "added", "taken away"


def tied_sums(publications: Sequence[Publication], known: Collection[Key]) -> list[Sum]:
    """The sums that tie each corrected cell to the one it replaces, where that is known of.

    Only cells without parts in both are tied: what holds of the parts holds of the whole.
    """
    return [
        sum_
        for publication in publications
        for new, old in publication.corrects
        for key in _finest(publication, new, old, known)
        for sum_ in _sums(key, before_of(key, new, old), old)
    ]


def is_touched(key: Key) -> bool:
    """Whether a cell counts students who were added or taken away."""
    return any(d == CORRECTED and v.startswith((_ADDED, _TAKEN)) for d, v in key)


def before_of(key: Key, new: Key, old: Key) -> Key:
    """The cell that a corrected cell replaces.

    >>> before_of((("sex", "male"), ("snapshot", "2")), (("snapshot", "2"),), ())
    (('sex', 'male'),)
    """
    return joined(tuple(pair for pair in key if pair not in new), old)


def _finest(publication: Publication, new: Key, old: Key, known: Collection[Key]) -> Iterator[Key]:
    tables = [table for table in publication.tables if table.of == new]
    cells = dict.fromkeys(chain.from_iterable(table.cells() for table in tables))
    common = {key for key in cells if before_of(key, new, old) in known}
    wholes = {
        whole for table in tables for whole, parts in table.sums() if common.issuperset(parts)
    }
    return (key for key in cells if key in common and key not in wholes)


def _sums(key: Key, before: Key, old: Key) -> Iterator[Sum]:
    since = " ".join(value for _, value in old)
    ever, added, taken = (
        joined(key, ((CORRECTED, f"{what} since {since}".rstrip()),))
        for what in (_EVER, _ADDED, _TAKEN)
    )
    yield ever, (before, added)
    yield ever, (key, taken)
