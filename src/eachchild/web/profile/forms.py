"""The form of a district's profile: lines of text where a district has lists of its own."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from eachchild.release.policy import load_policy
from eachchild.terms.catalogue import languages
from eachchild.web.foundation.forms import offer
from eachchild.web.profile.document import (
    USUAL_MARGIN,
    Document,
    factor_names,
    filled,
    group_names,
    policies,
)

_LABEL = "label:"
MARGINS = {
    "ratio_low": gettext_lazy("Smallest ratio still called small, where few students are touched"),
    "ratio_high": gettext_lazy("Largest ratio still called small"),
    "rare_below": gettext_lazy("Share of all students below which an outcome is rare"),
    "points": gettext_lazy("Difference still called small, as a share"),
    "effect": gettext_lazy("Difference of means still called small, in standard deviations"),
}


class ProfileForm(forms.Form):
    """What a district sets for itself."""

    heading = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("A line above every report's title")
    )
    languages = forms.MultipleChoiceField(
        choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Languages of the pages"),
    )  # fmt: skip
    wording = forms.ChoiceField(label=gettext_lazy("Wording of new findings"))
    policy = forms.ChoiceField(
        label=gettext_lazy("Privacy policy"),
        help_text=gettext_lazy("Decides how few students are too few to be shown to others."),
    )
    accent = forms.CharField(
        required=False, max_length=7, label=gettext_lazy("The district's color"),
        help_text=gettext_lazy("As # and six digits, dark enough to be seen on white: #0a5a8a."),
    )  # fmt: skip
    logo = forms.FileField(
        required=False, label=gettext_lazy("Logo"),
        help_text=gettext_lazy("A PNG or SVG picture of at most 200 kB."),
    )  # fmt: skip
    without_logo = forms.BooleanField(required=False, label=gettext_lazy("Show no logo"))
    groups = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 5, "class": "code"}),
        label=gettext_lazy("Groups that new audits compare"),
        help_text=gettext_lazy("One a line: race, white, why this group. The group to compare with "
                               "and the reason may be left out."),
    )  # fmt: skip
    codes = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 6, "class": "code"}),
        label=gettext_lazy("What codes in your files mean"),
        help_text=gettext_lazy("One a line, as in race: BL = black. Used for every new audit."),
    )  # fmt: skip
    notes = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 4}),
        label=gettext_lazy("Notes on state law"),
        help_text=gettext_lazy(
            "One a line, each with the day it was read: 2026-08-01 Suspension in grades K to 3 is "
            "limited. Shown with: check locally."),
    )  # fmt: skip

    known_files = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Files that new audits know"),
        help_text=gettext_lazy("Kept from the mapping of an audit. Untick a file to forget it."),
    )  # fmt: skip

    def __init__(self, *given: Any, known: Sequence[Any] = (), **more: Any) -> None:
        super().__init__(*given, **more)
        self.known = known
        names = [(str(number), one["file"]) for number, one in enumerate(known)]
        offer(self, "known_files", names)
        self.fields["known_files"].initial = [number for number, _name in names]
        if not known:
            del self.fields["known_files"]
        offer(self, "wording", [(code, code) for code in languages()])
        offer(self, "policy", [(name, _policy(name)) for name in policies()])
        for name, label in MARGINS.items():
            self.fields[name] = forms.FloatField(
                label=label, widget=forms.NumberInput(attrs={"step": "any"}), localize=False
            )
        for key, usual in group_names().items():
            self.fields[_LABEL + key] = forms.CharField(
                required=False, max_length=200, label=usual, label_suffix=""
            )

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields in the order and the parts of the page."""
        return [
            (_("Languages"), self._of("languages", "wording")),
            (_("What is called small"), self._of("policy", *MARGINS)),
            (_("Look"), self._of("heading", "accent", "logo", "without_logo")),
            (_("Groups, codes and law"), self._of("groups", "codes", "notes")),
            *([(_("Files"), self._of("known_files"))] if self.known else []),
        ]

    @property
    def labels(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The names of groups, by the factor they are of."""
        return [
            (name, self._of(*keys))
            for factor, name in factor_names().items()
            if (keys := [_LABEL + k for k in group_names() if k.startswith(f"group.{factor}.")])
        ]

    def document(self) -> dict[str, Any]:
        """What was filled in, as a profile's document."""
        told = self.cleaned_data
        labels = {k.removeprefix(_LABEL): v for k, v in told.items() if k.startswith(_LABEL) and v}
        return {
            **{name: told[name] for name in
               ("heading", "languages", "wording", "accent")},
            "margin": {name: told[name] for name in USUAL_MARGIN},
            "privacy": {"policy": told["policy"]},
            "labels": labels,
            "codes": _codes(told["codes"]),
            "identity": [_group(line) for line in _lines(told["groups"])],
            "note": [_note(line) for line in _lines(told["notes"])],
            "source": [self.known[int(number)] for number in told.get("known_files", ())],
        }  # fmt: skip

    def _of(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names]


def language_name(code: str) -> str:
    """A language by its own name.

    >>> language_name("es")
    'Español'
    """
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


def initial(document: Document) -> dict[str, Any]:
    """A document as the form shows it."""
    told = filled(document)
    return {
        **{name: told[name] for name in
           ("heading", "languages", "wording", "accent")},
        **told["margin"], "policy": told["privacy"]["policy"],
        **{_LABEL + key: text for key, text in told["labels"].items()},
        "codes": "\n".join(f"{name}: {theirs} = {ours}" for name, rows in told["codes"].items()
                           for theirs, ours in rows.items()),
        "groups": "\n".join(", ".join(one[k] for k in ("factor", "reference", "reason") if k in one)
                            for one in told["identity"]),
        "notes": "\n".join(f"{one['as_of']} {one['text']}" for one in told["note"]),
    }  # fmt: skip


def _codes(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for line in _lines(text):
        name, _colon, pair = line.partition(":")
        theirs, _sign, ours = pair.rpartition("=")
        found.setdefault(name.strip(), {})[theirs.strip()] = ours.strip()
    return found


def _group(line: str) -> dict[str, str]:
    parts = [part.strip() for part in line.split(",", 2)]
    return dict(zip(("factor", "reference", "reason"), parts, strict=False))


def _note(line: str) -> dict[str, str]:
    found = re.fullmatch(r"(\S+)\s+(.*)", line)
    return {"as_of": found[1], "text": found[2]} if found else {"as_of": line, "text": ""}


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


def _policy(name: str) -> str:
    found = load_policy(name)
    told = {"name": name, "n": found.minimum_n, "source": found.source}
    return _("%(name)s: at least %(n)d students (%(source)s)") % told
