"""Rows that every shape of a district writes, each in its own words: ids, spells, courses."""

from dataclasses import dataclass

import numpy as np

from eachchild.worlds.district import District
from eachchild.worlds.enrollment import DROPPED_OUT, MOVED_AWAY, NO_SPELL, STAYED, seniors
from eachchild.worlds.learning import COURSE_LEVELS, SUBJECTS
from eachchild.worlds.model import GRADES, Codes, Index, Mask
from eachchild.worlds.streams import stream
from eachchild.worlds.year import Year

EXITS = ("end_of_year", "transfer_out", "dropout", "graduated", "transfer_within", "no_show")
_GRADUATED, _WITHIN, _NO_SHOW = 3, 4, 5  # places in EXITS; the first three are how a year ends
_EXIT_OF = {STAYED: 0, MOVED_AWAY: 1, DROPPED_OUT: 2}
COURSE_IDS = tuple(
    f"{subject}{grade}{'GHAR'[level]}"
    for grade in GRADES
    for subject in SUBJECTS
    for level in range(len(COURSE_LEVELS))
)


@dataclass(frozen=True, slots=True)
class EnrollmentRows:
    """One entry a spell, by student; no-shows follow at the end."""

    student: Index
    school: Index
    first: Index
    last: Index
    open: Mask  # still enrolled: the last year's spells that reach its end
    grade: Index  # -1: not told
    exit: Codes  # place in EXITS


def student_ids(district: District) -> tuple[str, ...]:
    """An id for each student, with leading zeros, whose order tells nothing."""
    size = district.people.size
    codes = stream(district.seed, "ids").permutation(size * 7)[:size] + 1_000
    return tuple(f"{c:08d}" for c in codes)


def enrollment_rows(district: District, year: Year) -> EnrollmentRows:
    """The spells of a year, and those that were planned and never began."""
    spells, ends = year.spells, len(district.years) - 1 == year.spells.year
    row, nth = np.nonzero(spells.school != NO_SPELL)
    final = (nth == 1) | (spells.school[row, 1] == NO_SPELL)
    leaving = np.vectorize(_EXIT_OF.get)(spells.leaving)[row]
    leaving = np.where(year.completion.graduated[row], _GRADUATED, leaving)
    some = spells.no_show[:, 0].size
    nothing = np.zeros(some, np.int64)
    still = final & (spells.leaving[row] == STAYED) & ~seniors(spells)[row] & ends
    return EnrollmentRows(
        student=np.r_[spells.student[row], spells.no_show[:, 0]],
        school=np.r_[spells.school[row, nth], spells.no_show[:, 1]],
        first=np.r_[spells.first[row, nth], nothing],
        last=np.r_[spells.last[row, nth], nothing],
        open=np.r_[still, nothing > 0],
        grade=np.r_[spells.grade[row], nothing - 1],
        exit=np.r_[np.where(final, leaving, _WITHIN), nothing + _NO_SHOW].astype(np.int8),
    )


def course_number(year: Year) -> Index:
    """The place in COURSE_IDS of each course row."""
    c = year.courses
    subject = year.spells.grade[c.row] * len(SUBJECTS) + c.subject
    return np.asarray(subject * len(COURSE_LEVELS) + c.level)
