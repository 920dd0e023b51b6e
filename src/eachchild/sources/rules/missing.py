"""Values missing more often for one group than another: a finding about the data itself (M01)."""
# ruff: noqa: S608 - the queries are this room's own text; names from files are quoted

from collections.abc import Iterator, Sequence

from eachchild.sources.rules.staged import Staged
from eachchild.tables import RuleHit
from eachchild.terms.factors import FACTORS

_ENOUGH = 30  # students of a group; fewer say little about a share
_APART = 0.10  # ten points between the groups with most and with least missing


def missing_rules(staged: Staged, outcomes: Sequence[str]) -> tuple[RuleHit, ...]:
    """Missingness by race of each outcome column and each other identity factor.

    Details hold, for each race with 30 students or more, how many it has and how many of them
    lack the value. Not in the field's catalogue of rules: its id M01 is ours.
    """
    found = []
    for table in ("student_year", "student"):
        if staged.has(table, "race"):
            columns = dict.fromkeys((*outcomes, *(f for f in FACTORS if f != "race")))
            for column in columns:
                if staged.has(table, column):
                    found += list(_by_race(staged, table, column))
    return tuple(found)


def _by_race(staged: Staged, table: str, column: str) -> Iterator[RuleHit]:
    counts = staged.rows(
        f"""SELECT coalesce(race, 'not_reported') AS race, count(*), count(*) - count("{column}")
        FROM {table} GROUP BY ALL HAVING count(*) >= {_ENOUGH} ORDER BY race"""
    )
    groups = {str(race): (int(str(n)), int(str(lack))) for race, n, lack in counts}
    shares = [lack / n for n, lack in groups.values()]
    if len(shares) > 1 and max(shares) - min(shares) >= _APART:
        details = {race: [n, lack] for race, (n, lack) in groups.items()}
        total = sum(lack for _, lack in groups.values())
        yield RuleHit("M01", "note", staged.file(table), total, column=column, details=details)
