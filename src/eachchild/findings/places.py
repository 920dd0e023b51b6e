"""Gaps inside single districts and schools that stand by themselves, beneath the whole place's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.cube import ALL_PLACES
from eachchild.findings.evidence import About, Row
from eachchild.findings.judging import Material
from eachchild.findings.model import Finding, finding_id
from eachchild.findings.sentences import Telling, told_of
from eachchild.findings.support import counts_of, value_of
from eachchild.findings.verdicts import LEVEL, Scale
from eachchild.measures.comparisons import mean_difference, risk_difference
from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.effects import cohens_d
from eachchild.measures.inference import Assessment, Side
from eachchild.measures.inference.model import taken
from eachchild.measures.parity import students_to_parity
from eachchild.plan import COMPLEMENT
from eachchild.terms.factors import NOT_REPORTED, Group
from eachchild.terms.outcomes import Outcome
from eachchild.terms.said import sentence_case
from eachchild.terms.states import State


@dataclass(frozen=True, slots=True)
class _Gap:
    """The numbers of one outcome's gaps at places, one entry a gap."""

    rows: Whole  # of the assessment
    ours: Side
    theirs: Side
    estimate: Numbers
    low: Numbers
    high: Numbers
    parity: Whole
    has_parity: Known


def place_findings(
    material: Material,
    assessment: Assessment,
    parents: Sequence[Finding],
    names: Mapping[str, tuple[tuple[str, ...], ...]],
) -> tuple[Finding, ...]:
    """The latest year's gaps inside districts and schools, each under its whole place's finding.

    Told are those that the whole audit's tests let stand and that reach beyond what the plan calls
    small. `names` gives by level the ids of its places in order. A place is compared with its own
    other students, never with another place.
    """
    under = {(f.outcome, f.group): f for f in parents if f.kind == "gap"}
    found = []
    for number, outcome in enumerate(material.plan.outcomes):
        rows = _standing(material, assessment, number)
        for gap in _told(material, outcome, assessment, rows):
            parent = under.get((outcome.name, gap.group))
            name = names[assessment.levels[gap.level]][gap.at]
            if parent is not None:
                found.append(_finding(material, outcome, gap, parent, name))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _One:
    """One gap at one place."""

    level: int
    at: int
    place: str
    group: str
    row: Row
    scale: Scale
    parity: int | None


def _standing(material: Material, assessment: Assessment, outcome: int) -> Whole:
    asked = assessment.asked
    singles = [p for p in material.periods if p != "all"]
    told = np.array([_is_told(g) for g in asked.group.names], np.bool_)[asked.group.code]
    beside = np.array([r == COMPLEMENT for r in asked.reference.names], np.bool_)
    keep = (asked.outcome == outcome) & (asked.level != assessment.levels.index(ALL_PLACES))
    keep &= (asked.period == len(singles) - 1) & (assessment.q <= LEVEL)
    return np.flatnonzero(keep & told & beside[asked.reference.code])


def _is_told(group: str) -> bool:
    parts = Group.parse(group).parts
    return len(parts) == 1 and parts[0][1] != NOT_REPORTED


def _told(
    material: Material, outcome: Outcome, assessment: Assessment, rows: Whole
) -> Iterator[_One]:
    gap = _numbers(outcome, assessment, rows)
    asked = assessment.asked
    scale = material.scale(outcome)
    for i in np.flatnonzero(_beyond(scale, gap)).tolist():
        row = int(gap.rows[i])
        level = int(asked.level[row])
        one = Row(
            float(gap.estimate[i]),
            float(gap.low[i]),
            float(gap.high[i]),
            float(gap.ours.total[i]) / 10**outcome.decimals,
            int(gap.ours.n[i]),
            State.REPORTED,
            float(gap.theirs.total[i]) / 10**outcome.decimals,
            int(gap.theirs.n[i]),
            float(assessment.q[row]),
        )
        yield _One(
            level,
            int(asked.place[row]),
            assessment.levels[level],
            asked.group.names[asked.group.code[row]],
            one,
            scale,
            int(gap.parity[i]) if gap.has_parity[i] else None,
        )


def _numbers(outcome: Outcome, assessment: Assessment, rows: Whole) -> _Gap:
    ours, theirs = taken(assessment.asked.ours, rows), taken(assessment.asked.theirs, rows)
    none = np.zeros(rows.shape, np.int64)
    if not outcome.is_rate:
        unit = 10.0**outcome.decimals
        mean = mean_difference(ours.sums(unit), theirs.sums(unit))
        parts = (mean.difference, mean.low, mean.high)
        return _Gap(rows, ours, theirs, *parts, none, np.zeros(rows.shape, np.bool_))
    gap = risk_difference(ours.counts(), theirs.counts())
    parity = students_to_parity(ours.counts(), theirs.counts(), direction=outcome.direction)
    parts = (gap.difference, gap.low, gap.high)
    return _Gap(rows, ours, theirs, *parts, parity.students, parity.known)


def _beyond(scale: Scale, gap: _Gap) -> Known:
    """Which gaps are beyond what the plan calls small."""
    ours, theirs = (s.total / np.maximum(s.n, 1) for s in (gap.ours, gap.theirs))
    if scale.measure in ("risk_ratio", "mean_ratio"):
        both = (ours > 0) & (theirs > 0)
        ratio = np.divide(ours, theirs, out=np.ones_like(ours), where=both)
        return np.where(both, _outside(scale, ratio), ours != theirs)
    if scale.measure == "risk_difference":
        return _outside(scale, gap.estimate)
    return _outside(scale, cohens_d(gap.ours.sums(1.0), gap.theirs.sums(1.0)).size)


def _outside(scale: Scale, values: Numbers) -> Known:
    return (values < scale.low) | (values > scale.high)


def _finding(
    material: Material, outcome: Outcome, one: _One, parent: Finding, name: tuple[str, ...]
) -> Finding:
    place = f"{one.place}:{name[0]}"
    period = [p for p in material.periods if p != "all"][-1]
    about = About(outcome.name, one.group, COMPLEMENT, period, place)
    telling = Telling(material.phrases, material.evidence, outcome, about, one.scale)
    measure = "risk_difference" if outcome.is_rate else "mean_difference"
    said = material.phrases.words.say
    return Finding(
        id=finding_id(
            kind="gap",
            measure=measure,
            outcome=outcome.name,
            group=one.group,
            reference=COMPLEMENT,
            place=place,
        ),
        rank=0,
        kind="gap",
        verdict="gap",
        measure=measure,
        outcome=outcome.name,
        group=one.group,
        reference=COMPLEMENT,
        place=place,
        period=period,
        estimate=one.row.estimate,
        low=one.row.low,
        high=one.row.high,
        n=one.row.n,
        events=one.row.events,
        students_to_parity=one.parity,
        sentence=said("place.gap", place=name[-1], sentence=told_of(telling, one.row, "gap")),
        evidence=tuple(map(sentence_case, _evidence(telling, one, outcome))),
        caveats=tuple(sentence_case(said(k)) for k in ("caveats.one_place", "caveats.not_cause")),
        parent=parent.id,
    )


def _evidence(telling: Telling, one: _One, outcome: Outcome) -> Iterator[str]:
    # Not how it compares with all schools together: a place is told because it stands out, so a
    # tenth of those told would seem worse than the rest where all are alike.
    yield counts_of(telling, one.row)
    yield value_of(telling, one.row, "risk_difference" if outcome.is_rate else "mean_difference")
