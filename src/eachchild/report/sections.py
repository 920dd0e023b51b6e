"""One section an outcome: its level and definition, what was found, the pictures, then the rest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar

from eachchild.release.types import FactorCard
from eachchild.report.case import Case
from eachchild.report.crossings import heat_maps
from eachchild.report.groups import group_figure
from eachchild.report.history import year_figure
from eachchild.report.moment_map import moment_map
from eachchild.report.names import shown, with_unit
from eachchild.report.origins import origin_figure
from eachchild.report.page import Figure, HeatMap, OutcomeSection, Statement
from eachchild.report.predicted import latest_cards, shares
from eachchild.report.schools import school_figures
from eachchild.report.statements import statements
from eachchild.report.tables import significant_sum
from eachchild.terms.factors import Group
from eachchild.terms.numerals import count
from eachchild.terms.said import sentence_case

Factors: TypeAlias = tuple[str, ...]
Picture = TypeVar("Picture", Figure, HeatMap)


def section(case: Case) -> OutcomeSection:
    """All there is about one outcome."""
    told, quiet = statements(case.names, case.findings)
    by_factor, maps = _by_factor(case), heat_maps(case)
    told = _with_origins(case, _illustrated(told, by_factor, maps))
    figures, further = _rest(by_factor, [s.figure for s in told if s.figure])
    crossings, further_crossings = _rest(maps, [s.heat for s in told if s.heat])
    years = _years(case)
    schools = school_figures(case)
    return OutcomeSection(
        id=f"o-{case.card.name}",
        title=case.card.title,
        level=_level(case),
        without=_without(case),
        definition=_definition(case),
        statements=told,
        quiet=quiet,
        figures=figures,
        further=further,
        crossings=crossings,
        further_crossings=further_crossings,
        schools=schools[:1],
        further_schools=schools[1:],
        years=years[:1],
        further_years=years[1:],
    )


def _by_factor(case: Case) -> dict[Factors, Figure]:
    made = {(f.id,): group_figure(case, f) for f in case.released.factors}
    return {factors: figure for factors, figure in made.items() if figure is not None}


def _illustrated(
    told: Sequence[Statement], figures: Mapping[Factors, Figure], maps: Mapping[Factors, HeatMap]
) -> tuple[Statement, ...]:
    """Each picture under the first statement that speaks of its groups, which is its title."""
    used: set[Factors] = set()
    made = []
    for one in told:
        factors = Group.parse(one.group).factors
        if not factors or one.place != "all" or factors in used:
            made.append(one)
            continue
        used.add(factors)
        made.append(replace(one, figure=figures.get(factors), heat=maps.get(factors)))
    return tuple(made)


def _with_origins(case: Case, told: Sequence[Statement]) -> tuple[Statement, ...]:
    """Each statement whose causes have something to show, with the pictures of that."""
    found = {f.id: f for f in case.findings if f.kind == "cause"}
    return tuple(
        replace(one, causes=tuple(
            replace(cause, figure=origin_figure(case, found[cause.finding]),
                    heat=moment_map(case, found[cause.finding]))
            for cause in one.causes
        ))
        for one in told
    )  # fmt: skip


def _rest(
    pictures: Mapping[Factors, Picture], used: Collection[object]
) -> tuple[tuple[Picture, ...], tuple[Picture, ...]]:
    """The pictures no statement has: one to look at where none has any, the others folded."""
    rest = tuple(p for p in pictures.values() if p not in used)
    shown = 0 if used else 1
    return rest[:shown], rest[shown:]


def _years(case: Case) -> tuple[Figure, ...]:
    """The factor of the best-ranked gap first, then in the plan's order."""
    made = [(_has_gap(case, f), year_figure(case, f)) for f in case.released.factors]
    there = [(speaks, figure) for speaks, figure in made if figure is not None]
    return tuple(figure for _, figure in sorted(there, key=lambda pair: not pair[0]))


def _has_gap(case: Case, factor: FactorCard) -> bool:
    found = case.about(f"{factor.id}={value}" for value in factor.groups)
    return found is not None and found.verdict == "gap"


def _level(case: Case) -> str:
    """The level itself: low for everyone is not equity, and a gap alone does not tell it."""
    say, card, period = case.names.say, case.card, case.names.period(case.period)
    cell = case.cell("")
    if cell is None:
        total = case.cell("", "count")
        if total is None or total.events is None:
            return say("section.no_level", period=period)
        return say("section.level_count", events=significant_sum(total.events), period=period)
    if not cell.is_reported or cell.estimate is None:
        return f"{sentence_case(case.absent(cell, ''))}, {period}"
    key = "section.level_rate" if card.is_rate else "section.level_mean"
    interval = ""
    if cell.low is not None and cell.high is not None:
        low, high = shown(card, cell.low), shown(card, cell.high)
        interval = say("section.interval", low=low, high=high)
    return say(
        key,
        value=with_unit(card, cell.estimate),
        events=significant_sum(cell.events or 0.0),
        n=count(cell.n or 0),
        period=period,
        interval=interval,
    )


def _without(case: Case) -> str:
    """What it means that no gap was found; "cannot tell" is never "no gap"."""
    verdicts = {f.verdict for f in case.findings}
    if "cannot_tell" in verdicts:
        return case.names.say("section.without_cannot_tell")
    return case.names.say("section.without_gap" if verdicts else "section.without_findings")


def _definition(case: Case) -> tuple[tuple[str, str], ...]:
    say, card = case.names.say, case.card
    lines = [
        (say("section.counted"), card.definition),
        (say("section.condition"), card.condition),
        (say("section.source"), card.source),
        (say("section.direction"), say(f"section.direction_{card.direction}")),
    ]
    if card.indicator:
        lines.append(
            (say("section.indicator"), say("section.indicator_number", number=card.indicator))
        )
    told = [c for c in latest_cards(case.released) if c.outcome == card.name]
    lines += [(say("section.shares"), shares(case.names, c)) for c in told]
    return tuple(line for line in lines if line[1])
