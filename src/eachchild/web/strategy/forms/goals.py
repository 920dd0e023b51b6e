"""Forms about goals: what could make a gap, what is to change, steps and trials."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from eachchild.web.foundation.forms import DayInput, offer
from eachchild.web.strategy.models import Cycle, Hypothesis
from eachchild.web.strategy.rules.goals import MOST_WHYS

Choices = Iterable[tuple[str, Any]]
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def _long(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=2_000, widget=area
    )


class StanceForm(forms.Form):
    """What the team thinks of a cause that the audit tells."""

    cause = forms.CharField(max_length=64, widget=forms.HiddenInput)
    stance = forms.ChoiceField(choices=Hypothesis.Stance.choices)


class HypothesisForm(forms.Form):
    """What people think makes a gap."""

    says = _long(_("What could make this gap?"), _("Say what adults, rules or habits do."))
    kind = forms.ChoiceField(choices=Hypothesis.Kind.choices, label=_("What kind of thing is it?"))
    bone = forms.ChoiceField(choices=Hypothesis.Bone.choices, label=_("Where does it sit?"))
    refuted_by = _long(_("What would show that it is not so?"))
    stance = forms.ChoiceField(
        choices=Hypothesis.Stance.choices, label=_("What does the team think?"),
        initial=Hypothesis.Stance.TEST,
    )  # fmt: skip

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for number in range(1, MOST_WHYS + 1):
            self.fields[f"why_{number}"] = forms.CharField(
                max_length=300, required=False, label=_("Why?")
            )

    @property
    def whys(self) -> list[forms.BoundField]:
        """The five questions, one after the other."""
        return [self[f"why_{number}"] for number in range(1, MOST_WHYS + 1)]

    def said(self) -> dict[str, Any]:
        """What a hypothesis is made of."""
        told = dict(self.cleaned_data)
        whys = [told.pop(f"why_{number}") for number in range(1, MOST_WHYS + 1)]
        return {**told, "whys": whys}


class GoalForm(forms.Form):
    """What is to change for every student it applies to, and how far the gap should close."""

    change = forms.CharField(
        max_length=300, label=_("Which rule, practice or support will change?"),
        help_text=_("For every student it applies to. As in: No suspension out of school for "
                    "defiance or disruption; a conversation and a way back instead."),
    )  # fmt: skip
    share = forms.ChoiceField(widget=forms.RadioSelect, label=_("How far should the gap close?"))
    begins = forms.CharField(label=_("From which month?"), help_text=_("As in 2026-09."))
    inclusive = _long(
        _("Who was heard, and how does the change reach everybody it is for?"),
        _("Students, families and staff whom the gap is about."),
    )
    balancing = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple,
        label=_("What must not get worse meanwhile?"),
    )  # fmt: skip
    schools = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple,
        label=_("At which schools does it begin? None chosen: at all of them"),
        help_text=_("The others are what these are held beside, so more can be told."),
    )  # fmt: skip
    strategies = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label=_("Which strategies help?")
    )
    lead = forms.ChoiceField(label=_("Who leads it?"))

    def __init__(
        self, *given: Any, targets: Choices = (), balancing: Choices = (), strategies: Choices = (),
        people: Choices = (), schools: Choices = (), **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(*given, **more)
        for name, choices in (("share", targets), ("schools", schools), ("balancing", balancing),
                              ("strategies", strategies), ("lead", people)):  # fmt: skip
            offer(self, name, choices)

    def clean_begins(self) -> str:
        """A month as `2026-09`."""
        month = str(self.cleaned_data["begins"]).strip()
        if not _MONTH.fullmatch(month):
            raise ValidationError(_("Write the month as in 2026-09."))
        return month


class StepForm(forms.Form):
    """A step of a goal."""

    title = forms.CharField(max_length=200, label=_("What will be done?"))
    owner = forms.ChoiceField(label=_("By whom?"))
    due = forms.DateField(label=_("By when?"), widget=DayInput())
    driver = forms.ChoiceField(required=False, label=_("Which cause is it meant to move?"))

    def __init__(
        self, *given: Any, people: Choices = (), drivers: Choices = (), **more: Any
    ) -> None:
        super().__init__(*given, **more)
        offer(self, "owner", people)
        offer(self, "driver", [("", _("None of them")), *drivers])


class DoneForm(forms.Form):
    """What shows that a step is done."""

    evidence = _long(_("What shows that it is done?"), _("Or where it can be seen."))


class TrialForm(forms.Form):
    """Plan: a trial, small and soon."""

    tries = _long(_("What do you try, where, with whom?"), _("Small, and within weeks."))
    predicts = _long(
        _("What do you predict?"),
        _("With a number and a day. It is written down now and cannot be changed afterwards."),
    )


class StudyForm(forms.Form):
    """Do, study, act: the end of a trial."""

    did = _long(_("What was done?"))
    learned = _long(_("What happened, beside what you predicted?"))
    act = forms.ChoiceField(choices=Cycle.Act.choices, label=_("What follows?"))
