"""Published counts as pages ask of them: lines of numbers, each with what it counts and of whom.

A line is one or more patterns of the plan that read the same columns: by the groups that rows
tell, and for all students together.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from eachchild.web.audits import plans
from eachchild.web.audits.plans import SLOT

Cell = Mapping[str, Any]
Pairs = tuple[tuple[str, str], ...]
N = "n"  # the quantity that is the students themselves


@dataclass(frozen=True, slots=True)
class Line:
    """Columns that count one thing; `cells` are the patterns of the plan that read them."""

    columns: str
    quantity: str = ""  # empty: not used
    where: Pairs = ()  # whom the columns are about, where their names do not tell
    rows: Pairs = ()  # the rows that are meant, those of all students apart
    cells: tuple[Cell, ...] = ()
    members: int = 1
    guess: str = ""

    @property
    def slots(self) -> tuple[str, ...]:
        """The factors that its columns' names tell."""
        return tuple(SLOT.findall(self.columns))


def lines_of(told: Mapping[str, Any], source: Mapping[str, Any] | None) -> list[Line]:
    """The lines of a plan's source, and those columns of numbers that it does not use."""
    wholes = told["wholes"]
    used: dict[tuple[str, Pairs, Pairs], Line] = {}
    for cell in (source or {}).get("cells", ()):
        rows = tuple((c, t) for c, t in cell.get("rows", {}).items() if wholes.get(c) != t)
        where = tuple(cell.get("where", {}).items())
        key = (cell["columns"], rows, where)
        line = used.get(key) or Line(cell["columns"], cell.get("quantity", N), where, rows)
        used[key] = replace(line, cells=(*line.cells, cell))
    covered = {name for line in used.values() for name in _each(line.columns)}
    by_name = {one["columns"]: one for one in told["lines"]}
    known = [
        replace(line, members=sum(by_name[n]["members"] for n in _each(line.columns)
                                  if n in by_name) or 1)
        for line in used.values()
    ]  # fmt: skip
    rest = [
        Line(one["columns"], members=one["members"], guess=one["guess"])
        for one in told["lines"] if one["columns"] not in covered
    ]  # fmt: skip
    return [*known, *rest]


def groups_of(source: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    """By column, the factors that its rows are read to tell."""
    found: dict[str, dict[str, None]] = {}
    for cell in (source or {}).get("cells", ()):
        for factor, column in cell.get("from_rows", {}).items():
            found.setdefault(column, {})[factor] = None
    return {column: tuple(factors) for column, factors in found.items()}


def cells_of(line: Line, groups: Mapping[str, str], wholes: Mapping[str, str]) -> Iterator[Cell]:
    """The patterns of a line: by the groups its rows tell, and of all students where rows are so.

    `groups` says by column which factor its rows tell; `wholes` which text is all students.
    """
    base: dict[str, Any] = {"columns": line.columns, "quantity": line.quantity}
    if line.where:
        base["where"] = dict(line.where)
    fixed = {*line.slots, *(factor for factor, _ in line.where)}
    told = {factor: column for column, factor in groups.items() if factor not in fixed}
    if line.rows:
        base["rows"] = dict(line.rows)
    if not told:
        yield base
        return
    yield {**base, "from_rows": told}
    whole = {column: wholes[column] for column in told.values() if wholes.get(column)}
    if len(whole) == len(told):
        yield {**base, "rows": {**dict(line.rows), **whole}}


def told_quantities(plan: plans.Plan) -> tuple[str, ...]:
    """The outcomes that the published counts of a plan tell."""
    cells = (c for s in plan.get("source", ()) for c in s.get("cells", ()))
    found = dict.fromkeys(c.get("quantity", N) for c in cells)
    return tuple(name for name in found if name != N)


def with_outcomes(plan: plans.Plan, own: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The plan with the outcomes its counts tell; what was said of one before stays."""
    told = told_quantities(plan)
    before = {o["name"]: o for o in (*own, *plan.get("outcome", ()))}
    return {**plan, "outcome": [before.get(name, {"name": name}) for name in told]}


def slug(text: str) -> str:
    """A name for an outcome from a heading.

    >>> slug("Students given {race} a warning (n)")
    'students_given_a_warning_n'
    """
    plain = "_".join(re.findall(r"[a-z0-9]+", SLOT.sub(" ", text).casefold()))
    return plain if plain[:1].isalpha() else f"counted_{plain}".rstrip("_")


def _each(columns: str) -> list[str]:
    """The patterns that a pattern with columns that add up stands for.

    >>> _each("N_{A|B}_{race}")
    ['N_A_{race}', 'N_B_{race}']
    """
    pieces = re.split(r"\{([^{}]*\|[^{}]*)\}", columns)
    options = [p.split("|") if i % 2 else [p] for i, p in enumerate(pieces)]
    return ["".join(parts) for parts in product(*options)]
