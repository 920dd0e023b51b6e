"""No log of any part holds who people or students are, whatever they do on whichever page."""

import csv
import io
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from cast import NEW, PASSWORD, link, sign_in, with_password
from django.test import Client
from django.urls import reverse
from test_matrix import _POST_ONLY, PAGES, _address

from eachchild.web.foundation.logs import NoSecrets
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Event
from eachchild.web.foundation.tenancy import PLATFORM, inside


def test_s25_no_log_and_no_trail_names_a_person_or_a_student(
    north: Any, finished: Any, client_for: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with (north.shelf.files(str(finished.audit_id)) / "student.csv").open() as lines:
        students = {row["student_id"] for row in csv.DictReader(lines)}
    assert len(students) > 1_000
    for role in ("analyst", "administrator", "superintendent"):
        client = client_for(north, role)
        for name in sorted(PAGES):
            if name != "leave":
                ask = client.post if name in _POST_ONLY else client.get
                ask(_address(name, finished, "x", "x")).close()
    address = link(north)
    Client().post(address, {"name": "Somebody new", "password": PASSWORD})
    coach = with_password(north.members["coach"].user)
    sign_in(Client(), coach.email, "a wrong password")
    sign_in(Client(), "nobody@elsewhere.invalid", "a wrong password")
    sign_in(Client(), coach.email)
    client_for(north, "administrator").post(
        reverse("hold", args=["north"]), {"reason": "Ms. Rivera asks"}
    )
    told = caplog.text
    assert "Not Found" in told or "Forbidden" in told  # something is logged at all
    for whose in (north.organization, PLATFORM):
        with inside(whose):
            lines = Event.objects.exclude(organization__slug="south")
            told += " ".join(f"{e.action} {e.thing} {e.purpose} {e.result}" for e in lines)
    people = [north.members[role].user for role in roles()]
    secret = address.split("/")[-2]
    words = [NEW, "Somebody new", PASSWORD, "a wrong password", "Rivera", secret, "@", ".csv"]
    for word in words + [p.email for p in people] + [p.name for p in people]:
        assert word not in told, word
    assert not students & set(re.findall(r"\d{8}", told))


def test_s25_a_link_that_fails_is_logged_without_its_secret(north: Any) -> None:
    handlers = [h for h in logging.getLogger().handlers
                if any(isinstance(one, NoSecrets) for one in h.filters)]  # fmt: skip
    (handler,) = handlers
    written, address = io.StringIO(), link(north)
    before = handler.setStream(written)
    try:
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(address, {"name": "x", "password": PASSWORD}).status_code == 403
        Client().get("/account/password/reset/key/3-abc-secret/more/")
    finally:
        handler.setStream(before)
    told = written.getvalue()
    assert "/account/join/..." in told
    assert address.split("/")[-2] not in told
    assert "abc-secret" not in told
