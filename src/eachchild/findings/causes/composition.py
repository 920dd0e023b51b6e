"""Whether a gap goes with another factor of which a group has more."""

from collections.abc import Iterator
from dataclasses import replace

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.places import Split
from eachchild.findings.causes.grades import ByGrades
from eachchild.findings.causes.places import verdict_of_share
from eachchild.findings.causes.shared import MUCH, cause_of, hypothesis_of, is_same_way
from eachchild.findings.model import Finding, GapPart
from eachchild.findings.phrases import Phrases
from eachchild.plan import Plan
from eachchild.terms.factors import Group
from eachchild.terms.numerals import tenths, whole_percent

_CAUSE, _GRADE = "composition", "grade"


def told_by_composition(
    plan: Plan, phrases: Phrases, gap: Finding, origins: Origins
) -> Iterator[Finding]:
    """Of each other factor that carries much of the gap inside the same schools."""
    own = Group.parse(gap.group).factors
    asked = Asked(gap.outcome, gap.group, gap.reference, origins.when(gap.period))
    for factor in plan.factors:
        split = None if factor.id in own else origins.by_factor(asked, factor.id)
        if split is None or not (split.is_known and is_same_way(gap, split.whole)):
            continue
        if verdict_of_share(split.parts[1]) == "supported":
            yield _told(phrases, gap, asked.period, factor.id, split)


def told_by_grades(
    phrases: Phrases, gap: Finding, period: str, grades: ByGrades
) -> Iterator[Finding]:
    """Whether much of the gap goes with the grades that students are in.

    Of a gap that cannot be told by itself it is told where what goes with grades is beyond chance.
    """
    split = grades.splits.get(gap.id)
    if split is None or not (split.is_known and is_same_way(gap, split.whole)):
        return
    if gap.id in grades.sure_of_grades and split.parts[0].share >= MUCH:
        yield _told(phrases, gap, period, _GRADE, split)


def _told(phrases: Phrases, gap: Finding, period: str, factor: str, split: Split) -> Finding:
    say, by_grade = phrases.words.say, factor == _GRADE
    part = split.parts[0 if by_grade else 1]
    words = {
        "factor": say("cause.composition.by_grade") if by_grade else phrases.inline(factor),
        "share": whole_percent(part.share),
        "low": whole_percent(part.low), "high": whole_percent(part.high),
        "inside": whole_percent(split.parts[2].share),
    }  # fmt: skip
    keys = ("grade", "grade_schools", "grade_rest") if by_grade else ("schools", "factor", "rest")
    labels = [f"cause.composition.{key}" for key in keys]
    parts = tuple(
        GapPart(one.level, say(label, **words), one.value, one.share, one.low, one.high)
        for one, label in zip(split.parts, labels, strict=True)
    )
    is_known = part.low > 0  # else it is beyond chance, and how much of the gap it is not known
    key = "supported"
    if by_grade:
        key = "of_grades" if is_known else "of_grades_only"
    return replace(
        cause_of(
            gap, _CAUSE, "supported", period=period,
            measure="risk_difference", estimate=part.value,
            share=part.share if is_known else None, at=f"factor={factor}",
            sentence=say(f"cause.composition.{key}", **words),
            evidence=(
                *(say("cause.part_of_gap", label=one.label, points=tenths(one.value),
                      share=whole_percent(one.share))
                  for one in sorted(parts, key=lambda one: one.name != part.level)),
                say("cause.composition.interval", **words),
            ),
            hypothesis=hypothesis_of(phrases, _CAUSE, "cause.composition.", words),
            caveats=(say("cause.composition.no_excuse", **words), say("caveats.not_cause")),
        ),
        parts=parts,
    )  # fmt: skip
