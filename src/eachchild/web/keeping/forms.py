"""Forms about keeping."""

from django import forms
from django.utils.translation import gettext_lazy as _

from eachchild.web.foundation.forms import offer
from eachchild.web.keeping.rules import LONGEST, schedule


class HoldForm(forms.Form):
    """Why nothing may be destroyed."""

    reason = forms.CharField(
        max_length=400, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example the matter and the letter that asks for it. It is sealed."),
    )  # fmt: skip


class PeriodForm(forms.Form):
    """How many days a class of data is kept here."""

    data_class = forms.ChoiceField(label=_("Data"))
    days = forms.IntegerField(min_value=1, max_value=LONGEST, label=_("Days"))

    def __init__(self, *given: object, **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        classes = [(c.name, _(c.label)) for c in schedule().values() if c.days is not None]
        offer(self, "data_class", classes)
