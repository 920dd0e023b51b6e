"""You said, we saw, we did, did it work: what a district tells of its plan.

What was said and done two people wrote and approved; the numbers come from released copies alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eachchild.web.audits.models import Release
from eachchild.web.audits.screens import findings_of
from eachchild.web.foundation.language import spoken_here
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.public.views import AUDIENCE, Told, public_with, spoken
from eachchild.web.shelf import Shelf, screens
from eachchild.web.strategy.models import Entry, Goal
from eachchild.web.strategy.numbers import NOT_YET, verdicts
from eachchild.web.strategy.rules.outward import in_language


@dataclass(frozen=True, slots=True)
class Seen:
    """What a released copy found, and on which of its pages."""

    sentence: str
    pages: Mapping[str, Any]
    release: Release
    screen: str


@dataclass(frozen=True, slots=True)
class Block:
    """One thing that was said, with what followed; texts come with their language."""

    entry: Entry
    said: tuple[str, str]
    did: tuple[str, str]
    seen: Seen | None
    verdict: Mapping[str, Any]


def _changes(district: Organization, told: Told) -> Iterator[str]:
    """What the page changes with, beside the released copies: entries, and what came of goals."""
    yield from (f"{one.pk} {one.out_at}" for one in _out(district))
    for release, _folder in told:
        folder = Shelf.of(district).progress(str(release.run_id), AUDIENCE, "en").parent
        for path in sorted(folder.glob(f"{AUDIENCE}.*.json")):
            yield f"{path} {path.stat().st_mtime_ns}"


@public_with(_changes)
def plan(request: HttpRequest, district: Organization, told: Told) -> HttpResponse:
    """What was said, seen and done, and whether it worked; the newest first."""
    entries = _out(district)
    goals = {str(one.goal_id) for one in entries if one.goal_id}
    judged = verdicts(district, AUDIENCE, (release.run for release, _folder in told), goals)
    values = {"district": district, "blocks": [_block(one, told, judged) for one in entries],
              "spoken": spoken(request)}  # fmt: skip
    return render(request, "public/plan.html", values)


def _out(district: Organization) -> list[Entry]:
    with inside(district):
        mine = Entry.objects.within(district).filter(state=Entry.State.OUT)
        return list(mine.select_related("goal").order_by("-out_at"))


def _block(entry: Entry, told: Told, judged: Mapping[str, Mapping[str, Any]]) -> Block:
    here = spoken_here()
    return Block(
        entry, in_language(entry.said, here), in_language(entry.did, here),
        _seen(entry.goal, told) if entry.goal else None,
        judged.get(str(entry.goal_id), NOT_YET),
    )  # fmt: skip


def _seen(goal: Goal, told: Told) -> Seen | None:
    """The finding of a goal as the newest released copy that has it tells it."""
    for release, folder in told:
        pages = screens(folder)
        found = [(outcome["id"], one) for outcome, one in findings_of(pages)]
        for is_it in (_is_same, _is_alike):
            for outcome, one in found:
                if is_it(goal, outcome, one):
                    return Seen(one["sentence"], pages, release, one["screen"])
    return None


def _is_same(goal: Goal, outcome: str, one: Mapping[str, Any]) -> bool:
    return bool(one.get("finding")) and one["finding"] == goal.finding


def _is_alike(goal: Goal, outcome: str, one: Mapping[str, Any]) -> bool:
    """The same outcome of the same group there: a copy may compare it with others."""
    offer = goal.offer
    wanted = (f"o-{offer['outcome']}", offer["group"], goal.place)
    return (outcome, one["group"], one["place"]) == wanted
