"""All rules that look at more than one row of the staged tables, run in a fixed order."""

from collections.abc import Sequence

from eachchild.sources.rules.coverage import coverage_rules
from eachchild.sources.rules.dates import date_rules
from eachchild.sources.rules.enrollment import enrollment_rules
from eachchild.sources.rules.identity import identity_rules
from eachchild.sources.rules.marks import mark_rules
from eachchild.sources.rules.missing import missing_rules
from eachchild.sources.rules.over_years import year_rules
from eachchild.sources.rules.staged import Staged
from eachchild.tables import RuleHit


def run_rules(
    staged: Staged, outcomes: Sequence[str], factors: Sequence[str] = ()
) -> tuple[RuleHit, ...]:
    """Run every rule that the tables at hand allow.

    `outcomes` names the columns they rest on, `factors` what the plan compares.
    """
    return (
        *date_rules(staged),
        *enrollment_rules(staged),
        *identity_rules(staged, factors),
        *year_rules(staged),
        *mark_rules(staged),
        *coverage_rules(staged),
        *missing_rules(staged, outcomes),
    )
