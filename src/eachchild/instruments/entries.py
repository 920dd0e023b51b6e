"""Reading one entry of a data file: a key that is missing, unknown or wrong is named."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any


class Entry:
    """The keys of one entry; every method raises ValueError naming the entry and the key."""

    def __init__(self, name: str, keys: object) -> None:
        """`name` is how an error calls it: `strategy 'home-visits'`."""
        if not isinstance(keys, Mapping):
            raise ValueError(f"{name}: must be a table of keys")  # noqa: TRY004 - as all others
        self._name, self._keys = name, keys

    def wrong(self, key: str, why: str) -> ValueError:
        """The error to raise of a key."""
        return ValueError(f"{self._name}: '{key}' {why}")

    def has(self, key: str) -> bool:
        """Whether the key is written at all."""
        return key in self._keys

    def only(self, known: Sequence[str]) -> None:
        """Refuse a key nobody reads: it may be one misspelled."""
        if unknown := sorted(set(self._keys) - set(known)):
            raise self.wrong(unknown[0], f"is not known; known: {', '.join(known)}")

    def part(self, keys: Sequence[str]) -> "Entry":
        """The same entry with some of its keys."""
        return Entry(self._name, {k: v for k, v in self._keys.items() if k in keys})

    def inner(self, key: str, known: Sequence[str]) -> "Entry":
        """The entry inside a key, which may have the known keys alone."""
        inner = Entry(f"{self._name}, {key}", self._value(key))
        inner.only(known)
        return inner

    def text(self, key: str) -> str:
        """A sentence that is not blank."""
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "must be text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """One text or more."""
        found = self._list(key)
        if not found or not all(one.strip() for one in found):
            raise self.wrong(key, "must be a list of one text or more")
        return found

    def some_of(self, key: str, known: Sequence[str]) -> Any:  # the caller's literal
        """A list, which may be empty, of known words, each once."""
        found = self._list(key)
        if unknown := [one for one in found if one not in known]:
            raise self.wrong(key, f"has '{unknown[0]}'; known: {', '.join(known)}")
        if len(set(found)) < len(found):
            raise self.wrong(key, "says one thing twice")
        return found

    def one_of(self, key: str, known: Sequence[str]) -> Any:  # the caller's literal
        """One of the known words."""
        value = self._value(key)
        if value not in known:
            raise self.wrong(key, f"must be one of {', '.join(known)}")
        return value

    def whole(self, key: str) -> int:
        """A whole number."""
        value = self._value(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(key, "must be a whole number")
        return value

    def day(self, key: str) -> str:
        """A day written YYYY-MM-DD."""
        value = self.text(key)
        try:
            datetime.date.fromisoformat(value)
        except ValueError:
            raise self.wrong(key, "must be a day, as in 2026-11-28") from None
        return value

    def _value(self, key: str) -> object:
        if key not in self._keys:
            raise self.wrong(key, "is missing")
        return self._keys[key]

    def _list(self, key: str) -> tuple[str, ...]:
        value = self._value(key)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(key, "must be a list of texts")
        return tuple(value)
