"""Marks, scales and the painter: small pictures, checked by hand."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eachchild.report.charts.dots import DotChart, DotRow, phone, wide
from eachchild.report.charts.funnels import FunnelChart, funnel
from eachchild.report.charts.letters import width, wrapped
from eachchild.report.charts.marks import Box, Curve, Dot, Drawing, Ink, Line, Spots, Text
from eachchild.report.charts.palette import (
    DARK,
    DARK_STEPS,
    LIGHT,
    LIGHT_STEPS,
    contrast,
)
from eachchild.report.charts.scale import Linear, decades, ticks
from eachchild.report.charts.svg import on_page, on_paper, style_rules
from eachchild.report.charts.years import YearChart, YearPanel, YearPoint, years

TEXT_ROLES = ("ink", "quiet", "finding", "reference", "fine")


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_all_text_can_be_read(palette):
    for role, ground in product(TEXT_ROLES, ("paper", "panel")):
        assert contrast(palette[role], palette[ground]) >= 4.5, (role, ground)


@pytest.mark.parametrize(("palette", "steps"), [(LIGHT, LIGHT_STEPS), (DARK, DARK_STEPS)])
def test_numbers_on_every_shade_can_be_read(palette, steps):
    assert min(contrast(palette["ink"], step) for step in steps) >= 4.5


def test_shades_still_tell_far_from_near_in_grey():
    for steps, paper in ((LIGHT_STEPS, LIGHT["paper"]), (DARK_STEPS, DARK["paper"])):
        away = [contrast(step, paper) for step in steps]
        assert away[:4] == sorted(away[:4], reverse=True)
        assert away[3:] == sorted(away[3:])


@given(st.floats(-1e6, 1e6), st.floats(1e-4, 1e6))
def test_ticks_hold_the_range_and_are_few(low, size):
    marks = ticks(low, low + size)
    assert marks[0] <= low + 1e-6 * size
    assert marks[-1] >= low + size * (1 - 1e-6)
    assert 2 <= len(marks) <= 8


def test_a_scale_holds_what_lies_beyond_it_and_says_so():
    scale = Linear(0, 1, 10, 110)
    assert (scale(-1), scale(0.5), scale(2)) == (10, 60, 110)
    assert scale.cuts(1.1)
    assert not scale.cuts(1.0)


def test_decades_are_round():
    assert decades(8, 2_000) == (10, 30, 100, 300, 1_000)


@given(st.text("abc def ghi", max_size=60))
def test_wrapping_loses_no_word(text):
    assert " ".join(wrapped(text, 14, 60)).split() == text.split()


def test_lines_fit_their_room_unless_a_word_does_not():
    lines = wrapped("students whose family income is not reported", 14, 120)
    assert all(width(line, 14) <= 120 for line in lines)
    assert wrapped("Antidisestablishmentarianism", 14, 20) == ("Antidisestablishmentarianism",)


def test_words_are_escaped_wherever_they_are_painted():
    drawing = Drawing(10, 10, (Text((0, 0), "<b> & co", Ink.TEXT),))
    assert "&lt;b&gt; &amp; co" in on_page(drawing)
    assert "&lt;b&gt; &amp; co" in on_paper(drawing)


def test_paper_has_colors_and_a_page_has_roles():
    drawing = Drawing(10, 10, (Line((0, 0), (5, 5), Ink.FINDING), Dot((1, 1), 2, Ink.TEXT, True)))
    assert LIGHT["finding"] in on_paper(drawing)
    assert "class" not in on_paper(drawing)
    assert "class=" in on_page(drawing)
    assert "#" not in on_page(drawing)
    assert "stroke:var(--finding)" in style_rules()


def test_every_spot_is_found_by_its_place():
    spots = Spots(((1, 2), (30.25, 4), (5, 6)), 3, Ink.QUIET)
    path = re.search(r' d="([^"]+)"', on_page(Drawing(40, 10, (spots,))))[1]
    assert path.split("M")[1:] == ["1 2h.01", "30.2 4h.01", "5 6h.01"]


def test_hatching_stays_inside_its_box():
    drawing = Drawing(60, 30, (Box((10, 5), 44, 14, Ink.QUIET, hatched=True),))
    points = re.findall(r"[ML]([\d.]+) ([\d.]+)", on_page(drawing))
    assert len(points) > 20
    assert all(10 <= float(x) <= 54 and 5 <= float(y) <= 19 for x, y in points)


def row(label, shape="known", *, value=0.1, low=0.08, high=0.12, shown="10 %"):
    return DotRow(label, shape, value, low, high, shown, "100", "", lit=False)


def chart(*rows):
    marks = ((0.0, "0 %"), (0.1, "10 %"), (0.2, "20 %"))
    return DotChart(rows, 0.0, 0.2, marks, (0.1, "All 10 %"), "students", "", "{count} students")


def test_what_is_hidden_has_one_size_whatever_it_hides():
    def boxes(value):
        hidden = row("a", "hidden", value=value, low=value, high=value, shown="hidden")
        return [m for m in wide(chart(hidden)).marks if isinstance(m, Box)]

    assert boxes(0.01) == boxes(0.19)
    assert boxes(0.01)[0].hatched


def test_an_estimate_we_cannot_stand_behind_is_open_and_grey():
    for draw in (wide, phone):
        dots = [m for m in draw(chart(row("a", "open"))).marks if isinstance(m, Dot)]
        assert [(d.is_open, d.ink) for d in dots] == [(True, Ink.QUIET)]


def test_an_interval_beyond_the_scale_ends_in_an_arrow():
    inside, beyond = (wide(chart(row("a", high=h))).marks for h in (0.15, 0.5))
    assert len(beyond) == len(inside) + 1


def test_no_word_is_cut_on_a_phone():
    long = "students whose free or reduced-price meal status was never reported to anybody"
    texts = [m.words for m in phone(chart(row(long))).marks if isinstance(m, Text)]
    assert " ".join(texts).count("anybody") == 1
    assert all(width(t, 14) <= 340 for t in texts)


def test_limits_that_lie_outside_the_picture_are_not_drawn():
    def curves(height):
        limit = (((0.0, height), (3.0, height)), True, "95 %")
        of = FunnelChart(
            across=(1.0, 2.0), gaps=(0.0, 0.1), outside=(), left=0.0, right=3.0,
            across_ticks=((1.0, "10"),), low=-0.1, high=0.2, gap_ticks=((0.0, "0"),), center=0.05,
            center_label="all", limits=(limit,), above="more", below="less", across_head="n",
        )  # fmt: skip
        return [m for m in funnel(of, 720, 400).marks if isinstance(m, Curve)]

    assert len(curves(0.15)) == 1
    assert curves(0.9) == []


def test_a_line_stops_where_a_year_is_missing_or_a_definition_new():
    points = tuple(YearPoint(at, 0.1, 0.1, 0.1, "10 %") for at in (0, 1, 3, 4))
    panel = YearPanel("a", points, lit=False, words="")
    of = YearChart((panel,), ("1", "2", "3", "4", "5"), (4,), points, 0.0, 0.2)
    runs = [m.points for m in years(of, 720, 3).marks if isinstance(m, Curve)]
    assert [len(run) for run in runs] == [2, 2]  # the overall line and the group's, first run only
