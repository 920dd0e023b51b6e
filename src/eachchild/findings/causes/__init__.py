"""Causes told: what a gap goes with, how sure that is, and what would show that it is wrong."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from eachchild.causes.asked import Asked, Origins
from eachchild.findings.causes.acts import told_by_acts
from eachchild.findings.causes.adults import told_by_adults
from eachchild.findings.causes.composition import told_by_composition
from eachchild.findings.causes.moments import told_by_moments
from eachchild.findings.causes.places import told_by_places
from eachchild.findings.causes.steps import Refused, told_by_steps
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.plan import Plan
from eachchild.terms.factors import Group
from eachchild.terms.outcomes import Outcome

_SUSPENDED = frozenset(("oss_count", "oss_days"))
_FROM_REFERRALS = _SUSPENDED | {"referrals"}


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
    for gap in gaps:
        alone = len(Group.parse(gap.group).parts) == 1
        if gap.verdict == "gap" and gap.place == "all" and alone and gap.outcome in outcomes:
            found += told_by_places(phrases, gap, origins)
            found += told_by_steps(plan, phrases, gap, origins, refused)
            found += told_by_composition(plan, phrases, gap, origins)
            found += _by_referrals(phrases, outcomes[gap.outcome], gap, origins)
    return Causes(tuple(found), tuple(refused.told()))


def _by_referrals(
    phrases: Phrases, outcome: Outcome, gap: Finding, origins: Origins
) -> Iterator[Finding]:
    """What referrals and adults say, of a gap in what follows from referrals."""
    asked = set(outcome.columns)
    if not asked & _FROM_REFERRALS:
        return
    two = origins.compared(Asked(gap.outcome, gap.group, gap.reference, gap.period))
    if two is None:
        return
    yield from told_by_moments(phrases, gap, origins, two)
    yield from told_by_adults(phrases, gap, origins, two)
    if asked & _SUSPENDED:
        yield from told_by_acts(phrases, gap, origins, two)
