"""In which moment (what, where, when) a gap in referrals is made, or that none stands out."""

from collections.abc import Iterator, Mapping
from math import isfinite

from eachchild.causes.moments import ANY, OWN, Moments, shrunken_ratios
from eachchild.causes.referrals import MOMENT, UNTOLD, FoundMoments
from eachchild.findings.causes.shared import LEVEL, MUCH, cause_of, hypothesis_of
from eachchild.findings.model import Finding, GapMoment
from eachchild.findings.phrases import Phrases
from eachchild.terms.numerals import count, significant, whole_percent
from eachchild.terms.years import ALL

_CAUSE = "moment"
_HOUR = "hour"
_GRID = ("location", _HOUR)
_TOLD = 12  # moments that a reader is shown
_SMALL = 1.25  # a ratio of referrals below which there is no gap of them to part


def told_by_moments(
    phrases: Phrases, gap: Finding, found: FoundMoments | None, q: float, *, of_referrals: bool
) -> Iterator[Finding]:
    """Whether one moment has more of the gap in referrals than an even gap would give it.

    `q` is that of the surest moment among all groups; `of_referrals`: the gap is one in referrals.
    """
    if q > LEVEL or not has_gap(found) or found is None:
        return
    told = [at for at in range(len(found.ranking.moments.p)) if _is_moment(found, at)]
    best = next((at for at in told if _stands_out(found.ranking.moments, at)), None)
    if best is None:
        return
    yield _told(phrases, gap, found, best, told, of_referrals=of_referrals)


def has_gap(found: FoundMoments | None) -> bool:
    """Whether there is a gap in referrals to part."""
    return found is not None and bool(found.ranking.ratio[0] >= _SMALL)


def surest(found: FoundMoments) -> float:
    """The least q of a moment, in both of its tests."""
    moments = found.ranking.moments
    both = [
        max(float(moments.q[at]), float(moments.q_more[at]))
        for at in range(len(moments.p)) if _is_moment(found, at)
    ]  # fmt: skip
    return min(both, default=1.0)


def _is_moment(found: FoundMoments, at: int) -> bool:
    """Whether every word of it says something."""
    return not UNTOLD.intersection(found.said(at).values())


def _stands_out(moments: Moments, at: int) -> bool:
    """Much of the gap, more than an even gap would give it, and beyond chance in both ways."""
    return bool(
        moments.q[at] <= LEVEL and moments.q_more[at] <= LEVEL
        and moments.share[at] >= MUCH and moments.share[at] > moments.even_share[at]
    )  # fmt: skip


def _told(
    phrases: Phrases, gap: Finding, found: FoundMoments, best: int, told: list[int], *,
    of_referrals: bool,
) -> Finding:  # fmt: skip
    say, moments = phrases.words.say, found.ranking.moments
    said = found.said(best)
    against = moments.against_rest
    words = {
        "moment": named(phrases, said), "share": whole_percent(moments.share[best]),
        "even": whole_percent(moments.even_share[best]),
        "group": phrases.group(gap.group), "others": phrases.group(gap.reference),
        "inside": _ratio(shrunken_ratios(found.ranking)[best]),
        "outside": _ratio(moments.outside[best]),
        "referrals": count(int(moments.group[best])),
        "usual": count(round(moments.group[best] - moments.fewer[best])),
        "part": whole_percent(moments.referral_share[best]),
        "against": _ratio(against.ratio[best]), "low": _ratio(against.low[best]),
        "high": _ratio(against.high[best]),
    }  # fmt: skip
    return cause_of(
        gap, _CAUSE, "supported", period=ALL,
        measure="risk_ratio", estimate=float(moments.inside[best]),
        share=float(moments.share[best]) if of_referrals else None,
        at=";".join(f"{k}={v}" for k, v in said.items()),
        moments=tuple(_row(phrases, found, at) for at in _first(told, best)),
        grid=tuple(_row(phrases, found, at) for at in _of_grid(found)),
        sentence=say("cause.moment.supported", **words),
        evidence=(
            say("cause.moment.precise", **words), *_at_schools(phrases, words, moments, best),
            *_hours_beside(phrases, words, found, best), say("cause.moment.against", **words),
            say("cause.moment.even", **words),
        ),
        hypothesis=hypothesis_of(
            phrases, _CAUSE, "cause.moment.", words | {"span": _span(phrases, found, best)}
        ),
        caveats=(say("cause.moment.picked"), say("cause.records"), say("cause.moment.cuts"),
                 say("caveats.not_cause")),
    )  # fmt: skip


def _at_schools(
    phrases: Phrases, words: Mapping[str, str], moments: Moments, best: int
) -> Iterator[str]:
    """At how many schools the same is seen, so that each can look for its own."""
    if moments.schools[best] > 1:
        yield phrases.words.say(
            "cause.moment.schools", schools=count(int(moments.schools[best])),
            higher=count(int(moments.higher[best])), own=count(OWN), **words,
        )  # fmt: skip


def _hours_beside(
    phrases: Phrases, words: Mapping[str, str], found: FoundMoments, best: int
) -> Iterator[str]:
    """The hours before and after in which the same is seen: a lesson seldom ends with the hour."""
    moments = found.ranking.moments
    for at in _beside(found, best):
        yield phrases.words.say(
            "cause.moment.beside", group=words["group"], moment=named(phrases, found.said(at)),
            referrals=count(int(moments.group[at])), ratio=_ratio(moments.inside[at]),
        )  # fmt: skip


def _beside(found: FoundMoments, best: int) -> list[int]:
    """The same act or place in the hours next to it, where the ratio is at least half as large."""
    moments, said = found.ranking.moments, found.said(best)
    if not said.get(_HOUR, "").isdecimal():
        return []
    hours = {str(int(said[_HOUR]) + step).zfill(len(said[_HOUR])) for step in (-1, 1)}
    return sorted(
        (
            at for at in range(len(moments.p))
            if (own := found.said(at)).get(_HOUR) in hours
            and {**own, _HOUR: ""} == {**said, _HOUR: ""}
            and max(moments.q[at], moments.q_more[at]) <= LEVEL
            and moments.inside[at] >= moments.inside[best] / 2
        ),
        key=lambda at: found.said(at)[_HOUR],
    )  # fmt: skip


def _span(phrases: Phrases, found: FoundMoments, best: int) -> str:
    """The moment in words, with the hours beside it that are alike."""
    said = found.said(best)
    hours = sorted([said.get(_HOUR, ""), *(found.said(at)[_HOUR] for at in _beside(found, best))])
    parts = [
        phrases.words.say("cause.moment.hours", first=hours[0], last=hours[-1])
        if name == _HOUR and len(hours) > 1 else _part_named(phrases, name, word)
        for name, word in said.items()
    ]  # fmt: skip
    return ", ".join(parts)


def _first(told: list[int], best: int) -> list[int]:
    """The surest moments, the one that is told among them."""
    first = told[:_TOLD]
    return first if best in first else [best, *first[:-1]]


def _of_grid(found: FoundMoments) -> Iterator[int]:
    """Every pair of a place and an hour that was tested, whatever was done there."""
    said = [name in _GRID for name in MOMENT]
    for at, values in enumerate(found.ranking.moments.values):
        if ((values != ANY) == said).all():
            yield at


def named(phrases: Phrases, said: Mapping[str, str]) -> str:
    """A moment in words: for “defiance”, in the classroom, from 10:00 to 10:59."""
    return ", ".join(_part_named(phrases, name, word) for name, word in said.items())


def _part_named(phrases: Phrases, name: str, word: str) -> str:
    """A place by its name where the word is a common one, else as the district writes it."""
    known = f"cause.at.{word}"
    if name == "location" and phrases.words.has(known):
        return phrases.words.say(known)
    return phrases.words.say(f"cause.moment.{name}", word=word)


def _ratio(number: float) -> str:
    return significant(float(number), 2) if isfinite(number) else "–"


def _row(phrases: Phrases, found: FoundMoments, at: int) -> GapMoment:
    moments = found.ranking.moments
    said = found.said(at)
    return GapMoment(
        ";".join(f"{k}={v}" for k, v in said.items()), named(phrases, said),
        int(moments.group[at]), int(moments.others[at]), float(moments.share[at]),
        float(moments.even_share[at]), float(moments.inside[at]), float(moments.outside[at]),
        float(moments.q[at]),
    )  # fmt: skip
