"""The picture of whether a change worked, with its table: painted as the report paints figures."""

from dataclasses import dataclass

from eachchild.report.charts.runs import RunChart, RunLine, RunPoint, Usual, runs
from eachchild.report.charts.scale import ticks
from eachchild.report.html import alone, as_printed
from eachchild.report.page import Table

_WIDE, _PHONE = 720.0, 340.0
_MOST = 1.25  # of the highest rate, how far up a usual range may lead the scale


@dataclass(frozen=True, slots=True)
class Run:
    """A run of rates as plain numbers and words; see `charts.runs` for what each is drawn as."""

    alt: str
    about: str
    names: tuple[str, ...]
    lines: tuple[RunLine, ...]
    usual: tuple[Usual, ...]
    usual_words: str
    change: float | None
    change_words: str
    goal: float | None
    goal_words: str
    is_share: bool  # else rates are written times `per`
    per: int
    table: Table


@dataclass(frozen=True, slots=True)
class PaintedRun:
    """HTML: the picture with what it is about, and its table."""

    picture: str
    table: str


def paint_run(run: Run) -> PaintedRun:
    """Paint a run wide and for phones, with the words for those who do not see it."""
    chart = _chart(run)
    drawn = alone("picture", runs(chart, _WIDE), runs(chart, _PHONE), run.alt)
    about = alone("about", run.about)
    picture = f'<figure class="run">{drawn}<figcaption>{about}</figcaption></figure>'
    return PaintedRun(as_printed(picture), as_printed(alone("table", run.table)))


def _chart(run: Run) -> RunChart:
    highest = max((p.value for line in run.lines for p in line.points), default=0.0)
    reach = max(highest, run.goal or 0.0)
    high = max((u.high for u in run.usual), default=0.0)
    marks = ticks(0.0, max(reach, min(high, _MOST * reach)) or 1.0, 4)
    return RunChart(
        run.lines, run.names, run.usual, run.usual_words, run.change, run.change_words,
        run.goal, run.goal_words, tuple((value, _shown(run, value)) for value in marks),
    )  # fmt: skip


def _shown(run: Run, value: float) -> str:
    return f"{100 * value:.4g} %" if run.is_share else f"{value * run.per:.4g}"


__all__ = ["PaintedRun", "Run", "RunLine", "RunPoint", "Usual", "paint_run"]
