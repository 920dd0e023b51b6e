"""Column grammar: one pattern of a plan stands for many columns of a published table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from eachchild.plan import PlanError

_PIECE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a column's name where the code of a factor stands."""

    factor: str


@dataclass(frozen=True, slots=True)
class Either:
    """A place in a column's name where each of these stands in turn; their columns add up."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """A pattern taken apart: fixed texts, factors and columns that add up, in order."""

    text: str
    pieces: tuple[str | Slot | Either, ...]

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors it tells apart, in the order they stand."""
        return tuple(p.factor for p in self.pieces if isinstance(p, Slot))


@dataclass(frozen=True, slots=True)
class Match:
    """The columns of one cell of a pattern; `missing` names those the file does not have.

    `values` has our value of each factor of the grammar, in its order.
    """

    values: tuple[str, ...]
    columns: tuple[str, ...]
    missing: tuple[str, ...]


def read_grammar(text: str) -> Grammar:
    """Take a pattern apart.

    >>> read_grammar("SCH_{ONE|MORE}_{race}_{sex}").factors
    ('race', 'sex')
    """
    pieces: list[str | Slot | Either] = []
    end = 0
    for found in _PIECE.finditer(text):
        pieces.append(text[end : found.start()])
        inner = found[1]
        pieces.append(Either(tuple(inner.split("|"))) if "|" in inner else Slot(inner.strip()))
        end = found.end()
    pieces.append(text[end:])
    rest = "".join(p for p in pieces if isinstance(p, str))
    factors = [p.factor for p in pieces if isinstance(p, Slot)]
    if "{" in rest or "}" in rest or "" in factors or len(set(factors)) < len(factors):
        raise PlanError(
            f"columns = {text!r}: write each factor once as {{race}}, and columns that add up as "
            "{ONE|MORE}."
        )
    return Grammar(text, tuple(p for p in pieces if p))


def match_columns(
    grammar: Grammar, columns: Sequence[str], codes: Mapping[str, Mapping[str, str]]
) -> tuple[Match, ...]:
    """Find the columns a pattern stands for, by the code lists of its factors (theirs = ours).

    One entry a cell for which the file has any column, in the order of the code lists. Two codes
    with the same meaning make one cell whose columns add up.

    >>> codes = {"race": {"BL": "black", "WH": "white"}}
    >>> [m.values for m in match_columns(read_grammar("N_{race}"), ["N_BL", "X"], codes)]
    [('black',)]
    """
    by_name = {clean(name): name for name in columns}
    cells: dict[tuple[str, ...], tuple[list[str], list[str]]] = {}
    for theirs in product(*(codes[factor] for factor in grammar.factors)):
        ours = tuple(codes[f][code] for f, code in zip(grammar.factors, theirs, strict=True))
        wanted = _names(grammar, dict(zip(grammar.factors, theirs, strict=True)))
        here = [by_name[n] for n in wanted if n in by_name]
        if here:
            there, missing = cells.setdefault(ours, ([], []))
            there.extend(here)
            missing.extend(n for n in wanted if n not in by_name)
    return tuple(Match(v, tuple(c), tuple(m)) for v, (c, m) in cells.items())


def ignored_by(patterns: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that a list of names names; `*` in a name stands for any text.

    >>> ignored_by(["Percent*"], ["Percent of schools", "State"])
    ('Percent of schools',)
    """
    kept = fitting([clean(c) for c in columns], patterns)
    return tuple(c for c, is_kept in zip(columns, kept, strict=True) if is_kept)


def fitting(texts: Sequence[str], wanted: Sequence[str]) -> list[bool]:
    """Which clean texts are among those wanted, in which `*` stands for any text.

    >>> fitting(["Expulsions total", "Arrests"], ["Only *", "* total"])
    [True, False]
    """
    exact = {clean(w) for w in wanted if "*" not in w}
    open_ = [re.compile(_any_text(w)) for w in wanted if "*" in w]
    return [t in exact or any(o.fullmatch(t) for o in open_) for t in texts]


def clean(text: str) -> str:
    """A heading with its line breaks and no-break spaces as single spaces.

    >>> clean(" Alaska\\n Native ")
    'Alaska Native'
    """
    return " ".join(text.split())


def _any_text(wanted: str) -> str:
    return ".*".join(re.escape(part) for part in clean(wanted).split("*"))


def _names(grammar: Grammar, code_of: Mapping[str, str]) -> list[str]:
    options: list[tuple[str, ...]] = []
    for piece in grammar.pieces:
        match piece:
            case Slot(factor):
                options.append((code_of[factor],))
            case Either(texts):
                options.append(texts)
            case text:
                options.append((text,))
    return [clean("".join(parts)) for parts in product(*options)]
