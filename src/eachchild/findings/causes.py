"""Causes told: what a gap goes with, how sure that is, and what would show that it is wrong."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import exp, isfinite

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.places import INSIDE, Part, Split
from eachchild.findings.model import Finding, GapPart, Verdict, finding_id
from eachchild.findings.phrases import Phrases, sentence_case
from eachchild.plan import Plan
from eachchild.terms.factors import Group
from eachchild.terms.numerals import significant

MUCH = 0.25  # of a gap: what goes with less of it does not carry it
_BETWEEN = "between_schools"


def cause_findings(
    plan: Plan, phrases: Phrases, gaps: Iterable[Finding], origins: Origins
) -> Iterator[Finding]:
    """What each gap of a group goes with, folded under it."""
    rates = {outcome.name for outcome in plan.outcomes if outcome.is_rate}
    for gap in gaps:
        alone = len(Group.parse(gap.group).parts) == 1
        if gap.verdict == "gap" and gap.place == "all" and alone and gap.outcome in rates:
            yield from _by_places(phrases, gap, origins)


def _by_places(phrases: Phrases, gap: Finding, origins: Origins) -> Iterator[Finding]:
    """Whether the gap goes with which places students are in, or is there inside them."""
    asked = Asked(gap.outcome, gap.group, gap.reference, gap.period)
    points = origins.by_places(asked, "risk_difference")
    if points is None or not isfinite(points.parts[-1].low):
        return
    between, inside = _between(points), points.parts[-1]
    numbers = {"share": share(between.share), "low": share(between.low),
               "high": share(between.high), "inside": share(inside.share)}  # fmt: skip
    verdict = verdict_of_share(between)
    say = phrases.words.say
    parts = tuple(_part(phrases, points, part) for part in points.parts)
    evidence = [say("cause.part_of_gap", label=part.label, points=points_of(part.value),
                    share=share(part.share)) for part in parts]  # fmt: skip
    yield Finding(
        id=finding_id(
            kind="cause", measure="risk_difference", outcome=gap.outcome, group=gap.group,
            reference=gap.reference, place=gap.place, cause=_BETWEEN,
        ),
        rank=0, kind="cause", verdict=verdict, measure="risk_difference", outcome=gap.outcome,
        group=gap.group, reference=gap.reference, place=gap.place, period=gap.period,
        estimate=between.value, low=None, high=None, n=gap.n, events=gap.events,
        students_to_parity=None,
        sentence=say(f"cause.places.{verdict}", **numbers),
        evidence=tuple(map(sentence_case, (
            say("cause.places.interval", **numbers), *evidence, *_ladder(phrases, asked, origins),
            say("cause.places.refuted_by"), say("cause.places.next"),
        ))),
        caveats=(say("cause.places.one_group"), say("caveats.not_cause")),
        of=gap.id, cause=_BETWEEN, share_of_gap=between.share, parent=gap.id, parts=parts,
    )  # fmt: skip


def _between(split: Split) -> Part:
    """All that goes with places, of whatever level: what is not inside them."""
    inside = split.parts[-1]
    return replace(
        inside, level="", value=split.whole - inside.value, share=1 - inside.share,
        low=1 - inside.high, high=1 - inside.low,
    )  # fmt: skip


def verdict_of_share(part: Part) -> Verdict:
    """Whether a part is much of a gap: likely much and surely some of it, or surely not much."""
    if part.share >= MUCH and part.low > 0:
        return "supported"
    return "refuted" if part.high < MUCH else "doubtful"


def _part(phrases: Phrases, split: Split, part: Part) -> GapPart:
    """A part with the words that say which places it is about."""
    words, first = phrases.words, split.parts[0].level
    key = part.level if part.level in (first, INSIDE) else f"{part.level}_within"
    if words.has(f"cause.part.{key}"):
        label = words.say(f"cause.part.{key}")
    else:
        label = words.say("cause.part.other", level=part.level)
    return GapPart(part.level, label, part.value, part.share, part.low, part.high)


def _ladder(phrases: Phrases, asked: Asked, origins: Origins) -> Iterator[str]:
    """The ratio as it stands, then inside places of each level."""
    ratios = origins.by_places(asked, "risk_ratio")
    if ratios is None:
        return
    yield phrases.words.say(
        "cause.places.ladder", ratio=significant(exp(ratios.whole), 3),
        inside="; ".join(
            phrases.words.say("cause.places.inside", level=_places(phrases, level),
                              ratio=significant(exp(left), 3))
            for level, left in ratios.within.items()
        ),
    )  # fmt: skip


def _places(phrases: Phrases, level: str) -> str:
    key = f"cause.level.{level}"
    return phrases.words.say(key) if phrases.words.has(key) else level


def points_of(difference: float) -> str:
    """A difference of rates in points.

    >>> points_of(0.0551), points_of(-0.0001), points_of(-0.02)
    ('5.5', '0.0', '−2.0')
    """
    tenths = round(1000 * difference)
    return f"−{-tenths / 10:.1f}" if tenths < 0 else f"{tenths / 10:.1f}"


def share(of_gap: float) -> str:
    """A part of a gap as it is, below nothing and beyond the whole too.

    >>> share(0.314), share(-0.2), share(1.254)
    ('31 %', '−20 %', '125 %')
    """
    whole = round(100 * of_gap)
    return f"−{-whole} %" if whole < 0 else f"{whole} %"
