"""What an audit is described by: the frozen form of one `audit.toml`. It knows no engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from eachchild.terms.factors import OVERLAP_PREFIX, Factor
from eachchild.terms.outcomes import Outcome

Shape = Literal["records", "counts"]
Membership = Literal["home", "attended"]
Need = Literal["score", "courses_failed", "absence_share"]  # of the school year before
COMPLEMENT, OVERALL = "complement", "overall"


@dataclass(frozen=True, slots=True)
class Place:
    """Which columns name the place of a row, and the place above it; several columns join."""

    id: tuple[str, ...]
    parent: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    parent_name: tuple[str, ...] = ()
    level: str = "school"
    parent_level: str = "district"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text file or sheet is laid out, where that cannot be told or was told wrongly.

    Lines are counted from 1 as an editor shows them. `header_rows` above 1 joins merged headings
    with ` / `. None means: found by reading the file.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    header_rows: int | None = None
    sheet: str | None = None
    fill: tuple[tuple[str, str], ...] = ()  # (column, "down" | "block"): a merged label's blanks


@dataclass(frozen=True, slots=True)
class CellPattern:
    """One pattern that stands for many columns of a published table.

    `columns` holds `{factor}` where a factor's code stands and `{A|B}` for columns that add up;
    a factor not named means all its values. `quantity` is `n` or the name of an outcome. `where`
    fixes factors; `rows` keeps rows by a column's text (`A|B` for either, `*` for any text);
    `from_rows` reads a factor from a column. `remainder` names the group that is what the whole
    has beyond this part. A `check` is a published total: compared with the cells it stands for,
    never loaded.
    """

    columns: str
    quantity: str
    where: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    from_rows: tuple[tuple[str, str], ...] = ()
    remainder: tuple[str, str] | None = None
    check: bool = False


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Students who stand in a rate's denominators while the source leaves them out of its events.

    `events` is the pattern of their events (all groups together) and `n` that of their number.
    """

    outcome: str
    events: str
    n: str
    factor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """One file, folder or pattern of files, and what its rows mean."""

    path: str
    shape: Shape
    table: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)  # ours = theirs
    keep: tuple[tuple[str, str], ...] = ()  # keep rows whose column reads so; others are ignored
    constant: tuple[tuple[str, str], ...] = ()  # our column = a fixed value
    date_order: Literal["mdy", "dmy", "ymd"] | None = None
    year_is: Literal["start", "end"] | None = None
    period: str | None = None
    period_column: str | None = None
    place: Place | None = None
    cells: tuple[CellPattern, ...] = ()
    total: tuple[tuple[str, str], ...] = ()  # rows that are the whole: checked, never added
    ignore_columns: tuple[str, ...] = ()
    ignore_rows: tuple[tuple[str, str], ...] = ()
    uncovered: tuple[Uncovered, ...] = ()
    together: str = ""  # counts sources with the same word make one table
    layout: Layout = Layout()
    complete: bool = False  # "no row" means "no": the table lists everybody it is about
    note: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity factor of the audit and the group it is compared with, chosen beforehand."""

    factor: Factor
    reference: str = COMPLEMENT
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Certified:
    """A total somebody already certified, with the rule it was counted by."""

    name: str
    value: int
    count: Literal["students", "events"]
    rule: str
    period: str
    outcome: str = ""
    group: str = ""
    place: str = "all"
    as_of: str = ""
    grades: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """Outcomes in a row, each of people who are all among those of the one before.

    `offer` names the step that is what a school offers, not what a student has.
    """

    steps: tuple[str, ...]
    offer: str = ""


@dataclass(frozen=True, slots=True)
class Margin:
    """What the plan calls small: inside it a difference is no gap."""

    ratio_low: float = 0.8
    ratio_high: float = 1.25
    rare_below: float = 0.10
    points: float = 0.03
    effect: float = 0.2  # of a standard deviation, for a mean


@dataclass(frozen=True, slots=True)
class Adults:
    """That the adults who refer may be counted, and by which written agreement."""

    agreement: str
    set_aside: tuple[str, ...] = ()  # logins that are nobody: shared ones, a system's own


@dataclass(frozen=True, slots=True)
class Supports:
    """What the rows of the support table are, and by what need is measured."""

    lists: tuple[str, ...] = ()  # supports that are a list, a screen or a flag, and help nobody yet
    need: Need = "score"


@dataclass(frozen=True, slots=True)
class Plan:
    """One audit: its data, whom it compares, in what, and under which privacy policy."""

    title: str
    folder: Path  # paths in the plan are relative to it
    sources: tuple[Source, ...]
    identity: tuple[Identity, ...]
    outcomes: tuple[Outcome, ...]
    author: str = ""
    as_of: str = "first_day"
    membership: Membership = "home"
    language: str = "en"
    heading: str = ""
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # list: theirs = ours
    code_rows: Mapping[tuple[str, str], str] = field(default_factory=dict)  # of (list, theirs)
    discretion: Mapping[str, str] = field(default_factory=dict)  # plain name of a behavior: ours
    adults: Adults | None = None  # None: nobody agreed, and no adult is counted
    supports: Supports | None = None  # None: nobody said which supports are lists; none is counted
    certified: tuple[Certified, ...] = ()
    chains: tuple[Chain, ...] = ()
    margin: Margin = Margin()
    policy: str = "federal"
    depth: int = 2
    schools_depth: int = 1
    keep_text: bool = False  # False: what people wrote is never loaded
    flags: bool = False  # other frameworks' flags on the pages, not only in measures.csv
    notes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    text: bytes = b""  # the file as written, for its hash

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The factors whose values part the students, in the plan's order: they can be crossed."""
        return tuple(i.factor for i in self.identity if not i.factor.alone)

    @property
    def overlaps(self) -> tuple[Factor, ...]:
        """The yes-or-no factors that overlap: compared with their own complement only."""
        return tuple(i.factor for i in self.identity if i.factor.overlap)

    @property
    def alone(self) -> tuple[Factor, ...]:
        """The factors that are never crossed: those that overlap, and those told as a whole."""
        return tuple(i.factor for i in self.identity if i.factor.alone)

    @property
    def recorded(self) -> tuple[Factor, ...]:
        """The factors with a column of their own; race in combination follows from several."""
        every = (i.factor for i in self.identity)
        return tuple(f for f in every if not f.id.startswith(OVERLAP_PREFIX))
