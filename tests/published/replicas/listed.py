"""An early warning list that errs more for some students, and one that errs alike.

Wisconsin's statewide list was wrong nearly three times in four when it said that a student would
not graduate, and raised more false alarms for Black and Hispanic students (The Markup and
Chalkbeat 2023; Perdomo et al. 2023). Counts by group are not in print, so these are made up to that
pattern. An audit sets a list beside need and not beside graduation; here those who failed a course
the year before are those who then do not graduate, so that both are one.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from eachchild.worlds.writing import Folder, dates, flags, numbers, words
from replicas.district import (
    BLACK,
    HISPANIC,
    WHITE,
    District,
    write_lists,
    write_plan,
)

_LIST, _GROUPS, _SCHOOLS = "early_warning_list", (BLACK, HISPANIC, WHITE), 20


@dataclass(frozen=True, slots=True)
class Errors:
    """How a list fared, for Black, Hispanic and White students."""

    students: tuple[int, int, int]
    needing: tuple[int, int, int]  # and then not graduating
    listed: tuple[int, int, int]
    right: tuple[int, int, int]  # listed and needing


UNEVEN = Errors((2_000, 2_400, 9_000), (200, 210, 400), (520, 560, 920), (140, 150, 230))
EVEN = Errors((2_000, 2_000, 8_600), (200, 210, 400), (320, 340, 1_100), (140, 147, 280))


def write_listed(path: Path, errors: Errors) -> None:
    """Write a year of marks, and the year in which the list is made and its students graduate."""
    race, need, listed = _students(errors)
    one = np.arange(race.size)
    district = District(race, one % _SCHOOLS, _SCHOOLS, ("11", "12"))
    with Folder(path) as folder:
        write_lists(folder, district)
        folder.write(
            "course.csv",
            district.who(one) | {
                "period": district.period(one.size, 0),
                "course_id": pa.array(["MATH11"] * one.size),
                "level": pa.array(["general"] * one.size),
                "points": numbers(np.where(need, 0, 3)),
                "failed": flags(need),
            },
        )  # fmt: skip
        folder.write(
            "completion.csv",
            {"student_id": words(district.ids, one), "period": district.period(one.size),
             "cohort": pa.array(["yes"] * one.size), "graduated": flags(~need)},
        )  # fmt: skip
        who = np.flatnonzero(listed)
        folder.write(
            "support.csv",
            district.who(who) | {
                "support": pa.array([_LIST] * who.size),
                "tier": numbers(np.ones(who.size, np.int64)),
                "begin_date": dates(district.days.days[-1], np.full(who.size, 10)),
            },
        )  # fmt: skip
        rest = ['[[outcome]]\nname = "graduated"\n',
                f'[supports]\nlists = ["{_LIST}"]\nneed = "courses_failed"\n']  # fmt: skip
        write_plan(folder, "An early warning list", rest, complete=[])


def _students(errors: Errors) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each student's race, whether in need, and whether listed."""
    kinds = []
    for group, n, needing, on, right in zip(
        _GROUPS, errors.students, errors.needing, errors.listed, errors.right, strict=True
    ):
        counts = (right, needing - right, on - right, n - needing - on + right)
        kinds += [(group, need, on, count) for (need, on), count in zip(
            ((1, 1), (1, 0), (0, 1), (0, 0)), counts, strict=True)]  # fmt: skip
    table = np.array(kinds)
    race, need, listed = np.repeat(table[:, :3], table[:, 3], axis=0).T
    return race, need == 1, listed == 1
