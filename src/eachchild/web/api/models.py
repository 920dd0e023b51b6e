"""What is kept of a token: its hash, whose it is, what it reads and until when."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.utils import timezone

from eachchild.web.accounts.models import User
from eachchild.web.foundation.tenancy import Owned


class Token(Owned):
    """A key with which a program reads what its maker may read; the key itself is never stored."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    label = models.CharField(max_length=80)
    audience = models.CharField(max_length=10)
    digest = models.CharField(max_length=64, unique=True)
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.label

    @property
    def is_open(self) -> Any:
        """Whether it still opens anything."""
        return self.ends_at > timezone.now()
