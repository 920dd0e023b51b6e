"""Whether supports go to students of equal need alike."""

from collections.abc import Iterator

from eachchild.causes.supports import (
    GROUP,
    OTHERS,
    FirstSupport,
    FoundSupport,
    FoundSupports,
)
from eachchild.findings.causes.need import caveats_of, verdict_of, words_of
from eachchild.findings.causes.shared import cause_of, hypothesis_of
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import count, significant, tenths, whole_percent
from eachchild.terms.years import ALL

_CAUSE = "support"


def told_by_support(phrases: Phrases, gap: Finding, found: FoundSupports) -> Iterator[Finding]:
    """Whether the group is supported less; where there is a list, among those it has."""
    support = found.support
    if support is None:
        return
    say, at = phrases.words.say, support.at_need
    words = words_of(phrases, gap, found, at)
    words["among"] = say("cause.support.listed" if found.list else "cause.support.all", **words)
    verdict = verdict_of(at)
    yield cause_of(
        gap, _CAUSE, verdict, period=ALL,
        measure="risk_difference", estimate=at.difference, share=None,
        sentence=say(f"cause.support.{verdict}", **words),
        evidence=(
            say("cause.need.interval", **words), *_unmet(phrases, support, words),
            *_first(phrases, support.first, words),
        ),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.support.", words),
        caveats=tuple(caveats_of(phrases)),
    )  # fmt: skip


def _unmet(phrases: Phrases, found: FoundSupport, words: dict[str, str]) -> Iterator[str]:
    """How many in need went without, and whether supports go to those in more need at all."""
    say, unmet, follows = phrases.words.say, found.unmet, found.follows
    yield say(
        "cause.support.unmet", **words | {
            "without": count(int(unmet.without[GROUP])), "of": count(int(unmet.in_need[GROUP])),
            "mine": whole_percent(float(unmet.rate.rate[GROUP])),
            "theirs": whole_percent(float(unmet.rate.rate[OTHERS])),
        },
    )  # fmt: skip
    if follows.test.known[[GROUP, OTHERS]].all():
        yield say(
            "cause.support.follows", **words | {
                "mine": significant(float(follows.index[GROUP])),
                "theirs": significant(float(follows.index[OTHERS])),
            },
        )  # fmt: skip


def _first(phrases: Phrases, found: FirstSupport | None, words: dict[str, str]) -> Iterator[str]:
    """How long those who got one waited; nothing where the first school day is not known."""
    if found is None:
        return
    numbers = {
        "mine": found.weeks[GROUP], "theirs": found.weeks[OTHERS],
        "weeks": found.difference, "low": found.low, "high": found.high,
    }  # fmt: skip
    told = {name: tenths(float(number) / 100) for name, number in numbers.items()}
    yield phrases.words.say("cause.support.first", **words | told)
