"""The numbers behind "who is counted where", in one place so that a reader can check them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds and codes by which rows become student-years.

    `silent_school`: a school with more students than this and not one row in the discipline table
    of a year in which other schools have some did not report (Virginia 2021-22 has 114 of them);
    a smaller one may have had no incident. `micro` is the unit in which fractions, days and points
    are added: sums of whole numbers are the same in every engine and run, sums of floats are not.
    """

    no_spell: tuple[str, ...] = ("no_show", "invalid")  # enrollments that never were (Ed-Fi)
    attended_days: int = 10
    silent_school: int = 300
    micro: int = 1_000_000


RULES = Rules()
