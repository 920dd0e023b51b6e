"""What a released copy hides, how much of each group, and what stands in its place."""

from collections.abc import Iterator
from dataclasses import dataclass

from eachchild.release.types import Hidden, Nearest, Released
from eachchild.report.names import Names
from eachchild.report.page import HiddenPart, ShownShare
from eachchild.terms.numerals import count, percent
from eachchild.terms.said import as_label


def hidden_part(released: Released, names: Names) -> HiddenPart | None:
    """The part of the page on what is hidden; None where these readers see everything."""
    hidden = released.hidden
    if hidden is None:
        return None
    missing = hidden.counts - hidden.shown
    if not missing:
        said = names.say("hidden.nothing", counts=count(hidden.counts))
        return HiddenPart((said, _approved(hidden, names)), "", (), ())
    numbers = {"shown": count(hidden.shown), "counts": count(hidden.counts)}
    said = names.say("hidden.sentence", hidden=count(missing), **numbers)
    return HiddenPart(
        (said, names.say("hidden.why"), names.say("hidden.instead")),
        names.say("hidden.claim", claim=hidden.claim),
        tuple(_by_factor(released, hidden, names)),
        (names.say("hidden.not_proved"), _approved(hidden, names)),
        names.say("hidden.left_out", tables=count(len(hidden.left_out))),
        hidden.left_out,
    )


def _approved(hidden: Hidden, names: Names) -> str:
    """How many people looked before this went out."""
    if hidden.approvals == 1:
        return names.say("hidden.approved_one")
    return names.say("hidden.approved", approvals=count(hidden.approvals))


def _by_factor(
    released: Released, hidden: Hidden, names: Names
) -> Iterator[tuple[str, tuple[ShownShare, ...]]]:
    for factor in released.factors:
        rows = tuple(
            ShownShare(
                as_label(names.words, factor.groups[one.value]),
                count(one.shown),
                count(one.counts),
                round(100 * one.shown / one.counts),
            )
            for one in hidden.groups
            if one.factor == factor.id and one.value in factor.groups
        )
        if rows:
            yield factor.label, rows


@dataclass(frozen=True, slots=True)
class InPlace:
    """What stands in the place of one hidden number, in a picture, a crossing and a table."""

    phrase: str  # "between 0 and 14 of 57 students (0 to 25 %)"
    brief: str  # "0 to 14 of 57 (0 to 25 %)"
    students: str  # "57"
    events: str  # "0 to 14"
    rate: str  # "0 to 25 %"; another number with its name where this one cannot be told


def in_place(names: Names, one: Nearest) -> InPlace:
    """The nearest number that may be shown, in words."""
    if one.kind == "nothing":
        return InPlace("", "", "", "", "")
    if one.kind == "students":
        said = names.say("nearest.some_students", students=_between(names, one.n))
        return InPlace(
            names.say("nearest.from_shown", students=said), said, _between(names, one.n), "", ""
        )
    rate = _rate(names, one)
    if one.kind == "band" and one.years == 1:
        return InPlace(
            _band(names, one), rate, count(one.n[0]),
            _between(names, one.events), _percent(names, one),
        )  # fmt: skip
    of = _of(names, one)
    said = names.say("nearest.other", of=of, rate=rate)
    return InPlace(said, said, "", "", names.say("nearest.other", of=of, rate=_percent(names, one)))


def _band(names: Names, one: Nearest) -> str:
    """Between so many and so many of so many students."""
    low, high = map(count, one.events)
    return names.say(
        "nearest.band", low=low, high=high, n=count(one.n[0]), rate=_percent(names, one)
    )


def _of(names: Names, one: Nearest) -> str:
    """Whom and when another number is about."""
    if one.kind == "wider":
        return names.group(one.group)
    if one.kind == "year":
        return one.period
    return names.say("nearest.years", years=one.years)


def _between(names: Names, ends: tuple[int, int]) -> str:
    low, high = map(count, ends)
    return low if low == high else names.say("figure.bounds", low=low, high=high)


def _percent(names: Names, one: Nearest) -> str:
    low, high = (percent(events / one.n[0]) for events in one.events)
    if low == high:
        return low
    return names.say("figure.bounds", low=low.removesuffix(" %"), high=high)


def _rate(names: Names, one: Nearest) -> str:
    """So many of so many, or at least and at most so many."""
    numbers = {"events": _between(names, one.events), "n": count(one.n[0])}
    return names.say("nearest.rate", rate=_percent(names, one), **numbers)
