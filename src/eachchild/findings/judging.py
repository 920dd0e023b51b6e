"""Judging a group: which year, which comparison, and the verdict of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eachchild.findings.evidence import About, Evidence, Row
from eachchild.findings.phrases import Phrases
from eachchild.findings.verdicts import Scale, Verdict, scale_of, verdict_of
from eachchild.plan import COMPLEMENT, OVERALL, Plan
from eachchild.terms.outcomes import Outcome
from eachchild.terms.years import ALL


@dataclass(frozen=True, slots=True)
class Tested:
    """What the tests of one comparison found; `carried` says which of them carries the finding.

    `made` is False where none could be made, as of two groups whose counts schools hide.
    """

    q: float
    carried: str = ""
    made: bool = True
    worse_than_parts: bool = False
    excess: float = 0.0


@dataclass(frozen=True, slots=True)
class Changed:
    """How a gap inside schools moved since an earlier year, in the measure's own unit."""

    since: str
    before: float
    change: float
    low: float
    high: float
    q: float


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a gap is told from."""

    plan: Plan
    phrases: Phrases
    evidence: Evidence
    tests: Mapping[About, Tested]
    periods: tuple[str, ...]
    changes: Mapping[About, Changed] = field(default_factory=dict)  # of the latest year
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # outcome: caveats of data

    def scale(self, outcome: Outcome) -> Scale:
        """What the latest year's gaps of an outcome are measured in."""
        latest = [p for p in self.periods if p != ALL][-1]
        return scale_of(outcome, _overall(self, outcome, latest), self.plan.margin)


@dataclass(frozen=True, slots=True)
class Judged:
    """One comparison with its verdict."""

    about: About
    row: Row
    scale: Scale
    verdict: Verdict
    tested: Tested | None


def judge(material: Material, outcome: Outcome, group: str) -> tuple[Judged, ...] | None:
    """Both comparisons of a group in the latest year that can tell, the plan's own first.

    Where no single year can tell, up to three years pooled are tried.
    """
    latest = [p for p in material.periods if p != ALL][-1:] or [ALL]
    pooled = [ALL] if len(material.periods) > 1 else []
    tried = [j for p in (*latest, *pooled) if (j := _judge_in(material, outcome, group, p))]
    if not tried:
        return None
    return next((j for j in tried if j[0].verdict != "cannot_tell"), tried[0])


def _judge_in(material: Material, outcome: Outcome, group: str, period: str) -> tuple[Judged, ...]:
    """The plan's comparison first, unless it alone could not be tested."""
    judged = []
    for reference in _references(material, outcome, group, period):
        about = About(outcome.name, group, reference, period)
        base = "risk_difference" if outcome.is_rate else "mean_difference"
        row = material.evidence.row(about, base)
        if row is None:
            continue
        scale = scale_of(outcome, _overall(material, outcome, period), material.plan.margin)
        tested = material.tests.get(about)
        verdict = verdict_of(material.evidence, about, scale, tested.q if tested else None)
        judged.append(Judged(about, row, scale, verdict, tested))
    return tuple(sorted(judged, key=_is_untested))


def _is_untested(judged: Judged) -> bool:
    return judged.tested is not None and not judged.tested.made


def _references(material: Material, outcome: Outcome, group: str, period: str) -> tuple[str, ...]:
    """The plan's reference, then everybody else; a reference too small gives way."""
    measure = "risk_difference" if outcome.is_rate else "mean_difference"
    asked = About(outcome.name, group, "", period)
    compared = material.evidence.references(asked, measure)
    named = [r for r in compared if r not in (COMPLEMENT, OVERALL)]
    large = [r for r in named if _large_enough(material, outcome, r, period)]
    return (*large, COMPLEMENT)


def _large_enough(material: Material, outcome: Outcome, reference: str, period: str) -> bool:
    measure = "rate" if outcome.is_rate else "mean"
    row = material.evidence.row(About(outcome.name, reference, "", period), measure)
    if row is None or row.n is None or row.n < 30:
        return False
    return not outcome.is_rate or (row.events or 0) >= 10


def _overall(material: Material, outcome: Outcome, period: str) -> float:
    measure = "rate" if outcome.is_rate else "mean"
    row = material.evidence.row(About(outcome.name, "", "", period), measure)
    return row.estimate if row and row.estimate is not None else 0.0
