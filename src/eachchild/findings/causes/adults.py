"""Whether a gap in referrals goes with few adults: how many, never who."""

from collections.abc import Iterator

from eachchild.causes.referrers import Referrers
from eachchild.findings.causes.shared import LEVEL, MUCH, cause_of, hypothesis_of
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import count, significant, whole_percent
from eachchild.terms.years import ALL

_CAUSE = "referrer"
_FEWEST = 10  # adults, counted once a year; of fewer somebody could say who they are


def told_by_adults(
    phrases: Phrases, gap: Finding, found: Referrers | None, q: float, *, of_referrals: bool
) -> Iterator[Finding]:
    """Whether the busiest adults have more of the gap than of all referrals; q is of all groups.

    `of_referrals`: the gap itself is one in referrals.
    """
    if found is None or not found.known[0] or not found.gap.difference[0] > 0:
        return
    share, referrals = float(found.gap_share[0]), float(found.both_share[0])
    if found.top[0] < _FEWEST:
        return
    if q <= LEVEL and share >= MUCH and share > referrals:
        yield _told(phrases, gap, found, of_referrals=of_referrals)


def _told(phrases: Phrases, gap: Finding, found: Referrers, *, of_referrals: bool) -> Finding:
    say = phrases.words.say
    words = {
        "adults": whole_percent(float(found.top_adults[0])), "number": count(int(found.top[0])),
        "referrals": whole_percent(float(found.referral_share[0])),
        "share": whole_percent(float(found.gap_share[0])),
        "half": whole_percent(float(found.half[0])),
        "ratio": significant(float(found.gap.ratio[0]), 3),
        "without": significant(float(found.without.ratio[0]), 3),
        "median": significant(float(found.at_median.ratio[0]), 3),
        "more": count(round(float(found.more[0]))),
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
    }  # fmt: skip
    return cause_of(
        gap, _CAUSE, "supported", period=ALL,
        measure="risk_ratio", estimate=float(found.gap.ratio[0]),
        share=float(found.gap_share[0]) if of_referrals else None,
        sentence=say("cause.referrer.supported", **words),
        evidence=(
            say("cause.referrer.without", **words), say("cause.referrer.half", **words),
            say("cause.referrer.more", **words),
        ),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.referrer.", words),
        caveats=(say("cause.referrer.exposure"), say("cause.records"),
                 say("cause.referrer.support"), say("caveats.not_cause")),
    )  # fmt: skip
