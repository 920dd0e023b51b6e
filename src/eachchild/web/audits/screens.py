"""The pages of a bundle as one reader sees them: pieces of places that are not theirs left out."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404

from eachchild.web.accounts.models import Membership

Pages = Mapping[str, Any]
_OF_ALL_SCHOOLS = "schools"  # pictures that show every school by name


def for_reader(pages: Pages, member: Membership) -> Pages:
    """The pages without what is of other schools, where a reader sees their own alone."""
    if not member.of_role.own_place:
        return pages
    return {
        **pages,
        "headlines": [one for one in pages["headlines"] if member.sees_place(one["place"])],
        "outcomes": [_outcome(one, member) for one in pages["outcomes"]],
    }


def _outcome(outcome: Mapping[str, Any], member: Membership) -> Mapping[str, Any]:
    return {
        **outcome,
        "findings": [_finding(f, member) for f in outcome["findings"] if _sees(f, member)],
        "quiet": [_finding(f, member) for f in outcome["quiet"] if _sees(f, member)],
        "figures": [f for f in outcome["figures"] if f["kind"] != _OF_ALL_SCHOOLS],
    }


def _finding(finding: Mapping[str, Any], member: Membership) -> Mapping[str, Any]:
    return {**finding, "folded": [f for f in finding["folded"] if _sees(f, member)]}


def _sees(one: Mapping[str, Any], member: Membership) -> bool:
    return member.sees_place(one["place"])


def screen_of(pages: Pages, screen: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A finding and the outcome it is of; 404 where these pages have none of that name."""
    for outcome in pages["outcomes"]:
        for one in (*outcome["findings"], *outcome["quiet"]):
            if one["screen"] == screen:
                return outcome, one
    raise Http404


def top_of(pages: Pages) -> Mapping[str, Any]:
    """The finding of the first headline, with its cause; nothing where there is none."""
    screen = next((one["screen"] for one in pages["headlines"]), "")
    found = (one for outcome in pages["outcomes"] for one in outcome["findings"])
    return next((one for one in found if one["screen"] == screen), {})


def outcome_of(pages: Pages, name: str) -> Mapping[str, Any]:
    """One outcome; 404 where these pages have none of that name."""
    for outcome in pages["outcomes"]:
        if outcome["id"] == name:
            return dict(outcome)
    raise Http404
