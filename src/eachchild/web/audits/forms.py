"""Forms about audits and releases."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from eachchild.web.audits.rules import FOR_OTHERS
from eachchild.web.foundation.forms import offer

Choices = Iterable[tuple[str, Any]]
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
    """What an audit is called, and which earlier one it is like."""

    title = forms.CharField(
        max_length=200, label=_("What is this audit called?"),
        help_text=_("As it stands on its report, as in: Suspensions and absence, 2024-25"),
    )  # fmt: skip
    like = forms.ChoiceField(
        required=False, label=_("Begin as an earlier audit did?"),
        help_text=_("Files of the same shape, what their codes mean and what is asked are taken "
                    "over. Each can be changed."),
    )  # fmt: skip

    def __init__(self, *given: Any, earlier: Choices = (), **more: Any) -> None:
        super().__init__(*given, **more)
        found = list(earlier)
        offer(self, "like", [*found, ("", _("No, begin anew"))])
        if not found:
            del self.fields["like"]


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
        offer(self, "outcome", outcomes)
        offer(self, "factors", factors)

    def clean_factors(self) -> list[str]:
        """Three at most."""
        chosen: list[str] = self.cleaned_data["factors"]
        if len(chosen) > 3:
            raise forms.ValidationError(_("Choose three at most: more leave too few students."))
        return chosen


class ProposalForm(forms.Form):
    """For whom a copy is to be."""

    audience = forms.ChoiceField(
        choices=[(name, _NAMES[name]) for name in FOR_OTHERS], label=_("For whom"),
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

    def __init__(self, *given: Any, is_leaving: bool = False, **more: Any) -> None:
        super().__init__(*given, **more)
        if is_leaving:
            leave = [("yes", _("Take it off")), ("no", _("Leave it where it is"))]
            offer(self, "approves", leave)


class QuickSelect(forms.Select):
    """Django's own select, written at once: a template an option is slow where there are hundreds.

    >>> str(QuickSelect(choices=[("a", "A & B")]).render("x", "a"))
    '<select name="x"><option value="a" selected>A &amp; B</option></select>'
    """

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:  # fmt: skip
        """The whole select as HTML."""
        chosen = "" if value is None else str(value)
        inside = "".join(
            f'<optgroup label="{escape(head)}">{_options(some, chosen)}</optgroup>'
            if isinstance(some, list | tuple) else _options([(head, some)], chosen)
            for head, some in self.choices
        )  # fmt: skip
        told = flatatt({"name": name, **self.attrs, **(attrs or {})})
        return mark_safe(f"<select{told}>{inside}</select>")  # noqa: S308 - escaped, each of them


def _options(some: Iterable[tuple[Any, Any]], chosen: str) -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" if str(value) == chosen else ""}>'
        f"{escape(words)}</option>"
        for value, words in some
    )


class ExplorerForm(forms.Form):
    """Which rows of an audit's numbers to show; its choices are what the bundle holds."""

    outcome = forms.ChoiceField(label=_("Outcome"), widget=QuickSelect)
    by = forms.ChoiceField(label=_("Told apart by"), required=False, widget=QuickSelect)
    group = forms.ChoiceField(label=_("Group"), required=False, widget=QuickSelect)
    place = forms.ChoiceField(label=_("Place"), required=False, widget=QuickSelect)
    period = forms.ChoiceField(label=_("Year"), required=False, widget=QuickSelect)
    measure = forms.ChoiceField(label=_("Measure"), required=False, widget=QuickSelect)
    exact = forms.BooleanField(label=_("Exact values, every kind of interval"), required=False)
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *given: Any, choices: Mapping[str, Choices], **more: Any) -> None:
        super().__init__(*given, **more)
        for name, told in choices.items():
            offer(self, name, told)

    def clean_page(self) -> int:
        """The first page where none is asked for."""
        return int(self.cleaned_data.get("page") or 1)


class ComparisonForm(forms.Form):
    """Which earlier run to put beside this one, and where."""

    then = forms.ChoiceField(label=_("Earlier audit"), widget=QuickSelect)
    place = forms.ChoiceField(label=_("Place"), required=False, widget=QuickSelect)

    def __init__(self, *given: Any, runs: Choices, places: Choices, **more: Any) -> None:
        super().__init__(*given, **more)
        offer(self, "then", runs)
        offer(self, "place", places)
