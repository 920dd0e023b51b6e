"""The sentence of a gap: which form of words fits, and the numbers in it."""

from dataclasses import dataclass

from eachchild.findings.evidence import About, Evidence, Row
from eachchild.findings.phrases import Phrases
from eachchild.findings.verdicts import LEVEL, Scale, Verdict
from eachchild.terms.numerals import count, significant
from eachchild.terms.outcomes import Outcome
from eachchild.terms.said import of_so_many, points, sentence_case, times
from eachchild.terms.states import State
from eachchild.terms.years import ALL


@dataclass(frozen=True, slots=True)
class Telling:
    """One comparison about to be told."""

    phrases: Phrases
    evidence: Evidence
    outcome: Outcome
    about: About
    scale: Scale

    @property
    def base(self) -> Row:
        """The plain difference, which is known wherever a comparison is."""
        measure = "risk_difference" if self.outcome.is_rate else "mean_difference"
        row = self.evidence.row(self.about, measure)
        if row is None:
            raise KeyError(f"no {measure} for {self.about}")
        return row

    def counted(self, key: str) -> str:
        """The sentence that calls what was counted students, or student-years where years are."""
        return f"{key}_pooled" if self.about.period == ALL else key

    def names(self) -> dict[str, str]:
        """The words every sentence of this comparison shares."""
        return {
            "group": self.phrases.group(self.about.group),
            "others": self.phrases.group(self.about.reference),
            "verb": self.phrases.verb(self.outcome.name),
        }

    def say(self, key: str, **values: str) -> str:
        """A sentence of the catalogue with this comparison's names in it."""
        return sentence_case(self.phrases.words.say(key, **(self.names() | values)))


def gap_sentence(telling: Telling, verdict: Verdict) -> str:
    """The finding in one plain sentence."""
    row = telling.base
    if row.state is State.COARSE or row.state is State.SUPPRESSED:
        return telling.say("cannot_tell.coarse")
    if row.state in (State.NOT_COLLECTED, State.INCONSISTENT):
        return telling.say(f"cannot_tell.{row.state}")
    if row.n == 0:
        return telling.say("cannot_tell.nobody")
    if row.estimate is None or not row.n:
        return telling.say(telling.counted("cannot_tell.rate_few"), n=count(row.n or 0))
    return told_of(telling, row, verdict)


def told_of(telling: Telling, row: Row, verdict: Verdict) -> str:
    """The sentence of a comparison whose numbers are known."""
    if not telling.outcome.is_rate:
        return _mean_sentence(telling, row, verdict)
    return _rate_sentence(telling, row, verdict)


def _rate_sentence(telling: Telling, row: Row, verdict: Verdict) -> str:
    rate, other = of_so_many(telling.phrases.words, row.rate, row.reference_rate)
    said = {"rate": rate, "other_rate": other}
    if verdict == "cannot_tell":
        return _untold(telling, row, "rate", **said)
    if verdict == "no_gap":
        return telling.say("no_gap.rate", margin=margin_words(telling), **said)
    if row.reference_rate == 0:
        return telling.say("gap.none_there", **said)
    if row.rate == 0:
        return telling.say("gap.none_here", **said)
    if telling.scale.measure == "risk_ratio":
        ratio = telling.evidence.row(telling.about, "risk_ratio")
        value = ratio.estimate if ratio and ratio.estimate else row.rate / row.reference_rate
        return telling.say("gap.ratio", times=times(telling.phrases.words, value), **said)
    side = "gap.more" if row.rate > row.reference_rate else "gap.less"
    said["more_or_less"] = telling.phrases.words.say(side)
    return telling.say("gap.difference", **said)


def _mean_sentence(telling: Telling, row: Row, verdict: Verdict) -> str:
    per = telling.outcome.per
    both = (row.rate * per, row.reference_rate * per)
    # Two digits would hide a difference of tenths in a grade point average.
    ours, theirs = (significant(r, 2 if max(both) >= 10 else 3) for r in both)
    said = {"amount": _amount(telling, ours), "other_mean": theirs}
    if verdict == "cannot_tell":
        return _untold(telling, row, "mean", **said)
    return telling.say(f"{verdict}.mean", **said)


def _untold(telling: Telling, row: Row, kind: str, **said: str) -> str:
    """Too little data to tell of a difference at all, or only whether a sure one is small."""
    if row.q is not None and row.q <= LEVEL:
        return telling.say(f"cannot_tell.{kind}_small", margin=margin_words(telling), **said)
    return telling.say(f"cannot_tell.{kind}", **said)


def _amount(telling: Telling, mean: str) -> str:
    """What happened to a group's students on average: `lost 45 school days …`."""
    words, name = telling.phrases.words, telling.outcome.name
    if words.has(f"outcome.{name}.amount"):
        return words.say(f"outcome.{name}.amount", mean=mean)
    own = {"verb": telling.phrases.verb(name), "unit": telling.phrases.unit(name)}
    had = own["verb"].startswith(words.each("grammar.had"))
    key = "gap.own_amount_had" if had else "gap.own_amount"
    return words.say(key, mean=mean, **own).rstrip()


def margin_words(telling: Telling) -> str:
    """What the plan calls small, in words."""
    scale, words = telling.scale, telling.phrases.words
    if scale.measure in ("risk_ratio", "mean_ratio"):
        return words.say("margin.ratio", low=f"{scale.low:g}", high=f"{scale.high:g}")
    if scale.measure == "risk_difference":
        return words.say("margin.points", points=points(words, scale.high))
    return words.say("margin.effect", effect=f"{scale.high:g}")
