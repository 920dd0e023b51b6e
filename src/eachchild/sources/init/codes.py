"""Code lists for a person to fill: each value, how many rows, a guess, and ours where certain."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eachchild.plan import FilledCode
from eachchild.sources.init.records import ANSWERS, RecordGuess
from eachchild.sources.init.words import (
    LETTER_GRADES,
    LUNCH_CODES,
    certain_code,
    likely_code,
    words,
)
from eachchild.sources.reading.asked import MISSING_WORDS
from eachchild.tables import ABSENCE_REASONS, ACTIONS, COURSE_LEVELS, TABLES, Column, Kind
from eachchild.terms.factors import FACTORS, NO, YES

_READ_ANYWAY = frozenset(("yes", "y", "true", "t", "1", "1.0", "no", "n", "false", "f", "0", "0.0"))
_OWN: Mapping[str, tuple[str, ...]] = {
    "action": ACTIONS,
    "course_level": COURSE_LEVELS,
    "absence_reason": ABSENCE_REASONS,
}


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One value of a coded column."""

    value: str
    rows: int
    guess: str
    ours: str  # blank: a person fills it in


@dataclass(frozen=True, slots=True)
class CodeList:
    """The values of one code list, over all files that use it; most rows first."""

    name: str
    rows: tuple[CodeRow, ...]

    @property
    def to_fill(self) -> int:
        """How many values still mean nothing."""
        return sum(not row.ours for row in self.rows)

    def filled(self, known: Sequence[FilledCode]) -> "CodeList":
        """The list with what was filled in before; a value that no file has any more stays, too."""
        ours = {k.value: k.ours for k in known if k.ours}
        rows = [replace(row, ours=ours.pop(row.value.strip(), row.ours)) for row in self.rows]
        gone = [CodeRow(value, 0, word, word) for value, word in ours.items()]
        return replace(self, rows=(*rows, *gone))

    def text(self) -> str:
        """The CSV file a person edits."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("value", "rows", "guess", "ours"))
        writer.writerows((r.value, r.rows, r.guess, r.ours) for r in self.rows)
        return out.getvalue()


def code_lists(guesses: Sequence[RecordGuess]) -> tuple[CodeList, ...]:
    """The lists that a plan of these files needs; codes that are ours already need none."""
    met: dict[str, Counter[str]] = {}
    for guess in guesses:
        for name, heading in _coded(guess):
            counts = met.setdefault(name, Counter())
            for text, rows in guess.file.column(heading).top:
                counts[text] += rows
    lists = (CodeList(name, tuple(_rows(name, counts))) for name, counts in sorted(met.items()))
    told_as_is = {name for guess in guesses for _, name in guess.flags}
    return tuple(one for one in lists if one.name in told_as_is or not _is_ours(one))


def _coded(guess: RecordGuess) -> Iterator[tuple[str, str]]:
    table = TABLES[guess.table]
    yield from ((name, guess.columns[name]) for _, name in guess.flags)
    for ours, theirs in guess.columns.items():
        column = table.column(ours)
        if column is not None and (name := _list_name(column)):
            yield name, theirs


def _list_name(column: Column) -> str:
    if column.kind in (Kind.CODE, Kind.FLAG):
        return column.codes or column.name
    return column.name if column.name == "factor" else ""


def _rows(name: str, counts: Counter[str]) -> Iterator[CodeRow]:
    texts = set(counts)
    for text, rows in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        ours = _certain(name, text, texts)
        yield CodeRow(text, rows, ours or likely_code(name, text), ours)


def _certain(name: str, text: str, texts: set[str]) -> str:
    """What a value means beyond doubt, seen with the others of its column."""
    if text.casefold() in _options(name):
        return text.casefold()
    if name == "frl" and texts <= LUNCH_CODES | {"D", "N"} and len(texts & LUNCH_CODES) > 1:
        return {"F": YES, "R": YES, "P": NO}.get(text, "")
    if text.casefold() in ANSWERS and _options(name) == (YES, NO):
        return YES if text[:1].casefold() in "yt" else NO
    if name == "failed" and texts <= LETTER_GRADES:
        return YES if text == "F" else NO
    crdc = words().crdc.get(name, {})
    if len(texts & set(crdc)) > 3 and text in crdc:
        return crdc[text]
    return certain_code(name, text) or ""


def _options(name: str) -> tuple[str, ...]:
    if name in FACTORS:
        return FACTORS[name].values
    return _OWN.get(name, tuple(FACTORS) if name == "factor" else (YES, NO))


def _is_ours(one: CodeList) -> bool:
    """Whether the reader needs no list: ours already, or yes and no in a usual spelling."""
    texts = {row.value.casefold() for row in one.rows} - MISSING_WORDS
    known = set(_options(one.name))
    if known == {YES, NO}:
        known |= _READ_ANYWAY
        # F beside R and P is a free lunch, not "false": such a list is always written.
        if {"f", "r"} <= texts:
            return False
    return texts <= known
