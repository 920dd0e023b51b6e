"""Where a gap comes from: the picture of its parts, and what each cause says."""

from itertools import accumulate

from eachchild.findings.model import Finding
from eachchild.report.case import Case
from eachchild.report.charts.waterfall import WaterfallRow, phone, wide
from eachchild.report.names import sentence_case
from eachchild.report.page import Figure, Table
from eachchild.terms.numerals import tenths, whole_percent


def origin_figure(case: Case, cause: Finding) -> Figure:
    """The parts of a gap that add up to it, as a cause has them."""
    say = case.names.say
    ends = [0.0, *accumulate(part.value for part in cause.parts)]
    whole = ends[-1]
    most = max(cause.parts, key=lambda part: part.share)
    parts = tuple(
        WaterfallRow(part.label, start, end, _shown(case, part.value, part.share), part == most)
        for part, start, end in zip(cause.parts, ends[:-1], ends[1:], strict=True)
    )
    rows = (WaterfallRow(say("origin.whole"), 0.0, whole, _points(case, whole)), *parts)
    title = say("origin.title")
    about = say(
        "origin.about", title=case.card.title, group=case.names.group(cause.group),
        others=case.names.group(cause.reference), period=case.names.period(cause.period),
    )  # fmt: skip
    said = "; ".join(f"{row.label}: {row.shown}" for row in rows)
    return Figure(
        id=f"origin-{cause.of}",
        title=title,
        about=about,
        alt=f"{sentence_case(about)}. {said}.",
        wide=wide(rows),
        phone=phone(rows),
        table=Table(
            about,
            (say("origin.part"), say("origin.points"), say("origin.share"), say("origin.interval")),
            tuple(
                (part.label, f"{100 * part.value:.2f}", whole_percent(part.share),
                 say("figure.bounds", low=whole_percent(part.low), high=whole_percent(part.high)))
                for part in cause.parts
            ),
            total=(say("origin.whole"), f"{100 * whole:.2f}", whole_percent(1.0), ""),
        ),
        notes=(say("origin.note"),),
    )  # fmt: skip


def _shown(case: Case, value: float, share: float) -> str:
    return case.names.say("origin.shown", points=_points(case, value), share=whole_percent(share))


def _points(case: Case, value: float) -> str:
    return case.names.say("origin.so_many", points=tenths(value))
