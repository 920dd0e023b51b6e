"""A test problem as a folder: the innermost counts, the hierarchies and what must be hidden.

`problem.json` names the dimensions and the primary rule, `inner.csv` has the innermost counts and
`hierarchy_DIM.csv` tells which values of a dimension add up to which.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from eachchild.release.door import ReleaseInputError
from eachchild.release.family import TOTAL, Key, Table, Tree
from eachchild.release.published import key_of

Row = tuple[int, tuple[str, ...]]  # its number in the file, its fields
_LISTED = "cells in primary.csv"


class ProblemError(ReleaseInputError):
    """A folder that is no problem; the message says which file, where, and what to do."""


@dataclass(frozen=True, slots=True)
class ProblemFolder:
    """One table with its true counts, the cells that must be hidden, and the proven optima."""

    name: str
    table: Table
    counts: Mapping[Key, int]  # every cell, totals included
    primary: frozenset[Key]
    noughts: frozenset[Key]  # the cells that would be hidden as noughts too
    optimum: Mapping[str, Mapping[str, float]]  # "width 5" -> secondary, secondary_sum


def read_problem(folder: Path) -> ProblemFolder:
    """Read a folder; ProblemError where a file is missing or says what cannot be."""
    about = _about(folder)
    table = Table(str(about["name"]), tuple(_tree(folder, name) for name in _dims(about)))
    counts = _counts(folder, table)
    return ProblemFolder(
        table.name,
        table,
        counts,
        _primary(folder, about, counts),
        _noughts(about, counts),
        _optimum(about),
    )


def _about(folder: Path) -> dict[str, object]:
    try:
        about = json.loads(_text(folder / "problem.json"))
    except json.JSONDecodeError as error:
        raise ProblemError(
            f"problem.json, line {error.lineno}: it is no JSON. Write it as JSON."
        ) from None
    wanted = ("name", "dims", "primary_rule")
    missing = [w for w in wanted if not isinstance(about, dict) or w not in about]
    if missing:
        raise ProblemError(f"problem.json: it does not say {', '.join(missing)}. Add it.")
    return dict(about)


def _dims(about: Mapping[str, object]) -> tuple[str, ...]:
    dims = about["dims"]
    if not isinstance(dims, list) or not dims or len(set(map(str, dims))) < len(dims):
        raise ProblemError('problem.json: "dims" is no list of names. List each dimension once.')
    return tuple(map(str, dims))


def _tree(folder: Path, name: str) -> Tree:
    file = f"hierarchy_{name}.csv"
    children: dict[str, list[str]] = {}
    seen = {TOTAL}
    for number, (parent, child) in _rows(folder / file, ("parent", "child")):
        if child in seen:
            why = "the total has a parent" if child == TOTAL else "a value has two parents"
            raise ProblemError(f"{file}, row {number}: {why}. Give each value one parent.")
        seen.add(child)
        children.setdefault(parent, []).append(child)
    _refuse_loose(file, children)
    return Tree(name, {parent: tuple(parts) for parent, parts in children.items()})


def _refuse_loose(file: str, children: Mapping[str, list[str]]) -> None:
    """Every parent must hang from the total: a circle, or a part by itself, does not."""
    reached = [TOTAL]
    for node in reached:
        reached.extend(children.get(node, ()))
    if TOTAL not in children or not children.keys() <= set(reached):
        raise ProblemError(
            f"{file}: some values do not hang from {TOTAL}. Give each a chain of parents up to it."
        )


def _counts(folder: Path, table: Table) -> dict[Key, int]:
    counts = dict.fromkeys(table.cells(), 0)
    above = [_above(tree) for tree in table.trees]
    names = tuple(tree.name for tree in table.trees)
    seen: set[tuple[str, ...]] = set()
    for number, (*values, count) in _rows(folder / "inner.csv", (*names, "count")):
        where = f"inner.csv, row {number}"
        for tree, value in zip(table.trees, values, strict=True):
            if value in tree.children or value not in tree.nodes:
                raise ProblemError(
                    f"{where}: '{tree.name}' is no innermost value of hierarchy_{tree.name}.csv. "
                    "Add it there, or correct the row."
                )
        if tuple(values) in seen:
            raise ProblemError(f"{where}: an earlier row has the same cell. Keep one of them.")
        seen.add(tuple(values))
        for wholes in product(*(up[value] for up, value in zip(above, values, strict=True))):
            counts[key_of(dict(zip(names, wholes, strict=True)))] += _whole(count, where)
    return counts


def _above(tree: Tree) -> dict[str, tuple[str, ...]]:
    """For each value, itself and all that it is a part of."""
    above: dict[str, tuple[str, ...]] = {TOTAL: (TOTAL,)}
    for node in tree.nodes:
        for part in tree.children.get(node, ()):
            above[part] = (part, *above[node])
    return above


def _whole(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ProblemError(f"{where}: 'count' is not a whole number. Write 0, 1, 2 and so on.")
    return int(text)


def _primary(
    folder: Path, about: Mapping[str, object], counts: Mapping[Key, int]
) -> frozenset[Key]:
    rule = about["primary_rule"]
    if rule == _LISTED:
        return frozenset(_listed(folder, _dims(about), counts))
    try:
        low, high, zero = (rule[k] for k in ("count_from", "count_to", "zero"))  # type: ignore[index]
        return frozenset(key for key, n in counts.items() if low <= n <= high or (zero and n == 0))
    except (TypeError, KeyError):
        raise ProblemError(
            'problem.json: "primary_rule" is no rule. Write count_from, count_to and zero, or '
            f'"{_LISTED}".'
        ) from None


def _noughts(about: Mapping[str, object], counts: Mapping[Key, int]) -> frozenset[Key]:
    """Any cell, where a list says what is small or a rule takes noughts for it; else none."""
    rule = about["primary_rule"]
    shown = isinstance(rule, Mapping) and not rule.get("zero")
    return frozenset() if shown else frozenset(counts)


def _listed(folder: Path, names: tuple[str, ...], counts: Mapping[Key, int]) -> Iterator[Key]:
    for number, values in _rows(folder / "primary.csv", names):
        key = key_of(dict(zip(names, values, strict=True)))
        if key not in counts:
            raise ProblemError(
                f"primary.csv, row {number}: the table has no such cell. "
                "Use the values of the hierarchies."
            )
        yield key


def _optimum(about: Mapping[str, object]) -> dict[str, dict[str, float]]:
    told = about.get("optimum", {})
    try:
        return {
            str(width): {str(name): float(number) for name, number in found.items()}
            for width, found in told.items()  # type: ignore[attr-defined]
        }
    except (AttributeError, TypeError, ValueError):
        raise ProblemError(
            'problem.json: "optimum" does not give numbers by width. Write {"width 5": '
            '{"secondary": …, "secondary_sum": …}}, or leave it out.'
        ) from None


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a file with exactly these columns, in their order here."""
    lines = csv.reader(_text(path).splitlines())
    heading = next(lines, [])
    if sorted(heading) != sorted(columns):
        raise ProblemError(
            f"{path.name}: its columns are not {', '.join(columns)}. Name them in the first line."
        )
    order = [heading.index(column) for column in columns]
    for number, fields in enumerate(lines, start=2):
        if not fields:
            continue
        if len(fields) != len(columns):
            raise ProblemError(
                f"{path.name}, row {number}: it has not {len(columns)} fields. "
                "Write one for each column."
            )
        yield number, tuple(fields[at] for at in order)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ProblemError(
            f"{path.name}: there is no such file in {path.parent.name}. Put it there."
        ) from None
    except (UnicodeDecodeError, OSError):
        raise ProblemError(f"{path.name}: it cannot be read. Save it as UTF-8 text.") from None
