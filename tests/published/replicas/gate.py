"""Automatic enrollment in honors mathematics, as a large district in Texas brought it in.

EdTrust, Automatic Enrollment Policies: Dallas moved grade 6 from asking to be enrolled to being
enrolled unless a parent declines; of Hispanic students about 33 in 100 became 60, of Black students
17 became 43, of White students 50 became 82. Each group's scores are not public: here so many of
each group are above the middle and not enrolled as the rates rose by.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from eachchild.worlds.model import Index, Mask, Numbers
from eachchild.worlds.writing import Folder, numbers, words
from replicas.district import (
    BLACK,
    HISPANIC,
    WHITE,
    District,
    write_lists,
    write_plan,
)


@dataclass(frozen=True, slots=True)
class Access:
    """One group: how many, what its scores' mean is in standard deviations, and the rates."""

    students: int
    mean: float
    before: float
    after: float


DALLAS = {
    HISPANIC: Access(6_500, 0.0, 0.33, 0.60),
    BLACK: Access(1_800, -0.36, 0.17, 0.43),
    WHITE: Access(1_200, 0.67, 0.50, 0.82),
}
_SCHOOLS, _SEED = 30, 6
_AGAIN = 0.85  # correlation of a group's scores of two years
_JUDGED = 1.0  # standard deviation of what else a recommendation goes by


def write_gate(path: Path) -> None:
    """Write a grade's last year of primary school with its test, and the year after."""
    rng = np.random.default_rng(_SEED)
    race = np.repeat(list(DALLAS), [one.students for one in DALLAS.values()])
    mean = np.array([DALLAS[r].mean for r in race.tolist()])
    score = rng.normal(mean)
    later = mean + _AGAIN * (score - mean) + np.sqrt(1 - _AGAIN**2) * rng.normal(size=race.size)
    honors = _enrolled(rng, race, score)
    district = District(race, rng.permutation(race.size) % _SCHOOLS, _SCHOOLS, ("05", "06"))
    one = np.arange(race.size)
    with Folder(path) as folder:
        write_lists(folder, district)
        for year, points in enumerate((score, later)):
            folder.write(
                "score.csv",
                {"student_id": words(district.ids, one), "period": district.period(one.size, year),
                 "subject": pa.array(["math"] * one.size),
                 "score": numbers(np.round(1600 + 100 * points).astype(np.int64))},
            )  # fmt: skip
        folder.write(
            "course.csv",
            district.who(one) | {
                "period": district.period(one.size),
                "course_id": words(("MATH6", "MATH6H"), honors),
                "level": words(("general", "honors"), honors),
            },
        )  # fmt: skip
        outcome = '[[outcome]]\nname = "honors_enrolled"\npopulation = "grade in [\'06\']"\n'
        write_plan(folder, "Honors mathematics", [outcome], complete=[])


def _enrolled(rng: np.random.Generator, race: Index, score: Numbers) -> Mask:
    """Who is recommended: by the score and by what else counts, to each group's rate before."""
    liked, above = score + rng.normal(0, _JUDGED, score.size), score > np.median(score)
    enrolled = np.zeros(score.size, np.bool_)
    for group, access in DALLAS.items():
        mine = race == group
        missed = round((access.after - access.before) * access.students)
        ready = int((mine & above).sum()) - missed
        for who, seats in (
            (mine & above, ready), (mine & ~above, round(access.before * access.students) - ready)
        ):  # fmt: skip
            at = np.flatnonzero(who)
            enrolled[at[np.argsort(-liked[at], kind="stable")[:seats]]] = True
    return enrolled
