"""How much judgment a recorded behavior asks of an adult: subjective, mixed or objective."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal

from eachchild.terms.factors import NOT_REPORTED

Discretion = Literal["subjective", "mixed", "objective"]
DISCRETIONS: tuple[Discretion, ...] = ("subjective", "mixed", "objective")
_BETWEEN = re.compile(r"[\W_]+")


def plain_name(behavior: str) -> str:
    """A behavior's name without case, punctuation and spare blanks, as two lists may write it.

    >>> plain_name(" Defiance/Disrespect - Non_compliance ")
    'defiance disrespect non compliance'
    """
    return _BETWEEN.sub(" ", behavior.casefold()).strip()


@cache
def known_discretion() -> Mapping[str, Discretion]:
    """The published names, each with its discretion; `discretion.toml` says where each is from."""
    text = resources.files("eachchild.terms").joinpath("discretion.toml").read_text("utf-8")
    rows = tomllib.loads(text)["behavior"]
    return MappingProxyType(
        {plain_name(n): row["discretion"] for row in rows for n in row["names"]}
    )


def discretion_of(behavior: str, own: Mapping[str, str]) -> str:
    """The discretion of a recorded behavior: the plan's own word first, then the published lists.

    `own` is keyed by plain names. A behavior on no list is `not_reported`: nobody has said.

    >>> [discretion_of(b, {"code 7": "mixed"}) for b in ("DEFIANCE", "Code 7", "Code 8")]
    ['subjective', 'mixed', 'not_reported']
    """
    name = plain_name(behavior)
    return own[name] if name in own else known_discretion().get(name, NOT_REPORTED)
