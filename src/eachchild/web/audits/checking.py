"""Pages about the state of an audit's data, before any result."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eachchild.release.bundle import FORMULAS
from eachchild.web.accounts.models import Membership
from eachchild.web.audits import plans, words
from eachchild.web.audits.actions import start_run
from eachchild.web.audits.looked import Told, aside_of, preview, uploads_of
from eachchild.web.audits.models import Audit, Run
from eachchild.web.audits.rules import check_can_run
from eachchild.web.audits.screens import audit_of
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.views import Visit, page
from eachchild.web.shelf import NotOnTheShelfError, Shelf, told

SEVERITIES = ("stop", "quarantine", "blank", "note")


@require_POST
@page("upload", "check.started")
def check(request: Visit, audit: str) -> HttpResponse:
    """Have the data checked before any result."""
    run = start_run(request.member, audit_of(request.member, audit), "check")
    return redirect("run", slug=request.member.organization.slug, run=run.pk)


def data_page(request: Visit, run: Run) -> HttpResponse:
    """The state of the data before any result: rules, rows, links, values, and whether to go on."""
    member = request.member
    if not member.may("quality"):
        raise NotAllowedError(_("Your role does not read the state of the data."))
    shelf = Shelf.of(member.organization)
    try:
        found = told(shelf.told(str(run.pk)))
    except NotOnTheShelfError as error:
        raise Http404 from error
    aside = aside_of(member, run)
    uploads = {u.name: u.pk for u in uploads_of(member, run.audit)}
    files = [
        {**f, "aside": f["path"] in aside, "upload": uploads.get(f["path"])} for f in found["files"]
    ]
    return render(
        request, "audits/data.html",
        {"run": run, "audit": run.audit, "here": "check", "files": files,
         "groups": [(s, _rules(found["rules"], s)) for s in SEVERITIES],
         "unmapped": [{**u, "list": words.list_name(u["codes"])} for u in found["unmapped"]],
         "linkage": [{**x, "name": words.table_name(x["table"]),
                      "whole": x["matched"] == x["rows"]} for x in found["linkage"]],
         "hint": run_hint(member, run.audit), "older": run.plan != run.audit.plan},
    )  # fmt: skip


def run_hint(member: Membership, audit: Audit) -> str:
    """Why an audit cannot be run now; empty where it can."""
    mine = Run.objects.within(member.organization).filter(audit=audit)
    newest = mine.filter(kind="check", plan=audit.plan).order_by("-made_at").first()
    uploads = uploads_of(member, audit)
    try:
        check_can_run(uploads, plans.files_of(plans.read(audit.plan)) if uploads else (), newest)
    except NotAllowedError as error:
        return str(error)
    return "" if audit.plan else _("Say first what the files are.")


def _rules(rules: Sequence[Told], severity: str) -> list[Mapping[str, Any]]:
    """The rules of a severity, each once, with where it was found."""
    found: dict[str, dict[str, Any]] = {}
    for rule in (r for r in rules if r["severity"] == severity):
        todo = str(words.TODOS.get(rule["id"], rule["todo"]))
        one = found.setdefault(rule["id"], {**rule, "todo": todo, "where": [], "total": 0})
        one["where"].append(rule)
        one["total"] += rule["count"]
    return list(found.values())


@require_GET
@page("rows", "aside.taken")
def aside(request: Visit, run: str, upload: str) -> HttpResponse:
    """The rows of one file that were put aside, students under pseudonyms, to be put right."""
    member = request.member
    runs = Run.objects.within(member.organization).select_related("audit")
    found = get_object_or_404(runs, pk=run, kind="check")
    file = get_object_or_404(uploads_of(member, found.audit), pk=upload)
    sample = aside_of(member, found).get(file.name)
    shown = preview(sample, {}, member)
    if shown is None:
        raise Http404
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="set-aside-{file.name}.csv"'
    writer = csv.writer(answer)
    writer.writerow([escaped(c["name"]) for c in shown["columns"]])
    writer.writerows([escaped(cell) for cell in row] for row in shown["rows"])
    return answer


def escaped(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> escaped("=HYPERLINK(1)"), escaped("Ana"), escaped("-0.5")
    ("'=HYPERLINK(1)", 'Ana', '-0.5')
    """
    number = cell.lstrip("+-").replace(".", "", 1).isdecimal() and cell.isascii()
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULAS) and not number else cell
