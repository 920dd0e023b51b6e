"""What lists and supports have alike: under which gaps they are told, and when it is sure."""

from collections.abc import Iterator

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.supports import GROUP, OTHERS, AtEqualNeed, FoundSupports
from eachchild.findings.model import Finding, Verdict
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import tenths, whole_percent
from eachchild.terms.outcomes import Outcome

SURE = 0.01  # of p: every gap is asked, so one in twenty would be too many
POINTS = 0.05  # a difference below it is not told as one
_LEARNED = frozenset(("score", "proficient", "courses_failed", "gpa", "retained", "graduated"))
_THERE = frozenset(("days_absent", "absence_share", "absence_percent"))
_LED_TO = {"score": _LEARNED, "courses_failed": _LEARNED, "absence_share": _THERE}


def asked_of(outcome: Outcome, gap: Finding, origins: Origins) -> FoundSupports | None:
    """What lists and supports say of a gap that such a need leads to, to the group's harm."""
    if not _harms(outcome, gap):
        return None
    two = origins.compared(Asked(gap.outcome, gap.group, gap.reference, gap.period))
    if two is None:
        return None
    found = origins.supports.compared(two)
    if found is None or not _LED_TO[found.measure].intersection(outcome.columns):
        return None
    return found


def _harms(outcome: Outcome, gap: Finding) -> bool:
    same = 1.0 if gap.measure.endswith("ratio") else 0.0
    above = (gap.estimate or same) > same
    return gap.estimate is not None and above == (outcome.direction == "lower")


def verdict_of(found: AtEqualNeed) -> Verdict:
    """Whether the group has it less often at equal need, by as much as is told."""
    if found.p <= SURE and found.difference <= -POINTS and found.high < 0:
        return "supported"
    return "refuted" if found.low > -POINTS else "doubtful"


def is_surely_more(found: AtEqualNeed) -> bool:
    """Whether the group has it more often, beyond chance and by as much as is told."""
    return found.p <= SURE and found.difference >= POINTS and found.low > 0


def words_of(
    phrases: Phrases, gap: Finding, found: FoundSupports, at: AtEqualNeed
) -> dict[str, str]:
    """The words of both sentences."""
    rate = at.rates.events / at.rates.n
    return {
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
        "need": phrases.words.say(f"cause.need.{found.measure}"),
        "mine": whole_percent(float(rate[GROUP])), "theirs": whole_percent(float(rate[OTHERS])),
        "points": tenths(-at.difference), "low": tenths(-at.high), "high": tenths(-at.low),
        "n": f"{int(at.rates.n[GROUP]):,}", "m": f"{int(at.rates.n[OTHERS]):,}",
    }  # fmt: skip


def caveats_of(phrases: Phrases) -> Iterator[str]:
    """What neither shows."""
    yield phrases.words.say("cause.need.measured")
    yield phrases.words.say("cause.need.record")
    yield phrases.words.say("cause.need.share")
    yield phrases.words.say("caveats.not_cause")
