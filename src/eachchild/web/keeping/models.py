"""What is kept about keeping: own periods, holds, certificates, and the catalogue of backups."""

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone

from eachchild.web.accounts.models import User
from eachchild.web.foundation.sealing import SealedText
from eachchild.web.foundation.tenancy import Owned


class Period(Owned):
    """How many days a district keeps one class of data, where it does not follow the schedule."""

    data_class = models.CharField(max_length=20)
    days = models.PositiveIntegerField()

    class Meta(Owned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["organization", "data_class"], name="one_period_a_class"
            ),
        ]


class Hold(Owned):
    """While it lasts, nothing of the district is destroyed, whatever the schedule says."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reason = SealedText()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")


class Certificate(Owned):
    """What was destroyed: what, how much, how, by whom and when, and the hash of all that."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    data_class = models.CharField(max_length=20)
    count = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()
    method = models.CharField(max_length=300)
    things = models.JSONField()  # of each file: our own name, size, sha256; of rows: their number
    digest = models.CharField(max_length=64)


class Backup(models.Model):
    """One backup in the catalogue: what it is called, its hash, and when it must be gone."""

    name = models.CharField(max_length=120, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)


class Chore(models.Model):
    """Something the worker does once a day, and when it did it last."""

    name = models.CharField(max_length=40, unique=True)
    done_at = models.DateTimeField()
