"""What else a gap could be, with what the counts say of it, beside what is told of its cause."""

from collections.abc import Iterator

import numpy as np

from eachchild.causes.asked import Asked, Origins
from eachchild.causes.places import INSIDE, Split
from eachchild.causes.reporting import blank_answers
from eachchild.findings.causes.shared import FROM_REFERRALS
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.measures.evalue import e_value
from eachchild.plan import Plan
from eachchild.terms.factors import Group
from eachchild.terms.numerals import count, significant, tenths, whole_percent
from eachchild.terms.outcomes import Outcome
from eachchild.terms.said import sentence_case
from eachchild.terms.years import ALL

_NEXT_TO_NONE = 0.05  # of a gap
_SHOWN = 0.0005  # of a difference: less is printed as none


def against_of(
    plan: Plan, phrases: Phrases, outcome: Outcome, gap: Finding, origins: Origins
) -> tuple[str, ...]:
    """The four usual objections to a cause, and how strong a fifth would have to be.

    Who students are besides, where they are (Simpson's paradox), how few there are, what was
    written down, and what nobody recorded.
    """
    asked = Asked(gap.outcome, gap.group, gap.reference, origins.when(gap.period))
    lines = (
        *_besides(plan, phrases, asked, origins), *_where(phrases, asked, origins),
        *_few(phrases, gap), *_written(phrases, outcome, asked, origins),
        *(_unrecorded(phrases, asked, origins) if gap.verdict == "gap" else ()),
    )  # fmt: skip
    return tuple(map(sentence_case, lines))


def _besides(plan: Plan, phrases: Phrases, asked: Asked, origins: Origins) -> Iterator[str]:
    """The other factor that goes with most of the gap."""
    own = Group.parse(asked.group).factors
    splits: dict[str, Split] = {
        factor.id: split
        for factor in plan.factors
        if factor.id not in own and (split := origins.by_factor(asked, factor.id)) is not None
    }
    if splits:
        most = max(splits, key=lambda factor: splits[factor].parts[1].share)
        split = splits[most]
        if split.parts[1].share < _NEXT_TO_NONE:
            share = whole_percent(max(split.parts[1].share, 0.0))
            yield phrases.words.say("cause.against.composition_none", share=share)
            return
        yield phrases.words.say(
            "cause.against.composition", factor=phrases.inline(most),
            share=whole_percent(split.parts[1].share), inside=whole_percent(split.parts[2].share),
        )  # fmt: skip


def _where(phrases: Phrases, asked: Asked, origins: Origins) -> Iterator[str]:
    split = origins.by_places(asked).get("risk_difference")
    if split is None:
        return
    inside = next(part for part in split.parts if part.level == INSIDE).value
    numbers = {"inside": tenths(inside), "whole": tenths(split.whole)}
    if inside * split.whole < 0 and abs(inside) >= _SHOWN:
        yield phrases.words.say("cause.against.simpson_turned", **numbers)
    else:
        yield phrases.words.say("cause.against.simpson", **numbers)


def _few(phrases: Phrases, gap: Finding) -> Iterator[str]:
    if gap.n is None or gap.events is None or not gap.students_to_parity:
        return
    words = {
        "events": count(round(gap.events)), "n": count(gap.n), "group": phrases.group(gap.group),
        "parity": count(gap.students_to_parity), "period": _period(phrases, gap.period),
    }  # fmt: skip
    same = 1.0 if gap.measure.endswith("ratio") else 0.0
    if (gap.estimate or same) > same:
        yield phrases.words.say("cause.against.small", **words)
    else:
        yield phrases.words.say("cause.against.small_more", **words)


def _written(phrases: Phrases, outcome: Outcome, asked: Asked, origins: Origins) -> Iterator[str]:
    words = {"group": phrases.group(asked.group), "others": phrases.group(asked.reference)}
    if FROM_REFERRALS.intersection(outcome.columns):
        two = origins.compared(asked)
        log = None if two is None else origins.referrals.logged(two)
        blank = None if log is None else blank_answers(log)
        if blank is not None:
            shares = {"mine": whole_percent(blank.mine), "theirs": whole_percent(blank.theirs)}
            yield phrases.words.say("cause.against.blank", **words | shares)
        return
    unknown = origins.unknown(asked)
    if unknown is not None:
        shares = {"mine": whole_percent(unknown[0]), "theirs": whole_percent(unknown[1])}
        yield phrases.words.say("cause.against.missing", **words | shares)


def _unrecorded(phrases: Phrases, asked: Asked, origins: Origins) -> Iterator[str]:
    ratio = origins.whole(asked, "risk_ratio")
    if ratio:
        times = significant(float(e_value(np.array([ratio]))[0]), 2)
        yield phrases.words.say("cause.against.hidden", times=times)


def _period(phrases: Phrases, period: str) -> str:
    return phrases.words.say("cause.against.together") if period == ALL else period
