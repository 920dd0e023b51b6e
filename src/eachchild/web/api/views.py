"""Answers for programs, each described beside its view; and the page on which tokens are made."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from eachchild.web.accounts.models import Membership
from eachchild.web.api import shapes
from eachchild.web.api.actions import end_token, make_token, note_use, organization_of, token_of
from eachchild.web.api.document import Endpoint, Parameter, document
from eachchild.web.api.forms import TokenForm
from eachchild.web.api.models import Token
from eachchild.web.api.rules import audiences_of, may_read, narrower
from eachchild.web.audits.models import Audit, Run
from eachchild.web.audits.screens import folder_of
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.foundation.views import Visit, page
from eachchild.web.shelf import numbers, screens

FILES = ("audit.json", "cells.csv", "findings.json", "measures.csv", "measures.parquet",
         "policy.toml", "proof.json", "report.html", "report.pdf", "seal.txt")  # fmt: skip
ENDPOINTS: list[Endpoint] = []
_RUN = Parameter("run", "The id of a finished run.", "path", is_id=True)
_PAGES = (
    Parameter("page", "Which page, from 1.", least=1, most=1_000_000, usual=1),
    Parameter("size", "How many on a page.", least=1, most=500, usual=100),
)
_FILTERS = tuple(
    Parameter(name, f"Only of this {name}.") for name in ("outcome", "group", "place", "period")
)
_MEASURE = Parameter("measure", "Only this measure.")
View = Callable[..., HttpResponseBase]
Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a token, the membership behind it, and the audience that both allow."""

    token: Token
    member: Membership
    audience: str


class RefusedError(Exception):
    """A request that is not answered; its status and a sentence."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


def endpoint(
    path: str, name: str, answer: type | None, *parameters: Parameter
) -> Callable[[Callable[..., Any]], View]:
    """Describe a view as an address of the interface, and answer for it: token, trail, errors."""

    def of(view: Callable[..., Any]) -> View:
        def answered(request: HttpRequest, **named: str) -> HttpResponseBase:
            if request.method not in ("GET", "HEAD"):
                return _failed(405, "This interface only reads.", Allow="GET, HEAD")
            try:
                return _answer(request, made, named)
            except RefusedError as error:
                more = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
                return _failed(error.status, str(error), **more)

        made = Endpoint(path, name, (view.__doc__ or "").strip(), answer, view, parameters)
        ENDPOINTS.append(made)
        exempt: View = csrf_exempt(answered)
        return exempt

    return of


def _answer(request: HttpRequest, made: Endpoint, named: Mapping[str, str]) -> HttpResponseBase:
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    organization = organization_of(key)
    if organization is None:
        raise RefusedError(401, "Send a token that is open: Authorization: Bearer …")
    with inside(organization):
        asker = _asker(key, organization)
        thing = "".join(f",{name}:{value}" for name, value in named.items() if name == "run")
        try:
            told = made.view(asker, **_said(request, made, named))
        except (RefusedError, Http404) as error:
            note_use(asker.token, made.name, thing, "failed")
            if isinstance(error, Http404):
                raise RefusedError(404, "There is no such thing for this token.") from error
            raise
        note_use(asker.token, made.name, thing, "done")
    return told if isinstance(told, HttpResponseBase) else JsonResponse(asdict(told))


def _asker(key: str, organization: Organization) -> Asker:
    token = token_of(key, organization)
    if token is None:
        record("api.refused", organization=organization, result="refused")
        raise RefusedError(401, "This token is not open: it ended, or was never made.")
    member = Membership.current(token.made_by, organization.slug)
    if member is None or not token.made_by.is_active:
        raise RefusedError(401, "Whoever made this token no longer belongs here.")
    if not may_read(member):
        note_use(token, "refused", "", "refused")
        raise RefusedError(403, "Whoever made this token may no longer take files away.")
    return Asker(token, member, narrower(token.audience, member.reads))


def _said(request: HttpRequest, made: Endpoint, named: Mapping[str, str]) -> dict[str, Any]:
    """What a request says, read as described; refused where it says anything else."""
    known = {p.name: p for p in made.parameters if p.where == "query"}
    unknown = sorted(set(request.GET) - set(known))
    if unknown or any(len(some) > 1 for _, some in request.GET.lists()):
        raise RefusedError(400, f"It may be asked once each for: {', '.join(known) or 'nothing'}.")
    said: dict[str, Any] = dict(named)
    for name, parameter in known.items():
        told = request.GET.get(name)
        value = parameter.read(told) if told is not None else parameter.usual
        if told is not None and value is None:
            raise RefusedError(400, f"'{name}' is not what it may be.")
        said[name] = value
    return said


@endpoint("/audits", "audits", shapes.Audits)
def audits(asker: Asker) -> shapes.Audits:
    """Every audit of the organization, the newest first."""
    mine = Audit.objects.within(asker.member.organization).order_by("-made_at")
    readable = {run.audit_id for run, _ in _readable(asker)}
    told = (a for a in mine if a.pk in readable)
    return shapes.Audits(
        asker.audience,
        tuple(shapes.AuditShown(str(a.pk), a.title, a.made_at.isoformat()) for a in told),
    )


@endpoint("/runs", "runs", shapes.Runs)
def runs(asker: Asker) -> shapes.Runs:
    """Every finished run that this token may read, the newest first."""
    return shapes.Runs(asker.audience, tuple(_shown(*one) for one in _readable(asker)))


@endpoint("/runs/{run}", "run", shapes.RunShown, _RUN)
def run(asker: Asker, run: str) -> shapes.RunShown:
    """One finished run."""
    return _shown(*_found(asker, run))


@endpoint("/runs/{run}/findings", "findings", shapes.Findings, _RUN, *_FILTERS, *_PAGES)
def findings(
    asker: Asker, run: str, *, page: int, size: int, **wanted: str | None
) -> shapes.Findings:
    """The findings of a run, best first."""
    found, folder = _found(asker, run)
    path = folder / "findings.json"
    asked = {name: value for name, value in wanted.items() if value}
    told = [f for f in _findings(path, path.stat().st_mtime_ns)
            if all(f[name] == value for name, value in asked.items())]  # fmt: skip
    names = [field.name for field in fields(shapes.FindingShown)]
    return shapes.Findings(
        folder.name, str(found.pk), page, size, len(told),
        tuple(shapes.FindingShown(**{n: _plain(f[n]) for n in names})
              for f in told[(page - 1) * size : page * size]),
    )  # fmt: skip


@endpoint(
    "/runs/{run}/measures", "measures", shapes.Measures, _RUN, *_FILTERS, _MEASURE, *_PAGES
)  # fmt: skip
def measures(
    asker: Asker, run: str, *, page: int, size: int, **wanted: str | None
) -> shapes.Measures:
    """The measures of a run, in the order of measures.csv."""
    found, folder = _found(asker, run)
    asked = {name: value for name, value in wanted.items() if value}
    told = numbers(folder, None, start=(page - 1) * size, most=size, wanted=asked)
    names = [field.name for field in fields(shapes.MeasureShown)]
    return shapes.Measures(
        folder.name, str(found.pk), page, size, told.count,
        tuple(shapes.MeasureShown(**{n: row[n] for n in names}) for row in told.rows),
    )  # fmt: skip


@endpoint("/runs/{run}/files", "files", shapes.Bundle, _RUN)
def files(asker: Asker, run: str) -> shapes.Bundle:
    """The files of a run's bundle."""
    found, folder = _found(asker, run)
    there = [folder / name for name in FILES if (folder / name).is_file()]
    return shapes.Bundle(
        folder.name, str(found.pk),
        tuple(shapes.FileShown(path.name, path.stat().st_size) for path in there),
    )  # fmt: skip


@endpoint("/runs/{run}/files/{name}", "file", None, _RUN,
          Parameter("name", "The name of one of its files.", "path"))  # fmt: skip
def file(asker: Asker, run: str, name: str) -> FileResponse:
    """One file of a run's bundle, as it is."""
    if name not in FILES:
        raise Http404
    _, folder = _found(asker, run, name)
    if not (folder / name).is_file():
        raise Http404
    return FileResponse((folder / name).open("rb"), content_type="application/octet-stream")


def described(request: HttpRequest) -> HttpResponse:
    """The description of the interface; it is the same for everybody."""
    return JsonResponse(document(ENDPOINTS))


def nowhere(request: HttpRequest, **named: str) -> HttpResponse:
    """No such address of the interface."""
    return _failed(404, "There is no such address. /api/v1/openapi.json lists them.")


@page("export", "tokens.read")
def tokens(request: Visit) -> HttpResponse:
    """The tokens of the organization; making one, whose key is shown once."""
    member, key = request.member, ""
    form = TokenForm(request.POST or None, audiences=audiences_of(member))
    if request.method == "POST" and form.is_valid():
        key = make_token(member, **form.cleaned_data)
        form = TokenForm(audiences=audiences_of(member))
    mine = Token.objects.within(member.organization).select_related("made_by")
    told = {"tokens": mine.order_by("-made_at"), "form": form, "key": key}
    return render(request, "api/tokens.html", told)


@require_POST
@page("export", "token.ending")
def end(request: Visit, token: str) -> HttpResponse:
    """End a token."""
    mine = Token.objects.within(request.member.organization)
    end_token(request.member, get_object_or_404(mine, pk=token))
    return redirect("tokens", slug=request.member.organization.slug)


def _readable(asker: Asker) -> list[tuple[Run, Path]]:
    done = Run.objects.within(asker.member.organization).filter(state=Run.State.DONE, kind="audit")
    found = []
    for each in done.order_by("-made_at"):
        try:
            found.append((each, folder_of(asker.member, each, audience=asker.audience)))
        except Http404:
            continue
    return found


def _found(asker: Asker, run: str, *names: str) -> tuple[Run, Path]:
    try:
        number = UUID(run)
    except ValueError as error:
        raise Http404 from error
    done = Run.objects.within(asker.member.organization).filter(state=Run.State.DONE, kind="audit")
    found = get_object_or_404(done, pk=number)
    return found, folder_of(asker.member, found, *names, audience=asker.audience)


def _shown(run: Run, folder: Path) -> shapes.RunShown:
    pages = screens(folder)
    return shapes.RunShown(
        folder.name, str(run.pk), str(run.audit_id), pages["title"], pages["about"],
        pages["answer"], run.made_at.isoformat(), tuple(pages["periods"]),
    )  # fmt: skip


@lru_cache(maxsize=16)
def _findings(path: Path, stamp: int) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text("utf-8"))["findings"])


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _failed(status: int, said: str, **headers: str) -> HttpResponse:
    told = asdict(shapes.Failed("public", said))
    return JsonResponse(told, status=status, headers=headers)
