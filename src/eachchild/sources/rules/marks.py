"""Marks outside the scale nearly all others keep to: V11. A mean of two scales means nothing."""
# ruff: noqa: S608 - the queries are this room's own text; names from files are quoted

from collections.abc import Iterator

from eachchild.sources.rules.staged import Staged
from eachchild.tables import RuleHit

_COLUMNS = (("student_year", "gpa"), ("course", "points"))
_HIGHEST = 6  # weighted grade points go up to 5 or 6; percentages start far above
_NEARLY_ALL = 0.8


def mark_rules(staged: Staged) -> tuple[RuleHit, ...]:
    """The rule for each column of grade points that is there."""
    return tuple(hit for table, column in _COLUMNS for hit in _outside(staged, table, column))


def _outside(staged: Staged, table: str, column: str) -> Iterator[RuleHit]:
    if not staged.has(table, column):
        return
    inside = f"{column} BETWEEN 0 AND {_HIGHEST}"
    share = staged.one(f"SELECT avg(({inside})::INT) FROM {table}")
    if share is not None and _NEARLY_ALL <= float(str(share)) < 1:
        query = f"SELECT * FROM {table} WHERE NOT ({inside})"
        yield from staged.hits("V11", "note", query, column=column)
