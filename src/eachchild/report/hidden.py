"""What a released copy hides, how much of each group, and what stands in a hidden number's place."""

from collections.abc import Iterator

from eachchild.release.types import Hidden, Nearest, Released
from eachchild.report.names import Names, sentence_case
from eachchild.report.page import HiddenPart, ShownShare
from eachchild.terms.numerals import count, percent
from eachchild.terms.years import ALL


def hidden_part(released: Released, names: Names) -> HiddenPart | None:
    """The part of the page on what is hidden; None where these readers see everything."""
    hidden = released.hidden
    if hidden is None:
        return None
    missing = hidden.counts - hidden.shown
    if not missing:
        said = names.say("hidden.nothing", counts=count(hidden.counts))
        return HiddenPart((said,), "", (), ())
    numbers = {"shown": count(hidden.shown), "counts": count(hidden.counts)}
    said = names.say("hidden.sentence", hidden=count(missing), **numbers)
    return HiddenPart(
        (said, names.say("hidden.why"), names.say("hidden.instead")),
        names.say("hidden.claim", claim=hidden.claim),
        tuple(_by_factor(released, hidden)),
        (names.say("hidden.not_proved"),),
    )


def _by_factor(
    released: Released, hidden: Hidden
) -> Iterator[tuple[str, tuple[ShownShare, ...]]]:
    for factor in released.factors:
        rows = tuple(
            ShownShare(
                sentence_case(factor.groups[one.value]),
                count(one.shown),
                count(one.counts),
                round(100 * one.shown / one.counts),
            )
            for one in hidden.groups
            if one.factor == factor.id and one.value in factor.groups
        )
        if rows:
            yield factor.label, rows


def nearest_words(names: Names, one: Nearest, hidden: Hidden) -> str:
    """What stands in the place of one hidden number; empty where nothing may be said."""
    if one.kind == "nothing":
        return ""
    if one.kind == "students":
        low, high = map(count, one.n)
        return names.say("nearest.students", low=low, high=high)
    rate = _rate(names, one)
    if one.kind == "wider":
        return names.say("nearest.wider", group=names.group(one.group), rate=rate)
    if one.kind == "band" and one.period != ALL:
        return names.say("nearest.band", rate=rate)
    if one.kind == "year":
        return names.say("nearest.year", period=one.period, rate=rate)
    return names.say("nearest.years", years=len(hidden.periods), rate=rate)


def _rate(names: Names, one: Nearest) -> str:
    """So many of so many, or at least and at most so many."""
    (low, high), (n, _) = one.events, one.n
    if low == high:
        return names.say("nearest.exact", events=count(low), n=count(n), rate=percent(low / n))
    rates = {
        "low_rate": percent(low / n).removesuffix(" %"),
        "high_rate": percent(high / n),
    }
    return names.say("nearest.between", low=count(low), high=count(high), n=count(n), **rates)
