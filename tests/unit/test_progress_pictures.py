"""The picture of a verdict: what it shows, and how it is drawn wide and on a phone."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from watching import BLACK, GOAL, SAY, WHITE, YEARS, asked, audited, finding, months, whole, years

from eachchild.progress.picture import picture_of
from eachchild.progress.series import yearly
from eachchild.progress.watch import Watcher
from eachchild.report.charts.marks import Box, Curve, Dot, Drawing, Line, Text
from eachchild.report.charts.runs import RunChart, RunLine, RunPoint, Usual, runs
from eachchild.report.page import Table
from eachchild.report.run_figure import Run, paint_run


def test_the_picture_of_months_lays_this_year_over_earlier_ones() -> None:
    told_of = {
        ("oss_any", BLACK): years((200, 200, 200, 200)), ("oss_any", WHITE): years((50,) * 4),
        ("months of oss", BLACK): months(24), ("months of oss", WHITE): months(6),
    }  # fmt: skip
    found = audited(told_of, finding("oss_any"))
    watched = Watcher(found).ask(replace(GOAL, begins="2024-11", chosen_on=("2023-24",)))
    assert watched is not None
    picture = picture_of(watched, "Title", SAY)
    assert picture.names == ("Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May")
    assert [line.kind for line in picture.lines] == ["earlier"] * 3 + ["group", "reference"]
    assert [line.label for line in picture.lines][:2] == ["earlier years", ""]
    assert picture.change == 2.5
    assert picture.goal is None
    assert len(picture.usual) == 10
    assert all(low <= middle <= high for _, middle, low, high in picture.usual)
    assert len(picture.rows) == 40
    assert picture.alt.startswith("Title. Black students, 2024-25: Aug 2.4 %, Sep 2.4 %")
    later = Watcher(found).ask(replace(GOAL, begins="2023-11", chosen_on=("2022-23",)))
    assert later is not None
    after = picture_of(later, "Title", SAY)
    assert after.change is None
    assert after.about.endswith("change begins, November 2023")
    assert [line.label for line in after.lines][2] == "2023-24"


@pytest.mark.parametrize(
    ("begins", "change"), [("2023-08", 1.5), ("2024-02", 2.0), ("2025-09", 3.5), ("2026-02", 3.5)]
)
def test_the_picture_of_years_marks_where_the_change_begins(begins: str, change: float) -> None:
    given = asked(replace(GOAL, begins=begins), years((98, 98, 71, 71)), years((30, 30, 31, 31)))
    picture = picture_of(given, "Title", SAY)
    assert (picture.change, picture.goal) == (change, 0.05)
    assert picture.rows[0] == ("2021-22", "98", "1,000", "9.8 %", *picture.rows[0][4:])


def test_what_is_hidden_is_called_not_known_in_the_table() -> None:
    hidden = yearly(YEARS, np.full(4, 1000), whole(98, 98, 98, 71), known=np.arange(4) != 1)
    given = asked(GOAL, hidden, years((30, 30, 31, 31)))
    rows = picture_of(given, "Title", SAY).rows
    assert rows[1][1:4] == ("not known",) * 3
    assert rows[1][6] == "3.0 %"


def points(*values: float, first: int = 0) -> tuple[RunPoint, ...]:
    return tuple(RunPoint(first + i, v, f"{v:.0%}") for i, v in enumerate(values))


CHART = RunChart(
    lines=(
        RunLine("", points(0.1, 0.12, 0.1), "earlier"),
        RunLine("Black students, 2024-25", (*points(0.1, 0.11), *points(0.07, first=3)), "group"),
        RunLine("White students", points(0.1, 0.1, 0.1, 0.1), "reference"),
    ),
    names=("2021-22", "2022-23", "2023-24", "2024-25"),
    usual=tuple(Usual(at, 0.1, 0.05, 0.15) for at in range(4)),
    usual_words="middle and usual range before the change",
    change=2.5,
    change_words="change begins, September 2024",
    goal=0.1,
    goal_words="goal: 10 %",
    ticks=((0.0, "0 %"), (0.1, "10 %"), (0.2, "20 %")),
)


def of(drawing: Drawing, kind: type) -> list[object]:
    return [mark for mark in drawing.marks if isinstance(mark, kind)]


@pytest.mark.parametrize("size", [720.0, 340.0])
def test_a_run_is_drawn_inside_its_picture_and_words_keep_apart(size: float) -> None:
    drawing = runs(CHART, size)
    texts = [mark for mark in drawing.marks if isinstance(mark, Text)]
    for text in texts:
        assert 0 <= text.at[0] <= size
        assert 0 < text.at[1] <= drawing.height
    said = " ".join(text.words for text in texts)
    assert "change begins, September 2024" in said
    assert "goal: 10 %" in said
    # Four things lie at one height; their words stand under each other all the same.
    beside = [t for t in texts if t.anchor == "start"]
    spots = [(round(t.at[0]), round(t.at[1])) for t in beside]
    assert len(set(spots)) == len(spots) >= 4
    heights = sorted(y for _, y in spots)
    assert all(b - a >= 14 for a, b in pairwise(heights))


def test_a_line_stops_where_a_rate_is_not_known() -> None:
    drawing = runs(CHART, 720.0)
    lit = [m for m in drawing.marks if isinstance(m, Curve) and m.ink == "finding"]
    assert [len(curve.points) for curve in lit] == [2]
    dots = [m for m in drawing.marks if isinstance(m, Dot) and m.ink == "finding"]
    assert len(dots) == 3
    assert len(of(drawing, Box)) == 4


def test_a_phone_shows_a_sample_of_each_mark_beside_its_words() -> None:
    """So that nothing rests on color alone."""
    wide, phone = runs(CHART, 720.0), runs(CHART, 340.0)
    assert len(of(phone, Box)) == len(of(wide, Box)) + 1
    dashed = [m for m in phone.marks if isinstance(m, Line) and m.dashed]
    assert len(dashed) == 2


def test_a_picture_without_a_change_or_a_goal_draws_neither() -> None:
    plain = replace(CHART, change=None, goal=None, usual=())
    drawing = runs(plain, 340.0)
    said = " ".join(m.words for m in drawing.marks if isinstance(m, Text))
    assert "change begins" not in said
    assert "goal" not in said
    assert not of(drawing, Box)


def run(**more: object) -> Run:
    given = {name: getattr(CHART, name) for name in (
        "lines", "names", "usual", "usual_words", "change", "change_words", "goal", "goal_words",
    )}  # fmt: skip
    table = Table("Numbers", ("School year", "Rate"), (("2024-25", "7 %"),))
    whole = {**given, "alt": "A <title>", "about": "About & more", "is_share": True, "per": 1,
             "table": table, **more}  # fmt: skip
    return Run(**whole)  # type: ignore[arg-type]


def test_a_run_is_painted_twice_with_words_and_a_table() -> None:
    painted = paint_run(run())
    assert painted.picture.count("<svg") == 2
    assert 'aria-label="A &lt;title&gt;"' in painted.picture
    assert "About &amp; more" in painted.picture
    assert "<script" not in painted.picture
    assert "style=" not in painted.picture
    assert painted.table.count("<tr>") == 2
    assert re.search(r"7\u00a0%", painted.table)
    assert paint_run(run()) == painted


def test_the_scale_starts_at_nothing_and_reads_as_the_outcome_does() -> None:
    share = paint_run(run()).picture
    assert ">0 %<" in share
    days = paint_run(run(is_share=False, per=100)).picture
    assert re.search(r">(10|15|20)<", days)
    nothing = paint_run(run(lines=(), usual=(), goal=None)).picture
    assert ">100 %<" in nothing
