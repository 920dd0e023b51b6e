"""One school: what was released of it, when to meet, whom to call, how a record is corrected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from eachchild.web.audits.explorer import LEVELS, Line, line_of
from eachchild.web.audits.models import Release
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.public.views import Told, public, public_with, spoken
from eachchild.web.shelf import numbers, screens, values
from eachchild.web.strategy import places
from eachchild.web.strategy.models import Contact

_CHANCE = ("student", "")  # the interval that reports print
_MOST = 400  # rows of one outcome at one school in one year
_SHOWN = ("reported", "coarse")


@dataclass(frozen=True, slots=True)
class Counted:
    """One outcome at one school: rates by group, the groups that are hidden, what was found."""

    title: str
    id: str
    lines: tuple[Line, ...]
    hidden: tuple[str, ...]
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What one released copy tells of one school."""

    release: Release
    pages: Mapping[str, Any]
    period: str
    outcomes: tuple[Counted, ...]


@public
def schools(request: HttpRequest, district: Organization, told: Told) -> HttpResponse:
    """The schools of a district, by name."""
    found = places.schools(district, [folder for _release, folder in told])
    shown = {"district": district, "schools": found, "spoken": spoken(request)}
    return render(request, "public/schools.html", shown)


def _changes(district: Organization, told: Told) -> Iterator[str]:
    """What the page changes with, beside the released copies: whom to call, and the day."""
    with inside(district):
        for one in Contact.objects.within(district).order_by("pk"):
            yield f"{one.pk} {one.made_at} {_is_ahead(one)}"


@public_with(_changes)
def school(request: HttpRequest, district: Organization, told: Told, place: str) -> HttpResponse:
    """One school."""
    named = places.schools(district, [folder for _release, folder in told])
    if place not in named:
        raise Http404
    key = f"school:{place}"
    contact, meeting = _contacts(district, key)
    shown = {"district": district, "name": named[place], "place": place, "contact": contact,
             "meeting": meeting, "numbers": _numbers(told, key), "spoken": spoken(request),
             "newest": told[0][0] if told else None}  # fmt: skip
    return render(request, "public/school.html", shown)


def _contacts(district: Organization, key: str) -> tuple[Contact | None, Contact | None]:
    """Whom to call, and the next meeting: the school's own, else those of the district."""
    with inside(district):
        mine = {one.place: one for one in Contact.objects.within(district)}
    there = [one for one in (mine.get(key), mine.get("all")) if one is not None]
    meeting = next((one for one in there if _is_ahead(one)), None)
    return (there[0] if there else None), meeting


def _is_ahead(one: Contact) -> bool:
    return one.meeting is not None and one.meeting.date() >= timezone.localdate()


def _numbers(told: Told, key: str) -> Numbers | None:
    """What the newest released copy that shows a number of the school tells of it."""
    for release, folder in told:
        pages = screens(folder)
        period = pages["periods"][-1] if pages["periods"] else ""
        counted = tuple(_counted(folder, pages, key, period))
        if any(one.lines for one in counted):
            label = pages["labels"]["periods"].get(period, period)
            return Numbers(release, pages, label, counted)
    return None


def _counted(folder: Path, pages: Mapping[str, Any], key: str, period: str) -> Iterator[Counted]:
    there = set(values(folder, "measure"))
    for outcome in pages["outcomes"]:
        wanted = {"outcome": outcome["id"].removeprefix("o-"), "period": period}
        rows: list[Mapping[str, Any]] = []
        for measure in (one for one in LEVELS if one in there):
            found = numbers(folder, [key], most=_MOST, intervals=_CHANCE,
                            wanted={**wanted, "measure": measure})  # fmt: skip
            rows = [row for row in found.rows if ";" not in row["group"]]
            if rows:
                break
        lines = [(row["state"] in _SHOWN, line_of(row, pages["labels"])) for row in rows]
        yield Counted(
            outcome["title"], outcome["id"],
            tuple(line for is_shown, line in lines if is_shown),
            tuple(line.group for is_shown, line in lines if not is_shown),
            tuple(_found(outcome, key)),
        )  # fmt: skip


def _found(outcome: Mapping[str, Any], key: str) -> Iterator[str]:
    """What was found at the school itself, as the released report tells it."""
    for one in (*outcome["findings"], *outcome["quiet"]):
        if one["place"] == key:
            yield one["sentence"]
        yield from (other["sentence"] for other in one["folded"] if other["place"] == key)
