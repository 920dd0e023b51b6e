"""The catalogue of sentences: every word a page or terminal says about results, by language.

A language is a folder of TOML files under `words/`; Spanish or a wording pack is added by adding a
folder, which may hold only the keys it changes. Numbers are put in after the words are chosen, so
they never change with the wording.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Formatter
from types import MappingProxyType

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language; `labels` are the district's own, by key."""

    language: str
    sentences: Mapping[str, str]
    labels: Mapping[str, str]

    def say(self, key: str, /, **values: object) -> str:
        """The sentence of a key with its blanks filled.

        >>> words("en").say("state.suppressed")
        'hidden to protect students'

        Raises KeyError for a sentence nobody wrote, or a blank nobody filled.
        """
        return self.text(key).format(**values)

    def text(self, key: str) -> str:
        """The sentence as written, blanks and all; a district's own label comes first."""
        return self.labels.get(key) or self.sentences[key]

    def each(self, key: str) -> tuple[str, ...]:
        """The entries of a list that a language keeps under one key, with a bar between them.

        >>> words("es").each("grammar.articles"), words("en").each("grammar.articles")
        (('los ', 'las '), ())
        """
        return tuple(part for part in self.text(key).split("|") if part)

    def has(self, key: str) -> bool:
        """Whether the catalogue, or the district, has this key."""
        return key in self.labels or key in self.sentences


def words(language: str, labels: Mapping[str, str] | None = None) -> Words:
    """The catalogue of one language, falling back on English key by key.

    Raises ValueError where there is no such language.
    """
    if language not in languages():
        raise ValueError(
            f"there is no catalogue for language '{language}'; there is {', '.join(languages())}"
        )
    return Words(language, _sentences(language), MappingProxyType(dict(labels or {})))


@cache
def languages() -> tuple[str, ...]:
    """The languages and wording packs that have a folder."""
    folder = resources.files(__package__).joinpath("words")
    return tuple(sorted(f.name for f in folder.iterdir() if f.is_dir()))


@cache
def _sentences(language: str) -> Mapping[str, str]:
    folder = resources.files(__package__).joinpath("words", language)
    found: dict[str, str] = {} if language == ENGLISH else dict(_sentences(ENGLISH))
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            found |= _flat(tomllib.loads(file.read_text("utf-8")))
    return MappingProxyType(found)


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = str(value)
    return flat


def blanks(sentence: str) -> tuple[str, ...]:
    """The names of a sentence's blanks, each once.

    >>> blanks("{group} were {rate} of {n}")
    ('group', 'rate', 'n')
    """
    return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(sentence) if name))
