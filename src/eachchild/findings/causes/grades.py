"""What grades and the mix of schools say of every gap, tested together before any is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.mix import Mix
from eachchild.causes.places import Split
from eachchild.findings.causes.shared import LEVEL
from eachchild.findings.model import Finding
from eachchild.measures.multiple import benjamini_hochberg
from eachchild.terms.factors import Group


@dataclass(frozen=True, slots=True)
class ByGrades:
    """By the id of a gap, what follows from grades. `sure` has the gaps beyond chance in it."""

    splits: Mapping[str, Split] = field(default_factory=dict)
    mixes: Mapping[str, Mix] = field(default_factory=dict)
    sure_of_grades: frozenset[str] = frozenset()
    sure_of_mix: frozenset[str] = frozenset()


def by_grades(gaps: Iterable[Finding], rates: Iterable[str], origins: Origins) -> ByGrades:
    """Ask grades and mix of every gap of one group, whatever its verdict, in these outcomes.

    What is found in one gap was looked for in all, so the tests of all gaps are one family, those
    of grades and those of mix apart.
    """
    known = frozenset(rates)
    asked = {
        gap.id: Asked(gap.outcome, gap.group, gap.reference, origins.when(gap.period))
        for gap in gaps
        if gap.place == "all" and gap.outcome in known and len(Group.parse(gap.group).parts) == 1
    }
    mixes = {name: found for name, one in asked.items() if (found := origins.by_mix(one))}
    splits = {name: split for name, one in asked.items() if (split := origins.by_grades(one))}
    chances = {
        name: p for name in splits if (p := origins.chance_of_grades(asked[name])) is not None
    }
    return ByGrades(
        splits, mixes, _sure(chances), _sure({name: mix.p for name, mix in mixes.items()})
    )


def _sure(tests: Mapping[str, float]) -> frozenset[str]:
    if not tests:
        return frozenset()
    q = benjamini_hochberg(np.array(list(tests.values())))
    return frozenset(name for name, one in zip(tests, q, strict=True) if one <= LEVEL)
