"""One sealed file with all rows and all folders of the platform, and a platform made of one."""

import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from eachchild.web.accounts.models import User
from eachchild.web.foundation.actions import broken_lines, record
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.sealing import key_of
from eachchild.web.keeping.files import Opening, Sealing, within
from eachchild.web.keeping.models import Backup
from eachchild.web.keeping.rows import all_lines, kept_models, label, numbers_go_on, put_back
from eachchild.web.shelf import digest_of

_FOLDERS = ("organizations",)
_HEADS = "trail-heads.jsonl"


class CannotRestoreError(Exception):
    """A backup that cannot be restored here; the message says why and what to do."""


def back_up() -> Backup:
    """Write a sealed backup beside the others, and enter it in the catalogue."""
    now = timezone.now()
    name = f"eachchild-{now:%Y%m%d-%H%M%S}-{now.microsecond:06d}.sealed"
    folder = Path(settings.BACKUPS)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path, part = folder / name, folder / f"{name}.part"
    with part.open("wb") as raw:
        part.chmod(0o600)
        with (
            Sealing(raw, _key()) as sealing,
            tarfile.open(fileobj=sealing, mode="w|", format=tarfile.PAX_FORMAT) as archive,
        ):
            _fill(archive)
    part.rename(path)
    with transaction.atomic():
        made = Backup.objects.create(
            name=name, made_at=now, size=path.stat().st_size, sha256=digest_of(path),
            expires_at=now + timedelta(days=settings.BACKUP_DAYS),
        )  # fmt: skip
        record("backup.made", organization=None, thing=f"backup:{made.pk}")
    return made


def _fill(archive: tarfile.TarFile) -> None:
    """All rows as they are at one moment, then the folders."""
    with transaction.atomic():
        if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for model in kept_models():
            _add(archive, f"rows/{label(model)}.jsonl", all_lines(model))
    data = Path(settings.DATA)
    for folder in _FOLDERS:
        for path in within(data / folder):
            archive.add(path, path.relative_to(data).as_posix(), recursive=False)
    if (data / _HEADS).is_file():
        archive.add(data / _HEADS, _HEADS)


def _add(archive: tarfile.TarFile, name: str, lines: Iterable[str]) -> None:
    with tempfile.TemporaryFile() as aside:  # a tar says the size first
        for line in lines:
            aside.write(line.encode())
        about = tarfile.TarInfo(name)
        about.size, about.mode = aside.tell(), 0o600
        aside.seek(0)
        archive.addfile(about, aside)


def restore(path: Path) -> int:
    """Make this fresh platform the one that was backed up; how many rows it has.

    Raises CannotRestoreError where there is something here already, or a trail is not whole.
    """
    call_command("migrate", verbosity=0)
    data = Path(settings.DATA)
    if Organization.objects.exists() or User.objects.exists() or (data / _FOLDERS[0]).exists():
        raise CannotRestoreError(
            "There is a platform here already. Restore into an empty database and data folder."
        )
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(dir=data, prefix="restoring-"))
    try:
        with path.open("rb") as raw, tarfile.open(
            fileobj=io.BufferedReader(Opening(raw, _key())), mode="r|"
        ) as archive:  # fmt: skip
            archive.extractall(aside, filter="data")
        with transaction.atomic():
            count = _rows(aside / "rows")
            _check_trails()
        for name in (*_FOLDERS, _HEADS):
            if (aside / name).exists():
                (aside / name).rename(data / name)
    finally:
        shutil.rmtree(aside)
    record("backup.restored", organization=None)
    return count


def _rows(folder: Path) -> int:
    known = {label(model): model for model in kept_models()}
    count = 0
    for name, model in known.items():  # in the order of the apps; keys are checked at the end
        file = folder / f"{name}.jsonl"
        if file.is_file():
            with file.open(encoding="utf-8") as lines:
                count += put_back(model, lines)
    strange = {p.name.removesuffix(".jsonl") for p in folder.glob("*.jsonl")} - set(known)
    if strange:
        raise CannotRestoreError(
            f"This backup has tables that are unknown here: {', '.join(sorted(strange))}. "
            "Restore it with the version that made it, then migrate."
        )
    numbers_go_on()
    return count


def _check_trails() -> None:
    for organization in (None, *Organization.objects.order_by("pk")):
        if any(broken_lines(organization)):
            name = organization.slug if organization else "the platform"
            raise CannotRestoreError(f"The trail of {name} is not whole in this backup.")


def _key() -> bytes:
    if not settings.BACKUP_KEY:
        raise CannotRestoreError(
            "EACHCHILD_BACKUP_KEY is missing. Make one with `eachchild web new-key`, and keep it "
            "away from the backups: without it nobody can open them."
        )
    return key_of(settings.BACKUP_KEY)
