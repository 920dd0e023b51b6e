"""What progress writes: offers for findings, and verdicts on goals, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass

from eachchild.progress.audited import Audited
from eachchild.progress.model import Goal, Verdict
from eachchild.progress.offers import Offer, offers_of
from eachchild.progress.picture import Picture, picture_of
from eachchild.progress.said import Say
from eachchild.progress.told import (
    Told,
    baseline_sentence,
    seen_sentence,
    target_sentence,
    told,
)
from eachchild.progress.verdict import Judged, Reason, judge
from eachchild.progress.watch import Asked, Watcher
from eachchild.terms.outcomes import Outcome, built_in

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Answered:
    """One goal with its verdict, in words and as what its picture shows."""

    goal: Goal
    asked: Asked
    judged: Judged
    told: Told
    picture: Picture


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything that is said of an audit's progress."""

    audited: Audited
    offers: tuple[Offer, ...]
    answered: tuple[Answered | Goal, ...]  # as the goals stand; of a bare one nothing is told


def progress_of(audited: Audited, goals: Sequence[Goal]) -> Progress:
    """Offers for the findings of an audit, and verdicts on its goals."""
    watcher = Watcher(audited)
    offers = tuple(offers_of(audited, watcher))
    answered: list[Answered | Goal] = []
    for goal in goals:
        asked = watcher.ask(goal)
        if asked is None:
            answered.append(goal)
            continue
        judged = judge(asked.goal, asked.watched, baseline=asked.baseline)
        say = say_of(audited, goal.outcome, goal.group, goal.reference)
        words = told(asked, judged, say, internal=audited.is_whole)
        picture = picture_of(asked, words.sentence, say)
        answered.append(Answered(goal, asked, judged, words, picture))
    return Progress(audited, offers, tuple(answered))


def say_of(audited: Audited, outcome: str, group: str, reference: str) -> Say:
    """The words of one comparison."""
    known = audited.outcomes.get(outcome) or built_in().get(outcome)
    return Say(audited.phrases, known or Outcome(outcome, "neither"), group, reference)


def offer_value(audited: Audited, offer: Offer) -> dict[str, object]:
    """One offer as the file holds it."""
    say = say_of(audited, offer.outcome, offer.group, offer.reference)
    periods = tuple(p for p in audited.periods if p <= max(offer.chosen_on))
    base = offer.baseline
    return {
        "finding": offer.finding, "screen": offer.screen, "outcome": offer.outcome,
        "group": offer.group, "reference": offer.reference, "place": offer.place,
        "chosen_on": list(offer.chosen_on), "begins": offer.begins,
        "direction": audited.outcomes[offer.outcome].direction,
        "baseline": None if base is None else {
            "events": base.events, "n": base.n, "rate": _number(base.rate),
            "low": _number(base.low), "high": _number(base.high), "raw": _number(base.raw),
            "sentence": baseline_sentence(offer, say, periods),
        },
        "reference_rate": None if offer.reference_rate is None else _number(offer.reference_rate),
        "targets": [
            {
                "share": one.share, "rate": _number(one.rate), "students": one.students,
                "sentence": target_sentence(offer, one, say), "seen_by": one.seen_by,
                "seen": seen_sentence(one, say), "feasible": one.feasible,
            }
            for one in offer.targets
        ],
        "balancing": [{"id": name, "label": say.measure(name)} for name in offer.balancing],
        "why_not": say.say(offer.why_not) if offer.why_not else "",
    }  # fmt: skip


def verdict_value(answered: Answered, *, picture: str, table: str) -> dict[str, object]:
    """One verdict as the file holds it; `picture` and `table` are painted by the report."""
    words, judged = answered.told, answered.judged
    return {
        "goal": answered.goal.id, "verdict": judged.verdict.value, "reason": judged.reason.value,
        "sentence": words.sentence, "whose": words.whose, "evidence": list(words.evidence),
        "caveats": list(words.caveats), "next": words.next, "picture": picture, "table": table,
    }  # fmt: skip


def _number(value: float) -> float:
    """Rounded where floating sums of two machines may differ."""
    return float(f"{value:.10g}")


def untold_value(audited: Audited, goal: Goal) -> dict[str, object]:
    """A goal of which these counts tell nothing at all: hidden, or never collected."""
    say = say_of(audited, goal.outcome, goal.group, goal.reference)
    return {
        "goal": goal.id, "verdict": Verdict.CANNOT_TELL.value, "reason": Reason.HIDDEN.value,
        "sentence": say.say("progress.title.hidden"), "whose": "", "evidence": [],
        "caveats": [say.say("progress.caveat.not_why")],
        "next": say.say("progress.next.cannot_tell"), "picture": "", "table": "",
    }  # fmt: skip
