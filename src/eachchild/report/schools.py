"""The gap inside each school as a funnel; never a list in order of it."""

from math import log10

import numpy as np

from eachchild.measures.counts import Numbers
from eachchild.measures.funnel import Funnel
from eachchild.report.case import Case
from eachchild.report.charts.funnels import FunnelChart, funnel
from eachchild.report.charts.marks import Point
from eachchild.report.charts.scale import decades, ticks
from eachchild.report.names import signed
from eachchild.report.page import Figure, Table
from eachchild.terms.numerals import count

_MANY, _TAIL = 100, 0.005


def school_figures(case: Case) -> tuple[Figure, ...]:
    """One funnel a group, those the outcome's findings speak of first."""
    found = [f for f in case.released.funnels if f.outcome == case.card.name and len(f.places)]
    ranks = {f.group: f.rank for f in reversed(case.findings) if f.verdict == "gap"}
    found.sort(key=lambda f: ranks.get(f.group, len(case.released.findings)))
    return tuple(_figure(case, one) for one in found)


def _figure(case: Case, one: Funnel) -> Figure:
    names = [case.names.place(p) for p in one.places]
    order = np.array(sorted(range(len(names)), key=lambda i: (names[i], one.places[i])))
    chart = _chart(case, one, order)
    title = _title(case, one)
    about = case.names.say(
        "funnel.about",
        outcome=case.card.title,
        group=case.names.group(one.group),
        reference=case.names.group(one.reference),
        period=case.names.period(one.period),
    )
    return Figure(
        id=f"f-{case.card.name}-{one.group.replace('=', '-').replace(';', '-')}",
        title=title,
        about=about,
        alt=_alt(case, one, title),
        wide=funnel(chart, 720, 400),
        phone=funnel(chart, 340, 340),
        table=_table(case, one, order, names),
        notes=_notes(case, one, chart),
        finder=case.names.say("funnel.find"),
    )


def _title(case: Case, one: Funnel) -> str:
    outside = int(one.outside.sum())
    key = "funnel.none" if outside == 0 else "funnel.one" if outside == 1 else "funnel.some"
    return case.names.say(
        key,
        outside=count(outside),
        schools=count(len(one.places)),
        group=case.names.group(one.group),
    )


def _chart(case: Case, one: Funnel, order: np.ndarray) -> FunnelChart:
    size = np.maximum(one.precision_n, 1)
    low, high = _reach(one)
    marks = ticks(low, high, 6)
    left, right = log10(float(size.min())), log10(float(size.max()))
    pad = 0.04 * (right - left) + 0.02
    return FunnelChart(
        across=tuple(np.log10(size[order]).tolist()),
        gaps=tuple(one.gap[order].tolist()),
        outside=tuple(np.flatnonzero(one.outside[order]).tolist()),
        left=left - pad,
        right=right + pad,
        across_ticks=tuple((log10(d), count(d)) for d in decades(10**left, 10**right)),
        low=marks[0],
        high=marks[-1],
        gap_ticks=tuple((m, _tick(case, m)) for m in marks),
        center=one.center,
        center_label=case.names.say("funnel.center", gap=signed(case.names, case.card, one.center)),
        limits=_limits(case, one),
        above=case.names.say(f"funnel.above_{case.measure}", group=case.names.group(one.group)),
        below=case.names.say(f"funnel.below_{case.measure}", group=case.names.group(one.group)),
        across_head=case.names.say("funnel.across"),
    )


def _reach(one: Funnel) -> tuple[float, float]:
    """From the lowest gap to the highest, 0 and the limits of a middling school included.

    Of many schools a few lie so far out that all others would be one line: the scale is cut there.
    """
    low, high = np.quantile(one.gap, (_TAIL, 1 - _TAIL)) if len(one.gap) > _MANY else _ends(one.gap)
    middle = len(one.limit_n) // 2
    values = (low, high, 0.0, float(one.low998[middle]), float(one.high998[middle]))
    return float(min(values)), float(max(values))


def _ends(gap: Numbers) -> tuple[float, float]:
    return float(gap.min()), float(gap.max())


def _notes(case: Case, one: Funnel, chart: FunnelChart) -> tuple[str, ...]:
    beyond = int(((one.gap < chart.low) | (one.gap > chart.high)).sum())
    if not beyond:
        return (case.names.say("funnel.note"),)
    low, high = chart.gap_ticks[0][1], chart.gap_ticks[-1][1]
    return (
        case.names.say("funnel.note"),
        case.names.say("funnel.cut", low=low, high=high, schools=count(beyond)),
    )


def _tick(case: Case, value: float) -> str:
    number = 100 * value if case.card.is_rate else value * case.card.per
    sign = "+" if number > 0 else "−" if number < 0 else ""
    return f"{sign}{abs(number):.6g}"


def _limits(case: Case, one: Funnel) -> tuple[tuple[tuple[Point, ...], bool, str], ...]:
    def points(curve: Numbers) -> tuple[Point, ...]:
        across = np.log10(np.maximum(one.limit_n, 1)).tolist()
        return tuple(zip(across, curve.tolist(), strict=True))

    inner, outer = case.names.say("funnel.inner"), case.names.say("funnel.outer")
    return (
        (points(one.low95), True, ""),
        (points(one.high95), True, inner),
        (points(one.low998), False, ""),
        (points(one.high998), False, outer),
    )


def _alt(case: Case, one: Funnel, title: str) -> str:
    return case.names.say(
        "funnel.alt",
        title=title,
        low=signed(case.names, case.card, float(one.gap.min())),
        high=signed(case.names, case.card, float(one.gap.max())),
        center=signed(case.names, case.card, one.center),
        schools=count(len(one.places)),
    )


def _table(case: Case, one: Funnel, order: np.ndarray, names: list[str]) -> Table:
    """Schools by name: a reader looks for the own one, and nobody is put in order of a gap."""
    say = case.names.say
    inside, outside = say("funnel.inside"), say("funnel.outside")
    rows = tuple(
        (
            names[i],
            signed(case.names, case.card, float(one.gap[i])),
            count(int(one.precision_n[i])),
            outside if one.outside[i] else inside,
        )
        for i in order.tolist()
    )
    head = (say("funnel.school"), say("funnel.gap"), say("funnel.students"), say("funnel.where"))
    return Table(say("funnel.caption", outcome=case.card.title), head, rows, words=(0, 3))
