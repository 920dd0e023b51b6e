"""What to count, declared before a row is read: frozen, and free of any engine."""

from dataclasses import dataclass
from typing import Literal, get_args

from eachchild.plan import Plan
from eachchild.terms.factors import Factor
from eachchild.terms.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class CountPlan:
    """One breakdown to count at the student grain: factors to cross, and outcomes."""

    factors: tuple[Factor, ...]
    outcomes: tuple[Outcome, ...]
    whole: bool = False  # of all places together: no cell says where


Dimension = Literal["behavior", "discretion", "location", "hour", "answer", "prior"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
USUAL_DIMENSIONS: tuple[tuple[Dimension, ...], ...] = (
    ("behavior", "location", "hour"),  # which moment
    ("behavior", "answer", "prior"),  # same act, same answer
    ("discretion",),
    (),  # how many different students were referred
)


@dataclass(frozen=True, slots=True)
class EventPlan:
    """One breakdown of referrals to count: by one identity factor, and what is asked of each.

    A referral is what `cube.discipline` calls one: an incident of a student, or a day with rows
    that name no incident. Identity is that of the student-year row, as of the plan's as-of day,
    and not of the day of the referral: a rate's numerator and denominator then sort students
    alike. The discretion of a behavior is the audit's own word on it (`Plan.discretion`), else
    that of the published lists.
    """

    factor: Factor
    dimensions: tuple[Dimension, ...] = ()
    whole: bool = False  # of all schools together; distinct students of schools do not add up


@dataclass(frozen=True, slots=True)
class AdultPlan:
    """How many adults made how many referrals, of students in each group of one factor.

    `set_aside` lists logins that are no one person.
    """

    factor: Factor
    set_aside: tuple[str, ...] = ()


def event_plans(plan: Plan) -> tuple[EventPlan, ...]:
    """The usual breakdowns, by each factor that parts the students."""
    return tuple(
        EventPlan(factor, dimensions) for factor in plan.factors for dimensions in USUAL_DIMENSIONS
    )


def adult_plans(plan: Plan) -> tuple[AdultPlan, ...]:
    """By the plan's first factor that parts the students; none where nobody agreed to it."""
    if plan.adults is None:
        return ()
    return tuple(AdultPlan(factor, plan.adults.set_aside) for factor in plan.factors[:1])


def student_plans(plan: Plan) -> tuple[CountPlan, ...]:
    """The breakdowns an audit needs: all partition factors crossed, and each other on its own.

    An overlap (race in combination) is never crossed: its groups share students. Country of birth
    is counted for the whole place alone.
    """
    crossed = CountPlan(plan.factors, plan.outcomes)
    return (crossed, *(CountPlan((f,), plan.outcomes, f.whole) for f in plan.alone))
