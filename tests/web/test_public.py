"""Public pages: all they say comes from a sealed bundle, and a bundle that was changed is gone."""

import ast
import html
import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eachchild.release.bundle import verify_bundle
from eachchild.web import public
from eachchild.web.audits.models import Release
from eachchild.web.foundation.tenancy import inside
from eachchild.web.profile.models import Profile
from eachchild.web.public.views import FILES

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def _addresses(north, out) -> list[str]:
    pages = json.loads((north.shelf.bundle(str(out.run_id), "public") / "screens.json").read_text())
    of = [north.slug, out.pk]
    found = [reverse("public-district", args=[north.slug])]
    found += [reverse(f"public-{name}", args=of) for name in ("report", "families", "method")]
    for outcome in pages["outcomes"]:
        found.append(reverse("public-outcome", args=[*of, outcome["id"]]))
        screens = [one["screen"] for one in (*outcome["findings"], *outcome["quiet"])]
        found += [reverse("public-finding", args=[*of, screen]) for screen in screens]
    return found


def _words(page: str) -> str:
    """What a person reads of a page."""
    page = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", page)
    return html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")


def test_s8_every_number_of_a_public_page_is_in_the_bundle(north, out: Release) -> None:
    folder = north.shelf.bundle(str(out.run_id), "public")
    told = json.loads((folder / "screens.json").read_text("utf-8"))
    known = set(_NUMBER.findall(_words(json.dumps(told, ensure_ascii=False).replace("\\n", " "))))
    known |= set(_NUMBER.findall(f"{out.out_at:%Y-%m-%d}"))
    addresses = _addresses(north, out)
    assert len(addresses) > 8
    for address in addresses:
        answer = Client().get(address)
        assert answer.status_code == 200, address
        said = _words(answer.content.decode())
        assert set(_NUMBER.findall(said)) <= known, address
        assert out.run.made_by.name not in said


def test_s8_no_public_page_can_reach_beyond_a_bundle() -> None:
    """The app imports words, shelves and releases, and nothing that counts or opens vaults."""
    allowed = (
        "django",
        "eachchild.web",
        "collections",
        "dataclasses",
        "functools",
        "pathlib",
        "typing",
        "hashlib",
    )
    for path in Path(public.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert all(name.startswith(allowed) for name in names), path
            assert not any("worker" in name for name in names), path


@pytest.mark.parametrize(
    "name", ["screens.json", "screens.es.json", "measures.parquet", "proof.json", "seal.txt"]
)
def test_s9_a_bundle_that_was_changed_is_shown_no_more(north, out, client_for, name) -> None:
    folder = north.shelf.bundle(str(out.run_id), "public")
    report = reverse("public-report", args=[north.slug, out.pk])
    assert verify_bundle(folder).faults == ()
    assert Client().get(report).status_code == 200
    path = folder / name
    kept = path.read_bytes()
    path.write_bytes(kept.replace(b"a", b"b") if name != "seal.txt" else b"0" * 64 + b"\n")
    assert verify_bundle(folder).faults
    for address in [*_addresses_of_files(north, out), report]:
        assert Client().get(address).status_code == 404
    assert "Nothing has been released yet" in _district(north)
    assert client_for(north, "partner").get(_run(north, out)).status_code == 404
    said = client_for(north, "reviewer").get(reverse("vote", args=[north.slug, out.pk]))
    assert "are not those that were proved" in said.content.decode()
    path.write_bytes(kept)
    assert Client().get(report).status_code == 200


def test_s9_a_file_that_was_changed_is_not_handed_out(north, out: Release) -> None:
    path = north.shelf.bundle(str(out.run_id), "public") / "cells.csv"
    address = reverse("public-file", args=[north.slug, out.pk, "cells.csv"])
    answer = Client().get(address)
    assert b"".join(answer.streaming_content) == path.read_bytes()
    path.write_bytes(path.read_bytes().replace(b"suppressed", b"reported"))
    assert Client().get(address).status_code == 404


def test_s9_a_bundle_that_was_never_voted_on_is_not_shown(north, out: Release) -> None:
    """A whole bundle in the right folder is nothing: the seal must be the one that was proved."""
    Release.objects.within(north.organization).update(seal="0" * 64)
    assert Client().get(reverse("public-report", args=[north.slug, out.pk])).status_code == 404


@pytest.mark.parametrize("state", sorted(set(Release.State.values) - {"out", "leaving"}))
def test_only_what_is_out_is_public(north, out: Release, state: str) -> None:
    Release.objects.within(north.organization).update(state=state)
    for address in _addresses(north, out)[1:] + _addresses_of_files(north, out):
        assert Client().get(address).status_code == 404
    assert "Nothing has been released yet" in _district(north)


def test_public_pages_are_the_district_s_own(north, south, out: Release) -> None:
    for address in _addresses(north, out)[1:]:
        assert Client().get(address.replace("/north/", "/south/")).status_code == 404
    Release.objects.within(north.organization).update(audience="board")
    assert Client().get(reverse("public-report", args=[north.slug, out.pk])).status_code == 404


def test_public_pages_may_be_kept_a_minute_and_know_nobody(north, out, client_for) -> None:
    for address in _addresses(north, out):
        answer = client_for(north, "superintendent").get(address)
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert not answer.cookies
        assert "north superintendent" not in answer.content.decode()
        again = Client().get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert Client().post(address).status_code == 405
    old = Client().get(address).headers["ETag"]
    assert Client().get(f"{address}", headers={"Accept-Language": "es"}).headers["ETag"] != old


def test_a_language_is_asked_for_by_address_and_goes_along(north, out: Release) -> None:
    """No cookie decides what everybody may keep a copy of."""
    address = reverse("public-report", args=[north.slug, out.pk])
    reader = Client()
    reader.cookies["django_language"] = "es"
    page = reader.get(address).content.decode()
    assert '<html lang="en">' in page
    assert 'href="?language=es"' in page
    answer = Client().get(f"{address}?language=es")
    page = answer.content.decode()
    assert '<html lang="es">' in page
    assert answer.headers["Content-Language"] == "es"
    links = re.findall(r'href="(/public/[^"]*)"', page)
    pages = [link for link in links if "/files/" not in link]
    assert pages
    assert [link for link in pages if not link.endswith("?language=es")] == []
    assert '<html lang="en">' in Client().get(f"{address}?language=xx").content.decode()


def test_public_pages_wear_the_district_s_own_color(north, out: Release) -> None:
    address = reverse("public-district", args=[north.slug])
    before = Client().get(address)
    with inside(north.organization):
        profile = Profile.of(north.organization)
        profile.document = {**profile.document, "accent": "#006644"}
        profile.changed_at = timezone.now()
        profile.save()
    after = Client().get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "/look/own/006644.css" in after.content.decode()


def test_every_file_says_whose_it_is(north, out: Release) -> None:
    folder = north.shelf.bundle(str(out.run_id), "public")
    there = [name for name in FILES if (folder / name).is_file()]
    assert {"measures.csv", "cells.csv", "proof.json", "report.html"} <= set(there)
    for address, name in zip(_addresses_of_files(north, out), there, strict=True):
        answer = Client().get(address)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="north-{name}"'
        assert b"".join(answer.streaming_content) == (folder / name).read_bytes()
    vault = reverse("public-file", args=[north.slug, out.pk, "screens.json"])
    assert Client().get(vault).status_code == 404


def _addresses_of_files(north, out) -> list[str]:
    folder = north.shelf.bundle(str(out.run_id), "public")
    there = [name for name in FILES if (folder / name).is_file()]
    return [reverse("public-file", args=[north.slug, out.pk, name]) for name in there]


def _district(north) -> str:
    return Client().get(reverse("public-district", args=[north.slug])).content.decode()


def _run(north, out) -> str:
    return reverse("run", args=[north.slug, out.run_id])
