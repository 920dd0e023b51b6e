"""What is left of the rows after the cube: integers keyed by place, period and identity."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from eachchild.plan import Need

Whole = NDArray[np.int64]
Known = NDArray[np.bool_]

EVERYWHERE = -1  # place index of a cell that is not told apart by place
POOLED = -1  # period index of years added up: student-years, not students


@dataclass(frozen=True, slots=True)
class Tally:
    """One outcome's integers, one entry a cell.

    `events` counts students who met a rate's condition; for a mean it is the sum, in whole units
    of the outcome's decimals, and `squares` the sum of squares (None where a source gives only
    sums). A cell known only within bounds has `n < n_high` or `events < events_high`; elsewhere
    they are equal. `missing` counts students of the population whose answer is unknown.
    `collected` is False where the source has no such number: its zero is no zero.
    """

    n: Whole
    events: Whole
    n_high: Whole
    events_high: Whole
    missing: Whole
    collected: Known
    squares: Whole | None = None
    has_n: bool = True  # False: counts without denominators
    suppressed: Known | None = None  # every part of the cell was hidden by its source

    @classmethod
    def exact(
        cls, n: Whole, events: Whole, *, missing: Whole, squares: Whole | None = None
    ) -> "Tally":
        """A tally in which every cell is known exactly."""
        return cls(n, events, n, events, missing, np.ones(n.shape, np.bool_), squares)

    @property
    def is_exact(self) -> Known:
        """Cells whose numbers are known, not only bounded."""
        return np.equal(self.n, self.n_high) & np.equal(self.events, self.events_high)

    def take(self, rows: NDArray[np.intp] | Known) -> "Tally":
        """The cells chosen by index or mask, in that order."""
        return Tally(
            self.n[rows],
            self.events[rows],
            self.n_high[rows],
            self.events_high[rows],
            self.missing[rows],
            self.collected[rows],
            None if self.squares is None else self.squares[rows],
            self.has_n,
            None if self.suppressed is None else self.suppressed[rows],
        )


@dataclass(frozen=True, slots=True)
class Block:
    """The cells of one breakdown: every combination that occurs of these factors, place and period.

    `value` has one column a factor. Cells are sorted by period, place and values and are unique.
    """

    factors: tuple[str, ...]
    place: Whole  # index into the cube's places, or EVERYWHERE for a published whole
    period: Whole
    value: Whole  # [cells, factors]
    students: Whole  # students (or student-years) of the cell, whatever the outcome
    tallies: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class EventBlock:
    """The cells of one breakdown of referrals: every combination that occurs, sorted and unique.

    Cells are sorted by period, place, group and values. `value` has a column a dimension, each an
    index into the dimension's `words`. The place is the school where it happened, which may be
    nobody's home school: `schools` are the block's own, the empty text for one not known.
    Referrals, rows and days add up over cells; `students` are distinct in a cell and do not.

    A row of the log stands in `rows` of exactly one cell or in `unplaced_rows`: its student has
    no student-year to take identity from, or, with `membership = "attended"`, not at that school.
    """

    factor: str
    groups: tuple[str, ...]  # the factor's values, not_reported last
    dimensions: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    schools: tuple[str, ...]
    place: Whole  # index into `schools`, or EVERYWHERE
    period: Whole  # index into the cube's periods
    group: Whole
    value: Whole  # [cells, dimensions]
    rows: Whole
    referrals: Whole
    students: Whole
    oss: Whole  # referrals answered by a suspension out of school or an expulsion
    unsaid: Whole  # referrals whose answer is not known
    police: Whole  # referrals passed on to the police, whatever else was done
    days: Whole  # school days of suspensions out of school, in millionths
    undated: Whole  # referrals with such a suspension whose days are not known
    unplaced_rows: int
    unplaced: int  # referrals


@dataclass(frozen=True, slots=True)
class SupportBlock:
    """Students by need, whether a list had them and since when they were supported, by school.

    Cells are sorted by period, place, group, need, listed, served and week, and are unique. Every
    student-year stands in exactly one of them. `need` is a class of the measure in the school year
    before, 0 the most; one past the last where it is not known. A row of the support table that
    begins in a year without a row of its student stands in `unplaced_rows`.
    """

    factor: str
    groups: tuple[str, ...]  # the factor's values, not_reported last
    measure: Need  # of need: the column of the student-year
    has_lists: bool  # False: the plan names none, so nobody is listed
    schools: tuple[str, ...]  # the block's own, the empty text for one not known
    place: Whole  # index into `schools`
    period: Whole  # index into the cube's periods
    group: Whole
    need: Whole
    listed: Whole  # 0 or 1
    served: Whole  # 0 or 1
    week: Whole  # of the school year in which the first support began, from 1; 0: none, or unknown
    students: Whole
    unplaced_rows: int


@dataclass(frozen=True, slots=True)
class AdultBlock:
    """How many adults of a school and year referred how many students of each group.

    A row is a kind of adult: `adults` of them made exactly these referrals (`made`) and, where
    the course table says who teaches, taught exactly these students (`taught`; None: no table
    says, so referrals have no exposure beside them and adults without any are not seen; a year in
    which nobody taught anybody is one that the table does not tell of). Rows are sorted by what
    they say, so that no order of people shows. An adult of two schools is counted in each.
    `schools` lists all; the arrays `at_…` tell of each school and year what no adult
    answers for.
    """

    factor: str
    groups: tuple[str, ...]
    schools: tuple[str, ...]
    place: Whole
    period: Whole
    made: Whole  # [kinds, groups]
    taught: Whole | None  # [kinds, groups]
    adults: Whole
    staff: Whole | None  # by school, members of its staff; None: no staff table
    at_place: Whole
    at_period: Whole
    at_unnamed: Whole  # referrals that name no adult, or more than one
    at_set_aside: Whole  # referrals by a login that is no one person
    unplaced: int  # referrals whose student has no student-year


@dataclass(frozen=True, slots=True)
class CourseBlock:
    """How many students of each school, year, group and score are enrolled in advanced courses.

    Cells are sorted by period, place, group and bin and are unique. A student of the outcome's
    population with a known answer is in exactly one; years and schools add up. `bin` counts from
    the lowest scores; -1: no score. `again` has all students with scores in two years running, by
    the bin of the first and of the second: how much a score says of the next.
    """

    factor: str
    groups: tuple[str, ...]
    outcome: str
    bins: int
    schools: tuple[str, ...]
    place: Whole  # index into `schools`; the empty text is one not known
    period: Whole
    group: Whole
    bin: Whole
    students: Whole
    enrolled: Whole
    again: Whole  # [bins, bins]


@dataclass(frozen=True, slots=True)
class GradeBlock:
    """How many students of each school, year, group and grade have an outcome.

    Cells are sorted by period, place, group and grade and are unique. A student of the outcome's
    population with a known answer is in exactly one; years and schools add up. `grades` are texts
    as the district writes them, the empty one for a grade not known.
    """

    factor: str
    groups: tuple[str, ...]
    outcome: str
    grades: tuple[str, ...]
    schools: tuple[str, ...]
    place: Whole  # index into `schools`; the empty text is one not known
    period: Whole
    group: Whole
    grade: Whole
    students: Whole
    events: Whole


@dataclass(frozen=True, slots=True)
class AbsenceBlock:
    """An outcome of days absent in each school, year and group, and without days of each reason.

    Cells are sorted by period, place and group and are unique. A student of the outcome's
    population with a known answer is in exactly one. `value` is how many met a rate's condition,
    or a mean's sum in whole units of the outcome's decimals. Days are in millionths.
    """

    factor: str
    groups: tuple[str, ...]  # the factor's values, not_reported last
    outcome: str
    reasons: tuple[str, ...]  # those that some absence has
    schools: tuple[str, ...]
    place: Whole  # index into `schools`; the empty text is one not known
    period: Whole
    group: Whole
    students: Whole
    value: Whole
    without: Whole  # [cells, reasons]: the value, had no day been missed for the reason
    without_both: Whole  # [cells, reasons]: nor for a reason that is not recorded
    enrolled: Whole  # days
    absent: Whole  # days, for whatever reason
    days: Whole  # [cells, reasons]: days absent for the reason
    unrecorded: Whole  # days absent without a reason recorded


@dataclass(frozen=True, slots=True)
class MonthBlock:
    """Students enrolled in each calendar month, by school and group, and what happened to them.

    Cells are sorted by month, place and group and are unique. A student enrolled on any day of a
    month is in exactly one of its cells, by the home school: schools add up. `days` are school
    days enrolled where every school has a calendar, else all days. `of` has for each measure the
    students, or days, of whom it is told, and `events` what happened in them: `oss`, `iss` and
    `referred` are students, suspended (from that month on) or referred; `referrals` are acts,
    `lost` and `absent` days, in millionths. A measure that no table tells is not among them.
    """

    factor: str
    groups: tuple[str, ...]  # the factor's values, not_reported last
    months: tuple[str, ...]  # `2021-09`, in order
    schools: tuple[str, ...]  # the block's own, the empty text for one not known
    month: Whole  # index into `months`
    place: Whole  # index into `schools`
    group: Whole
    students: Whole
    days: Whole
    of: Mapping[str, Whole]
    events: Mapping[str, Whole]
    by_school_days: bool


@dataclass(frozen=True, slots=True)
class WordBlock:
    """How many notes about students of each group use a word, in strata of a behavior and a writer.

    A note is the first that a writer wrote about a student for a behavior. `students` and `writers`
    are of all notes of the latest years; strata, without a name, only of those with notes about two
    groups or more. They stand in the order of their numbers of notes; where these are the same,
    each word's uses are sorted by themselves, so that no row of words is those of one writer.
    """

    factor: str
    groups: tuple[str, ...]  # the factor's values, not_reported last
    words: tuple[str, ...]  # that enough students and writers stand for
    students: Whole  # [words, groups] different students in whose notes it is
    writers: Whole  # by word, of all groups
    notes: Whole  # [strata, groups]
    stratum: Whole  # an entry a stratum, group and word that is used there
    group: Whole
    word: Whole
    used: Whole  # notes
    left_out: int  # rows with a note that name no behavior, no one writer or no known student


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a cube at its finest level and the place above each."""

    level: str
    ids: tuple[str, ...]
    parent_level: str = "district"
    parents: tuple[str, ...] = ()  # one a place; empty text: none
    names: tuple[str, ...] = ()

    @property
    def parent_ids(self) -> tuple[str, ...]:
        """The places above, each once, in order."""
        return tuple(sorted({p for p in self.parents if p}))

    @property
    def parent_index(self) -> Whole:
        """For each place the index of its parent in `parent_ids`; EVERYWHERE where it has none."""
        where = {name: i for i, name in enumerate(self.parent_ids)}
        return np.array([where.get(p, EVERYWHERE) for p in self.parents], np.int64)


@dataclass(frozen=True, slots=True)
class Turnover:
    """How many students moved while they were counted, in one period."""

    period: str
    students: int
    changed_school: int
    changed_group: int
    without_school: int


@dataclass(frozen=True, slots=True)
class Cube:
    """All counts of an audit. Everything later is arithmetic on it; no row is behind it."""

    places: Places
    periods: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]  # by factor, in order; not_reported last
    blocks: tuple[Block, ...]
    turnover: tuple[Turnover, ...] = field(default=())
    events: tuple[EventBlock, ...] = ()
    adults: tuple[AdultBlock, ...] = ()
    supports: tuple[SupportBlock, ...] = ()
    courses: tuple[CourseBlock, ...] = ()
    grades: tuple[GradeBlock, ...] = ()
    absences: tuple[AbsenceBlock, ...] = ()
    words: tuple[WordBlock, ...] = ()
    months: tuple[MonthBlock, ...] = ()

    def block_for(self, factors: tuple[str, ...], outcome: str) -> Block | None:
        """The smallest block that tells these factors apart for an outcome; None: not published."""
        able = [b for b in self.blocks if set(factors) <= set(b.factors) and outcome in b.tallies]
        return min(able, key=lambda b: (len(b.factors), len(b.place)), default=None)
