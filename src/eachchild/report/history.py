"""Since when: one factor's groups over the years, and where numbers cannot be put side by side."""

from collections.abc import Sequence

from eachchild.release.types import FactorCard
from eachchild.report.case import Case
from eachchild.report.charts.scale import ticks
from eachchild.report.charts.years import YearChart, YearPanel, YearPoint, years
from eachchild.report.lookup import Cell
from eachchild.report.names import exact, shown
from eachchild.report.page import Figure, Table
from eachchild.terms.said import as_label, sentence_case


def year_figure(case: Case, factor: FactorCard) -> Figure | None:
    """The picture of a factor over the years; None where there is one year or no group."""
    groups = [
        (f"{factor.id}={value}", as_label(case.names.words, label))
        for value, label in factor.groups.items()
    ]
    told = [(g, label) for g, label in groups if any(_cells(case, g))]
    if not any(sum(cell is not None for cell in _cells(case, g)) > 1 for g, _ in told):
        return None  # one year is no line
    chart = _chart(case, told)
    title = _title(case, told)
    return Figure(
        id=f"y-{case.card.name}-{factor.id}",
        title=title,
        about=case.names.say("years.about", outcome=case.card.title, factor=factor.label),
        alt=_alt(case, title, chart),
        wide=years(chart, 720, 3),
        phone=years(chart, 340, 2),
        table=_table(case, factor, told),
        notes=_breaks(case),
    )


def _cells(case: Case, group: str) -> list[Cell | None]:
    return [case.lookup.cell(case.card.name, group, case.measure, period=p) for p in case.periods]


def _chart(case: Case, told: Sequence[tuple[str, str]]) -> YearChart:
    finding = case.about(g for g, _ in told)
    lit = finding.group if finding and finding.verdict == "gap" else ""
    panels = [_panel(case, group, label, lit=group == lit) for group, label in told]
    # Groups without a number stand last, in the plan's order.
    panels.sort(key=lambda p: not p.points)
    overall = _points(case, "")
    points = [p for panel in panels for p in panel.points] + list(overall)
    top = max((p.value for p in points), default=1.0)
    reach = min(max((p.high for p in points), default=top), 1.5 * top)
    least = min((p.low for p in points), default=0.0)
    start = least if not case.card.is_rate and (least < 0 or least > 0.4 * top) else 0.0
    marks = ticks(start, reach)
    return YearChart(
        panels=tuple(panels),
        periods=case.periods,
        breaks=_broken(case),
        overall=overall,
        low=marks[0],
        high=marks[-1],
    )


def _panel(case: Case, group: str, label: str, *, lit: bool) -> YearPanel:
    points = _points(case, group)
    cells = [c for c in _cells(case, group) if c is not None and c.n != 0]
    states = [c.state for c in cells if not c.is_reported]
    words = case.names.state(states[-1]) if states and not points else ""
    return YearPanel(label, points, lit, words)


def _points(case: Case, group: str) -> tuple[YearPoint, ...]:
    found = []
    for at, cell in enumerate(_cells(case, group)):
        if cell is None or not cell.is_reported or cell.estimate is None:
            continue
        value = cell.estimate
        low = value if cell.low is None else cell.low
        high = value if cell.high is None else cell.high
        found.append(YearPoint(at, value, low, high, shown(case.card, value)))
    return tuple(found)


def _title(case: Case, told: Sequence[tuple[str, str]]) -> str:
    """What happened over the years on one definition, said without a test of the change."""
    finding = case.about(g for g, _ in told)
    since = max(_broken(case), default=0)
    lit = finding.group if finding and finding.verdict == "gap" else ""
    groups = dict.fromkeys((lit, ""))
    said = [line for group in groups if (line := _change(case, group, since))]
    if not said:
        return case.names.say("years.no_finding", outcome=case.card.title)
    return ". ".join(said)


def _change(case: Case, group: str, since: int) -> str:
    points = [p for p in _points(case, group) if p.at >= since]
    if len(points) < 2:
        return ""
    first, last = points[0], points[-1]
    return case.names.say(
        "years.change",
        group=case.names.label(group),
        first=first.shown,
        last=last.shown,
        first_period=case.periods[first.at],
        last_period=case.periods[last.at],
    )


def _broken(case: Case) -> tuple[int, ...]:
    """The periods that begin a new definition."""
    known = {b.period for b in case.released.breaks if b.outcome in ("", case.card.name)}
    return tuple(i for i, p in enumerate(case.periods) if i and p in known)


def _alt(case: Case, title: str, chart: YearChart) -> str:
    lines = [f"{title}."]
    for panel in chart.panels:
        said = ", ".join(f"{case.periods[p.at]} {p.shown}" for p in panel.points) or panel.words
        lines.append(f"{panel.label}: {said}.")
    return " ".join([*lines, *_breaks(case)])


def _breaks(case: Case) -> tuple[str, ...]:
    return tuple(
        case.names.say("years.break", period=b.period, reason=b.reason)
        for b in case.released.breaks
        if b.outcome in ("", case.card.name) and b.period in case.periods[1:]
    )


def _table(case: Case, factor: FactorCard, told: Sequence[tuple[str, str]]) -> Table:
    say = case.names.say
    rows = tuple((label, *_said(case, group)) for group, label in told)
    total = (sentence_case(case.names.group("")), *_said(case, ""))
    caption = say("years.caption", outcome=case.card.title, factor=factor.label)
    return Table(caption, (say("table.group"), *case.periods), rows, total=total)


def _said(case: Case, group: str) -> tuple[str, ...]:
    """How a group of one outcome reads in a table of years."""
    cells = zip(case.periods, _cells(case, group), strict=True)
    return tuple(_of_year(case, group, period, cell) for period, cell in cells)


def _of_year(case: Case, group: str, period: str, cell: Cell | None) -> str:
    if cell is None:
        return case.names.say("table.absent")
    if cell.is_reported and cell.estimate is not None:
        return exact(case.card, cell.estimate)
    if cell.n == 0:
        return case.names.say("heat.nobody")
    found = case.in_place(cell, group, period=period)
    if found is None:
        return case.names.state(cell.state)
    said = case.names.say("nearest.hidden_cell")
    return case.names.say("nearest.hidden", nearest=found.brief) if found.brief else said
