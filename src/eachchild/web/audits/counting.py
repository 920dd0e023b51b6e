"""The page of one file of published counts: what its rows and columns are, and what they count."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from eachchild.web.accounts.models import Membership
from eachchild.web.audits import plans, words
from eachchild.web.audits.counts import with_outcomes
from eachchild.web.audits.counts_forms import CountsForm
from eachchild.web.audits.looked import Told, preview
from eachchild.web.audits.models import Upload
from eachchild.web.foundation.views import Visit
from eachchild.web.profile.files import COUNTS


def is_asked(request: Visit, was: Mapping[str, Any] | None) -> bool:
    """Whether the form of published counts was sent, or is to be shown."""
    if request.method == "POST":
        return request.POST.get("shown") == COUNTS
    return was is not None and was.get("shape") == COUNTS


def counts_form(request: Visit, one: Told, plan: plans.Plan) -> CountsForm:
    """The form for a file, as it was sent or as the plan has it; else as we guess."""
    was = plans.source_of(plan, one["path"])
    source = was if was is not None and was.get("shape") == COUNTS else None
    is_sent = request.method == "POST" and request.POST.get("shown") == COUNTS
    return CountsForm(request.POST if is_sent else None, told=one, source=source, plan=plan)


def counted(plan: plans.Plan, form: CountsForm, own: plans.Plan) -> dict[str, Any]:
    """The plan with a table as it was said; its groups and outcomes are those that it tells."""
    now = plans.with_source(plan, form.told["path"], form.made())
    for name, rows in form.told["counts"]["codes"].items():
        chosen = plan.get("codes", {}).get(name, {})
        now = plans.with_codes(now, name, {**rows, **chosen})
    if words_ := form.suppression():
        now = plans.with_codes(now, "suppression", words_)
    now = plans.with_told(with_outcomes(now, form.outcomes()), plan, own.get("identity", ()))
    told = plans.factors_of({**now, "identity": []})
    kept = [i for i in now["identity"] if i["factor"] in told]
    return {**now, "identity": kept}


def counts_page(request: Visit, upload: Upload, one: Told, form: CountsForm) -> HttpResponse:
    """The page itself."""
    return render(
        request, "audits/counts.html",
        {"audit": upload.audit, "upload": upload, "file": one, "form": form, "here": "mapping",
         "groups": [(_column(c, request.member), field) for c, field in form.groups()],
         "sample": preview(one["sample"], {}, request.member)},
    )  # fmt: skip


def _column(column: Told, member: Membership) -> Mapping[str, Any]:
    values = column["values"][:8] if member.may("rows") else ()
    return {**column, "values": values, "looks": words.LOOKS.get(column["looks"], "")}
