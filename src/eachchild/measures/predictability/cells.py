"""What predictability is computed from: students and events by school and identity cell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from eachchild.measures.counts import Numbers, Whole


@dataclass(frozen=True, slots=True)
class Cells:
    """Identity cells of one place, and the outcome's counts in them, a row a draw.

    `total` is `[draw, cell]`: the place itself is one row; permuted districts are many, all with
    the same number of events, so that they share one set of columns.
    """

    n: Whole
    total: Whole  # events, or the sum of a number outcome
    levels: Whole  # [cell, factor]

    @property
    def students(self) -> int:
        """Students in the place."""
        return int(self.n.sum())

    @property
    def share(self) -> Numbers:
        """The share of the place's students in each cell."""
        return np.asarray(self.n / self.n.sum(), np.float64)

    @property
    def base_rate(self) -> float:
        """Events per student in the place; the same in every draw."""
        return float(self.total[0].sum() / self.n.sum())

    @property
    def rate(self) -> Numbers:
        """Events per student, `[draw, cell]`."""
        return np.asarray(self.total / self.n, np.float64)

    def rolled_up(self, factors: Sequence[int]) -> "Cells":
        """The cells of some of the factors only; none of them gives one cell.

        >>> place = school_cells([[1, 2], [3, 4]], [[0, 1], [1, 2]], [[0, 0], [0, 1]]).place()
        >>> place.rolled_up([0]).n
        array([10])
        """
        kept, index = np.unique(self.levels[:, list(factors)], axis=0, return_inverse=True)
        into = np.zeros((index.size, kept.shape[0]), np.int64)
        into[np.arange(index.size), index.ravel()] = 1
        return Cells(self.n @ into, self.total @ into, kept)


@dataclass(frozen=True, slots=True)
class SchoolCells:
    """Students of one place, one entry a school and identity cell with at least one student.

    Schools and cells are numbered from 0 without holes and entries are sorted by both. For an
    event outcome `total` and `squares` are both its events.
    """

    school: Whole
    cell: Whole
    n: Whole
    total: Whole
    squares: Whole
    levels: Whole  # [cell, factor], in the plan's order of factors

    @property
    def schools(self) -> int:
        """How many schools have at least one student."""
        return int(self.school[-1]) + 1

    def by_school(self, values: Numbers | Whole) -> Numbers:
        """Sums of an entry-wise quantity over each school."""
        return sums(values, self.school, self.schools)

    def by_cell(self, values: Numbers | Whole) -> Numbers:
        """Sums of an entry-wise quantity over each identity cell."""
        return sums(values, self.cell, self.levels.shape[0])

    def place(self) -> Cells:
        """The same students without their schools."""
        n, total = (_whole(self.by_cell(x)) for x in (self.n, self.total))
        return Cells(n, total[None, :], self.levels)

    def rolled_up(self, factors: Sequence[int]) -> "SchoolCells":
        """The same students by some of the factors only."""
        kept, index = np.unique(self.levels[:, list(factors)], axis=0, return_inverse=True)
        entries = (self.school, index.ravel()[self.cell], self.n, self.total, self.squares)
        return _merged(entries, kept)


def sums(values: Numbers | Whole, group: Whole, groups: int) -> Numbers:
    """Add up entries by group; sums of whole numbers are exact up to 2 ** 53."""
    return np.asarray(np.bincount(group, weights=values, minlength=groups), np.float64)


def _whole(values: Numbers) -> Whole:
    return values.astype(np.int64)


def _merged(entries: tuple[Whole, ...], levels: Whole) -> SchoolCells:
    school, cell, *quantities = entries
    _, school = np.unique(school, return_inverse=True)
    present, cell = np.unique(cell, return_inverse=True)
    keys, index = np.unique(school * present.size + cell, return_inverse=True)
    n, total, squares = (_whole(sums(q, index, keys.size)) for q in quantities)
    school, cell = keys // present.size, keys % present.size
    return SchoolCells(school, cell, n, total, squares, levels[present])


def sparse_school_cells(
    school: ArrayLike, cell: ArrayLike, *, n: ArrayLike, events: ArrayLike, levels: ArrayLike
) -> SchoolCells:
    """Make the input of predictability from one entry a school and cell.

    `school` and `cell` are whole numbers; `levels[cell]` holds the level of each factor. Entries
    of the same school and cell are added, entries without students dropped. A cell with more
    events than students has no rate: leave it out and say so.
    """
    happened, students = np.asarray(events, np.int64), np.asarray(n, np.int64)
    if happened.shape == students.shape and ((happened > students) | (happened < 0)).any():
        raise ValueError(
            "a cell has more events than students, or fewer than none; leave inconsistent cells out"
        )
    return sparse_number_cells(school, cell, n=n, total=events, squares=events, levels=levels)


def sparse_number_cells(
    school: ArrayLike,
    cell: ArrayLike,
    *,
    n: ArrayLike,
    total: ArrayLike,
    squares: ArrayLike,
    levels: ArrayLike,
) -> SchoolCells:
    """The same for a number outcome, from its sum and sum of squares in whole units."""
    given = [np.asarray(x, np.int64) for x in (school, cell, n, total, squares)]
    if len({x.shape for x in given}) > 1 or given[0].ndim != 1:
        raise ValueError("school, cell and the counts need one entry each for the same cells")
    if (given[2] < 0).any() or (given[4] < 0).any():
        raise ValueError("counts of students and sums of squares cannot be below zero")
    occupied = given[2] > 0
    if not occupied.any():
        raise ValueError("no students: predictability needs at least one cell with students")
    return _merged(tuple(x[occupied] for x in given), np.asarray(levels, np.int64))


def school_cells(n: ArrayLike, events: ArrayLike, levels: ArrayLike) -> SchoolCells:
    """Make the input of predictability from tables `[school, cell]`.

    >>> cells = school_cells([[5, 0], [3, 2]], [[1, 0], [0, 2]], [[0], [1]])
    >>> cells.schools, cells.place().n.tolist()
    (2, [8, 2])
    """
    students, happened = np.asarray(n, np.int64), np.asarray(events, np.int64)
    if students.shape != happened.shape or students.ndim != 2:
        raise ValueError("n and events need the same shape, [school, cell]")
    school, cell = np.nonzero(students + happened)
    return sparse_school_cells(
        school,
        cell,
        n=students[school, cell],
        events=happened[school, cell],
        levels=np.asarray(levels, np.int64),
    )
