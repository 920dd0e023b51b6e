"""The tests of whole places, by what they compare."""

from collections.abc import Sequence

import numpy as np

from eachchild.cube import ALL_PLACES, POOLED
from eachchild.findings.evidence import About
from eachchild.findings.judging import Changed, Tested
from eachchild.findings.verdicts import LEVEL
from eachchild.measures.inference import CARRIED, Assessment
from eachchild.plan import Plan
from eachchild.terms.outcomes import Direction
from eachchild.terms.years import ALL


def tests_of(plan: Plan, assessment: Assessment, periods: tuple[str, ...]) -> dict[About, Tested]:
    """Each comparison of a whole place with its q, which test carries it, and its excess."""
    asked, tests = assessment.asked, assessment.tests
    made = tests.has_inside | tests.has_between | tests.stands_in
    whole = np.flatnonzero(asked.level == assessment.levels.index(ALL_PLACES))
    group, reference = asked.group.take(whole).text(), asked.reference.take(whole).text()
    directions: dict[str, Direction] = {o.name: o.direction for o in plan.outcomes}
    found = {}
    for i, g, r in zip(whole.tolist(), group, reference, strict=True):
        outcome = assessment.outcomes[asked.outcome[i]]
        period = ALL if asked.period[i] == POOLED else periods[asked.period[i]]
        excess = float(assessment.excess.excess[i])
        stands = bool(assessment.excess.known[i] and assessment.q_excess[i] <= LEVEL)
        found[About(outcome, g, r, period)] = Tested(
            q=float(assessment.q[i]),
            carried=CARRIED[assessment.carried[i]],
            made=bool(made[i]),
            worse_than_parts=stands and _is_worse(excess, directions[outcome]),
            excess=excess,
        )
    return found


def changes_of(
    assessment: Assessment, periods: tuple[str, ...], breaks: Sequence[tuple[str, str]]
) -> dict[About, Changed]:
    """How each gap of a whole place moved to the latest year: from the first year told.

    Not over a break: outcome (empty: every one) and the period that begins a new way of counting.
    """
    moved = assessment.changes
    whole = (moved.level == assessment.levels.index(ALL_PLACES)) & (moved.last == len(periods) - 1)
    for outcome, period in breaks:
        asked = np.array([outcome in ("", name) for name in assessment.outcomes], np.bool_)
        whole &= ~(asked[moved.outcome] & (moved.first < periods.index(period)))
    rows = np.flatnonzero(whole)
    rows = rows[np.argsort(-moved.first[rows], kind="stable")]  # the earliest is kept
    group, reference = moved.group.take(rows).text(), moved.reference.take(rows).text()
    return {
        About(assessment.outcomes[moved.outcome[i]], g, r, periods[-1]): Changed(
            periods[moved.first[i]],
            float(moved.before[i]),
            float(moved.change[i]),
            float(moved.low[i]),
            float(moved.high[i]),
            float(assessment.q_change[i]),
        )
        for i, g, r in zip(rows.tolist(), group, reference, strict=True)
    }


def _is_worse(excess: float, direction: Direction) -> bool:
    return direction == "neither" or (excess > 0) == (direction == "lower")
