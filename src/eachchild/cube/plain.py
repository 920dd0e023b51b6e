"""The slow, obvious way to count: one student-year after the other, in dictionaries.

The oracle of `onepass`, and with `plain_year` of the whole cube: written from the rules, so that an
engine that disagrees with it is wrong, or the rules are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

from eachchild.cube.plain_year import student_years
from eachchild.cube.plan import CountPlan
from eachchild.terms.expressions import evaluate
from eachchild.terms.factors import NOT_REPORTED
from eachchild.terms.outcomes import Outcome

__all__ = ["PlainTally", "answer_of", "count_plainly", "student_years"]

Cell = tuple[str, str, tuple[str, ...]]  # period, school, values of the plan's factors


@dataclass(slots=True)
class PlainTally:
    """One outcome in one cell."""

    n: int = 0
    events: int = 0
    squares: int = 0
    missing: int = 0


def count_plainly(
    plan: CountPlan, rows: Sequence[Mapping[str, object]]
) -> tuple[dict[Cell, int], dict[str, dict[Cell, PlainTally]]]:
    """Count one breakdown: students by cell, and the tallies of each outcome by cell."""
    students: dict[Cell, int] = {}
    tallies: dict[str, dict[Cell, PlainTally]] = {o.name: {} for o in plan.outcomes}
    for row in rows:
        values = tuple(str(row[f.id] or NOT_REPORTED) for f in plan.factors)
        school = "" if plan.whole else str(row.get("school_id") or "")
        cell = (str(row["period"]), school, values)
        students[cell] = students.get(cell, 0) + 1
        for outcome in plan.outcomes:
            _add(tallies[outcome.name].setdefault(cell, PlainTally()), outcome, row)
    return students, tallies


def _add(tally: PlainTally, outcome: Outcome, row: Mapping[str, object]) -> None:
    inside = True if outcome.population is None else evaluate(outcome.population, row)
    if inside is False:
        return
    answer = answer_of(outcome, row)
    if answer is None or inside is None:
        tally.missing += 1
        return
    tally.n += 1
    tally.events += answer
    tally.squares += answer * answer


def answer_of(outcome: Outcome, row: Mapping[str, object]) -> int | None:
    """1 or 0 for a rate, whole units for a mean, halves away from zero."""
    if outcome.event is not None:
        said = evaluate(outcome.event, row)
        return None if said is None else int(said)
    value = row[outcome.mean or ""]
    if value is None:
        return None
    scaled = float(str(value)) * float(10**outcome.decimals)
    return floor(scaled + 0.5) if scaled >= 0 else -floor(0.5 - scaled)
