"""Verdicts: a gap, no gap, or cannot tell. "Not significant" is never "no gap"."""

from dataclasses import dataclass
from math import log
from typing import Literal

from eachchild.findings.evidence import CLUSTER, WITHIN, About, Evidence, Row
from eachchild.findings.model import Finding
from eachchild.plan import Margin
from eachchild.terms.outcomes import Outcome
from eachchild.terms.states import State
from eachchild.terms.years import ALL

Verdict = Literal["gap", "no_gap", "cannot_tell"]
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Scale:
    """What an outcome's gaps are measured in, and what the plan calls small on it."""

    measure: str
    low: float
    high: float

    def outside(self, value: float) -> bool:
        """Beyond the margin."""
        return not self.low <= value <= self.high

    def inside(self, row: Row | None) -> bool:
        """Whether a whole interval lies inside the margin."""
        if row is None or row.low is None or row.high is None:
            return False
        return self.low <= row.low and row.high <= self.high


def scale_of(outcome: Outcome, overall: float, margin: Margin) -> Scale:
    """Rare outcomes are judged by their ratio, common ones by points, means by their spread.

    A mean that adds up, such as days lost, is judged by its ratio: most students have none, so
    its spread makes any gap look small.
    """
    if not outcome.is_rate:
        if outcome.per > 1:
            return Scale("mean_ratio", margin.ratio_low, margin.ratio_high)
        return Scale("cohens_d", -margin.effect, margin.effect)
    if overall < margin.rare_below:
        return Scale("risk_ratio", margin.ratio_low, margin.ratio_high)
    return Scale("risk_difference", -margin.points, margin.points)


def times_small(margin: Margin, finding: Finding) -> float:
    """How many times what the plan calls small a finding's estimate is."""
    if finding.estimate is None:
        return 0.0
    if finding.measure in ("risk_ratio", "mean_ratio"):
        known = finding.estimate > 0
        return abs(log(finding.estimate)) / log(margin.ratio_high) if known else 0.0
    small = margin.points if finding.measure == "risk_difference" else margin.effect
    return abs(finding.estimate) / small


def verdict_of(evidence: Evidence, about: About, scale: Scale, q: float | None) -> Verdict:
    """Judge one comparison by its q-value and its interval.

    `no_gap` asks that the interval for chance among students and the one for schools like these,
    as far as there are any, lie inside the margin, and the gap inside schools, too: a gap there
    that schools' make-up hides is not "no gap".
    """
    row = evidence.row(about, scale.measure)
    if row is None or row.state is not State.REPORTED:
        return _by_difference(evidence, about, q)
    if row.estimate is None:
        return "cannot_tell"
    if q is not None and q <= LEVEL and scale.outside(row.estimate):
        return "gap"
    cluster = evidence.row(about, scale.measure, CLUSTER)
    if about.period == ALL and cluster is None:  # students who stay are counted once a year
        return "cannot_tell"
    intervals = [r for r in (row, cluster) if r is not None and r.low is not None]
    if intervals and all(map(scale.inside, intervals)) and not _hidden(evidence, about, scale):
        return "no_gap"
    return "cannot_tell"


def _hidden(evidence: Evidence, about: About, scale: Scale) -> bool:
    """Whether the gap inside schools is beyond the margin although the plain one is not."""
    row = evidence.row(about, scale.measure, WITHIN)
    return row is not None and row.estimate is not None and scale.outside(row.estimate)


def _by_difference(evidence: Evidence, about: About, q: float | None) -> Verdict:
    # No event in one group leaves no ratio; a gap that is beyond chance is a gap all the same.
    row = evidence.row(about, "risk_difference")
    known = row is not None and row.state is State.REPORTED and row.estimate not in (None, 0.0)
    return "gap" if known and q is not None and q <= LEVEL else "cannot_tell"
