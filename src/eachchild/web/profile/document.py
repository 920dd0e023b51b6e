"""A profile's document: which parts it has, and how it is written as TOML and read back."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from eachchild.terms.catalogue import words
from eachchild.terms.factors import NOT_REPORTED
from eachchild.web import toml

SCHEMA = 1
_PARTS = 3  # of a group's key: group, factor, value
Document = Mapping[str, Any]
USUAL_MARGIN = {
    "ratio_low": 0.8, "ratio_high": 1.25, "rare_below": 0.10, "points": 0.03, "effect": 0.2,
}  # fmt: skip  # those of the library; a test holds them equal
USUAL: Document = {
    "heading": "", "wording": "en", "languages": ["en", "es"], "accent": "",
    "margin": USUAL_MARGIN, "privacy": {"policy": "federal"}, "labels": {}, "codes": {},
    "identity": [], "note": [], "source": [],
}  # fmt: skip


def filled(document: Document) -> dict[str, Any]:
    """A document with the usual where it says nothing.

    >>> filled({})["languages"]
    ['en', 'es']
    """
    told = {name: document.get(name, usual) for name, usual in USUAL.items()}
    return {**told, "margin": {**USUAL_MARGIN, **told["margin"]}}


def together(*codes: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Lists of codes as one; what a later one says of a value counts.

    >>> together({"race": {"B": "black", "W": ""}}, {"race": {"W": "white"}})
    {'race': {'B': 'black', 'W': 'white'}}
    """
    lists: dict[str, dict[str, str]] = {}
    for one in codes:
        for name, rows in one.items():
            lists[name] = {**lists.get(name, {}), **rows}
    return lists


def to_toml(document: Document, logo: str = "") -> str:
    """One file that sets up another district alike; `logo` is its PNG in base64.

    >>> to_toml({"labels": {"group.el.yes": "multilingual learners"}}).splitlines()[-2:]
    ['[labels]', '"group.el.yes" = "multilingual learners"']
    """
    told = filled(document)
    lines = ["# A district's profile for EachChild.", f"schema = {SCHEMA}"]
    lines += [line for key, value in told.items() for line in _simple(key, value)]
    if logo:
        lines.append(f"logo = {toml.value(logo)}")
    for name in ("margin", "privacy", "labels"):
        lines += table(name, told[name])
    for name, codes in sorted(told["codes"].items()):
        lines += table(f"codes.{name}", codes)
    for name in ("identity", "note", "source"):
        lines += [line for one in told[name] for line in table(f"[{name}]", one)]
    return "\n".join(lines) + "\n"


def from_toml(text: str) -> tuple[dict[str, Any], str]:
    """The document of a file, and its logo in base64; ValueError where it is none."""
    told = tomllib.loads(text)
    if told.pop("schema", None) != SCHEMA:
        raise ValueError(f"schema must be {SCHEMA}")
    logo = told.pop("logo", "")
    strange = sorted(set(told) - set(USUAL))
    if strange:
        raise ValueError(f"{', '.join(strange)}: a profile has no such key")
    if not isinstance(logo, str):
        raise ValueError("logo must be text")  # noqa: TRY004 - one error for one file
    return told, logo


def table(name: str, rows: Mapping[str, Any]) -> list[str]:
    """A table in TOML; nothing where it has no rows."""
    if not rows:
        return []
    return ["", f"[{name}]", *(f"{toml.key(key)} = {toml.value(v)}" for key, v in rows.items())]


def _simple(key: str, value: Any) -> Iterator[str]:
    if (isinstance(value, str | int) and value != "") or (
        isinstance(value, list) and all(isinstance(one, str) for one in value) and value
    ):
        yield f"{key} = {toml.value(value)}"


@cache
def group_names() -> Mapping[str, str]:
    """What the library calls each group, by the key under which a district may rename it."""
    return {
        key: text
        for key, text in words("en").sentences.items()
        if key.startswith("group.") and len(key.split(".")) == _PARTS and NOT_REPORTED not in key
    }


@cache
def factor_names() -> Mapping[str, str]:
    """What the library calls each factor."""
    told = words("en").sentences
    return {key.removeprefix("factor."): t for key, t in told.items() if key.startswith("factor.")}


@cache
def policies() -> tuple[str, ...]:
    """The built-in privacy policies that a release may follow, the usual one first."""
    folder = resources.files("eachchild.release").joinpath("policies")
    names = {file.name.removesuffix(".toml") for file in folder.iterdir()} - {"internal"}
    return ("federal", *sorted(names - {"federal", "benchmark"}))
