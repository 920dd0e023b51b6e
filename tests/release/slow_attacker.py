"""A slow attacker, written to be plainly right: whole numbers, intervals and trial of every value.

It counts students who each have one value of every dimension, so a table is a whole number, nought
or more, for each combination of innermost values, and every published cell is a sum of these.
Combinations that no told and no hidden cell tells apart are taken together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from eachchild.release.family import TOTAL, Key, Table
from eachchild.release.published import Publication, Range

Cells = frozenset[int]
Box = tuple[tuple[int, int], ...]  # for each unknown the lowest and the highest value left
_MOST_STEPS = 200_000


class TooLargeError(Exception):
    """The trial takes too many steps for a test."""


class NoTableError(ValueError):
    """No table agrees with what is told."""


@dataclass(frozen=True)
class Rule:
    """The sum of some unknowns is at least, and at most (None: nobody says)."""

    cells: Cells
    low: int
    high: int | None


def slow_attack(shown: Publication) -> dict[Key, Range]:
    """For each hidden cell its exact lowest and highest value (None: without end)."""
    sums = sums_of(shown.tables, {*shown.told, *shown.hidden})
    rules = tuple(Rule(sums[key], *span) for key, span in shown.told.items())
    return {key: _ends(rules, sums[key]) for key in shown.hidden}


def sums_of(tables: tuple[Table, ...], keys: set[Key]) -> dict[Key, Cells]:
    """Each cell as a sum of unknowns."""
    below = _innermost(tables)
    names = sorted(below)
    whole = {name: below[name][TOTAL] for name in names}
    ways: dict[frozenset[Key], int] = {}
    sums: dict[Key, set[int]] = {key: set() for key in keys}
    for values in product(*(sorted(whole[name]) for name in names)):
        student = dict(zip(names, values, strict=True))
        inside = frozenset(
            key for key in keys if all(student[name] in below[name][value] for name, value in key)
        )
        unknown = ways.setdefault(inside, len(ways))
        for key in inside:
            sums[key].add(unknown)
    return {key: frozenset(unknowns) for key, unknowns in sums.items()}


def _innermost(tables: tuple[Table, ...]) -> dict[str, dict[str, frozenset[str]]]:
    """For each dimension, each value's innermost values, by all trees together."""
    parts: dict[str, dict[str, tuple[str, ...]]] = {}
    for tree in (tree for table in tables for tree in table.trees):
        known = parts.setdefault(tree.name, {TOTAL: ()})
        for parent, children in tree.children.items():
            if parent != TOTAL or not known[TOTAL]:
                known[parent] = children
            for child in children:
                known.setdefault(child, ())
    for name, value in (pair for table in tables for pair in table.of):
        known = parts.setdefault(name, {TOTAL: ()})
        if value not in _reached(known):  # else other tables part it: schools that offer a course
            known[TOTAL] = tuple(dict.fromkeys((*known[TOTAL], value)))
            known.setdefault(value, ())

    def below(name: str, value: str) -> frozenset[str]:
        children = parts[name][value]
        return frozenset().union(*(below(name, c) for c in children)) or frozenset((value,))

    return {name: {value: below(name, value) for value in parts[name]} for name in parts}


def _reached(known: dict[str, tuple[str, ...]]) -> set[str]:
    """Every value that is part of the total."""
    found, todo = set(), [TOTAL]
    while todo:
        children = known.get(todo.pop(), ())
        todo += set(children) - found
        found.update(children)
    return found


def _ends(rules: tuple[Rule, ...], aim: Cells) -> Range:
    unknowns = aim.union(*(rule.cells for rule in rules))
    # Nothing told ends these above; one as large as this meets every lower end by itself.
    endless = unknowns.difference(*(rule.cells for rule in rules if rule.high is not None))
    enough = max((rule.low for rule in rules), default=0)
    tops = [enough if c in endless else _top(rules, c) for c in range(1 + max(unknowns))]
    start = _narrowed(rules, tuple((0, top) for top in tops))
    if start is None or not _possible(rules, start):
        raise NoTableError("no table agrees with all that is told")
    low = sum(start[c][0] for c in aim)
    high = sum(start[c][1] for c in aim)
    lowest = _first(rules, start, aim, range(low, high + 1))
    if aim & endless:
        return lowest, None
    return lowest, _first(rules, start, aim, range(high, low - 1, -1))


def _first(rules: tuple[Rule, ...], start: Box, aim: Cells, values: Iterable[int]) -> int:
    for value in values:
        asked = (*rules, Rule(aim, value, value))
        box = _narrowed(asked, start)
        if box is not None and _possible(asked, box):
            return value
    raise AssertionError("a table was found before")


def _possible(rules: tuple[Rule, ...], box: Box) -> bool:
    """Try every value of the unknown with the fewest left, and so on for the others."""
    steps = 0
    boxes = [box]
    while boxes:
        steps += 1
        if steps > _MOST_STEPS:
            raise TooLargeError
        box = boxes.pop()
        left = [(high - low, at) for at, (low, high) in enumerate(box) if high > low]
        if not left:
            return True
        _, at = min(left)
        for value in range(box[at][0], box[at][1] + 1):
            tried = _narrowed(rules, (*box[:at], (value, value), *box[at + 1 :]))
            if tried is not None:
                boxes.append(tried)
    return False


def _narrowed(rules: tuple[Rule, ...], box: Box) -> Box | None:
    """Intervals without the values that a single rule excludes; None where nothing is left."""
    ends = list(box)
    changed = True
    while changed:
        changed = False
        for rule in rules:
            least = sum(ends[c][0] for c in rule.cells)
            most = sum(ends[c][1] for c in rule.cells)
            for c in rule.cells:
                low, high = ends[c]
                new_low = max(low, rule.low - (most - high))
                new_high = high if rule.high is None else min(high, rule.high - (least - low))
                if new_low > new_high:
                    return None
                if (new_low, new_high) != (low, high):
                    ends[c] = new_low, new_high
                    least += new_low - low
                    most += new_high - high
                    changed = True
            if rule.low > most or (rule.high is not None and least > rule.high):
                return None
    return tuple(ends)


def _top(rules: tuple[Rule, ...], unknown: int) -> int:
    """The least upper end of the sums that it is in; nought for one that is in none."""
    ends = (r.high for r in rules if r.high is not None and unknown in r.cells)
    return min(ends, default=0)


def widths(found: Mapping[Key, Range]) -> dict[Key, int | None]:
    """How far apart the ends lie."""
    return {key: None if high is None else high - low for key, (low, high) in found.items()}
