"""The words that `init` knows, read from `words.toml`: headings, codes, what is counted."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

LUNCH_CODES = frozenset(("F", "R", "P"))  # free, reduced price, paid: together beyond doubt
LETTER_GRADES = frozenset("ABCDF")


@dataclass(frozen=True, slots=True)
class Words:
    """What districts and publishers call things.

    `headings` and `parts` are by our column name; `certain` and `likely` map small-letter codes to
    ours, by code list.
    """

    headings: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, tuple[str, ...]]
    others: tuple[str, ...]  # parts of headings that are about somebody else
    certain: Mapping[str, Mapping[str, str]]
    likely: Mapping[str, Mapping[str, str]]
    crdc: Mapping[str, Mapping[str, str]]  # by factor
    counted: tuple[tuple[str, re.Pattern[str]], ...]  # outcome and what names it
    patterns: Mapping[str, re.Pattern[str]]
    whole: frozenset[str]


@cache
def words() -> Words:
    """Read them, once.

    >>> words().certain["sex"]["girls"], words().crdc["race"]["BL"]
    ('female', 'black')
    """
    text = resources.files(__package__).joinpath("words.toml").read_text("utf-8")
    table = tomllib.loads(text)
    return Words(
        headings=_tuples(table["headings"]),
        parts=_tuples(table["parts"]),
        others=tuple(table["not"]["student"]),
        certain=MappingProxyType(table["certain"]),
        likely=MappingProxyType(table["likely"]),
        crdc=MappingProxyType(table["crdc"]),
        counted=tuple((name, _pattern(text)) for name, text in table["counted"].items()),
        patterns=MappingProxyType({k: _pattern(v) for k, v in table["patterns"].items()}),
        whole=frozenset(table["rows"]["whole"]),
    )


def counted_by(text: str) -> str | None:
    """The outcome that a heading, a row's label or a file's name speaks of.

    >>> counted_by("One or more in-school suspensions"), counted_by("Total")
    ('iss_any', None)
    """
    return next((name for name, pattern in words().counted if pattern.search(text)), None)


def certain_code(code_list: str, text: str) -> str | None:
    """What a text means beyond doubt; None: only a person can say."""
    return words().certain.get(code_list, {}).get(text.casefold())


def likely_code(code_list: str, text: str) -> str:
    """What a text probably means; empty: no idea."""
    return words().likely.get(code_list, {}).get(text.casefold(), "")


def _tuples(table: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({k: tuple(v) for k, v in table.items()})


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)
