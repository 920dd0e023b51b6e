"""The form of a file of published counts: its places and year, its groups, what it counts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eachchild.terms.factors import FACTORS
from eachchild.terms.outcomes import built_in
from eachchild.web.audits import plans, words
from eachchild.web.audits.counts import Line, N, cells_of, groups_of, lines_of, slug
from eachchild.web.audits.forms import QuickSelect
from eachchild.web.audits.mapping_forms import FileForm
from eachchild.web.foundation.forms import offer
from eachchild.web.profile.files import COUNTS

_PERIOD = re.compile(r"\d{4}-\d{2}")
_SEVERAL = "several"
_OWN = {"own-lower": "lower", "own-higher": "higher"}
_KEPT = ("total", "ignore_columns", "ignore_rows", "layout", "uncovered", "complete", "together")
_MOST_TEXTS = 60  # different texts of a column whose rows may tell groups
_LEVELS = (
    ("school", gettext_lazy("a school")), ("district", gettext_lazy("a district")),
    ("state", gettext_lazy("a state")), ("", gettext_lazy("all of it: the table has no places")),
)  # fmt: skip
_PLACE = (("place", "id"), ("name", "name"), ("parent", "parent"))  # a field, and its key


class CountsForm(FileForm):
    """What one published table is about, and what each line of its numbers counts."""

    level = forms.ChoiceField(required=False, label=gettext_lazy("One row is about"))
    place = forms.ChoiceField(
        required=False, label=gettext_lazy("The column that says which school, district or state")
    )
    name = forms.ChoiceField(required=False, label=gettext_lazy("The column with its name"))
    parent = forms.ChoiceField(
        required=False, label=gettext_lazy("The column with the district that a school is in")
    )
    total = forms.CharField(
        required=False, max_length=80,
        label=gettext_lazy("A row for all places together is called"),
        help_text=gettext_lazy("As in: District total. It is compared with the rows, never added."),
    )  # fmt: skip
    period_column = forms.ChoiceField(
        required=False, label=gettext_lazy("The column that says the school year")
    )

    def __init__(self, *given: Any, told: Mapping[str, Any], source: Mapping[str, Any] | None,
                 plan: plans.Plan, **more: Any) -> None:  # fmt: skip
        super().__init__(*given, **more)
        self.told, self.plan = told, plan
        self.source = dict(source if source is not None else told["counts"]["source"] or {})
        self.lines = _begun(lines_of(told["counts"], self.source), is_new=not self.source)
        self.before = groups_of(self.source)
        self._offer_places()
        columns = [c for c in told["columns"] if self._may_tell_groups(c)]
        self.columns = columns
        for number, column in enumerate(columns):
            had = self.before.get(column["name"], ())
            self.fields[f"g{number}"] = forms.ChoiceField(
                required=False, choices=_groups(had),
                label=_("What rows of %(column)s tell") % {"column": column["name"]},
                initial=_one_of(had),
            )  # fmt: skip
        quantities, people = list(self._quantities()), list(_people())
        for number, line in enumerate(self.lines):
            for key, label, choices, initial in self._asked(line, quantities, people):
                self.fields[f"{key}{number}"] = forms.ChoiceField(
                    required=False, choices=choices, initial=initial, widget=QuickSelect,
                    label=label % {"columns": line.columns},
                )  # fmt: skip
        suppressed = plan.get("codes", {}).get("suppression", {})
        for number, word in enumerate(told["counts"]["withheld"]):
            self.fields[f"s{number}"] = forms.CharField(
                required=False, max_length=20, initial=suppressed.get(word, ""),
                label=_("“%(word)s” stands for") % {"word": word},
            )  # fmt: skip

    def used(self) -> list[tuple[Line, list[Any]]]:
        """The lines that are used, each with its fields."""
        return [(line, self._fields(n)) for n, line in enumerate(self.lines) if line.quantity]

    def unused(self) -> list[tuple[Line, list[Any]]]:
        """The lines that are not."""
        return [(line, self._fields(n)) for n, line in enumerate(self.lines) if not line.quantity]

    def groups(self) -> list[tuple[Mapping[str, Any], Any]]:
        """Each column whose rows may tell groups, with its field."""
        return [(column, self[f"g{n}"]) for n, column in enumerate(self.columns)]

    def withheld(self) -> list[Any]:
        """The fields of words that stand for a number which was withheld."""
        return [self[f"s{n}"] for n, _word in enumerate(self.told["counts"]["withheld"])]

    def places(self) -> list[Any]:
        """The fields about places and years."""
        return [self[n] for n in ("level", "place", "name", "parent", "total",
                                  "period_column", "period", "year_is")]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Something is counted, of a place and a year that are known."""
        found: dict[str, Any] = super().clean() or {}
        if self.errors or found.get("table") != COUNTS:
            return found
        if any(s.get("shape") != COUNTS for s in self.plan.get("source", ())
               if s["path"] != self.told["path"]):  # fmt: skip
            raise forms.ValidationError(
                _("Published counts need an audit of their own: they do not cover the same "
                  "students as the other files here. Begin one, or leave this file out.")
            )  # fmt: skip
        if not any(found[f"q{n}"] for n, _line in enumerate(self.lines)):
            raise forms.ValidationError(_("Say of one column at least what it counts."))
        if found["level"] and not found["place"]:
            self.add_error("place", _("Say which column it is, or that the table has no places."))
        if not found["period_column"] and not _PERIOD.fullmatch(found["period"]):
            self.add_error("period", _("Say which school year it is, as 2024-25."))
        if any(not re.fullmatch(r"\d+-\d+|[<>]\d+|\d+|not_collected|", text)
               for text in self.suppression().values()):  # fmt: skip
            raise forms.ValidationError(
                _("A word for a withheld number stands for bounds: 1-3, <10 or >95.")
            )
        return found

    def made(self) -> dict[str, Any]:
        """The source as it was chosen."""
        found = self.cleaned_data
        kept = {k: v for k, v in self.source.items() if k in _KEPT and k != "total"}
        kept["ignore_columns"] = self._ignored(kept.get("ignore_columns", ()))
        made: dict[str, Any] = {
            "path": self.told["path"], "shape": COUNTS, **self._place(),
            **{k: v for k, v in kept.items() if v},
        }  # fmt: skip
        year = "period_column" if found["period_column"] else "period"
        made[year] = found[year]
        if found["year_is"]:
            made["year_is"] = found["year_is"]
        made["cells"] = list(self._cells())
        return made

    def suppression(self) -> dict[str, str]:
        """What the words for withheld numbers stand for."""
        return {
            word: self.cleaned_data.get(f"s{n}", "").strip()
            for n, word in enumerate(self.told["counts"]["withheld"])
        }  # fmt: skip

    def outcomes(self) -> list[dict[str, str]]:
        """The outcomes that no library has: named by their columns, with the direction chosen."""
        return [
            {"name": slug(line.columns), "label": slug(line.columns).replace("_", " "),
             "event": f"{slug(line.columns)} == 'yes'", "direction": _OWN[chosen]}
            for n, line in enumerate(self.lines)
            if (chosen := self.cleaned_data[f"q{n}"]) in _OWN
        ]  # fmt: skip

    def _asked(
        self, line: Line, quantities: list[Any], people: list[Any]
    ) -> Iterator[tuple[str, str, list[Any], str]]:
        """The fields of a line: their key, label, choices and what is chosen."""
        yield "q", _("What %(columns)s counts"), quantities, line.quantity
        where = [f"{factor}={value}" for factor, value in line.where]
        for place, key in enumerate(("v", "w")):
            label = _("Of whom: %(columns)s") if key == "v" else _("And of whom: %(columns)s")
            yield key, label, people, where[place] if place < len(where) else ""

    def _fields(self, number: int) -> list[Any]:
        return [self[f"{key}{number}"] for key in ("q", "v", "w")]

    def _may_tell_groups(self, column: Mapping[str, Any]) -> bool:
        few = 0 < column["distinct"] <= _MOST_TEXTS and column["looks"] not in ("date", "year")
        place = self.source.get("place", {})
        is_place = column["name"] in (place.get("id"), place.get("name"), place.get("parent"))
        return column["name"] in self.before or (few and not is_place and not column["is_count"])

    def _offer_places(self) -> None:
        self.offer_tables(COUNTS)
        offer(self, "level", _LEVELS)
        place = self.source.get("place", {})
        self.fields["level"].initial = place.get("level", "school") if place or not (
            self.source) else ""  # fmt: skip
        headings = [(c["name"], c["name"]) for c in self.told["columns"]]
        for field, key in _PLACE:
            chosen = _joined(place.get(key, ""))
            extra = [] if not chosen or (chosen, chosen) in headings else [(chosen, chosen)]
            offer(self, field, [("", _("none")), *extra, *headings])
            self.fields[field].initial = chosen
        mine = self.source.get("period_column")
        years = [(c["name"], c["name"]) for c in self.told["columns"]
                 if c["looks"] == "year" or c["name"] == mine]  # fmt: skip
        offer(self, "period_column", [("", _("none")), *years])
        for name in ("period_column", "period", "year_is"):
            self.fields[name].initial = self.source.get(name, "")
        self.fields["total"].initial = next(iter(self.source.get("total", {}).values()), "")

    def _quantities(self) -> Iterator[tuple[str, Any]]:
        yield "", _("not used")
        yield N, _("students, all of them")
        mine = [o["name"] for o in self.plan.get("outcome", ()) if o["name"] not in built_in()]
        own = [line.quantity for line in self.lines if line.quantity not in (*built_in(), N, "")]
        names = dict.fromkeys((*built_in(), *mine, *own))
        yield _("students to whom this happened"), [(n, words.outcome_name(n)) for n in names]
        yield (
            _("something else"),
            [
                ("own-lower", _("what should happen to fewer")),
                ("own-higher", _("what should happen to more")),
            ],
        )

    def _place(self) -> dict[str, Any]:
        found, place = self.cleaned_data, {}
        if not found["level"]:
            return {}
        before = self.source.get("place", {})
        for field, key in _PLACE:
            if found[field]:
                was = before.get(key, "")
                place[key] = was if _joined(was) == found[field] else found[field]
        if "parent" in place and before.get("parent_name"):
            place["parent_name"] = before["parent_name"]
        total = {"total": {_first(place["id"]): found["total"]}} if found["total"] else {}
        return {"place": {"level": found["level"], **place}, **total}

    def _ignored(self, before: Any) -> list[str]:
        """The columns left out by name, but for those that are used now."""
        used = {line.columns for n, line in enumerate(self.lines) if self.cleaned_data[f"q{n}"]}
        return [name for name in before if name not in used]

    def _cells(self) -> Iterator[Mapping[str, Any]]:
        chosen = {c["name"]: self.cleaned_data[f"g{n}"] for n, c in enumerate(self.columns)}
        groups = {name: factor for name, factor in chosen.items() if factor and factor != _SEVERAL}
        same = all(_one_of(self.before.get(name, ())) == factor for name, factor in chosen.items())
        for number, line in enumerate(self.lines):
            quantity = self.cleaned_data[f"q{number}"]
            if not quantity:
                continue
            said = [self.cleaned_data[f"{key}{number}"] for key in ("v", "w")]
            where = tuple(tuple(one.split("=", 1)) for one in said if one) + line.where[2:]
            name = slug(line.columns) if quantity in _OWN else quantity
            now = replace(line, quantity=name, where=where)
            if line.cells and same and where == line.where:
                yield from ({**cell, "quantity": name} for cell in line.cells)
            else:
                yield from cells_of(now, groups, self.told["counts"]["wholes"])


def _one_of(had: tuple[str, ...]) -> str:
    """What a field shows of the factors that a column's rows tell."""
    return _SEVERAL if len(had) > 1 else "".join(had)


def _joined(columns: Any) -> str:
    """One column, or several that are read together."""
    return columns if isinstance(columns, str) else " + ".join(columns)


def _begun(lines: list[Line], *, is_new: bool) -> list[Line]:
    """Lines of a table that nobody has guessed begin with what their headings say."""
    if not is_new:
        return lines
    return [replace(line, quantity=line.guess) for line in lines]


def _groups(had: tuple[str, ...]) -> list[tuple[str, Any]]:
    several = [(_SEVERAL, _("several kinds of groups, as we read them"))] if len(had) > 1 else []
    return [("", _("no groups of students")), *several,
            *((name, words.factor_name(name)) for name in FACTORS)]  # fmt: skip


def _people() -> Iterator[tuple[str, Any]]:
    yield "", _("everybody in the row")
    for name, factor in FACTORS.items():
        yield (
            words.factor_name(name),
            [(f"{name}={value}", words.value_name(name, value)) for value in factor.values],
        )


def _first(told: Any) -> str:
    return told if isinstance(told, str) else str(told[0])
