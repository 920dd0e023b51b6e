"""Causes told: what a gap goes with, how sure that is, and what would show that it is wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from eachchild.causes.asked import Origins
from eachchild.findings.causes.against import against_of
from eachchild.findings.causes.composition import told_by_composition, told_by_grades
from eachchild.findings.causes.gates import told_by_gate
from eachchild.findings.causes.grades import by_grades
from eachchild.findings.causes.need import asked_of
from eachchild.findings.causes.places import told_by_places
from eachchild.findings.causes.referrals import told_by_referrals
from eachchild.findings.causes.reporting import told_by_reporting
from eachchild.findings.causes.screen import told_by_screen
from eachchild.findings.causes.shared import is_asked
from eachchild.findings.causes.steps import Refused, told_by_offer, told_by_steps
from eachchild.findings.causes.support import told_by_support
from eachchild.findings.causes.transport import told_by_transport
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.plan import Plan
from eachchild.terms.outcomes import Outcome
from eachchild.terms.said import sentence_case
from eachchild.terms.years import ALL


@dataclass(frozen=True, slots=True)
class Causes:
    """What gaps go with, and what could not be asked of them, in words."""

    findings: tuple[Finding, ...] = ()
    refused: tuple[str, ...] = ()


def causes_of(
    plan: Plan, phrases: Phrases, gaps: Iterable[Finding], origins: Origins,
    names: Mapping[str, str],
) -> Causes:  # fmt: skip
    """What each gap of one group in a whole place goes with, folded under it.

    `names` are those of the places of the level above the finest, by id.
    """
    outcomes = {outcome.name: outcome for outcome in plan.outcomes}
    found: list[Finding] = []
    refused = Refused(phrases, names)
    every = tuple(gaps)
    grades = by_grades(every, outcomes, origins)
    for gap in every:
        if gap.outcome not in outcomes or not is_asked(plan, gap, origins):
            continue
        outcome = outcomes[gap.outcome]
        if gap.verdict == "gap" and outcome.is_absence:
            found += told_by_transport(phrases, outcome, gap, origins)
        if not outcome.is_rate:  # the other causes are told of students who meet an outcome
            continue
        found += _by_supports(phrases, outcome, gap, origins)
        found += told_by_reporting(phrases, outcome, gap, origins)
        if _is_of_these_students(gap):
            found += told_by_offer(plan, phrases, gap, origins)
        found += told_by_places(phrases, gap, origins, grades)
        found += told_by_grades(phrases, gap, origins.when(gap.period), grades)
        if gap.verdict == "gap":
            found += told_by_steps(plan, phrases, gap, origins, refused)
            found += told_by_offer(plan, phrases, gap, origins)
            found += told_by_gate(phrases, gap, origins)
            found += told_by_composition(plan, phrases, gap, origins)
    found += told_by_referrals(plan, phrases, every, origins)
    dated = _dated(phrases, every, found, origins.together)

    def against(gap: Finding) -> tuple[str, ...]:
        return against_of(plan, phrases, outcomes[gap.outcome], gap, origins)

    return Causes(_opposed(every, dated, against), tuple(refused.told()))


def _opposed(
    gaps: Iterable[Finding], found: Iterable[Finding], against: Callable[[Finding], tuple[str, ...]]
) -> tuple[Finding, ...]:
    """Supported causes with what else their gap could be."""
    by_id = {gap.id: gap for gap in gaps}
    told = tuple(found)
    needed = dict.fromkeys(one.of for one in told if one.verdict == "supported")
    lines = {name: against(by_id[name]) for name in needed if name in by_id}
    return tuple(
        replace(one, hypothesis=replace(one.hypothesis, against=lines[one.of]))
        if one.verdict == "supported" and one.hypothesis and one.of in lines else one
        for one in told
    )  # fmt: skip


def _dated(
    phrases: Phrases, gaps: Iterable[Finding], found: Iterable[Finding], period: str
) -> tuple[Finding, ...]:
    """Causes with the years they are counted over, said where the gap is of others."""
    years = {gap.id: gap.period for gap in gaps}
    said = sentence_case(phrases.words.say("cause.years"))
    told = [replace(one, period=period) if one.period == ALL else one for one in found]
    return tuple(
        one if years.get(one.of or "") == one.period
        else replace(one, caveats=(said, *one.caveats))
        for one in told
    )  # fmt: skip


def _is_of_these_students(gap: Finding) -> bool:
    """Whether students at these schools differ, though other schools might show no such gap.

    Such a gap cannot be told where it is between a few schools. What those few offer can be told
    all the same, and only that is asked of it.
    """
    same = 1.0 if gap.measure == "risk_ratio" else 0.0
    return (
        gap.verdict == "cannot_tell" and gap.low is not None and gap.high is not None
        and not gap.low <= same <= gap.high
    )  # fmt: skip


def _by_supports(
    phrases: Phrases, outcome: Outcome, gap: Finding, origins: Origins
) -> Iterator[Finding]:
    """What lists and supports say, of a gap in what need leads to; the larger difference first."""
    found = asked_of(outcome, gap, origins)
    if found is not None:
        told = [*told_by_screen(phrases, gap, found), *told_by_support(phrases, gap, found)]
        sure = (one for one in told if one.verdict == "supported" or gap.verdict == "gap")
        yield from sorted(sure, key=lambda one: one.estimate or 0.0)
