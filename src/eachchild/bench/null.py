"""The false-alarm study: how often an audit raises anything where identity changes nothing.

Every district is drawn as counts and goes through the measures and verdicts of a real audit: all
outcomes, groups, crossings, schools and years together. Whatever a reader could be told is counted.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eachchild.bench.tables import added_to, read_table
from eachchild.cube import ALL_PLACES, Rollups
from eachchild.findings.evidence import Evidence
from eachchild.findings.judging import Material, judge
from eachchild.findings.phrases import phrases_of
from eachchild.findings.tests import tests_of
from eachchild.measures.attach import with_tests
from eachchild.measures.cluster import cluster_difference, cluster_mean_difference
from eachchild.measures.counts import Counts
from eachchild.measures.grids import Grid, Grids
from eachchild.measures.identity import identity_tests
from eachchild.measures.inference import Assessment, Extra, assess
from eachchild.measures.long import measure_rows
from eachchild.measures.multiple import benjamini_hochberg, two_steps
from eachchild.measures.predictability import Road, RoadTests, road
from eachchild.measures.school_rows import sums_of
from eachchild.plan import COMPLEMENT, Plan, plan_from
from eachchild.terms.outcomes import Outcome
from eachchild.terms.years import ALL
from eachchild.worlds.counts import OUTCOMES, CountedDistrict, counted_district, null_layout

LEVEL = 0.05
DISTRICTS = 400


@dataclass(frozen=True, slots=True)
class NullDistrict:
    """What one null district raised. Whatever is not 0 is a false alarm."""

    seed: int
    district: int
    students: int
    schools: int
    years: int
    like_schools: int
    gaps: int  # groups and crossings of the whole place with a gap
    places: int  # districts and schools with one
    crossings: int  # said to differ from the sum of their parts
    changes: int  # gaps said to have grown or shrunk over the years
    predictability: int  # outcomes identity is said to predict
    through_school: int  # said to be told by way of the school, in districts of like schools
    stands: int  # tests that stand, whatever the size of what they found
    plain: int  # comparisons that the plain two-rate test would have raised
    cluster: int  # that the school-cluster t interval would have raised, adjusted by Bonferroni

    @property
    def flagged(self) -> bool:
        """Whether anything at all was raised."""
        told = (self.gaps, self.places, self.crossings, self.changes, self.predictability)
        return any(told) or self.through_school > 0


def run(seed: int, districts: int = DISTRICTS) -> Mapping[str, object]:
    """Audit so many null districts and count those that raise anything."""
    return summary([null_district(seed, i) for i in range(districts)])


def summary(found: Sequence[NullDistrict]) -> Mapping[str, object]:
    """How many districts raised anything, in all and by how many schools they have."""
    bands = ((3, 7), (8, 19), (20, 39), (40, 80))
    return {
        "districts": len(found),
        "flagged": sum(d.flagged for d in found),
        "flagged_plain": sum(d.plain > 0 for d in found),
        "flagged_cluster": sum(d.cluster > 0 for d in found),
        "stands": sum(d.stands > 0 for d in found),
        "by_schools": {
            f"{low}-{high}": {
                "districts": len(mine),
                "flagged": sum(d.flagged for d in mine),
                "flagged_plain": sum(d.plain > 0 for d in mine),
                "flagged_cluster": sum(d.cluster > 0 for d in mine),
            }
            for low, high in bands
            if (mine := [d for d in found if low <= d.schools <= high])
        },
    }


def null_district(seed: int, number_of: int) -> NullDistrict:
    """Draw one null district and audit it."""
    layout = null_layout(seed, number_of)
    district = counted_district(layout, seed, number_of)
    plan = null_plan()
    rollups = Rollups(district.cube)
    predicted = identity_tests(plan, district.cube)
    number = {o.name: i for i, o in enumerate(plan.outcomes)}
    extra = Extra(
        np.array([number[name] for name, _ in predicted], np.int64),
        np.array([float(tests.p[0]) for _, tests in predicted], np.float64),
    )
    assessment = assess(plan, rollups, extra=extra)
    if assessment is None:
        raise ValueError("a null district has groups to compare")
    stands = assessment.q <= LEVEL
    whole = assessment.asked.level == 0
    return NullDistrict(
        seed=seed,
        district=number_of,
        students=layout.students,
        schools=layout.schools,
        years=layout.years,
        like_schools=int(layout.like_schools),
        # A verdict needs a test that stands, so where none does there is nothing to judge.
        gaps=_gaps(plan, district, rollups, assessment) if (stands & whole).any() else 0,
        places=int((stands & ~whole).sum()),
        crossings=int((assessment.excess.known & (assessment.q_excess <= LEVEL)).sum()),
        changes=int((assessment.q_change <= LEVEL).sum()),
        predictability=int((assessment.q_extra <= LEVEL).sum()),
        through_school=_through(predicted, assessment) if layout.like_schools else 0,
        stands=int(stands.sum()),
        plain=_plain(assessment),
        cluster=cluster_alarms(plan, rollups),
    )


def null_plan() -> Plan:
    """The plan every null district is audited by: the defaults, and nothing switched off."""
    references = {"race": "white", "sex": "male", "idea": "no", "el": "no", "frl": "no"}
    return plan_from(
        {
            "source": [{"path": "none", "table": "student_year"}],
            "identity": [{"factor": f, "reference": r} for f, r in references.items()],
            "outcome": [{"name": name} for name in OUTCOMES],
        },
        Path(),
    )


def _gaps(plan: Plan, district: CountedDistrict, rollups: Rollups, assessment: Assessment) -> int:
    """Groups and crossings of the whole place with the verdict `gap`."""
    table = with_tests(measure_rows(plan, rollups), assessment, district.cube)
    periods = district.cube.periods
    tests = tests_of(plan, assessment, periods)
    material = Material(plan, phrases_of(plan), Evidence(table), tests, (*periods, ALL))
    asked = sorted({(t.outcome, t.group) for t in tests})
    outcomes = {o.name: o for o in plan.outcomes}
    judged = (judge(material, outcomes[outcome], group) for outcome, group in asked)
    return sum(j is not None and any(one.verdict == "gap" for one in j) for j in judged)


def _through(predicted: Sequence[tuple[str, RoadTests]], assessment: Assessment) -> int:
    """Outcomes and years said to be told by way of the school. Where schools differ, they are."""
    tests = [t for _, t in predicted]
    total = benjamini_hochberg(np.array([float(t.total.p[0]) for t in tests], np.float64))
    roads = [
        road(q, inside=float(t.inside_p[0]), between=float(t.between.together[0]))
        for q, t in zip(total.tolist(), tests, strict=True)
    ]
    quiet = assessment.q_extra > LEVEL
    return sum(r is Road.SCHOOL and bool(free) for r, free in zip(roads, quiet, strict=True))


def _plain(assessment: Assessment) -> int:
    """What the plain two-rate test would raise, by the same families."""
    has = assessment.tests.has_plain
    if not has.any():
        return 0
    family = assessment.asked.outcome[has]
    return int((two_steps(assessment.tests.p_plain[has], family).q <= LEVEL).sum())


def cluster_alarms(plan: Plan, rollups: Rollups) -> int:
    """What school-cluster t intervals would raise of the groups by one factor, year by year."""
    spread = Grids(rollups)
    grids = [
        (outcome, grid)
        for outcome in plan.outcomes
        for factor in plan.factors
        if (cells := rollups.cells(outcome.name, (factor.id,), level=ALL_PLACES)) is not None
        and (
            grid := spread.spread_out(
                outcome.name,
                cells,
                level=rollups.cube.places.level,
                reference=COMPLEMENT,
                by_year=False,
            )
        )
        is not None
    ]
    asked = sum(grid.fold.cells for _, grid in grids)
    return sum(_excludes_zero(o, grid, 1 - LEVEL / max(asked, 1)) for o, grid in grids)


def _excludes_zero(outcome: Outcome, grid: Grid, confidence: float) -> int:
    if outcome.is_rate:
        ours, theirs = (Counts(t.events, t.n) for t in (grid.group, grid.others))
        rate = cluster_difference(ours, theirs, grid.fold, confidence=confidence)
        return int((rate.known & ((rate.low > 0) | (rate.high < 0))).sum())
    scale = 10.0**outcome.decimals
    sums, others = sums_of(grid.group, scale), sums_of(grid.others, scale)
    mean = cluster_mean_difference(sums, others, grid.fold, confidence=confidence)
    return int((mean.known & ((mean.low > 0) | (mean.high < 0))).sum())


def _known(path: Path, seed: int) -> list[NullDistrict]:
    """The districts a file already holds."""
    return [row for row in read_table(path, NullDistrict) if row.seed == seed]


def resume(path: Path, *, seed: int, districts: int, told: Callable[[str], None] = print) -> None:
    """Add the districts a file does not hold yet, a row each, as soon as it is known."""
    known = {d.district for d in _known(path, seed)}
    with added_to(path, NullDistrict) as add:
        for number in sorted(set(range(districts)) - known):
            add([null_district(seed, number)])
            told(f"district {number + 1} of {districts}")


def main() -> None:
    """`python -m eachchild.bench.null --out FILE`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--districts", type=int, default=DISTRICTS)
    chosen = parser.parse_args()
    resume(chosen.out, seed=chosen.seed, districts=chosen.districts)


if __name__ == "__main__":
    main()
