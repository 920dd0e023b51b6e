"""The profile of a district: one document, as its file has it, and a picture."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import Owned


class Profile(Owned):
    """What a district set for itself; rules check the document before it is kept."""

    document = models.JSONField(default=dict)
    logo = models.BinaryField(default=bytes)  # a PNG of our own making, or nothing
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta(Owned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["organization"], name="one_profile_an_organization")
        ]

    @classmethod
    def of(cls, organization: Organization) -> "Profile":
        """The profile of an organization; an unsaved one where nothing was set."""
        found: Profile | None = cls.objects.within(organization).first()
        return found or cls(organization=organization)
