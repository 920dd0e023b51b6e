"""What every cause has: the gap it is of, its verdict, and what would refute it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from eachchild.causes.asked import Asked, Origins
from eachchild.findings.model import Finding, Verdict, finding_id
from eachchild.findings.phrases import sentence_case
from eachchild.findings.verdicts import times_small
from eachchild.plan import Plan
from eachchild.terms.factors import Group

SUSPENDED = frozenset(("oss_count", "oss_days"))
FROM_REFERRALS = SUSPENDED | {"referrals"}  # columns that follow from referrals
LEVEL = 0.05  # of q
MUCH = 0.25  # of a gap: what goes with less of it does not carry it


def is_asked(plan: Plan, gap: Finding, origins: Origins) -> bool:
    """A gap of one group in the whole place, or what would be one were it beyond chance.

    Of the latter only causes with a test of their own may be told. Whether it is as wide as a gap
    is told by the years that causes are counted over.
    """
    if gap.place != "all" or len(Group.parse(gap.group).parts) != 1:
        return False
    if gap.verdict != "cannot_tell":
        return gap.verdict == "gap"
    asked = Asked(gap.outcome, gap.group, gap.reference, origins.together)
    together = origins.whole(asked, gap.measure)
    return times_small(plan.margin, replace(gap, estimate=together or gap.estimate)) > 1


def is_same_way(gap: Finding, whole: float) -> bool:
    """Whether what is parted, a difference or a logarithm of a ratio, has the sign of the gap."""
    same = 1.0 if gap.measure.endswith("ratio") else 0.0
    return gap.estimate is not None and (gap.estimate - same) * whole > 0


def cause_of(
    gap: Finding, cause: str, verdict: Verdict, *, measure: str, sentence: str,
    share: float | None, evidence: Iterable[str], caveats: Iterable[str],
    period: str, estimate: float | None = None, at: str = "", **more: Any,
) -> Finding:  # fmt: skip
    """A cause folded under its gap, which may be of the latest year alone.

    `at` says where the cause is, so that one of a kind is not another.
    """
    return Finding(
        id=finding_id(
            kind="cause", measure=measure, outcome=gap.outcome, group=gap.group,
            reference=gap.reference, place=gap.place, cause=f"{cause} {at}".strip(),
        ),
        rank=0, kind="cause", verdict=verdict, measure=measure, outcome=gap.outcome,
        group=gap.group, reference=gap.reference, place=gap.place, period=period,
        estimate=estimate, low=None, high=None, n=gap.n, events=gap.events,
        students_to_parity=None, sentence=sentence,
        evidence=tuple(map(sentence_case, evidence)), caveats=tuple(map(sentence_case, caveats)),
        of=gap.id, cause=cause, share_of_gap=share, parent=gap.id, at=at, **more,
    )  # fmt: skip
