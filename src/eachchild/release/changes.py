"""How corrected counts stand to those they replace: what of it may be told, and what not.

The difference of an old and a new count is a count of students: those added, taken away, or counted
elsewhere now. Fewer than a policy's minimum of them are never told, so the new count is hidden, and
others beside it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eachchild.release.family import Key
from eachchild.release.proof import before_of
from eachchild.release.published import Publication, Range

Corrects = Sequence[tuple[Key, Key]]  # whom tables count now, and whom they counted then


@dataclass(frozen=True, slots=True)
class Changes:
    """Cells by what readers have of them from before they were corrected."""

    hidden: frozenset[Key]  # they were hidden, and stay so
    same: frozenset[Key]  # they were told, and are what they were
    near: frozenset[Key]  # they were told, and are so near that the difference is a few students
    spans: Mapping[Key, Range]  # what a reader takes others that were told to be, once hidden


def changes_of(
    counts: Mapping[Key, int], corrects: Corrects, earlier: Sequence[Publication], few: int
) -> Changes:
    """Hold counts against each publication that told or hid them otherwise.

    A reader takes it that where more are counted now nobody was taken away, and the reverse.

    >>> then, now = (("snapshot", "1"),), (("snapshot", "2"),)
    >>> told = Publication((), {then: (30, 30)})
    >>> sorted(changes_of({now: 29}, [(now, then)], [told], 10).near)
    [(('snapshot', '2'),)]
    """
    told = {key: number for each in earlier for key, number in each.exact.items()}
    hidden = {key for each in earlier for key in each.hidden}
    pairs = [
        (key, before_of(key, new, old))
        for new, old in corrects for key in counts if set(new) <= set(key)
    ]  # fmt: skip
    numbers: dict[Key, list[int]] = defaultdict(list)
    for key, before in pairs:
        if before in told:
            numbers[key].append(told[before])
    return Changes(
        frozenset(key for key, before in pairs if before in hidden),
        frozenset(key for key, then in numbers.items() if {*then} == {counts[key]}),
        frozenset(
            key
            for key, then in numbers.items()
            if any(0 < abs(counts[key] - n) < few for n in then)
        ),
        {key: _span(counts[key], then) for key, then in numbers.items()},
    )


def _span(count: int, then: Sequence[int]) -> Range:
    above = [number for number in then if number >= count]
    return max((n for n in then if n <= count), default=0), min(above) if above else None
