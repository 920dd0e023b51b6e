"""Pages that take files in: whole by a form, or in pieces that a dropped connection cannot lose."""

import fcntl
import os
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from eachchild.web.audits.actions import begin_upload, look_at, open_audit, take_out, upload_arrived
from eachchild.web.audits.forms import AuditForm, FilesForm
from eachchild.web.audits.models import Audit, Run, Upload
from eachchild.web.audits.rules import check_can_look
from eachchild.web.audits.screens import audit_of
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.views import Visit, page
from eachchild.web.shelf import Shelf, digest_of

_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class MembersOnly(FileUploadHandler):
    """Nothing is kept of files of people who are not signed in, or of too many bytes."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Refuse what is larger than a file may be before the first byte is read."""
        if content_length > settings.UPLOAD_FILE_LIMIT:
            raise RequestDataTooBig("More than one file may have.")

    def new_file(self, *told: Any, **more: Any) -> None:
        """Refuse a file of somebody who is not signed in; a form without files is theirs."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            raise RequestDataTooBig("Files are taken of people who are signed in.")
        super().new_file(*told, **more)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Leave it to the next."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave it to the next."""


@page("upload", "audit.new")
def new(request: Visit) -> HttpResponse:
    """A new audit: what it is called, and whether it begins as an earlier one did."""
    mine = Audit.objects.within(request.member.organization)
    begun = mine.exclude(plan="").order_by("-made_at")
    form = AuditForm(
        request.POST or None,
        earlier=[(str(one.pk), f"{one} ({one.made_at:%Y-%m-%d})") for one in begun],
    )
    if request.method == "POST" and form.is_valid():
        like = begun.filter(pk=found).first() if (found := form.cleaned_data.get("like")) else None
        made = open_audit(request.member, form.cleaned_data["title"], like)
        return redirect("files", slug=request.member.organization.slug, audit=made.pk)
    return render(request, "audits/new.html", {"form": form})


@page("upload", "files.read")
def files(request: Visit, audit: str) -> HttpResponse:
    """The files of an audit; more are sent in pieces by a script, or whole by the form."""
    member, found = request.member, audit_of(request.member, audit)
    form = FilesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        for sent in form.cleaned_data["sent"]:
            _keep(request, found, sent)
        return redirect("files", slug=member.organization.slug, audit=found.pk)
    uploads = Upload.objects.within(member.organization).filter(audit=found).order_by("name")
    runs = Run.objects.within(member.organization).filter(audit=found)
    hint = ""
    try:
        check_can_look(uploads, runs)
    except NotAllowedError as error:
        hint = str(error)
    return render(
        request, "audits/files.html",
        {"audit": found, "uploads": uploads, "form": form, "hint": hint, "here": "files",
         "looking": runs.filter(kind="inspect").order_by("-made_at").first(),
         "piece": settings.UPLOAD_PIECE, "most": settings.UPLOAD_FILE_LIMIT},
    )  # fmt: skip


@require_POST
@page("upload", "upload.begun")
def begin(request: Visit, audit: str) -> JsonResponse:
    """Make room for a file, or say how much of it is there already."""
    found = audit_of(request.member, audit)
    size = request.POST.get("size", "")
    try:
        told = int(size) if size.isdecimal() and len(size) < 16 else 0
        upload = begin_upload(request.member, found, request.POST.get("name", ""), told)
    except NotAllowedError as error:
        return JsonResponse({"why": str(error)}, status=409)
    return JsonResponse(
        {"upload": str(upload.pk), "name": upload.name, "received": _there(request, upload)}
    )


@require_http_methods(["GET", "PUT"])
@page("upload", "upload.piece")
def piece(request: Visit, upload: str) -> JsonResponse:
    """Add one piece of a file behind those that are there; asked, say how much is there."""
    found = _upload(request, upload)
    if request.method == "GET":
        return JsonResponse({"received": _there(request, found), "state": found.state})
    span = _RANGE.fullmatch(request.headers.get("Content-Range", ""))
    if span is None or found.state != Upload.State.ARRIVING:
        return JsonResponse({"received": _there(request, found), "state": found.state}, status=409)
    first, last, size = map(int, span.groups())
    if size != found.size or not first <= last < size or last - first >= settings.UPLOAD_PIECE:
        return JsonResponse({"received": _there(request, found)}, status=416)
    try:
        data = request.body
    except (RequestDataTooBig, UnreadablePostError):
        return JsonResponse({"received": _there(request, found)}, status=413)
    if len(data) != last - first + 1:
        return JsonResponse({"received": _there(request, found)}, status=400)
    added, there = _add(_path(request, found), first, data)
    return JsonResponse({"received": there}, status=200 if added else 409)


@require_POST
@page("upload", "upload.arrived")
def arrived(request: Visit, upload: str) -> JsonResponse:
    """The last piece was sent: what is here must be what was sent, byte for byte."""
    found, told = _upload(request, upload), request.POST.get("sha256", "")
    if found.state != Upload.State.ARRIVING:
        return JsonResponse({"state": found.state})
    path, there = _path(request, found), _there(request, found)
    if there != found.size:
        return JsonResponse({"received": there, "why": _("It has not arrived whole.")}, status=409)
    made = digest_of(path)
    if not _SHA256.fullmatch(told) or made != told:
        path.unlink(missing_ok=True)
        why = _("It changed on its way, or while it was sent. Send it again.")
        return JsonResponse({"received": 0, "why": why}, status=409)
    upload_arrived(request.member, found, received=there, sha256=made)
    return JsonResponse({"state": Upload.State.READING})


@require_POST
@page("upload", "upload.taken_out")
def remove(request: Visit, upload: str) -> HttpResponse:
    """Take a file out of an audit, and destroy it here."""
    found = _upload(request, upload)
    audit, name, key = found.audit_id, found.name, str(found.pk)
    taken_in = found.state == Upload.State.READY
    take_out(request.member, found)
    shelf = _shelf(request)
    shelf.arriving(key).unlink(missing_ok=True)
    if taken_in:
        (shelf.files(str(audit)) / name).unlink(missing_ok=True)
    return redirect("files", slug=request.member.organization.slug, audit=audit)


@require_POST
@page("upload", "files.looked_at")
def look(request: Visit, audit: str) -> HttpResponse:
    """Have the worker look at the files that arrived."""
    run = look_at(request.member, audit_of(request.member, audit))
    return redirect("run", slug=request.member.organization.slug, run=run.pk)


def _keep(request: Visit, audit: Audit, sent: TemporaryUploadedFile) -> None:
    """Keep a file that came whole."""
    upload = begin_upload(request.member, audit, sent.name or "", sent.size or 0)
    path = _path(request, upload)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    Path(sent.temporary_file_path()).chmod(0o600)
    Path(sent.temporary_file_path()).replace(path)
    upload_arrived(request.member, upload, received=upload.size, sha256=digest_of(path))
    messages.success(request, _("%(name)s has arrived.") % {"name": upload.name})


def _add(path: Path, first: int, data: bytes) -> tuple[bool, int]:
    """Add to a file if it ends where the piece begins; whether it did, and where it ends now."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two pages may send the same file at once
        there = os.fstat(file.fileno()).st_size
        if there != first:
            return False, there
        file.seek(there)
        file.write(data)
        return True, there + len(data)


def _there(request: Visit, upload: Upload) -> int:
    path = _path(request, upload)
    return path.stat().st_size if path.is_file() else upload.received


def _path(request: Visit, upload: Upload) -> Path:
    return _shelf(request).arriving(str(upload.pk))


def _shelf(request: Visit) -> Shelf:
    return Shelf.of(request.member.organization)


def _upload(request: Visit, upload: str) -> Upload:
    mine = Upload.objects.within(request.member.organization).select_related("audit")
    found: Upload = get_object_or_404(mine, pk=upload)
    return found
