"""Whether the same act is answered alike, without history and with it."""

from collections.abc import Iterator

from eachchild.causes.asked import Origins
from eachchild.causes.consequence import Cut
from eachchild.causes.referrals import Compared, FoundActs
from eachchild.findings.causes.shared import MUCH, cause_of
from eachchild.findings.model import Finding, Verdict
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import count, significant, whole_percent

_CAUSE = "consequence"
_SURE = 0.01  # of p: every gap is asked, so one in twenty would be too many
_EVEN = 0.05  # of p, from which on the answer is taken to be harder for all acts alike


def told_by_acts(
    phrases: Phrases, gap: Finding, origins: Origins, two: Compared
) -> Iterator[Finding]:
    """Whether the group is suspended more for the same act at the same school."""
    found = origins.referrals.same_act(two)
    if found is None or not (found.same.act.whole.known[0] and found.same.act.fewer.known[0]):
        return
    verdict = _verdict(found)
    if verdict is not None:
        yield _told(phrases, gap, found, verdict)


def is_even(found: FoundActs) -> bool:
    """Whether the answer is harder by one ratio in all schools and acts, as far as can be told."""
    p = found.same.act.whole.homogeneity.p_tarone
    return bool(p[0] > _EVEN)


def _verdict(found: FoundActs) -> Verdict | None:
    """None where nothing is there to tell, not even of a small difference."""
    cuts = found.same.act, found.same.history
    share = float(cuts[0].fewer.share[0])
    sure = all(cut.whole.known[0] and cut.whole.p[0] <= _SURE for cut in cuts)
    harder = all(cut.whole.odds_ratio.ratio[0] > 1 for cut in cuts if cut.whole.known[0])
    if sure and harder and share >= MUCH:
        return "supported"
    high = float(cuts[0].fewer.high[0]) * share / float(cuts[0].fewer.fewer[0] or 1.0)
    return "refuted" if high < MUCH else "doubtful"


def _told(phrases: Phrases, gap: Finding, found: FoundActs, verdict: Verdict) -> Finding:
    say, whole = phrases.words.say, found.same.act
    fewer = whole.fewer
    words = {
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
        "ratio": significant(float(whole.whole.risk_ratio.ratio[0]), 3),
        "share": whole_percent(float(fewer.share[0])),
        "fewer": count(round(float(fewer.fewer[0]))), "of": count(int(fewer.of[0])),
        "low": count(round(float(fewer.low[0]))), "high": count(round(float(fewer.high[0]))),
        "left": count(int(fewer.left_out[0])),
    }  # fmt: skip
    return cause_of(
        gap, _CAUSE, verdict,
        measure="risk_ratio", estimate=float(whole.whole.risk_ratio.ratio[0]),
        share=float(fewer.share[0]), at="even" if is_even(found) else "",
        sentence=say(f"cause.consequence.{verdict}", **words),
        evidence=(
            say("cause.consequence.fewer", **words),
            *_cut(phrases, "without", whole), *_cut(phrases, "with", found.same.history),
            *_acts(phrases, found),
            say("cause.consequence.unmeasured",
                e=significant(float(whole.whole.e_values.estimate[0]), 2)),
            say("cause.consequence.refuted_by"), say("cause.consequence.next"),
        ),
        caveats=(say("cause.consequence.history"), say("cause.consequence.left", **words),
                 say("cause.steps.chosen"), say("caveats.not_cause")),
    )  # fmt: skip


def _cut(phrases: Phrases, name: str, cut: Cut) -> Iterator[str]:
    ratio = cut.whole.risk_ratio
    if ratio.known[0]:
        yield phrases.words.say(
            f"cause.consequence.{name}", ratio=significant(float(ratio.ratio[0]), 3),
            low=significant(float(ratio.low[0]), 3), high=significant(float(ratio.high[0]), 3),
        )  # fmt: skip


def _acts(phrases: Phrases, found: FoundActs, most: int = 3) -> Iterator[str]:
    """The acts whose answers differ beyond chance, the surest first."""
    cut = found.same.act
    sure = [at for at in cut.q.argsort(kind="stable") if cut.q[at] <= _EVEN][:most]
    for at in sure:
        ratio = cut.by_act.risk_ratio
        if ratio.known[at]:
            yield phrases.words.say(
                "cause.consequence.of_act", act=found.acts[cut.acts[at]],
                ratio=significant(float(ratio.ratio[at]), 2),
                low=significant(float(ratio.low[at]), 2),
                high=significant(float(ratio.high[at]), 2),
            )  # fmt: skip
