"""The library of strategies: what a district can change for every student it applies to.

Each file of `strategies/` is one area and tier. An entry says what changes, what a study found
(nothing too), what it needs, what to watch, and one source a reader can open; in English and
Spanish. No entry assigns by who a student is, and none allots by group.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Literal, get_args

from eachchild.instruments.cited import ENGLISH, LANGUAGES, SPANISH, Source, folder
from eachchild.instruments.entries import Entry
from eachchild.terms.catalogue import languages
from eachchild.terms.outcomes import built_in

Area = Literal["foundations", "partnerships", "assurances"]
Evidence = Literal["strong", "moderate", "promising", "rationale"]  # ESSA, by the study cited
Cost = Literal["low", "medium", "high"]
Remedy = Literal["open", "counsel"]  # open to every child it applies to, or ask counsel first
Cause = Literal[
    "composition", "reporting", "between_schools", "not_offered", "transport", "step", "moment",
    "consequence", "referrer", "gate", "support", "screen", "rule", "words",
]  # fmt: skip
TIERS = (1, 2, 3)
_FOLDER = "strategies"
_NAMES = "names.toml"
_BEST_FIRST = get_args(Evidence)
_TOLD = ("name", "what", "found", "cost_note", "needs", "remedy_note", "watch", "balance")
_SORTED = ("outcomes", "causes", "evidence", "cost", "remedy", "source", SPANISH)


@dataclass(frozen=True, slots=True)
class Told:
    """An entry's texts in one language; `balance` is what would show that it does harm."""

    name: str
    what: str
    found: str
    cost_note: str
    needs: tuple[str, ...]
    remedy_note: str
    watch: tuple[str, ...]
    balance: str


@dataclass(frozen=True, slots=True)
class Strategy:
    """One thing to change, for everyone (tier 1), for some or for few by need (2, 3)."""

    key: str
    area: Area
    tier: int
    outcomes: tuple[str, ...]  # of the built-in ones; none: it bears on no single one
    causes: tuple[Cause, ...]  # the kinds of the ledger it answers
    evidence: Evidence
    cost: Cost
    remedy: Remedy
    source: Source
    texts: Mapping[str, Told] = field(hash=False)  # by language


@dataclass(frozen=True, slots=True)
class Named:
    """What an area, a tier or a mark of an entry is called, and what that means."""

    label: str
    meaning: str


def told(one: Strategy, language: str) -> Told:
    """A strategy in a language; a wording pack of English is told in English.

    >>> told(strategy("universal-screening"), "es").name
    'Evaluar a todos para el programa de estudiantes dotados'

    Raises ValueError where there is no such language.
    """
    return one.texts[_language(language)]


@cache
def strategies() -> tuple[Strategy, ...]:
    """The whole library, by area, tier and then as written.

    Raises ValueError naming the entry and the key that is wrong.
    """
    files = {file.name: file.read_text("utf-8") for file in folder(_FOLDER).iterdir()}
    return read_strategies({name: text for name, text in files.items() if name != _NAMES})


def strategy(key: str) -> Strategy:
    """The strategy of a key; KeyError where there is none."""
    return _by_key()[key]


def fitting(outcome: str, causes: Collection[str]) -> tuple[Strategy, ...]:
    """What fits a finding: what answers a cause of it first, then what bears on its outcome.

    In both, the best evidence stands first, then what is for more students. An entry that bears
    on other outcomes alone is left out; of an outcome a district declares, causes alone decide.

    >>> [s.key for s in fitting("gifted", ["gate"])][:1]
    ['universal-screening']
    """
    own = outcome not in built_in()

    def answers(one: Strategy) -> bool:
        return not set(one.causes).isdisjoint(causes)

    def fits(one: Strategy) -> bool:
        return outcome in one.outcomes or (answers(one) and (own or not one.outcomes))

    def place(one: Strategy) -> tuple[bool, int, int]:
        return not answers(one), _BEST_FIRST.index(one.evidence), one.tier

    return tuple(sorted((s for s in strategies() if fits(s)), key=place))


def named(kind: str, key: str | int, language: str) -> Named:
    """What an `area`, `tier`, `evidence`, `cost` or `remedy` is called in a language.

    >>> named("tier", 2, "en").label
    'Tier 2: some students'

    Raises KeyError where there is no such kind or key.
    """
    return _names()[kind, str(key), _language(language)]


def read_strategies(files: Mapping[str, str]) -> tuple[Strategy, ...]:
    """Strategies of the texts of files, keyed by file name; ValueError says what is wrong where."""
    found = [one for name in files for one in _of_file(name, files[name])]
    keys = [one.key for one in found]
    if twice := sorted(k for k in set(keys) if keys.count(k) > 1):
        raise ValueError(f"strategy '{twice[0]}': 'key' stands in two files; each is written once")
    areas = get_args(Area)
    return tuple(sorted(found, key=lambda s: (areas.index(s.area), s.tier)))


def _of_file(name: str, text: str) -> list[Strategy]:
    head = tomllib.loads(text)
    entries = head.pop("strategy", {})
    top = Entry(f"file '{name}'", head)
    top.only(("area", "tier"))
    area: Area = top.one_of("area", get_args(Area))
    tier = top.whole("tier")
    if tier not in TIERS:
        raise top.wrong("tier", "must be 1, 2 or 3")
    return [_strategy(key, Entry(f"strategy '{key}'", e), area, tier) for key, e in entries.items()]


def _strategy(key: str, entry: Entry, area: Area, tier: int) -> Strategy:
    entry.only((*_TOLD, *_SORTED))
    texts = {
        ENGLISH: _told(entry.part(_TOLD)),
        SPANISH: _told(entry.inner(SPANISH, _TOLD)),
    }
    for many in ("needs", "watch"):
        if len({len(getattr(one, many)) for one in texts.values()}) > 1:
            raise entry.wrong(f"es.{many}", f"must have as many entries as '{many}'")
    return Strategy(
        key=key,
        area=area,
        tier=tier,
        outcomes=entry.some_of("outcomes", tuple(built_in())),
        causes=entry.some_of("causes", get_args(Cause)),
        evidence=entry.one_of("evidence", get_args(Evidence)),
        cost=entry.one_of("cost", get_args(Cost)),
        remedy=entry.one_of("remedy", get_args(Remedy)),
        source=_source(key, entry.inner("source", ("title", "url", "year", "checked"))),
        texts=MappingProxyType(texts),
    )


def _told(entry: Entry) -> Told:
    return Told(
        name=entry.text("name"),
        what=entry.text("what"),
        found=entry.text("found"),
        cost_note=entry.text("cost_note"),
        needs=entry.texts("needs"),
        remedy_note=entry.text("remedy_note"),
        watch=entry.texts("watch"),
        balance=entry.text("balance"),
    )


def _source(key: str, entry: Entry) -> Source:
    url = entry.text("url")
    if not url.startswith("https://"):
        raise entry.wrong("url", "must begin with https://")
    checked = entry.day("checked") if entry.has("checked") else ""
    return Source(key, entry.text("title"), url, entry.whole("year"), checked)


@cache
def _by_key() -> Mapping[str, Strategy]:
    return MappingProxyType({one.key: one for one in strategies()})


@cache
def _names() -> Mapping[tuple[str, str, str], Named]:
    kinds = tomllib.loads(folder(_FOLDER).joinpath(_NAMES).read_text("utf-8"))
    found: dict[tuple[str, str, str], Named] = {}
    for kind, keys in kinds.items():
        for key, by_language in keys.items():
            for language in LANGUAGES:
                entry = Entry(f"{kind} '{key}'", by_language).inner(language, ("label", "meaning"))
                found[kind, key, language] = Named(entry.text("label"), entry.text("meaning"))
    return MappingProxyType(found)


def _language(language: str) -> str:
    if language not in languages():
        raise ValueError(
            f"there are no strategies in language '{language}'; there are {', '.join(LANGUAGES)}"
        )
    return language if language in LANGUAGES else ENGLISH
