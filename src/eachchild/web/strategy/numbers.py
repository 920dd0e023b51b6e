"""Offers and verdicts as the library wrote them, by run and audience; nothing is worked out."""

from collections.abc import Collection, Iterable, Mapping
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
    told = told_by(organization, str(run.pk), "internal")
    return next((one for one in told.get("offers", ()) if one["finding"] == finding), None)


def verdicts(
    organization: Organization, audience: str, runs: Iterable[Run], wanted: Collection[str]
) -> dict[str, Told]:
    """The verdict of each wanted goal, by its id, from the first of these runs that has one.

    What was worked out of another copy than that of the audience is not looked at.
    """
    found: dict[str, Told] = {}
    for run in runs:
        told = told_by(organization, str(run.pk), audience)
        if told.get("audience") == audience:
            for one in told.get("verdicts", ()):
                found.setdefault(one["goal"], {**one, "language": told.get("language", "")})
        if found.keys() >= set(wanted):
            break
    return found


def of_goals(member: Membership, goals: Iterable[Goal]) -> list[tuple[Goal, Told]]:
    """Goals with the newest verdict on each, for those who read audits from inside."""
    seen = [one for one in goals if member.sees_place(one.place)]
    runs = Run.finished(member.organization) if seen else ()
    told = verdicts(member.organization, "internal", runs, {str(one.pk) for one in seen})
    return [(goal, told.get(str(goal.pk), NOT_YET)) for goal in seen]


def told_by(organization: Organization, run: str, audience: str) -> Told:
    """All that a bundle says of goals; nothing where it was not asked yet."""
    try:
        return progress(Shelf.of(organization), run, audience)
    except NotOnTheShelfError:
        return {}
