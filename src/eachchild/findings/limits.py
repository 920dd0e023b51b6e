"""What an audit's numbers cannot carry, said unasked."""

from collections.abc import Iterator, Sequence

from eachchild.findings.evidence import Evidence
from eachchild.findings.model import Finding, finding_id
from eachchild.findings.phrases import Phrases
from eachchild.plan import Plan
from eachchild.tables import RuleHit, UncoveredCount
from eachchild.terms.numerals import count, significant
from eachchild.terms.said import sentence_case
from eachchild.terms.years import ALL

# Rules whose hits say something about results, not only about a file.
# What these leave unknown is too much for a note: they are findings, and the terminal prints them.
_SHOWN = 300  # of so many, one in a hundred would be nobody in 5 % of districts
LOUD = frozenset(("C06", "C07", "C08", "M02"))
TOLD = ("M02", "C01", "C02", "C03", "C06", "C07", "C08", "D09", "S01", "T01", "T02")


def limits(
    plan: Plan,
    phrases: Phrases,
    evidence: Evidence,
    *,
    hits: Sequence[RuleHit],
    uncovered: Sequence[UncoveredCount],
    has_places: bool,
    periods: Sequence[str],
    refused: Sequence[str] = (),
) -> tuple[str, ...]:
    """Every limit that the data themselves give away, then the plan's own notes.

    `refused` has what was asked of gaps and cannot be told, in words.
    """
    told = [
        *_uncovered(phrases, evidence, uncovered, periods),
        *_rules(phrases, hits),
        *_nobody(plan, phrases, evidence),
        *([] if has_places else [phrases.words.say("limits.no_schools")]),
        *([phrases.words.say("limits.pooled")] if len(periods) > 1 else []),
        *refused,
        *plan.notes,
    ]
    return tuple(f"{sentence_case(t).removesuffix('.')}." for t in told)


def _uncovered(
    phrases: Phrases,
    evidence: Evidence,
    uncovered: Sequence[UncoveredCount],
    periods: Sequence[str],
) -> Iterator[str]:
    for one in uncovered:
        yield phrases.words.say(
            "limits.uncovered",
            events=count(one.events),
            verb=phrases.verb(one.outcome),
            factor=phrases.inline(one.factor),
            reason=one.reason,
        )
        yield from _without_them(phrases, evidence, one, periods)


def _without_them(
    phrases: Phrases, evidence: Evidence, one: UncoveredCount, periods: Sequence[str]
) -> Iterator[str]:
    """The largest named ratio again, with those students out of the denominators as well."""
    period = periods[-1] if periods else ALL
    found = [
        (row.estimate, about, row)
        for about in evidence.abouts("risk_ratio")
        if about.outcome == one.outcome
        and about.period == period
        and about.reference.startswith(f"{one.factor}=")
        and about.group.count("=") == 1
        and (row := evidence.row(about, "risk_ratio"))
        and row.estimate
    ]
    if not found:
        return
    ratio, about, row = max(found, key=lambda f: f[0] or 0.0)
    sizes = []
    for group, n in ((about.group, row.n), (about.reference, row.reference_n)):
        sizes.append((n or 0) - one.n_by_value.get(group.partition("=")[2], 0))
    if min(sizes) <= 0 or not row.reference_events or row.events is None:
        return
    without = (row.events / sizes[0]) / (row.reference_events / sizes[1])
    yield phrases.words.say(
        "limits.uncovered_ratio",
        group=phrases.group(about.group),
        others=phrases.group(about.reference),
        without=significant(without, 4),
        ratio=significant(ratio or 0.0, 4),
    )


def _nobody(plan: Plan, phrases: Phrases, evidence: Evidence) -> Iterator[str]:
    """Outcomes that nobody has in any year, which is more often a gap in an export than the truth.

    Told where there are so many students that a rate of one in a hundred would have shown.
    """
    for outcome in (o for o in plan.outcomes if o.is_rate):
        rows = [
            row for about in evidence.abouts("rate")
            if (about.outcome, about.group) == (outcome.name, "")  # all students
            and (row := evidence.row(about, "rate")) and row.n
        ]  # fmt: skip
        most = max((row.n or 0 for row in rows), default=0)
        if most >= _SHOWN and all(row.events == 0 for row in rows):
            yield phrases.words.say(
                "limits.nobody", title=phrases.title(outcome.name), n=count(most)
            )


def _rules(phrases: Phrases, hits: Sequence[RuleHit]) -> Iterator[str]:
    for rule in TOLD:
        key = f"limits.{rule}"
        if not phrases.words.has(key):
            continue
        for (about, factor), mine in _by_subject([h for h in hits if h.id == rule]).items():
            outcome = phrases.title(about) if about else ""
            words = {"outcome": outcome, "factor": phrases.inline(factor) if factor else ""}
            yield phrases.words.say(key, count=count(sum(mine)), **words)


def _by_subject(hits: Sequence[RuleHit]) -> dict[tuple[str, str], list[int]]:
    """The counts of a rule's hits, by the outcome and factor they are about; empty: about all."""
    found: dict[tuple[str, str], list[int]] = {}
    for hit in hits:
        about = (str(hit.details.get("outcome", "")), str(hit.details.get("factor", "")))
        found.setdefault(about, []).append(hit.count)
    return found


def quality_findings(phrases: Phrases, hits: Sequence[RuleHit]) -> tuple[Finding, ...]:
    """Data-quality rules as findings, so that a program reads them with the others."""
    found = []
    for rule in dict.fromkeys(h.id for h in hits):
        mine = [h for h in hits if h.id == rule]
        stop = any(h.severity == "stop" for h in mine)
        if stop or rule in LOUD or any(h.severity == "quarantine" for h in mine):
            found.append(_quality_finding(phrases, rule, mine, stop=stop))
    return tuple(found)


def _quality_finding(
    phrases: Phrases, rule: str, hits: Sequence[RuleHit], *, stop: bool
) -> Finding:
    meaning = phrases.words.say(f"rule.{rule}.meaning")
    return Finding(
        id=finding_id(
            kind="data_quality", measure=rule, outcome="", group="", reference="", place="all"
        ),
        rank=0,
        kind="data_quality",
        verdict="stop" if stop else "warning",
        measure=rule,
        outcome="",
        group="",
        reference="",
        place="all",
        period="",
        estimate=None,
        low=None,
        high=None,
        n=None,
        events=float(sum(h.count for h in hits)),
        students_to_parity=None,
        sentence=meaning,
        evidence=tuple(f"{h.file}: {', '.join(h.named) or count(h.count)}" for h in hits),
        caveats=(phrases.words.say(f"rule.{rule}.todo"),),
    )
