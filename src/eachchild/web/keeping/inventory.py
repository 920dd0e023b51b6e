"""The inventory of data: every column of the database, and what lies in files."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """One column, or one kind of file: what it holds, why, on which ground, how long."""

    where: str
    name: str
    data_class: str
    purpose: str
    basis: str
    retention: str
    ppra: str


@cache
def _told() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("inventory.toml").read_text("utf-8"))


def classes() -> Mapping[str, str]:
    """What each class of data means."""
    return dict(_told()["classes"])


@cache
def columns() -> tuple[Column, ...]:
    """Every column that is listed.

    >>> next(c.data_class for c in columns() if (c.where, c.name) == ("accounts_user", "email"))
    'contact'
    """
    return tuple(
        _column(table, name, about, own)
        for table, about in _told()["tables"].items()
        for name, own in about["columns"].items()
    )


@cache
def kept_files() -> tuple[Column, ...]:
    """What lies in the folder of an organization."""
    return tuple(_column(one["where"], one["what"], one, {}) for one in _told()["files"])


def _column(where: str, name: str, about: Mapping[str, Any], own: Any) -> Column:
    """A column says its class, or also what differs from its table."""
    found = {**about, **(own if isinstance(own, Mapping) else {"class": own})}
    if found["class"] not in classes():
        raise ValueError(f"inventory.toml: {where}.{name} has a class that is not listed")
    return Column(
        where, name, found["class"], found["purpose"], found["basis"], found["retention"],
        found.get("ppra", "none"),
    )  # fmt: skip
