"""Pages of the vision: the newest version, who stands behind it, the versions before."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.views import Visit, page
from eachchild.web.strategy.actions import standing as actions
from eachchild.web.strategy.forms.standing import VisionForm
from eachchild.web.strategy.models import SignOn, Vision


@require_GET
@page("plan", "vision.read")
def vision(request: Visit) -> HttpResponse:
    """What the district wants to be true, and who stands behind it."""
    member = request.member
    versions = list(actions.visions(member))
    signed = _signed(member)
    told = {
        "newest": _told(versions[0], signed) if versions else None,
        "earlier": [_told(one, signed) for one in versions[1:]],
        "is_signed": bool(versions) and member.user in signed.get(versions[0].pk, ()),
        "here": "vision",
    }  # fmt: skip
    return render(request, "strategy/vision.html", told)


@page("lead", "vision.writing")
def new_vision(request: Visit) -> HttpResponse:
    """Write a new version; it begins as the newest is."""
    newest = actions.visions(request.member).first()
    form = VisionForm(request.POST or None, initial={"text": newest.text if newest else ""})
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_vision(request.member, form.cleaned_data["text"])
        except NotAllowedError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("The new version stands. Sign-ons begin anew."))
            return redirect("vision", slug=request.member.organization.slug)
    told = {"form": form, "newest": newest, "here": "vision"}
    return render(request, "strategy/new_vision.html", told)


@require_POST
@page("plan", "vision.signing")
def sign_vision(request: Visit, vision: str) -> HttpResponse:
    """Sign on to the newest version, or take one's own sign-on back."""
    member = request.member
    found: Vision = get_object_or_404(Vision.objects.within(member.organization), pk=vision)
    if request.POST.get("signs") == "no":
        actions.take_back(member, found)
    else:
        actions.sign_on(member, found)
    return redirect("vision", slug=member.organization.slug)


def _signed(member: Membership) -> dict[Any, list[Any]]:
    """Who signed on to each version."""
    found: dict[Any, list[Any]] = {}
    rows = SignOn.objects.within(member.organization).select_related("user")
    for one in rows.order_by("user__name"):
        found.setdefault(one.vision_id, []).append(one.user)
    return found


def _told(vision: Vision, signed: Mapping[Any, Iterable[Any]]) -> dict[str, Any]:
    """A version with those who signed on, role by role in the order of the matrix."""
    people = list(signed.get(vision.pk, ()))
    of = Membership.objects.filter(organization=vision.organization, user__in=people)
    role_of = dict(of.values_list("user", "role"))
    by_role: dict[str, list[Any]] = {}
    for one in people:
        by_role.setdefault(role_of[one.pk], []).append(one)
    order = [name for name in roles() if name in by_role]
    return {
        "vision": vision, "count": len(people),
        "people": [(_(roles()[name].label), by_role[name]) for name in order],
    }  # fmt: skip
