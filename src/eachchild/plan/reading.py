"""Reading keys of a TOML table strictly: a misspelt key is an error, not a silence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from eachchild.plan.declared import Section
from eachchild.plan.errors import PlanError

T = TypeVar("T", str, int, float, bool)


@dataclass(frozen=True, slots=True)
class Keys:
    """One TOML table being read, and where it stands, for messages."""

    table: Mapping[str, object]
    where: str

    def known(self, section: Section) -> None:
        """Refuse a key that no rule reads, with the nearest one that does."""
        names = tuple(section.keys)
        for key in self.table:
            if key not in names:
                near = get_close_matches(key, names, 1)
                hint = (
                    f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(sorted(names))}."
                )
                raise PlanError(f"{self.where}: unknown key '{key}'. {hint}")

    def one(self, key: str, kind: type[T], default: T) -> T:
        """A value of one kind, or the default where the key is absent."""
        value = self.table.get(key, default)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise PlanError(f"{self.where}: '{key}' must be {_NAMES[kind]}.")
        return value

    def maybe(self, key: str) -> str | None:
        """A text, or None where the key is absent."""
        return self.one(key, str, "") or None

    def choice(self, key: str, options: Sequence[str], default: str | None) -> str:
        """One of the listed words."""
        value = self.table.get(key, default)
        if value not in options:
            raise PlanError(f"{self.where}: '{key}' must be one of {', '.join(options)}.")
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts, always as a tuple."""
        value = self.table.get(key, [])
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(i, str) for i in items):
            raise PlanError(f"{self.where}: '{key}' must be a text or a list of texts.")
        return tuple(items)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """A small table of texts, as pairs in the order written."""
        value = self.table.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise PlanError(f"{self.where}: '{key}' must be a table like {{ a = \"b\" }}.")
        return tuple(value.items())

    def tables(self, key: str) -> tuple["Keys", ...]:
        """The tables of a `[[key]]` list, each knowing its number."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise PlanError(f"{self.where}: write '{key}' as [[{key}]] tables.")
        return tuple(Keys(v, f"{self.where}, [[{key}]] {i}") for i, v in enumerate(value, 1))

    def inner(self, key: str) -> "Keys":
        """A nested table; empty where absent."""
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            raise PlanError(f"{self.where}: '{key}' must be a table.")
        return Keys(value, f"{self.where}, [{key}]")


_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
