"""The scenarios of the published table."""

from eachchild.bench.predictability.world import Scenario

SIZES = ((300, 4), (2_000, 8), (20_000, 40), (200_000, 250))
FLAT = (
    *((rate, index) for rate in (0.02, 0.10, 0.40) for index in (0.0, 0.15)),
    (0.10, 0.05),
    (0.10, 0.35),
)
CLUSTERED = (
    *((rate, 0.0, 0.0) for rate in (0.02, 0.10, 0.40)),
    *((0.10, index, 0.0) for index in (0.05, 0.15)),
    (0.40, 0.35, 0.0),
    (0.10, 0.0, 0.6),
    (0.40, 0.0, 0.6),
    (0.10, 0.15, 0.6),
)
SEGREGATED = (  # students, schools, rate: nothing inside schools, effects that ignore identity
    (2_000, 3, 0.10),
    (5_000, 5, 0.10),
    (2_000, 80, 0.10),  # schools of 25 students
    (10_000, 20, 0.40),
    (20_000, 40, 0.01),
    (60_000, 80, 0.05),
)
SPARSE = ((1_000, 1, 0.01), (2_000, 8, 0.01))


def grid() -> list[Scenario]:
    """Every scenario of the table: one pool, schools that differ, segregated and sparse ones."""
    flat = [Scenario(n, 1, *event) for n, _ in SIZES for event in FLAT]
    clustered = [
        Scenario(n, schools, rate, index, 0.5, 1.0, together)
        for n, schools in SIZES
        for rate, index, together in CLUSTERED
    ]
    segregated = [Scenario(*place, 0.0, 0.6, 2.0) for place in SEGREGATED]
    sparse = [Scenario(*place, 0.0) for place in SPARSE]
    return [*flat, *clustered, *segregated, *sparse]
