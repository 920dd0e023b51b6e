"""The picture of one factor: every group's rate or mean, its interval, and the table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from eachchild.release.types import FactorCard
from eachchild.report.case import COMPOSITION, Case
from eachchild.report.charts.dots import DotChart, DotRow, Shape, phone, wide
from eachchild.report.charts.scale import ticks
from eachchild.report.lookup import Cell
from eachchild.report.names import shown
from eachchild.report.page import Figure
from eachchild.report.tables import group_table
from eachchild.terms.numerals import count
from eachchild.terms.said import as_label, sentence_case
from eachchild.terms.states import State

_ROOMY = 1.8  # an interval may reach that many times the largest estimate before the scale is cut
_ZERO_FROM = 0.4  # a mean's scale starts at 0 unless the smallest is this share of the largest


@dataclass(frozen=True, slots=True)
class Asked:
    """One group of a factor with its cell."""

    group: str
    label: str
    cell: Cell


def group_figure(case: Case, factor: FactorCard) -> Figure | None:
    """The picture and table of a factor; None where the source does not give its groups."""
    finding = case.about(f"{factor.id}={value}" for value in factor.groups)
    case = case.of(finding)
    measure, asked = groups_of(case, factor)
    if not asked:
        return None
    lit = finding.group if finding and finding.verdict == "gap" else ""
    chart, notes = _chart(case, factor, _ordered(case, asked), measure=measure, lit=lit)
    title = sentence_case(finding.sentence) if finding else _untold(case, factor, measure, asked)
    key = "figure.about_composition" if measure == COMPOSITION else "figure.about"
    return Figure(
        id=f"g-{case.card.name}-{factor.id}",
        title=title,
        about=case.names.say(
            key, outcome=case.card.title, factor=factor.label, period=case.names.period(case.period)
        ),
        alt=_alt(case, title, chart),
        wide=wide(chart),
        phone=phone(chart),
        table=group_table(case, factor, measure, [(a.group, a.label, a.cell) for a in asked]),
        notes=notes,
    )


def groups_of(case: Case, factor: FactorCard) -> tuple[str, list[Asked]]:
    """The groups that the source knows of, in the plan's order, and what they are told in."""
    for measure in (case.measure, COMPOSITION):
        asked = []
        for value, label in factor.groups.items():
            group = f"{factor.id}={value}"
            cell = case.cell(group, measure)
            if cell is not None and cell.n != 0:
                asked.append(Asked(group, as_label(case.names.words, label), cell))
        if asked:
            return measure, asked
    return case.measure, []


def _untold(case: Case, factor: FactorCard, measure: str, asked: Sequence[Asked]) -> str:
    if measure == COMPOSITION:
        everything = count(asked[0].cell.n or 0)
        return case.names.say("figure.title_composition", factor=factor.label, count=everything)
    return case.names.say("figure.no_finding", factor=factor.label)


def _ordered(case: Case, asked: Sequence[Asked]) -> list[Asked]:
    """By size of gap, worst first; those without a number of their own last, in plan order."""
    sign = 1 if case.card.direction == "higher" else -1
    told = [a for a in asked if a.cell.is_reported]
    rest = [a for a in asked if not a.cell.is_reported]
    return sorted(told, key=lambda a: (sign * (a.cell.estimate or 0.0), a.group)) + rest


def _chart(
    case: Case, factor: FactorCard, asked: Sequence[Asked], *, measure: str, lit: str
) -> tuple[DotChart, tuple[str, ...]]:
    reference = _parity_reference(case, factor, asked)
    rows = tuple(_row(case, factor, a, reference=reference, lit=a.group == lit) for a in asked)
    if measure == COMPOSITION:
        rows = tuple(map(_counted, rows, asked))
    overall = case.cell("", measure) if measure != COMPOSITION else None
    low, high, marks = _axis(case, rows, overall)
    cut = any(r.low < low or r.high > high for r in rows if r.shape not in ("hidden", "blank"))
    start = () if low == 0 else (case.names.say("figure.starts", low=marks[0][1]),)
    ends = (case.names.say("figure.cut", high=marks[-1][1]),) if cut else ()
    of = "_composition" if measure == COMPOSITION else ""
    head = case.names.say("figure.beside", reference=case.names.group(reference))
    return (
        DotChart(
            rows,
            low,
            high,
            marks,
            _overall(case, overall),
            case.names.say(f"figure.people_head{of}"),
            head if reference else "",
            case.names.words.text(f"report.figure.people{of}"),
        ),
        start + ends + _legend(case, rows),
    )


def _legend(case: Case, rows: Sequence[DotRow]) -> tuple[str, ...]:
    shapes = {r.shape for r in rows}
    wanted: tuple[Shape, ...] = ("open", "bounds")
    return tuple(case.names.say(f"figure.shape_{s}") for s in wanted if s in shapes)


def _overall(case: Case, cell: Cell | None) -> tuple[float, str] | None:
    if cell is None or not cell.is_reported or cell.estimate is None:
        return None
    label = case.names.say("figure.overall", value=shown(case.card, cell.estimate))
    return cell.estimate, label


def _row(case: Case, factor: FactorCard, asked: Asked, *, reference: str, lit: bool) -> DotRow:
    cell = asked.cell
    value = cell.estimate or 0.0
    low, high = (value, value) if cell.low is None or cell.high is None else (cell.low, cell.high)
    return DotRow(
        asked.label,
        _shape(case, asked),
        value,
        low,
        high,
        _shown(case, asked),
        "" if cell.n is None else count(cell.n),
        _beside(case, factor, asked, reference),
        lit,
    )


def _counted(row: DotRow, asked: Asked) -> DotRow:
    """Of a part of all, the group's own count stands beside it: the whole is the same for each."""
    events = asked.cell.events
    return replace(row, people="" if events is None else count(events))


def _shape(case: Case, asked: Asked) -> Shape:
    cell = asked.cell
    if cell.state is State.SUPPRESSED or case.in_place(cell, asked.group):
        return "hidden"
    if cell.state is State.COARSE and cell.low is not None:
        return "bounds"
    if not cell.is_reported:
        return "blank"
    return "open" if case.verdict(asked.group) == "cannot_tell" else "known"


def _shown(case: Case, asked: Asked) -> str:
    cell = asked.cell
    if case.in_place(cell, asked.group):
        return case.absent(cell, asked.group)
    if cell.is_reported and cell.estimate is not None:
        return shown(case.card, cell.estimate)
    if cell.state is State.COARSE and cell.low is not None and cell.high is not None:
        low, high = shown(case.card, cell.low), shown(case.card, cell.high)
        return case.names.say("figure.bounds", low=low, high=high)
    return case.absent(cell, asked.group)


def _beside(case: Case, factor: FactorCard, asked: Asked, reference: str) -> str:
    if asked.group == case.reference(factor):
        return case.names.say("figure.compared_with")
    if not asked.cell.is_reported:
        return ""
    if case.verdict(asked.group) == "cannot_tell":
        return case.names.say("tag.cannot_tell").lower()
    if not reference:
        return ""
    cell = case.cell(asked.group, "students_to_parity", reference=reference)
    if cell is None or not cell.estimate:
        return ""
    key = "fewer" if case.card.direction == "lower" else "more"
    return case.names.say(f"figure.{key}", count=count(cell.estimate))


def _parity_reference(case: Case, factor: FactorCard, asked: Sequence[Asked]) -> str:
    """Whom parity is counted against: the plan's reference, or everybody else; empty: nobody."""
    for reference in (case.reference(factor), "complement"):
        if any(case.cell(a.group, "students_to_parity", reference=reference) for a in asked):
            return reference
    return ""


def _axis(
    case: Case, rows: Sequence[DotRow], overall: Cell | None
) -> tuple[float, float, tuple[tuple[float, str], ...]]:
    told = [r for r in rows if r.shape in ("known", "open", "bounds")]
    values = [r.high if r.shape == "bounds" else r.value for r in told]
    values += [overall.estimate] if overall and overall.estimate is not None else []
    top = max(values, default=1.0) or 1.0
    least, most = min([r.low for r in told], default=0.0), max([r.high for r in told], default=top)
    start = 0.0
    if not case.card.is_rate and (least < 0 or least > _ZERO_FROM * top):
        start = least
    marks = ticks(start, max(top, min(most, _ROOMY * top - (_ROOMY - 1) * start)))
    if case.card.is_rate:
        marks = tuple(m for m in marks if m <= 1)
    return marks[0], marks[-1], tuple((m, tick(case, m)) for m in marks)


def tick(case: Case, value: float) -> str:
    """A number on an axis."""
    if case.card.is_rate:
        return f"{100 * value:.6g} %"
    return f"{value * case.card.per:.6g}"


def _alt(case: Case, title: str, chart: DotChart) -> str:
    say = case.names.say
    told = [r for r in chart.rows if r.shape in ("known", "open")]
    parts = [f"{title}."]
    if told:
        lowest, highest = (f(told, key=lambda r: r.value) for f in (min, max))
        parts.append(
            say(
                "figure.alt_range",
                low=lowest.shown,
                low_group=lowest.label,
                high=highest.shown,
                high_group=highest.label,
            )
        )
        order = "; ".join(f"{r.label} {r.shown}" for r in told)
        parts.append(say("figure.alt_order", order=order))
    if chart.overall:
        parts.append(f"{chart.overall[1]}.")
    parts += [f"{r.label}: {r.shown}." for r in chart.rows if r not in told]
    return " ".join(parts)
