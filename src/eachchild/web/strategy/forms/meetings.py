"""Forms of reviews and decisions."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eachchild.web.foundation.forms import DayInput
from eachchild.web.strategy.models import Cycle
from eachchild.web.strategy.rules.meetings import Window

_CHOICES = [
    (Cycle.Act.ADOPT, _("Adopt: it works, and becomes how we work")),
    (Cycle.Act.ADAPT, _("Adapt: go on, and change something")),
    (Cycle.Act.ABANDON, _("Abandon: stop, and say what was learned")),
]


class ReviewForm(forms.Form):
    """The day of the next review, between two days."""

    on = forms.DateField(label=_("Day of the review"), widget=DayInput())

    def __init__(self, *given: Any, days: Window, **more: Any) -> None:
        super().__init__(*given, **more)
        _between(self, "on", days)


class DecisionForm(forms.Form):
    """What is decided on a goal, and why."""

    choice = forms.ChoiceField(
        choices=_CHOICES, widget=forms.RadioSelect, label=_("What do you decide?")
    )
    why = forms.CharField(
        max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}), label=_("Why"),
        help_text=_("It stays as it is: nobody can change it afterwards."),
    )  # fmt: skip
    read = forms.CharField(required=False, widget=forms.HiddenInput)


class NotesForm(forms.Form):
    """What was said; and, where the review is closed, the day of the next."""

    notes = forms.CharField(
        required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}),
        label=_("Notes"),
        help_text=_("What was said, and who will do what. No name of a student."),
    )  # fmt: skip
    following = forms.DateField(required=False, label=_("Day of the next review"),
                                widget=DayInput())  # fmt: skip

    def __init__(self, *given: Any, days: Window, closes: bool = False, **more: Any) -> None:
        super().__init__(*given, **more)
        _between(self, "following", days)
        self.closes = closes

    def clean_following(self) -> date | None:
        """A review is closed with the day of the next."""
        found: date | None = self.cleaned_data["following"]
        if self.closes and found is None:
            raise forms.ValidationError(_("Choose the day of the next review before you close "
                                          "this one."))  # fmt: skip
        return found


def _between(form: forms.Form, name: str, days: Window) -> None:
    """Say the rule beside the field; the rule itself is checked when the day is kept."""
    field = form.fields[name]
    field.help_text = days.said
    field.widget.attrs |= {"min": days.first.isoformat(), "max": days.last.isoformat()}
