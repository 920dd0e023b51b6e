"""What the picture of a verdict shows, as plain numbers and words that a report can paint.

School years stand beside each other. Months stand over each other: this year's beside the same
months of earlier years, since suspensions and absences have seasons.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eachchild.progress.charts import Chart, chart_of
from eachchild.progress.model import Series
from eachchild.progress.periods import FIRST_MONTH, is_early, split, year_of
from eachchild.progress.said import Say, short_month
from eachchild.progress.series import rates
from eachchild.progress.watch import Asked
from eachchild.terms.numerals import count

Kind = Literal["group", "earlier", "since", "reference"]


@dataclass(frozen=True, slots=True)
class PictureLine:
    """One line: `values` are the place on the axis, the rate, and how it reads."""

    label: str
    kind: Kind
    values: tuple[tuple[int, float, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A run of rates. `usual` is the place on the axis, the middle, and the usual range."""

    title: str
    about: str
    alt: str
    names: tuple[str, ...]  # of the axis
    lines: tuple[PictureLine, ...]
    usual: tuple[tuple[int, float, float, float], ...]
    usual_words: str
    change: float | None  # where on the axis the change begins
    change_words: str
    goal: float | None
    goal_words: str
    is_share: bool  # else rates are written times `per`
    per: int
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def picture_of(asked: Asked, title: str, say: Say) -> Picture:
    """The picture of a verdict, whose first sentence is its title."""
    series = asked.watched.group
    chart = chart_of(series, base=split(series, asked.goal.begins).before)
    return (_months if series.is_monthly else _years)(asked, title, say, chart)


def _years(asked: Asked, title: str, say: Say, chart: Chart) -> Picture:
    series, goal = asked.watched.group, asked.goal
    names = series.label
    lines = (
        PictureLine(_group(say), "group", tuple(_values(series, say))),
        PictureLine(_others(say), "reference", tuple(_values(asked.watched.reference, say))),
    )
    usual = tuple(_usual(chart, range(len(names)), range(len(names))))
    year = year_of(goal.begins)
    before = sum(name < year for name in names)
    change = before - 0.5 if is_early(goal.begins) or before == len(names) else float(before)
    return _picture(
        asked, title, say, chart,
        names=names, lines=lines, usual=usual, change=change, goal=goal.target,
        usual_words=say.phrases.words.say("progress.picture.usual"),
    )  # fmt: skip


def _months(asked: Asked, title: str, say: Say, chart: Chart) -> Picture:
    series, goal = asked.watched.group, asked.goal
    year = np.array([year_of(label) for label in series.label])
    seasons = sorted(set(series.season.tolist()), key=lambda m: (m - FIRST_MONTH) % 12)
    at = np.array([seasons.index(s) for s in series.season.tolist()], np.int64)
    known = sorted(set(year[series.known].tolist()))
    shown = known[-1] if known else str(year[-1])
    lines = list(_year_lines(asked, say, at, year, shown))
    entries = _entries(series, at, year, shown, len(seasons))
    usual = tuple(_usual(chart, entries, range(len(seasons))))
    starts = at[np.array(series.label) == goal.begins]
    here = year_of(goal.begins) == shown and starts.size
    return _picture(
        asked, title, say, chart,
        names=tuple(short_month(say.phrases, s) for s in seasons), lines=tuple(lines),
        usual=usual, change=float(starts[0]) - 0.5 if here else None, goal=None,
        usual_words=say.phrases.words.say("progress.picture.usual_month"),
    )  # fmt: skip


def _year_lines(
    asked: Asked, say: Say, at: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    year: "np.ndarray[tuple[int], np.dtype[np.str_]]", shown: str,
) -> Iterator[PictureLine]:  # fmt: skip
    """This year's months, those of earlier years, and this year's of whom it is compared with."""
    series, first = asked.watched.group, year_of(asked.goal.begins)
    words = say.phrases.words

    def values(of: Series, name: str) -> tuple[tuple[int, float, str], ...]:
        found = rates(of)
        return tuple(
            (int(at[i]), rate, say.rate(rate))
            for i in np.flatnonzero(year == name) if (rate := found[i]) is not None
        )  # fmt: skip

    for number, name in enumerate(n for n in dict.fromkeys(year.tolist()) if n < shown):
        is_since = name >= first
        label = name if is_since else words.say("progress.picture.earlier") if not number else ""
        yield PictureLine(label, "since" if is_since else "earlier", values(series, name))
    label = say.say("progress.picture.this_year", period=shown)
    yield PictureLine(label, "group", values(series, shown))
    yield PictureLine(_others(say), "reference", values(asked.watched.reference, shown))


def _entries(
    series: Series, at: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    year: "np.ndarray[tuple[int], np.dtype[np.str_]]", shown: str, size: int,
) -> list[int]:  # fmt: skip
    """For each month of the axis the entry that says its usual range: this year's, or the last."""
    found = []
    for month in range(size):
        mine = np.flatnonzero((at == month) & (year <= shown))
        known = [i for i in mine.tolist() if series.known[i]]
        found.append((known or mine.tolist())[-1])
    return found


def _values(series: Series, say: Say) -> Iterator[tuple[int, float, str]]:
    for at, rate in enumerate(rates(series)):
        if rate is not None:
            yield at, rate, say.rate(rate)


def _usual(
    chart: Chart, entries: list[int] | range, places: range
) -> Iterator[tuple[int, float, float, float]]:
    for at, i in zip(places, entries, strict=True):
        if chart.known[i] or chart.center[i] > 0:
            yield at, float(chart.center[i]), float(chart.low[i]), float(chart.high[i])


def _picture(
    asked: Asked, title: str, say: Say, chart: Chart,
    *, names: tuple[str, ...], lines: tuple[PictureLine, ...],
    usual: tuple[tuple[int, float, float, float], ...], change: float | None,
    goal: float | None, usual_words: str,
) -> Picture:  # fmt: skip
    words, series = say.phrases.words, asked.watched.group
    lit = next(line for line in lines if line.kind == "group")
    points = ", ".join(
        words.say("progress.picture.alt_point", label=names[at], shown=shown)
        for at, _, shown in lit.values
    )
    title_of = say.phrases.title(say.outcome.name)
    first, last = (year_of(series.label[i]) for i in (0, -1))
    begins = say.time(asked.goal.begins)
    about = words.say(
        "progress.picture.about", outcome=title_of, group=_group(say), first=first, last=last
    )
    change_words = words.say("progress.picture.change", begins=begins)
    if change is None:  # not in the year that is drawn
        about = f"{about} · {change_words}"
    return Picture(
        title=title,
        about=about,
        alt=words.say("progress.picture.alt", title=title, points=f"{lit.label}: {points}."),
        names=names, lines=lines, usual=usual,
        usual_words=usual_words,
        change=change,
        change_words=change_words,
        goal=goal,
        goal_words="" if goal is None else words.say(
            "progress.picture.goal", rate=say.rate(goal)
        ),
        is_share=say.is_share, per=say.outcome.per,
        caption=say.say("progress.picture.caption", outcome=title_of),
        columns=_columns(say, series.is_monthly),
        rows=tuple(_rows(asked, say, chart)),
    )  # fmt: skip


def _group(say: Say) -> str:
    return say.say("progress.picture.group")


def _others(say: Say) -> str:
    return say.say("progress.picture.others")


def _columns(say: Say, monthly: bool) -> tuple[str, ...]:
    first = "progress.picture.label_month" if monthly else "progress.picture.label_year"
    keys = (
        "progress.picture.events", "progress.picture.n", "progress.picture.rate",
        "progress.picture.usual_low", "progress.picture.usual_high",
        "progress.picture.others_rate",
    )  # fmt: skip
    return (say.say(first), *(say.say(key) for key in keys))


def _rows(asked: Asked, say: Say, chart: Chart) -> Iterator[tuple[str, ...]]:
    series = asked.watched.group
    absent = say.phrases.words.say("progress.picture.absent")
    ours, theirs = rates(series), rates(asked.watched.reference)
    for i, label in enumerate(series.label):
        known = ours[i]
        other = theirs[i]
        counted = (absent, absent, absent)
        if known is not None:
            counted = (count(int(series.events[i])), count(int(series.n[i])), say.rate(known))
        usual = (absent, absent)
        if chart.known[i]:
            usual = (say.rate(float(chart.low[i])), say.rate(float(chart.high[i])))
        yield (say.time(label), *counted, *usual, absent if other is None else say.rate(other))
