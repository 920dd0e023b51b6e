"""What forms of several apps share."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_CHOSEN = SafeString(" selected")


class LongSelect(forms.Select):
    """A list of many choices, written in one go: a template for each of hundreds is slow."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The same as Django's own list, without groups of choices."""
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "", '<option value="{}"{}>{}</option>',
            (
                (key, _CHOSEN if str(key) == chosen else "", label)
                for key, label in self.choices
            ),
        )  # fmt: skip
        about = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(about), options)
