"""What to count, declared before a row is read: frozen, and free of any engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from eachchild.plan import Need, Plan
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


@dataclass(frozen=True, slots=True)
class NeedClasses:
    """How need is told from one column of the year before, the most need first.

    A ranked measure is parted into equal shares of those of the same year and grade, the lowest
    first; any other by lines, each the least value of its class. The first `in_need` classes are
    called in need.
    """

    classes: tuple[str, ...]
    in_need: int
    lines: tuple[float, ...] = ()

    @property
    def ranked(self) -> bool:
        """Whether students are ranked, for want of lines that hold for every test."""
        return not self.lines


NEEDS: Mapping[Need, NeedClasses] = MappingProxyType(
    {
        "score": NeedClasses(tuple(f"tenth {n}" for n in range(1, 11)), 2),
        "courses_failed": NeedClasses(("2 or more", "1", "none"), 2, (2.0, 1.0)),
        # A tenth of the days is chronic absence, as in the built-in outcome.
        "absence_share": NeedClasses(
            ("20 % or more", "10 to 20 %", "5 to 10 %", "under 5 %"), 2, (0.20, 0.10, 0.05)
        ),
    }
)


@dataclass(frozen=True, slots=True)
class SupportPlan:
    """Students by one identity factor, need, and whether a list had them or a support was given.

    `lists` names the supports that are no support but a list, screen or flag. Need is that of the
    school year before: no support of this year can have changed it, and identity is no part of it.
    """

    factor: Factor
    lists: tuple[str, ...] = ()
    need: Need = "score"


FEWEST_STUDENTS, FEWEST_WRITERS = 10, 3  # that stand for a word; fewer tell of a person


@dataclass(frozen=True, slots=True)
class WordPlan:
    """Words of notes by one identity factor; `set_aside` lists logins that are no one person."""

    factor: Factor
    set_aside: tuple[str, ...] = ()


def word_plans(plan: Plan) -> tuple[WordPlan, ...]:
    """By each factor that parts the students; none where the plan does not say keep_text."""
    if not plan.keep_text:
        return ()
    aside = plan.adults.set_aside if plan.adults else ()
    return tuple(WordPlan(factor, aside) for factor in plan.factors)


def support_plans(plan: Plan) -> tuple[SupportPlan, ...]:
    """By each factor that parts the students; none where the plan does not say what is a list."""
    if plan.supports is None:
        return ()
    said = plan.supports
    return tuple(SupportPlan(factor, said.lists, said.need) for factor in plan.factors)


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """Who is enrolled in advanced courses, by one identity factor and a state score.

    `outcome` is a rate. A student's score is that of the year before, which nobody's enrollment
    can have changed, else that of the same year. It is told by the part of the scores of its year
    and grade that it lies in, lowest first, of which there are `bins` with equally many students:
    scores of different grades are then alike, whatever the test's scale.
    """

    factor: Factor
    outcome: Outcome
    bins: int = 20


@dataclass(frozen=True, slots=True)
class GradePlan:
    """Students by one identity factor and grade, and how many of them have each outcome, a rate."""

    factor: Factor
    outcomes: tuple[Outcome, ...]


def grade_plans(plan: Plan) -> tuple[GradePlan, ...]:
    """All rates, by each factor that parts the students."""
    rates = tuple(outcome for outcome in plan.outcomes if outcome.is_rate)
    return tuple(GradePlan(factor, rates) for factor in plan.factors) if rates else ()


@dataclass(frozen=True, slots=True)
class AbsencePlan:
    """An outcome of days absent by one identity factor, with and without the days of each reason.

    `outcome` is a rate or the mean share of days absent.
    """

    factor: Factor
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class MonthPlan:
    """Students enrolled in each calendar month by one identity factor, and what happened to them.

    Identity is that of the student-year row, as of the plan's as-of day.
    """

    factor: Factor


def month_plans(plan: Plan) -> tuple[MonthPlan, ...]:
    """By each factor that parts the students, for whom a change within a year can be looked for."""
    return tuple(MonthPlan(factor) for factor in plan.factors)


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


def course_plans(plan: Plan) -> tuple[CoursePlan, ...]:
    """Each rate of enrollment in advanced courses, by each factor that parts the students."""
    courses = [outcome for outcome in plan.outcomes if outcome.is_course]
    return tuple(CoursePlan(factor, outcome) for factor in plan.factors for outcome in courses)


def absence_plans(plan: Plan) -> tuple[AbsencePlan, ...]:
    """Each outcome of days absent, by each factor that parts the students."""
    absent = [outcome for outcome in plan.outcomes if outcome.is_absence]
    return tuple(AbsencePlan(factor, outcome) for factor in plan.factors for outcome in absent)


def student_plans(plan: Plan) -> tuple[CountPlan, ...]:
    """The breakdowns an audit needs: all partition factors crossed, and each other on its own.

    An overlap (race in combination) is never crossed: its groups share students. Country of birth
    is counted for the whole place alone.
    """
    crossed = CountPlan(plan.factors, plan.outcomes)
    return (crossed, *(CountPlan((f,), plan.outcomes, f.whole) for f in plan.alone))
