"""All that an audit has to say, told and ranked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log

from eachchild.findings.evidence import About, Evidence
from eachchild.findings.gaps import gap_findings
from eachchild.findings.judging import Material, Tested
from eachchild.findings.limits import limits, quality_findings
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.findings.places import place_findings
from eachchild.findings.predicted import PredictedTold, predicted_finding, tell_predicted
from eachchild.findings.ranking import ranked
from eachchild.findings.tests import changes_of, tests_of
from eachchild.measures.measured import Measured
from eachchild.plan import Margin, Plan
from eachchild.tables import RuleHit, UncoveredCount
from eachchild.terms.years import ALL


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the data behind the numbers."""

    periods: tuple[str, ...]
    has_places: bool
    hits: tuple[RuleHit, ...]
    uncovered: tuple[UncoveredCount, ...]
    places: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    # by level: id, and name where there is one, of every place in the cube's order


@dataclass(frozen=True, slots=True)
class Told:
    """Everything said: findings best first, predictability by outcome, and the limits."""

    findings: tuple[Finding, ...]
    predicted: tuple[PredictedTold, ...]
    largest: Mapping[str, str]  # by outcome: the largest group gap, in words
    limits: tuple[str, ...]


def tell(plan: Plan, phrases: Phrases, measured: Measured, known: Known) -> Told:
    """Turn measures into ranked findings in the plan's language."""
    evidence = Evidence(measured.table)
    periods = (*known.periods, ALL) if len(known.periods) > 1 else known.periods
    tests, moved = {}, {}
    if measured.assessment is not None:
        tests = tests_of(plan, measured.assessment, known.periods)
        moved = changes_of(measured.assessment, known.periods)
    material = Material(plan, phrases, evidence, tests, periods, moved)
    gaps = gap_findings(material)
    places: tuple[Finding, ...] = ()
    if measured.assessment is not None and known.places:
        places = place_findings(material, measured.assessment, gaps, known.places)
    largest = _largest(phrases, gaps)
    predicted = tuple(
        tell_predicted(phrases, p, q)
        for p, q in zip(measured.predicted, measured.predicted_q, strict=True)
    )
    latest = [p for p in predicted if p.predicted.period == known.periods[-1]]
    spoken = [predicted_finding(phrases, p, largest.get(p.predicted.outcome, "")) for p in latest]
    order = ranked(
        (*gaps, *places, *spoken, *quality_findings(phrases, known.hits)),
        _effects(plan.margin, gaps),
        _worse_than_parts(gaps, tests),
    )
    return Told(
        order,
        predicted,
        largest,
        limits(
            plan,
            phrases,
            evidence,
            hits=known.hits,
            uncovered=known.uncovered,
            has_places=known.has_places,
            periods=known.periods,
        ),
    )


def _largest(phrases: Phrases, gaps: Sequence[Finding]) -> dict[str, str]:
    """For each outcome the one-way gap that concerns most students, in words."""
    found = {}
    for outcome in dict.fromkeys(f.outcome for f in gaps):
        mine = [
            f
            for f in gaps
            if f.outcome == outcome and f.verdict == "gap" and f.group.count("=") == 1
        ]
        if mine:
            first = max(mine, key=lambda f: (f.students_to_parity or 0, abs(f.estimate or 0)))
            found[outcome] = phrases.words.say("predict.largest", gap=first.sentence)
        else:
            # "No gap found" only where something could have been found.
            known = any(f.verdict == "no_gap" for f in gaps if f.outcome == outcome)
            key = "no_largest" if known else "unknown_largest"
            found[outcome] = phrases.words.say(f"predict.{key}")
    return found


def _effects(margin: Margin, gaps: Iterable[Finding]) -> dict[str, float]:
    """How many times what the plan calls small each gap is.

    That puts outcomes of different kinds in one order by a yardstick chosen before results.
    """
    return {f.id: _times_small(margin, f.measure, f.estimate) for f in gaps}


def _times_small(margin: Margin, measure: str, estimate: float | None) -> float:
    if estimate is None:
        return 0.0
    if measure in ("risk_ratio", "mean_ratio"):
        return abs(log(estimate)) / log(margin.ratio_high) if estimate > 0 else 0.0
    return abs(estimate) / (margin.points if measure == "risk_difference" else margin.effect)


def _worse_than_parts(gaps: Sequence[Finding], tests: Mapping[About, Tested]) -> frozenset[str]:
    worse = set()
    for f in gaps:
        tested = tests.get(About(f.outcome, f.group, f.reference, f.period, f.place))
        if tested is not None and tested.worse_than_parts:
            worse.add(f.id)
    return frozenset(worse)
