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
from eachchild.terms.numerals import significant, tenths, whole_percent

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
    splits = origins.by_places(asked)
    points, ratios = splits.get("risk_difference"), splits.get("risk_ratio")
    if points is None or not isfinite(points.parts[-1].low):
        return
    between, inside = _between(points), points.parts[-1]
    told = {"share": between.share, "low": between.low, "high": between.high,
            "inside": inside.share}  # fmt: skip
    numbers = {name: whole_percent(part) for name, part in told.items()}
    verdict = verdict_of_share(between)
    say = phrases.words.say
    parts = tuple(_part(phrases, points, part) for part in points.parts)
    evidence = [say("cause.part_of_gap", label=part.label, points=tenths(part.value),
                    share=whole_percent(part.share)) for part in parts]  # fmt: skip
    ladder = [] if ratios is None else [_ladder(phrases, ratios)]
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
            say("cause.places.interval", **numbers), *evidence, *ladder,
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


def _ladder(phrases: Phrases, ratios: Split) -> str:
    """The ratio as it stands, then inside places of each level."""
    return phrases.words.say(
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
