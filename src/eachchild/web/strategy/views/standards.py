"""Pages of the equity standards: where the district stands on each, and what shows it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eachchild.instruments.cited import ENGLISH, LANGUAGES
from eachchild.instruments.frameworks import State, idc, nasem_states, state_label, told_state
from eachchild.instruments.standards import (
    LEVELS,
    Level,
    Standard,
    areas,
    level_label,
    standard,
    standards,
    summary,
    told,
)
from eachchild.web.accounts.models import Membership
from eachchild.web.audits.models import Run
from eachchild.web.audits.screens import Pages, readable
from eachchild.web.foundation.language import spoken_here
from eachchild.web.foundation.views import Visit, page
from eachchild.web.strategy.actions import standing as actions
from eachchild.web.strategy.forms.standing import RatingForm
from eachchild.web.strategy.models import Rating

_PAGE_OF = "o-"  # before an outcome's name in the id of its page
_STEPS = range(1, len(LEVELS) + 1)  # drawn, and always with the word beside


@require_GET
@page("plan", "standards.read")
def every_standard(request: Visit) -> HttpResponse:
    """Every standard by area with where the district stands on it; never a score."""
    newest, language = _newest(request.member), _language()
    named = {one.key: one.texts[language].name for one in standards()}
    found = summary({key: cast("Level", one.level) for key, one in newest.items()})
    told_areas = [
        (areas(language)[area], [
            {"key": one.key, "name": named[one.key], **_stands(newest.get(one.key))}
            for one in standards() if one.area == area
        ])
        for area in areas(language)
    ]  # fmt: skip
    counts = [(level_label(level, language), found.counts[level]) for level in reversed(LEVELS)]
    given = {"areas": told_areas, "unrated": len(found.unrated), "counts": counts,
             "here": "standards"}  # fmt: skip
    return render(request, "strategy/standards.html", given)


@require_GET
@page("plan", "standard.read")
def one_standard(request: Visit, key: str) -> HttpResponse:
    """One standard: what it asks, where the district stands, what showed it before."""
    return _one(request, _found(key))


@require_POST
@page("lead", "standard.rating")
def rate_standard(request: Visit, key: str) -> HttpResponse:
    """Say where the district stands on a standard, and what shows it."""
    found = _found(key)
    form = _form(found, request.POST)
    if not form.is_valid():
        return _one(request, found, form)
    actions.rate(request.member, found.key, **form.cleaned_data)
    messages.success(request, _("Kept. What was said before stays in the history."))
    return redirect("standard", slug=request.member.organization.slug, key=found.key)


@require_GET
@page("plan", "frameworks.read")
def frameworks(request: Visit) -> HttpResponse:
    """What of NASEM's 16 indicators an audit shows, and how our standards answer IDC's rubric."""
    member, language = request.member, _language()
    run, pages = _newest_audit(member)
    titles = _titles(pages)
    states = [told_state(one, language) for one in nasem_states(titles.keys())]
    counted = Counter(one.state for one in states)
    newest = _newest(member)
    given = {
        "run": run, "pages": pages, "here": "standards",
        "counts": [(state_label(state, language), counted[state]) for state in State],
        "indicators": [
            {"told": one, "outcomes": _named(one.outcomes, titles),
             "related": _named(one.related, titles)}
            for one in states
        ],
        "idc": [
            {"name": area.name[language], "asks": area.asks[language],
             "standards": [
                 {"key": one.key, "name": one.texts[language].name,
                  **_stands(newest.get(one.key))}
                 for one in standards() if area.key in one.idc
             ]}
            for area in idc().values()
        ],
    }  # fmt: skip
    return render(request, "strategy/frameworks.html", given)


def _one(request: Visit, found: Standard, form: RatingForm | None = None) -> HttpResponse:
    member, language = request.member, _language()
    mine = Rating.objects.within(member.organization).select_related("made_by")
    history = list(mine.filter(standard=found.key).order_by("-made_at"))
    now = history[0] if history else None
    run, pages = _newest_audit(member)
    titles = _titles(pages)
    given = {
        "standard": told(found, language), "sources": found.sources, "now": now,
        "stands": _stands(now), "history": [(one, _label(one.level)) for one in history],
        "form": form or _form(found), "is_rating": form is not None,
        "run": run, "pages": pages, "here": "standards",
        "outcomes": _named(found.outcomes, titles),
    }  # fmt: skip
    return render(request, "strategy/standard.html", given)


def _form(found: Standard, sent: Any = None) -> RatingForm:
    """The four levels as choices, each with what is seen at it."""
    levels = [
        (one.key, format_html("<span><strong>{}</strong><br>{}</span>", one.label, one.sentence))
        for one in told(found, _language()).levels
    ]
    return RatingForm(sent, levels=levels)


def _stands(rating: Rating | None) -> dict[str, Any]:
    """Where it stands, in words and as steps; what nobody rated says so."""
    if rating is None:
        return {"label": _("Not rated yet"), "steps": [(k, False) for k in _STEPS], "level": ""}
    reached = LEVELS.index(cast("Level", rating.level)) + 1
    return {"label": _label(rating.level), "steps": [(k, k <= reached) for k in _STEPS],
            "level": rating.level}  # fmt: skip


def _label(level: str) -> str:
    return level_label(cast("Level", level), _language())


def _titles(pages: Pages | None) -> dict[str, str]:
    """The outcomes of an audit by their built-in name, as its pages call them."""
    told = pages["outcomes"] if pages else ()
    return {one["id"].removeprefix(_PAGE_OF): one["title"] for one in told}


def _named(keys: Iterable[str], titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pages of outcomes, with their titles."""
    return [(f"{_PAGE_OF}{key}", titles[key]) for key in keys if key in titles]


def _newest(member: Membership) -> dict[str, Rating]:
    """The newest rating of each standard."""
    rows = Rating.objects.within(member.organization).order_by("made_at")
    known = {one.key for one in standards()}
    return {one.standard: one for one in rows if one.standard in known}


def _newest_audit(member: Membership) -> tuple[Run | None, Pages | None]:
    """The newest audit that a member reads, with its pages."""
    runs = Run.finished(member.organization).select_related("audit")
    return next(readable(member, runs), (None, None))


def _found(key: str) -> Standard:
    try:
        return standard(key)
    except KeyError as error:
        raise Http404 from error


def _language() -> str:
    here = spoken_here()
    return here if here in LANGUAGES else ENGLISH
