"""The interface for programs: what a token reads, that it only reads, that it is as described."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings

from eachchild.web.accounts.actions import end_membership
from eachchild.web.accounts.models import Membership
from eachchild.web.api.actions import end_token, make_token
from eachchild.web.api.document import document
from eachchild.web.api.models import Token
from eachchild.web.api.views import ENDPOINTS
from eachchild.web.audits.models import Release, Run
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Event
from eachchild.web.foundation.rules import NotAllowedError

Browsers = Callable[[Any, str], Client]
_HERE = "/api/v1"


def _key(district: Any, role: str = "analyst", audience: str = "internal") -> str:
    return make_token(district.members[role], "a program", audience, 30)


def _get(key: str, path: str, **more: str) -> Any:
    return Client().get(f"{_HERE}{path}", more, headers={"Authorization": f"Bearer {key}"})


def test_the_interface_is_as_it_describes_itself(north, short: Run, out: Release) -> None:
    """Drawn requests, good and bad, over every address of its own document."""
    key = _key(north)
    schema = schemathesis.openapi.from_wsgi(f"{_HERE}/openapi.json", get_wsgi_application())
    count = 0
    for operation in schema.get_all_operations():
        count += 1
        _try(operation.ok(), key, short)
    assert count == len(ENDPOINTS)


def _try(operation: Any, key: str, run: Run) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    for mode in modes:
        if mode is schemathesis.GenerationMode.NEGATIVE and not operation.query:
            continue

        @settings(max_examples=6, deadline=None, database=None, derandomize=True,
                  phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
        @schemathesis_given(operation, mode)
        def drawn(case: Any) -> None:
            if "run" in case.path_parameters:
                case.path_parameters["run"] = str(run.pk)
            case.call_and_validate(headers=headers)

        drawn()


def schemathesis_given(operation: Any, mode: Any) -> Any:
    from hypothesis import given

    return given(case=operation.as_strategy(generation_mode=mode))


def test_the_document_is_made_of_the_endpoints(north) -> None:
    told = Client().get(f"{_HERE}/openapi.json").json()
    assert told == json.loads(json.dumps(document(ENDPOINTS)))
    assert told["openapi"] == "3.1.0"
    assert {tuple(path) for path in told["paths"].values()} == {("get",)}
    for name, shape in told["components"]["schemas"].items():
        if name in {"Audits", "Runs", "RunShown", "Findings", "Measures", "Bundle", "Failed"}:
            assert "audience" in shape["required"], name


def test_every_answer_says_its_audience(north, short: Run, out: Release) -> None:
    for audience, read in (("internal", "internal"), ("board", "public"), ("public", "public")):
        key = _key(north, audience=audience)
        for path in (f"/runs/{short.pk}{end}" for end in ("", "/findings", "/measures", "/files")):
            assert _get(key, path).json()["audience"] == read
        assert _get(key, "/runs").json()["audience"] == audience


def test_a_token_reads_the_numbers_of_its_audience_alone(north, short, out, small) -> None:
    inside, outside = _key(north), _key(north, audience="public")
    wanted = {"outcome": "oss_any", "measure": "rate", "size": "500"}
    all_, some = (_get(k, f"/runs/{short.pk}/measures", **wanted).json() for k in (inside, outside))
    assert {row["state"] for row in some["measures"]} & {"suppressed", "coarse"}
    assert not {row["state"] for row in all_["measures"]} & {"suppressed", "coarse"}
    answer = _get(outside, f"/runs/{short.pk}/files/cells.csv")
    assert b"".join(answer.streaming_content) == (small / "public" / "cells.csv").read_bytes()
    assert _get(inside, f"/runs/{short.pk}/files/cells.csv").status_code == 404
    for name in ("screens.json", "ledger.jsonl", "..%2F..%2Fledger.jsonl", "cube"):
        assert _get(inside, f"/runs/{short.pk}/files/{name}").status_code == 404


def test_pages_and_filters_of_measures(north, short: Run) -> None:
    key = _key(north)
    first = _get(key, f"/runs/{short.pk}/measures", size="7").json()
    second = _get(key, f"/runs/{short.pk}/measures", size="7", page="2").json()
    assert len(first["measures"]) == len(second["measures"]) == 7
    assert first["measures"][-1] != second["measures"][0]
    assert first["count"] == second["count"] > 14
    only = _get(key, f"/runs/{short.pk}/measures", group="race=black", measure="rate").json()
    assert {(r["group"], r["measure"]) for r in only["measures"]} == {("race=black", "rate")}
    for bad in ({"size": "501"}, {"page": "0"}, {"page": "x"}, {"made_up": "1"}):
        assert _get(key, f"/runs/{short.pk}/measures", **bad).status_code == 400


def test_it_only_reads(north, short: Run) -> None:
    key = _key(north)
    for path in (f"/runs/{short.pk}", "/audits", "/runs", f"/runs/{short.pk}/measures"):
        for method in ("post", "put", "patch", "delete"):
            client = Client(enforce_csrf_checks=True)
            answer = getattr(client, method)(
                f"{_HERE}{path}", headers={"Authorization": f"Bearer {key}"}
            )
            assert answer.status_code == 405
            assert answer.headers["Allow"] == "GET, HEAD"


def test_without_an_open_token_nothing_is_read(north, short: Run) -> None:
    key = _key(north)
    forged = key[:-4] + "aaaa"
    for wrong in ("", "x", forged, key.replace(key.split("_")[1], "0" * 32)):
        answer = _get(wrong, "/runs")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "runs" not in answer.json()
    token = Token.objects.within(north.organization).get()
    assert key not in str(token.__dict__)
    end_token(north.members["superintendent"], token)
    assert _get(key, "/runs").status_code == 401
    late = _key(north)
    Token.objects.within(north.organization).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert _get(late, "/runs").status_code == 401


def test_a_token_never_outgrows_who_made_it(north, short: Run, out: Release) -> None:
    key = _key(north)
    member = Membership.objects.filter(pk=north.members["analyst"].pk)
    member.update(role="teacher")
    assert _get(key, "/runs").status_code == 403
    member.update(role="analyst")
    assert _get(key, f"/runs/{short.pk}").json()["audience"] == "internal"
    end_membership(member.get(), by=north.members["administrator"].user)
    assert _get(key, "/runs").status_code == 401


@pytest.mark.parametrize("role", list(roles()))
def test_who_may_make_a_token(role: str, north, client_for: Browsers) -> None:
    may = "export" in roles()[role].rights
    client, address = client_for(north, role), reverse("tokens", args=[north.slug])
    told = {"label": "A program", "audience": "internal", "days": "30"}
    answer = client.post(address, told)
    assert answer.status_code == (200 if may else 403)
    assert Token.objects.within(north.organization).count() == (1 if may else 0)
    if may:
        assert "eachchild_" in answer.content.decode()
        assert "eachchild_" not in client.get(address).content.decode()  # shown once
    else:
        with pytest.raises(NotAllowedError):
            make_token(north.members[role], "A program", "public", 30)


def test_each_use_is_one_line_of_the_trail_and_never_the_key(north, short: Run) -> None:
    key = _key(north)
    before = Event.objects.filter(organization=north.organization).count()
    _get(key, f"/runs/{short.pk}/findings")
    _get(key, f"/runs/{short.pk}/files/nothing")
    _get(key + "x", "/runs")
    lines = list(Event.objects.filter(organization=north.organization).order_by("number"))[before:]
    assert [(e.action, e.result) for e in lines] == [
        ("api.findings", "done"), ("api.file", "failed"), ("api.refused", "refused"),
    ]  # fmt: skip
    assert all(str(short.pk) in e.thing for e in lines[:2])
    assert not any(key[-20:] in str(e.__dict__) for e in lines)


def test_another_district_does_not_exist_for_a_token(north, south, short: Run, out) -> None:
    key = _key(south)
    for path in (f"/runs/{short.pk}{end}" for end in ("", "/findings", "/measures", "/files")):
        assert _get(key, path).status_code == 404
    assert _get(key, "/runs").json()["runs"] == []
    assert _get(key, "/audits").json()["audits"] == []
