"""Released objects: the only things a report or a page may be made of, each for one audience."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from eachchild.findings.model import Finding
from eachchild.measures.funnel import Funnel
from eachchild.measures.table import MeasureTable
from eachchild.tables import FileAccount, RuleHit, Unmapped
from eachchild.terms.outcomes import Direction

SEAL = "seal.txt"  # the file by which a folder is known as a released bundle


class Audience(StrEnum):
    """Who may see it; each inside the next."""

    PUBLIC = "public"
    BOARD = "board"
    STAFF = "staff"
    INTERNAL = "internal"

    @property
    def readers(self) -> tuple["Audience", ...]:
        """Everybody who learns what is released to this audience: it and those inside it.

        >>> Audience.BOARD.readers
        (<Audience.BOARD: 'board'>, <Audience.STAFF: 'staff'>)
        """
        widest_first = tuple(Audience)
        return tuple(a for a in widest_first[widest_first.index(self) :] if a is not a.INTERNAL)

    @property
    def hears(self) -> tuple["Audience", ...]:
        """The audiences whose releases a reader of this one has: it and those around it."""
        return tuple(audience for audience in Audience if self in audience.readers)


@dataclass(frozen=True, slots=True)
class OutcomeCard:
    """An outcome as pages name it, with the definition printed beside every number of it."""

    name: str
    label: str  # "suspended out of school at least once"
    title: str  # "Out-of-school suspension"
    direction: Direction
    is_rate: bool
    per: int
    unit: str  # of a mean: "points", "days"
    definition: str  # who and what is counted, in words
    source: str
    indicator: int | None
    condition: str = ""  # the definition as asked of the columns; empty for published counts
    hash: str = ""  # the same for two audits that count the same: they may stand side by side


@dataclass(frozen=True, slots=True)
class FactorCard:
    """An identity factor as pages name it; `groups` has each value's label within a sentence."""

    id: str
    label: str
    within: str  # the label within a sentence
    groups: Mapping[str, str]  # value -> "Black students", "girls"
    reference: str
    reason: str
    overlap: bool


@dataclass(frozen=True, slots=True)
class PredictabilityCard:
    """How well identity alone tells one outcome, as a pair of students in a hundred."""

    outcome: str
    period: str
    factors: tuple[str, ...]
    state: str  # reported, coarse (interval only), not_enough_data
    index: float | None  # 100 x (2 AUC - 1)
    low: float | None
    high: float | None
    chance_low: float | None  # band that null districts give, on the index
    chance_high: float | None
    verdict: str  # gap, school, no_gap, cannot_tell
    n: int
    events: int
    sentence: str
    largest_gap: str  # the largest group gap, in words
    last_index: float | None = None  # the year before, same definition
    shares: Mapping[str, float] = field(default_factory=dict)  # of factors, where they can be told
    is_rate: bool = True  # False: out-of-sample R2 of a mean, as index = 100 R2


@dataclass(frozen=True, slots=True)
class CertifiedCheck:
    """A total somebody certified beside ours, and the likeliest reason they differ."""

    name: str
    rule: str
    theirs: int
    ours: int | None
    difference: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Quality:
    """What the data can and cannot carry, told before any result."""

    accounts: tuple[FileAccount, ...]
    hits: tuple[RuleHit, ...]
    sentences: Mapping[str, tuple[str, str]]  # rule id -> what it means, what to do
    unmapped: tuple[Unmapped, ...] = ()
    linkage: tuple[tuple[str, int, int], ...] = ()  # (table, rows that reach a student, rows)
    certified: tuple[CertifiedCheck, ...] = ()
    turnover: tuple[str, ...] = ()
    stays_inside: bool = False  # made inside and not told in a released copy
    sources: tuple[str, ...] = ()  # what a released copy is made from, in words


@dataclass(frozen=True, slots=True)
class Break:
    """Where numbers before and from a period cannot be put side by side, and why."""

    period: str  # the first period of the new definition
    reason: str
    outcome: str = ""  # empty: every outcome


@dataclass(frozen=True, slots=True)
class Nearest:
    """What may be said in the place of a hidden number, from published numbers alone.

    `band` is its own least and most; `years` those of the latest years together; `year` an earlier
    year that is shown; `students` how many there are at most; `wider` a group it is part of.
    """

    kind: Literal["band", "years", "year", "students", "wider", "nothing"]
    events: tuple[int, int] = (0, 0)
    n: tuple[int, int] = (0, 0)
    group: str = ""  # whom it is about
    period: str = ""
    years: int = 1  # added up


@dataclass(frozen=True, slots=True)
class ShownOf:
    """How many of one group's counts are shown: what privacy costs whom."""

    factor: str
    value: str
    shown: int
    counts: int


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a released copy hides, how much of each group, and what stands in its place."""

    shown: int
    counts: int
    claim: str  # what the proof shows, and no more
    groups: tuple[ShownOf, ...]  # by factor, in the plan's order
    nearest: Mapping[tuple[str, str, str], Nearest]  # by outcome, group and period
    left_out: tuple[tuple[str, str], ...]  # tables not shown, and what is in their place
    approvals: int  # how many people the policy asks to approve


@dataclass(frozen=True, slots=True)
class Content:
    """What an audit has to say, before anyone has decided who may see it."""

    title: str
    heading: str
    author: str
    language: str
    periods: tuple[str, ...]
    places: int
    place_level: str
    place_names: Mapping[str, str]
    who_is_counted: tuple[str, ...]  # sentences: as-of rule, home school, years pooled …
    limits: tuple[str, ...]  # what these numbers cannot carry, unasked
    outcomes: tuple[OutcomeCard, ...]
    factors: tuple[FactorCard, ...]
    measures: MeasureTable
    findings: tuple[Finding, ...]
    predictability: tuple[PredictabilityCard, ...]
    funnels: tuple[Funnel, ...]
    quality: Quality
    group_lines: tuple[tuple[str, str], ...]  # each identity group, its largest gap in words
    method: tuple[tuple[str, str], ...]  # (heading, text) with sources
    flags: bool = False
    choices: Mapping[str, object] = field(default_factory=dict)  # audit.json
    breaks: tuple[Break, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)  # the district's own words, by key
    hidden: Hidden | None = None  # None: nothing is hidden from these readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Content):
    """One audit for one audience: everything its report says, and nothing else.

    Made by `release` alone.
    """

    audience: Audience
