"""How often the planted cause of a made-up district is found, and how often a wrong one is told."""

from eachchild.bench.causes.power import BY_SIZE, Found, by_gap, by_size
from eachchild.bench.causes.study import (
    Judged,
    by_world,
    judged,
    read_judged,
    summary,
    worlds_of,
)

__all__ = [
    "BY_SIZE", "Found", "Judged", "by_gap", "by_size", "by_world", "judged", "read_judged",
    "summary", "worlds_of",
]  # fmt: skip
