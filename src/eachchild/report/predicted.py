"""The first page's rows: how well identity tells each outcome, as a pair of students."""

from dataclasses import replace

from eachchild.release.types import PredictabilityCard, Released
from eachchild.report.charts.tracks import Track, track
from eachchild.report.names import Names
from eachchild.report.page import Predicted
from eachchild.terms.numerals import count
from eachchild.terms.said import sentence_case
from eachchild.terms.states import State
from eachchild.terms.years import ALL

_WIDE, _PHONE = 460, 340
_TOLD = 0.005  # of what factors tell together; less prints as 0 %


def predicted_rows(
    released: Released, names: Names
) -> tuple[tuple[Predicted, ...], tuple[Predicted, ...]]:
    """Rates first, on the scale of pairs; means apart, on a scale of their own."""
    rows = [(c.is_rate, _row(names, c)) for c in latest_cards(released) if _is_told(released, c)]
    return (
        tuple(row for is_rate, row in rows if is_rate),
        tuple(row for is_rate, row in rows if not is_rate),
    )


def unpredicted(released: Released, names: Names) -> str:
    """The outcomes of a released copy for which too little is shown: named once, without a row."""
    cards = latest_cards(released)
    left = [c for c in cards if not _is_told(released, c)]
    if len(left) == len(cards):
        return ""  # the answer says so of all of them
    titles = ", ".join(names.outcomes[card.outcome].title for card in left)
    return names.say("predicted.hidden", titles=titles) if titles else ""


def _is_told(released: Released, card: PredictabilityCard) -> bool:
    return released.hidden is None or card.low is not None


def latest_cards(released: Released) -> list[PredictabilityCard]:
    """One card an outcome, in the plan's order: the latest year, pooled years only without one."""
    found: dict[str, PredictabilityCard] = {}
    for card in sorted(released.predictability, key=lambda c: (c.period != ALL, c.period)):
        found[card.outcome] = card
    return [replace(found[o.name], is_rate=o.is_rate) for o in released.outcomes if o.name in found]


def _row(names: Names, card: PredictabilityCard) -> Predicted:
    picture = _track(names, card)
    return Predicted(
        target=f"o-{card.outcome}",
        title=names.outcomes[card.outcome].title,
        sentence=_ended(sentence_case(card.sentence)),
        verdict=names.say(f"predicted.verdict_{card.verdict}"),
        about=_about(names, card),
        gap=sentence_case(card.largest_gap),
        alt=_alt(names, card),
        wide=track(picture, _WIDE),
        phone=track(picture, _PHONE),
    )


def pairs(index: float) -> float:
    """The index as pairs in a hundred: 100 AUC.

    >>> pairs(44.0)
    72.0
    """
    return 50 + index / 2


def _track(names: Names, card: PredictabilityCard) -> Track:
    kind, ends = ("pairs", (50.0, 100.0)) if card.is_rate else ("share", (0.0, 100.0))
    drawn = card.state in (State.REPORTED, State.COARSE)
    value = _scaled(card, card.index) if card.state == State.REPORTED else None
    interval = _both(card, card.low, card.high) if drawn else None
    return Track(
        low_end=(ends[0], names.say(f"predicted.{kind}_low")),
        high_end=(ends[1], names.say(f"predicted.{kind}_high")),
        value=value,
        shown=_shown(names, card, value, interval),
        interval=interval,
        chance=_both(card, card.chance_low, card.chance_high),
        last=_scaled(card, card.last_index),
        last_label=names.say("predicted.last"),
        lit=card.verdict == "gap",
        is_open=card.verdict == "cannot_tell",
        unknown="" if drawn else names.say("tag.cannot_tell").lower(),
    )


def _scaled(card: PredictabilityCard, index: float | None) -> float | None:
    if index is None:
        return None
    return pairs(index) if card.is_rate else index


def _both(
    card: PredictabilityCard, low: float | None, high: float | None
) -> tuple[float, float] | None:
    ends = _scaled(card, low), _scaled(card, high)
    return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])


def _shown(
    names: Names,
    card: PredictabilityCard,
    value: float | None,
    interval: tuple[float, float] | None,
) -> str:
    kind = "pairs" if card.is_rate else "share"
    if value is not None:
        told = names.say(f"predicted.{kind}_value", value=_whole(value))
        unsure = names.say("tag.cannot_tell").lower()
        return f"{told}, {unsure}" if card.verdict == "cannot_tell" else told
    if interval is not None:
        low, high = map(_whole, interval)
        return names.say("figure.bounds", low=low, high=high)
    return ""


def _whole(value: float) -> str:
    return f"{value:.0f}"


def _about(names: Names, card: PredictabilityCard) -> str:
    """The index beneath its pair, and of how many students it speaks."""
    lines = [_index(names, card)] if card.state == State.REPORTED and card.is_rate else []
    if card.is_rate:
        lines.append(names.say("predicted.people", events=count(card.events), n=count(card.n)))
    else:
        lines.append(names.say("predicted.people_mean", n=count(card.n)))
    return " · ".join(lines)


def shares(names: Names, card: PredictabilityCard) -> str:
    """What each factor has of what they tell together; empty where that cannot be told."""
    if len(card.shares) < 2:  # one factor tells all there is to tell
        return ""
    largest_first = sorted(card.shares.items(), key=lambda s: (-s[1], s[0]))
    told = [f"{names.factor(f)} {100 * part:.0f} %" for f, part in largest_first if part >= _TOLD]
    if not told:
        return ""
    # Freed of what chance adds, a share of nothing falls on either side of 0.
    rest = [names.factor(f) for f, part in largest_first if part < _TOLD]
    if rest:
        told.append(names.say("predicted.no_share", factors=", ".join(rest)))
    return names.say("predicted.shares", shares=", ".join(told))


def _index(names: Names, card: PredictabilityCard) -> str:
    index = _whole(card.index or 0.0)
    if card.low is None or card.high is None:
        return names.say("predicted.index_alone", index=index)
    return names.say("predicted.index", index=index, low=_whole(card.low), high=_whole(card.high))


def _alt(names: Names, card: PredictabilityCard) -> str:
    lines = [_ended(sentence_case(card.sentence))]
    chance = _both(card, card.chance_low, card.chance_high)
    interval = _both(card, card.low, card.high)
    if interval is not None:
        low, high = map(_whole, interval)
        lines.append(names.say("predicted.alt_interval", low=low, high=high))
    if chance is not None:
        low, high = map(_whole, chance)
        lines.append(names.say("predicted.alt_chance", low=low, high=high))
    last = _scaled(card, card.last_index)
    if last is not None:
        lines.append(names.say("predicted.alt_last", last=_whole(last)))
    return " ".join(lines)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."
