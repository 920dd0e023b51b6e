"""What families are told of a report: its own released rates, as whole students."""

from dataclasses import replace

import pytest

from eachchild.release.types import Released
from eachchild.report.charts import icons
from eachchild.report.charts.icons import Crowd, IconArray
from eachchild.report.charts.marks import Ink, Spots, Text
from eachchild.report.family import family


@pytest.fixture(scope="module")
def told(released: Released):
    return family(released)


def test_each_rate_is_told_as_whole_students_of_both_groups(told) -> None:
    one = next(t for t in told.told if t.finding.group == "race=black" and t.people)
    assert one.people is not None
    assert one.people.of == 100
    assert one.sentences[0] == (
        "Of every 100 Black students, about 12 were kept home from school as a punishment."
    )
    assert one.people.group.shown == "12 of 100"
    assert str(one.people.others.number) in one.sentences[1]


def test_single_groups_come_before_crossings_and_headlines_before_others(told) -> None:
    crossed = [";" in t.finding.group for t in told.told]
    assert crossed == sorted(crossed)
    assert len(told.told) <= 5


def test_every_outcome_is_counted_for_all_students(told, released: Released) -> None:
    assert [one.outcome for one in told.outcomes] == [
        f"o-{card.name}" for card in released.outcomes
    ]
    assert all(one.level.endswith(".") and one.counted.endswith(".") for one in told.outcomes)


def test_an_outcome_that_a_district_renamed_keeps_the_name_it_gave(released: Released) -> None:
    own = {"outcome.oss_any.verb": "were sent home", "outcome.oss_any.title": "Sent home"}
    renamed = family(replace(released, labels=own))
    said = " ".join(s for one in renamed.told for s in one.sentences)
    assert "kept home from school as a punishment" not in said


def test_where_no_gap_is_sure_it_says_so_and_not_that_there_is_none(released: Released) -> None:
    quiet = tuple(replace(f, verdict="cannot_tell") for f in released.findings)
    told = family(replace(released, findings=quiet))
    assert told.told == ()
    assert "That does not mean there is none." in told.none
    assert "we saw no large gap" not in " ".join(told.answer)


@pytest.mark.parametrize(("of", "mine", "theirs"), [(100, 12, 4), (100, 0, 100), (1_000, 3, 1)])
@pytest.mark.parametrize("draw", [icons.wide, icons.phone])
def test_a_picture_has_a_mark_for_each_student(of: int, mine: int, theirs: int, draw) -> None:
    chart = IconArray(of, Crowd("Black students", "12 of 100", mine), Crowd("Others", "4", theirs))
    drawn = draw(chart)
    spots = [mark for mark in drawn.marks if isinstance(mark, Spots)]
    assert sum(len(one.points) for one in spots) == 2 * of
    large = sum(len(one.points) for one in spots if one.ink != Ink.QUIET)
    assert large == mine + theirs
    sizes = {one.ink == Ink.QUIET: one.radius for one in spots}
    if len(sizes) == 2:  # told apart without color
        assert sizes[False] > 2 * sizes[True]
    inside = [p for one in spots for p in one.points]
    assert all(0 < x < drawn.width and 0 < y < drawn.height for x, y in inside)
    lowest = max(mark.at[1] for mark in drawn.marks if isinstance(mark, Text))
    assert min(y for _, y in inside) > lowest
