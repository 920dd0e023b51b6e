"""What is a district's own: checked, kept, taken to another district, and put into new plans."""

import base64
import struct
import tomllib
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from eachchild.plan import load_plan
from eachchild.plan.model import Margin
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.profile.actions import save, take_in, written
from eachchild.web.profile.document import USUAL_MARGIN, filled, group_names, policies
from eachchild.web.profile.logo import drawn
from eachchild.web.profile.models import Profile
from eachchild.web.profile.plan_text import with_profile
from eachchild.web.profile.rules import check_profile, contrast

PLAN = """title = "Absence"

[[source]]
path = "student.csv"
table = "student"

[[outcome]]
name = "chronic_absence"
"""
DOCUMENT = {
    "heading": 'The "Lakeside" schools', "languages": ["es"],
    "accent": "#0a5a8a", "margin": {**USUAL_MARGIN, "points": 0.02},
    "privacy": {"policy": "wi"}, "labels": {"group.el.yes": "multilingual learners"},
    "codes": {"race": {"BL": "black", "Código 7": "white"}},
    "identity": [{"factor": "race", "reference": "white", "reason": "as federal reports"},
                 {"factor": "el"}],
    "note": [{"text": "Suspension in grades K to 3 is limited.", "as_of": "2026-08-01"}],
}  # fmt: skip


def png(width: int = 8, height: int = 8, extra: bytes = b"") -> bytes:
    """A small red picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = zlib.compress(b"".join(b"\0" + b"\xff\0\0" * width for _ in range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra
            + chunk(b"IDAT", rows) + chunk(b"IEND", b""))  # fmt: skip


def test_a_profile_is_taken_from_one_district_to_another_in_one_file(north, south) -> None:
    with inside(north.organization):
        kept = save(north.members["superintendent"], DOCUMENT, png())
        file = written(kept).encode()
    with inside(south.organization):
        take_in(south.members["superintendent"], file)
        there = Profile.of(south.organization)
    assert there.document == kept.document == check_profile(DOCUMENT)
    assert bytes(there.logo).startswith(b"\x89PNG")
    assert written(there) == file.decode() or bytes(there.logo) != bytes(kept.logo)
    assert filled(tomllib.loads(file.decode()) | {}) == kept.document


def test_a_new_plan_follows_the_profile(north, tmp_path: Path) -> None:
    with inside(north.organization):
        save(north.members["superintendent"], DOCUMENT)
        told = with_profile(PLAN, Profile.of(north.organization).document)
    (tmp_path / "audit.toml").write_text(told, "utf-8")
    (tmp_path / "student.csv").write_text("student_id\n1\n", "utf-8")
    plan = load_plan(tmp_path / "audit.toml")
    assert plan.heading == 'The "Lakeside" schools'
    assert plan.labels == {"group.el.yes": "multilingual learners"}
    assert plan.margin.points == 0.02
    assert plan.policy == "wi"
    assert dict(plan.codes["race"]) == {"BL": "black", "Código 7": "white"}
    assert [one.factor.id for one in plan.identity] == ["race", "el"]
    assert "check locally" in plan.notes[0]


def test_what_a_plan_says_itself_stays(north) -> None:
    own = 'heading = "Draft"\n' + PLAN + '[[identity]]\nfactor = "sex"\n[margin]\npoints = 0.1\n'
    with inside(north.organization):
        save(north.members["superintendent"], DOCUMENT)
        told = tomllib.loads(with_profile(own, Profile.of(north.organization).document))
    assert told["heading"] == "Draft"
    assert told["margin"] == {"points": 0.1}
    assert told["identity"] == [{"factor": "sex"}]


def test_the_usual_is_that_of_the_library() -> None:
    usual = Margin()
    assert {name: getattr(usual, name) for name in USUAL_MARGIN} == USUAL_MARGIN
    assert check_profile({}) == filled({})
    assert policies()[0] == "federal"
    assert "group.el.yes" in group_names()


@pytest.mark.parametrize(
    "wrong",
    [
        {"heading": "two\nlines"},
        {"heading": "x" * 201},
        {"languages": []}, {"languages": ["xx"]}, {"wording": "xx"}, {"accent": "#fff"},
        {"accent": "#8ab4d8"}, {"margin": {"points": 0}}, {"margin": {"ratio_low": 1.5}},
        {"margin": {"points": 3}}, {"margin": {"strange": 1}}, {"privacy": {"policy": "none"}},
        {"labels": {"group.none.yes": "x"}}, {"labels": {"group.el.yes": "{x}"}},
        {"labels": {"group.el.yes": ""}}, {"codes": {"Race!": {"a": "b"}}},
        {"codes": {"race": {}}}, {"codes": {"race": {"a": 1}}}, {"identity": [{"factor": "hair"}]},
        {"identity": [{"factor": "el"}, {"factor": "el"}]}, {"identity": ["el"]},
        {"identity": [{"factor": "el", "reference": "white"}]}, {"note": [{"text": "x"}]},
        {"note": [{"text": "x", "as_of": "soon"}]}, {"note": "x"},
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_a_hint(wrong) -> None:
    with pytest.raises(NotAllowedError) as refused:
        check_profile(wrong)
    assert len(str(refused.value)) > 10


def test_contrast_is_that_of_wcag() -> None:
    """Two pairs of which WCAG's own contrast is known: #767676 is the lightest grey that passes."""
    assert contrast("#767676", "#ffffff") >= 4.5 > contrast("#777777", "#ffffff")


def test_a_logo_is_drawn_anew_and_carries_nothing() -> None:
    secret = b"<script>alert(1)</script>"
    body = b"tEXt" + b"Comment\0" + secret
    extra = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    made = drawn(png(extra=extra))
    assert made.startswith(b"\x89PNG")
    assert secret not in made
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/>'
    )
    assert drawn(svg + b"<script>alert(1)</script></svg>").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "wrong",
    [
        b"GIF89a", b"<html></html>", png() + b"x" * 200_001, png()[:40], png(width=5000, height=1),
        b'<svg><image href="/etc/passwd"/></svg>', b"<svg><rect",
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg></svg>',
    ],
    ids=["gif", "html", "large", "cut", "wide", "names", "broken", "entities"],
)  # fmt: skip
def test_what_is_no_picture_is_refused(wrong: bytes) -> None:
    with pytest.raises(NotAllowedError):
        drawn(wrong)


@pytest.mark.parametrize(
    "wrong", [b"\xff\xfe", b"schema = 2", b"schema = 1\nstrange = 1", b"schema = 1\nlogo = 7",
              b'schema = 1\nlogo = "!"', b"not toml", b"x" * 500_001]
)  # fmt: skip
def test_a_file_that_is_no_profile_changes_nothing(north, wrong: bytes) -> None:
    with inside(north.organization):
        save(north.members["superintendent"], DOCUMENT)
        with pytest.raises(NotAllowedError):
            take_in(north.members["superintendent"], wrong)
        assert Profile.of(north.organization).document["accent"] == DOCUMENT["accent"]


def test_the_page_saves_shows_and_hands_out_the_profile(north, client_for) -> None:
    client = client_for(north, "equity_lead")
    page = client.get("/d/north/profile/")
    form = page.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if name != "without_logo"}
    sent |= {
        "label:group.el.yes": "multilingual learners", "codes": "race: BL = black",
        "points": "0.02",
        "groups": "race, white, as federal reports, mostly\nel", "accent": "#0a5a8a",
        "notes": "2026-08-01 Limits on suspension", "languages": ["en", "es"],
        "logo": SimpleUploadedFile("logo.png", png()),
    }  # fmt: skip
    assert client.post("/d/north/profile/", sent).status_code == 302
    shown = client.get("/d/north/profile/").content.decode()
    assert "check locally" in shown
    assert 'src="data:image/png;base64,' in shown
    assert "/look/own/0a5a8a.css" in shown
    assert client.get("/look/own/0a5a8a.css").content == b":root{--own:#0a5a8a}\n"
    assert client.get("/look/own/red.css").status_code == 404
    file = client.get("/d/north/profile/file/")
    told = tomllib.loads(file.content.decode())
    assert told["labels"] == {"group.el.yes": "multilingual learners"}
    assert told["identity"][0]["reason"] == "as federal reports, mostly"
    assert base64.b64decode(told["logo"]).startswith(b"\x89PNG")
    again = SimpleUploadedFile("profile.toml", file.content)
    assert client.post("/d/north/profile/file/", {"file": again}).status_code == 302
    assert client.post("/d/north/profile/file/").status_code == 409
    refused = client.post("/d/north/profile/", sent | {"accent": "#ffff00", "logo": ""})
    assert "too light" in refused.content.decode()


def test_only_languages_of_the_profile_are_offered(north, client_for) -> None:
    with inside(north.organization):
        save(north.members["superintendent"], {**DOCUMENT, "languages": ["en"]})
    assert "Español" not in client_for(north, "superintendent").get("/d/north/").content.decode()
