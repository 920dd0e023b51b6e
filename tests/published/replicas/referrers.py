"""Few teachers who make much of a gap in referrals, as a large district in California had them.

Liu, J., Penner, E. K., Gao, W. (2023), Troublemakers?, Educational Researcher: some 3,000 teachers,
79,000 students and 101 schools; 75,229 referrals in four years; in a year 34 % of the teachers make
any; the top 5 % make more than 48 each and 35 % of all, fewer than 80 people in four years; they
double the gaps of Black and of Hispanic students from White ones. As the Fordham Institute tells of
the study (2023), more than half of those who refer make fewer than five, and of 100 students 33 are
Asian, 30 Hispanic, 12 White, 7 Black and 10 of several races. How wide the gaps are is not from
there, and all other groups are referred alike here.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from eachchild.worlds.model import Index, Mask
from eachchild.worlds.writing import Folder, dates, words
from replicas.district import (
    BLACK,
    HISPANIC,
    RACES,
    UNKNOWN,
    District,
    write_lists,
    write_plan,
)

TEACHERS, STUDENTS, SCHOOLS = 3_000, 79_000, 101
REFER, TOP, BY_TOP, MORE_THAN = 0.34, 0.05, 0.35, 48
_SHARES = {"asian": 0.33, "hispanic": 0.30, "black": 0.07, "white": 0.12, "two_or_more": 0.10}
_FEWER_THAN_FIVE = 0.6  # of the adults who refer and are not of the top
_MORE = {BLACK: 0.40, HISPANIC: 0.10}  # referrals a student, beyond those of all others
_HALF = 0.5  # of these, by the top: with them a gap is twice as wide as without
_SEED = 2023
MARK = "TCHR-"  # of every teacher's id


@dataclass(frozen=True, slots=True)
class Teachers:
    """One entry a teacher."""

    school: Index
    made: Index  # referrals in the year
    top: Mask

    @property
    def ids(self) -> list[str]:
        """Their ids, which nothing that is told may hold."""
        return [f"{MARK}{k:04d}" for k in range(self.made.size)]


def write_referrers(path: Path, *, share: float = _HALF) -> Teachers:
    """Write a year of the district; `share` is how much of the gaps goes with the top."""
    rng = np.random.default_rng(_SEED)
    district, teachers = _district(rng), _teachers(rng)
    with Folder(path) as folder:
        write_lists(folder, district)
        _write_referrals(folder, rng, district, teachers, share)
        outcome = (
            '[[outcome]]\nname = "referred"\nlabel = "were referred at least once"\n'
            'event = "referrals >= 1"\ndirection = "lower"\nunit = "student"\n'
        )
        adults = '[adults]\nagreement = "made up, as these adults are"\n'
        write_plan(folder, "Few teachers", [outcome, adults], complete=["discipline"])
    return teachers


def _district(rng: np.random.Generator) -> District:
    race = np.full(STUDENTS, UNKNOWN)
    ends = np.cumsum([round(share * STUDENTS) for share in _SHARES.values()])
    for name, (start, end) in zip(_SHARES, zip([0, *ends], ends, strict=False), strict=True):
        race[start:end] = RACES.index(name)
    return District(race, rng.permutation(STUDENTS) % SCHOOLS, SCHOOLS, ("",))


def _teachers(rng: np.random.Generator) -> Teachers:
    """The top share what they make alike but for chance; the others make a few, or some."""
    order = rng.permutation(TEACHERS)
    refer = round(REFER * TEACHERS)
    top, rest = np.split(order[:refer], [int(TOP * refer)])
    made, is_top = np.zeros(TEACHERS, np.int64), np.zeros(TEACHERS, np.bool_)
    few = round(_FEWER_THAN_FIVE * rest.size)
    made[rest[:few]] = rng.integers(1, 5, few)
    made[rest[few:]] = rng.integers(8, MORE_THAN + 1, rest.size - few)
    more = round(made.sum() * BY_TOP / (1 - BY_TOP)) - (MORE_THAN + 1) * top.size
    made[top] = MORE_THAN + 1 + rng.multinomial(more, np.full(top.size, 1 / top.size))
    is_top[top] = True
    return Teachers(np.arange(TEACHERS) % SCHOOLS, made, is_top)


def _write_referrals(
    folder: Folder, rng: np.random.Generator, district: District, teachers: Teachers, share: float
) -> None:
    folder.write(
        "staff.csv",
        {"staff_id": pa.array(teachers.ids),
         "school_id": words(district.school_ids, teachers.school),
         "role": pa.array(["teacher"] * teachers.made.size)},
    )  # fmt: skip
    adult = np.repeat(np.arange(teachers.made.size), teachers.made)
    side = _sides(rng, district, teachers, share)
    student = _students(rng, district, teachers.school[adult], side)
    days = district.days.days[0]
    folder.write(
        "discipline.csv",
        district.who(student) | {
            "date": dates(days, rng.integers(0, days.size, adult.size)),
            "incident_id": pa.array([f"I{k:06d}" for k in range(adult.size)]),
            "staff_id": words(teachers.ids, adult),
            "action": pa.array(["conference"] * adult.size),
        },
    )  # fmt: skip


def _of_side(district: District) -> Index:
    """Whether a student is of the first or second group of which more are referred; else 0."""
    return np.asarray(sum((district.race == race) * k for k, race in enumerate(_MORE, 1)))


def _sides(rng: np.random.Generator, district: District, teachers: Teachers, share: float) -> Index:
    """Whom each referral is of: all students alike, and of two groups so many more."""
    size = np.bincount(_of_side(district))
    more = size * np.array([0.0, *_MORE.values()])
    chances = []
    for top, part in ((False, 1 - share), (True, share)):
        made = teachers.made[teachers.top == top].sum()
        alike = (made - part * more.sum()) / district.race.size
        chances.append((size * alike + part * more) / made)
    upto = np.cumsum(chances, axis=1)[np.repeat(teachers.top, teachers.made).astype(np.int64)]
    return np.asarray((rng.random(len(upto))[:, None] > upto[:, :-1]).sum(axis=1))


def _students(rng: np.random.Generator, district: District, school: Index, side: Index) -> Index:
    """A student of each school and side as asked, all of them as likely as each other."""
    cell = district.school * (len(_MORE) + 1) + _of_side(district)
    order = np.argsort(cell, kind="stable")
    size = np.bincount(cell, minlength=(len(_MORE) + 1) * district.schools)
    asked = school * (len(_MORE) + 1) + side
    return np.asarray(order[(np.cumsum(size) - size)[asked] + rng.integers(0, size[asked])])
