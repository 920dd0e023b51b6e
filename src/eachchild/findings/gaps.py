"""Gaps told: for each outcome and group the sentence, its evidence and what it does not show."""

from collections.abc import Sequence

from eachchild.findings.judging import Judged, Material, judge
from eachchild.findings.model import Finding, finding_id
from eachchild.findings.sentences import Telling, gap_sentence
from eachchild.findings.support import caveats_of, evidence_of
from eachchild.terms.factors import NOT_REPORTED, Group
from eachchild.terms.outcomes import Outcome


def gap_findings(material: Material) -> tuple[Finding, ...]:
    """One finding for each outcome and group of a whole place, not yet ranked."""
    found = []
    for outcome in material.plan.outcomes:
        for group in _groups(material, outcome):
            judged = judge(material, outcome, group)
            if judged is not None:
                found.append(_tell(material, outcome, judged))
    return tuple(found)


def _groups(material: Material, outcome: Outcome) -> tuple[str, ...]:
    measure = "rate" if outcome.is_rate else "mean"
    found = {a.group for a in material.evidence.abouts(measure) if a.outcome == outcome.name}
    return tuple(sorted(g for g in found if g and _is_told(material, g)))


def _is_told(material: Material, group: str) -> bool:
    """Groups somebody belongs to: not `not_reported`, nor one side of a pair told twice."""
    parts = Group.parse(group).parts
    if any(value == NOT_REPORTED for _, value in parts):
        return False
    references = {i.factor.id: i.reference for i in material.plan.identity}
    named = [references[f] == v for f, v in parts]
    overlap_no = any(
        f.overlap and value == "no"
        for f in material.plan.overlaps
        for g, value in parts
        if g == f.id
    )
    return not all(named) and not overlap_no


def _tell(material: Material, outcome: Outcome, judged: Sequence[Judged]) -> Finding:
    first = judged[0]
    telling = Telling(material.phrases, material.evidence, outcome, first.about, first.scale)
    about, main = first.about, material.evidence.row(first.about, first.scale.measure)
    parity = material.evidence.row(about, "students_to_parity")
    students = None if parity is None or parity.estimate is None else int(parity.estimate)
    shown = main if main is not None and main.estimate is not None else first.row
    return Finding(
        id=finding_id(
            kind="gap",
            measure=first.scale.measure,
            outcome=outcome.name,
            group=about.group,
            reference=about.reference,
            place=about.place,
        ),
        rank=0,
        kind="gap",
        verdict=first.verdict,
        measure=first.scale.measure,
        outcome=outcome.name,
        group=about.group,
        reference=about.reference,
        place=about.place,
        period=about.period,
        estimate=shown.estimate,
        low=shown.low,
        high=shown.high,
        n=first.row.n,
        events=first.row.events,
        students_to_parity=students if first.verdict == "gap" else None,
        sentence=gap_sentence(telling, first.verdict),
        evidence=evidence_of(telling, judged, periods=material.periods, changes=material.changes),
        caveats=(*caveats_of(telling, judged), *material.notes.get(outcome.name, ())),
    )
