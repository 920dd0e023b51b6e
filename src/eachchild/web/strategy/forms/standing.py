"""Forms of the vision and of the standards."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from eachchild.web.foundation.forms import offer


class VisionForm(forms.Form):
    """What the district wants to be true."""

    text = forms.CharField(
        max_length=4_000, widget=forms.Textarea(attrs={"rows": 8}), label=_("The vision"),
        help_text=_("What will be true for every student, in words that families use. A few "
                    "sentences carry further than a page."),
    )  # fmt: skip


class RatingForm(forms.Form):
    """Where the district stands on one standard, and what shows it."""

    level = forms.ChoiceField(widget=forms.RadioSelect, label=_("What do you see today?"))
    because = forms.CharField(
        max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}), label=_("What shows it"),
        help_text=_("What somebody from outside could see too: a rule, a count, minutes. No name "
                    "of a student."),
    )  # fmt: skip
    evidence = forms.URLField(
        required=False, max_length=500, label=_("Where it can be read"), assume_scheme="https",
        validators=[URLValidator(["https"], message=_("Write an address that begins with "
                                                      "https://."))],
        help_text=_("If it is on the web: an address that begins with https://."),
    )  # fmt: skip

    def __init__(self, *given: Any, levels: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        offer(self, "level", levels)
