"""Offers and verdicts as the library wrote them, by run and audience; nothing is worked out."""

from collections.abc import Iterable, Mapping
from typing import Any

from eachchild.web.accounts.models import Membership
from eachchild.web.audits.models import Run
from eachchild.web.foundation.models import Organization
from eachchild.web.shelf import NotOnTheShelfError, Shelf, progress
from eachchild.web.strategy.models import Goal

Told = Mapping[str, Any]
NOT_YET: Told = {"verdict": "cannot_tell", "sentence": "", "evidence": (), "caveats": ()}


def offer_of(organization: Organization, run: Run, finding: str) -> Told | None:
    """What a goal of a finding could be; None where the audit has none to offer."""
    told = _told(organization, run, "internal")
    return next((one for one in told.get("offers", ()) if one["finding"] == finding), None)


def verdicts(organization: Organization, audience: str, runs: Iterable[Run]) -> dict[str, Told]:
    """The verdict of each goal, by its id, from the first of these runs that has one.

    What was worked out of another copy than that of the audience is not looked at.
    """
    found: dict[str, Told] = {}
    for run in runs:
        told = _told(organization, run, audience)
        if told.get("audience") == audience:
            for one in told.get("verdicts", ()):
                found.setdefault(one["goal"], {**one, "language": told.get("language", "")})
    return found


def of_goals(member: Membership, goals: Iterable[Goal]) -> list[tuple[Goal, Told]]:
    """Goals with the newest verdict on each, for those who read audits from inside."""
    runs = Run.objects.within(member.organization).filter(state=Run.State.DONE, kind="audit")
    told = verdicts(member.organization, "internal", runs.order_by("-ended_at"))
    seen = [one for one in goals if member.sees_place(one.place)]
    return [(goal, told.get(str(goal.pk), NOT_YET)) for goal in seen]


def _told(organization: Organization, run: Run, audience: str) -> Told:
    try:
        return progress(Shelf.of(organization), str(run.pk), audience)
    except NotOnTheShelfError:
        return {}
