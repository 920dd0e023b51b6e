"""How the platform is: its database, its worker, its queue, its disk, its migrations."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _

from eachchild.web.audits.models import Release, Run
from eachchild.web.foundation.models import Organization
from eachchild.web.keeping.models import Backup, Chore

SILENT = 30.0  # seconds after which a worker that said nothing is gone
_LEAST_FREE = 0.1
_BACKUP_AGE = 2  # days


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    what: str
    good: bool
    said: str


def beat() -> None:
    """The worker says that it is alive."""
    _sign().touch()


def _sign() -> Path:
    return Path(settings.DATA) / "worker-alive"


def state(organization: Organization) -> tuple[Line, ...]:
    """Everything an operator of one organization may know."""
    return (_database(), _worker(), _queue(organization), _disk(), _migrations(), _nights(),
            _backups())  # fmt: skip


def _database() -> Line:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    took = f"{1000 * (time.perf_counter() - began):.0f} ms"
    return Line(_("Database"), True, f"{connection.display_name}, {took}")


def _worker() -> Line:
    try:
        silent = time.time() - _sign().stat().st_mtime
    except OSError:
        return Line(_("Worker"), False, _("It has never run: start “eachchild web worker”."))
    if silent > SILENT:
        told = _("Silent for %(n)d seconds: start “eachchild web worker”.") % {"n": silent}
        return Line(_("Worker"), False, told)
    return Line(_("Worker"), True, _("Alive"))


def _queue(organization: Organization) -> Line:
    runs = Run.objects.within(organization).filter(state=Run.State.QUEUED).count()
    waiting = [Release.State.DRAFTING, Release.State.MAKING]
    releases = Release.objects.within(organization).filter(state__in=waiting).count()
    told = _("%(runs)d runs and %(releases)d releases wait") % {"runs": runs, "releases": releases}
    return Line(_("Queue"), True, told)


def _disk() -> Line:
    told = shutil.disk_usage(settings.DATA)
    free = _("%(free).1f of %(all).1f GB are free") % {
        "free": told.free / 1e9, "all": told.total / 1e9,
    }  # fmt: skip
    return Line(_("Disk"), told.free > _LEAST_FREE * told.total, free)


def _migrations() -> Line:
    executor = MigrationExecutor(connection)
    left = executor.migration_plan(executor.loader.graph.leaf_nodes())
    told = _("Run “eachchild web migrate”.") if left else _("Nothing to do")
    return Line(_("Migrations"), not left, told)


def _nights() -> Line:
    chore = Chore.objects.filter(name="nightly").first()
    if chore is None:
        return Line(_("Nightly chores"), False, _("Never done: the worker does them."))
    good = (timezone.now() - chore.done_at).days < _BACKUP_AGE
    return Line(_("Nightly chores"), good, f"{chore.done_at:%Y-%m-%d %H:%M} UTC")


def _backups() -> Line:
    newest = Backup.objects.filter(gone_at=None).order_by("-made_at").first()
    if newest is None:
        return Line(_("Backup"), False, _("There is none: run “eachchild web backup” each night."))
    good = (timezone.now() - newest.made_at).days < _BACKUP_AGE
    return Line(_("Backup"), good, f"{newest.made_at:%Y-%m-%d %H:%M} UTC")
