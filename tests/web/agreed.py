"""What tests of a plan share: a goal of a run, with what the library offered, and its steps."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from places import Place
from shelved import beside

from eachchild.web.audits.models import Run
from eachchild.web.foundation.tenancy import inside
from eachchild.web.strategy.actions import standing
from eachchild.web.strategy.actions.meetings import decide
from eachchild.web.strategy.models import Action, Cycle, Goal, Review

WHEREVER = "all"
SAID = "Black students were suspended less often than before: 9 of 100, not 12."


def today() -> date:
    """The day it is on the platform."""
    return timezone.localdate()


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)


def goal_of(district: Any, run: Run, change: str = "No suspension for dress", *,
            place: str = WHEREVER) -> Goal:  # fmt: skip
    """A goal under way, as it is kept."""
    lead = district.members["equity_lead"].user
    with inside(district.organization):
        goal: Goal = Goal.objects.within(district.organization).create(
            run=run, finding="f1", screen="s1", sentence="Black students were suspended most.",
            offer={"place": place, "outcome": "oss_any"}, target={"share": 0.5}, change=change,
            inclusive="Families of every school were heard.", begins="2025-09", lead=lead,
            made_by=lead,
        )  # fmt: skip
    return goal


def step_of(district: Any, goal: Goal, owner: str = "principal", *, due: int = 3,
            title: str = "Write the new dress rule") -> Action:  # fmt: skip
    """A step of a goal, due in so many days."""
    with inside(district.organization):
        step: Action = Action.objects.within(district.organization).create(
            goal=goal, title=title, owner=district.members[owner].user, due=today() + days(due)
        )
    return step


def review_on(district: Any, day: int, *, held: bool = False) -> Review:
    """A review so many days from today."""
    at = timezone.now() + days(day) if held else None
    with inside(district.organization):
        review: Review = Review.objects.within(district.organization).create(
            on=today() + days(day), held_at=at
        )
    return review


def verdict_of(goal: Goal, sentence: str = SAID, verdict: str = "improving") -> dict[str, Any]:
    """A verdict on a goal, as the library writes it."""
    return {"goal": str(goal.pk), "verdict": verdict, "sentence": sentence, "evidence": [],
            "whose": "The group's own rate moved.", "caveats": ["Ten months are few."],
            "next": "Keep it up.", "picture": "", "table": ""}  # fmt: skip


def tell(district: Any, run: Run, verdicts: list[dict[str, Any]]) -> None:
    """Put verdicts beside a bundle, as the worker does."""
    beside(district, run, verdicts=verdicts)


def furnish_standing(district: Any, run: Run, made: Any) -> None:
    """A vision with an earlier version, standards rated, a review held and one that can begin."""
    members, own = district.members, f"/d/{district.slug}/plan"
    goals = [goal_of(district, run, change) for change in
             ("No suspension for dress", "Every student is screened for algebra",
              "A call home on the first day away")]  # fmt: skip
    tell(district, run, [verdict_of(goals[0]), verdict_of(goals[1], "Too early to tell.",
                                                          "cannot_tell")])  # fmt: skip
    step_of(district, goals[0], "superintendent", due=-4)
    held, now = review_on(district, -49, held=True), review_on(district, 0)
    with inside(district.organization):
        Cycle.objects.within(district.organization).create(
            goal=goals[0],
            number=2,
            tries="Two schools drop the rule for a month",
            predicts="Half as many referrals, and no more late arrivals",
        )
        standing.write_vision(members["superintendent"], "Every student is known here.")
        vision = standing.write_vision(
            members["equity_lead"], "Every student is known here, and knows where to turn.\n\n"
            "Whatever a student's name or address, what we know of them says nothing of how far "
            "they will go.",
        )  # fmt: skip
        for role in ("superintendent", "principal", "reviewer"):
            standing.sign_on(members[role], vision)
        for key, level in (
            ("board-decides", "beginning"),
            ("board-decides", "partly"),
            ("shared-vision", "in_place"),
            ("lists-checked", "leading"),
        ):
            standing.rate(members["equity_lead"], key, level=level,
                          because="Minutes of two meetings name an action and its owner.",
                          evidence="https://www.nap.edu/read/25389/chapter/1")  # fmt: skip
        decide(members["equity_lead"], now, goals[2],
               {"verdict": "cannot_tell", "sentence": ""}, choice="adapt",
               why="Calls began late in four schools.", read="")  # fmt: skip
    made.known |= {
        "sign-vision": {"vision": vision.pk}, "review": {"review": now.pk},
        "decide": {"review": now.pk, "goal": goals[0].pk}, "keep-review": {"review": now.pk},
        "standard": {"key": "board-decides"}, "rate-standard": {"key": "board-decides"},
    }  # fmt: skip
    made.faces |= {
        "review, held": Place("equity_lead", f"{own}/reviews/{held.pk}/"),
        "review, read": Place("principal", f"{own}/reviews/{now.pk}/"),
        "standard, not rated": Place("equity_lead", f"{own}/standards/every-child-screened/"),
        "standard, read": Place("principal", f"{own}/standards/every-child-screened/"),
        "vision, none": Place("superintendent", "/d/another/plan/vision/"),
        "reviews, none": Place("superintendent", "/d/another/plan/reviews/"),
        "standards, none": Place("superintendent", "/d/another/plan/frameworks/"),
    }
    made.visitors |= dict.fromkeys(("vision", "standard", "reviews", "review"), "equity_lead")
