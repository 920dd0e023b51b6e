"""Sources that the instruments cite, each once, with an address that a reader can open."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

ENGLISH, SPANISH = "en", "es"
LANGUAGES = (ENGLISH, SPANISH)


@dataclass(frozen=True, slots=True)
class Source:
    """A work that a statement rests on.

    `year` is 0 where the page bears no date; `checked` is the day it was last seen, or empty.
    """

    key: str
    title: str
    url: str
    year: int = 0
    checked: str = ""


def folder(name: str) -> Traversable:
    """A folder of an instrument's data files."""
    return resources.files(__package__).joinpath(name)


def read(file: Traversable) -> Mapping[str, Any]:
    """A data file as it is written."""
    return tomllib.loads(file.read_text("utf-8"))


def known_keys(where: str, table: Mapping[str, Any], keys: Iterable[str]) -> None:
    """Raise ValueError where a table has a key that nobody reads, or lacks one."""
    wanted = set(keys)
    if unknown := sorted(set(table) - wanted):
        raise ValueError(f"{where}: unknown key '{unknown[0]}'; known: {', '.join(sorted(wanted))}")
    if missing := sorted(wanted - set(table)):
        raise ValueError(f"{where}: '{missing[0]}' is missing")


def in_language(language: str) -> str:
    """The language, or ValueError where the instruments are not written in it."""
    if language not in LANGUAGES:
        raise ValueError(f"no text in language '{language}'; there is {', '.join(LANGUAGES)}")
    return language


@cache
def sources() -> Mapping[str, Source]:
    """Every source of the standards by its key.

    >>> sources()["nasem"].year
    2019
    """
    table = read(folder("standards") / "sources.toml")
    return MappingProxyType({key: source_from(key, keys) for key, keys in table.items()})


def source_from(key: str, table: Mapping[str, Any]) -> Source:
    """A source of its keys; ValueError names what is wrong."""
    given = {"year": 0, "checked": "", **table}
    known_keys(f"source '{key}'", given, ("title", "url", "year", "checked"))
    if not str(table["url"]).startswith("https://"):
        raise ValueError(f"source '{key}': url must begin with https://")
    return Source(
        key, str(given["title"]), str(given["url"]), int(given["year"]), str(given["checked"])
    )
