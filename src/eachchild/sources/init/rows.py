"""What the rows of a published table tell apart: groups of students, and kinds of counts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eachchild.sources.counts.patterns import clean
from eachchild.sources.init.seen import SeenColumn
from eachchild.sources.init.words import certain_code, counted_by, words

_GROUPS = {"race": 3, "sex": 2, "el": 2}  # factors, and how many of their values must occur
_WIDEST = re.compile(r"one or more|at least|with or without|\bany\b", re.I)
_SEX_AT_END = re.compile(r"^(.*\S)\s+(males?|females?|boys|girls|total)$", re.I)


@dataclass(frozen=True, slots=True)
class Told:
    """A column whose texts name groups of one factor; `whole` is the text for all of them."""

    column: str
    factor: str
    codes: Mapping[str, str]
    whole: str


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one kind: which they are, what is counted in them, and of whom."""

    label: str
    rows: tuple[tuple[str, str], ...]
    where: tuple[tuple[str, str], ...] = ()
    name: str = ""  # of the outcome

    @property
    def is_whole(self) -> bool:
        """All students, beside rows of those to whom something happened."""
        return self.label.casefold() in words().whole


def told_by(tellers: Sequence[SeenColumn]) -> tuple[Told, ...]:
    """The groups that columns of a table tell apart, one entry a column and factor."""
    return tuple(told for column in tellers for told in _groups(column))


def kinds_of(tellers: Sequence[SeenColumn]) -> tuple[Kind, ...]:
    """The kinds of counts that a column tells apart, if one does; no two count the same thing."""
    for column in tellers:
        if not tuple(_groups(column)):
            return _each_its_own([_kind(column.name, text) for text in column.texts])
    return ()


def _each_its_own(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """Of labels that speak of one outcome only the widest keeps its name."""
    labels: dict[str, list[str]] = {}
    for kind in kinds:
        labels.setdefault(kind.name, []).append(kind.label)
    widest = {
        name: next((t for t in texts if _WIDEST.search(t) or len(set(texts)) == 1), "")
        for name, texts in labels.items()
    }
    return tuple(
        k if k.is_whole or k.label == widest[k.name] else replace(k, name=slug(k.label))
        for k in kinds
    )


def _groups(column: SeenColumn) -> Iterator[Told]:
    whole = next((t for t in column.texts if t.casefold() in words().whole), "")
    for factor, fewest in _GROUPS.items():
        codes = {t: c for t in column.texts if (c := certain_code(factor, t)) is not None}
        if len(set(codes.values())) >= fewest:
            yield Told(column.name, factor, codes, whole)


def _kind(column: str, text: str) -> Kind:
    label, sex = text, None
    if found := _SEX_AT_END.match(text):
        label, sex = found[1], certain_code("sex", found[2])
    where = (("sex", sex),) if sex is not None else ()
    name = "" if label.casefold() in words().whole else counted_by(label) or slug(label)
    return Kind(label, ((column, clean(text)),), where, name)


def slug(text: str) -> str:
    """A name for an outcome from its label.

    >>> slug("Corporal punishment (any)")
    'corporal_punishment_any'
    """
    return "_".join(re.findall(r"[a-z0-9]+", text.casefold()))
