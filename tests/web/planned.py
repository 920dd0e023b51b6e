"""A plan with everything in it: a row of each kind, made as its pages make them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from shelved import beside

from eachchild.web.audits.models import Run
from eachchild.web.strategy.models import (
    Action,
    Contact,
    Cycle,
    Decision,
    Entry,
    Goal,
    Hypothesis,
    Rating,
    Reply,
    Review,
    SignOn,
    Vision,
)

CHANGE = "No suspension out of school for defiance: a conversation and a way back instead."
_BASELINE = "Over two years 9.8 of 100 were suspended."


@dataclass(frozen=True)
class Planned:
    """What stands in addresses of a plan."""

    goal: Goal
    step: Action
    trial: Cycle
    review: Review
    entry: Entry
    reply: Reply


def offer_of(finding: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What the library would offer of a finding, on paper."""
    targets = [
        {"share": share, "rate": 0.09 - share / 50, "students": 12, "feasible": share == 0.5,
         "sentence": f"Close {share} of the gap.", "seen_by": "2026-27",
         "seen": "A change this size could be seen by 2026-27."}
        for share in (0.5, 1.0)
    ]  # fmt: skip
    return {
        "finding": finding["finding"], "screen": finding["screen"], "outcome": "oss_any",
        "group": "race=black", "reference": "race=white", "place": finding["place"],
        "chosen_on": ["2022-23", "2023-24"], "baseline": {"sentence": _BASELINE, "rate": 0.098},
        "reference_rate": 0.03, "direction": "lower", "targets": targets,
        "balancing": [{"id": "referrals", "label": "Referrals written"}], "why_not": "", **more,
    }  # fmt: skip


def offered(district: Any, run: Run, finding: dict[str, Any]) -> None:
    """Put beside a run what the library would have worked out of it, in every language."""
    beside(district, run, languages=("en", "es"), offers=[offer_of(finding)])


def plan(district: Any, run: Run, finding: dict[str, Any]) -> Planned:
    """Fill a district's plan; to be called inside of it."""
    here, lead = district.organization, district.members["equity_lead"].user
    by = {"organization": here, "made_by": lead}
    vision = Vision.every.create(text="Each child receives what they need.", **by)
    SignOn.every.create(organization=here, vision=vision, user=lead)
    Rating.every.create(
        standard="one", level="partly", because="The board's minutes.",
        evidence="https://example.org/minutes", **by,
    )  # fmt: skip
    cause = Hypothesis.every.create(
        finding=finding["finding"], says="Talks come late.", whys=["Nobody has time."], **by
    )
    offered = offer_of(finding)
    goal = Goal.every.create(
        run=run, finding=finding["finding"], screen=finding["screen"], change=CHANGE,
        sentence=finding["sentence"], offer=offered, target=offered["targets"][0], begins="2024-09",
        inclusive="Students were asked.", balancing=["referrals"], lead=lead, **by,
    )  # fmt: skip
    step = Action.every.create(
        goal=goal, driver=cause, title="Rewrite the rule", owner=lead,
        due=timezone.localdate() + timedelta(days=5), **by,
    )  # fmt: skip
    trial = Cycle.every.create(
        goal=goal, number=1, tries="Two schools hold a talk.", predicts="Half as many by May.", **by
    )
    review = Review.every.create(on=timezone.localdate() + timedelta(days=20), **by)
    Decision.every.create(review=review, goal=goal, choice="adapt", why="A third fewer.", **by)
    entry = Entry.every.create(goal=goal, said={"en": "You said: too many."}, did={"en": CHANGE},
                               **by)  # fmt: skip
    reply = Reply.every.create(
        organization=here, about="plan", text="A word of a family", contact="Ms. Rivera",
        language="en", ends_at=datetime(2099, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    Contact.every.create(place="all", whom="The office of the district", **by)
    return Planned(goal, step, trial, review, entry, reply)
