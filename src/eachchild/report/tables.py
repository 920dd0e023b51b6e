"""The tables behind the pictures: every number with its n, interval and comparisons."""

from collections.abc import Sequence

from eachchild.release.types import FactorCard
from eachchild.report.case import COMPOSITION, Case
from eachchild.report.lookup import Cell
from eachchild.report.names import exact, signed
from eachchild.report.page import Table
from eachchild.terms.numerals import count, significant
from eachchild.terms.said import sentence_case, times

_TOGETHER = "\u00a0"  # a number and its unit stay on one line
Row = tuple[str, str, Cell]  # group, label, its rate or mean


def group_table(case: Case, factor: FactorCard, measure: str, rows: Sequence[Row]) -> Table:
    """Every group of a factor in the plan's order."""
    say = case.names.say
    of = "_composition" if measure == COMPOSITION else ""
    columns = [say("table.group"), say(f"table.n{of}"), say(f"table.events{of}")]
    columns.append(_value_head(case, measure))
    columns.append(say("table.interval"))
    references = [] if measure == COMPOSITION else _references(case, factor, rows)
    columns += [say("table.against", reference=case.names.group(r)) for r in references]
    with_parity = [r for r in references if _any(case, rows, "students_to_parity", r)]
    columns += [say("table.parity", reference=case.names.group(r)) for r in with_parity]
    flags = _flags(case, rows, references)
    columns += [say(f"table.{m}", reference=case.names.group(r)) for m, r in flags]
    cells = []
    for group, label, cell in rows:
        line = [label, *_own(case, cell, group)]
        line += [_compared(case, group, r) for r in references]
        line += [_number(case, group, "students_to_parity", r) for r in with_parity]
        line += [_flag(case, group, m, r) for m, r in flags]
        cells.append(tuple(line))
    caption = say(
        "table.caption",
        outcome=case.card.title,
        factor=factor.label,
        period=case.names.period(case.period),
    )
    return Table(caption, tuple(columns), tuple(cells), total=_total(case, measure, len(columns)))


def _value_head(case: Case, measure: str) -> str:
    if measure == COMPOSITION:
        return case.names.say("table.composition")
    if case.card.is_rate:
        return case.names.say("table.rate")
    return sentence_case(case.card.unit) or case.names.say("table.mean")


def _own(case: Case, cell: Cell, group: str) -> tuple[str, ...]:
    """Students, events, value and interval; where one is missing the state says why."""
    n = "" if cell.n is None else count(cell.n)
    events = "" if cell.events is None else significant_sum(cell.events)
    found = case.in_place(cell, group)
    if found is not None:
        said = case.names.say("nearest.hidden_cell")
        rate = case.names.say("nearest.hidden", nearest=found.rate) if found.rate else said
        return found.students, found.events, rate, ""
    bounds = ""
    if cell.low is not None and cell.high is not None:
        low, high = exact(case.card, cell.low).removesuffix(" %"), exact(case.card, cell.high)
        bounds = case.names.say("table.bounds", low=low, high=high)
    if cell.is_reported and cell.estimate is not None:
        return n, events, exact(case.card, cell.estimate), bounds or case.names.say("table.none")
    return n, events, case.absent(cell, group), bounds


def significant_sum(number: float) -> str:
    """A number of events, or the sum behind a mean, exact.

    >>> significant_sum(32138.0), significant_sum(1204.5)
    ('32,138', '1,204.5')
    """
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _total(case: Case, measure: str, columns: int) -> tuple[str, ...]:
    cell = case.cell("", measure)
    if cell is None:
        return ()
    line = (sentence_case(case.names.group("")), *_own(case, cell, ""))
    return line + ("",) * (columns - len(line))


def _references(case: Case, factor: FactorCard, rows: Sequence[Row]) -> list[str]:
    wanted = dict.fromkeys((case.reference(factor), "complement"))
    measures = ("risk_ratio", "risk_difference", "mean_difference")
    return [r for r in wanted if any(_any(case, rows, m, r) for m in measures)]


def _any(case: Case, rows: Sequence[Row], measure: str, reference: str) -> bool:
    return any(case.cell(group, measure, reference=reference) for group, _, _ in rows)


def _compared(case: Case, group: str, reference: str) -> str:
    if group == reference:
        return case.names.say("figure.compared_with")
    difference = case.cell(group, _difference(case), reference=reference)
    ratio = case.cell(
        group, "risk_ratio" if case.card.is_rate else "mean_ratio", reference=reference
    )
    parts = []
    if ratio and ratio.is_reported and ratio.estimate is not None:
        parts.append(times(case.names.words, ratio.estimate))
    if difference and difference.is_reported and difference.estimate is not None:
        parts.append(signed(case.names, case.card, difference.estimate))
    return ", ".join(part.replace(" ", _TOGETHER) for part in parts)


def _difference(case: Case) -> str:
    return "risk_difference" if case.card.is_rate else "mean_difference"


def _number(case: Case, group: str, measure: str, reference: str) -> str:
    cell = case.cell(group, measure, reference=reference)
    return "" if cell is None or cell.estimate is None else count(cell.estimate)


def _flags(case: Case, rows: Sequence[Row], references: Sequence[str]) -> list[tuple[str, str]]:
    """Flags of other frameworks stand on a page only where the plan asks."""
    if not case.released.flags:
        return []
    measures = ("percentage_point_gap_flag", "index_80_flag")
    return [(m, r) for m in measures for r in references if _any(case, rows, m, r)]


def _flag(case: Case, group: str, measure: str, reference: str) -> str:
    cell = case.cell(group, measure, reference=reference)
    value = case.cell(group, measure.removesuffix("_flag"), reference=reference)
    if cell is None or value is None or cell.estimate is None or value.estimate is None:
        return ""
    said = case.names.say("table.flagged" if cell.estimate else "table.not_flagged")
    is_index = measure.startswith("index")
    number = value.estimate
    shown = significant(number) if is_index else signed(case.names, case.card, number)
    return f"{shown}, {said}"
