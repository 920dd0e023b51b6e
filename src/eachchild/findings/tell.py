"""All that an audit has to say, told and ranked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eachchild.causes.above import EntryCounts
from eachchild.causes.asked import Origins
from eachchild.cube.margins import POOLED_YEARS
from eachchild.findings.causes import Causes, causes_of
from eachchild.findings.causes.entry import causes_of_entry
from eachchild.findings.evidence import About, Evidence
from eachchild.findings.gaps import gap_findings
from eachchild.findings.judging import Material, Tested
from eachchild.findings.limits import limits, quality_findings
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.findings.places import place_findings
from eachchild.findings.predicted import PredictedTold, predicted_finding, tell_predicted
from eachchild.findings.ranking import ranked, with_causes
from eachchild.findings.tests import changes_of, tests_of
from eachchild.findings.verdicts import times_small
from eachchild.measures.measured import Measured
from eachchild.plan import COMPLEMENT, Margin, Plan
from eachchild.tables import RuleHit, UncoveredCount
from eachchild.terms.outcomes import Direction
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
    breaks: tuple[tuple[str, str], ...] = ()
    # outcome (empty: all) and the period that cannot be put beside those before it


@dataclass(frozen=True, slots=True)
class Told:
    """Everything said: findings best first, predictability by outcome, and the limits."""

    findings: tuple[Finding, ...]
    predicted: tuple[PredictedTold, ...]
    largest: Mapping[str, str]  # by outcome: the largest group gap, in words
    limits: tuple[str, ...]


def tell(
    plan: Plan, phrases: Phrases, measured: Measured, known: Known,
    origins: Origins | None = None, evidence: Evidence | None = None,
) -> Told:  # fmt: skip
    """Turn measures into ranked findings in the words of `phrases`.

    `origins` says where gaps are made; without it nothing is said of that. `evidence` has the rows
    of these measures where they were told before, in another language.
    """
    evidence = evidence or Evidence(measured.table)
    periods = (*known.periods, ALL) if len(known.periods) > 1 else known.periods
    tests, moved = {}, {}
    if measured.assessment is not None:
        tests = tests_of(plan, measured.assessment, known.periods)
        moved = changes_of(measured.assessment, known.periods, known.breaks)
    material = Material(plan, phrases, evidence, tests, periods, moved)
    gaps = gap_findings(material)
    places: tuple[Finding, ...] = ()
    if measured.assessment is not None and known.places:
        places = place_findings(material, measured.assessment, gaps, known.places)
    causes = (
        Causes()
        if origins is None
        else causes_of(plan, phrases, gaps, origins, _names_above(known))
    )
    largest = _largest(phrases, plan, gaps)
    predicted = tuple(
        tell_predicted(phrases, p, q=q, total_q=total)
        for p, q, total in zip(
            measured.predicted, measured.predicted_q, measured.total_q, strict=True
        )
    )
    latest = [p for p in predicted if p.predicted.period == known.periods[-1]]
    spoken = [predicted_finding(phrases, p, largest.get(p.predicted.outcome, "")) for p in latest]
    order = ranked(
        (*gaps, *places, *causes.findings, *spoken, *quality_findings(phrases, known.hits)),
        _effects(plan.margin, gaps),
        _worse_than_parts(plan, gaps, tests),
        years={f.id: _years_in(evidence, f, known.periods) for f in gaps if f.period == ALL},
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
            refused=causes.refused,
        ),
    )


def with_entry(told: Told, phrases: Phrases, entries: Iterable[EntryCounts]) -> Told:
    """What is told, and what other rules of entry would do, of students by score alone.

    For readers who have no other counts of courses than these.
    """
    found, untold = causes_of_entry(phrases, told.findings, entries)
    findings = with_causes(told.findings, found)
    return replace(told, findings=findings, limits=(*told.limits, *untold))


def _names_above(known: Known) -> dict[str, str]:
    """The names of the wider places by id."""
    return {one[0]: one[-1] for one in list(known.places.values())[-1]} if known.places else {}


def _years_in(evidence: Evidence, finding: Finding, periods: Sequence[str]) -> int:
    """The years that a pooled finding adds up: those with somebody of the group."""
    abouts = [About(finding.outcome, finding.group, "", p) for p in periods[-POOLED_YEARS:]]
    found = [evidence.row(about, "rate") or evidence.row(about, "mean") for about in abouts]
    return max(sum(bool(row and row.n) for row in found), 1)


def _largest(phrases: Phrases, plan: Plan, gaps: Sequence[Finding]) -> dict[str, str]:
    """For each outcome the largest gap of one group, in words, however few its students.

    It stands beside predictability, which weighs a group by its size.
    """
    directions, found = {o.name: o.direction for o in plan.outcomes}, {}
    for outcome in dict.fromkeys(f.outcome for f in gaps):
        mine = [
            f
            for f in gaps
            if f.outcome == outcome and f.verdict == "gap" and f.group.count("=") == 1
        ]
        if mine:
            worse = [f for f in mine if _harms(f, directions[outcome])] or mine
            first = max(worse, key=lambda f: (times_small(plan.margin, f), f.n or 0))
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
    return {f.id: times_small(margin, f) for f in gaps}


def _worse_than_parts(
    plan: Plan, gaps: Sequence[Finding], tests: Mapping[About, Tested]
) -> frozenset[str]:
    """Crossings with a gap to their harm, and beyond what their factors add up to.

    That is a question about the crossing, whoever it is compared with: its test stands beside
    everybody else.
    """
    directions = {o.name: o.direction for o in plan.outcomes}
    worse = set()
    for f in gaps:
        tested = tests.get(About(f.outcome, f.group, COMPLEMENT, f.period, f.place))
        if tested is not None and tested.worse_than_parts and _harms(f, directions[f.outcome]):
            worse.add(f.id)
    return frozenset(worse)


def _harms(finding: Finding, direction: Direction) -> bool:
    """Whether it is a gap to the group's harm; either way where neither side is the worse."""
    if finding.verdict != "gap" or finding.estimate is None:
        return False
    same = 1.0 if finding.measure in ("risk_ratio", "mean_ratio") else 0.0
    return direction == "neither" or (finding.estimate > same) == (direction == "lower")
