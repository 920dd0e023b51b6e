"""Once a day: trails are noted, what is due is destroyed, backups end, steps are called to mind."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from eachchild.web.foundation.actions import note_heads, record
from eachchild.web.foundation.models import Organization
from eachchild.web.keeping.actions import destroy_due
from eachchild.web.keeping.leaving import leave_due
from eachchild.web.keeping.models import Backup, Chore
from eachchild.web.strategy.actions.outward import destroy_replies
from eachchild.web.strategy.actions.reminders import remind


def nightly(now: datetime | None = None) -> bool:
    """What is done once a day; False where it was done today."""
    now = now or timezone.now()
    chore, _new = Chore.objects.get_or_create(
        name="nightly", defaults={"done_at": datetime.min.replace(tzinfo=now.tzinfo)}
    )
    if chore.done_at.date() >= now.date():
        return False
    note_heads()
    for organization in Organization.objects.exclude(kind=Organization.Kind.SCHOOL):
        destroy_due(organization, now)
        destroy_replies(organization, now)
    leave_due(now)
    for backup in Backup.objects.filter(gone_at=None, expires_at__lte=now):
        _expire(backup, now)
    remind(Organization.objects.filter(closed_at=None, leaves_at=None), now)
    call_command("clearsessions")
    chore.done_at = now
    chore.save()
    return True


def _expire(backup: Backup, now: datetime) -> None:
    """Remove a backup whose time is up from where backups are made; note that it must be gone."""
    (Path(settings.BACKUPS) / backup.name).unlink(missing_ok=True)
    backup.gone_at = now
    backup.save(update_fields=["gone_at"])
    record("backup.expired", organization=None, thing=f"backup:{backup.pk}")
