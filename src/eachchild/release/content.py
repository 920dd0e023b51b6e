"""An audit put together from its parts, before anyone has decided who may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eachchild.cube import Cube, definition_hash
from eachchild.findings.phrases import Phrases
from eachchild.findings.predicted import PredictedTold, shares_of
from eachchild.findings.tell import Told
from eachchild.measures.funnel import Funnel
from eachchild.measures.table import MeasureTable
from eachchild.plan import Plan
from eachchild.release.breaks import breaks_of
from eachchild.release.group_lines import group_lines
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
from eachchild.terms.said import sentence_case


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
        language=phrases.words.language,
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
        group_lines=group_lines(plan, parts.measures, parts.told.findings, phrases),
        method=_method(phrases),
        flags=plan.flags,
        choices=parts.choices,
        breaks=breaks_of(cube, phrases),
        labels=phrases.words.labels,
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


def _outcome(outcome: Outcome, plan: Plan, phrases: Phrases) -> OutcomeCard:
    published = all(source.shape == "counts" for source in plan.sources)
    return OutcomeCard(
        name=outcome.name,
        label=phrases.verb(outcome.name),
        title=phrases.title(outcome.name),
        direction=outcome.direction,
        is_rate=outcome.is_rate,
        per=outcome.per,
        unit=phrases.unit(outcome.name),
        definition=phrases.words.say("counted.as_published")
        if published
        else phrases.counted(outcome),
        condition="" if published else _condition(outcome, phrases),
        source=outcome.source,
        indicator=outcome.indicator,
        hash=definition_hash(outcome, plan),
    )


def _condition(outcome: Outcome, phrases: Phrases) -> str:
    """What is asked of the columns, as the plan writes it."""
    if not outcome.population_text:
        return outcome.event_text
    said = {"condition": outcome.event_text, "population": outcome.population_text}
    return phrases.words.say("line.among", **said)


def _factor(factor: Factor, reference: str, reason: str, phrases: Phrases) -> FactorCard:
    groups = {v: phrases.group(str(Group(((factor.id, v),)))) for v in factor.all_values}
    return FactorCard(
        factor.id,
        phrases.factor(factor.id),
        phrases.inline(factor.id),
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
