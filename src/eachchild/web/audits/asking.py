"""Pages on which people ask for what an audit does not have."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from eachchild.web.audits import plans, words
from eachchild.web.audits.actions import start_run
from eachchild.web.audits.forms import AskForm
from eachchild.web.audits.models import Run
from eachchild.web.foundation.views import Visit, page


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
