"""Files that are sent: what they truly are, piece by piece, and where they are kept (S17, S20)."""

import gzip
import hashlib
import io
import json
import stat
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from eachchild.web import looking
from eachchild.web.audits.actions import open_audit
from eachchild.web.audits.models import Audit, Run, Upload
from eachchild.web.foundation.models import Event
from eachchild.web.reception import kind_of, received
from eachchild.web.worker import Worker

CSV = b"Stu No,Bldg,Yr,Eth Cd,Susp\n0001,A,2023-24,B,0\n0002,A,2023-24,W,1\n"


def archive(members: dict[str, bytes], *, stored: bool = False) -> bytes:
    out = io.BytesIO()
    kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w", kind) as made:
        for name, content in members.items():
            made.writestr(zipfile.ZipInfo(name), content, kind)
    return out.getvalue()


def _link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        info = zipfile.ZipInfo("students.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    return out.getvalue()


BOMB = gzip.compress(b"a,b\n" + b"0" * (80 << 20), mtime=0)
WORKBOOK = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3 1 0 obj", "pdf"),
        (b"id,name\n1,x\n%PDF-1.4 hidden", "polyglot"),
        (b"\x89PNG\r\n\x1a\n0000", "picture"),
        (b"MZ\x90\x00\x03", "program"),
        (b"#!/bin/sh\nrm -rf /\n", "program"),
        (b"  <HTML><table><tr><td>1</td>", "page"),
        (b'{"students": []}', "json"),
        (b"a,b\n1,\x00\x012\n", "binary"),
        (CSV + archive({"a.csv": CSV}), "binary"),
        (archive({"a.csv": CSV}) + b"<script>alert(1)</script>", "polyglot"),
        (archive({"word/document.xml": b"x", "[Content_Types].xml": b"x"}), "letter"),
        (archive({**WORKBOOK, "xl/vbaProject.bin": b"x"}), "macros"),
        (archive({"a.csv": b"0" * (80 << 20)}), "bomb"),
        (BOMB, "bomb"),
        (gzip.compress(archive({"a.csv": CSV}), mtime=0), "nested"),
        (b"PAR1 cut off", "damaged"),
        (archive({"a.csv": CSV})[:-30], "damaged"),
        (gzip.compress(CSV, mtime=0)[:-12], "damaged"),
    ],
)  # fmt: skip
def test_s20_what_is_no_table_is_refused_with_its_reason(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "students.csv"
    path.write_bytes(content)
    assert received(path, tmp_path / "out") == {"kind": "", "why": why, "members": []}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (CSV, "text"), (CSV.decode().encode("utf-16"), "text"),
         ("é,ñ\n1,2\n".encode("cp1252"), "text"),
        (gzip.compress(CSV, mtime=0), "text.gz"), (archive(WORKBOOK), "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "xls"),
         (b"PAR1" + b"0" * 20 + b"PAR1", "parquet"),
    ],
)  # fmt: skip
def test_s20_tables_are_known_by_content_whatever_they_are_called(
    tmp_path: Path, content: bytes, kind: str
) -> None:
    path = tmp_path / "anything.pdf"
    path.write_bytes(content)
    assert kind_of(path) == kind


def test_s20_an_archive_is_taken_out_under_numbers_and_links_are_refused(tmp_path: Path) -> None:
    path, out = tmp_path / "x.zip", tmp_path / "out"
    path.write_bytes(archive({"../../evil.csv": CSV, "/etc/cron.d/x.csv": CSV, "__MACOSX/._a": b"x",
                              "in/inner.zip": archive({"a.csv": CSV}),
                               "note.pdf": b"%PDF-1.4"}))  # fmt: skip
    told = received(path, out)
    assert [(m["file"], m["kind"], m["why"]) for m in told["members"]] == [
        ("0", "text", ""), ("1", "text", ""), ("2", "", "nested"), ("3", "", "pdf")
    ]  # fmt: skip
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == [
        "0",
        "1",
        "2",
        "3",
        "x.zip",
    ]
    path.write_bytes(_link())
    assert received(path, out)["why"] == "link"


def test_s20_a_member_that_says_it_is_small_is_not_believed(tmp_path: Path) -> None:
    content = bytearray(archive({"a.csv": b"0" * (80 << 20)}))
    for sign, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        begin = content.index(sign) + at
        content[begin : begin + 4] = (100).to_bytes(4, "little")
    path = tmp_path / "x.zip"
    path.write_bytes(bytes(content))
    told = received(path, tmp_path / "out")
    assert told["why"] in ("bomb", "damaged")
    written = sum(p.stat().st_size for p in (tmp_path / "out").glob("*"))
    assert written < 70 << 20


@pytest.fixture
def audit(north) -> Audit:
    return open_audit(north.members["analyst"], "Ours")


def begin(client: Client, audit: Audit, name: str, size: int):  # type: ignore[no-untyped-def]
    address = reverse("begin", args=["north", audit.pk])
    return client.post(address, {"name": name, "size": size})


def put(client: Client, upload: str, data: bytes, first: int, size: int):  # type: ignore[no-untyped-def]
    return client.put(
        reverse("piece", args=["north", upload]), data, "application/octet-stream",
        headers={"Content-Range": f"bytes {first}-{first + len(data) - 1}/{size}"},
    )  # fmt: skip


def test_a_file_arrives_in_pieces_and_goes_on_where_it_stopped(
    north, audit: Audit, client_for: Callable[..., Client]
) -> None:
    client, content = client_for(north, "analyst"), CSV * 40
    size = len(content)
    upload = begin(client, audit, "../Our Students (24).CSV", size).json()
    assert (upload["name"], upload["received"]) == ("our-students-24.csv", 0)
    key = upload["upload"]
    assert put(client, key, content[:1000], 0, size).json() == {"received": 1000}
    again = put(client, key, content[:1000], 0, size)  # the answer was lost, the piece was not
    assert (again.status_code, again.json()["received"]) == (409, 1000)
    assert put(client, key, content[1500:], 1500, size).status_code == 409
    resumed = begin(client, audit, "../Our Students (24).CSV", size).json()
    assert resumed == {**upload, "received": 1000}
    early = client.post(reverse("arrived", args=["north", key]), {"sha256": "0" * 64})
    assert (early.status_code, early.json()["received"]) == (409, 1000)
    assert put(client, key, content[1000:], 1000, size).json() == {"received": size}
    digest = hashlib.sha256(content).hexdigest()
    done = client.post(reverse("arrived", args=["north", key]), {"sha256": digest})
    assert done.json() == {"state": "reading"}
    path = north.shelf.arriving(key)
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_changed_on_its_way_is_not_taken_in(
    north, audit: Audit, client_for: Callable[..., Client]
) -> None:
    client = client_for(north, "analyst")
    key = begin(client, audit, "a.csv", len(CSV)).json()["upload"]
    put(client, key, CSV, 0, len(CSV))
    told = client.post(reverse("arrived", args=["north", key]), {"sha256": "1" * 64})
    assert (told.status_code, told.json()["received"]) == (409, 0)
    assert Upload.objects.within(north.organization).get().state == "arriving"


@pytest.mark.parametrize(
    ("span", "status"),
    [("bytes 0-9/11", 416), ("bytes 5-4/10", 416), ("bytes 0-99999999/10", 416),
     ("items 0-9/10", 409),
     ("bytes 0-8/10", 400), ("", 409)],
)  # fmt: skip
def test_a_piece_that_makes_no_sense_adds_nothing(
    north, audit: Audit, client_for: Callable[..., Client], span: str, status: int
) -> None:
    client = client_for(north, "analyst")
    key = begin(client, audit, "a.csv", 10).json()["upload"]
    answer = client.put(reverse("piece", args=["north", key]), b"0123456789", "text/csv",
                        headers={"Content-Range": span})  # fmt: skip
    assert answer.status_code == status
    assert client.get(reverse("piece", args=["north", key])).json()["received"] == 0


def test_files_have_limits_of_their_own_and_of_the_district(
    north, audit: Audit, client_for: Callable[..., Client], settings
) -> None:
    settings.UPLOAD_FILE_LIMIT, settings.UPLOAD_ORGANIZATION_LIMIT = 2 << 20, 3 << 20
    client = client_for(north, "analyst")
    assert "larger than one may be" in begin(client, audit, "a.csv", 3 << 20).json()["why"]
    assert begin(client, audit, "a.csv", 2 << 20).status_code == 200
    assert "no more room" in begin(client, audit, "b.csv", 2 << 20).json()["why"]
    assert "empty" in begin(client, audit, "c.csv", 0).json()["why"]


def test_pieces_are_of_one_district_alone(
    north, south, audit: Audit, client_for: Callable[..., Client]
) -> None:
    key = begin(client_for(north, "analyst"), audit, "a.csv", 10).json()["upload"]
    other = client_for(south, "analyst")
    address = reverse("piece", args=["south", key])
    assert other.get(address).status_code == 404
    assert client_for(north, "superintendent").get(
        reverse("piece", args=["north", key])).status_code == 403  # fmt: skip


def test_files_come_whole_without_a_script_and_are_looked_at(
    north, audit: Audit, client_for: Callable[..., Client]
) -> None:
    client = client_for(north, "analyst")
    address = reverse("files", args=["north", audit.pk])
    sent = [SimpleUploadedFile("Students.csv", CSV),
     SimpleUploadedFile("roster.csv", b"%PDF-1.7 x"),
            SimpleUploadedFile("all.zip",
             archive({"../../up.csv": CSV * 2, "x.png": b"\x89PNG"}))]  # fmt: skip
    assert client.post(address, {"sent": sent}).status_code == 302
    assert client.post(reverse("look-at", args=["north", audit.pk])).status_code == 302
    Worker().run(until_idle=True)
    found = {u.name: (u.state, u.why) for u in Upload.objects.within(north.organization)}
    assert found == {
        "students.csv": ("ready", ""), "roster.csv": ("refused", "pdf"),
         "all.zip": ("unpacked", ""),
        "up.csv": ("ready", ""), "x-png": ("refused", "picture"),
    }  # fmt: skip
    page = client.get(address).content.decode()
    assert "It is a PDF, whatever it is called" in page
    kept = north.shelf.files(str(audit.pk))
    assert sorted(p.name for p in kept.iterdir()) == ["students.csv", "up.csv"]
    assert {stat.S_IMODE(p.stat().st_mode) for p in kept.iterdir()} == {0o600}
    assert list(north.shelf.folder.joinpath("arriving").iterdir()) == []


def test_s20_what_an_archive_unpacks_to_has_the_same_limits(
    north, audit: Audit, tmp_path: Path, settings
) -> None:
    settings.UPLOAD_FILE_LIMIT, settings.UPLOAD_ORGANIZATION_LIMIT = 1000, 1500
    analyst, mine = north.members["analyst"].user, Upload.objects.within(north.organization)
    made = mine.create(audit=audit, name="all.zip", size=10, state="reading", made_by=analyst)
    run = Run.objects.within(north.organization).create(audit=audit, kind="inspect")
    path = north.shelf.arriving(str(made.pk))
    path.parent.mkdir(parents=True)
    members = {"a.csv": b"a,b\n" * 300, "b.csv": b"a,b\n" * 200, "c.csv": b"a,b\n" * 190}
    path.write_bytes(archive(members))

    def step(command: Sequence[str], into: Path, span: tuple[float, float]) -> int:
        into.write_text(json.dumps(received(Path(command[-2]), Path(command[-1]))))
        return 0

    assert looking.take_in(north.shelf, run, step) == 0
    found = {u.name: (u.state, u.why) for u in mine.filter(audit=audit)}
    assert found == {
        "all.zip": ("unpacked", ""), "a.csv": ("refused", "room"), "b.csv": ("ready", ""),
        "c.csv": ("refused", "room"),
    }  # fmt: skip
    kept = [p.name for p in north.shelf.files(str(audit.pk)).iterdir()]
    assert kept == ["b.csv"]


def test_nobody_who_is_not_signed_in_can_fill_the_disk(north, audit: Audit, settings) -> None:
    address = reverse("files", args=["north", audit.pk])
    before = set(Path(settings.DATA).iterdir())
    answer = Client().post(address, {"sent": SimpleUploadedFile("a.csv", CSV)})
    assert answer.status_code in (302, 400)
    assert set(Path(settings.DATA).iterdir()) == before


def test_s17_no_name_of_a_file_or_student_is_in_an_address_or_the_trail(
    north, audit: Audit, client_for: Callable[..., Client]
) -> None:
    client = client_for(north, "analyst")
    key = begin(client, audit, "Ana Lopez 0001.csv", len(CSV)).json()["upload"]
    put(client, key, CSV, 0, len(CSV))
    lines = Event.objects.filter(organization=north.organization)
    told = " ".join(f"{e.action} {e.thing} {e.purpose}" for e in lines).lower()
    assert "lopez" not in told
    assert "csv" not in told
