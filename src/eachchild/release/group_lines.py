"""One line for every identity group, however small: its largest gap, and its level beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases
from eachchild.findings.verdicts import times_small
from eachchild.measures.table import STATES, MeasureTable
from eachchild.plan import Plan
from eachchild.terms.factors import NO, YES, Factor, Group
from eachchild.terms.said import as_label, of_so_many
from eachchild.terms.states import State

_NOT_COLLECTED = STATES.index(State.NOT_COLLECTED)


@dataclass(frozen=True, slots=True)
class _Told:
    """What there is to say of one group in the whole place: findings best first, and its rows."""

    plan: Plan
    phrases: Phrases
    rows: MeasureTable
    findings: tuple[Finding, ...]
    compared_with: tuple[Finding, ...]  # findings of others in which it is the reference


def group_lines(
    plan: Plan, measures: MeasureTable, findings: Sequence[Finding], phrases: Phrases
) -> tuple[tuple[str, str], ...]:
    """Each group of the plan with its largest gap over the whole place, or what else is known."""
    gaps = [f for f in findings if f.kind == "gap" and f.place == "all"]
    whole = measures.take(np.flatnonzero(measures.find(place="all")))
    lines = []
    for group in _groups(plan):
        told = _Told(
            plan,
            phrases,
            whole.take(np.flatnonzero(whole.find(group=group))),
            tuple(f for f in gaps if f.group == group),
            tuple(f for f in gaps if f.reference == group),
        )
        if told.findings or told.compared_with:
            lines.append((as_label(phrases.words, phrases.group(group)), _line(told)))
    return tuple(lines)


def _groups(plan: Plan) -> Iterator[str]:
    for one in plan.identity:
        for value in _values(one.factor):
            yield str(Group(((one.factor.id, value),)))


def _values(factor: Factor) -> tuple[str, ...]:
    """Of a yes-or-no factor those who are everybody else make no line of their own."""
    return factor.values[:1] if factor.values == (YES, NO) else factor.values


def _line(told: _Told) -> str:
    say = told.phrases.words.say
    if not told.findings:
        return say("line.reference") + _level(told)
    if not (told.rows.state != _NOT_COLLECTED).any():
        return say("line.not_collected")
    gaps = [f for f in told.findings if f.verdict == "gap"]
    if gaps:
        first = max(gaps, key=lambda f: (times_small(told.plan.margin, f), -f.rank))
        return say("line.gap", title=told.phrases.title(first.outcome), sentence=first.sentence)
    none = [f for f in told.findings if f.verdict == "no_gap"]
    if none:
        titles = ", ".join(dict.fromkeys(told.phrases.title(f.outcome) for f in none))
        return say("line.none", titles=titles) + _level(told)
    return say("line.cannot_tell") + _level(told)


def _level(told: _Told) -> str:
    """The group's own rate in the outcome that is told first of all."""
    for one in sorted(told.findings or told.compared_with, key=lambda f: f.rank):
        asked = told.rows.find(outcome=one.outcome, period=one.period, measure="rate")
        at = np.flatnonzero(asked & told.rows.has_estimate)
        if at.size:
            rate, title = float(told.rows.estimate[at[0]]), told.phrases.title(one.outcome)
            return told.phrases.words.say(
                "line.level", title=title, rate=of_so_many(told.phrases.words, rate)[0]
            )
    return ""
