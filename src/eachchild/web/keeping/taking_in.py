"""A district that comes from another platform: its archive is read in, as it was handed out.

Rows arrive as they were, under the same ids, so that every line of the trail keeps its hash; only
numbers of rows that nothing points to are given anew. People arrive without a password and without
a second factor: nothing that opened the old platform opens this one. Links and tokens do not open
either. The district belongs to no state, and does not leave.
"""

import csv
import hashlib
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.base import DeserializationError
from django.db import IntegrityError, connection, models, transaction

from eachchild.web.accounts.models import User
from eachchild.web.foundation.actions import broken_lines, record
from eachchild.web.foundation.models import Organization
from eachchild.web.keeping.files import within
from eachchild.web.keeping.handing import PEOPLE, PLACES, SECRET
from eachchild.web.keeping.rows import label, own_models, parts, pointed, put_back
from eachchild.web.shelf import Shelf, digest_of

_LIST = "inventory.csv"
Ids = dict[type[models.Model], set[Any]]


class CannotTakeInError(Exception):
    """An archive that cannot be taken in here; the message says why and what to do."""


def take_in(path: Path) -> Organization:
    """Make the district of an archive, or of its folder, one of this platform.

    Raises CannotTakeInError where the archive is not whole, or something of it is here already.
    """
    with _opened(path) as folder:
        _check_whole(folder)
        try:
            with transaction.atomic():
                district = _rows(folder / "rows")
                connection.check_constraints()
                _check_trails(district)
                record("district.taken_in", organization=None, thing=f"organization:{district.pk}")
                _files(folder / "files", Shelf.of(district).folder)
        except (DeserializationError, IntegrityError, OSError) as error:
            raise CannotTakeInError(f"The archive does not fit this platform: {error}") from error
    return district


@contextmanager
def _opened(path: Path) -> Iterator[Path]:
    """The folder of an archive; what is taken out of one is gone afterwards."""
    if path.is_dir():
        yield path
        return
    data = Path(settings.DATA)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(dir=data, prefix="taking-in-"))
    try:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(aside)
        yield aside
    except (zipfile.BadZipFile, FileNotFoundError) as error:
        raise CannotTakeInError(f"{path.name} is no archive that was handed out.") from error
    finally:
        shutil.rmtree(aside)


def _check_whole(folder: Path) -> None:
    """Every file that is listed is there, as it was; and no other."""
    try:
        with (folder / _LIST).open(newline="", encoding="utf-8") as lines:
            listed = {row["file"]: row["sha256"] for row in csv.DictReader(lines)}
    except (OSError, KeyError, csv.Error) as error:
        raise CannotTakeInError(f"There is no {_LIST}: this is no whole archive.") from error
    there = {p.relative_to(folder).as_posix() for p in within(folder)} - {_LIST}
    wrong = sorted(there ^ set(listed)) or sorted(
        name for name, told in listed.items() if digest_of(folder / name) != told
    )
    if wrong:
        raise CannotTakeInError(
            f"{len(wrong)} files of the archive are missing, changed or not listed, "
            f"the first is {wrong[0]}. Have it handed out again."
        )


def _rows(folder: Path) -> Organization:
    ids: Ids = {User: set(), Organization: set()}
    district = _places(folder, ids)
    _put(folder, User, PEOPLE, ids, _person)
    for model in own_models():
        ids[model] = set()
        _put(folder, model, label(model), ids, _row)
    return district


def _put(
    folder: Path, model: type[models.Model], name: str, ids: Ids, change: Callable[[Any], None]
) -> None:
    """Write the rows of one file; each must be of this model and point within the archive."""
    columns = pointed(model)

    def look(row: Any) -> None:
        if type(row) is not model:
            raise CannotTakeInError(f"rows/{name}.jsonl has rows of something else.")
        change(row)
        for column, to in columns.items():
            key = getattr(row, column)
            if to in ids and (key not in ids[to] if key else column == "organization_id"):
                raise CannotTakeInError(
                    f"A row of rows/{name}.jsonl points outside of the archive."
                )
        ids[model].add(row.pk)

    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
        put_back(model, lines, look)


def _places(folder: Path, ids: Ids) -> Organization:
    """The district and its schools."""
    found: list[Organization] = []

    def look(row: Any) -> None:
        row.closed_at, row.leaves_at = None, None
        if row.kind != Organization.Kind.SCHOOL:
            row.parent_id = None
        if (row.parent_id is None) != (not found) or (found and row.parent_id != found[0].pk):
            raise CannotTakeInError("An archive is of one district, with its schools.")
        if Organization.objects.filter(models.Q(pk=row.pk) | models.Q(slug=row.slug)).exists():
            raise CannotTakeInError(f"There is an organization '{row.slug}' here already.")
        found.append(row)

    _put(folder, Organization, PLACES, ids, look)
    if not found:
        raise CannotTakeInError("The archive names no district.")
    return found[0]


def _person(row: Any) -> None:
    if User.objects.filter(models.Q(pk=row.pk) | models.Q(email=row.email)).exists():
        raise CannotTakeInError("Somebody of the archive is known here already, by their address.")
    row.set_unusable_password()
    row.last_login = None


def _row(row: Any) -> None:
    if isinstance(row._meta.pk, models.AutoField):
        row.pk = None  # nothing points to it
    if "digest" in SECRET.get(label(type(row)), ()):
        row.digest = hashlib.sha256(secrets.token_bytes(32)).hexdigest()  # of a secret nobody has


def _check_trails(district: Organization) -> None:
    for one in parts(district):
        if any(broken_lines(one)):
            raise CannotTakeInError("A trail is not whole in this archive: a line was changed.")


def _files(folder: Path, into: Path) -> None:
    """Put files where they belong, whole or not at all."""
    if not folder.is_dir():
        return
    into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(dir=into.parent.parent, prefix="taking-in-files-"))
    try:
        for path in within(folder):
            to = aside / path.relative_to(folder)
            to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(path, to)
            to.chmod(0o600)
        aside.rename(into)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
