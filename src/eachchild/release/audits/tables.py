"""Which tables of an audit may leave: counts of students and of those with an outcome.

Schools are shown by the plan's first factor, the whole place by each factor and by the first
crossed with each. Tables that hang together over one factor add up to all that is known of the
others; three factors crossed two by two would not, and could tell more than any one of them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, count, product

import numpy as np
from numpy.typing import NDArray

from eachchild.cube import ALL_PLACES, Block, Cube, Margin, Rollups
from eachchild.plan import Plan
from eachchild.release.family import TOTAL, Key, Table, Tree, joined
from eachchild.release.policy import Policy
from eachchild.release.published import Publication, key_of

Values = tuple[str, ...]
Whole = NDArray[np.int64]
Counts = dict[Key, int]
_FEW_TIED = 3  # outcomes tried together, one by one, for one that follows from them
_PLACES = 60  # places told apart; more would take too long to prove


@dataclass(frozen=True, slots=True)
class Tied:
    """An outcome whose counts follow from those of others: their sum, or what they leave."""

    outcome: str
    events: Mapping[Key, int]
    others: tuple[str, ...]


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
        yield self._only((_table(first.trees[:1], first.of),))
        for table in self.groups:
            if len(table.trees) > 1:
                yield self._only((table,))

    def alone(self) -> "Part | None":
        """A piece's other side without the first factor: schools alone, or the other factor."""
        table = self.groups[0]
        if len(table.trees) < 2:
            return None
        return self._only((_table(table.trees[1:], table.of),))

    def everybody(self) -> "Part":
        """All students together, no factor told apart."""
        return self._only((_table((), self.of),))

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
        events = self.events[outcome]
        counts = dict(self.students)
        for key, number in self.students.items():
            counts[split(key, outcome, "yes")] = events[key]
            counts[split(key, outcome, "no")] = number - events[key]
        return counts

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


def _table(trees: tuple[Tree, ...], of: Key) -> Table:
    """A table named by what it tells apart and whom it counts."""
    name = " by ".join(tree.name for tree in trees) or "all students"
    return Table(f"{name}, {' '.join(value for _, value in of)}", trees, of)


def split(key: Key, outcome: str, side: str) -> Key:
    """The cell of those with (yes) or without (no) an outcome, among those of a cell."""
    return joined(key, ((outcome, side),))


def parts_of_audit(plan: Plan, cube: Cube, known: Sequence[Publication] = ()) -> tuple[Part, ...]:
    """The tables of every period, those of the same students together.

    Students of whom the readers know counts already keep the name under which they were counted.
    Left out: means, since a sum of points or days says more than a count and is not proved here,
    and what the source itself has only in part.
    """
    rollups = Rollups(cube)
    found: list[Part] = []
    for period, name in enumerate(cube.periods):
        asked: dict[tuple[tuple[Key, int], ...], dict[str, Counts]] = {}
        for outcome in (o.name for o in plan.outcomes if o.is_rate):
            counted = _counted(plan, rollups, outcome, period)
            if counted is not None:
                asked.setdefault(tuple(sorted(counted[0].items())), {})[outcome] = counted[1]
        counts = [_all_counts(dict(students), events) for students, events in asked.items()]
        names = _names(name, counts, known)
        for (students, events), told in zip(asked.items(), names, strict=True):
            others = tuple(n for n in _asked_under(name, events, known) if n != told)
            found += (
                replace(part, others=others)
                for part in _part(plan, cube, (("period", name), ("students", told)),
                                  dict(students), events)
            )  # fmt: skip
    return tuple(found)


def _all_counts(students: Counts, events: Mapping[str, Counts]) -> Counts:
    """Every count of some students: of them all, and of those with and without each outcome."""
    found = dict(students)
    for outcome, counts in events.items():
        for key, number in students.items():
            found[split(key, outcome, "yes")] = counts.get(key, 0)
            found[split(key, outcome, "no")] = number - counts.get(key, 0)
    return found


def _asked_under(
    period: str, outcomes: Collection[str], known: Sequence[Publication]
) -> tuple[str, ...]:
    """The names of the students who were asked about some of the outcomes in what readers have."""
    found = (
        dict(table.of).get("students", "")
        for publication in known
        for table in publication.tables
        if dict(table.of).get("period") == period
        and any(tree.name in outcomes for tree in table.trees)
    )
    return tuple(dict.fromkeys(filter(None, found)))


def _names(period: str, asked: Sequence[Counts], known: Sequence[Publication]) -> list[str]:
    """A name for each group of students: that of an earlier release which counts the same, or new.

    Were the same students told under two names, what the one hides the other might tell, and the
    proof would not see it. Taking others for the same can only hide more. Of several that count
    the same it is the last, for that corrected the others.
    """
    told: dict[str, Counts] = {}
    for publication in known:
        for key, number in publication.exact.items():
            within = dict(key)
            if within.pop("period", "") == period and "students" in within:
                told.setdefault(within.pop("students"), {})[key_of(within)] = number
    names: list[str] = []
    fresh = (str(number) for number in count(1) if str(number) not in told)
    for counts in asked:
        same = [n for n, before in told.items() if n not in names and _agree(counts, before)]
        names.append(same[-1] if same else next(fresh))
    return names


def _agree(counts: Counts, before: Counts) -> bool:
    """Whether all of one group that is told of another is true of it too."""
    both = counts.keys() & before.keys()
    return bool(both) and all(counts[key] == before[key] for key in both)


def _part(
    plan: Plan, cube: Cube, of: Key, students: Counts, events: Mapping[str, Counts]
) -> list[Part]:
    students = _within(of, students)
    events = {outcome: _within(of, counts) for outcome, counts in events.items()}
    tables = [t for t in _tables(plan, cube, of, students) if _adds_up(t, students)]
    keys = dict.fromkeys(key for table in tables for key in table.cells())
    kept = tuple(
        outcome for outcome, counts in events.items() if all(_adds_up(t, counts) for t in tables)
    )
    if not tables or not kept:
        return []
    return [
        Part(
            dict(of)["period"],
            kept,
            tuple(tables),
            {key: students.get(key, 0) for key in keys},
            {outcome: {key: events[outcome].get(key, 0) for key in keys} for outcome in kept},
        )
    ]


def _within(of: Key, counts: Counts) -> Counts:
    return {joined(key, of): number for key, number in counts.items()}


def _adds_up(table: Table, counts: Counts) -> bool:
    """Whether the source's own totals are the sums of its parts; if not, they are no one table."""
    return all(
        counts.get(whole, 0) == sum(counts.get(part, 0) for part in parts)
        for whole, parts in table.sums()
    )


def breakdowns(plan: Plan) -> tuple[tuple[Values, bool], ...]:
    """The factors of each table, and whether it tells schools apart."""
    partitions = [i.factor.id for i in plan.identity if not i.factor.overlap]
    if not partitions:
        return (((), True),)
    first, *rest = partitions
    return (((first,), True), *(((first, other), False) for other in rest))


def _tables(plan: Plan, cube: Cube, of: Key, students: Counts) -> Iterator[Table]:
    present = {pair for key in students for pair in key}
    for factors, by_place in breakdowns(plan):
        trees = []
        for factor in factors:
            told = tuple(v for v in cube.values[factor] if (factor, v) in present)
            trees.append(Tree(factor, {TOTAL: told}))
        if all(tree.children[TOTAL] for tree in trees):
            place = _place_tree(cube, present) if by_place else None
            yield _table((*trees, *([place] if place else [])), of)


def _place_tree(cube: Cube, present: set[tuple[str, str]]) -> Tree | None:
    level = _level(cube)
    ids = () if level is None else tuple(sorted(v for d, v in present if d == level))
    return Tree(str(level), {TOTAL: ids}) if len(ids) > 1 else None


def _level(cube: Cube) -> str | None:
    """The finest level with few enough places to be proved; None: the whole place alone."""
    places = cube.places
    if 1 < len(places.ids) <= _PLACES:
        return places.level
    return places.parent_level if 1 < len(places.parent_ids) <= _PLACES else None


def _counted(
    plan: Plan, rollups: Rollups, outcome: str, period: int
) -> tuple[Counts, Counts] | None:
    """Students and those with the outcome by cell; None where the source has no whole numbers."""
    students: Counts = {}
    events: Counts = {}
    for factors, by_place in breakdowns(plan):
        block = rollups.cube.block_for(factors, outcome)
        found = block and _broken_down(rollups, block, factors, outcome, period, by_place)
        if found:  # a breakdown that the source has in part only is left out
            students = found[0] | students
            events = found[1] | events
        elif not students:
            return None
    return students, events


def _broken_down(
    rollups: Rollups, block: Block, factors: Values, outcome: str, period: int, by_place: bool
) -> tuple[Counts, Counts] | None:
    """The cells of one breakdown, all margins from it: another may count other students."""
    students: Counts = {}
    events: Counts = {}
    cube = rollups.cube
    level = _level(cube) if by_place else None
    for at in (ALL_PLACES, level) if level else (ALL_PLACES,):
        for kept in _subsets(factors):
            cells = rollups.of_block(block, kept, level=at)
            tally = cells.tallies[outcome]
            here = (cells.period == period) & (tally.collected | (tally.n > 0))
            if not (tally.collected & tally.is_exact)[here].all():
                return None
            for row in np.flatnonzero(here):
                key = _key(cube, cells, int(row))
                students[key] = int(tally.n[row])
                events[key] = int(tally.events[row])
    return (students, events) if students else None


def _subsets(factors: Values) -> tuple[Values, ...]:
    found: list[Values] = [()]
    for factor in factors:
        found += [(*kept, factor) for kept in found]
    return tuple(found)


def _key(cube: Cube, cells: Margin, row: int) -> Key:
    pairs = [(f, cube.values[f][v]) for f, v in zip(cells.factors, cells.value[row], strict=True)]
    at = int(cells.place[row])
    if at >= 0:
        finest = cells.level == cube.places.level
        pairs.append((cells.level, (cube.places.ids if finest else cube.places.parent_ids)[at]))
    return tuple(sorted(pairs))
