"""The trail: added to and never changed, and no change to it goes unseen (S24)."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from fences import take_down

from eachchild.web.foundation.actions import broken_lines, note_heads, noted_heads, record
from eachchild.web.foundation.models import Chain, Event
from eachchild.web.foundation.tenancy import PLATFORM, inside


@pytest.fixture
def told(north):
    """A trail of some lines, and its rows."""
    for number in range(4):
        record("page.read", organization=north.organization, thing=f"thing:{number}")
    with inside(north.organization):
        yield Event.objects.filter(organization=north.organization)


def _broken(north) -> list[int]:
    return list(broken_lines(north.organization))


@pytest.mark.parametrize("change", ["update", "delete"])
def test_s24_the_database_refuses_changes_to_lines(told, change: str) -> None:
    before = told.count()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        told.update(result="refused") if change == "update" else told.first().delete()
    assert told.filter(result="done").count() == before


def test_s24_an_untouched_trail_is_whole(north, told) -> None:
    assert _broken(north) == []


def test_s24_an_edit_is_seen(north, told) -> None:
    take_down()
    told.filter(number=3).update(thing="thing:other")
    assert _broken(north) == [3]


def test_s24_a_line_taken_out_is_seen(north, told) -> None:
    take_down()
    told.filter(number=3).delete()
    assert _broken(north)[0] == 3


def test_s24_a_new_order_is_seen(north, told) -> None:
    take_down()
    for now, then in ((3, 1_000), (4, 3), (1_000, 4)):
        told.filter(number=now).update(number=then)
    assert _broken(north)[0] == 3


def test_s24_an_end_cut_off_is_seen(north, told) -> None:
    take_down()
    last = told.order_by("-number").first()
    told.filter(pk=last.pk).delete()
    assert _broken(north) == [last.number]


def test_s24_an_end_cut_off_with_its_chain_made_to_fit_is_seen_from_outside(
    north, told, settings, tmp_path
) -> None:
    settings.DATA = tmp_path
    note_heads()
    take_down()
    last = told.order_by("-number").first()
    told.filter(pk=last.pk).delete()
    Chain.objects.filter(organization=north.organization).update(
        length=last.number - 1, last=last.previous
    )
    assert _broken(north) == []
    assert list(broken_lines(north.organization, noted_heads(north.organization))) == [last.number]


def test_s24_the_command_says_whether_trails_are_whole(north, told, settings, tmp_path) -> None:
    settings.DATA = tmp_path
    record("platform.started", organization=None)
    said = StringIO()
    call_command("trail_check", stdout=said)
    assert "north: whole" in said.getvalue()
    assert "the platform: whole" in said.getvalue()
    take_down()
    with inside(PLATFORM):
        Event.objects.filter(organization=None).update(result="failed")
    with pytest.raises(CommandError, match="was changed"):
        call_command("trail_check", stdout=said)
    assert "the platform: broken at line 1" in said.getvalue()
