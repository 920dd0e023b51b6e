"""Whether the same act is answered alike, without history and with it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from eachchild.causes.consequence import Cut
from eachchild.causes.referrals import FoundActs
from eachchild.findings.causes.shared import LEVEL, MUCH, cause_of, hypothesis_of
from eachchild.findings.model import Finding, Verdict
from eachchild.findings.phrases import Phrases
from eachchild.tables import LADDER
from eachchild.terms.numerals import count, significant, tenths, whole_percent
from eachchild.terms.years import ALL

_CAUSE = "consequence"
_RUNGS: Mapping[str, str] = MappingProxyType(
    {
        "none": "cause.consequence.rung_none", "conference": "cause.consequence.rung_conference",
        "detention": "cause.consequence.rung_detention", "iss": "cause.consequence.rung_iss",
        "oss": "cause.consequence.rung_oss",
    }
)  # fmt: skip


def told_by_acts(
    phrases: Phrases, gap: Finding, found: FoundActs | None, q: float
) -> Iterator[Finding]:
    """Whether the group is suspended more for the same act at the same school.

    `q` is of all groups together.
    """
    if found is None or not _can_be_told(found):
        return
    verdict = _verdict(found, q)
    if verdict == "supported" or gap.verdict == "gap":
        yield _told(phrases, gap, found, verdict)


def _can_be_told(found: FoundActs) -> bool:
    """Whether the group is suspended more, some strata hold both, and others were suspended too."""
    cut = found.same.act
    known = cut.whole.known[0] and cut.fewer.known[0] and cut.whole.risk_ratio.known[0]
    return bool(known and found.gap > 0)


def _verdict(found: FoundActs, q: float) -> Verdict:
    """Harder beyond chance in both cuts, and much of the gap; or surely not much of it."""
    cuts = found.same.act, found.same.history
    fewer = cuts[0].fewer
    share = float(fewer.share[0])
    harder = all(cut.whole.odds_ratio.ratio[0] > 1 for cut in cuts if cut.whole.known[0])
    if q <= LEVEL and harder and share >= MUCH:
        return "supported"
    part = float(fewer.high[0]) / found.enrolled[0] / found.gap if found.gap > 0 else 1.0
    return "refuted" if part < MUCH else "doubtful"


def _told(phrases: Phrases, gap: Finding, found: FoundActs, verdict: Verdict) -> Finding:
    say, whole = phrases.words.say, found.same.act
    fewer = whole.fewer
    words = {
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
        "ratio": significant(float(whole.whole.risk_ratio.ratio[0]), 3),
        "share": whole_percent(float(fewer.share[0])),
        "fewer": count(abs(round(float(fewer.fewer[0])))), "of": count(int(fewer.of[0])),
        "low": count(round(float(fewer.low[0]))), "high": count(round(float(fewer.high[0]))),
        "left": count(int(fewer.left_out[0])),
    }  # fmt: skip
    return cause_of(
        gap, _CAUSE, verdict, period=ALL,
        measure="risk_ratio", estimate=float(whole.whole.risk_ratio.ratio[0]),
        share=float(fewer.share[0]),
        sentence=say(f"cause.consequence.{verdict}", **words),
        evidence=(
            say(f"cause.consequence.{'fewer' if fewer.fewer[0] > 0 else 'more'}", **words),
            *_cut(phrases, "without", whole), *_cut(phrases, "with", found.same.history),
            *_ladder(phrases, found, words), *_acts(phrases, found),
            say("cause.consequence.unmeasured",
                e=significant(float(whole.whole.e_values.estimate[0]), 2)),
        ),
        hypothesis=hypothesis_of(phrases, _CAUSE, "cause.consequence.", {}),
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


def _ladder(phrases: Phrases, found: FoundActs, words: dict[str, str]) -> Iterator[str]:
    """How often the group's is the harder of two answers, whatever they are, and what is no rung.

    Nothing is said where many answers are not known.
    """
    ladder, say = found.ladder, phrases.words.say
    if ladder is None or not ladder.is_told:
        return
    harder, off = ladder.severer, ladder.off_share
    yield say(
        "cause.consequence.ladder", **words | {
            "rungs": ", ".join(say(_RUNGS[rung]) for rung in LADDER),
            "pairs": tenths(float(harder.superiority[0])),
            "low": tenths(float(harder.low[0])), "high": tenths(float(harder.high[0])),
        },
    )  # fmt: skip
    yield say(
        "cause.consequence.no_rung", **words | {
            "mine": whole_percent(float(off[0])), "theirs": whole_percent(float(off[1])),
        },
    )  # fmt: skip


def _acts(phrases: Phrases, found: FoundActs, most: int = 3) -> Iterator[str]:
    """The acts whose answers differ beyond chance, the surest first."""
    cut = found.same.act
    sure = [at for at in cut.q.argsort(kind="stable") if cut.q[at] <= LEVEL][:most]
    for at in sure:
        ratio = cut.by_act.risk_ratio
        if ratio.known[at]:
            yield phrases.words.say(
                "cause.consequence.of_act", act=found.acts[cut.acts[at]],
                ratio=significant(float(ratio.ratio[at]), 2),
                low=significant(float(ratio.low[at]), 2),
                high=significant(float(ratio.high[at]), 2),
            )  # fmt: skip
