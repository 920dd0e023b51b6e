"""The explorer: rows of a bundle's measures in words, with what was found and drawn of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from eachchild.report.labels import printed
from eachchild.web.audits.screens import Pages
from eachchild.web.audits.words import catalogue
from eachchild.web.shelf import MOST, Numbers, by_of, numbers, values

LEVELS = ("rate", "mean", "composition", "count")
_FIXED = ("outcome", "group", "place", "period", "measure")
_EXACT = 6  # digits of an exact value
_SHOWN = ("reported", "coarse")
_CHANCE = ("student", "")  # the interval that reports print
_FOUND = 5
Wanted = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table in words."""

    group: str
    against: str
    measure: str
    place: str
    period: str
    number: str
    interval: str
    kind: str
    events: str
    students: str
    state: str  # empty where the number is there


@dataclass(frozen=True, slots=True)
class Shown:
    """What a choice shows: lines, what of them is the same in all, findings, a picture."""

    lines: tuple[Line, ...]
    count: int
    page: int
    last: int
    same: tuple[str, ...]  # said once above the table
    columns: frozenset[str]
    findings: tuple[Mapping[str, Any], ...]
    picture: str


def choices(folder: Path, pages: Pages, places: frozenset[str] | None) -> Mapping[str, Any]:
    """What a reader may choose, each as (value, words); places are those the reader sees."""
    told = pages["labels"]
    there = values(folder, "place")
    seen = [p for p in there if places is None or p in places]
    by = [(name, words) for name, words in told["by"].items()]
    return {
        "outcome": [(n, o["title"]) for n, o in told["outcomes"].items()],
        "by": [("", _("Everything")), *by],
        "group": [("", _("Every group")), *_groups(folder, told, dict(by))],
        "place": [("", _("Every place")), *_first("all", [(p, told["places"][p]) for p in seen])],
        "period": [("", _("Every year")), *((p, told["periods"][p]) for p in
                                            reversed(values(folder, "period")))],
        "measure": [("", _("Every measure")), ("level", _("Rate or mean")),
                    *((m, told["measures"][m]["label"]) for m in told["measures"])],
    }  # fmt: skip


def first_choice(pages: Pages) -> dict[str, str]:
    """What stands on the page before anybody chose: what the top finding is about."""
    top = next(iter(pages["top"]), None)
    outcomes = pages["outcomes"]
    outcome, group = (outcomes[0]["id"] if outcomes else ""), ""
    for one in outcomes:
        for finding in (*one["findings"], *one["quiet"]):
            if top and finding["screen"] == top["screen"]:
                outcome, group = one["id"], finding["group"]
    by = by_of(group) if group else next(iter(pages["labels"]["by"]), "")
    return {
        "outcome": outcome.removeprefix("o-"),
        "by": by,
        "place": "all",
        "period": pages["periods"][-1] if pages["periods"] else "",
        "measure": "level",
    }


def shown(folder: Path, pages: Pages, places: frozenset[str] | None, wanted: Wanted) -> Shown:
    """The rows of one page of a choice, in words."""
    found, page = _rows(folder, places, wanted), int(wanted.get("page") or 1)
    told, exact = pages["labels"], bool(wanted.get("exact"))
    lines = tuple(line_of(row, told, exact=exact) for row in found.rows)
    fixed = {name for name in _FIXED if wanted.get(name) and wanted[name] != "level"}
    return Shown(
        lines, found.count, page, max(1, -(-found.count // MOST)),
        tuple(_same(told, wanted, fixed)), _columns(lines, fixed, exact=exact),
        _findings(pages, wanted), _picture(pages, wanted),
    )  # fmt: skip


def line_of(row: Mapping[str, Any], told: Mapping[str, Any], *, exact: bool = False) -> Line:
    """A row of the measures in words; a number that is not there is its state."""
    said = catalogue()
    measure, outcome = told["measures"][row["measure"]], told["outcomes"].get(row["outcome"], {})
    digits, per = _EXACT if exact else 2, outcome.get("per", 1)

    def number(value: float | None) -> str:
        return printed(said, measure["kind"], value, per=per, digits=digits)

    bounds = [number(row["low"]), number(row["high"])]
    return Line(
        group=told["groups"].get(row["group"], row["group"]),
        against=told["groups"].get(row["reference"], "") if row["reference"] else "",
        measure=measure["label"],
        place=told["places"].get(row["place"], ""),
        period=told["periods"].get(row["period"], row["period"]),
        number=number(row["estimate"]) if row["state"] in _SHOWN else "",
        interval=_("%(low)s to %(high)s") % {"low": bounds[0], "high": bounds[1]}
        if all(bounds) else "",
        kind=told["intervals"].get(row["interval"], "") if row["interval"] else "",
        events=printed(said, "count", row["events"]) if row["events"] is not None else "",
        students=printed(said, "count", row["n"]) if row["n"] is not None else "",
        state="" if row["state"] == "reported" else told["states"][row["state"]],
    )  # fmt: skip


def _rows(folder: Path, places: frozenset[str] | None, wanted: Wanted) -> Numbers:
    start = (int(wanted.get("page") or 1) - 1) * MOST
    asked = {name: str(wanted.get(name) or "") for name in _FIXED}
    by, levels = str(wanted.get("by") or ""), asked["measure"] == "level"
    kinds: tuple[str, ...] = () if wanted.get("exact") else _CHANCE
    names = [asked["measure"]]
    if levels:
        there = set(values(folder, "measure"))
        names = [name for name in LEVELS if name in there] or [""]
    for intervals in (kinds, ()):  # where a source gives no other, the one there is
        for name in names:
            found = numbers(folder, places, start=start, by=by, intervals=intervals,
                            wanted={**asked, "measure": name})  # fmt: skip
            if any(row["group"] for row in found.rows) or (found.count and not by):
                return found  # everybody alone is no answer to how groups differ
    return Numbers((), 0)


def _columns(lines: Iterable[Line], fixed: set[str], *, exact: bool) -> frozenset[str]:
    """The columns that tell lines apart, or say anything at all."""
    always = {"number", "interval", "students"}
    some = {name for name in ("against", "events", "state") if any(getattr(x, name) for x in lines)}
    free = {"group", "measure", "place", "period"} - fixed
    alike = {name for name in free if len({getattr(x, name) for x in lines}) == 1}
    return frozenset(always | some | (free - (alike - {"group"})) | ({"kind"} if exact else set()))


def _same(told: Mapping[str, Any], wanted: Wanted, fixed: set[str]) -> Iterable[str]:
    names = {
        "outcome": {n: o["title"] for n, o in told["outcomes"].items()},
        "group": told["groups"], "place": told["places"], "period": told["periods"],
        "measure": {n: m["label"] for n, m in told["measures"].items()},
    }  # fmt: skip
    for name in _FIXED:
        if name in fixed:
            yield names[name].get(wanted[name], "")


def _findings(pages: Pages, wanted: Wanted) -> tuple[Mapping[str, Any], ...]:
    """What was found of a choice, in words; each with the screen where it stands."""
    found = []
    for one in _of(pages, wanted):
        if _is_about(one, wanted):
            found.append({"sentence": one["sentence"], "tag": one["tag"], "screen": one["screen"]})
        found += [
            {"sentence": other["sentence"], "tag": other["tag"], "screen": one["screen"]}
            for other in one["folded"]
            if wanted.get("place") not in ("", "all") and other["place"] == wanted["place"]
            and _is_of(one, wanted)
        ]  # fmt: skip
    return tuple(found[:_FOUND])


def _is_about(one: Mapping[str, Any], wanted: Wanted) -> bool:
    return one["place"] == (wanted.get("place") or "all") and _is_of(one, wanted)


def _is_of(one: Mapping[str, Any], wanted: Wanted) -> bool:
    group, by = wanted.get("group"), wanted.get("by")
    if group:
        return bool(one["group"] == group)
    return bool(one["group"]) and (not by or by_of(one["group"]) == by)


def _picture(pages: Pages, wanted: Wanted) -> str:
    """The picture that a bundle has of a choice: of the whole district; by year where all are."""
    by, outcome = wanted.get("by") or "", wanted.get("outcome") or ""
    if wanted.get("group"):
        by = by_of(wanted["group"])
    if not by or wanted.get("place") not in ("", "all"):
        return ""
    every = not wanted.get("period")
    latest = pages["periods"][-1] if pages["periods"] else ""
    if not every and wanted["period"] != latest:
        return ""
    kind = "y" if every else "x" if ";" in by else "g"
    name = "-".join((kind, outcome, *by.split(";")))
    for one in pages["outcomes"]:
        for figure in one["figures"]:
            if figure["id"] == name:
                return str(figure["html"])
    if every:
        return ""
    drawn = (f["figure"] for f in _of(pages, wanted) if f["group"] and by_of(f["group"]) == by)
    return next((str(html) for html in drawn if html), "")


def _of(pages: Pages, wanted: Wanted) -> Iterable[Mapping[str, Any]]:
    for one in pages["outcomes"]:
        if one["id"] == f"o-{wanted.get('outcome')}":
            yield from (*one["findings"], *one["quiet"])


def _groups(folder: Path, told: Mapping[str, Any], by: Mapping[str, str]) -> Iterable[Any]:
    """Every group under the factors that tell it apart."""
    found: dict[str, list[tuple[str, str]]] = {}
    for group in values(folder, "group"):
        if group in told["groups"] and by_of(group) in by and "=" in group:
            found.setdefault(by_of(group), []).append((group, told["groups"][group]))
    return [(by[name], found[name]) for name in by if name in found]


def _first(name: str, told: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same with one of them first, the others by their words."""
    return sorted(told, key=lambda one: (one[0] != name, one[1]))
