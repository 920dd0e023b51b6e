"""The demonstration's plan in mid-journey: two goals of last year's audit, three reviews held.

It is made by the steps that people take on the pages; only its days are put back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from eachchild.web.accounts.models import Membership
from eachchild.web.audits.models import Run
from eachchild.web.foundation.models import Organization
from eachchild.web.shelf import NotOnTheShelfError, Shelf, screens
from eachchild.web.strategy.actions import goals as actions
from eachchild.web.strategy.actions.standing import rate
from eachchild.web.strategy.models import (
    Action,
    Cycle,
    Decision,
    Goal,
    Hypothesis,
    Review,
    SignOn,
    Vision,
)
from eachchild.web.strategy.numbers import offer_of

People = Mapping[str, Membership]
_VISION = (
    "Each child in our schools receives what they need, and nobody can tell from who a child is "
    "how school will go for them."
)
_RATINGS = (  # standard, level, what shows it
    ("shared-vision", "in_place", "Written with families, and read out each fall."),
    ("board-decides", "partly", "The board saw the audit twice and decided once."),
    ("goals-with-verdicts", "in_place", "Two goals, each looked at every seven weeks."),
    ("outcomes-by-group", "leading", "Fifteen outcomes by seven kinds of groups, every year."),
    ("causes-tested", "partly", "Two of the five largest gaps have a cause that was tested."),
    ("records-right", "partly", "Referrals are complete; notes of talks are not."),
    ("rules-say-what-is-seen", "partly", "“Defiance” is out of the table; “disruption” is not."),
    ("same-act-same-answer", "beginning", "Answers to the same act differ between schools."),
    ("kept-in-learning", "partly", "No suspension for what has to be judged, since last August."),
    ("ready-means-enrolled", "beginning", "One school of three invites every ready student."),
    ("every-child-screened", "beginning", "Screening is by teachers' word."),
    ("told-in-their-language", "partly", "Letters go out in four of nine languages."),
)  # fmt: skip
_REVIEWS = (126, 77, 28)  # days ago: seven weeks from one to the next
_NEXT = 21  # days to the one after


@dataclass(frozen=True, slots=True)
class _Aim:
    """What the made-up team says of one gap."""

    outcome: str
    group: str
    change: str
    inclusive: str
    strategies: tuple[str, ...]
    own: str  # what people see that could make it
    whys: tuple[str, ...]
    steps: tuple[tuple[str, str, int], ...]  # what, whose, days from today (past: done)
    trials: tuple[tuple[str, str, str, str, str], ...]  # tries, predicts, did, learned, act
    decisions: tuple[tuple[str, str], ...]  # one a review: choice and why


_AIMS = (
    _Aim(
        "oss_any", "race=black",
        "No suspension out of school for what an adult has to judge, such as defiance: "
        "a conversation, repair and a way back into class instead.",
        "Students and families of eight schools were asked in the spring; the rule is read out in "
        "every homeroom, in each first language.",
        ("objective-definitions", "hear-the-student-first"),
        "Adults judge the same words differently.",
        ("“Defiance” is not defined.", "The handbook names it and stops there.",
         "It was never read beside the data."),
        (("Take “defiance” out of the table of consequences", "superintendent", -140),
         ("Show every office team the new answer to a referral", "equity_lead", -70),
         ("Read twenty referrals without names, school by school", "principal", 9)),
        (("Two middle schools answer defiance with a talk on the same day.",
          "Half as many suspensions for it in six weeks.",
          "Both schools did, on 41 of 46 referrals.",
          "Fewer than half: the talk came on the next day where nobody was free.", "adapt"),
         ("An adult is kept free in the third hour, when most referrals come.",
          "Talks on the same day for nine of ten referrals.",
          "Five schools kept one free.", "Nine of ten, and no more referrals than before.",
          "adopt")),
        (("adapt", "Two schools are too few to tell; a third joins."),
         ("adapt", "The talk has to come on the same day."),
         ("adapt", "It goes on, and every school keeps an adult free in the third hour.")),
    ),
    _Aim(
        "ap_enrolled", "el=yes",
        "Every student whose score is ready is enrolled in the next AP course, unless the family "
        "says no.",
        "English learners in three high schools told what kept them out; families are called in "
        "their own language.",
        ("automatic-enrollment", "ready-and-not-enrolled"),
        "Nobody tells students that the course is for them.",
        ("A teacher has to recommend them.", "Teachers know the course's students, not these."),
        (("Make the list by score alone, for every student", "analyst", -45),
         ("Call each family on the list in their language", "principal", 12),
         ("Add a second section where the list is longer than the seats", "superintendent", 40)),
        (("One school invites every ready student by name.",
          "Two of three enroll.", "118 letters in five languages.",
          "One of three enrolled: the letters came after the choice of courses.", "adapt"),),
        (("adapt", "Letters go out before courses are chosen, not after."),
         ("adapt", "A call in the family's language follows each letter."),
         ("adapt", "From letters to enrolling everybody who is ready, unless the family says no.")),
    ),
)  # fmt: skip


def make_plan(district: Organization, people: People, before: Run, now: Run) -> None:
    """Put the plan into the demonstration: goals of the audit before, which the newest judges."""
    try:
        pages = screens(Shelf.of(district).bundle(str(before.pk), "internal"))
    except NotOnTheShelfError:
        return
    lead = people["equity_lead"]
    _agree(district, people)
    made = [
        (_goal(lead, people, before, finding, one), one)
        for one in _AIMS
        if (finding := _finding(pages, one)) and offer_of(district, before, finding["finding"])
    ]
    _meet(district, lead, made)
    actions.judge(lead, now)


def _agree(district: Organization, people: People) -> None:
    """The vision, those who stand behind it, and where the team sees the district."""
    lead = people["equity_lead"].user
    vision = Vision.objects.within(district).create(text=_VISION, made_by=lead, made_at=_ago(200))
    for role in ("superintendent", "equity_lead", "principal"):
        SignOn.objects.within(district).create(vision=vision, user=people[role].user)
    for standard, level, because in _RATINGS:
        rate(people["equity_lead"], standard, level=level, because=because)


def _finding(pages: Mapping[str, Any], aim: _Aim) -> Mapping[str, Any] | None:
    """The gap that an aim is about, as the audit before told it."""
    outcomes: Iterable[Mapping[str, Any]] = pages["outcomes"]
    mine = (outcome for outcome in outcomes if outcome["id"] == f"o-{aim.outcome}")
    found = (f for outcome in mine for f in outcome["findings"])
    wanted = (f for f in found if (f["group"], f["place"]) == (aim.group, "all"))
    return next(wanted, None)


def _goal(
    lead: Membership, people: People, run: Run, finding: Mapping[str, Any], aim: _Aim
) -> Goal:
    """A goal with what was weighed before it, its steps and its trials."""
    offered = offer_of(lead.organization, run, finding["finding"])
    assert offered is not None  # noqa: S101 - for the type checker alone: it was looked for
    targets = offered["targets"]
    chosen = next((one for one in targets if one.get("feasible")), targets[-1])
    goal = actions.aim(
        lead, run, offered,
        {
            "screen": finding["screen"], "sentence": finding["sentence"],
            "share": str(chosen["share"]), "change": aim.change, "inclusive": aim.inclusive,
            "begins": _begins(offered["chosen_on"][-1]), "lead": lead.user,
            "balancing": [one["id"] for one in offered["balancing"]],
            "strategies": list(aim.strategies),
        },
        {},
    )  # fmt: skip
    driver = _weigh(lead, finding, aim)
    for number, (title, whose, days) in enumerate(aim.steps):
        owner = people[whose].user
        due = timezone.localdate() + timedelta(days=days)
        step = actions.add_step(
            lead, goal, title=title, owner=owner, due=due, driver=None if number else driver
        )
        if days < 0:
            actions.step_done(lead, step, "Seen at the review.")
            _put_back(Action, step.pk, done_at=_ago(-days))
    _try_out(lead, goal, aim)
    _put_back(Goal, goal.pk, made_at=_ago(190))
    return goal


def _weigh(lead: Membership, finding: Mapping[str, Any], aim: _Aim) -> Hypothesis:
    """What the audit tells is believed or tested, and what people see stands beside it."""
    for cause in finding["weighed"][:3]:
        stance = "believe" if cause["verdict"] == "supported" else "doubt"
        actions.weigh(
            lead, finding["finding"],
            {"cause": cause["id"], "says": cause["sentence"], "stance": stance,
             "refuted_by": cause["refuted_by"]},
        )  # fmt: skip
    return actions.weigh(
        lead, finding["finding"],
        {"says": aim.own, "whys": aim.whys, "kind": "practice", "bone": "staff",
         "stance": "test", "refuted_by": "The numbers stay as they are once it is changed."},
    )  # fmt: skip


def _try_out(lead: Membership, goal: Goal, aim: _Aim) -> None:
    for number, (tries, predicts, did, learned, act) in enumerate(aim.trials):
        cycle = actions.begin_trial(lead, goal, tries=tries, predicts=predicts)
        actions.end_trial(lead, cycle, did=did, learned=learned, act=act)
        began = _ago(_REVIEWS[number])
        _put_back(Cycle, cycle.pk, made_at=began, ended_at=began + timedelta(days=42))


def _meet(district: Organization, lead: Membership, made: list[tuple[Goal, _Aim]]) -> None:
    """Three reviews that were held, what they decided of each goal, and the next one."""
    by = {"made_by": lead.user}
    for number, days in enumerate(_REVIEWS):
        at = _ago(days)
        review = Review.objects.within(district).create(on=at.date(), held_at=at, **by)
        for goal, aim in made:
            choice, why = aim.decisions[number]
            Decision.objects.within(district).create(
                review=review, goal=goal, choice=choice, why=why, made_at=at,
                verdict="cannot_tell", **by,
            )  # fmt: skip
    ahead = timezone.localdate() + timedelta(days=_NEXT)
    Review.objects.within(district).create(on=ahead, **by)


def _begins(last: str) -> str:
    """The first month of the school year after one, in which its audit was read.

    >>> _begins("2023-24")
    '2024-08'
    """
    return f"{int(last[:4]) + 1}-08"


def _ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _put_back(model: type[Any], key: Any, **values: datetime) -> None:
    model.every.filter(pk=key).update(**values)
