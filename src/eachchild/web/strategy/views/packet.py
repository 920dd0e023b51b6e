"""The page of the board packet: of what it is made, what is missing, and the file."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eachchild.web.audits.models import Run
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.views import Visit, page
from eachchild.web.shelf import Shelf
from eachchild.web.strategy.actions.packet import ask_for_packet, asked, packets
from eachchild.web.strategy.forms.packet import PacketForm
from eachchild.web.strategy.packets import made, missing, release_of
from eachchild.web.strategy.rules.packet import check_can_pack


@require_GET
@page("plan", "packet.read")
def packet(request: Visit) -> HttpResponse:
    """Of which released copy a packet is made, what it lacks, and where it is."""
    organization = request.member.organization
    release, runs = release_of(organization), packets(organization)
    decide = "\n".join(asked(runs[0])[1]) if runs else ""
    try:
        check_can_pack(release, runs)
        hint = ""
    except NotAllowedError as error:
        hint = str(error)
    languages = made(release) if release else []
    return render(
        request, "strategy/packet.html",
        {
            "release": release, "hint": hint, "form": PacketForm(initial={"decide": decide}),
            "missing": list(missing(organization, release, decide)),
            "files": [(code, get_language_info(code)["name_local"]) for code in languages],
            "newest": Run.finished(organization).first(),
            "failed": bool(runs) and runs[0].state == Run.State.FAILED,
        },
    )  # fmt: skip


@require_POST
@page("lead", "packet.asking")
def make_packet(request: Visit) -> HttpResponse:
    """Have the packet made of what the plan is now."""
    form = PacketForm(request.POST)
    if form.is_valid():
        ask_for_packet(request.member, form.cleaned_data["decide"])
        messages.success(request, _("It is being made. Look again in a minute."))
    return redirect("packet", slug=request.member.organization.slug)


@require_GET
@page("plan", "packet.taken")
def packet_file(request: Visit, language: str) -> FileResponse:
    """The packet of the released copy, to keep."""
    organization = request.member.organization
    release = release_of(organization)
    if release is None or language not in made(release):
        raise Http404
    path = Shelf.of(organization).packet(str(release.pk), language)
    name = f"{organization.slug}-packet.{language}.pdf"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
