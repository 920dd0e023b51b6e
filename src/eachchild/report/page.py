"""A report as a plain description, before it is an HTML page or a PDF: both paint the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eachchild.report.charts.marks import Drawing


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers behind a picture: the first column names the row, the others are numbers or words."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = (0,)  # columns that hold words, so are not aligned to the right
    total: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several settings worked out beforehand: a page only chooses among them."""

    label: str
    said: str
    wide: Drawing
    phone: Drawing


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture in two widths with its finding as title, and the same in words and numbers."""

    id: str
    title: str
    about: str
    alt: str
    wide: Drawing
    phone: Drawing
    table: Table
    notes: tuple[str, ...] = ()
    places: Table | None = None  # the same place by place
    finder: str = ""  # set where a reader may look for the own school: what to type
    choices: tuple[Choice, ...] = ()  # in place of the picture, where a page can be asked


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One crossing: its rate printed, shaded by its distance from the overall rate."""

    shown: str
    people: str
    step: int  # -3 (worse) … 3 (better); 0 within a step of the overall rate
    told: bool = True
    hatched: bool = False
    lit: bool = False
    nearest: str = ""  # of a hidden number: what may be said in its place


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Two factors crossed, as a table whose cells are shaded."""

    id: str
    title: str
    about: str
    head: str  # what the first column names
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A finding as the page prints it."""

    id: str
    sentence: str
    verdict: str
    tag: str
    evidence: tuple[str, ...]
    caveats: tuple[str, ...]
    group: str = ""
    place: str = "all"
    folded: tuple["Statement", ...] = ()
    places: str = ""  # at how many districts and schools it stands by itself
    figure: Figure | None = None
    heat: HeatMap | None = None
    causes: tuple["Statement", ...] = ()
    finding: str = ""  # the id of the finding it tells
    kind: str = ""  # of a cause: which of the ledger's kinds
    about: str = ""  # of a cause: what kind of thing it is about
    begin: str = ""  # where a team would begin
    questions: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    refuted_by: str = ""


@dataclass(frozen=True, slots=True)
class Predicted:
    """One row of the first page: how well identity tells one outcome."""

    target: str  # the section it leads to
    title: str
    sentence: str
    verdict: str
    about: str
    gap: str
    alt: str
    wide: Drawing
    phone: Drawing


@dataclass(frozen=True, slots=True)
class Beginning:
    """One thing to do first: what was found, how it is known, and what to ask of whom."""

    target: str  # the cause it is told of
    about: str  # the outcome and both groups
    sentence: str
    precise: str
    also: str  # of which other groups the same is told
    records: str  # what records alone cannot tell
    begin: str
    questions: tuple[str, ...]
    refuted_by: str


@dataclass(frozen=True, slots=True)
class OutcomeSection:
    """All there is about one outcome, the calm part first."""

    id: str
    title: str
    level: str
    without: str  # what to say where no gap was found
    definition: tuple[tuple[str, str], ...]
    statements: tuple[Statement, ...]
    quiet: tuple[Statement, ...]  # no gap, cannot tell
    figures: tuple[Figure, ...]
    further: tuple[Figure, ...]
    crossings: tuple[HeatMap, ...]
    further_crossings: tuple[HeatMap, ...]
    schools: tuple[Figure, ...]
    further_schools: tuple[Figure, ...]
    years: tuple[Figure, ...]
    further_years: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One data-quality rule that fired."""

    id: str
    severity: str
    severity_words: str
    where: str
    meaning: str
    action: str


@dataclass(frozen=True, slots=True)
class DataQuality:
    """What the data can and cannot carry, as the page prints it."""

    verdict: str
    accounts: Table | None
    ignored: tuple[str, ...]
    rules: tuple[Rule, ...]
    unmapped: Table | None
    linkage: Table | None
    certified: Table | None
    turnover: tuple[str, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """How to read one mark."""

    drawing: Drawing
    alt: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownShare:
    """How many of one group's counts are shown, and as a whole percentage for its bar."""

    label: str
    shown: str
    counts: str
    percent: int


@dataclass(frozen=True, slots=True)
class HiddenPart:
    """What is hidden here and why, how much of each group, and what the proof shows."""

    said: tuple[str, ...]
    claim: str
    groups: tuple[tuple[str, tuple[ShownShare, ...]], ...]  # by factor
    notes: tuple[str, ...]
    left_out_title: str = ""
    left_out: tuple[tuple[str, str], ...] = ()  # tables, and what is in their place


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report."""

    language: str
    first_line: str
    page_line: str  # the same where the report is read page by page on the platform
    heading: str
    title: str
    about: str
    author: str
    answer: str
    no_headline: str  # what to say where no finding heads the report
    headlines: tuple[tuple[str, Statement], ...]  # the statement each leads to
    compared: str  # how a released copy compares groups; empty in the internal report
    hidden: HiddenPart | None
    beginnings: tuple[Beginning, ...]  # on Monday; none where no cause is supported
    predicted: tuple[Predicted, ...]
    predicted_means: tuple[Predicted, ...]
    unpredicted: str  # the outcomes of a released copy without such a number
    group_lines: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # by factor
    limits: tuple[str, ...]
    sections: tuple[OutcomeSection, ...]
    keys: tuple[Key, ...]
    reading: tuple[str, ...]
    counted: tuple[str, ...]
    quality: DataQuality
    method: tuple[tuple[str, str], ...]
    glossary: tuple[tuple[str, str], ...]
    words: Mapping[str, str] = field(default_factory=dict)  # headings and labels by key
