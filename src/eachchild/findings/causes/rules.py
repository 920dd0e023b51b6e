"""Whether a rule answers one act with suspension, whoever does it, and a gap goes with that act."""

from collections.abc import Iterator

from eachchild.causes.moments import ANY
from eachchild.causes.referrals import MOMENT, FoundActs, FoundMoments
from eachchild.findings.causes.shared import LEVEL, MUCH, cause_of, hypothesis_of
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import count, whole_percent
from eachchild.terms.years import ALL

_CAUSE = "rule"
_NEARLY_ALWAYS = 0.5  # of the others' referrals for an act that end in a suspension


def told_by_rules(
    phrases: Phrases, gap: Finding, acts: FoundActs | None, moments: FoundMoments | None
) -> Iterator[Finding]:
    """Of an act that ends in suspension for everybody and has more of a gap than other acts.

    The act alone must stand out among referrals (a moment of one dimension), both groups must be
    suspended for it more often than not, and no more the one than the other.
    """
    if acts is None or moments is None:
        return
    for act in _standing_out(moments):
        if act not in acts.acts:
            continue
        mine, theirs = acts.of_act(act)
        total = acts.gap
        if not (mine.n and theirs.n and total > 0):
            continue
        rates = float(mine.rate), float(theirs.rate)
        share = (mine.events / acts.enrolled[0] - theirs.events / acts.enrolled[1]) / total
        if min(rates) > _NEARLY_ALWAYS and share >= MUCH and not acts.answered_harder(act, LEVEL):
            yield _told(phrases, gap, act, int(mine.n), rates, float(share))


def _standing_out(found: FoundMoments) -> Iterator[str]:
    """Acts that are referred more than others, in the order of their evidence."""
    moments = found.ranking.moments
    for at, values in enumerate(moments.values):
        alone = values[0] != ANY and (values[1:] == ANY).all()
        if alone and moments.q[at] <= LEVEL and moments.q_more[at] <= LEVEL:
            yield found.said(at)[MOMENT[0]]


def _told(
    phrases: Phrases, gap: Finding, act: str, referrals: int, rates: tuple[float, float],
    share: float,
) -> Finding:  # fmt: skip
    say = phrases.words.say
    words = {
        "act": act, "share": whole_percent(share), "referrals": count(referrals),
        "mine": whole_percent(rates[0]), "theirs": whole_percent(rates[1]),
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
    }  # fmt: skip
    return cause_of(
        gap, _CAUSE, "supported", period=ALL,
        measure="risk_difference", share=share, at=f"behavior={act}",
        sentence=say("cause.rule.supported", **words),
        evidence=(say("cause.rule.alike", **words),),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.rule.", words),
        caveats=(say("cause.records"), say("cause.moment.cuts"), say("caveats.not_cause")),
    )  # fmt: skip
