"""Forms about audits and releases."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eachchild.web import shelf
from eachchild.web.audits.rules import AUDIENCES

_NAMES = {"public": _("Everybody"), "board": _("The board"), "staff": _("All staff")}


class ManyFiles(forms.ClearableFileInput):
    """A field for several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each of them."""
        many = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in many]


class AuditForm(forms.Form):
    """What an audit is called."""

    title = forms.CharField(
        max_length=200, label=_("What is this audit called?"),
        help_text=_("As it stands on its report, as in: Suspensions and absence, 2024-25"),
    )  # fmt: skip


class FilesForm(forms.Form):
    """Files to send."""

    sent = FilesField(
        label=_("Choose files"),
        help_text=_("CSV, TSV, Excel or Parquet, also as .gz, or a .zip of them."),
    )


class AskForm(forms.Form):
    """What is not in an audit and should be."""

    outcome = forms.ChoiceField(label=_("Outcome"))
    factors = forms.MultipleChoiceField(
        label=_("Groups, one or more; two or three are crossed"),
        widget=forms.CheckboxSelectMultiple, required=True,
    )  # fmt: skip

    def __init__(self, *given: Any, outcomes: Any, factors: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for name, told in (("outcome", outcomes), ("factors", factors)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker alone
            field.choices = told

    def clean_factors(self) -> list[str]:
        """Three at most."""
        chosen: list[str] = self.cleaned_data["factors"]
        if len(chosen) > 3:
            raise forms.ValidationError(_("Choose three at most: more leave too few students."))
        return chosen


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

    outcome = forms.ChoiceField(label=_("Outcome"))
    measure = forms.ChoiceField(label=_("Measure"), required=False)
    group = forms.ChoiceField(label=_("Group"), required=False)
    place = forms.ChoiceField(label=_("Place"), required=False)
    period = forms.ChoiceField(label=_("Year"), required=False)

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
