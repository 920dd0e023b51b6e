"""The matrix of roles and rights, read from `roles.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from eachchild.tables import PROTECTED


@dataclass(frozen=True, slots=True)
class Role:
    """What one role may read and do."""

    name: str
    label: str
    audience: str
    own_place: bool
    rights: frozenset[str]
    sees: str  # what a person of this role reads first, in words


@dataclass(frozen=True, slots=True)
class Protected:
    """Columns that are seen by those to whom they were granted, whatever their role."""

    name: str
    label: str
    columns: frozenset[str]
    outside: bool  # whether a partner may have it

    def may_be_of(self, role: str) -> bool:
        """Whether somebody of a role may have it at all."""
        return self.outside or role != OUTSIDE


OUTSIDE = "partner"  # the role of somebody who is not the district's
AUDIENCES = ("public", "board", "staff", "internal")  # from what everybody reads inwards


@cache
def roles() -> Mapping[str, Role]:
    """Every role by name.

    >>> sorted(roles()["auditor"].rights)
    ['trail']
    """
    told = _told()
    known = frozenset(told["rights"])
    found = {
        name: Role(
            name, row["label"], row["audience"], row["places"] == "own", frozenset(row["rights"]),
            row["sees"],
        )
        for name, row in told["roles"].items()
    }  # fmt: skip
    for role in found.values():
        if role.rights - known:
            raise ValueError(f"roles.toml: {role.name} has a right that is not listed")
    return found


@cache
def rights() -> Mapping[str, str]:
    """What each right allows, in words."""
    return dict(_told()["rights"])


@cache
def protected() -> Mapping[str, Protected]:
    """Every group of protected columns by name.

    >>> protected()["meals"].outside
    False
    """
    return {
        name: Protected(
            name, row["label"],
            frozenset(column for column, grants in PROTECTED.items() if name in grants),
            row["outside"],
        )
        for name, row in _told()["protected"].items()
    }  # fmt: skip


def _told() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("roles.toml").read_text("utf-8"))
