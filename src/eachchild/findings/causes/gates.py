"""Whether a gap in advanced courses is there among students of the same score and school."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import SupportsFloat

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.courses import GROUP, OTHERS, FoundGate
from eachchild.causes.cut import ScoreCut
from eachchild.findings.causes.shared import MUCH, cause_of, hypothesis_of
from eachchild.findings.model import Finding, GapRule, Verdict
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import count, significant, tenths, whole_percent
from eachchild.terms.said import of_so_many

_CAUSE = "gate"
_NEAR = 0.05  # of the whole gap


def told_by_gate(phrases: Phrases, gap: Finding, origins: Origins) -> Iterator[Finding]:
    """Whether students of the same score at the same school are enrolled alike.

    Where they are and one score alone decides, whether the gap goes with who is above it. Told of
    a group that is enrolled less also among those with a score.
    """
    found = origins.gate(Asked(gap.outcome, gap.group, gap.reference, gap.period))
    if found is not None and found.whole.high[0] < 0:
        cut = found.cut
        if cut is None or _verdict(found) == "supported" or not _is_much(cut):
            yield _told(phrases, gap, found)
        else:
            yield _told_by_cut(phrases, gap, found, cut)


def _told(phrases: Phrases, gap: Finding, found: FoundGate) -> Finding:
    say, verdict = phrases.words.say, _verdict(found)
    pooled = found.same.pooled
    words = {
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
        "share": whole_percent(found.share), "points": tenths(abs(pooled.difference[0])),
        "low": tenths(pooled.low[0]), "high": tenths(pooled.high[0]),
        "whole": tenths(found.whole.difference[0]),
        "compared": whole_percent(float(found.same.compared[0])),
    }  # fmt: skip
    rules = _rules(phrases, found)
    return cause_of(
        gap, _CAUSE, verdict, period=gap.period,
        measure="risk_difference", estimate=float(pooled.difference[0]), share=found.share,
        rules=rules,
        sentence=say(f"cause.gate.{_key(verdict, found.share)}", **words),
        evidence=(
            say("cause.gate.precise", **(words | {"points": tenths(pooled.difference[0])})),
            *_where(phrases, found),
            say("cause.gate.compared", **words), *_error(phrases, found),
            *_missed(phrases, words, found),
            *narrower(phrases, words, rules),
        ),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.gate.", words),
        caveats=(say("cause.gate.score"), say("cause.gate.year"),
                 *_left_out(phrases, words, found), say("cause.gate.stay"),
                 say("caveats.not_cause")),
    )  # fmt: skip


def _key(verdict: str, share: float) -> str:
    """A part near the whole is told as the whole: nobody reads 101 % of a gap with ease."""
    if verdict != "supported" or share < 1 - _NEAR:
        return verdict
    return "whole" if share <= 1 + _NEAR else "larger"


def _told_by_cut(phrases: Phrases, gap: Finding, found: FoundGate, cut: ScoreCut) -> Finding:
    say = phrases.words.say
    above, theirs = of_so_many(phrases.words, cut.group, cut.others)
    words = {
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
        "share": whole_percent(cut.share), "low": whole_percent(cut.low),
        "high": whole_percent(cut.high), "cut": whole_percent(cut.at / 100),
        "below": whole_percent(cut.below), "above": whole_percent(cut.above),
        "mine": above, "theirs": theirs, "inside": whole_percent(found.share),
    }  # fmt: skip
    rules = _rules(phrases, found)
    return cause_of(
        gap, _CAUSE, "supported", period=gap.period,
        measure="risk_difference", estimate=found.whole.difference[0] * cut.share,
        share=cut.share, at="rule=cut", rules=rules,
        sentence=say("cause.cut.supported", **words),
        evidence=(
            say("cause.cut.sharp", **words), *_where(phrases, found),
            say("cause.cut.interval", **words),
            say("cause.cut.inside", **words), *narrower(phrases, words, rules),
        ),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.cut.", words),
        caveats=(say("cause.cut.score"), say("cause.gate.year"),
                 *_left_out(phrases, words, found), say("cause.gate.stay"),
                 say("caveats.not_cause")),
    )  # fmt: skip


def _where(phrases: Phrases, found: FoundGate) -> Iterator[str]:
    """Which schools it is about, where some do not offer the course."""
    offer, every = found.schools
    if offer < every:
        yield phrases.words.say("cause.gate.where", offer=count(offer), schools=count(every))


def _is_much(cut: ScoreCut) -> bool:
    return cut.share >= MUCH and cut.low > 0


def _left_out(phrases: Phrases, words: Mapping[str, str], found: FoundGate) -> Iterator[str]:
    mine, theirs = found.unscored
    if mine or theirs:
        told = {"group": words["group"], "others": words["others"]}
        yield phrases.words.say(
            "cause.gate.unscored", mine=count(mine), theirs=count(theirs), **told
        )


def _verdict(found: FoundGate) -> Verdict:
    """Whether the gap at the same scores is surely there and much of the whole, or surely not.

    It must be much of it also if scores have all the error that they may have.
    """
    if found.same.pooled.high[0] < 0 and min(found.share, found.surely) >= MUCH:
        return "supported"
    return "refuted" if found.high < MUCH else "doubtful"


def _error(phrases: Phrases, found: FoundGate) -> Iterator[str]:
    """What would be left of a gap were scores as full of error as they may be."""
    if isfinite(found.reliability):
        yield phrases.words.say(
            "cause.gate.error",
            correlation=significant(found.reliability, 2), surely=whole_percent(found.surely),
        )  # fmt: skip
    else:
        yield phrases.words.say("cause.gate.error_unknown", surely=whole_percent(found.surely))


def _missed(phrases: Phrases, words: Mapping[str, str], found: FoundGate) -> Iterator[str]:
    missed = found.missed
    if not (missed.known and missed.ready[GROUP]):
        return
    told = {
        "missed": count(int(missed.missed[GROUP])),
        "ready": count(int(missed.ready[GROUP])),
        "cut": whole_percent(missed.cut / 100),
        "rate": whole_percent(float(missed.rate.rate[GROUP])),
        "theirs": whole_percent(float(missed.rate.rate[OTHERS])),
    }
    yield phrases.words.say("cause.gate.missed", **words, **told)


def _rules(phrases: Phrases, found: FoundGate) -> tuple[GapRule, ...]:
    tried = found.settings
    return tuple(
        gap_rule(
            phrases, name, tried.at[at], tried.seats[at], tried.added[at], tried.lost[at],
            tried.rate[at, GROUP], tried.rate[at, OTHERS], tried.gap[at, GROUP],
        )
        for at, name in enumerate(tried.rule)
    )  # fmt: skip


def gap_rule(phrases: Phrases, rule: object, at: SupportsFloat, *told: SupportsFloat) -> GapRule:
    """A rule of entry in words, with what a `GapRule` tells of it after where it cuts."""
    name, cut = str(rule), float(at)
    said = phrases.words.say(f"cause.gate.{name}", at=_at(name, cut))
    return GapRule(name, said, cut, *map(float, told))


def _at(rule: str, at: float) -> str:
    """Where a rule cuts: a percent of scores, or a share of a school."""
    return whole_percent(at if rule == "local" else at / 100)


def narrower(
    phrases: Phrases, words: Mapping[str, str], rules: tuple[GapRule, ...]
) -> Iterator[str]:
    """The rule with the narrowest gap of those that take no seat away, or that there is none."""
    today, *tried = rules
    kept = [rule for rule in tried if round(rule.lost) <= 0 and abs(rule.gap) < abs(today.gap)]
    if not kept:
        yield phrases.words.say("cause.gate.none_narrower")
        return
    best = min(kept, key=lambda rule: abs(rule.gap))
    mine, theirs = of_so_many(phrases.words, best.group, best.others)
    yield phrases.words.say(
        "cause.gate.narrower",
        label=best.label, added=count(round(best.added)), mine=mine, others_rate=theirs,
        gap=tenths(abs(best.gap) / 100), today=tenths(abs(today.gap) / 100),
        group=words["group"], others=words["others"],
    )  # fmt: skip
