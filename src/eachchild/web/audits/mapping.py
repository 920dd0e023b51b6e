"""Pages on which people say what files mean and what to ask, and see the state of the data."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eachchild.release.bundle import FORMULAS
from eachchild.web.accounts.models import Membership
from eachchild.web.audits import plans, words
from eachchild.web.audits.actions import change_plan, start_run
from eachchild.web.audits.forms import AskForm
from eachchild.web.audits.mapping_forms import Code, CodesForm, QuestionsForm, SourceForm
from eachchild.web.audits.models import Audit, Run, Upload
from eachchild.web.audits.rules import check_can_run
from eachchild.web.audits.screens import audit_of
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.views import Visit, page
from eachchild.web.shelf import NotOnTheShelfError, Shelf, told

Told = Mapping[str, Any]
SEVERITIES = ("stop", "quarantine", "blank", "note")
_ANSWERS = frozenset(("yes", "y", "true", "t", "1", "1.0", "no", "n", "false", "f", "0", "0.0"))


@require_GET
@page("upload", "mapping.read")
def mapping(request: Visit, audit: str) -> HttpResponse:
    """What each file was taken for."""
    found = audit_of(request.member, audit)
    look, plan = _look(request.member, found), plans.read(found.plan)
    by_name = {u.name: u for u in _uploads(request.member, found)}
    rows = [_row(one, plan, by_name) for one in look["files"] if one["path"] in by_name]
    waiting = sum(1 for f in _lists(request.member, found, plan) for c in f.codes if c.ours is None)
    told_ = {"audit": found, "rows": rows, "waiting": waiting, "here": "mapping"}
    return render(request, "audits/mapping.html", told_)


def _row(one: Told, plan: plans.Plan, uploads: Mapping[str, Upload]) -> Mapping[str, Any]:
    source = plans.source_of(plan, one["path"])
    counts = source is not None and source.get("shape") == "counts"
    used = len(source.get("columns", {})) if source else 0
    return {
        "file": one, "upload": uploads[one["path"]], "source": source, "counts": counts,
        "name": words.table_name(source.get("table", "")) if source and not counts else "",
        "used": used, "unused": len(one["columns"]) - used,
    }  # fmt: skip


@page("upload", "source.read")
def source(request: Visit, upload: str) -> HttpResponse:
    """One file: what it is, what its columns mean, and a few rows for those who may see them."""
    member = request.member
    mine = Upload.objects.within(member.organization).select_related("audit")
    found = get_object_or_404(mine, pk=upload, state=Upload.State.READY)
    one = next((f for f in _look(member, found.audit)["files"] if f["path"] == found.name), None)
    if one is None:
        raise Http404
    plan = plans.read(found.audit.plan)
    was = plans.source_of(plan, found.name)
    if was is not None and was.get("shape") == "counts":
        one = {**one, "columns": []}
    form = SourceForm(request.POST or None, told=one, source=was)
    if request.method == "POST" and form.is_valid():
        made = form.made()
        if made is None or form.asked_all():
            _keep(member, found.audit, plans.with_source(plan, found.name, made))
            messages.success(request, _("Kept."))
            return redirect("mapping", slug=member.organization.slug, audit=found.audit_id)
        form = SourceForm(told=one, source=made)  # another table: its columns are asked next
    return render(
        request, "audits/source.html",
        {"audit": found.audit, "upload": found, "file": one, "form": form, "here": "mapping",
         "columns": [_column(c, field, member) for c, field in form.rows()],
         "sample": preview(one["sample"], form.mine, member)},
    )  # fmt: skip


def _column(column: Told, field: Any, member: Membership) -> Mapping[str, Any]:
    return {
        **column, "field": field, "why": words.REASONS.get(column["why"], ""),
        "looks": words.LOOKS.get(column["looks"], ""),
        "values": column["values"][:6] if member.may("rows") else (),
    }  # fmt: skip


def preview(sample: Told | None, mapped: Mapping[str, str], member: Membership) -> Told | None:
    """A few rows, for a role that sees rows; protected columns masked unless each was granted."""
    if sample is None or not member.may("rows"):
        return None
    hidden = [not _may_see(c, mapped.get(c["name"], ""), member) for c in sample["columns"]]
    rows = [
        ["•••" if h and cell else cell for cell, h in zip(row, hidden, strict=True)]
        for row in sample["rows"]
    ]
    return {"columns": sample["columns"], "rows": rows, "masked": any(hidden)}


def _may_see(column: Told, ours: str, member: Membership) -> bool:
    """By what it was taken for and by what it is now said to be: the stricter of both."""
    return member.holds(column["protected"]) and member.sees_column(ours)


@page("upload", "codes.read")
def codes(request: Visit, audit: str) -> HttpResponse:
    """The queue of values that wait for somebody to say what they mean."""
    member, found = request.member, audit_of(request.member, audit)
    plan = plans.read(found.plan)
    lists = list(_lists(member, found, plan, request.POST or None))
    if request.method == "POST" and _all_valid(lists):
        for form in lists:
            plan = plans.with_codes(plan, form.name, form.made())
        _keep(member, found, plan)
        messages.success(request, _("Kept."))
        return redirect("questions", slug=member.organization.slug, audit=audit)
    hidden = _hidden(_look(member, found))
    return render(
        request, "audits/codes.html",
        {"audit": found, "lists": lists, "hidden": hidden, "here": "codes"},
    )  # fmt: skip


def _all_valid(lists: Sequence[CodesForm]) -> bool:
    """Whether each is; every one is asked, so that each shows its errors."""
    return not [form for form in lists if not form.is_valid()]


def _hidden(look: Told) -> list[Mapping[str, Any]]:
    return [
        {"name": words.list_name(c["name"]), **c["hidden"]}
        for c in look["codes"] if c["hidden"]["codes"]
    ]  # fmt: skip


def _lists(
    member: Membership, audit: Audit, plan: plans.Plan, posted: Any = None
) -> Iterator[CodesForm]:
    """The lists of codes that a plan of these files needs, each value with its rows."""
    look = _look(member, audit)
    counted = _counted(look, plan)
    others = [(c["name"], r["value"], r["rows"]) for c in look["codes"] for r in c["rows"]]
    others += [(u["codes"], u["value"], u["rows"]) for u in _checked(member, audit) if u["value"]]
    for name, value, rows in others:
        if name in counted:
            counted[name].setdefault(value, rows)
    for name, values in sorted(counted.items()):
        chosen = plan.get("codes", {}).get(name, {})
        if values and (chosen or not _reads_itself(name, values)):
            codes = [
                Code(v, n, _guess(look, name, v), chosen.get(v)) for v, n in values.most_common()
            ]
            yield CodesForm(posted, name=name, codes=codes)


def _guess(look: Told, name: str, value: str) -> str:
    """What a value probably means; empty: no idea."""
    for one in (r for c in look["codes"] if c["name"] == name for r in c["rows"]):
        if one["value"] == value and one["guess"]:
            return str(one["guess"])
    usual = str(look["known"].get(name, {}).get(value.casefold(), ""))
    return usual if usual in plans.options_of(name) else ""


def _counted(look: Told, plan: plans.Plan) -> dict[str, Counter[str]]:
    """By list, the values that many rows of the columns share which the plan reads as codes."""
    counted: dict[str, Counter[str]] = {}
    columns = {(f["path"], c["name"]): c for f in look["files"] for c in f["columns"]}
    for one in plan.get("source", ()):
        for ours, theirs in one.get("columns", {}).items():
            own = ours if ours in plan.get("codes", {}) else ""
            name = plans.code_list_of(one.get("table", ""), ours) or own
            if name and (one["path"], theirs) in columns:
                mine = counted.setdefault(name, Counter())
                for value, rows in columns[one["path"], theirs]["values"]:
                    mine[value] += rows
    return counted


def _reads_itself(name: str, values: Counter[str]) -> bool:
    """Whether every value is ours already, or yes and no as everybody writes them."""
    options = set(plans.options_of(name))
    known = options | (_ANSWERS if options == {"yes", "no"} else set())
    return {v.casefold() for v in values} <= known or name == "exit_type"


@page("upload", "questions.read")
def questions(request: Visit, audit: str) -> HttpResponse:
    """Whom to compare, in what, and under which privacy policy."""
    member, found = request.member, audit_of(request.member, audit)
    _look(member, found)
    form = QuestionsForm(request.POST or None, plan=plans.read(found.plan))
    if request.method == "POST" and form.is_valid():
        _keep(member, found, form.made())
        messages.success(request, _("Kept."))
        return redirect("audit", slug=member.organization.slug, audit=audit)
    return render(
        request, "audits/questions.html", {"audit": found, "form": form, "here": "questions"}
    )


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
    aside = _aside(member, run)
    uploads = {u.name: u.pk for u in _uploads(member, run.audit)}
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
    uploads = _uploads(member, audit)
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
    file = get_object_or_404(_uploads(member, found.audit), pk=upload)
    sample = _aside(member, found).get(file.name)
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


@page("run", "asked.more")
def ask(request: Visit, run: str) -> HttpResponse:
    """Ask for what an audit does not have: a copy of its plan with more, run by itself."""
    member = request.member
    runs = Run.objects.within(member.organization).select_related("audit")
    found = get_object_or_404(runs, pk=run, kind="audit")
    plan = plans.read(found.plan or found.audit.plan)
    form = AskForm(
        request.POST or None, initial={"outcome": request.GET.get("outcome", "")},
        outcomes=[(n, words.outcome_name(n)) for n in plans.outcomes_of(plan)],
        factors=[(n, words.factor_name(n)) for n in plans.factors_of(plan)],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        factors = form.cleaned_data["factors"]
        more = plans.with_factors(plans.with_outcome(plan, form.cleaned_data["outcome"]), factors)
        more["depth"] = max(int(more.get("depth", 2)), len(factors))
        text = plans.write(more, plans.left_in(found.plan or found.audit.plan))
        made = start_run(member, found.audit, plan=text)
        return redirect("run", slug=member.organization.slug, run=made.pk)
    return render(request, "audits/ask.html", {"run": found, "form": form})


def _keep(member: Membership, audit: Audit, plan: plans.Plan) -> None:
    there = [u.name for u in _uploads(member, audit)]
    unused = sorted(set(there) - set(plans.files_of(plan)))
    change_plan(member, audit, plans.write(plan, unused))


def _look(member: Membership, audit: Audit) -> Told:
    """What the newest look at the files found; raises the hint where there was none."""
    mine = Run.objects.within(member.organization)
    looks = mine.filter(audit=audit, kind="inspect", state=Run.State.DONE).order_by("-made_at")
    shelf = Shelf.of(member.organization)
    for run in looks:
        try:
            return told(shelf.told(str(run.pk)))
        except NotOnTheShelfError:
            continue
    raise NotAllowedError(
        _("The files were not looked at yet. Send them, and have them looked at.")
    )


def _checked(member: Membership, audit: Audit) -> Sequence[Told]:
    """The values that the newest check could not map."""
    mine = Run.objects.within(member.organization).filter(audit=audit, kind="check")
    run = mine.filter(state=Run.State.DONE).order_by("-made_at").first()
    try:
        found: Sequence[Told] = told(Shelf.of(member.organization).told(str(run.pk)))[
            "unmapped"
        ] if run else ()  # fmt: skip
    except NotOnTheShelfError:
        return ()
    return found


def _aside(member: Membership, run: Run) -> Mapping[str, Any]:
    try:
        return told(Shelf.of(member.organization).aside(str(run.pk)))
    except NotOnTheShelfError:
        return {}


def _uploads(member: Membership, audit: Audit) -> Any:
    mine = Upload.objects.within(member.organization)
    return mine.filter(audit=audit, state=Upload.State.READY).order_by("name")
