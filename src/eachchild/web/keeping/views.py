"""Pages about keeping: what is kept how long, what was destroyed, handing everything back."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.models import Event
from eachchild.web.foundation.tenancy import inside
from eachchild.web.foundation.views import Visit, page
from eachchild.web.keeping import actions
from eachchild.web.keeping.forms import HoldForm, LeavingForm, PeriodForm
from eachchild.web.keeping.handing import WHOLE, aside, hand_back
from eachchild.web.keeping.health import state
from eachchild.web.keeping.inventory import classes, columns, kept_files
from eachchild.web.keeping.leaving import DATA_CLASS, say, take_back
from eachchild.web.keeping.models import Backup, Certificate, Hold
from eachchild.web.keeping.rules import schedule

_RIGHT, _LEAVE = "operate", "leave"


@require_GET
@page(_RIGHT, "keeping.read")
def keeping(request: Visit) -> HttpResponse:
    """The schedule, holds, certificates, backups, and people who left."""
    return render(request, "keeping/keeping.html", _told(request))


@require_POST
@page(_RIGHT, "hold.asked")
def hold(request: Visit) -> HttpResponse:
    """Begin a hold."""
    form = HoldForm(request.POST)
    if not form.is_valid():
        return render(request, "keeping/keeping.html", _told(request, hold_form=form))
    actions.hold(request.member, form.cleaned_data["reason"])
    messages.success(request, _("From now on nothing is destroyed."))
    return _back(request)


@require_POST
@page(_RIGHT, "hold.end_asked")
def end_hold(request: Visit, hold: str) -> HttpResponse:
    """End a hold."""
    held = get_object_or_404(
        Hold.objects.within(request.member.organization), pk=hold, ended_at=None
    )
    actions.end_hold(request.member, held)
    messages.success(request, _("The hold has ended. What is due is destroyed in the night."))
    return _back(request)


@require_POST
@page(_RIGHT, "period.asked")
def period(request: Visit) -> HttpResponse:
    """Keep a class of data for a number of days of the district's own."""
    form = PeriodForm(request.POST)
    if not form.is_valid():
        told = _told(request, period_form=form)
        return render(request, "keeping/keeping.html", told)
    actions.set_period(request.member, **form.cleaned_data)
    messages.success(request, _("Changed. It counts from tonight."))
    return _back(request)


@require_GET
@page(_RIGHT, "certificate.taken")
def certificate(request: Visit, certificate: str) -> HttpResponse:
    """A certificate of destruction, as a file to keep; its hash is that of the file."""
    mine = Certificate.objects.within(request.member.organization)
    found = get_object_or_404(mine, pk=certificate)
    return HttpResponse(
        actions.told_of(found), "application/json; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="certificate-{found.pk}.json"',
            "X-Certificate-SHA256": found.digest,
        },
    )  # fmt: skip


@require_POST
@page(_RIGHT, "shred.asked")
def shred(request: Visit, membership: str) -> HttpResponse:
    """Overwrite the name and address of somebody who left."""
    organization = request.member.organization
    left = get_object_or_404(
        Membership.objects.select_related("user"), pk=membership, organization=organization
    )
    with inside(None, left.user):  # they may belong to a district that this one does not know of
        current = list(Membership.all_current(left.user))
    actions.shred(request.member, left.user, current)
    messages.success(request, _("Name and address were overwritten. The trail keeps its lines."))
    return _back(request)


@require_GET
@page(_RIGHT, "data.exported")
def export(request: Visit) -> FileResponse:
    """Everything of the district in open formats; rows of students for roles that may see them."""
    archive = aside()
    hand_back(request.member.organization, archive, with_students=request.member.may("rows"))
    archive.seek(0)
    name = f"{request.member.organization.slug}-{timezone.now():%Y-%m-%d}.zip"
    return FileResponse(archive, as_attachment=True, filename=name)


@require_GET
@page(_LEAVE, "leaving.read")
def leaving(request: Visit) -> HttpResponse:
    """What it means that the district leaves, and whether it does."""
    form = LeavingForm(organization=request.member.organization)
    return render(request, "keeping/leaving.html", _of_leaving(request, form))


@require_POST
@page(_LEAVE, "leaving.asked")
def leave(request: Visit) -> HttpResponse:
    """Say that the district leaves."""
    form = LeavingForm(request.POST, organization=request.member.organization)
    if not form.is_valid():
        return render(request, "keeping/leaving.html", _of_leaving(request, form))
    say(request.member)
    return redirect("leaving", slug=request.member.organization.slug)


@require_POST
@page(_LEAVE, "leaving.back_asked")
def stay(request: Visit) -> HttpResponse:
    """Take it back."""
    take_back(request.member)
    messages.success(request, _("The district stays. Nothing was destroyed."))
    return redirect("leaving", slug=request.member.organization.slug)


@require_GET
@page(_RIGHT, "inventory.read")
def inventory(request: Visit) -> HttpResponse:
    """Every column of the database: what it holds, why, on which ground, how long."""
    return render(
        request,
        "keeping/inventory.html",
        {"columns": columns(), "files": kept_files(), "classes": classes()},
    )


@require_GET
@page(_RIGHT, "health.read")
def health(request: Visit) -> HttpResponse:
    """How the platform is."""
    return render(request, "keeping/health.html", {"state": state(request.member.organization)})


def _told(request: Visit, **forms: Any) -> dict[str, Any]:
    organization = request.member.organization
    own = actions.days_of(organization)
    left = Membership.objects.filter(organization=organization, ends_at__lte=timezone.now())
    return {
        "schedule": [(one, own[one.name]) for one in schedule().values()],
        "holds": Hold.objects.within(organization).filter(ended_at=None).select_related("made_by"),
        "certificates": Certificate.objects.within(organization).order_by("-at")[:100],
        "backups": Backup.objects.filter(gone_at=None).order_by("-made_at")[:60],
        "left": left.select_related("user").order_by("-ends_at"),
        "hold_form": HoldForm(), "period_form": PeriodForm(),
        "with_students": request.member.may("rows"), **forms,
    }  # fmt: skip


def _of_leaving(request: Visit, form: LeavingForm) -> dict[str, Any]:
    organization = request.member.organization
    days = actions.days_of(organization)[DATA_CLASS]
    backups = Backup.objects.filter(gone_at=None).order_by("-expires_at")
    taken = Event.objects.filter(
        organization=organization, action="data.exported", result="done", thing=WHOLE
    )
    holds = Hold.objects.within(organization).filter(ended_at=None)
    return {
        "form": form, "days": days, "day": timezone.now() + timedelta(days=days or 0),
        "last_backup": backups.first(), "whole": taken.first(), "held": holds.exists(),
    }  # fmt: skip


def _back(request: Visit) -> HttpResponse:
    return redirect("keeping", slug=request.member.organization.slug)
