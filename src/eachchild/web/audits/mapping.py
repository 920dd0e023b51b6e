"""Pages on which people say what files and values mean, and what to ask."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eachchild.web.accounts.models import Membership
from eachchild.web.audits import plans, words
from eachchild.web.audits.actions import change_plan
from eachchild.web.audits.beginning import known_like
from eachchild.web.audits.counting import counted, counts_form, counts_page, is_asked
from eachchild.web.audits.counts import groups_of
from eachchild.web.audits.looked import Told, checked_of, look_of, preview, uploads_of
from eachchild.web.audits.mapping_forms import Code, CodesForm, QuestionsForm, SourceForm
from eachchild.web.audits.models import Audit, Upload
from eachchild.web.audits.own_forms import OwnForm
from eachchild.web.audits.screens import audit_of
from eachchild.web.audits.whose import Whose, whose
from eachchild.web.foundation.views import Visit, page
from eachchild.web.profile.actions import remember
from eachchild.web.profile.files import COUNTS, known_file

_ANSWERS = frozenset(("yes", "y", "true", "t", "1", "1.0", "no", "n", "false", "f", "0", "0.0"))


@require_GET
@page("upload", "mapping.read")
def mapping(request: Visit, audit: str) -> HttpResponse:
    """What each file was taken for."""
    found = audit_of(request.member, audit)
    look, plan = look_of(request.member, found), plans.read(found.plan)
    by_name = {u.name: u for u in uploads_of(request.member, found)}
    own = whose(found)
    rows = [_row(one, plan, by_name, own) for one in look["files"] if one["path"] in by_name]
    rows.sort(key=lambda row: row["source"] is None)  # what is left out stands last
    waiting = sum(form.waiting for form in _lists(request.member, found, look, own))
    return render(
        request, "audits/mapping.html",
        {"audit": found, "rows": rows, "waiting": waiting, "here": "mapping",
         "is_known": all(row["known"] for row in rows)},
    )  # fmt: skip


@require_POST
@page("upload", "files.remembered")
def remembered(request: Visit, audit: str) -> HttpResponse:
    """Keep what the files of an audit are for the next audit of files of the same shape."""
    found = audit_of(request.member, audit)
    plan, there = plans.read(found.plan), {u.name for u in uploads_of(request.member, found)}
    remember(request.member, files=[
        known_file(f["path"], plans.source_of(plan, f["path"]), [c["name"] for c in f["columns"]])
        for f in look_of(request.member, found)["files"] if f["path"] in there and f["columns"]
    ])  # fmt: skip
    messages.success(request, _("The district's profile knows these files now. Next year's of the "
                                "same shape need no mapping."))  # fmt: skip
    return redirect("mapping", slug=request.member.organization.slug, audit=audit)


def _row(
    one: Told, plan: plans.Plan, uploads: Mapping[str, Upload], own: Whose
) -> Mapping[str, Any]:
    source = plans.source_of(plan, one["path"])
    counts = source is not None and source.get("shape") == COUNTS
    used = len(source.get("columns", {})) if source and not counts else 0
    headings = [c["name"] for c in one["columns"]]
    return {
        "file": one, "upload": uploads[one["path"]], "source": source, "counts": counts,
        "name": words.table_name(source.get("table", "")) if source and not counts else "",
        "lines": len({c["columns"] for c in source["cells"]}) if source and counts else 0,
        "used": used, "unused": len(one["columns"]) - used,
        "whose": own.of_file(one["path"], source, headings),
        "known": known_like(one["path"], source, headings, own.files) or not headings,
    }  # fmt: skip


@page("upload", "source.read")
def source(request: Visit, upload: str) -> HttpResponse:
    """One file: what it is, what its columns mean, and a few rows for those who may see them."""
    member = request.member
    mine = Upload.objects.within(member.organization).select_related("audit")
    found = get_object_or_404(mine, pk=upload, state=Upload.State.READY)
    one = next((f for f in look_of(member, found.audit)["files"] if f["path"] == found.name), None)
    if one is None:
        raise Http404
    plan = plans.read(found.audit.plan)
    was = plans.source_of(plan, found.name)
    if is_asked(request, was):
        return _counts(request, found, one, plan)
    form = SourceForm(request.POST or None, told=one, source=was)
    if request.POST.get("table") == COUNTS:
        return counts_page(request, found, one, counts_form(request, one, plan))
    if request.method == "POST" and form.is_valid():
        made = form.made()
        if made is None or form.asked_all():
            own = whose(found.audit).plan.get("identity", ())
            now = plans.with_told(plans.with_source(plan, found.name, made), plan, own)
            return _kept(request, found.audit, now)
        form = SourceForm(told=one, source=made)  # another table: its columns are asked next
    return _source_page(request, found, one, form)


def _counts(request: Visit, upload: Upload, one: Told, plan: plans.Plan) -> HttpResponse:
    """The same of a file of published counts; where it is none after all, its columns come next."""
    form = counts_form(request, one, plan)
    if request.method != "POST":
        return counts_page(request, upload, one, form)
    table = request.POST.get("table", "")
    if table != COUNTS:
        other = SourceForm({"table": table, "shown": ""}, told=one, source=None)
        made = other.made() if other.is_valid() else None
        if made is None:
            return _kept(request, upload.audit, plans.with_source(plan, upload.name, None))
        return _source_page(request, upload, one, SourceForm(told=one, source=made))
    if not form.is_valid():
        return counts_page(request, upload, one, form)
    return _kept(request, upload.audit, counted(plan, form, whose(upload.audit).plan))


def _kept(request: Visit, audit: Audit, plan: plans.Plan) -> HttpResponse:
    _keep(request.member, audit, plan)
    messages.success(request, _("Kept."))
    return redirect("mapping", slug=request.member.organization.slug, audit=audit.pk)


def _source_page(request: Visit, upload: Upload, one: Told, form: SourceForm) -> HttpResponse:
    keep = form.source.get("keep", {})
    return render(
        request, "audits/source.html",
        {"audit": upload.audit, "upload": upload, "file": one, "form": form, "here": "mapping",
         "columns": [
             {**_column(c, field, request.member), "only": keep.get(c["name"], "")}
             for c, field in form.rows()
         ] if form.asks_columns else (),
         "sample": preview(one["sample"], form.mine, request.member)},
    )  # fmt: skip


def _column(column: Told, field: Any, member: Membership) -> Mapping[str, Any]:
    return {
        **column, "field": field, "why": words.REASONS.get(column["why"], ""),
        "looks": words.LOOKS.get(column["looks"], ""),
        "values": column["values"][:6] if member.may("rows") else (),
    }  # fmt: skip


@page("upload", "codes.read")
def codes(request: Visit, audit: str) -> HttpResponse:
    """The queue of values that wait for somebody to say what they mean."""
    member, found = request.member, audit_of(request.member, audit)
    plan, look = plans.read(found.plan), look_of(member, found)
    lists = list(_lists(member, found, look, whose(found), request.POST or None))
    lists.sort(key=lambda form: not form.waiting)
    if request.method == "POST" and _all_valid(lists):
        for form in lists:
            plan = plans.with_codes(plan, form.name, form.made())
        _keep(member, found, plan)
        if request.POST.get("for_district"):
            said = {form.name: {k: v for k, v in form.made().items() if v} for form in lists}
            remember(member, codes={name: rows for name, rows in said.items() if rows})
        messages.success(request, _("Kept."))
        return redirect("questions", slug=member.organization.slug, audit=audit)
    hidden = _hidden(look)
    return render(
        request, "audits/codes.html",
        {"audit": found, "lists": lists, "hidden": hidden, "here": "codes",
         "waiting": sum(form.waiting for form in lists)},
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
    member: Membership, audit: Audit, look: Told, own: Whose, posted: Any = None
) -> Iterator[CodesForm]:
    """The lists of codes that a plan of these files needs, each value with its rows."""
    plan = plans.read(audit.plan)
    found = _counted(look, plan)
    others = [(c["name"], r["value"], r["rows"]) for c in look["codes"] for r in c["rows"]]
    others += [(u["codes"], u["value"], u["rows"]) for u in checked_of(member, audit) if u["value"]]
    for name, value, rows in others:
        if name in found:
            found[name].setdefault(value, rows)
    for name, values in sorted(found.items()):
        chosen = plan.get("codes", {}).get(name, {})
        if values and (chosen or not _reads_itself(name, values)):
            codes = [
                Code(v, n, _guess(look, name, v), chosen.get(v),
                     is_own=own.of_code(name, v, chosen.get(v)))
                for v, n in sorted(values.items(), key=lambda o: (o[0] in chosen, -o[1]))
            ]  # fmt: skip
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
    counts: dict[str, Counter[str]] = {}
    columns = {(f["path"], c["name"]): c for f in look["files"] for c in f["columns"]}
    for one in plan.get("source", ()):
        for ours, theirs in one.get("columns", {}).items():
            own = ours if ours in plan.get("codes", {}) else ""
            name = plans.code_list_of(one.get("table", ""), ours) or own
            if name and (one["path"], theirs) in columns:
                mine = counts.setdefault(name, Counter())
                for value, rows in columns[one["path"], theirs]["values"]:
                    mine[value] += rows
        for name, value, rows in _in_counts(one, columns, look):
            counts.setdefault(name, Counter())[value] += rows
    return counts


def _in_counts(
    source: Mapping[str, Any], columns: Mapping[tuple[str, str], Told], look: Told
) -> Iterator[tuple[str, str, int]]:
    """The codes of a published table: in the texts of its rows, and in its headings.

    A text that stands for all students needs no meaning, nor does one that tells another factor.
    """
    file = next((f for f in look["files"] if f["path"] == source["path"]), None)
    if file is None or not file.get("counts"):
        return
    lines = {line["columns"]: line for line in file["counts"]["lines"]}
    for pattern in dict.fromkeys(c["columns"] for c in source.get("cells", ())):
        line = lines.get(pattern, {"codes": {}, "members": 0})
        for name, found in line["codes"].items():
            yield from ((name, theirs, line["members"]) for theirs in found)
    groups = groups_of(source)
    for column, factors in groups.items():
        told = columns.get((source["path"], column), {"values": ()})
        whole = file["counts"]["wholes"].get(column)
        for value, rows in told["values"]:
            if value != whole and len(factors) == 1:
                yield factors[0], value, rows


def _reads_itself(name: str, values: Counter[str]) -> bool:
    """Whether every value is ours already, or yes and no as everybody writes them."""
    options = set(plans.options_of(name))
    known = options | (_ANSWERS if options == {"yes", "no"} else set())
    return {v.casefold() for v in values} <= known or name == "exit_type"


@page("upload", "questions.read")
def questions(request: Visit, audit: str) -> HttpResponse:
    """Whom to compare, in what, and under which privacy policy."""
    member, found = request.member, audit_of(request.member, audit)
    look_of(member, found)
    plan, own = plans.read(found.plan), whose(found)
    says = own.says(plan)
    form = QuestionsForm(request.POST or None, plan=plan, says=says)
    more = OwnForm(request.POST or None, plan=plan, says=says)
    if request.method == "POST" and form.is_valid() and more.is_valid():
        _keep(member, found, more.made(form.made()))
        messages.success(request, _("Kept."))
        return redirect("audit", slug=member.organization.slug, audit=audit)
    return render(
        request, "audits/questions.html",
        {"audit": found, "form": form, "more": more, "says": says, "here": "questions",
         "own_codes": sum(len(rows) for rows in own.plan.get("codes", {}).values())},
    )  # fmt: skip


def _keep(member: Membership, audit: Audit, plan: plans.Plan) -> None:
    there = [u.name for u in uploads_of(member, audit)]
    unused = sorted(set(there) - set(plans.files_of(plan)))
    change_plan(member, audit, plans.write(plan, unused))
