"""What every cause has: the gap it is of, its verdict, and what would refute it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal

from eachchild.causes.asked import Asked, Origins
from eachchild.findings.model import Finding, Hypothesis, Verdict, finding_id
from eachchild.findings.phrases import Phrases
from eachchild.findings.verdicts import times_small
from eachchild.plan import Plan
from eachchild.terms.factors import Group
from eachchild.terms.said import sentence_case

SUSPENDED = frozenset(("oss_count", "oss_days"))
FROM_REFERRALS = SUSPENDED | {"referrals"}  # columns that follow from referrals
LEVEL = 0.05  # of q
About = Literal["belief", "policy", "practice", "message"]
MUCH = 0.25  # of a gap: what goes with less of it does not carry it


def is_asked(plan: Plan, gap: Finding, origins: Origins) -> bool:
    """A gap of one group in the whole place, or what would be one were it beyond chance.

    Of the latter only causes with a test of their own may be told. It must be as wide as a gap in
    the years that causes are counted over, together: shares of next to nothing say nothing.
    """
    if gap.place != "all" or len(Group.parse(gap.group).parts) != 1:
        return False
    if gap.verdict not in ("gap", "cannot_tell"):
        return False
    asked = Asked(gap.outcome, gap.group, gap.reference, origins.when(gap.period))
    together = origins.whole(asked, gap.measure)
    return times_small(plan.margin, replace(gap, estimate=together or gap.estimate)) > 1


def is_same_way(gap: Finding, whole: float) -> bool:
    """Whether what is parted, a difference or a logarithm of a ratio, has the sign of the gap."""
    same = 1.0 if gap.measure.endswith("ratio") else 0.0
    return gap.estimate is not None and (gap.estimate - same) * whole > 0


_ABOUT: Mapping[str, About] = MappingProxyType(
    {
        "composition": "policy", "between_schools": "policy", "not_offered": "policy",
        "transport": "policy", "gate": "policy", "rule": "policy", "words": "message",
    }
)  # fmt: skip


def hypothesis_of(
    phrases: Phrases, cause: str, prefix: str, words: Mapping[str, object]
) -> Hypothesis:
    """What would refute a cause, where to begin and what to ask; `prefix` is that of its words.

    A practice is what people do without being asked to; a policy is decided once for all. No count
    tells a belief, so none is claimed.
    """
    said = {key: phrases.words.say(prefix + key, **words) for key in ("refuted_by", "begin")}
    asked = (prefix + key for key in ("ask_1", "ask_2"))
    questions = tuple(
        sentence_case(phrases.words.say(key, **words)) for key in asked if phrases.words.has(key)
    )
    return Hypothesis(
        _ABOUT.get(cause, "practice"), sentence_case(said["refuted_by"]),
        sentence_case(said["begin"]), questions,
    )  # fmt: skip


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
