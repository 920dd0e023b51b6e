"""Everything of one organization in open formats: to take elsewhere, or to hold beside."""

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.db.models import Model
from django.utils import timezone

from eachchild.release.bundle import as_text
from eachchild.web.accounts.models import User
from eachchild.web.foundation.models import Organization
from eachchild.web.keeping.files import within
from eachchild.web.keeping.rows import as_line, label, lines, own_models, parts
from eachchild.web.shelf import Shelf

_STUDENTS = ("audits", "vault", "uploads")  # folders that hold rows of students
# What opens something here is of no use elsewhere: links, tokens, passwords.
SECRET = {"accounts.invitation": {"digest"}, "api.token": {"digest"},
          "accounts.user": {"password", "last_login"}}  # fmt: skip
WHOLE = "whole"  # how the trail names an archive that has the rows of students too
PEOPLE, PLACES = "people", "organizations"
_README = """\
Everything that this platform holds of {name}
Made on {when} (UTC).

rows/*.jsonl   the rows of the database, one JSON object a line, as they are
rows/*.csv     the same, for a spreadsheet
files/         folders as they are: bundles (finished audits and releases), the ledger of releases,
               {students}
inventory.csv  every file of this archive with its size and sha256

People are named by number; people.csv says who they are. `audit.toml` in the folder of an audit is
its plan: `eachchild audit audit.toml` makes the same numbers from the files beside it. Another
platform reads all of it with `eachchild web take-in`; passwords and second factors are not in it.
"""


def hand_back(organization: Organization, into: BinaryIO, *, with_students: bool) -> int:
    """Write the archive of an organization; how many files it has."""
    inventory: list[tuple[str, int, str]] = []
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, told in _texts(organization, with_students=with_students):
            archive.writestr(name, told)
            raw = told.encode()
            inventory.append((name, len(raw), hashlib.sha256(raw).hexdigest()))
        folder = Shelf.of(organization).folder
        for path in within(folder):
            name = path.relative_to(folder).as_posix()
            if with_students or name.split("/")[0] not in _STUDENTS:
                inventory.append((f"files/{name}", *_put(archive, path, f"files/{name}")))
        archive.writestr("inventory.csv", _csv(["file", "bytes", "sha256"], inventory))
    return len(inventory)


def aside() -> BinaryIO:
    """A file without a name for an archive on its way."""
    return tempfile.TemporaryFile()


def _put(archive: zipfile.ZipFile, path: Path, name: str) -> tuple[int, str]:
    seen, size = hashlib.sha256(), 0
    with path.open("rb") as file, archive.open(name, "w", force_zip64=True) as out:
        while piece := file.read(2**20):
            seen.update(piece)
            size += len(piece)
            out.write(piece)
    return size, seen.hexdigest()


def _texts(organization: Organization, *, with_students: bool) -> Iterator[tuple[str, str]]:
    folders = "files as uploaded and the vault" if with_students else (
        "without the rows of students, which your role does not read"
    )  # fmt: skip
    told = {"name": organization.name, "when": f"{timezone.now():%Y-%m-%d %H:%M}"}
    yield "README.txt", _README.format(students=folders, **told)
    people: set[str] = set()
    for model in own_models():
        rows = [_told(model, line) for one in parts(organization) for line in lines(model, one)]
        for row in rows:
            people |= {str(row["fields"][name]) for name in _persons(model) if row["fields"][name]}
        yield from _both(label(model), rows)
    yield from _both(PLACES, [_plain(one) for one in parts(organization)])
    found = User.objects.filter(pk__in=people).order_by("pk")
    yield from _both(PEOPLE, [_plain(one) for one in found])


def _told(model: type[Model], line: str) -> dict[str, Any]:
    """A row without what opens something here."""
    row: dict[str, Any] = json.loads(line)
    secret = SECRET.get(label(model), set())
    row["fields"] = {name: told for name, told in row["fields"].items() if name not in secret}
    return row


def _plain(row: Model) -> dict[str, Any]:
    return _told(type(row), as_line(row))


def _persons(model: type[Model]) -> Iterator[str]:
    for field in model._meta.local_concrete_fields:
        if field.related_model is User:
            yield field.name


def _both(name: str, rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    yield f"rows/{name}.jsonl", "".join(json.dumps(row) + "\n" for row in rows)
    if rows:
        fields = [{"id": row["pk"], **dict(row["fields"])} for row in rows]
        heads = list(fields[0])
        yield f"rows/{name}.csv", _csv(heads, [[one.get(h) for h in heads] for one in fields])


def _csv(heads: list[str], rows: Iterable[Iterable[object]]) -> str:
    """A table for a spreadsheet, in which no cell is taken for a formula."""
    out = io.StringIO(newline="")
    write = csv.writer(out)
    write.writerow(heads)
    for row in rows:
        write.writerow(["" if cell is None else _safe(cell) for cell in row])
    return out.getvalue()


def _safe(cell: object) -> str:
    return as_text(cell) if isinstance(cell, str) else json.dumps(cell, default=str)
