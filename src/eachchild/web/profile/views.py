"""The page of a district's profile, its file, and what every page takes from it."""

import base64
import re
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from eachchild.web.foundation.language import spoken_here
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.views import Visit, page
from eachchild.web.profile.actions import LARGEST, save, take_in, written
from eachchild.web.profile.document import filled
from eachchild.web.profile.forms import ProfileForm, initial, language_name
from eachchild.web.profile.models import Profile

_FOREVER = "public, max-age=31536000, immutable"
_HEX = re.compile(r"[0-9a-f]{6}")


@require_http_methods(["GET", "POST"])
@page("profile", "profile.read")
def profile(request: Visit) -> HttpResponse:
    """What a district set for itself; changing it."""
    organization = request.member.organization
    kept = Profile.of(organization)
    form = ProfileForm(
        request.POST or None, request.FILES or None, initial=initial(kept.document),
        known=filled(kept.document)["source"],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            save(request.member, form.document(), _logo(form))
        except NotAllowedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. New audits follow it; finished ones stay."))
            return redirect("profile", slug=organization.slug)
    told = {"form": form, "profile": kept, "document": filled(kept.document)}
    return render(request, "profile/profile.html", told)


@require_http_methods(["GET", "POST"])
@page("profile", "profile.file")
def profile_file(request: Visit) -> HttpResponse:
    """The profile as one file: to take away, or to be set as another file says."""
    organization = request.member.organization
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is None:
            raise NotAllowedError(_("Choose a profile's file first."))
        if (sent.size or 0) > LARGEST:
            raise NotAllowedError(_("This file is too large to be a profile."))
        take_in(request.member, sent.read())
        messages.success(request, _("Everything is set as the file says."))
        return redirect("profile", slug=organization.slug)
    answer = HttpResponse(written(Profile.of(organization)), "application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{organization.slug}-profile.toml"'
    return answer


def accent(request: HttpRequest, color: str) -> HttpResponse:
    """One color as a style sheet; it never changes, so it is kept."""
    if not _HEX.fullmatch(color):
        raise Http404
    answer = HttpResponse(f":root{{--own:#{color}}}\n", "text/css; charset=utf-8")
    answer["Cache-Control"] = _FOREVER
    return answer


def own(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame takes from the district's profile: languages, logo, color.

    A public page has read the profile of its district already, before its answer was tagged.
    """
    member = getattr(request, "member", None)
    read = getattr(request, "profile", None)
    kept = Profile.of(member.organization) if member else read
    told = filled(kept.document) if kept else filled({})
    here = spoken_here()
    offered = [code for code, _name in settings.LANGUAGES if code in told["languages"]]
    logo = base64.b64encode(bytes(kept.logo)).decode() if kept and kept.logo else ""
    color = told["accent"].removeprefix("#").lower()
    return {
        "other_languages": [(code, language_name(code)) for code in offered if code != here],
        "logo": f"data:image/png;base64,{logo}" if logo else "",
        "accent_sheet": reverse("accent", args=[color]) if color else "",
    }


def _logo(form: ProfileForm) -> bytes | None:
    if form.cleaned_data["without_logo"]:
        return b""
    sent = form.cleaned_data["logo"]
    return sent.read() if sent else None
