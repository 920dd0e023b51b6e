"""Whether a gap in absence goes with days recorded as missed for want of transport."""

from collections.abc import Iterator
from math import isfinite

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.reasons import ByReason
from eachchild.findings.causes.places import verdict_of_share
from eachchild.findings.causes.shared import MUCH, cause_of, hypothesis_of, is_same_way
from eachchild.findings.model import Finding, GapPart, Verdict
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import percent, tenths, whole_percent
from eachchild.terms.outcomes import Outcome
from eachchild.terms.said import of_so_many

_CAUSE = "transport"
_SOME = 0.05  # of days absent: fewer without a reason, or so much more in one group, is no caveat


def told_by_transport(
    phrases: Phrases, outcome: Outcome, gap: Finding, origins: Origins
) -> Iterator[Finding]:
    """What the days recorded as missed because of transport are of the gap."""
    asked = Asked(gap.outcome, gap.group, gap.reference, origins.when(gap.period))
    found = origins.by_reason(asked, outcome, _CAUSE)
    if found is None or not (isfinite(found.parts[0].low) and is_same_way(gap, found.whole)):
        return
    say, words, verdict = phrases.words.say, _words(phrases, gap, found), verdict_of(found)
    parts = tuple(
        GapPart(one.level, say(label), one.value, one.share, one.low, one.high)
        for one, label in zip(
            found.parts, ("cause.transport.days", "cause.transport.rest"), strict=True
        )
    )
    yield cause_of(
        gap, _CAUSE, verdict, period=asked.period,
        measure="risk_difference" if outcome.is_rate else "mean_difference",
        estimate=found.parts[0].value, share=found.parts[0].share, parts=parts,
        sentence=say(f"cause.transport.{verdict}", **words),
        evidence=(
            say("cause.transport.missed", **words), say("cause.transport.interval", **words),
            *(say("cause.part_of_gap", label=one.label, points=tenths(one.value),
                  share=whole_percent(one.share)) for one in parts),
            say("cause.transport.even", **words),
            *_without(phrases, words, found, is_rate=outcome.is_rate),
        ),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.transport.", words),
        caveats=(
            *_unrecorded(phrases, words, found), say("cause.transport.as_recorded", **words),
            say("caveats.not_cause"),
        ),
    )  # fmt: skip


def _without(
    phrases: Phrases, words: dict[str, str], found: ByReason, *, is_rate: bool
) -> Iterator[str]:
    """How many would still meet a rate's condition without these days."""
    if is_rate:
        mine, theirs = of_so_many(phrases.words, found.group.without, found.others.without)
        yield phrases.words.say("cause.transport.without", **words, mine=mine, theirs=theirs)


def verdict_of(found: ByReason) -> Verdict:
    """As the share and its interval say, unless days of no recorded reason could undo it."""
    said = verdict_of_share(found.parts[0])
    undone = found.least < MUCH if said == "supported" else found.most >= MUCH
    return "doubtful" if undone else said


def _words(phrases: Phrases, gap: Finding, found: ByReason) -> dict[str, str]:
    """The names and numbers that the sentences have."""
    part = found.parts[0]
    return {
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
        "verb": phrases.verb(gap.outcome), "share": whole_percent(part.share),
        "low": whole_percent(part.low), "high": whole_percent(part.high),
        "least": whole_percent(min(part.low, found.least)),
        "most": whole_percent(max(part.high, found.most)),
        "bound_low": whole_percent(found.least), "bound_high": whole_percent(found.most),
        "mine_missed": percent(found.group.of_enrolled),
        "their_missed": percent(found.others.of_enrolled),
        "even": percent(found.others.of_absent),
        "mine_unsaid": percent(found.group.unrecorded),
        "their_unsaid": percent(found.others.unrecorded),
    }  # fmt: skip


def _unrecorded(phrases: Phrases, words: dict[str, str], found: ByReason) -> Iterator[str]:
    """What days without a reason leave open, and that one group has more of them."""
    mine, theirs = found.group.unrecorded, found.others.unrecorded
    if max(mine, theirs) < _SOME:
        return
    yield phrases.words.say("cause.transport.unrecorded", **words)
    if abs(mine - theirs) >= _SOME:
        more, fewer = (words["group"], words["others"])[:: 1 if mine > theirs else -1]
        yield phrases.words.say("cause.transport.uneven", more=more, fewer=fewer)
