"""Forms about keeping."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eachchild.web.foundation.forms import offer
from eachchild.web.foundation.models import Organization
from eachchild.web.keeping.rules import LONGEST, schedule


class HoldForm(forms.Form):
    """Why nothing may be destroyed."""

    reason = forms.CharField(
        max_length=400, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example the matter and the letter that asks for it. It is sealed."),
    )  # fmt: skip


class LeavingForm(forms.Form):
    """The district's name, written out: nobody says by a slip that it leaves."""

    name = forms.CharField(
        max_length=200, label=_("The district's name"),
        help_text=_("Write it as it stands at the top of this page."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *given: Any, organization: Organization, **more: Any) -> None:
        super().__init__(*given, **more)
        self._name = organization.name

    def clean_name(self) -> str:
        """It must be the name of this district."""
        told = str(self.cleaned_data["name"])
        if told.strip().casefold() != self._name.casefold():
            raise forms.ValidationError(_("This is not the name of this district."))
        return told


class PeriodForm(forms.Form):
    """How many days a class of data is kept here."""

    data_class = forms.ChoiceField(label=_("Data"))
    days = forms.IntegerField(min_value=1, max_value=LONGEST, label=_("Days"))

    def __init__(self, *given: object, **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        classes = [(c.name, _(c.label)) for c in schedule().values() if c.days is not None]
        offer(self, "data_class", classes)
