"""What is asked of a column and how its distinct texts were read; each text is read once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eachchild.tables import Kind, Severity

# Words that say "nothing here". `NA` is no such word where codes stand: it may be Native American.
BLANK_WORDS = frozenset(("", "null", "#n/a", "#null!", "#value!"))
MISSING_WORDS = BLANK_WORDS | {"na", "n/a", "nan", ".", "-", "--", "not available"}
# What a code list may map to when a value says nothing: the field is then missing, without a rule.
SAYS_NOTHING = frozenset(("", "missing", "not_reported"))


@dataclass(frozen=True, slots=True)
class Asked:
    """One column to load: our name, how to read it, and the plan's word on its values."""

    name: str
    kind: Kind
    list_name: str = ""  # the code list that unmapped values are counted under
    codes: Mapping[str, str] = field(default_factory=dict)  # theirs = ours, from the plan
    options: tuple[str, ...] = ()  # our values, where only some are possible
    unit: str = ""
    signed: bool = False  # may be negative: a column that the plan adds
    required: bool = False
    keeps_blanks: bool = False  # a row without a value stays, though the file must have the column
    date_order: str | None = None
    year_is: str | None = None
    # A blank says something here (still enrolled, the whole day): a text that cannot be read must
    # not turn into it, so its row is quarantined.
    blank_speaks: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that fired on some distinct texts; `blank` empties the field, `note` does not."""

    rule: str
    severity: Severity
    texts: NDArray[np.bool_]  # one a distinct text
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """The distinct texts of a column as typed values (null: missing) and the rules that fired."""

    values: pa.Array
    faults: tuple[Fault, ...] = ()
    unmapped: NDArray[np.bool_] | None = None


def lowered(texts: Sequence[str]) -> list[str]:
    """Texts for comparing: without case."""
    return [text.casefold() for text in texts]


def mark(texts: Sequence[str], is_so: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Which texts are so."""
    return np.fromiter((is_so(t) for t in texts), dtype=bool, count=len(texts))


def faults_of(*faults: Fault) -> tuple[Fault, ...]:
    """The faults that any text has."""
    return tuple(f for f in faults if f.texts.any())
