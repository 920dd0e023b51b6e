"""Predictability told: the pair of students first, the index beneath, the largest gap beside."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.findings.model import Finding, finding_id
from eachchild.findings.phrases import Phrases
from eachchild.measures.identity import Predicted
from eachchild.measures.predictability.verdict import MARGIN, Road, Showing, road, verdict
from eachchild.terms.numerals import percent, significant
from eachchild.terms.said import sentence_case


@dataclass(frozen=True, slots=True)
class PredictedTold:
    """One outcome's predictability with its words; numbers on the 0 to 100 scale of the index."""

    predicted: Predicted
    showing: Showing
    verdict: str  # gap, no_gap, cannot_tell
    through_school: bool  # identity tells the school, and the school the outcome
    index: float | None
    low: float | None
    high: float | None
    chance_low: float | None
    chance_high: float | None
    sentence: str


def tell_predicted(
    phrases: Phrases, predicted: Predicted, *, q: float | None, total_q: float | None
) -> PredictedTold:
    """Say how well identity tells one outcome.

    `q` is the p-value inside and between schools adjusted over the whole audit, `total_q` that of
    predicting by whatever road.
    """
    if predicted.rate is None:
        return _number_told(phrases, predicted)
    found = predicted.rate
    low, high = (100 * float(x[0]) for x in (found.here.low, found.here.high))
    shows = found.showing in (Showing.NUMBER, Showing.INTERVAL)
    judged = verdict(found.showing, 1.0 if q is None else q, high=high / 100, margin=MARGIN)
    through = str(judged) != "gap" and _through_school(predicted, total_q)
    index = 100 * float(found.here.index[0]) if found.showing is Showing.NUMBER else None
    band = found.evidence.band if found.evidence else None
    told = PredictedTold(
        predicted,
        found.showing,
        str(judged),
        through,
        index,
        low if shows else None,
        high if shows else None,
        0.0 if band is not None and shows else None,
        100 * float(band.high[0]) if band is not None and shows else None,
        "",
    )
    return _with_sentence(phrases, told)


def _through_school(predicted: Predicted, total_q: float | None) -> bool:
    if predicted.rate is None or predicted.rate.evidence is None or total_q is None:
        return False
    tests = predicted.rate.evidence.tests
    taken = road(
        total_q,
        inside=float(tests.inside_p[0]),
        between=float(tests.between.together[0]),
    )
    return taken is Road.SCHOOL


def _with_sentence(phrases: Phrases, told: PredictedTold) -> PredictedTold:
    return PredictedTold(
        told.predicted,
        told.showing,
        told.verdict,
        told.through_school,
        told.index,
        told.low,
        told.high,
        told.chance_low,
        told.chance_high,
        sentence_case(_sentence(phrases, told)),
    )


def _sentence(phrases: Phrases, told: PredictedTold) -> str:
    say, outcome = phrases.words.say, told.predicted.outcome
    words = {
        "factors": factors_in_words(phrases, told.predicted.factors),
        "had": phrases.verb(outcome),
    }
    if told.low is None or told.high is None:
        return say("predict.cannot_tell", **words)
    # An index that may well be 0 is told by its interval: a number would sound like a finding.
    if told.index is None or (told.verdict == "cannot_tell" and not told.through_school):
        low, high = pairs(told.low), pairs(told.high)
        return say("predict.interval_only", low=low, high=high, **words)
    words["pairs"] = pairs(told.index)
    if told.through_school:
        return say("predict.pair_school", **words)
    if told.verdict == "no_gap":
        return say("predict.no_gap", **words)
    return say("predict.pair", **words)


def pairs(index: float) -> str:
    """Of 100 pairs of students how often identity names the right one: 50 for a coin.

    >>> pairs(43.6)
    '72'
    """
    return f"{50 + index / 2:.0f}"


def factors_in_words(phrases: Phrases, factors: Sequence[str]) -> str:
    """The factors as one phrase: `race and ethnicity, sex and disability (IDEA)`."""
    names = [phrases.inline(f) for f in factors]
    if len(names) == 1:
        return names[0]
    return phrases.words.say("predict.and", first=", ".join(names[:-1]), last=names[-1])


def _number_told(phrases: Phrases, predicted: Predicted) -> PredictedTold:
    words = factors_in_words(phrases, predicted.factors)
    if predicted.number is None:
        had = phrases.verb(predicted.outcome)
        key = "sums" if predicted.sums_only else "cannot_tell"
        sentence = phrases.words.say(f"predict.{key}", factors=words, had=had)
        showing, numbers = Showing.CANNOT_TELL, (None, None, None)
    else:
        fit = predicted.number
        numbers = tuple(100 * float(x[0]) for x in (fit.r_squared, fit.low, fit.high))  # type: ignore[assignment]
        sentence = phrases.words.say(
            "predict.mean",
            factors=words,
            share=percent(max(float(fit.r_squared[0]), 0.0)),
            title=_lower(phrases.title(predicted.outcome)),
        )
        showing = Showing.NUMBER
    index, low, high = numbers
    return PredictedTold(
        predicted,
        showing,
        "cannot_tell",
        False,
        index,
        low,
        high,
        None,
        None,
        sentence_case(sentence),
    )


def predicted_finding(phrases: Phrases, told: PredictedTold, largest: str) -> Finding:
    """The finding of one outcome's predictability."""
    say = phrases.words.say
    evidence = []
    if told.index is not None and told.low is not None and told.high is not None:
        numbers = {"low": significant(told.low), "high": significant(told.high)}
        if told.predicted.rate is not None:
            evidence.append(say("predict.index", index=significant(told.index), **numbers))
    if told.chance_high is not None:
        evidence.append(say("predict.chance", high=f"{50 + told.chance_high / 2:.1f}"))
    evidence += [*_shares(phrases, told), largest]
    factors = ";".join(told.predicted.factors)
    return Finding(
        id=finding_id(
            kind="predictability",
            measure="predictability",
            outcome=told.predicted.outcome,
            group=factors,
            reference="chance",
            place="all",
        ),
        rank=0,
        kind="predictability",
        verdict=told.verdict,  # type: ignore[arg-type]
        measure="predictability" if told.predicted.rate is not None else "r_squared",
        outcome=told.predicted.outcome,
        group=factors,
        reference="chance",
        place="all",
        period=told.predicted.period,
        estimate=told.index,
        low=told.low,
        high=told.high,
        n=told.predicted.n,
        events=float(told.predicted.events),
        students_to_parity=None,
        sentence=told.sentence,
        evidence=tuple(sentence_case(e) for e in evidence),
        caveats=tuple(
            sentence_case(say(f"predict.{key}")) for key in ("weighs", "groups_not_children")
        ),
    )


def shares_of(told: PredictedTold) -> dict[str, float]:
    """Each factor's part of what they tell together; below 0 is noise; empty where not known."""
    if told.predicted.rate is None or told.predicted.rate.evidence is None:
        return {}
    shares = told.predicted.rate.evidence.shares
    # Where what counts against it weighs as much as the sum, there is nothing to share out.
    if shares is None or not shares.share.sum() > -np.minimum(shares.share, 0).sum():
        return {}
    parts = (shares.share / shares.share.sum()).tolist()
    return dict(zip(told.predicted.factors, parts, strict=True))


def _shares(phrases: Phrases, told: PredictedTold) -> list[str]:
    shares = shares_of(told)
    if not shares:
        return []
    parts = [
        f"{phrases.inline(f)} {percent(s)}"
        if s > 0
        else f"{phrases.inline(f)}: {phrases.words.say('predict.no_evidence')}"
        for f, s in shares.items()
    ]
    return [phrases.words.say("predict.shares", shares=", ".join(parts))]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
