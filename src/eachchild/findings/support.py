"""What stands behind a gap, and what it does not show."""

from collections.abc import Iterator, Mapping, Sequence

from eachchild.findings.evidence import CLUSTER, WITHIN, About, Row
from eachchild.findings.judging import Changed, Judged
from eachchild.findings.sentences import Telling, margin_words
from eachchild.findings.verdicts import LEVEL
from eachchild.plan import COMPLEMENT
from eachchild.terms.numerals import count, percent, significant
from eachchild.terms.said import of_so_many, points, sentence_case
from eachchild.terms.years import ALL

_RATIO = ("risk_ratio", "mean_ratio")
# What learning English well raises, so that who has it leaves the group.
_LEARNED = frozenset(("proficient", "gpa", "course_failure", "ap_enrolled", "honors_enrolled"))
_CARRIED = {
    "inside schools": "inside",
    "between schools": "between",
    "both": "both",
    "plain": "plain",
}


def evidence_of(
    telling: Telling,
    judged: Sequence[Judged],
    *,
    periods: Sequence[str],
    changes: Mapping[About, Changed],
) -> tuple[str, ...]:
    """The numbers behind a sentence: counts, interval, both comparisons, inside schools, years."""
    if telling.base.estimate is None:
        return ()
    parts = (
        counts_of(telling, telling.base),
        _interval(telling),
        *_sums_alone(telling),
        *_second(telling, judged),
        *_inside(telling),
        *_carried(telling, judged[0]),
        *_beyond_parts(telling, judged),
        *_parity(telling, judged[0]),
        *_level(telling),
        *_pooled(telling, periods),
        *_years(telling, periods),
        *_changed(telling, changes),
    )
    return tuple(sentence_case(p) for p in parts if p)


def caveats_of(telling: Telling, judged: Sequence[Judged]) -> tuple[str, ...]:
    """What a reader might take the numbers to show and must not."""
    return tuple(sentence_case(c) for c in _caveats(telling, judged))


def _caveats(telling: Telling, judged: Sequence[Judged]) -> Iterator[str]:
    say = telling.phrases.words.say
    first = judged[0]
    if len(judged) > 1 and judged[1].verdict != first.verdict:
        yield say(
            "caveats.two_verdicts",
            reference=telling.phrases.group(first.about.reference),
            verdict=_verdict_words(telling, first.verdict),
            other_verdict=_verdict_words(telling, judged[1].verdict),
        )
    if _turns_inside(telling):
        yield say("caveats.turns_inside")
    if telling.outcome.direction == "neither":
        yield say("caveats.neither")
    if first.row.n is not None and first.row.n < 30:
        yield say(telling.counted("caveats.small"), n=count(first.row.n))
    if first.about.group.startswith("el=") and telling.outcome.name in _LEARNED:
        yield say("caveats.left")
    yield say("caveats.not_cause")


def _turns_inside(telling: Telling) -> bool:
    """Whether the gap inside schools surely points the other way."""
    measure = "risk_difference" if telling.outcome.is_rate else "mean_difference"
    row = telling.evidence.row(telling.about, measure, WITHIN)
    if row is None or row.low is None or row.high is None:
        return False
    plain = telling.base.estimate or 0.0
    return row.low > 0 > plain or row.high < 0 < plain


def _verdict_words(telling: Telling, verdict: str) -> str:
    return telling.phrases.words.say(f"verdict.{verdict}", margin=margin_words(telling))


def counts_of(telling: Telling, row: Row) -> str:
    """Who was counted on either side."""
    names = telling.names()
    if row.events is None or row.reference_events is None:
        return ""
    if not telling.outcome.is_rate:
        return telling.phrases.words.say(
            telling.counted("evidence.sums"),
            unit=telling.phrases.unit(telling.outcome.name)
            or telling.phrases.words.say("evidence.on_average"),
            group=names["group"],
            mean=_amount(telling, row.rate),
            n=count(row.n or 0),
            others=sentence_case(names["others"]),
            other_mean=_amount(telling, row.reference_rate),
            other_n=count(row.reference_n or 0),
        )
    return telling.phrases.words.say(
        telling.counted("evidence.counts"),
        group=names["group"],
        events=count(row.events),
        n=count(row.n or 0),
        rate=percent(row.rate),
        others=sentence_case(names["others"]),
        other_events=count(row.reference_events),
        other_n=count(row.reference_n or 0),
        other_rate=percent(row.reference_rate),
    )


def _interval(telling: Telling) -> str:
    measure = telling.scale.measure
    if measure == "cohens_d":
        return _value(telling, telling.about, "mean_difference")
    return _value(telling, telling.about, measure) or _value(
        telling, telling.about, "risk_difference"
    )


def _sums_alone(telling: Telling) -> Iterator[str]:
    if telling.base.low is None:
        yield telling.phrases.words.say("evidence.sum_only")


def _value(telling: Telling, about: About, measure: str, interval: str = "student") -> str:
    """One estimate with its interval, in words."""
    row = telling.evidence.row(about, measure, interval)
    return "" if row is None else value_of(telling, row, measure)


def value_of(telling: Telling, row: Row, measure: str) -> str:
    """An estimate with its interval, in words."""
    if row.estimate is None:
        return ""
    say = telling.phrases.words.say
    if row.low is None or row.high is None:
        return say(f"evidence.{measure}_alone", value=_plain(telling, measure, row.estimate))
    if measure in _RATIO:
        numbers = {"low": significant(row.low), "high": significant(row.high)}
        return say("evidence.ratio", ratio=significant(row.estimate), **numbers)
    if measure == "risk_difference":
        low, high = (f"{100 * x:.1f}" for x in (row.low, row.high))
        return say(
            "evidence.difference", difference=f"{100 * row.estimate:.1f}", low=low, high=high
        )
    difference, low, high = (_amount(telling, x) for x in (row.estimate, row.low, row.high))
    return say("evidence.mean_difference", difference=difference, low=low, high=high)


def _amount(telling: Telling, mean: float) -> str:
    """A mean, or a difference of means, for as many students as the outcome is told for."""
    return significant(mean * telling.outcome.per, 3)


def _second(telling: Telling, judged: Sequence[Judged]) -> Iterator[str]:
    for other in judged[1:]:
        if (other.row.reference_n, other.row.reference_events) == (
            telling.base.reference_n,
            telling.base.reference_events,
        ):
            continue  # of a factor with two values the reference is everybody else
        measure = other.scale.measure if other.scale.measure != "cohens_d" else "mean_difference"
        value = _value(telling, other.about, measure)
        if value:
            key = "everybody_else" if other.about.reference == COMPLEMENT else "reference"
            reference = telling.phrases.group(other.about.reference)
            yield telling.phrases.words.say(
                f"evidence.{key}",
                value=_lower(value),
                **({} if key == "everybody_else" else {"reference": reference}),
            )


def _inside(telling: Telling) -> Iterator[str]:
    measure = "mean_difference" if telling.scale.measure == "cohens_d" else telling.scale.measure
    for interval, key in ((WITHIN, "inside_schools"), ("within_districts", "inside_districts")):
        row = telling.evidence.row(telling.about, measure, interval)
        if row is not None and row.estimate is not None:
            value = _value(telling, telling.about, measure, interval)
            yield telling.phrases.words.say(f"evidence.{key}", value=_lower(value))
    cluster = telling.evidence.row(telling.about, measure, CLUSTER)
    if cluster is not None and cluster.low is not None and cluster.high is not None:
        low, high = (_plain(telling, measure, x) for x in (cluster.low, cluster.high))
        key = "ratio" if measure in _RATIO else measure
        yield telling.phrases.words.say(f"evidence.schools_{key}", low=low, high=high)


def _plain(telling: Telling, measure: str, value: float) -> str:
    if measure == "risk_difference":
        return f"{100 * value:.1f}"
    return significant(value) if measure in _RATIO else _amount(telling, value)


def _carried(telling: Telling, first: Judged) -> Iterator[str]:
    if first.verdict == "gap" and first.tested and first.tested.carried in _CARRIED:
        key = _CARRIED[first.tested.carried]
        q = "< 0.001" if first.tested.q < 0.001 else f"= {first.tested.q:.3f}"
        yield telling.phrases.words.say(f"evidence.carried_{key}", q=q)


def _beyond_parts(telling: Telling, judged: Sequence[Judged]) -> Iterator[str]:
    """How far a crossing is from what its factors add up to, where that is to its harm."""
    for one in judged:
        tested = one.tested
        if one.about.reference != COMPLEMENT or tested is None or not tested.worse_than_parts:
            continue
        say = telling.phrases.words.say
        side = say("gap.more" if tested.excess > 0 else "gap.less")
        yield say(
            "evidence.crossing_worse", excess=_sized(telling, abs(tested.excess)), more_or_less=side
        )


def _parity(telling: Telling, first: Judged) -> Iterator[str]:
    row = telling.evidence.row(telling.about, "students_to_parity")
    gap = telling.evidence.row(telling.about, "risk_difference")
    if first.verdict != "gap" or row is None or gap is None or not row.estimate:
        return
    if gap.low is None or gap.high is None or not gap.n:
        return
    sign = -1 if (gap.estimate or 0) < 0 else 1
    low, high = sorted(max(sign * x * gap.n, 0) for x in (gap.low, gap.high))
    side = telling.outcome.direction
    yield telling.phrases.words.say(
        telling.counted(f"evidence.parity_{side}"),
        others=telling.phrases.group(telling.about.reference),
        group=telling.phrases.group(telling.about.group),
        students=count(row.estimate),
        low=count(round(low)),
        high=count(round(high)),
    )
    if side == "higher":
        yield telling.phrases.words.say("evidence.parity_higher_note")


def _level(telling: Telling) -> Iterator[str]:
    if telling.outcome.is_rate:
        about = About(telling.outcome.name, "", "", telling.about.period)
        row = telling.evidence.row(about, "rate")
        if row is not None and row.estimate is not None:
            yield telling.phrases.words.say(
                telling.counted("evidence.level"),
                rate=of_so_many(telling.phrases.words, row.estimate)[0],
            )


def _pooled(telling: Telling, periods: Sequence[str]) -> Iterator[str]:
    single = [p for p in periods if p != ALL]
    if telling.about.period == ALL and len(single) > 1:
        yield telling.phrases.words.say(
            "evidence.period_pooled", period=single[-1], years=", ".join(single[-3:])
        )


def _years(telling: Telling, periods: Sequence[str]) -> Iterator[str]:
    single = [p for p in periods if p != ALL]
    if len(single) < 2:
        return
    told = []
    measure = telling.scale.measure if telling.outcome.is_rate else "mean_difference"
    for period in single:
        about = About(telling.outcome.name, telling.about.group, telling.about.reference, period)
        row = telling.evidence.row(about, measure)
        if row is not None and row.estimate is not None:
            told.append(f"{period} {_short(telling, measure, row)}")
    if len(told) > 1:
        yield telling.phrases.words.say("evidence.years", years="; ".join(told))


def _changed(telling: Telling, changes: Mapping[About, Changed]) -> Iterator[str]:
    """Whether the gap inside schools grew or shrank, where the years can tell it."""
    moved = changes.get(telling.about)
    if moved is None:
        return
    if moved.q > LEVEL:
        yield telling.phrases.words.say("evidence.change_unknown", since=moved.since)
        return
    after = moved.before + moved.change
    key = "grew" if abs(after) > abs(moved.before) else "shrank"
    if after * moved.before < 0:
        key = "turned"
    numbers = (abs(moved.change), *sorted((abs(moved.low), abs(moved.high))))
    change, low, high = (_sized(telling, number) for number in numbers)
    said = {"change": change, "low": low, "high": high, "since": moved.since}
    yield telling.phrases.words.say(f"evidence.change_{key}", **said)


def _sized(telling: Telling, number: float) -> str:
    """A difference of rates in points, one of means as it is."""
    if telling.outcome.is_rate:
        return points(telling.phrases.words, number)
    return significant(number)


def _short(telling: Telling, measure: str, row: Row) -> str:
    estimate = row.estimate or 0.0
    if measure == "risk_difference":
        sign = "-" if estimate < 0 else ""  # a gap that turned round must show it
        return f"{sign}{points(telling.phrases.words, estimate)}"
    return significant(estimate) if measure in _RATIO else _amount(telling, estimate)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
