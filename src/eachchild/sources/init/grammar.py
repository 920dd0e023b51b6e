"""The column grammar of a published table: headings that differ only in a group's code."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eachchild.sources.counts.patterns import clean
from eachchild.sources.init.seen import SeenColumn
from eachchild.sources.init.words import words

_FEWEST = {"race": 3, "sex": 2}  # different values a family of columns must tell apart


@dataclass(frozen=True, slots=True)
class Family:
    """Columns of one shape: `SCH_ENR_{race}_{sex}`, with the codes that stand in its places."""

    pattern: str
    columns: tuple[str, ...]
    codes: Mapping[str, Mapping[str, str]]  # factor: theirs = ours

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors it tells apart."""
        return tuple(self.codes)

    @property
    def said(self) -> str:
        """The pattern without its places: what the columns have in common."""
        return clean(re.sub(r"\{\w+\}", " ", self.pattern).replace("_", " "))


def find_families(columns: Sequence[SeenColumn]) -> tuple[Family, ...]:
    """Group columns of counts into families; those that fit no family are left out.

    The two-letter codes of the Civil Rights Data Collection count as codes where several of them
    occur; else only whole words for a group do.
    """
    shapes: dict[str, list[tuple[str, Mapping[str, tuple[str, str]]]]] = {}
    for column in columns:
        shape, codes = _shape(clean(column.name))
        if codes:
            shapes.setdefault(shape, []).append((column.name, codes))
    families = (_family(shape, members) for shape, members in shapes.items())
    return tuple(f for f in families if _is_family(f))


def _family(shape: str, members: Sequence[tuple[str, Mapping[str, tuple[str, str]]]]) -> Family:
    codes: dict[str, dict[str, str]] = {}
    for _, found in members:
        for factor, (theirs, ours) in found.items():
            codes.setdefault(factor, {})[theirs] = ours
    return Family(shape, tuple(name for name, _ in members), codes)


def _is_family(family: Family) -> bool:
    return any(len(set(c.values())) >= _FEWEST[f] for f, c in family.codes.items())


def _shape(name: str) -> tuple[str, dict[str, tuple[str, str]]]:
    """A heading with the codes in it replaced by their factors, and which codes they were."""
    if "_" in name and " " not in name:
        return _of_parts(name.split("_"))
    found: dict[str, tuple[str, str]] = {}
    for factor in ("race", "sex"):
        if place := _word_of(name, factor):
            text = name[place[0] : place[1]]
            found[factor] = (text, words().certain[factor][text.casefold()])
            name = f"{name[: place[0]]}{{{factor}}}{name[place[1] :]}"
    return name, found


def _of_parts(parts: Sequence[str]) -> tuple[str, dict[str, tuple[str, str]]]:
    found: dict[str, tuple[str, str]] = {}
    shape = []
    for part in parts:
        factor = next(
            (f for f, codes in words().crdc.items() if part in codes and f not in found), None
        )
        whole = next((f for f in ("race", "sex") if _is_word(part, f) and f not in found), None)
        if factor is not None:
            found[factor] = (part, words().crdc[factor][part])
        elif whole is not None:
            found[whole] = (part, words().certain[whole][part.casefold()])
        shape.append(f"{{{factor or whole}}}" if factor or whole else part)
    return "_".join(shape), found


def _is_word(part: str, factor: str) -> bool:
    return len(part) > 1 and part.casefold() in words().certain[factor]


def _word_of(name: str, factor: str) -> tuple[int, int] | None:
    """Where the longest word for a group of this factor stands in a heading."""
    for text in _longest_first(factor):
        found = re.search(rf"(?<![\w-]){re.escape(text)}(?![\w-])", name.casefold())
        if found and "{" not in name[found.start() : found.end()]:
            return found.span()
    return None


def _longest_first(factor: str) -> Iterator[str]:
    texts = [t for t in words().certain[factor] if len(t) > 1]
    yield from sorted(texts, key=lambda t: (-len(t), t))
