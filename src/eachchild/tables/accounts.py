"""Row accounting: every row read ends in exactly one state, and every rule that fired is listed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

MOST_CODES = 200  # different values of one column; more are no code list
FEWEST_ROWS = 10  # of a code that is shown; one of fewer may be a remark about one child
Severity = Literal["stop", "quarantine", "blank", "note"]


@dataclass(frozen=True, slots=True)
class FileAccount:
    """One file: what was read and where each of its rows went. The five numbers always add up."""

    path: str  # relative to the plan's folder
    sha256: str
    encoding: str
    rows_read: int
    loaded: int
    merged: int
    quarantined: int
    ignored: Mapping[str, int] = field(default_factory=dict)  # by the rule that names them
    modified: str = ""

    def __post_init__(self) -> None:
        placed = self.loaded + self.merged + self.quarantined + sum(self.ignored.values())
        if placed != self.rows_read:
            raise AssertionError(f"{self.path}: {self.rows_read} rows read, {placed} accounted for")


@dataclass(frozen=True, slots=True)
class RuleHit:
    """One data-quality rule that fired on one file: how often, and where to look."""

    id: str  # as in the rule catalogue: F01, R04, V07 …
    severity: Severity
    file: str
    count: int
    rows: tuple[int, ...] = ()  # a few row numbers, counted from 1 with the header as row 1
    column: str = ""
    details: Mapping[str, object] = field(
        default_factory=dict
    )  # numbers for the sentence; no row values

    @property
    def named(self) -> tuple[str, ...]:
        """What the hit lists by name for a person: school years, or factors of nobody."""
        listed = self.details.get("years") or self.details.get("nobody") or ()
        return tuple(map(str, cast(Iterable[object], listed)))

    @property
    def near(self) -> str:
        """The heading nearest to one that is not there; empty where none is near.

        Not all headings: in a file without any they are the first row, and somebody's record.
        """
        return str(self.details.get("did_you_mean", ""))


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A code that no list maps: counted and shown, never guessed.

    Where `hidden` is above 0 it is that many codes of records, with `rows` rows together and no
    value: of few rows each, or too many to be codes, they may be what somebody wrote of a child.
    """

    codes: str
    value: str
    rows: int
    file: str
    hidden: int = 0
    column: str = ""  # the heading to look under, of hidden ones

    @property
    def is_no_list(self) -> bool:
        """Whether the hidden values are too many to be codes: perhaps names."""
        return self.hidden > MOST_CODES
