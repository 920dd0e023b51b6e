"""Forms about audits and releases."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eachchild.web import shelf
from eachchild.web.audits.rules import AUDIENCES
from eachchild.web.foundation.forms import LongSelect

_NAMES = {"public": _("Everybody"), "board": _("The board"), "staff": _("All staff")}


class ProposalForm(forms.Form):
    """For whom a copy is to be."""

    audience = forms.ChoiceField(
        choices=[(name, _NAMES[name]) for name in AUDIENCES], label=_("For whom"),
        widget=forms.RadioSelect,
    )  # fmt: skip


class VoteForm(forms.Form):
    """What one person says of a release."""

    approves = forms.TypedChoiceField(
        choices=[("yes", _("Release it")), ("no", _("Do not release it"))],
        coerce=lambda said: said == "yes", widget=forms.RadioSelect, label=_("Your vote"),
    )  # fmt: skip
    note = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}), label=_("Why (others read it)")
    )


class ExplorerForm(forms.Form):
    """Which rows of an audit's numbers to show."""

    outcome = forms.ChoiceField(widget=LongSelect, label=_("Outcome"))
    measure = forms.ChoiceField(widget=LongSelect, label=_("Measure"), required=False)
    group = forms.ChoiceField(widget=LongSelect, label=_("Group"), required=False)
    place = forms.ChoiceField(widget=LongSelect, label=_("Place"), required=False)
    period = forms.ChoiceField(widget=LongSelect, label=_("Year"), required=False)

    def __init__(self, *given: Any, folder: Any, places: Any, titles: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for name in ("outcome", "measure", "group", "place", "period"):
            found = shelf.values(folder, name)
            if name == "place" and places is not None:
                found = tuple(v for v in found if v in places)
            told = [(v, titles.get(v, v)) for v in found]
            if name not in ("outcome", "place"):
                told = [("", _("All")), *told]
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker alone
            field.choices = told

    def first(self, name: str) -> str:
        """The first choice of a field; empty where it has none."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        return next((str(value) for value, _ in field.choices), "")  # type: ignore[misc, union-attr]
