"""Codes, yes-or-no flags, grades and ends of enrollment: theirs to ours by list, never by guess."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from eachchild.sources.reading.asked import (
    BLANK_WORDS,
    MISSING_WORDS,
    SAYS_NOTHING,
    Asked,
    Fault,
    Reading,
    faults_of,
    lowered,
    mark,
)
from eachchild.terms.factors import NO, YES

_YES = frozenset(("yes", "y", "true", "t", "1", "1.0", "si", "sí"))
_NO = frozenset(("no", "n", "false", "f", "0", "0.0"))
_OURS = (YES, NO)


def read_codes(texts: pa.Array, asked: Asked) -> Reading:
    """Values of a code list: as the plan maps them, else ours already (whatever the case).

    All others are missing and marked unmapped (V07): counted and shown, never guessed.
    """
    words = texts.to_pylist()
    ours = {option.casefold(): option for option in asked.options}
    return _mapped(words, asked, blank=BLANK_WORDS, known=lambda word: ours.get(word.casefold()))


def read_flags(texts: pa.Array, asked: Asked) -> Reading:
    """Yes or no in any of the usual spellings; a blank is not reported, which is no `no`.

    More than one spelling of the same answer in a column is noted (V09).
    """
    words = texts.to_pylist()
    reading = _mapped(words, asked, blank=MISSING_WORDS, known=_yes_or_no)
    spelling = lowered(words)
    mixed = mark(spelling, _rarer(spelling, _YES)) | mark(spelling, _rarer(spelling, _NO))
    mixed &= mark(words, lambda word: word not in asked.codes)
    return Reading(
        reading.values,
        faults_of(*reading.faults, Fault("V09", "note", mixed)),
        reading.unmapped,
    )


def _yes_or_no(word: str) -> str | None:
    word = word.casefold()
    return YES if word in _YES else NO if word in _NO else None


def _rarer(spelling: Sequence[str], answer: frozenset[str]) -> Callable[[str], bool]:
    """Tells the spellings of an answer beside ours, or beside the first where ours is not used."""
    used = sorted(dict.fromkeys(w for w in spelling if w in answer), key=lambda w: w not in _OURS)
    return lambda word: word in used[1:]


def _mapped(
    words: Sequence[str],
    asked: Asked,
    *,
    blank: frozenset[str],
    known: Callable[[str], str | None],
) -> Reading:
    folded = {theirs.casefold(): ours for theirs, ours in asked.codes.items()}
    values: list[str | None] = []
    unmapped = np.zeros(len(words), dtype=bool)
    for i, word in enumerate(words):
        ours = asked.codes.get(word, folded.get(word.casefold(), known(word)))
        says_nothing = ours in SAYS_NOTHING
        if ours is None:
            says_nothing = word.casefold() in blank or word.casefold() in SAYS_NOTHING
        unmapped[i] = ours is None and not says_nothing
        values.append(None if says_nothing else ours)
    faults = faults_of(Fault("V07", "blank", unmapped))
    return Reading(pa.array(values, pa.string()), faults, unmapped)


_GRADES = {
    "it": "IT", "infant": "IT", "pr": "PR", "pk": "PK", "p3": "PK", "p4": "PK", "prek": "PK",
    "pre-k": "PK", "-1": "PK", "-2": "PK", "tk": "TK", "k": "KG", "kg": "KG", "kf": "KG",
    "kindergarten": "KG", "0": "KG", "00": "KG", "ug": "UG", "ungraded": "UG", "ae": "AE",
}  # fmt: skip


def canonical_grade(text: str) -> str:
    """A grade as we write it: `KG`, `01` to `13`; another text stays as it is.

    >>> [canonical_grade(text) for text in ("9", "K", "Grade 9", "EC")]
    ['09', 'KG', '09', 'EC']
    """
    word = text.casefold().removeprefix("grade").strip().removesuffix("th grade").removesuffix("th")
    word = {"1st": "1", "2nd": "2", "3rd": "3"}.get(word, word)
    if word in _GRADES:
        return _GRADES[word]
    number = word.removesuffix(".0").lstrip("0")
    return f"{int(number):02d}" if number.isdecimal() and int(number) <= 13 else text


def read_grades(texts: pa.Array, asked: Asked) -> Reading:
    """Grades written one way; a column that writes one grade in two ways is noted (V16)."""
    words = texts.to_pylist()
    mapped = [asked.codes.get(word, canonical_grade(word)) for word in words]
    values = [
        None if w.casefold() in BLANK_WORDS else m for w, m in zip(words, mapped, strict=True)
    ]
    ways = Counter(value for value in values if value is not None)
    first = {value: word for word, value in reversed(list(zip(words, values, strict=True)))}
    varied = np.fromiter(
        (
            v is not None and ways[v] > 1 and first[v] != w
            for w, v in zip(words, values, strict=True)
        ),
        dtype=bool,
        count=len(words),
    )
    return Reading(pa.array(values, pa.string()), faults_of(Fault("V16", "note", varied)))


NO_SHOW, INVALID = "no_show", "invalid"
_NO_SPELL: Mapping[str, str] = {
    "no_show": NO_SHOW, "no show": NO_SHOW, "no-show": NO_SHOW, "noshow": NO_SHOW,
    "invalid": INVALID, "invalid enrollment": INVALID, "invalid_enrollment": INVALID,
}  # fmt: skip


def read_exit_types(texts: pa.Array, asked: Asked) -> Reading:
    """How a spell ended, as written; the usual words for a spell that never was are made ours."""
    words = texts.to_pylist()
    ours = [asked.codes.get(w, _NO_SPELL.get(w.casefold(), w)) for w in words]
    values = [None if w.casefold() in BLANK_WORDS else o for w, o in zip(words, ours, strict=True)]
    return Reading(pa.array(values, pa.string()))
