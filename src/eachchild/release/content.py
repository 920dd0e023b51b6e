"""An audit put together from its parts, before anyone has decided who may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eachchild.cube import Cube
from eachchild.findings.model import Finding
from eachchild.findings.phrases import Phrases, sentence_case
from eachchild.findings.predicted import PredictedTold, shares_of
from eachchild.findings.tell import Told
from eachchild.measures.funnel import Funnel
from eachchild.measures.table import STATES, MeasureTable
from eachchild.plan import Plan
from eachchild.release.breaks import breaks_of
from eachchild.release.types import (
    Content,
    FactorCard,
    OutcomeCard,
    PredictabilityCard,
    Quality,
)
from eachchild.terms.factors import Factor, Group
from eachchild.terms.numerals import count
from eachchild.terms.outcomes import Outcome
from eachchild.terms.states import State

_NOT_COLLECTED = STATES.index(State.NOT_COLLECTED)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the rooms below have made of one audit."""

    measures: MeasureTable
    told: Told
    funnels: tuple[Funnel, ...]
    quality: Quality
    choices: Mapping[str, object]
    labels: Mapping[str, str] = field(default_factory=dict)  # of places, where a source has them


def content(plan: Plan, cube: Cube, phrases: Phrases, parts: Parts) -> Content:
    """Put the parts together with the names a page needs."""
    return Content(
        title=plan.title,
        heading=plan.heading,
        author=plan.author,
        language=plan.language,
        periods=cube.periods,
        places=len(cube.places.ids),
        place_level=cube.places.level,
        place_names={**_place_names(cube), **parts.labels},
        who_is_counted=who_is_counted(plan, cube, phrases),
        limits=parts.told.limits,
        outcomes=tuple(_outcome(o, plan, phrases) for o in plan.outcomes),
        factors=tuple(_factor(i.factor, i.reference, i.reason, phrases) for i in plan.identity),
        measures=parts.measures,
        findings=parts.told.findings,
        predictability=predictability_cards(parts.told, cube.periods),
        funnels=parts.funnels,
        quality=parts.quality,
        group_lines=group_lines(plan, parts, phrases),
        method=_method(phrases),
        flags=plan.flags,
        choices=parts.choices,
        breaks=breaks_of(cube, phrases),
    )


def who_is_counted(plan: Plan, cube: Cube, phrases: Phrases) -> tuple[str, ...]:
    """The rules by which students are counted, as sentences printed in every report."""
    say = phrases.words.say
    said = []
    if any(s.shape == "records" for s in plan.sources):
        as_of = plan.as_of if phrases.words.has(f"counted.as_of_{plan.as_of}") else "date"
        said += [say(f"counted.as_of_{as_of}", date=plan.as_of), say(f"counted.{plan.membership}")]
        said.append(say("counted.withdrawn"))
    if any(s.shape == "counts" for s in plan.sources):
        said.append(say("counted.published"))
    said.append(say("counted.complement"))
    if len(cube.periods) > 1:
        said.append(say("counted.pooled"))
    for t in cube.turnover:
        numbers = {"moved": count(t.changed_school), "changed": count(t.changed_group)}
        said.append(say("counted.turnover", period=t.period, students=count(t.students), **numbers))
    return tuple(sentence_case(s) for s in said)


def group_lines(plan: Plan, parts: Parts, phrases: Phrases) -> tuple[tuple[str, str], ...]:
    """One line for every identity group, however small: its largest gap, or that none is known."""
    lines = []
    for one in plan.identity:
        for value in _told_values(one.factor):
            group = str(Group(((one.factor.id, value),)))
            mine = [f for f in parts.told.findings if f.kind == "gap" and f.group == group]
            if mine:
                asked = _is_asked(parts.measures, group)
                line = _line(mine, phrases) if asked else phrases.words.say("line.not_collected")
                lines.append((sentence_case(phrases.group(group)), line))
    return tuple(lines)


def _is_asked(measures: MeasureTable, group: str) -> bool:
    """Whether the source has any outcome of a group's."""
    rows = measures.find(place="all", group=group)
    return bool((measures.state[rows] != _NOT_COLLECTED).any())


def _told_values(factor: Factor) -> tuple[str, ...]:
    return factor.values[:1] if factor.overlap else factor.values


def _line(findings: Sequence[Finding], phrases: Phrases) -> str:
    gaps = [f for f in findings if f.verdict == "gap"]
    if gaps:
        first = min(gaps, key=lambda f: f.rank)
        return phrases.words.say(
            "line.gap", title=phrases.title(first.outcome), sentence=first.sentence
        )
    known = [f for f in findings if f.verdict == "no_gap"]
    if known:
        titles = ", ".join(dict.fromkeys(phrases.title(f.outcome) for f in known))
        return phrases.words.say("line.none", titles=titles)
    return phrases.words.say("line.cannot_tell")


def _outcome(outcome: Outcome, plan: Plan, phrases: Phrases) -> OutcomeCard:
    condition = outcome.event_text
    if all(source.shape == "counts" for source in plan.sources):
        condition = phrases.words.say("counted.as_published")
    elif outcome.population_text:
        condition = phrases.words.say(
            "line.among", condition=condition, population=outcome.population_text
        )
    return OutcomeCard(
        name=outcome.name,
        label=phrases.verb(outcome.name),
        title=phrases.title(outcome.name),
        direction=outcome.direction,
        is_rate=outcome.is_rate,
        per=outcome.per,
        unit=phrases.unit(outcome.name),
        definition=condition,
        source=outcome.source,
        indicator=outcome.indicator,
    )


def _factor(factor: Factor, reference: str, reason: str, phrases: Phrases) -> FactorCard:
    groups = {v: phrases.group(str(Group(((factor.id, v),)))) for v in factor.all_values}
    return FactorCard(
        factor.id,
        phrases.factor(factor.id),
        groups,
        reference,
        reason,
        factor.overlap,
    )


def _place_names(cube: Cube) -> dict[str, str]:
    names = cube.places.names or cube.places.ids
    return {
        f"{cube.places.level}:{i}": name for i, name in zip(cube.places.ids, names, strict=True)
    }


def _method(phrases: Phrases) -> tuple[tuple[str, str], ...]:
    keys = (k for k in phrases.words.sentences if k.startswith("method.") and k.endswith(".title"))
    parts = [k.removesuffix(".title") for k in keys]
    return tuple((phrases.words.say(f"{k}.title"), phrases.words.say(f"{k}.text")) for k in parts)


def predictability_cards(told: Told, periods: Sequence[str]) -> tuple[PredictabilityCard, ...]:
    """One card an outcome, of the latest period, with the year before where it has a number."""
    by = {(p.predicted.outcome, p.predicted.period): p for p in told.predicted}
    cards = []
    for one in told.predicted:
        if one.predicted.period != periods[-1]:
            continue
        before = by.get((one.predicted.outcome, periods[-2])) if len(periods) > 1 else None
        cards.append(_card(told, one, before))
    return tuple(cards)


def _card(told: Told, one: PredictedTold, before: PredictedTold | None) -> PredictabilityCard:
    state = "reported" if one.index is not None else "coarse"
    return PredictabilityCard(
        outcome=one.predicted.outcome,
        period=one.predicted.period,
        factors=one.predicted.factors,
        state=state if one.low is not None else "not_enough_data",
        index=one.index,
        low=one.low,
        high=one.high,
        chance_low=one.chance_low,
        chance_high=one.chance_high,
        verdict="school" if one.through_school else one.verdict,
        n=one.predicted.n,
        events=one.predicted.events,
        sentence=one.sentence,
        largest_gap=told.largest.get(one.predicted.outcome, ""),
        last_index=before.index if before else None,
        shares=shares_of(one),
        is_rate=one.predicted.number is None and not one.predicted.sums_only,
    )
