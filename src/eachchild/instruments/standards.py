"""The equity standards: what is true in a district where each child receives what they need.

Written here in our own words, each with four levels that a team can see, what it could attach as
evidence, and the frameworks it answers. Texts are data, in `standards/`: one file an area.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from eachchild.instruments.cited import (
    ENGLISH,
    SPANISH,
    Source,
    folder,
    in_language,
    known_keys,
    read,
    sources,
)
from eachchild.instruments.frameworks import idc
from eachchild.terms.outcomes import built_in

Level = Literal["beginning", "partly", "in_place", "leading"]
LEVELS: tuple[Level, ...] = get_args(Level)
_TEXT = ("name", "asks", "levels", "evidence")
_CROSSED = ("nasem", "idc", "outcomes", "sources")
_LABELS: Mapping[Level, Mapping[str, str]] = {
    "beginning": {ENGLISH: "Beginning", SPANISH: "Al comienzo"},
    "partly": {ENGLISH: "Partly in place", SPANISH: "En parte"},
    "in_place": {ENGLISH: "In place", SPANISH: "Se cumple"},
    "leading": {ENGLISH: "Leading", SPANISH: "Ejemplo para otros"},
}


@dataclass(frozen=True, slots=True)
class Text:
    """What a reader of one language is told of a standard."""

    name: str
    asks: str  # what is true when the standard is met
    levels: Mapping[Level, str]
    evidence: tuple[str, ...]  # what a team could attach


@dataclass(frozen=True, slots=True)
class Standard:
    """One equity standard, with what it answers in NASEM's indicators and the IDC rubric."""

    key: str
    area: str
    texts: Mapping[str, Text]
    nasem: tuple[int, ...]
    idc: tuple[str, ...]
    outcomes: tuple[str, ...]  # built-in outcomes that move where it is met
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ToldLevel:
    """A level with its label and what is seen at it."""

    key: Level
    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Told:
    """A standard in the words of one language."""

    key: str
    area: str  # the area's name
    name: str
    asks: str
    levels: tuple[ToldLevel, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaSummary:
    """How many standards of an area stand at each level, and which nobody has rated yet."""

    area: str
    counts: Mapping[Level, int]
    unrated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The same over all areas, and area by area."""

    counts: Mapping[Level, int]
    unrated: tuple[str, ...]
    areas: tuple[AreaSummary, ...]


def level_label(level: Level, language: str) -> str:
    """The words for a level.

    >>> level_label("in_place", "en")
    'In place'
    """
    return _LABELS[level][in_language(language)]


@cache
def areas(language: str) -> Mapping[str, str]:
    """The areas in their order, key to name.

    >>> next(iter(areas("es").values()))
    'Visión y liderazgo'
    """
    table = read(folder("standards") / "areas.toml")
    return MappingProxyType({key: str(one[in_language(language)]) for key, one in table.items()})


@cache
def standards() -> tuple[Standard, ...]:
    """Every standard, area by area. Raises ValueError where a file is wrong, naming the key."""
    found: list[Standard] = []
    for area in areas(ENGLISH):
        table = read(folder("standards") / f"{area}.toml")
        found += [standard_from(key, area, one) for key, one in table.items()]
    no_key_twice(one.key for one in found)
    return tuple(found)


def standard(key: str) -> Standard:
    """One standard. Raises KeyError where there is none of this key."""
    return _by_key()[key]


@cache
def _by_key() -> Mapping[str, Standard]:
    return MappingProxyType({one.key: one for one in standards()})


def told(standard: Standard, language: str) -> Told:
    """A standard in the words of one language.

    >>> told(standard("board-decides"), "en").levels[0].label
    'Beginning'
    """
    text = standard.texts[in_language(language)]
    return Told(
        key=standard.key,
        area=areas(language)[standard.area],
        name=text.name,
        asks=text.asks,
        levels=tuple(ToldLevel(x, level_label(x, language), text.levels[x]) for x in LEVELS),
        evidence=text.evidence,
    )


def summary(levels: Mapping[str, Level]) -> Summary:
    """Count the standards at each level, in all and by area, and name those not yet rated.

    There is no average: levels are words in an order, not numbers. The step from the first to the
    second is not the size of the last one, and a mean would let one standard pay for another.

    >>> summary({"board-decides": "partly"}).counts["partly"]
    1

    Raises ValueError for a standard or a level that does not exist.
    """
    for key, level in levels.items():
        if key not in _by_key():
            raise ValueError(f"there is no standard '{key}'")
        if level not in LEVELS:
            raise ValueError(f"standard '{key}': level must be one of {', '.join(LEVELS)}")
    parts = tuple(_area_summary(area, levels) for area in areas(ENGLISH))
    return Summary(
        counts=_counts(levels.values()),
        unrated=tuple(key for part in parts for key in part.unrated),
        areas=parts,
    )


def _area_summary(area: str, levels: Mapping[str, Level]) -> AreaSummary:
    keys = [one.key for one in standards() if one.area == area]
    rated = (levels[key] for key in keys if key in levels)
    return AreaSummary(area, _counts(rated), tuple(key for key in keys if key not in levels))


def _counts(levels: Iterable[Level]) -> Mapping[Level, int]:
    found = Counter(levels)
    return MappingProxyType({level: found[level] for level in LEVELS})


def standard_from(key: str, area: str, table: Mapping[str, Any]) -> Standard:
    """A standard of its keys; ValueError names the standard and what is wrong with it."""
    where = f"standard '{key}'"
    known_keys(where, table, (*_TEXT, *_CROSSED, SPANISH))
    texts = {
        ENGLISH: _text(where, {name: table[name] for name in _TEXT}),
        SPANISH: _text(f"{where} in Spanish", table[SPANISH]),
    }
    if len({len(text.evidence) for text in texts.values()}) > 1:
        raise ValueError(f"{where}: languages differ in how much evidence they list")
    for name, known in (
        ("nasem", range(1, 17)), ("idc", idc()), ("outcomes", built_in()), ("sources", sources()),
    ):  # fmt: skip
        if unknown := [one for one in table[name] if one not in known]:
            raise ValueError(f"{where}: {name} has '{unknown[0]}', which does not exist")
    if not table["sources"]:
        raise ValueError(f"{where}: needs a source")
    return Standard(
        key=key,
        area=area,
        texts=MappingProxyType(texts),
        nasem=tuple(table["nasem"]),
        idc=tuple(table["idc"]),
        outcomes=tuple(table["outcomes"]),
        sources=tuple(sources()[name] for name in table["sources"]),
    )


def _text(where: str, table: Mapping[str, Any]) -> Text:
    known_keys(where, table, _TEXT)
    known_keys(f"{where}, levels", table["levels"], LEVELS)
    said = [table["name"], table["asks"], *table["levels"].values(), *table["evidence"]]
    if not table["evidence"] or not all(str(one).strip() for one in said):
        raise ValueError(f"{where}: a text is empty")
    if len(set(table["levels"].values())) < len(LEVELS):
        raise ValueError(f"{where}: two levels say the same")
    levels = {level: str(table["levels"][level]) for level in LEVELS}
    return Text(
        str(table["name"]), str(table["asks"]),
        MappingProxyType(levels), tuple(map(str, table["evidence"])),
    )  # fmt: skip


def no_key_twice(keys: Iterable[str]) -> None:
    """Raise ValueError where two standards have one key."""
    if twice := [key for key, times in Counter(keys).items() if times > 1]:
        raise ValueError(f"standard '{twice[0]}' is there twice")
