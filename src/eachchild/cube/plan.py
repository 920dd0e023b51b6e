"""What to count, declared before a row is read: frozen, and free of any engine."""

from dataclasses import dataclass

from eachchild.plan import Plan
from eachchild.terms.factors import Factor
from eachchild.terms.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class CountPlan:
    """One breakdown to count at the student grain: factors to cross, and outcomes."""

    factors: tuple[Factor, ...]
    outcomes: tuple[Outcome, ...]
    whole: bool = False  # of all places together: no cell says where


def student_plans(plan: Plan) -> tuple[CountPlan, ...]:
    """The breakdowns an audit needs: all partition factors crossed, and each other on its own.

    An overlap (race in combination) is never crossed: its groups share students. Country of birth
    is counted for the whole place alone.
    """
    crossed = CountPlan(plan.factors, plan.outcomes)
    return (crossed, *(CountPlan((f,), plan.outcomes, f.whole) for f in plan.alone))
