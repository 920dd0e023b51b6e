"""The form of a board packet."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PacketForm(forms.Form):
    """What the board is asked to decide."""

    decide = forms.CharField(
        label=_("What should the board decide?"), required=False, max_length=2_000,
        help_text=_("One a line. It stands on the last page."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
