"""What other rules of entry would do, told from a released copy: of its cells, and no cause."""

from collections.abc import Iterable, Iterator, Mapping

from eachchild.causes.above import EntryCounts, Tried
from eachchild.findings.causes.gates import gap_rule, narrower
from eachchild.findings.causes.shared import cause_of, hypothesis_of
from eachchild.findings.model import Finding, GapRule
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import count, tenths
from eachchild.terms.said import of_so_many, sentence_case

_CAUSE = "gate"


def causes_of_entry(
    phrases: Phrases, gaps: Iterable[Finding], entries: Iterable[EntryCounts]
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """What is told of rules of entry, gap by gap, and for whom nothing can be, in a sentence."""
    every = [gap for gap in gaps if gap.kind == "gap" and gap.verdict == "gap"]
    found: list[Finding] = []
    untold: list[str] = []
    for entry in entries:
        hidden = []
        for gap in (g for g in every if g.outcome == entry.outcome and g.place == "all"):
            tried = entry.tried(gap.group, gap.reference)
            if tried is not None and tried.told[0]:
                found += _told(phrases, gap, tried, entry)
            elif tried is not None:
                hidden.append(gap.group)
        if hidden:
            untold.append(_untold(phrases, entry.outcome, dict.fromkeys(hidden)))
    return tuple(found), tuple(untold)


def _told(phrases: Phrases, gap: Finding, found: Tried, entry: EntryCounts) -> Iterator[Finding]:
    """Rules of entry under a gap of a group that is enrolled less also among those with a score.

    Doubtful whatever they would do: a copy counts scores so widely that students of the same
    readiness are not put beside each other.
    """
    if found.gap[0] >= 0:
        return
    say, rules = phrases.words.say, _rules(phrases, found)
    mine, theirs = of_so_many(phrases.words, rules[0].group, rules[0].others)
    words = {
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
        "mine": mine, "theirs": theirs, "points": tenths(abs(rules[0].gap) / 100),
        "shown": count(len(rules)), "tried": count(len(found.rule)),
    }  # fmt: skip
    where = "cause.entry.where_offered" if entry.offered else "cause.entry.everywhere"
    years = (say("cause.years"),) if gap.period != entry.period else ()
    yield cause_of(
        gap, _CAUSE, "doubtful", period=entry.period, measure="risk_difference",
        estimate=rules[0].gap / 100, share=None, rules=rules,
        sentence=say("cause.entry.doubtful", **words),
        evidence=(say(where), *narrower(phrases, words, rules),
                  *_hidden(phrases, words, found)),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.gate.", words),
        caveats=(*years, say("cause.entry.wide", **words), say("cause.entry.by_school"),
                 say("cause.entry.same_cuts"), say("cause.gate.score"), say("cause.gate.year"),
                 say("cause.entry.unscored"), say("cause.gate.stay"),
                 say("caveats.not_cause")),
    )  # fmt: skip


def _untold(phrases: Phrases, outcome: str, groups: Iterable[str]) -> str:
    """For whom no rule can be told, for counts that it needs are hidden."""
    named = "; ".join(map(phrases.group, groups))
    title = phrases.title(outcome)
    return sentence_case(phrases.words.say("cause.entry.untold", title=title, groups=named))


def _rules(phrases: Phrases, found: Tried) -> tuple[GapRule, ...]:
    return tuple(
        gap_rule(
            phrases, found.rule[at], found.at[at], found.seats[at], found.added[at],
            found.lost[at], found.group[at], found.others[at], found.gap[at],
        )
        for at in range(len(found.rule)) if found.told[at]
    )  # fmt: skip


def _hidden(phrases: Phrases, words: Mapping[str, str], found: Tried) -> Iterator[str]:
    """That some rules are not told, where counts that they need are hidden."""
    if not found.told.all():
        yield phrases.words.say("cause.entry.hidden", **words)
