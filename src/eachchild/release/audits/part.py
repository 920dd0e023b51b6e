"""The students of one year who are asked about the same outcomes, and what is small among them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from eachchild.release.family import TOTAL, Key, Table, Tree, joined
from eachchild.release.policy import Policy

Whole = NDArray[np.int64]
Scored = tuple[str, str, int]  # group, school, bin
_FEW_TIED = 3  # outcomes tried together, one by one, for one that follows from them


@dataclass(frozen=True, slots=True)
class Tied:
    """An outcome whose counts follow from those of others: their sum, or what they leave."""

    outcome: str
    events: Mapping[Key, int]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoreCounts:
    """Students of one year by group, school and bin of score (-1: none), and enrolled of them."""

    level: str  # of the schools
    bins: int
    students: Mapping[Scored, int]
    enrolled: Mapping[Scored, int]


@dataclass(frozen=True, slots=True)
class Part:
    """The students of one period who are asked about the same outcomes.

    `groups` has each table without its outcome: the cells of students. Each outcome splits every
    cell in `yes` and `no`. `students` and `events` count them.
    """

    period: str
    outcomes: tuple[str, ...]
    groups: tuple[Table, ...]
    students: Mapping[Key, int]
    events: Mapping[str, Mapping[Key, int]]
    tied: tuple[Tied, ...] = ()
    others: tuple[str, ...] = ()  # names under which readers know these students otherwise
    scores: Mapping[str, ScoreCounts] = field(default_factory=dict)  # by outcome

    @property
    def of(self) -> Key:
        """Whom every table counts: the period, and the name of the students."""
        return self.groups[0].of

    @property
    def corrects(self) -> tuple[tuple[Key, Key], ...]:
        """Whom the tables count now, and each time they were told otherwise."""
        then = ((("period", self.period), ("students", name)) for name in self.others)
        return tuple((self.of, old) for old in then)

    def pieces(self) -> Iterator["Part"]:
        """The first factor alone, then each table: what is decided before stands after."""
        first = self.groups[0]
        yield self._only((table_of(first.trees[:1], first.of),))
        for table in self.groups:
            if len(table.trees) > 1:
                yield self._only((table,))

    def alone(self) -> "Part | None":
        """A piece's other side without the first factor: schools alone, or the other factor."""
        table = self.groups[0]
        if len(table.trees) < 2:
            return None
        return self._only((table_of(table.trees[1:], table.of),))

    def everybody(self) -> "Part":
        """All students together, no factor told apart."""
        return self._only((table_of((), self.of),))

    def whole(self) -> "Part":
        """The first factor alone, without schools or other factors."""
        return next(self.pieces())

    def _only(self, groups: tuple[Table, ...]) -> "Part":
        keys = [key for table in groups for key in table.cells()]
        events = {o: {key: counts[key] for key in keys} for o, counts in self.events.items()}
        return replace(
            self, groups=groups, students={key: self.students[key] for key in keys}, events=events
        )

    def with_outcome(self, outcome: str) -> tuple[Table, ...]:
        """The tables of students, each split by one outcome."""
        sides = Tree(outcome, {TOTAL: ("yes", "no")})
        return tuple(Table(f"{outcome} by {t.name}", (*t.trees, sides), t.of) for t in self.groups)

    def counts(self, outcome: str) -> dict[Key, int]:
        """Every count of the tables that one outcome splits."""
        return {**self.students, **both_sides(self.students, outcome, self.events[outcome])}

    def small(self, outcome: str, policy: Policy, told: Collection[Key]) -> frozenset[Key]:
        """Counts that a policy does not show, in the tables that one outcome splits.

        Where few are asked, or how many is not `told`, nothing is said; where few are, or are not,
        or all are, with the outcome, neither side is. That nobody is may be said. Where a small
        count follows from others, the least of them is hidden for it.
        """
        found: set[Key] = set()
        few, counts = self.few_students(policy), self.counts(outcome)
        for key, number in self.students.items():
            pair = split(key, outcome, "yes"), split(key, outcome, "no")
            yes, no = (self.different(side, counts) for side in pair)
            coded = number and policy.coded(counts[pair[0]], number)
            untold = coded or (number and policy.few(yes, no))
            if key in few or key not in told:
                found |= {key, *pair}
            elif untold or self._stands_for_tied(key, outcome, policy):
                found |= {*pair}
        return frozenset(found)

    def few_students(self, policy: Policy) -> frozenset[Key]:
        """Counts of students of whom there are too few to say anything."""
        sizes = ((key, self.different(key, self.students)) for key in self.students)
        return frozenset(key for key, size in sizes if 0 < size < policy.minimum_n)

    def different(self, key: Key, counts: Mapping[Key, int]) -> int:
        """How many different students a count is of."""
        return counts[key]

    def _stands_for_tied(self, key: Key, outcome: str, policy: Policy) -> bool:
        """Whether this is the least of the counts from which a small one follows."""
        return any(
            tied.others
            and 0 < self.different(key, tied.events) < policy.minimum_events
            and outcome == min(tied.others, key=lambda other: (self.events[other][key], other))
            for tied in self.tied
        )

    def noughts(self, outcome: str, told: Collection[Key], policy: Policy) -> frozenset[Key]:
        """Counts that are hidden as noughts too: that all are with the outcome, and of too few.

        Where a policy does not say that nobody is with it, or not of a group so large, these too.
        """
        without = (split(key, outcome, "no") for key in self.students)
        unsaid = (
            split(key, outcome, "yes")
            for key, number in self.students.items()
            if key not in told or policy.nobody_is_hidden(number)
        )
        return frozenset((*without, *unsaid))

    def without_tied(self) -> "Part":
        """The outcomes that do not follow from each other, the more common ones first.

        Of three of which one is the sum of the two others, two are shown: the third would tell
        what they hide. So it is with outcomes that are everybody together.
        """
        keys = list(self.students)
        kept: dict[str, Whole] = {"": _column(self.students, keys)}
        tied: list[Tied] = []
        for outcome in sorted(self.outcomes, key=lambda o: -sum(self.events[o].values())):
            column = _column(self.events[outcome], keys)
            others = _made_of(column, kept)
            if others:
                tied.append(Tied(outcome, self.events[outcome], tuple(filter(None, others))))
            else:
                kept[outcome] = column
        return replace(
            self, outcomes=tuple(o for o in self.outcomes if o in kept),
            events={o: self.events[o] for o in self.outcomes if o in kept}, tied=tuple(tied),
        )  # fmt: skip


def _column(counts: Mapping[Key, int], keys: Sequence[Key]) -> Whole:
    return np.array([counts[key] for key in keys], dtype=np.int64)


def _made_of(column: Whole, others: Mapping[str, Whole]) -> tuple[str, ...]:
    """The columns that make up one by adding and taking away, each once; none where none do.

    A few are tried one by one, for little tables have several answers; many are solved for.
    """
    if not column.any():
        return ()
    matrix = np.column_stack(list(others.values()))
    names = np.array(list(others))
    for size in range(1, _FEW_TIED + 1):
        for some in map(list, combinations(range(names.size), size)):
            for signs in product((1, -1), repeat=size):
                if np.array_equal(matrix[:, some] @ signs, column):
                    return tuple(names[some].tolist())
    share = np.round(np.linalg.lstsq(matrix.astype(float), column.astype(float), rcond=None)[0])
    if not share.any() or np.abs(share).max() > 1 or (matrix @ share != column).any():
        return ()
    return tuple(names[share != 0].tolist())


def table_of(trees: tuple[Tree, ...], of: Key) -> Table:
    """A table named by what it tells apart and whom it counts."""
    name = " by ".join(tree.name for tree in trees) or "all students"
    return Table(f"{name}, {' '.join(value for _, value in of)}", trees, of)


def both_sides(
    students: Mapping[Key, int], outcome: str, events: Mapping[Key, int]
) -> dict[Key, int]:
    """How many of each cell are with and without an outcome; nobody is where none are told."""
    found: dict[Key, int] = {}
    for key, number in students.items():
        found[split(key, outcome, "yes")] = events.get(key, 0)
        found[split(key, outcome, "no")] = number - events.get(key, 0)
    return found


def split(key: Key, outcome: str, side: str) -> Key:
    """The cell of those with (yes) or without (no) an outcome, among those of a cell."""
    return joined(key, ((outcome, side),))
