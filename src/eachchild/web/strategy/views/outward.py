"""Pages of what comes in and what is told outward: messages, public entries, contacts."""

from typing import Any

from django.contrib import messages
from django.db.models import Case, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.language import spoken_here
from eachchild.web.foundation.views import Visit, page
from eachchild.web.strategy import places
from eachchild.web.strategy.actions import outward
from eachchild.web.strategy.forms.outward import ContactForm, EntryForm
from eachchild.web.strategy.models import Contact, Entry, Goal, Reply
from eachchild.web.strategy.rules.outward import in_language, may_decide

MOST = 100  # messages on the page
_FIELDS = ("whom", "meeting", "where", "correct")


@require_GET
@page("lead", "replies.read")
def replies(request: Visit) -> HttpResponse:
    """What people wrote, unread first; by theme where one is chosen."""
    member, about = request.member, request.GET.get("about", "")
    mine = Reply.objects.within(member.organization).select_related("read_by")
    mine = mine.alias(done=Case(When(read_by=None, then=0), default=1)).order_by("done", "-at")
    if about in Reply.About.values:
        mine = mine.filter(about=about)
    names = places.known_inside(member.organization)
    told = [(one, names.get(one.school.removeprefix("school:"), "")) for one in mine[:MOST]]
    values = {"replies": told, "about": about, "themes": Reply.About.choices,
              "entries": _entries(member, Entry.State.WAITING)}  # fmt: skip
    return render(request, "strategy/replies.html", values)


@require_POST
@page("lead", "reply.read")
def read(request: Visit, reply: int) -> HttpResponse:
    """Note who read a message."""
    outward.mark_read(request.member, _reply(request.member, reply))
    return redirect("replies", slug=request.member.organization.slug)


@require_POST
@page("lead", "reply.destroyed")
def destroy(request: Visit, reply: int) -> HttpResponse:
    """Destroy a message at once."""
    outward.destroy_reply(request.member, _reply(request.member, reply))
    messages.success(request, _("The message was destroyed."))
    return redirect("replies", slug=request.member.organization.slug)


@require_GET
@page("plan", "entries.read")
def entries(request: Visit) -> HttpResponse:
    """What everybody reads of the plan, and what waits for a second person."""
    member = request.member
    shown = (Entry.State.WAITING, Entry.State.OUT) if may_decide(member) else (Entry.State.OUT,)
    values = {"entries": _entries(member, *shown)}
    return render(request, "strategy/entries.html", values)


@require_http_methods(["GET", "POST"])
@page("lead", "entry.writing")
def new_entry(request: Visit) -> HttpResponse:
    """Write what everybody shall read."""
    member = request.member
    goals = Goal.objects.within(member.organization).order_by("-made_at")
    form = EntryForm(request.POST or None, goals=goals)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["goal"]
        goal = goals.get(pk=chosen) if chosen else None
        outward.write_entry(member, goal=goal, **form.told())
        messages.success(request, _("Written. It is public once a second person approves it."))
        return redirect("entries", slug=member.organization.slug)
    return render(request, "strategy/new_entry.html", {"form": form})


@require_POST
@page("plan", "entry.decided")
def approve(request: Visit, entry: str) -> HttpResponse:
    """Make an entry public, as the second person."""
    outward.approve_entry(request.member, _entry(request.member, entry))
    messages.success(request, _("It is public now."))
    return redirect("entries", slug=request.member.organization.slug)


@require_POST
@page("plan", "entry.ended")
def take_off(request: Visit, entry: str) -> HttpResponse:
    """Take an entry off."""
    outward.take_off(request.member, _entry(request.member, entry))
    messages.success(request, _("It was taken off."))
    return redirect("entries", slug=request.member.organization.slug)


@require_GET
@page("lead", "contacts.read")
def contacts(request: Visit) -> HttpResponse:
    """What families are told of each school, and of the district."""
    member = request.member
    mine = Contact.objects.within(member.organization)
    told = {one.place: one for one in mine}
    named = _places(member)
    found = [(place, name, told.get(place)) for place, name in named.items()]
    return render(request, "strategy/contacts.html", {"contacts": found})


@require_http_methods(["GET", "POST"])
@page("lead", "contact.read")
def contact(request: Visit, place: str) -> HttpResponse:
    """Whom families of one place call, and when they meet."""
    member, named = request.member, _places(request.member)
    if place not in named:
        raise Http404
    kept = Contact.objects.within(member.organization).filter(place=place).first()
    initial: dict[str, Any] = {name: getattr(kept, name) for name in _FIELDS} if kept else {}
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        outward.set_contact(member, place, form.cleaned_data)
        messages.success(request, _("Saved. Families read it within a minute."))
        return redirect("contacts", slug=member.organization.slug)
    values = {"form": form, "name": named[place], "place": place}
    return render(request, "strategy/contact.html", values)


def _places(member: Membership) -> dict[str, str]:
    schools = places.known_inside(member.organization)
    named = {f"school:{place}": name for place, name in schools.items()}
    return {"all": _("The district as a whole"), **named}


def _entries(member: Membership, *states: str) -> list[dict[str, Any]]:
    """Entries with what they say in each language; those that wait first, newest first."""
    mine = Entry.objects.within(member.organization).filter(state__in=states)
    found = list(mine.select_related("made_by", "approved_by", "goal").order_by("-made_at"))
    here = spoken_here()
    return [
        {
            "entry": one, "name": in_language(one.said, here)[0][:60],
            "texts": [(code, said, one.did.get(code, "")) for code, said in one.said.items()],
            "waits": one.state == Entry.State.WAITING, "own": one.made_by_id == member.user_id,
            "decides": may_decide(member),
        }
        for one in sorted(found, key=lambda one: one.state != Entry.State.WAITING)
    ]  # fmt: skip


def _reply(member: Membership, reply: int) -> Reply:
    mine = Reply.objects.within(member.organization)
    found: Reply = get_object_or_404(mine, pk=reply)
    return found


def _entry(member: Membership, entry: str) -> Entry:
    mine = Entry.objects.within(member.organization)
    found: Entry = get_object_or_404(mine, pk=entry)
    return found
