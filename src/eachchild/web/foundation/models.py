"""Organizations, and the trail of what was done in them."""

from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Organization(models.Model):
    """A state, a district or a school; a school belongs to a district, a district may to a state.

    Data belong to districts and states. A school is a place in its district's data.
    """

    class Kind(models.TextChoices):
        """What kind of organization it is."""

        STATE = "state", _("State")
        DISTRICT = "district", _("District")
        SCHOOL = "school", _("School")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    place = models.CharField(max_length=200, blank=True)  # of a school: its id in the data
    language = models.CharField(max_length=8, default="en")
    closed_at = models.DateTimeField(null=True, blank=True)
    leaves_at = models.DateTimeField(null=True, blank=True)  # from then on all of it is destroyed

    def __str__(self) -> str:
        return self.name

    @property
    def place_key(self) -> str:
        """A school as results name it; empty for what is no school."""
        return f"school:{self.place}" if self.kind == self.Kind.SCHOOL else ""


class Chain(models.Model):
    """Where the trail of one organization stands; of none: the platform's own."""

    organization = models.OneToOneField(
        Organization, null=True, on_delete=models.PROTECT, related_name="+"
    )
    length = models.PositiveBigIntegerField(default=0)
    last = models.CharField(max_length=64, default="0" * 64)


class Event(models.Model):
    """One line of the trail: who did what to which thing, why, and with what result.

    It names people by number alone, so that a person can be forgotten and the chain stays whole.
    Lines are added and never changed; the database refuses it.
    """

    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="+"
    )
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=60)
    thing = models.CharField(max_length=120, blank=True)  # kind:id, never a name
    purpose = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=12)  # done, refused, failed
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["organization", "number"], name="one_line_a_number"),
        ]
        ordering: ClassVar[list[str]] = ["-number"]
