"""The form that makes a token."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eachchild.web.api.rules import MOST_DAYS
from eachchild.web.foundation.forms import offer

_NAMES = {
    "public": _("What is released to everybody"),
    "board": _("The board's copies"),
    "staff": _("The staff's copies"),
    "internal": _("Everything, small groups too"),
}


class TokenForm(forms.Form):
    """What a token is for, what it reads, and how long."""

    label = forms.CharField(max_length=80, label=_("What it is for"))
    audience = forms.ChoiceField(label=_("What it reads"), widget=forms.RadioSelect)
    days = forms.IntegerField(
        min_value=1, max_value=MOST_DAYS, initial=90, label=_("Days until it ends")
    )

    def __init__(self, *given: Any, audiences: tuple[str, ...], **more: Any) -> None:
        super().__init__(*given, **more)
        offer(self, "audience", [(name, _NAMES[name]) for name in audiences])
        self.fields["audience"].initial = audiences[0]
