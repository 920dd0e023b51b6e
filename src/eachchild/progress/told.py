"""Verdicts and offers as sentences: whose rate moved, from what to what, and what to ask next."""

from collections.abc import Iterator
from dataclasses import dataclass

from eachchild.progress.baseline import Baseline
from eachchild.progress.comparison import CompareState
from eachchild.progress.estimate import Estimate
from eachchild.progress.model import Verdict
from eachchild.progress.offers import Offer, Target
from eachchild.progress.periods import split
from eachchild.progress.power import earliest
from eachchild.progress.said import Say, last_known
from eachchild.progress.verdict import Beside, Judged, Reason, Whose
from eachchild.progress.watch import Asked
from eachchild.terms.numerals import count

_TITLES = {
    Verdict.IMPROVING: "progress.title.improving",
    Verdict.NO_CHANGE: "progress.title.no_change",
    Verdict.WORSE: "progress.title.worse",
}
_UNTOLD = {
    Reason.TOO_FEW_BEFORE: "progress.title.too_few_before",
    Reason.TOO_FEW: "progress.title.too_few",
    Reason.WITHIN_CHANCE: "progress.title.within_chance",
    Reason.BALANCING_WORSE: "progress.title.balancing_worse",
    Reason.OTHERS_DID_WORSE: "progress.title.others_worse",
    Reason.HIDDEN: "progress.title.hidden",
}
_NEXT = {
    Verdict.IMPROVING: "progress.next.improving",
    Verdict.NO_CHANGE: "progress.next.no_change",
    Verdict.WORSE: "progress.next.worse",
    Verdict.CANNOT_TELL: "progress.next.cannot_tell",
}
_PARTS = {
    0.25: "progress.offer.quarter",
    0.5: "progress.offer.half",
    0.75: "progress.offer.three_quarters",
    1.0: "progress.offer.whole",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One verdict in words; the first sentence is the title of its picture."""

    sentence: str
    whose: str
    evidence: tuple[str, ...]
    caveats: tuple[str, ...]
    next: str


def told(asked: Asked, judged: Judged, say: Say, *, internal: bool) -> Told:
    """Tell a verdict."""
    by = _seen_by(asked)
    return Told(
        sentence=_title(asked, judged, say, by),
        whose=_whose(judged, say),
        evidence=tuple(_evidence(asked, judged, say, by)),
        caveats=tuple(_caveats(asked, judged, say, internal)),
        next=say.say(_NEXT[judged.verdict]),
    )


def _whose(judged: Judged, say: Say) -> str:
    """Whose rate moved; where the verdict is none, no more than may have."""
    if not judged.now.known:
        return ""
    moved = judged.whose in (Whose.GROUP, Whose.BOTH)
    if moved and judged.reason in (Reason.WITHIN_CHANCE, Reason.TOO_FEW):
        return say.say("progress.whose.unsure")
    return say.say(f"progress.whose.{judged.whose.value}")


def _seen_by(asked: Asked) -> str:
    """When a change of the size aimed at could be seen; empty where it hardly can."""
    goal, series = asked.goal, asked.watched.group
    return earliest(series, goal.target, begins=goal.begins, baseline=asked.baseline)


def _title(asked: Asked, judged: Judged, say: Say, by: str) -> str:
    if judged.reason is Reason.TOO_EARLY:
        monthly = asked.watched.group.is_monthly
        after = int(split(asked.watched.group, asked.goal.begins).after.sum())
        counted = say.counted(after, monthly)
        if not by or by <= last_known(asked.watched.group):
            return say.say("progress.title.too_early_ever", counted=counted)
        return say.say("progress.title.too_early", counted=counted, by=say.by(by))
    if judged.verdict is Verdict.CANNOT_TELL:
        key = _UNTOLD[judged.reason]
    elif judged.reason is Reason.OTHERS_DID_WORSE:
        key = "progress.title.others_did_worse"
    else:
        key = _TITLES[judged.verdict]
    return say.say(key, **_numbers(judged, say)) if judged.now.known else say.say(key)


def _numbers(judged: Judged, say: Say) -> dict[str, str]:
    """What a title says: the rate now and before, and how the others' moved."""
    return {
        "did": say.did(judged.now.value),
        "before": say.rate(judged.raw),
        "when": say.when(judged.after[0], judged.after[-1]),
        "others": _others(judged, say),
        "beside": ", ".join(say.measure(b.name) for b in judged.balancing if b.worsened),
    }


def _others(judged: Judged, say: Say) -> str:
    then, now = judged.reference_then, judged.reference_now
    named = say.named(say.reference)
    words = say.phrases.words
    if not (then.known and now.known):
        return words.say("progress.others.unknown", others=named)
    moved = judged.whose.value in ("reference", "both")
    if not moved:
        return words.say("progress.others.stayed", others=named, now=say.rate(now.value))
    values = {"others": named, "then": say.rate(then.value), "now": say.rate(now.value)}
    if now.value < then.value:
        return words.say("progress.others.fell", **values)
    return words.say("progress.others.rose", **values)


def _evidence(asked: Asked, judged: Judged, say: Say, by: str) -> Iterator[str]:
    if judged.now.known:
        yield from _then_and_now(asked, judged, say)
        yield from _beside_others(judged, say)
    for signal in judged.signals:
        words = say.phrases.words.say(f"progress.signal.{signal.value}")
        yield say.say("progress.evidence.signal", signal=words)
    for one in judged.balancing:
        yield _balancing(one, say)
    yield from _schools(judged, say)
    if judged.verdict is Verdict.CANNOT_TELL and judged.reason is not Reason.TOO_EARLY:
        if by:
            yield say.say("progress.evidence.seen", by=say.by(by))
        else:
            yield say.say("progress.evidence.unseen")


def _then_and_now(asked: Asked, judged: Judged, say: Say) -> Iterator[str]:
    is_count, monthly = asked.watched.group.is_count, asked.watched.group.is_monthly
    yield say.say(
        "progress.evidence.before_count" if is_count or monthly else "progress.evidence.before",
        rate=say.rate(judged.raw), events=count(judged.events_before), n=count(judged.n_before),
        first=say.time(judged.before[0]), last=say.time(judged.before[-1]),
    )  # fmt: skip
    then = judged.baseline
    if then.known and say.rate(then.value) != say.rate(judged.raw):
        yield say.say("progress.evidence.shrunken", rate=say.rate(then.value), **_ends(then, say))
    key = "progress.evidence.now"
    if is_count:
        key = "progress.evidence.now_count"
    elif monthly:
        key = "progress.evidence.now_months"
    yield say.say(
        key, begins=say.time(judged.after[0]), rate=say.rate(judged.now.value),
        events=count(judged.events_after), n=count(judged.n_after), **_ends(judged.now, say),
    )  # fmt: skip


def _beside_others(judged: Judged, say: Say) -> Iterator[str]:
    then, now, change = judged.reference_then, judged.reference_now, judged.gap_change
    if then.known and now.known:
        yield say.say(
            "progress.evidence.others", then=say.rate(then.value), now=say.rate(now.value)
        )
    if judged.gap_then.known and judged.gap_now.known and change.known:
        yield say.say(
            "progress.evidence.gap",
            then=say.difference(judged.gap_then.value), now=say.difference(judged.gap_now.value),
            low=say.signed(change.low), high=say.signed(change.high),
        )  # fmt: skip


def _balancing(one: Beside, say: Say) -> str:
    if not one.change.known:
        key = "progress.evidence.beside_unknown"
    elif one.worsened:
        key = "progress.evidence.beside_worse"
    else:
        key = "progress.evidence.beside_same"
    return say.say(key, measure=say.measure(one.name))


def _schools(judged: Judged, say: Say) -> Iterator[str]:
    schools = judged.schools
    if schools.state is CompareState.NO_SCHOOLS:
        return
    if schools.state is not CompareState.COMPARED:
        yield say.say("progress.evidence.compared_few")
        return
    yield say.phrases.words.say(
        "progress.evidence.compared", here=schools.here, others=schools.others,
        change=say.signed(schools.change.value), low=say.signed(schools.change.low),
        high=say.signed(schools.change.high),
    )  # fmt: skip
    if judged.mixed.state is CompareState.COMPARED:
        yield say.phrases.words.say(
            "progress.evidence.mixed", others=judged.mixed.others,
            change=say.signed(judged.mixed.change.value),
            as_far=round(judged.mixed.p * (judged.mixed.others + 1)) - 1,
        )  # fmt: skip


def _ends(estimate: Estimate | Baseline, say: Say) -> dict[str, str]:
    return {"low": say.rate(estimate.low), "high": say.rate(estimate.high)}


def _caveats(asked: Asked, judged: Judged, say: Say, internal: bool) -> Iterator[str]:
    if judged.reason is Reason.GAP_WIDER:
        yield say.say("progress.caveat.gap_wider")
    yield say.say("progress.caveat.not_why")
    series = asked.watched.group
    if say.outcome.mean == "oss_days":
        yield say.say("progress.caveat.days_together")
    if series.is_monthly:
        yield say.say("progress.caveat.unlike_target")
        if not series.is_count:
            yield say.say("progress.caveat.months_enrolled")
    else:
        yield say.say("progress.caveat.years_only")
    if not internal:
        yield say.say("progress.caveat.copy")


def baseline_sentence(offer: Offer, say: Say, periods: tuple[str, ...]) -> str:
    """What was counted, and what is to be expected without any change."""
    base = offer.baseline
    if base is None or not base.known:
        return ""
    first, last = periods[0], periods[-1]
    if not say.outcome.is_rate:
        key = "progress.offer.counted_days"
    else:
        key = "progress.offer.counted" if first != last else "progress.offer.counted_one"
    counted = say.say(
        key, did=say.did(base.raw), events=count(base.events), n=count(base.n),
        first=first, last=last,
    )  # fmt: skip
    ends = _ends(base, say)
    if say.rate(base.rate) == say.rate(base.raw):
        return f"{counted}. {say.say('progress.offer.expected_same', **ends)}"
    return f"{counted}. {say.say('progress.offer.expected', rate=say.rate(base.rate), **ends)}"


def target_sentence(offer: Offer, target: Target, say: Say) -> str:
    """From which rate to which, and how many students a year that is, whoever they are."""
    base = offer.baseline
    rates = {
        "from_rate": say.rate(base.rate if base else 0.0), "rate": say.rate(target.rate),
    }  # fmt: skip
    sentence = say.say(_PARTS[target.share], **rates)
    if not say.outcome.is_rate:
        key = "progress.offer.fewer_days"
    else:
        key = "progress.offer.fewer" if offer.lower_is_better else "progress.offer.more"
    return say.say(key, sentence=sentence, n=count(target.students))


def seen_sentence(target: Target, say: Say) -> str:
    """By when a change of this size could be seen."""
    if not target.seen_by:
        return say.say("progress.offer.unseen")
    return say.say("progress.offer.seen", by=say.by(target.seen_by))
