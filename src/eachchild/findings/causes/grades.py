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
        gap.id: Asked(gap.outcome, gap.group, gap.reference, origins.together)
        for gap in gaps
        if gap.place == "all" and gap.outcome in known and len(Group.parse(gap.group).parts) == 1
    }
    mixes = {name: found for name, one in asked.items() if (found := origins.by_mix(one))}
    splits = {name: split for name, one in asked.items() if (split := origins.by_grades(one))}
    tested = {name: split.parts[0].p for name, split in splits.items()
              if origins.is_apart_by_grade(asked[name])}  # fmt: skip
    return ByGrades(
        splits, mixes, _sure(tested), _sure({name: mix.p for name, mix in mixes.items()})
    )


def _sure(tests: Mapping[str, float]) -> frozenset[str]:
    told = {name: p for name, p in tests.items() if np.isfinite(p)}
    if not told:
        return frozenset()
    q = benjamini_hochberg(np.array(list(told.values())))
    return frozenset(name for name, one in zip(told, q, strict=True) if one <= LEVEL)
