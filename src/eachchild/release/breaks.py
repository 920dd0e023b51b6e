"""Where numbers of two years cannot be put side by side, and why."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from eachchild.cube import EVERYWHERE, Block, Cube
from eachchild.findings.phrases import Phrases
from eachchild.measures.counts import Numbers
from eachchild.release.types import Break
from eachchild.terms.numerals import count
from eachchild.terms.years import years_between

_CHANGE = 0.2  # of all students from one year to the next; schools open and close, but not so many


def breaks_of(cube: Cube, phrases: Phrases) -> tuple[Break, ...]:
    """The breaks a reader must see before any change over time.

    A year is missing; a fifth more or fewer students are counted than the year before; an outcome
    was not collected in between.
    """
    return (*_missing_years(cube, phrases), *_counted(cube, phrases), *_gaps(cube, phrases))


def _missing_years(cube: Cube, phrases: Phrases) -> Iterator[Break]:
    for one, other in pairwise(cube.periods):
        if years_between(one, other):
            yield Break(other, phrases.words.say("break.missing", first=one, last=other))


def _counted(cube: Cube, phrases: Phrases) -> Iterator[Break]:
    students = _students(cube)
    for at, (one, other) in enumerate(pairwise(students.tolist())):
        if one and abs(other / one - 1) > _CHANGE:
            first, last = cube.periods[at : at + 2]
            numbers = {"before": count(one), "after": count(other)}
            reason = phrases.words.say("break.counted", first=first, last=last, **numbers)
            yield Break(last, reason)


def _students(cube: Cube) -> Numbers:
    """Students of each period, of the block that tells most of them."""
    sums = [_by_period(cube, block) for block in cube.blocks]
    return max(sums, key=lambda s: float(s.sum()), default=np.zeros(len(cube.periods)))


def _by_period(cube: Cube, block: Block) -> Numbers:
    whole = block.place == EVERYWHERE
    values = block.students.astype(np.float64)
    if not whole.all():  # a published whole is not added to its parts
        values = np.where(whole, 0.0, values)
    return np.bincount(block.period, values, len(cube.periods)).astype(np.float64)


def _gaps(cube: Cube, phrases: Phrases) -> Iterator[Break]:
    """An outcome collected again after years in which it was not."""
    for name in dict.fromkeys(n for b in cube.blocks for n in b.tallies):
        told = np.zeros(len(cube.periods), np.bool_)
        for block in cube.blocks:
            if name in block.tallies:
                told[block.period[block.tallies[name].collected]] = True
        years = np.flatnonzero(told)
        for one, other in pairwise(years.tolist()):
            if other - one > 1:
                first, last = cube.periods[one], cube.periods[other]
                yield Break(last, phrases.words.say("break.outcome", first=first, last=last), name)
