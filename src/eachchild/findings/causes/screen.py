"""Whether a list that the district uses has students alike at equal need."""

from collections.abc import Iterator

from eachchild.causes.screen import Compared
from eachchild.causes.supports import GROUP, AtEqualNeed, FoundList, FoundSupports
from eachchild.findings.causes.need import caveats_of, is_surely_more, verdict_of, words_of
from eachchild.findings.causes.shared import cause_of, hypothesis_of
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import tenths, whole_percent
from eachchild.terms.years import ALL

_CAUSE = "screen"
_COARSE = frozenset(("absence_share",))  # a list may go by a finer line inside a class of it


def told_by_screen(phrases: Phrases, gap: Finding, found: FoundSupports) -> Iterator[Finding]:
    """Whether the list misses more of the group, and whether it has more of those not in need.

    The second is told only where it is sure: misses, false alarms and calibration are shown of
    either.
    """
    listed = found.list
    if listed is None:
        return
    yield _of_misses(phrases, gap, found, listed)
    alarms = listed.without_need
    if alarms is not None and found.measure not in _COARSE and is_surely_more(alarms):
        yield _of_false_alarms(phrases, gap, found, (listed, alarms))


def _of_misses(phrases: Phrases, gap: Finding, found: FoundSupports, listed: FoundList) -> Finding:
    say, at = phrases.words.say, listed.at_need
    words = words_of(phrases, gap, found, at)
    verdict = verdict_of(at)
    return cause_of(
        gap, _CAUSE, verdict, period=ALL,
        measure="risk_difference", estimate=at.difference, share=None,
        sentence=say(f"cause.screen.{verdict}", **words),
        evidence=(
            say("cause.need.interval", **words), *_errors(phrases, listed, words),
        ),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.screen.", words),
        caveats=(say("cause.screen.together"), *caveats_of(phrases)),
    )  # fmt: skip


def _of_false_alarms(
    phrases: Phrases, gap: Finding, found: FoundSupports, two: tuple[FoundList, AtEqualNeed]
) -> Finding:
    say, (listed, at) = phrases.words.say, two
    more = {"points": tenths(at.difference), "low": tenths(at.low), "high": tenths(at.high)}
    words = words_of(phrases, gap, found, at) | more
    return cause_of(
        gap, _CAUSE, "supported", period=ALL,
        measure="risk_difference", estimate=at.difference, share=None, at="error=false_alarm",
        sentence=say("cause.screen.alarms", **words),
        evidence=(
            say("cause.screen.alarms_interval", **words), *_errors(phrases, listed, words),
        ),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.screen.alarms_", words),
        caveats=(say("cause.screen.together"), say("cause.screen.known"), *caveats_of(phrases)),
    )  # fmt: skip


def _errors(phrases: Phrases, found: FoundList, words: dict[str, str]) -> Iterator[str]:
    """Misses, false alarms and calibration: two can seldom be alike when the third is."""
    say, parity, rates = phrases.words.say, found.parity, found.calibration.rate.rate
    for name in ("missed", "false_alarms", "precision"):
        one: Compared = getattr(parity, name)
        if one.known[GROUP]:
            numbers = {"mine": one.rate.rate[GROUP], "theirs": one.rate.rate[1 - GROUP]}
            yield say(f"cause.screen.{name}", **words | {
                k: whole_percent(float(v)) for k, v in numbers.items()
            })  # fmt: skip
    off = {"mine": rates[GROUP, 0], "theirs": rates[1 - GROUP, 0]}
    yield say("cause.screen.off", **words | {k: whole_percent(float(v)) for k, v in off.items()})
    parts = found.from_base_rates
    if parts.known[GROUP]:
        yield say("cause.screen.base", base=tenths(float(parts.base[GROUP])),
                  rest=tenths(float(parts.rest[GROUP])))  # fmt: skip
