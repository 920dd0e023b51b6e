"""Students by score, as counts to be decided: so many at or above each cut, and enrolled of them.

The score is one more dimension of the students whom an outcome's own tables count, so that all
sums between them are known to the proof. What another rule of entry would do is made of its cells:
"all at or above a cut" is a cell itself, shown or hidden like any other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from eachchild.causes.offer import is_offered
from eachchild.cube import CourseBlock, Cube
from eachchild.measures.counts import Counts
from eachchild.release.audits.part import Part, ScoreCounts, Scored, split
from eachchild.release.family import TOTAL, Key, Table, Tree, joined
from eachchild.release.published import SCORE, Range

UNSCORED, SCORED = "none", "any"
OFFER = "offer"  # in the name of the table that parts schools by whether they offer it
OFFERED, NOT_OFFERED = "offering", "not offering"
# The same in every copy: a list made of these counts would have to be proved to tell nothing of
# them, and one that moved between two copies could not be held against the earlier.
CUTS = (50, 60, 70, 80, 90)
OTHERS_COUNTED = "its scores are counted of other students than those it is asked of."
NO_CUT = "no cut is where its scores are counted."
FEW_SCORED = "too few students are between two cuts, or without a score."


def scores_of(cube: Cube, part: Part) -> dict[str, ScoreCounts]:
    """The scores of a part's students, by outcome, for its first factor."""
    factor = next((tree.name for tree in part.groups[0].trees), "")
    return {
        block.outcome: _counts(block, cube, cube.periods.index(part.period))
        for block in cube.courses
        if block.factor == factor and block.outcome in part.outcomes
    }


def _counts(block: CourseBlock, cube: Cube, period: int) -> ScoreCounts:
    rows = np.flatnonzero(block.period == period)
    cells = [
        (block.groups[block.group[r]], block.schools[block.place[r]], int(block.bin[r]))
        for r in rows
    ]
    students, enrolled = (
        dict(zip(cells, counted[rows].tolist(), strict=True))
        for counted in (block.students, block.enrolled)
    )
    return ScoreCounts(cube.places.level, block.bins, students, enrolled)


@dataclass(frozen=True, slots=True)
class Entry:
    """The counts of students by score, as a part of an audit, and those whom anybody can tell.

    How scores are ranked says how many students lie between two cuts, so these totals are told.
    """

    part: Part
    totals: frozenset[Key]


def entry_of(part: Part, outcome: str, told: Mapping[Key, Range], few: int) -> Entry | str:
    """Students by score where an outcome is offered, or why they cannot be counted.

    Which schools offer it follows from what is `told` of them: a school that is not known to have
    nobody enrolled counts among those that offer it. `few`: the least that a total must be.
    """
    scores = part.scores[outcome]
    factor, place = part.groups[0].trees[0], _places(part, scores.level)
    if not _adds_up(part, outcome, scores, place):
        return OTHERS_COUNTED
    cuts = [cut for cut in CUTS if cut * scores.bins % 100 == 0]
    if not cuts:
        return NO_CUT
    without = frozenset(_without(part, outcome, place, told) if place else ())
    of = joined(part.of, ((scores.level, OFFERED),)) if without else part.of
    leaves = _leaves(scores, cuts)
    there = {cell: n for cell, n in scores.students.items() if cell[1] not in without}
    tree = _tree(cuts, any(n for cell, n in there.items() if cell[2] < 0))
    # Named by the year and the students alone, as all tables are.
    whom = " ".join(dict(part.of).values())
    table = Table(f"{factor.name} by {SCORE}, {whom}", (factor, tree), of)
    students, events = (
        _by_node(table, counted, leaves, without) for counted in (scores.students, scores.enrolled)
    )
    totals = {joined(of, () if node == TOTAL else ((SCORE, node),)): node for node in tree.nodes}
    if any(0 < students[key] < few for key in totals):
        return FEW_SCORED
    tables: tuple[Table, ...] = (table,)
    if without and place:
        schools = _by_offer(part, factor, place, without, f"{factor.name} by {OFFER}, {whom}")
        tables = (schools, table)
        students |= _of_schools(schools, part.students)
        events |= _of_schools(schools, part.events[outcome])
    own = Part(part.period, (outcome,), tables, students, {outcome: events})
    return Entry(own, frozenset(totals))


def in_depth(entry: Entry, counts: Mapping[Key, int], few: int) -> frozenset[Key]:
    """The counts of groups by score that are parts of one too small to be told apart.

    Where a count is no two times the least that may be shown, one of its two parts is less, and
    both are hidden, whatever each of them is; so are their parts. What of a small count lies above
    the next cut and the next would leave none of it as wide as it must be.
    """
    table = entry.part.groups[-1]
    factor, tree = table.trees
    found: set[Key] = set()
    for value in factor.children[TOTAL]:
        for node in tree.nodes:
            whole = cell_of(table, value, node)
            if whole in found or counts[whole] < 2 * few:
                found.update(cell_of(table, value, part) for part in tree.children.get(node, ()))
    return frozenset(found)


def cell_of(table: Table, value: str, node: str) -> Key:
    """The students of a group at a score, in a table of groups by score."""
    factor, tree = table.trees[:2]
    pairs = ((factor.name, value), (tree.name, node))
    return joined(table.of, tuple(pair for pair in pairs if pair[1] != TOTAL))


def _places(part: Part, level: str) -> Tree | None:
    trees = (tree for table in part.groups for tree in table.trees[1:] if tree.name == level)
    return next(trees, None)


def _adds_up(part: Part, outcome: str, scores: ScoreCounts, place: Tree | None) -> bool:
    """Whether scores are counted of the same students as the outcome, group by group and school."""
    factor = part.groups[0].trees[0]
    pairs = ((scores.students, part.students), (scores.enrolled, part.events[outcome]))
    for counted, known in pairs:
        found: dict[Key, int] = {}
        for (group, school, _), n in counted.items():
            here = ((factor.name, group),)
            both = (*here, (scores.level, school))
            for key in (part.of, joined(part.of, here), joined(part.of, both)):
                found[key] = found.get(key, 0) + n
        asked = [joined(part.of, ((factor.name, v),)) for v in factor.children[TOTAL]]
        if place:
            asked += [joined(key, ((place.name, s),)) for key in asked for s in place.nodes[1:]]
        if any(found.get(key, 0) != known[key] for key in (part.of, *asked)):
            return False
    return True


def _without(part: Part, outcome: str, place: Tree, told: Mapping[Key, Range]) -> Iterator[str]:
    """Schools that are known not to offer it, from what is told of schools and nothing else."""
    known = {}
    for school in place.children[TOTAL]:
        key = joined(part.of, ((place.name, school),))
        spans = told.get(key, (0, None)), told.get(split(key, outcome, "yes"), (0, None))
        if all(low == high for low, high in spans):
            known[school] = spans[1][0], spans[0][0]
    if known:
        counts = Counts(*(np.array(column) for column in zip(*known.values(), strict=True)))
        offered = zip(known, is_offered(counts), strict=True)
        yield from (school for school, offers in offered if not offers)


def _leaves(scores: ScoreCounts, cuts: list[int]) -> dict[int, str]:
    """The finest value of each bin."""
    names = _between(cuts)
    at = [sum(100 * b >= cut * scores.bins for cut in cuts) for b in range(scores.bins)]
    return {-1: UNSCORED} | {b: names[place] for b, place in enumerate(at)}


def _between(cuts: list[int]) -> list[str]:
    middle = [f"{low} to {high}" for low, high in pairwise(cuts)]
    return [f"below {cuts[0]}", *middle, at_least(cuts[-1])]


def at_least(cut: int) -> str:
    """The value of all students at or above a cut.

    >>> at_least(50)
    '50 and above'
    """
    return f"{cut} and above"


def _tree(cuts: list[int], unscored: bool) -> Tree:
    """Below and above the lowest cut, above it below and above the next, and so on."""
    below, *between = _between(cuts)
    first = (below, at_least(cuts[0]))
    children = {TOTAL: (UNSCORED, SCORED), SCORED: first} if unscored else {TOTAL: first}
    for (low, high), part in zip(pairwise(cuts), between, strict=False):
        children[at_least(low)] = part, at_least(high)
    return Tree(SCORE, children)


def _by_node(
    table: Table, counted: Mapping[Scored, int], leaves: Mapping[int, str], without: frozenset[str]
) -> dict[Key, int]:
    """Counts of every cell of students by score; none of a school that does not offer it."""
    tree = table.trees[1]
    above = {leaf: _around(tree, leaf) for leaf in leaves.values()}
    found = dict.fromkeys(table.cells(), 0)
    for (group, school, at), n in counted.items():
        if not n or school in without:
            continue
        for node in above[leaves[at]]:
            for value in (TOTAL, group):
                key = cell_of(table, value, node)
                found[key] = found.get(key, 0) + n
    return found


def _around(tree: Tree, leaf: str) -> tuple[str, ...]:
    """A value and all that it is part of."""
    parent = {part: whole for whole, parts in tree.children.items() for part in parts}
    found = [leaf]
    while found[-1] in parent:
        found.append(parent[found[-1]])
    return tuple(found) if len(found) > 1 else (leaf, TOTAL)


def _by_offer(part: Part, factor: Tree, place: Tree, without: frozenset[str], name: str) -> Table:
    """Schools that offer an outcome, and those that do not, each as a sum of its schools."""
    offering = tuple(s for s in place.children[TOTAL] if s not in without)
    schools = {
        TOTAL: (OFFERED, NOT_OFFERED), OFFERED: offering,
        NOT_OFFERED: tuple(s for s in place.children[TOTAL] if s in without),
    }  # fmt: skip
    return Table(name, (factor, Tree(place.name, schools)), part.of)


def _of_schools(table: Table, counts: Mapping[Key, int]) -> dict[Key, int]:
    """Counts of every cell of a table of schools: those known, and sums of schools."""
    found = {key: counts[key] for key in table.cells() if key in counts}
    for whole, parts in table.sums():
        if whole not in found and all(part in found for part in parts):
            found[whole] = sum(found[part] for part in parts)
    return found
