"""Whether a gap goes with which places students are in, or is there inside them."""

from collections.abc import Iterator
from dataclasses import replace
from math import exp, isfinite

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.places import INSIDE, Part, Split
from eachchild.findings.causes.grades import ByGrades
from eachchild.findings.causes.shared import MUCH, cause_of, hypothesis_of, is_same_way
from eachchild.findings.model import Finding, GapPart, Verdict
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import significant, tenths, whole_percent

_BETWEEN, _SOME = "between_schools", 1e-9


def told_by_places(
    phrases: Phrases, gap: Finding, origins: Origins, grades: ByGrades
) -> Iterator[Finding]:
    """Whether the gap goes with which places students are in, or is there inside them.

    Of a gap that cannot be told by itself it is told where the rates of schools of the same grades
    follow their mix beyond chance, and only then.
    """
    asked = Asked(gap.outcome, gap.group, gap.reference, origins.when(gap.period))
    splits = origins.by_places(asked)
    points, ratios = splits.get("risk_difference"), splits.get("risk_ratio")
    if points is None or not (points.is_known and is_same_way(gap, points.whole)):
        return
    between, inside = _between(points), points.parts[-1]
    told = {"share": between.share, "low": between.low, "high": between.high,
            "inside": inside.share}  # fmt: skip
    finest = points.parts[-2].level
    numbers = {name: whole_percent(part) for name, part in told.items()}
    numbers |= {"places": _named(phrases, finest), "place": _named(phrases, finest, many=False)}
    numbers |= {"group": phrases.group(gap.group), "others": phrases.group(gap.reference)}
    verdict = _verdict(gap, between, grades)
    if gap.verdict != "gap" and verdict != "supported":
        return
    key: str = verdict
    if verdict == "supported" and between.low <= 0:
        key = "followed_only"  # beyond chance, and how much of the gap it is cannot be told
    elif gap.verdict != "gap":
        key = "followed"
    say = phrases.words.say
    parts = tuple(_part(phrases, points, part) for part in points.parts)
    evidence = [say("cause.part_of_gap", label=part.label, points=tenths(part.value),
                    share=whole_percent(part.share)) for part in parts]  # fmt: skip
    ladder = [] if ratios is None else [_ladder(phrases, ratios)]
    yield cause_of(
        gap, _BETWEEN, verdict, period=asked.period,
        measure="risk_difference", estimate=between.value,
        share=None if key == "followed_only" else between.share, parts=parts,
        sentence=say(f"cause.places.{key}", **numbers),
        evidence=(
            *_followed(phrases, gap, grades), say("cause.places.interval", **numbers),
            *evidence, *ladder,
        ),
        hypothesis=hypothesis_of(phrases, _BETWEEN, "cause.places.", numbers),
        caveats=(
            *_not_drawn(phrases, gap),
            say("cause.places.one_group", **numbers), say("caveats.not_cause"),
        ),
    )  # fmt: skip


def _verdict(gap: Finding, between: Part, grades: ByGrades) -> Verdict:
    """As any share; but what goes with grades is no part of schools, and mix can stand for both."""
    split, mix = grades.splits.get(gap.id), grades.mixes.get(gap.id)
    same_grades = between.share if split is None else split.parts[1].share
    if mix is not None and gap.id in grades.sure_of_mix and is_same_way(gap, mix.slope):
        between = replace(between, low=max(between.low, _SOME))
    elif gap.verdict != "gap":
        return "doubtful"
    found = verdict_of_share(between)
    return "doubtful" if found == "supported" and same_grades < MUCH else found


def _not_drawn(phrases: Phrases, gap: Finding) -> Iterator[str]:
    """That the gap itself may be chance, where it may be."""
    if gap.verdict != "gap":
        yield phrases.words.say("cause.places.not_drawn", group=phrases.group(gap.group))


def _followed(phrases: Phrases, gap: Finding, grades: ByGrades) -> Iterator[str]:
    """How rates follow the mix of schools of the same grades, and what is left when grades are."""
    mix, split = grades.mixes.get(gap.id), grades.splits.get(gap.id)
    say = phrases.words.say
    if mix is not None and isfinite(mix.ratio) and (mix.ratio - 1) * mix.slope > 0:
        key = "follows" if mix.slope > 0 else "follows_lower"
        if gap.id not in grades.sure_of_mix:
            key = "follows_by_chance"
        yield say(
            f"cause.places.{key}", ratio=significant(mix.ratio, 2), schools=mix.schools,
            group=phrases.group(gap.group),
        )  # fmt: skip
    if split is not None and isfinite(split.parts[1].share):
        yield say("cause.places.same_grades", share=whole_percent(split.parts[1].share))


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
    levels = [one.level for one in split.parts[:-1]]
    at = len(levels) if part.level == INSIDE else levels.index(part.level)
    key = "inside" if part.level == INSIDE else "within" if at else "first"
    label = phrases.words.say(
        f"cause.part.{key}", places=_named(phrases, levels[min(at, len(levels) - 1)]),
        wider=_named(phrases, levels[at - 1], many=False) if at else "",
    )  # fmt: skip
    return GapPart(part.level, label, part.value, part.share, part.low, part.high)


def _ladder(phrases: Phrases, ratios: Split) -> str:
    """The ratio as it stands, then inside places of each level."""
    return phrases.words.say(
        "cause.places.ladder", ratio=significant(exp(ratios.whole), 3),
        inside="; ".join(
            phrases.words.say("cause.places.inside", places=_named(phrases, level),
                              ratio=significant(exp(left), 3))
            for level, left in ratios.within.items()
        ),
    )  # fmt: skip


def _named(phrases: Phrases, level: str, *, many: bool = True) -> str:
    """The word for places of a level."""
    known = level if phrases.words.has(f"cause.level.{level}.one") else "other"
    return phrases.words.say(f"cause.level.{known}.{'many' if many else 'one'}")
