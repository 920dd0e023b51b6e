"""The tests of whole places, by what they compare."""

import numpy as np

from eachchild.cube import ALL_PLACES, POOLED
from eachchild.findings.evidence import About
from eachchild.findings.judging import Tested
from eachchild.findings.verdicts import LEVEL
from eachchild.measures.inference import CARRIED, Assessment
from eachchild.plan import Plan
from eachchild.terms.outcomes import Direction
from eachchild.terms.years import ALL


def tests_of(plan: Plan, assessment: Assessment, periods: tuple[str, ...]) -> dict[About, Tested]:
    """Each comparison of a whole place with its q, which test carries it, and its excess."""
    asked = assessment.asked
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
            worse_than_parts=stands and _is_worse(excess, directions[outcome]),
            excess=excess,
        )
    return found


def _is_worse(excess: float, direction: Direction) -> bool:
    return direction == "neither" or (excess > 0) == (direction == "lower")
