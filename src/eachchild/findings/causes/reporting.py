"""Whether a gap goes with what some schools write down and others do not."""

from collections.abc import Iterator

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.reporting import Evened, blank_answers, logged_acts
from eachchild.findings.causes.shared import FROM_REFERRALS, MUCH, cause_of, hypothesis_of
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import significant, tenths, whole_percent
from eachchild.terms.outcomes import Outcome
from eachchild.terms.years import ALL

_CAUSE = "reporting"
_SURE = 0.01  # of p: every gap is asked


def told_by_reporting(
    phrases: Phrases, outcome: Outcome, gap: Finding, origins: Origins
) -> Iterator[Finding]:
    """Whether the gap is smaller by a quarter of it once schools are counted as logging alike.

    Nothing is said where the log cannot tell.
    """
    if not FROM_REFERRALS.intersection(outcome.columns):
        return
    two = origins.compared(Asked(gap.outcome, gap.group, gap.reference, gap.period))
    log = None if two is None else origins.referrals.logged(two)
    if log is None:
        return
    counts_referrals = "referrals" in outcome.columns
    found = logged_acts(log) if counts_referrals else blank_answers(log)
    if found is not None and _is_sure(found, fewer=not counts_referrals):
        yield _told(phrases, gap, found, "acts" if counts_referrals else "answers")


def _is_sure(found: Evened, *, fewer: bool) -> bool:
    """Much of the gap, beyond chance, and the way round that would make such a gap.

    Blank answers make fewer suspensions where they are met, logged acts more referrals.
    """
    more = found.mine < found.theirs if fewer else found.mine > found.theirs
    return found.p <= _SURE and found.smaller >= MUCH and more == (found.logged > 0)


def _told(phrases: Phrases, gap: Finding, found: Evened, mark: str) -> Finding:
    say = phrases.words.say
    number = whole_percent if mark == "answers" else significant
    toward = 1.0 if found.logged > 0 else -1.0
    words = {
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
        "share": whole_percent(found.share),
        "mine": number(found.mine), "theirs": number(found.theirs),
        # For 100 students; below 0 where the gap is turned round.
        "logged": tenths(abs(found.logged)), "alike": tenths(found.alike * toward),
    }  # fmt: skip
    return cause_of(
        gap, _CAUSE, "supported", period=ALL,
        measure="risk_difference", estimate=found.logged - found.alike, share=found.share, at=mark,
        sentence=say(f"cause.reporting.{mark}", **words),
        evidence=(
            say(f"cause.reporting.{mark}_alike", **words), say("cause.reporting.chance"),
        ),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.reporting.", {}),
        caveats=(say(f"cause.reporting.{mark}_limits"), say("cause.records"),
                 say("caveats.not_cause")),
    )  # fmt: skip
