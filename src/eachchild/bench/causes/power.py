"""How often a planted cause is found, by how wide its gap is and by how large the district."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from eachchild.bench.causes.study import STUDENTS, Judged
from eachchild.measures.counts import Counts
from eachchild.measures.rates import rate
from eachchild.worlds.causes import CAUSE_WORLDS

EDGES = (1.0, 2.0, 4.0, 8.0, 16.0)  # of the planted gap, in points
SIZES = (1_250, 2_500, 10_000, 20_000)  # beside those of the study itself
BY_SIZE = (
    "referrer-strong", "moment-lunch", "step-referred", "consequence-subjective",
    "between-schools", "composition-poverty", "transport-late", "not-offered-some",
    "gate-recommended", "support-withheld", "screen-misses", "reporting-minor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Of districts alike: how often the planted cause came first, and how often none was told."""

    label: str
    districts: int
    first: float
    low: float  # 95 % interval of `first`
    high: float
    untold: float
    untold_low: float
    untold_high: float


def by_gap(rows: Iterable[Judged]) -> tuple[Found, ...]:
    """By the planted gap in points: districts of the usual size, outcomes that are rates."""
    usual = [r for r in rows if r.counts and r.students == STUDENTS and _is_rate(r.world)]
    ends = (0.0, *EDGES, float("inf"))
    parts = []
    for low, high in pairwise(ends):
        mine = [r for r in usual if low <= 100 * abs(r.value) < high]
        parts.append((_between(low, high), mine))
    return tuple(_found(label, mine) for label, mine in parts if mine)


def by_size(rows: Iterable[Judged]) -> tuple[Found, ...]:
    """By students, over the worlds that were made in several sizes."""
    told = [r for r in rows if r.counts and r.world in BY_SIZE]
    sizes = sorted({r.students for r in told})
    return tuple(_found(f"{size:,}", [r for r in told if r.students == size]) for size in sizes)


def _between(low: float, high: float) -> str:
    if not low:
        return f"under {high:g}"
    return f"{low:g} to {high:g}" if high < float("inf") else f"{low:g} on"


def _is_rate(world: str) -> bool:
    return CAUSE_WORLDS[world].outcome != "absence_rate"


def _found(label: str, rows: Sequence[Judged]) -> Found:
    first = _share([row.top1 for row in rows])
    untold = _share([row.supported == 0 for row in rows])
    return Found(label, len(rows), *first, *untold)


def _share(which: Sequence[bool]) -> tuple[float, float, float]:
    """A share with its interval."""
    found = rate(Counts(np.array([sum(which)]), np.array([len(which)])))
    return float(found.rate[0]), float(found.low[0]), float(found.high[0])
