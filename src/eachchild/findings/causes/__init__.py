"""Causes told: what a gap goes with, how sure that is, and what would show that it is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eachchild.causes.asked import Origins
from eachchild.findings.causes.composition import told_by_composition
from eachchild.findings.causes.places import told_by_places
from eachchild.findings.causes.referrals import told_by_referrals
from eachchild.findings.causes.steps import Refused, told_by_steps
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.plan import Plan
from eachchild.terms.factors import Group


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
    outcomes = {outcome.name: outcome for outcome in plan.outcomes if outcome.is_rate}
    found: list[Finding] = []
    refused = Refused(phrases, names)
    every = tuple(gaps)
    for gap in every:
        alone = len(Group.parse(gap.group).parts) == 1
        if gap.verdict == "gap" and gap.place == "all" and alone and gap.outcome in outcomes:
            found += told_by_places(phrases, gap, origins)
            found += told_by_steps(plan, phrases, gap, origins, refused)
            found += told_by_composition(plan, phrases, gap, origins)
    found += told_by_referrals(plan, phrases, every, origins)
    return Causes(tuple(found), tuple(refused.told()))
