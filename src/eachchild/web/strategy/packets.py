"""The board packet of a plan: of which copy it is made, what goes in, and what is missing yet.

A goal keeps what an internal audit offered it. None of those numbers goes into a packet: sentences,
targets and times are looked up anew in what the released copy itself can say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from eachchild.web.accounts.models import Membership
from eachchild.web.audits.models import OUT, Release
from eachchild.web.audits.screens import is_whole
from eachchild.web.foundation.language import spoken_here
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Organization
from eachchild.web.judging import spoken
from eachchild.web.shelf import Shelf, screens
from eachchild.web.strategy.models import Action, Decision, Goal, Vision
from eachchild.web.strategy.numbers import told_by

AUDIENCES = ("board", "public")  # the first is taken before the second
PACKET = "packet"  # the kind of run that makes it
Told = Mapping[str, Any]


def release_of(organization: Organization) -> Release | None:
    """The copy that a packet is made of: the newest for the board, else for the public."""
    out = Release.objects.within(organization).filter(state__in=OUT, audience__in=AUDIENCES)
    whole = [one for one in out.select_related("run__audit").order_by("-out_at") if is_whole(one)]
    return min(whole, key=lambda one: AUDIENCES.index(one.audience), default=None)


def made(release: Release) -> list[str]:
    """The languages in which there is a packet of a copy; the reader's own first."""
    shelf, own = Shelf(str(release.organization_id)), spoken_here()
    there = [code for code in spoken() if shelf.packet(str(release.pk), code).is_file()]
    return sorted(there, key=lambda code: code != own)


@dataclass(frozen=True, slots=True)
class _Copy:
    """What a released copy says of findings and goals, in one language."""

    sentences: Mapping[str, str]
    targets: Mapping[tuple[str, str], Told]

    @classmethod
    def of(cls, release: Release) -> "_Copy":
        shelf = Shelf(str(release.organization_id))
        run, audience = str(release.run_id), release.audience
        pages = screens(shelf.bundle(run, audience))
        found = [one for outcome in pages["outcomes"] for one in outcome["findings"]]
        offers = told_by(release.organization, run, audience).get("offers", ())
        return cls(
            {one["finding"]: one["sentence"] for one in found},
            {(offer["finding"], str(target["share"])): target
             for offer in offers for target in offer["targets"]},
        )  # fmt: skip


def packet_plan(release: Release, language: str, decide: Sequence[str]) -> dict[str, Any]:
    """The plan as `eachchild packet` reads it; owners by their role, never by name."""
    organization = release.organization
    with override(language):
        copy = _Copy.of(release)
        vision = Vision.objects.within(organization).order_by("-made_at").first()
        return {
            "vision": vision.text if vision else "",
            "goals": [_goal(goal, copy) for goal in goals_of(organization)],
            "decide": list(decide),
        }


def goals_of(organization: Organization) -> list[Goal]:
    """The goals of the whole district, those that are worked on first; schools' own stay there."""
    mine = Goal.objects.within(organization).order_by("made_at", "pk")
    whole = [goal for goal in mine if goal.place == "all"]
    return sorted(whole, key=lambda goal: not goal.is_running)


def _goal(goal: Goal, copy: _Copy) -> dict[str, Any]:
    target = copy.targets.get((goal.finding, str(goal.target["share"])), {})
    steps = Action.objects.within(goal.organization).filter(goal=goal)
    decided = Decision.objects.within(goal.organization).filter(goal=goal).order_by("made_at")
    of = _roles(goal.organization)
    return {
        "id": str(goal.pk), "change": goal.change, "sentence": copy.sentences.get(goal.finding, ""),
        "target": target.get("sentence") or _untold(goal),
        "seen": target.get("seen_by") or target.get("seen") or _("not told by this copy"),
        "steps": [
            {"title": step.title, "owner": of.get(step.owner_id, ""),
             "due": step.due.isoformat(), "done": step.done_at is not None}
            for step in steps.order_by("done_at", "due", "made_at")
        ],
        "decisions": [
            {"on": one.made_at.date().isoformat(), "choice": one.choice, "why": one.why}
            for one in decided
        ],
    }  # fmt: skip


def _untold(goal: Goal) -> str:
    """How far the gap is to close, where the copy has no numbers for it."""
    shares = {
        0.25: _("To close a quarter of the gap."), 0.5: _("To close half of the gap."),
        0.75: _("To close three quarters of the gap."), 1.0: _("To close the gap."),
    }  # fmt: skip
    untold = _("The numbers of this goal are not in this copy.")
    return f"{shares.get(float(goal.target['share']), '')} {untold}".strip()


def _roles(organization: Organization) -> dict[Any, str]:
    """What people are in a district, in words."""
    there = Membership.objects.filter(organization=organization)
    return {one.user_id: str(_(roles()[one.role].label)) for one in there}


def missing(organization: Organization, release: Release | None, decide: str) -> Iterator[str]:
    """What a packet would say that there is none of yet."""
    if release is None:
        return
    goals = goals_of(organization)
    if not Vision.objects.within(organization).exists():
        yield _("There is no vision yet.")
    if not goals:
        yield _("There is no goal for the whole district yet.")
    steps = Action.objects.within(organization).filter(done_at=None)
    with_step = set(steps.values_list("goal_id", flat=True))
    for goal in goals:
        if goal.is_running and goal.pk not in with_step:
            yield _("No next step: %(goal)s") % {"goal": goal}
    judged = _judged(organization, release)
    for goal in goals:
        if goal.is_running and str(goal.pk) not in judged:
            yield _("No verdict of this copy: %(goal)s") % {"goal": goal}
    if not decide:
        yield _("Nothing is put down to decide.")


def _judged(organization: Organization, release: Release) -> set[str]:
    told = told_by(organization, str(release.run_id), release.audience)
    return {one["goal"] for one in told.get("verdicts", ())}


def lines(text: str) -> Iterable[str]:
    """What to decide, one a line."""
    return [one.strip() for one in text.splitlines() if one.strip()]
