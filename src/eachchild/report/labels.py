"""What a table of measures says in words: groups, places, outcomes, measures, states, numbers."""

from collections.abc import Iterable, Mapping

from eachchild.release.types import OutcomeCard, Released
from eachchild.report.names import Names
from eachchild.terms.catalogue import Words
from eachchild.terms.numerals import count, percent, significant
from eachchild.terms.said import points, sentence_case
from eachchild.terms.states import State
from eachchild.terms.years import ALL

# How a measure's number is written: a share, a difference of shares, a count, yes or no …
_KINDS: Mapping[str, str] = {
    "rate": "share", "composition": "share", "r_squared": "share",
    "risk_difference": "points", "percentage_point_gap": "points",
    "mean": "mean", "mean_difference": "mean",
    "count": "count", "students_to_parity": "count", "students_to_parity_moving": "count",
    "percentage_point_gap_flag": "flag", "index_80_flag": "flag",
    "proportionality_index_flag": "flag",
}  # fmt: skip
_MINUS = "\u2212"


def labels(released: Released, names: Names) -> dict[str, object]:
    """Every name that the measures of a report hold, in words; nothing they do not hold."""
    table = released.measures
    groups = {*table.group.names, *table.reference.names} - {""}
    titles = {o.name: o for o in released.outcomes}
    there = [name for name in table.outcome.names if name in titles]
    return {
        "groups": {"": names.label(""), **{g: group_label(names, g) for g in sorted(groups)}},
        "by": {by: group_label(names, by) for by in _by(released, table.group.names)},
        "places": {place: _place(names, place) for place in table.place.names},
        "periods": {period: _period(names, period) for period in table.period.names},
        "outcomes": {name: _outcome(titles[name]) for name in there},
        "measures": {name: _measure(names, name) for name in table.measure.names},
        "states": {str(state): sentence_case(names.state(state)) for state in State},
        "intervals": {name: names.say(f"interval.{name or 'none'}") for name in
                      _known(names, table.interval.names)},
    }  # fmt: skip


def _by(released: Released, groups: Iterable[str]) -> list[str]:
    """Which factors, alone or crossed, tell groups apart; in the plan's order, crossings last."""
    order = {factor.id: at for at, factor in enumerate(released.factors)}
    crossed = [group.split(";") for group in groups if "=" in group]
    found = {tuple(part.partition("=")[0] for part in parts) for parts in crossed}
    known = [by for by in found if all(factor in order for factor in by)]
    return [";".join(by) for by in sorted(known, key=lambda b: (len(b), [order[f] for f in b]))]


def group_label(names: Names, text: str) -> str:
    """A group, a crossing, a reference, or the factors that a number of the whole is about."""
    if text == "chance":
        return names.say("labels.chance")
    if "=" in text or text in ("complement", "overall"):
        return names.label(text)
    return sentence_case(", ".join(_factor(names, factor) for factor in text.split(";")))


def printed(said: Words, kind: str, value: float | None, *, per: int = 1, digits: int = 2) -> str:
    """A number of a measure as reports print it; with more digits, the exact value on demand.

    >>> from eachchild.terms.catalogue import words
    >>> en = words("en")
    >>> printed(en, "share", 0.12283), printed(en, "share", 0.12283, digits=4)
    ('12 %', '12.28 %')
    >>> printed(en, "points", -0.0855), printed(en, "count", 1204.0), printed(en, "ratio", 3.2934)
    ('−8.6 points', '1,204', '3.3')
    >>> printed(en, "mean", 0.2231, per=100), printed(en, "flag", 1.0), printed(en, "ratio", None)
    ('22', 'yes', '')
    """
    if value is None:
        return ""
    if kind == "flag":
        return said.say("number.yes") if value else said.say("number.no")
    if kind == "count":
        return _signed(value, count(abs(value)))
    if kind == "share":
        return _signed(value, percent(abs(value)) if digits == 2 else _percent(value, digits))
    if kind == "points":
        return _signed(value, points(said, value, digits))
    number = value * per if kind == "mean" else value
    return _signed(number, significant(abs(number), digits))


def _percent(value: float, digits: int) -> str:
    return f"{significant(abs(100 * value), digits)} %"


def _signed(value: float, size: str) -> str:
    return f"{_MINUS}{size}" if value < 0 else size


def _factor(names: Names, factor: str) -> str:
    card = names.factors.get(factor)
    return card.within if card else factor


def _place(names: Names, place: str) -> str:
    return names.say("labels.whole") if place == ALL else names.place(place)


def _period(names: Names, period: str) -> str:
    return sentence_case(names.period(period))


def _outcome(card: OutcomeCard) -> dict[str, object]:
    return {
        "title": card.title, "id": f"o-{card.name}", "per": card.per, "unit": card.unit,
        "is_rate": card.is_rate, "definition": card.definition, "hash": card.hash,
    }  # fmt: skip


def _measure(names: Names, name: str) -> dict[str, str]:
    return {"label": names.say(f"measure.{name}"), "kind": _KINDS.get(name, "ratio")}


def _known(names: Names, found: Iterable[str]) -> list[str]:
    return [name for name in found if names.words.has(f"report.interval.{name or 'none'}")]
