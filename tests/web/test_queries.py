"""A page asks the database little, however much it shows: no query a row."""

import pytest
from django import forms
from django.db import connection
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eachchild.web.audits.forms import QuickSelect
from eachchild.web.shelf import screens

MOST = 16  # session, person, second factor, membership, run, and the line of the trail


@pytest.mark.parametrize("name", ["finding", "explore", "quality", "run"])
def test_a_page_asks_the_database_little(name: str, north, finished, client_for) -> None:
    pages = screens(north.shelf.bundle(str(finished.pk), "internal"))
    first = next(f["screen"] for o in pages["outcomes"] for f in (*o["findings"], *o["quiet"]))
    given = ["north", finished.pk, *([first] if name == "finding" else [])]
    client = client_for(north, "analyst")
    client.get(reverse(name, args=given))  # the session notes once a minute that somebody was here
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse(name, args=given)).status_code == 200
    told = [one["sql"] for one in asked.captured_queries]
    assert len(told) <= MOST, "\n".join(told)
    assert not any("UPDATE" in sql and "session" in sql for sql in told)


@pytest.mark.parametrize("value", ["", "a", '<b>"', None])
def test_a_long_list_is_the_same_as_any(value: str | None) -> None:
    choices = [("", "All"), ("a", "A & B"), ('<b>"', "<i>")]
    told = [
        kind(choices=choices, attrs={"id": "x", "required": True}).render("name", value)
        for kind in (QuickSelect, forms.Select)
    ]
    assert parse_html(told[0]) == parse_html(told[1])
    assert "<i>" not in told[0]
