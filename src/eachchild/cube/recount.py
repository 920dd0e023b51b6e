"""A certified total counted again: by our rules, and by each that might explain a difference."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eachchild.cube.cells import Cube
from eachchild.cube.derive import derive_student_year
from eachchild.cube.onepass import count
from eachchild.cube.plan import CountPlan
from eachchild.plan import Certified, Plan, PlanError
from eachchild.terms.expressions import Compare, Expression, Join, parse
from eachchild.terms.factors import NOT_REPORTED, Group
from eachchild.terms.outcomes import Outcome

_COUNTED = "certified"
_AS_OF = ("first_day", "last_day", "ever")


@dataclass(frozen=True, slots=True)
class Recount:
    """One certified total: ours by the plan's rules, and what other rules would have given.

    `others` maps a reason (`as_of`, `grades`, `moved`, `code`) to the count by that rule.
    """

    certified: Certified
    ours: int
    others: Mapping[str, int]


def recount(tables: Mapping[str, Path], plan: Plan, *, folder: Path) -> tuple[Recount, ...]:
    """Count every certified total of a plan again, from records.

    Raises PlanError for a total that names an outcome, factor or period the plan does not have.
    """
    return tuple(_one(tables, plan, c, folder) for c in plan.certified)


def _one(tables: Mapping[str, Path], plan: Plan, asked: Certified, folder: Path) -> Recount:
    def counted(by: Plan, grades: tuple[str, ...]) -> tuple[Cube, int]:
        cube = _cube(tables, by, asked, grades, folder)
        return cube, _number(cube, asked, Group.parse(asked.group))

    cube, ours = counted(plan, asked.grades)
    others: dict[str, int] = {}
    for rule in dict.fromkeys((asked.as_of or plan.as_of, *_AS_OF)):
        if rule != plan.as_of:
            number = counted(replace(plan, as_of=rule), asked.grades)[1]
            if abs(number - asked.value) < abs(others.get("as_of", ours) - asked.value):
                others["as_of"] = number
    if asked.grades:
        others["grades"] = counted(plan, ())[1]
    if asked.group:
        factor = Group.parse(asked.group).factors[0]
        unknown = Group(((factor, NOT_REPORTED),))
        others["code"] = ours + _number(cube, asked, unknown)
    moved = [t.changed_school for t in cube.turnover if t.period == asked.period]
    if asked.count == "students" and not asked.group and moved:
        others["moved"] = ours + moved[0]
    return Recount(asked, ours, others)


def _cube(
    tables: Mapping[str, Path],
    plan: Plan,
    asked: Certified,
    grades: tuple[str, ...],
    folder: Path,
) -> Cube:
    outcome = _outcome(plan, asked, grades)
    wanted = Group.parse(asked.group).factors
    factors = tuple(i.factor for i in plan.identity if i.factor.id in wanted)
    if len(factors) != len(wanted):
        raise PlanError(f"certified '{asked.name}': group names a factor the plan does not have.")
    only = replace(plan, outcomes=(outcome,))
    rows = derive_student_year(tables, only, out=folder)
    return count((CountPlan(factors, (outcome,)),), rows, plan=only)


def _outcome(plan: Plan, asked: Certified, grades: tuple[str, ...]) -> Outcome:
    """The total as an outcome: everybody, or those who met one, in the grades it covers."""
    event: Expression = parse("student_id != ''")
    population: Expression | None = None
    if asked.count == "events":
        named = next((o for o in plan.outcomes if o.name == asked.outcome), None)
        if named is None or named.event is None:
            raise PlanError(f"certified '{asked.name}': outcome must be a rate of this plan.")
        event, population = named.event, named.population
    if grades:
        span = Compare("grade", "in", grades)
        population = span if population is None else Join("and", (population, span))
    return Outcome(_COUNTED, "neither", event=event, population=population)


def _number(cube: Cube, asked: Certified, group: Group) -> int:
    if asked.period not in cube.periods:
        raise PlanError(
            f"certified '{asked.name}': period must be one of {', '.join(cube.periods)}."
        )
    block = cube.blocks[0]
    rows = block.period == cube.periods.index(asked.period)
    for factor, value in group.parts:
        column = block.factors.index(factor)
        rows &= block.value[:, column] == cube.values[factor].index(value)
    if asked.place != "all":
        wanted = asked.place.partition(":")[2]
        places = [i for i, name in enumerate(cube.places.ids) if name == wanted]
        rows &= np.isin(block.place, places)
    return int(block.tallies[_COUNTED].events[rows].sum())
