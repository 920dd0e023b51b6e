"""The district of the demonstrations, on the terminal and on the platform alike."""

from collections.abc import Callable
from pathlib import Path

from eachchild.worlds.synthesize import synthesize

STUDENTS, SCHOOLS, YEARS, SEED = 12_000, 20, 4, 2026
_PUBLIC = ('factor = "race"', 'name = "chronic_absence"', 'name = "oss_any"')


def make_up(folder: Path, progress: Callable[[str, float], None]) -> None:
    """Write the district's files, its plan and what was planted in it."""
    synthesize(
        folder, seed=SEED, students=STUDENTS, schools=SCHOOLS, years=YEARS, progress=progress
    )


def for_the_public(plan: str) -> str:
    """A plan with one factor and two outcomes, so that less must be hidden.

    >>> for_the_public('title = "A"\\n[[factor]]\\nfactor = "sex"\\n[[source]]\\npath = "a.csv"')
    'title = "A"\\n[[source]]\\npath = "a.csv"'
    """
    first, *blocks = plan.split("\n[[")
    kept = [b for b in blocks if b.startswith("source") or any(name in b for name in _PUBLIC)]
    return "\n[[".join((first, *kept))
