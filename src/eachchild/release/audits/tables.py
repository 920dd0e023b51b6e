"""Which tables of an audit may leave: counts of students and of those with an outcome.

Schools are shown by the plan's first factor, the whole place by each factor and by the first
crossed with each. Tables that hang together over one factor add up to all that is known of the
others; three factors crossed two by two would not, and could tell more than any one of them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from eachchild.cube import ALL_PLACES, Block, Cube, Margin, Rollups
from eachchild.plan import Plan
from eachchild.release.audits.entry_counts import scores_of
from eachchild.release.audits.part import Part, both_sides, table_of
from eachchild.release.family import TOTAL, Key, Table, Tree, joined
from eachchild.release.published import Publication, key_of

Values = tuple[str, ...]
Counts = dict[Key, int]
_PLACES = 60  # places told apart; more would take too long to prove


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
                replace(part, others=others, scores=scores_of(cube, part))
                for part in _part(plan, cube, (("period", name), ("students", told)),
                                  dict(students), events)
            )  # fmt: skip
    return tuple(found)


def _all_counts(students: Counts, events: Mapping[str, Counts]) -> Counts:
    """Every count of some students: of them all, and of those with and without each outcome."""
    found = dict(students)
    for outcome, counts in events.items():
        found |= both_sides(students, outcome, counts)
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
            yield table_of((*trees, *([place] if place else [])), of)


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
