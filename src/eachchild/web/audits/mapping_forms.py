"""Forms that say what files, columns and codes mean, and what an audit asks."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eachchild.tables import TABLES
from eachchild.terms.factors import FACTORS, NOT_REPORTED
from eachchild.web.audits import plans, words
from eachchild.web.foundation.forms import offer
from eachchild.web.profile.files import COUNTS

_DAYS = (
    ("", gettext_lazy("found by reading")),
    ("mdy", gettext_lazy("month first: 8/30/2024")),
    ("dmy", gettext_lazy("day first: 30/8/2024")),
    ("ymd", gettext_lazy("year first: 2024-08-30")),
)
_YEARS = (
    ("", gettext_lazy("written in full, as 2024-25")),
    ("start", gettext_lazy("the year it starts")),
    ("end", gettext_lazy("the year it ends")),
)
_KEPT = ("date_order", "year_is", "period", "complete")


class FileForm(forms.Form):
    """What is asked of every file: what it is, and of which year its rows are."""

    table = forms.ChoiceField(required=False, label=gettext_lazy("What is in this file?"))
    shown = forms.CharField(required=False, widget=forms.HiddenInput)  # whose columns are asked
    period = forms.CharField(
        required=False, max_length=9, label=gettext_lazy("School year of every row"),
        help_text=gettext_lazy("As 2024-25; leave it blank where a column says it."),
    )  # fmt: skip
    year_is = forms.ChoiceField(
        required=False, choices=_YEARS, label=gettext_lazy("A school year is")
    )

    def offer_tables(self, before: str) -> None:
        """What a file can be, with what it was said to be before."""
        named = ((table, words.table_name(table)) for table in TABLES)
        kinds = [("", _("leave this file out")), (COUNTS, _("Published counts")), *named]
        offer(self, "table", kinds)
        self.fields["table"].initial = self.fields["shown"].initial = before


class SourceForm(FileForm):
    """What one file is, and what each of its columns means."""

    date_order = forms.ChoiceField(required=False, choices=_DAYS, label=gettext_lazy("Dates are"))
    complete = forms.BooleanField(
        required=False, label=gettext_lazy("Who has no row here has none of it")
    )

    def __init__(self, *given: Any, told: Mapping[str, Any], source: Mapping[str, Any] | None,
                 **more: Any) -> None:  # fmt: skip
        super().__init__(*given, **more)
        self.told, self.source = told, dict(source or {})
        before = self.source.get("table", "")
        self.offer_tables(before)
        for name in _KEPT:
            self.fields[name].initial = self.source.get(name, "")
        self.mine = {theirs: ours for ours, theirs in self.source.get("columns", {}).items()}
        choices = self._meanings(self.data.get("shown") or before or told["table"])
        for number, column in enumerate(told["columns"]):
            label = _("What %(column)s means") % {"column": column["name"]}
            self.fields[f"c{number}"] = forms.ChoiceField(
                required=False, choices=choices, label=label,
                initial=self.mine.get(column["name"], ""),
            )  # fmt: skip

    def _meanings(self, table: str) -> list[tuple[str, str]]:
        own = plans.columns_of(table) if table in TABLES else ()
        found = [(ours, words.column_name(table, ours)) for ours, _meaning in own]
        known = {ours for ours, _label in found}
        extra = [(o, words.column_name(table, o)) for o in self.source.get("columns", {})
                 if o not in known]  # fmt: skip
        return [("", _("not used")), *found, *extra]

    def rows(self) -> list[tuple[Mapping[str, Any], Any]]:
        """Each column with its field."""
        return [(c, self[f"c{n}"]) for n, c in enumerate(self.told["columns"])]

    def clean(self) -> dict[str, Any]:
        """Each meaning once, and nothing that the table cannot do without is missing."""
        found: dict[str, Any] = super().clean() or {}
        if self.errors or not found.get("table") or not self.asked_all():
            return found
        made = self.made()
        chosen = [found[f"c{n}"] for n, _c in enumerate(self.told["columns"]) if found[f"c{n}"]]
        twice = sorted({ours for ours in chosen if chosen.count(ours) > 1})
        if twice:
            raise forms.ValidationError(
                _("Two columns mean the same: %(name)s. Choose one.")
                % {"name": words.column_name(found["table"], twice[0])}
            )
        missing = plans.needs_of(found["table"], made or {})
        if missing:
            raise forms.ValidationError(
                _("Say which column tells this: %(name)s. Without it no row here can be used.")
                % {"name": ", ".join(words.column_name(found["table"], n) for n in missing)}
            )
        return found

    @property
    def asks_columns(self) -> bool:
        """Whether it is known what the file is, so that columns can mean something."""
        return bool(self.data.get("shown") or self.source.get("table") or self.told["table"])

    def asked_all(self) -> bool:
        """Whether the columns that were asked are those of the table that was chosen."""
        return bool(self.cleaned_data.get("table") == self.cleaned_data.get("shown"))

    def made(self) -> dict[str, Any] | None:
        """The source as it was chosen; None: the file is left out."""
        found = self.cleaned_data
        table = found["table"]
        if not table:
            return None
        chosen = {found[f"c{n}"]: c["name"] for n, c in enumerate(self.told["columns"])
                  if found.get(f"c{n}")}  # fmt: skip
        if not self.asked_all():
            own = {ours for ours, _meaning in plans.columns_of(table)}
            could = {ours: c["name"] for c in reversed(self.told["columns"]) for ours in c["could"]}
            chosen = {ours: name for ours, name in {**could, **chosen}.items() if ours in own}
            chosen = {ours: name for name, ours in {n: o for o, n in chosen.items()}.items()}
        same = table == self.source.get("table")
        kept = {} if not same else {k: v for k, v in self.source.items() if k not in _KEPT}
        given = {k: found[k] for k in _KEPT if found.get(k)}
        return {
            **kept, "path": self.told["path"], "shape": "records", "table": table,
            "columns": chosen, **given,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a list: its rows, what we guess, and what was chosen."""

    value: str
    rows: int
    guess: str
    ours: str | None  # None: nobody has said yet
    is_own: bool = False  # the district's profile says the same

    @property
    def key(self) -> str:
        """The name of its field: the value itself may be anything."""
        return hashlib.sha256(self.value.encode()).hexdigest()[:16]


class CodesForm(forms.Form):
    """What the values of one list mean; one of few rows is written in by somebody who knows it."""

    more = forms.CharField(required=False, max_length=80, label=gettext_lazy("Another value"))
    more_is = forms.ChoiceField(required=False, label=gettext_lazy("means"))

    def __init__(self, posted: Any = None, *, name: str, codes: Sequence[Code]) -> None:
        super().__init__(posted, prefix=name)
        self.name, self.codes = name, codes
        options = [("", _("– not known yet –")), (NOT_REPORTED, _("not reported"))]
        options += [(v, words.value_name(name, v)) for v in plans.options_of(name)]
        offer(self, "more_is", options)
        for code in codes:
            self.fields[code.key] = forms.ChoiceField(
                required=False, choices=options,
                label=_("What %(value)s means") % {"value": code.value},
                initial=code.guess if code.ours is None else code.ours,
            )  # fmt: skip

    @property
    def title(self) -> str:
        """What the list is about."""
        return words.list_name(self.name)

    @property
    def waiting(self) -> int:
        """How many values nobody has explained."""
        return sum(code.ours is None for code in self.codes)

    def rows(self) -> list[tuple[Code, Any]]:
        """Each value with its field."""
        return [(code, self[code.key]) for code in self.codes]

    def made(self) -> dict[str, str]:
        """What was chosen, by value."""
        found = {code.value: self.cleaned_data[code.key] for code in self.codes}
        if self.cleaned_data["more"].strip() and self.cleaned_data["more_is"]:
            found[self.cleaned_data["more"].strip()] = self.cleaned_data["more_is"]
        return found


class QuestionsForm(forms.Form):
    """Whom an audit compares, in what, how closely, and under which privacy policy."""

    outcomes = forms.MultipleChoiceField(
        label=gettext_lazy("What may happen to students"), widget=forms.CheckboxSelectMultiple
    )
    depth = forms.TypedChoiceField(
        coerce=int, label=gettext_lazy("How many groups are crossed"),
        choices=((1, gettext_lazy("one at a time")), (2, gettext_lazy("two: Black girls")),
                 (3, gettext_lazy("three: Black girls with disabilities"))),
    )  # fmt: skip
    policy = forms.ChoiceField(
        label=gettext_lazy("Privacy policy"),
        help_text=gettext_lazy("What a released copy hides. Your state may ask for more."),
    )  # fmt: skip

    def __init__(
        self, *given: Any, plan: plans.Plan, says: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(*given, **more)
        self.plan, self.says = plan, says or {}
        asked = {i["factor"]: i for i in plan.get("identity", ())}
        self.factors = plans.factors_of(plan)
        for name in self.factors:
            values = asked.get(name, {}).get("values") or (
                FACTORS[name].values if name in FACTORS else ()
            )
            options = ["complement", *values, "overall"]
            self.fields[f"f-{name}"] = forms.BooleanField(
                required=False, initial=name in asked, label=words.factor_name(name)
            )
            self.fields[f"r-{name}"] = forms.ChoiceField(
                required=False, choices=[(v, words.reference_name(name, v)) for v in options],
                initial=asked.get(name, {}).get("reference", "complement"),
                label=_("%(factor)s: compared with") % {"factor": words.factor_name(name)},
            )  # fmt: skip
        for field, choices, initial in (
            ("outcomes", [(n, words.outcome_name(n)) for n in plans.outcomes_of(plan)],
             [o["name"] for o in plan.get("outcome", ())]),
            ("policy", words.policies(), plan.get("privacy", {}).get("policy", "federal")),
        ):  # fmt: skip
            choice = self.fields[field]
            assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - for the type checker
            choice.choices, choice.initial = choices, initial
        self.fields["depth"].initial = plan.get("depth", 2)

    def groups(self) -> list[tuple[Any, Any, str]]:
        """Each factor: whether it is asked, the reference, and what the profile says of it."""
        return [
            (self[f"f-{n}"], self[f"r-{n}"], self.says.get(f"identity.{n}", ""))
            for n in self.factors
        ]

    def clean(self) -> dict[str, Any]:
        """Somebody is compared."""
        found: dict[str, Any] = super().clean() or {}
        if not any(found.get(f"f-{n}") for n in self.factors):
            raise forms.ValidationError(_("Choose one group at least: race, sex, disability …"))
        return found

    def made(self) -> dict[str, Any]:
        """The plan with what was chosen; what was said of a factor or an outcome before stays."""
        found = self.cleaned_data
        before = {i["factor"]: i for i in self.plan.get("identity", ())}
        outcomes = {o["name"]: o for o in self.plan.get("outcome", ())}
        identity = []
        for name in (n for n in self.factors if found[f"f-{n}"]):
            one = {**before.get(name, {"factor": name}), "reference": found[f"r-{name}"]}
            if one["reference"] != before.get(name, {}).get("reference"):
                one.pop("reason", None)
            identity.append(one)
        return {
            **self.plan, "identity": identity, "depth": found["depth"],
            "outcome": [outcomes.get(n, {"name": n}) for n in found["outcomes"]],
            "privacy": {**self.plan.get("privacy", {}), "policy": found["policy"]},
        }  # fmt: skip
