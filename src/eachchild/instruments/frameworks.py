"""The frameworks that districts are asked about, and what of them an audit truly shows.

NASEM: the 16 indicators of *Monitoring Educational Equity* (National Academies 2019); titles are
the report's, constructs are told in our words. IDC: the five areas of the Success Gaps rubric of
the IDEA Data Center, which is public domain and credited here. What no audit counts is said to be
not measured, with the data it would take: nothing is filled in by a guess.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from eachchild.instruments.cited import LANGUAGES, folder, in_language, known_keys, read
from eachchild.terms.outcomes import built_in

_INDICATOR = ("number", "title", "construct", "related")


class State(StrEnum):
    """How much of an indicator an audit shows."""

    MEASURED = "measured"
    PARTLY = "partly"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, slots=True)
class Construct:
    """One thing that an indicator asks about: any of `outcomes` shows it; without one, none does.

    `text` says what it is and `needs` what data it takes, by language.
    """

    text: Mapping[str, str]
    needs: Mapping[str, str]
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of NASEM's 16. `related` outcomes are of its subject and show none of its constructs."""

    number: int
    title: Mapping[str, str]
    constructs: tuple[Construct, ...]
    related: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IdcArea:
    """One of the five areas of the IDC Success Gaps rubric, by language."""

    key: str
    name: Mapping[str, str]
    asks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IndicatorState:
    """What an audit shows of one indicator: by which outcomes, and which constructs it does not."""

    indicator: Indicator
    state: State
    outcomes: tuple[str, ...]  # measured, and showing a construct
    missing: tuple[Construct, ...]
    related: tuple[str, ...]  # measured, and near it


@dataclass(frozen=True, slots=True)
class ToldMissing:
    """A construct that is not measured, and the data it would take."""

    text: str
    needs: str


@dataclass(frozen=True, slots=True)
class ToldState:
    """The state of an indicator as a reader of one language is told it."""

    number: int
    title: str
    state: State
    label: str
    outcomes: tuple[str, ...]
    related: tuple[str, ...]
    missing: tuple[ToldMissing, ...]


_LABELS = {
    State.MEASURED: {"en": "Measured", "es": "Medido"},
    State.PARTLY: {"en": "Measured in part", "es": "Medido en parte"},
    State.NOT_MEASURED: {"en": "Not measured", "es": "No medido"},
}


def state_label(state: State, language: str) -> str:
    """The words for a state.

    >>> state_label(State.PARTLY, "es")
    'Medido en parte'
    """
    return _LABELS[state][in_language(language)]


@cache
def nasem() -> tuple[Indicator, ...]:
    """NASEM's indicators, 1 to 16."""
    table = read(folder("frameworks") / "nasem.toml")
    found = tuple(indicator_from(one) for one in table["indicator"])
    if [one.number for one in found] != list(range(1, 17)):
        raise ValueError("nasem.toml: indicators must be numbered 1 to 16, in order")
    return found


@cache
def idc() -> Mapping[str, IdcArea]:
    """The five areas of the IDC rubric by key, in its order."""
    table = read(folder("frameworks") / "idc.toml")
    return MappingProxyType({key: _idc_area(key, one) for key, one in table.items()})


def _idc_area(key: str, table: Mapping[str, Any]) -> IdcArea:
    where = f"IDC area '{key}'"
    known_keys(where, table, ("name", "asks"))
    return IdcArea(key, _said(where, table["name"]), _said(where, table["asks"]))


def nasem_states(measured: Set[str]) -> tuple[IndicatorState, ...]:
    """The true state of all 16 indicators, given the ids of the outcomes an audit could report.

    Own outcomes of a district are passed over: nobody said what they show. An indicator is
    measured only where each of its constructs is.

    >>> [one.state.value for one in nasem_states({"chronic_absence", "graduated"})][2:7]
    ['partly', 'not_measured', 'not_measured', 'measured', 'not_measured']
    """
    return tuple(_state(one, measured) for one in nasem())


def _state(indicator: Indicator, measured: Set[str]) -> IndicatorState:
    missing = tuple(c for c in indicator.constructs if measured.isdisjoint(c.outcomes))
    shown = dict.fromkeys(o for c in indicator.constructs for o in c.outcomes if o in measured)
    state = State.PARTLY if shown and missing else State.NOT_MEASURED if missing else State.MEASURED
    related = tuple(o for o in indicator.related if o in measured)
    return IndicatorState(indicator, state, tuple(shown), missing, related)


def told_state(state: IndicatorState, language: str) -> ToldState:
    """The state of an indicator in the words of one language."""
    return ToldState(
        number=state.indicator.number,
        title=state.indicator.title[in_language(language)],
        state=state.state,
        label=state_label(state.state, language),
        outcomes=state.outcomes,
        related=state.related,
        missing=tuple(ToldMissing(c.text[language], c.needs[language]) for c in state.missing),
    )


def indicator_from(table: Mapping[str, Any]) -> Indicator:
    """An indicator of its keys; ValueError names the one that is wrong."""
    where = f"indicator {table.get('number', '?')}"
    known_keys(where, {"related": [], **table}, _INDICATOR)
    if not table["construct"]:
        raise ValueError(f"{where}: needs a construct")
    return Indicator(
        number=int(table["number"]),
        title=_said(where, table["title"]),
        constructs=tuple(_construct(where, one) for one in table["construct"]),
        related=_outcomes(where, table.get("related", ())),
    )


def _construct(where: str, table: Mapping[str, Any]) -> Construct:
    known_keys(where, {"outcomes": [], **table}, ("text", "needs", "outcomes"))
    outcomes = _outcomes(where, table.get("outcomes", ()))
    return Construct(_said(where, table["text"]), _said(where, table["needs"]), outcomes)


def _outcomes(where: str, names: Any) -> tuple[str, ...]:
    if unknown := [name for name in names if name not in built_in()]:
        raise ValueError(f"{where}: '{unknown[0]}' is no built-in outcome")
    return tuple(names)


def _said(where: str, table: Mapping[str, Any]) -> Mapping[str, str]:
    known_keys(where, table, LANGUAGES)
    if empty := [language for language in LANGUAGES if not str(table[language]).strip()]:
        raise ValueError(f"{where}: no text in language '{empty[0]}'")
    return MappingProxyType({language: str(table[language]) for language in LANGUAGES})
