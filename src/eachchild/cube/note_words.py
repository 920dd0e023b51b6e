"""From what people wrote to the words that may be counted: names, numbers and dates stay behind.

No table lists the names of students or staff, so a name is known by how it is written.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

SHORTEST = 3  # letters
_PIECE = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_NO_WORD = re.compile(r"[\d@_\\]|://|www\.")  # numbers, times, dates, ids, addresses
_ENDS = re.compile(r"[.!?…][\"')\]»”]*$")
_INITIAL = re.compile(r"[\"'(¡¿«“]*[^\W\d_]\.$")
_TITLES = frozenset(
    ("mr.", "mrs.", "ms.", "mx.", "dr.", "st.", "jr.", "sr.", "sra.", "srta.", "prof.", "vs.")
)
# A month or day can be a word too (may, march); what is lost with it is no more than that word.
_DATES = frozenset(
    (
        "january", "february", "march", "april", "may", "june", "july", "august", "september",
        "october", "november", "december", "monday", "tuesday", "wednesday", "thursday",
        "friday", "saturday", "sunday", "jan", "feb", "apr", "jun", "jul", "aug", "sept", "sep",
        "oct", "nov", "dec", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "enero",
        "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
        "setiembre", "octubre", "noviembre", "diciembre", "lunes", "martes", "miércoles",
        "miercoles", "jueves", "viernes", "sábado", "sabado", "domingo",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Noted:
    """The words of one note, and which of them are written as names are."""

    words: frozenset[str]
    small: frozenset[str]  # of those, the words that stand in it in lower case
    names: frozenset[str]  # with a capital inside a sentence, or inside the word


def noted(text: str) -> Noted:
    """Part one note into words, in lower case.

    A word is a run of letters of any script, with apostrophes inside it, of three letters or more;
    a final 's falls away. What is joined to a digit, an @, an underscore or a backslash is none,
    nor is the name of a month or weekday. A word with a capital letter is read as a name, unless
    only its first letter is one and it begins a sentence; the whole of `Anne-marie` is then one. A
    period after a title (`Mr.`) or one letter ends no sentence. A note all in capitals has no word.

    >>> sorted(noted("Student didn't sit. Zqx hit Vbn at 10:15, again on Friday").words)
    ['again', "didn't", 'hit', 'sit', 'student', 'zqx']
    >>> sorted(noted("Told by Mr. Zqx").names)
    ['zqx']
    """
    small: set[str] = set()
    first: set[str] = set()
    names: set[str] = set()
    for line in unicodedata.normalize("NFC", text).replace("’", "'").splitlines():
        is_start = True
        for chunk in line.split():
            found = _read(chunk, is_start=is_start)
            small |= found.small
            first |= found.words - found.small
            names |= found.names
            is_start = _ends_sentence(chunk)
    return Noted(frozenset(small | first - names), frozenset(small), frozenset(names))


def letters_of(ids: Iterable[str]) -> frozenset[str]:
    """The runs of letters in ids, as words are written: a login can hold a name.

    >>> sorted(letters_of(["T001", "zqx.vbn"]))
    ['t', 'vbn', 'zqx']
    """
    return frozenset(piece.lower() for one in ids for piece in _PIECE.findall(one))


@lru_cache(maxsize=1 << 16)  # notes have few different words
def _read(chunk: str, *, is_start: bool) -> Noted:
    """What stands between two spaces."""
    pieces = [] if _NO_WORD.search(chunk) else _PIECE.findall(chunk)
    named = _is_named(pieces, is_start=is_start)
    words = {piece.lower().removesuffix("'s"): piece == piece.lower() for piece in pieces}
    kept = {w for w in words if len(w.replace("'", "")) >= SHORTEST and w not in _DATES}
    if named:
        return Noted(frozenset(), frozenset(), frozenset(kept))
    return Noted(frozenset(kept), frozenset(w for w in kept if words[w]), frozenset())


@lru_cache(maxsize=1 << 16)
def _ends_sentence(chunk: str) -> bool:
    ends = _ENDS.search(chunk) and not _INITIAL.match(chunk)
    return bool(ends) and chunk.lower() not in _TITLES


def _is_named(pieces: Sequence[str], *, is_start: bool) -> bool:
    """Whether a capital stands where no sentence asks for one."""
    text = "".join(pieces)[is_start:]
    return text != text.lower()


@dataclass(slots=True)
class Lexicon:
    """Which words of all notes are words, told by how they are written.

    A word counts where more notes have it in lower case than have it as a name. One that only ever
    begins sentences counts nowhere, for a name can do so too; nor does one that stands in an id.
    """

    ids: frozenset[str] = frozenset()  # `letters_of` students and staff
    small: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)

    def add(self, found: Noted) -> None:
        """Take in one note."""
        self.small.update(found.small)
        self.named.update(found.names)

    def __contains__(self, word: str) -> bool:
        """Whether a word may be counted, once every note is taken in."""
        return self.small[word] > self.named[word] and word not in self.ids
