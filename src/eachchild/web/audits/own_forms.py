"""The form of what a plan takes from the district's profile; each may be changed for one audit."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eachchild.terms.catalogue import languages
from eachchild.web.audits import plans
from eachchild.web.foundation.forms import offer
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.profile.document import USUAL_MARGIN, group_names
from eachchild.web.profile.forms import MARGINS, language_name
from eachchild.web.profile.rules import check_profile

_LABEL = "labels."
_MARGIN = "margin."


class OwnForm(forms.Form):
    """How one audit is told, and what it calls small."""

    heading = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("A line above the report's title")
    )
    language = forms.ChoiceField(required=False, label=gettext_lazy("Language of the findings"))
    notes = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Notes on state law and on the data"),
        help_text=gettext_lazy("One a line; each stands in the report."),
    )  # fmt: skip

    def __init__(self, *given: Any, plan: plans.Plan, says: Mapping[str, str], **more: Any) -> None:
        super().__init__(*given, **more)
        self.plan, self.says = plan, says
        offer(self, "language", [(code, language_name(code)) for code in languages()])
        self.fields["heading"].initial = plan.get("heading", "")
        self.fields["language"].initial = plan.get("language", "en")
        self.fields["notes"].initial = "\n".join(plan.get("notes", ()))
        for name, label in MARGINS.items():
            self.fields[_MARGIN + name] = forms.FloatField(
                required=False, label=label, localize=False,
                widget=forms.NumberInput(attrs={"step": "any"}),
                initial=plan.get("margin", {}).get(name, USUAL_MARGIN[name]),
            )  # fmt: skip
        asked = tuple(f"group.{i['factor']}." for i in plan.get("identity", ()))
        named = plan.get("labels", {})
        for key, usual in group_names().items():
            if key in named or key.startswith(asked or ("none.",)):
                self.fields[_LABEL + key] = forms.CharField(
                    required=False, max_length=200, label=usual, label_suffix="",
                    initial=named.get(key, ""),
                )  # fmt: skip

    def told(self) -> list[tuple[forms.BoundField, str]]:
        """How the audit is told: each field with what the profile says of it."""
        return self._with("heading", "language", "notes")

    def small(self) -> list[tuple[forms.BoundField, str]]:
        """What is called small."""
        return self._with(*(_MARGIN + name for name in MARGINS))

    def labels(self) -> list[tuple[forms.BoundField, str]]:
        """What groups are called."""
        return self._with(*(name for name in self.fields if name.startswith(_LABEL)))

    def clean(self) -> dict[str, Any]:
        """What a profile could not say, no audit says."""
        found: dict[str, Any] = super().clean() or {}
        if not self.errors:
            made = self.made({})
            own: dict[str, Any] = {k: made[k] for k in ("heading", "labels", "margin") if k in made}
            try:
                check_profile(own)
            except NotAllowedError as error:
                raise forms.ValidationError(str(error)) from None
            if any(not line.isprintable() for line in made.get("notes", ())):
                raise forms.ValidationError(_("A note is one line of text."))
        return found

    def made(self, plan: plans.Plan) -> dict[str, Any]:
        """A plan with what was chosen; what is usual is not written down."""
        found = self.cleaned_data
        margin = {name: self._number(name) for name in USUAL_MARGIN}
        language = found["language"] or self.fields["language"].initial
        labels = {k.removeprefix(_LABEL): v for k, v in found.items()
                  if k.startswith(_LABEL) and v}  # fmt: skip
        chosen = {
            "heading": found["heading"],
            "language": language if language != "en" else "",
            "notes": [line.strip() for line in found["notes"].splitlines() if line.strip()],
            "margin": margin if margin != USUAL_MARGIN else {}, "labels": labels,
        }  # fmt: skip
        others = {k: v for k, v in plan.items() if k not in chosen}
        return {**others, **{k: v for k, v in chosen.items() if v}}

    def _number(self, name: str) -> float:
        """A threshold as it was written; left blank, as it was before."""
        told = self.cleaned_data[_MARGIN + name]
        return float(self.fields[_MARGIN + name].initial if told is None else told)

    def _with(self, *names: str) -> list[tuple[forms.BoundField, str]]:
        return [(self[name], self.says.get(name, "")) for name in names]
