"""Forms of what comes in and what is told outward."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eachchild.web.foundation.forms import offer
from eachchild.web.profile.forms import language_name
from eachchild.web.strategy.models import Goal, Reply
from eachchild.web.strategy.rules.outward import LONGEST

_SAID, _DID = "said_", "did_"


class ReplyForm(forms.Form):
    """A message to the district from somebody whom it does not know."""

    about = forms.ChoiceField(
        choices=Reply.About.choices, widget=forms.RadioSelect,
        label=gettext_lazy("What is it about?"),
    )  # fmt: skip
    school = forms.ChoiceField(required=False, label=gettext_lazy("Which school? (optional)"))
    text = forms.CharField(
        max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 7}),
        label=gettext_lazy("Your message"),
        help_text=gettext_lazy("At most 2,000 characters, in any language. Please name no child "
                               "but your own, and none if you need not."),
    )  # fmt: skip
    contact = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("How we reach you (optional)"),
        help_text=gettext_lazy("A phone number or an email address. Only if you want an answer."),
    )  # fmt: skip
    website = forms.CharField(  # nobody sees it; programs that fill in everything do
        required=False, max_length=200, label=gettext_lazy("Leave this empty"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )  # fmt: skip

    def __init__(self, *given: Any, schools: Mapping[str, str], **more: Any) -> None:
        super().__init__(*given, **more)
        named = [(f"school:{place}", name) for place, name in schools.items()]
        offer(self, "school", [("", _("No school in particular")), *named])

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields that a person fills in."""
        return [field for field in self if field.name != "website"]

    @property
    def is_a_program_s(self) -> bool:
        """Whether something filled in what no person sees."""
        return bool(self.data.get("website"))

    def told(self) -> dict[str, str]:
        """What is kept."""
        found = self.cleaned_data
        return {name: found[name] for name in ("about", "school", "text", "contact")}


class EntryForm(forms.Form):
    """What everybody shall read, in the languages of the platform."""

    goal = forms.ChoiceField(
        required=False, label=gettext_lazy("Goal (optional)"),
        help_text=gettext_lazy("With a goal, the page also shows what was found and whether it "
                               "worked, from what was released."),
    )  # fmt: skip

    def __init__(self, *given: Any, goals: Iterable[Goal], **more: Any) -> None:
        super().__init__(*given, **more)
        offer(self, "goal", [("", _("None")), *((str(one.pk), one.change) for one in goals)])
        for code, _name in settings.LANGUAGES:
            for part, label in ((_SAID, _("You said")), (_DID, _("We did"))):
                self.fields[part + code] = forms.CharField(
                    required=False, max_length=LONGEST, label=f"{label} ({language_name(code)})",
                    widget=forms.Textarea(attrs={"rows": 3, "lang": code}),
                )  # fmt: skip
        self.fields["sure"] = forms.BooleanField(
            label=_("No names; nothing from which a child or a writer could be told.")
        )

    def clean(self) -> dict[str, Any]:
        """Both parts in a language, and one language at least."""
        found: dict[str, Any] = super().clean() or {}
        said, did = self._by_language(_SAID), self._by_language(_DID)
        for code in set(said) ^ set(did):
            part = _DID if code in said else _SAID
            self.add_error(part + code, _("Say both parts in this language, or neither."))
        if not said and not did:
            raise forms.ValidationError(_("Say it in one language at least."))
        return found

    def told(self) -> dict[str, dict[str, str]]:
        """What was said and what was done, by language."""
        return {"said": self._by_language(_SAID), "did": self._by_language(_DID)}

    def _by_language(self, part: str) -> dict[str, str]:
        told = {code: self.cleaned_data.get(part + code, "") for code, _name in settings.LANGUAGES}
        return {code: text for code, text in told.items() if text}


class ContactForm(forms.Form):
    """What families need of a place."""

    whom = forms.CharField(
        max_length=200, label=gettext_lazy("Whom to call"),
        help_text=gettext_lazy("A role and a phone number; no person's name is needed."),
    )  # fmt: skip
    meeting = forms.DateTimeField(
        required=False, label=gettext_lazy("Next meeting (optional)"),
        help_text=gettext_lazy("Day and time, as the clock at school shows them."),
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    where = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("Where it is (optional)")
    )
    correct = forms.CharField(
        required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}),
        label=gettext_lazy("How a child's record is corrected here (optional)"),
        help_text=gettext_lazy("Whom to write to, and how. What the law says stands on the page "
                               "already."),
    )  # fmt: skip
