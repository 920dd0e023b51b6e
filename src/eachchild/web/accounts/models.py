"""People, and what they may do in which organization, from when until when."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eachchild.tables import PROTECTED
from eachchild.web.foundation.matrix import AUDIENCES, OUTSIDE, Role, protected, roles
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.sealing import SealedText
from eachchild.web.foundation.tenancy import Owned


class People(BaseUserManager["User"]):
    """Makes people; each is known by an address for mail."""

    def create_user(self, email: str, name: str = "", password: str | None = None) -> "User":
        """Make a person; without a password they can sign in by invitation or passkey alone."""
        person = self.model(email=self.normalize_email(email).lower(), name=name)
        person.set_password(password)
        person.save()
        return person

    def get_by_natural_key(self, email: str | None) -> "User":
        """Find a person by address, in whatever letters it is written."""
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser):
    """A person who signs in."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    shredded = models.BooleanField(default=False)  # name and address were overwritten
    objects = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """What one person may do in one organization, on which basis, until when."""

    class Basis(models.TextChoices):
        """On which ground of FERPA somebody from outside may see what is the district's."""

        STAFF = "staff", _("School official, employed here")
        CONTRACTOR = "contractor", _("School official under contract, 34 CFR 99.31(a)(1)(i)(B)")
        STUDY = "study", _("Study for the district, 34 CFR 99.31(a)(6)")
        EVALUATION = "evaluation", _("Audit or evaluation of a program, 34 CFR 99.35")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    school = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    fields = models.JSONField(default=list)  # groups of protected columns, as roles.toml names them
    audience = models.CharField(max_length=10, blank=True)  # a copy further out than the role's
    basis = models.CharField(max_length=12, choices=Basis.choices, default=Basis.STAFF)
    purpose = models.CharField(max_length=200, blank=True)
    agreement = SealedText(blank=True)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_role_a_person"),
            models.CheckConstraint(
                condition=~models.Q(role=OUTSIDE)
                | (
                    ~models.Q(basis="staff") & ~models.Q(purpose="") & ~models.Q(agreement="")
                    & models.Q(ends_at__isnull=False)
                ),
                name="a_partner_has_a_ground",
            ),
        ]  # fmt: skip

    @classmethod
    def running(cls) -> "models.QuerySet[Self]":
        """Those that have begun and not ended: the others do not exist for anybody."""
        now = timezone.now()
        running = models.Q(ends_at=None) | models.Q(ends_at__gt=now)
        return cls.objects.filter(running, starts_at__lte=now, organization__closed_at=None)

    @classmethod
    def all_current(cls, user: Any) -> "models.QuerySet[Self]":
        """Where a person belongs now."""
        return (
            cls.running()
            .filter(user=user)
            .select_related("organization", "school")
            .order_by("organization__name")
        )

    @classmethod
    def current(cls, user: Any, slug: str) -> "Self | None":
        """What a person may do in one organization now; None: it does not exist for them."""
        return cls.all_current(user).filter(organization__slug=slug).first()

    @property
    def of_role(self) -> Role:
        """The row of the matrix."""
        return roles()[self.role]

    def may(self, right: str) -> bool:
        """Whether the role has a right."""
        return right in self.of_role.rights

    @property
    def places(self) -> frozenset[str] | None:
        """The places whose numbers are for this person; None: all."""
        if not self.of_role.own_place:
            return None
        return frozenset({"all", *((self.school.place_key,) if self.school else ())})

    @property
    def reads(self) -> str:
        """Whose copy of an audit this person reads: the role's, or one granted further out."""
        granted = self.audience or self.of_role.audience
        return min(granted, self.of_role.audience, key=AUDIENCES.index)

    def sees_column(self, column: str) -> bool:
        """Whether a column of students' rows is for this person: protected ones are by grant."""
        return self.holds(PROTECTED.get(column, ()))

    def holds(self, grants: Iterable[str]) -> bool:
        """Whether each of these grants is this person's.

        A partner never sees meal eligibility, even where a grant says so.
        """
        return all(
            name in self.fields and protected()[name].may_be_of(self.role) for name in grants
        )

    @property
    def granted(self) -> list[str]:
        """The protected columns of the grant, in words."""
        return [str(_(protected()[name].label)) for name in self.fields]

    @property
    def is_current(self) -> bool:
        """Whether it runs now."""
        now = timezone.now()
        return self.starts_at <= now and (self.ends_at is None or self.ends_at > now)

    def sees_place(self, place: str) -> bool:
        """Whether numbers of a place are for this person: the whole, and the own school or all."""
        return self.places is None or place in ("", *self.places)


class Invitation(models.Model):
    """An address that may join, once, until a day; the link itself is never stored."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField()
    role = models.CharField(max_length=20)
    school = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(
        max_length=12, choices=Membership.Basis.choices, default=Membership.Basis.STAFF
    )
    purpose = models.CharField(max_length=200, blank=True)
    agreement = SealedText(blank=True)
    audience = models.CharField(max_length=10, blank=True)
    fields = models.JSONField(default=list)
    membership_ends_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(  # nobody: whoever runs the platform, for the first person
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)

    @property
    def of_role(self) -> Role:
        """The row of the matrix."""
        return roles()[self.role]


class Disclosure(Owned):
    """A line of the register of disclosures (34 CFR 99.32): a party outside, on which ground, when.

    Memberships change and end; a line stays as long as the records it is about.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=12, choices=Membership.Basis.choices)
    purpose = models.CharField(max_length=200)
    agreement = models.CharField(max_length=200)
    audience = models.CharField(max_length=10)
    fields = models.JSONField(default=list)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
