"""Adults of each school; a few of them write most of the referrals, as in real districts."""

from dataclasses import dataclass

import numpy as np

from eachchild.worlds.model import Codes, Index
from eachchild.worlds.streams import stream

ROLES = ("teacher", "administrator", "other")
_ROLE_EDGES = (0.72, 0.80)
_STUDENTS_PER_ADULT = 14
_CONCENTRATION = 2.2  # power: the larger, the fewer adults write most referrals


@dataclass(frozen=True, slots=True)
class Staff:
    """One entry an adult, by school; ids are given so that their order tells nothing."""

    school: Index
    role: Codes
    years: Index
    ids: tuple[str, ...]
    first: Index  # of each school: its first adult
    number: Index  # of each school: how many adults

    def referrer(self, rng: np.random.Generator, school: Index) -> Index:
        """Who refers: the same adults often, whoever the student is."""
        drawn = rng.random(school.size) ** _CONCENTRATION
        return np.asarray(self.first[school] + (drawn * self.number[school]).astype(np.int64))


def draw_staff(seed: int, students_by_school: Index) -> Staff:
    """Draw the adults of each school, at least four."""
    rng = stream(seed, "staff")
    number = np.maximum(4, np.round(students_by_school / _STUDENTS_PER_ADULT)).astype(np.int64)
    school = np.repeat(np.arange(number.size), number)
    codes = rng.permutation(school.size) + 20_001
    return Staff(
        school=school,
        role=np.searchsorted(_ROLE_EDGES, rng.random(school.size), side="right").astype(np.int8),
        years=np.minimum(np.floor(rng.exponential(9.0, school.size)), 41).astype(np.int64),
        ids=tuple(f"T{c:06d}" for c in codes),
        first=np.cumsum(number) - number,
        number=number,
    )
