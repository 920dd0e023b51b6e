"""What forms of every app need."""

from collections.abc import Iterable
from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """A day, as the browser asks for it in the reader's own way."""

    input_type = "date"

    def __init__(self, **more: Any) -> None:
        super().__init__(format="%Y-%m-%d", **more)


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Give a field its choices, where they are known only once the form is made."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker alone
    field.choices = list(choices)
