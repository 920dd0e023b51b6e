"""What is kept of an audit: its plan, its files, each run, each release and the votes on it.

Numbers and sentences are not here: they are in the bundles on the shelf, by run and audience.
"""

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eachchild.web.accounts.models import User
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.sealing import SealedText
from eachchild.web.foundation.tenancy import Owned


class Kept(Owned):
    """A row of one organization with an id that says nothing."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Owned.Meta):
        abstract = True


class Audit(Kept):
    """A question that a district asks of its data: a plan, run as often as the data change."""

    title = models.CharField(max_length=200)
    plan = models.TextField()  # audit.toml; its paths are those of the uploads
    like = models.ForeignKey(  # an earlier audit, whose files and questions this one takes over
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return self.title


class Upload(Kept):
    """One file as somebody uploaded it, under a name of our own."""

    class State(models.TextChoices):
        """How far it is."""

        ARRIVING = "arriving", _("Arriving")
        READING = "reading", _("Being read")
        READY = "ready", _("Ready")
        UNPACKED = "unpacked", _("Unpacked: its files are listed by themselves")
        REFUSED = "refused", _("Refused")

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)  # ours, made of what the person called it; no path
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ARRIVING)
    why = models.TextField(blank=True)  # a word of `words.REFUSALS`

    @property
    def reason(self) -> str:
        """Why it was not taken in, in words."""
        from eachchild.web.audits.words import REFUSALS

        return str(REFUSALS.get(self.why, self.why))


class Run(Kept):
    """One run of an audit by the worker."""

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "queued", _("Waiting its turn")
        RUNNING = "running", _("Running")
        CANCELLING = "cancelling", _("Being stopped")
        DONE = "done", _("Done")
        FAILED = "failed", _("Could not be done")
        CANCELLED = "cancelled", _("Stopped")

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, default="audit")  # inspect, check, audit
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    step = models.CharField(max_length=200, blank=True)
    share = models.FloatField(default=0.0)
    plan = models.TextField(blank=True)  # as it was when this was asked; the audit's may change
    tries = models.PositiveSmallIntegerField(default=0)
    beat_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(blank=True)  # in the words of the command, where it could not be done

    @classmethod
    def finished(cls, organization: Organization) -> Any:
        """The audits of an organization that are done, the newest first."""
        mine = cls.objects.within(organization).filter(kind="audit", state=cls.State.DONE)
        return mine.order_by("-ended_at")

    @property
    def is_open(self) -> bool:
        """Whether it may still change."""
        return self.state in (self.State.QUEUED, self.State.RUNNING, self.State.CANCELLING)


class Wish(Kept):
    """What somebody missed in an audit: an analyst takes it into a run of its own, or not."""

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open", _("Waits for an analyst")
        TAKEN = "taken", _("Taken into a run of its own")
        DECLINED = "declined", _("Not taken up")

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=80)
    factors = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    made = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")


class Release(Kept):
    """A copy of a run for an audience: drafted, voted on blind, then made, proved and entered.

    It may be taken off again by two votes of the same kind; the ledger keeps what was read.
    """

    class State(models.TextChoices):
        """How far it is."""

        DRAFTING = "drafting", _("Being drafted")
        WAITING = "waiting", _("Waiting for approvals")
        REJECTED = "rejected", _("Not approved")
        MAKING = "making", _("Being made and proved")
        OUT = "out", _("Released")
        REFUSED = "refused", _("Refused: not proved")
        LEAVING = "leaving", _("Released; votes on taking it off")
        GONE = "gone", _("Taken off")

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFTING)
    why = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    beat_at = models.DateTimeField(null=True, blank=True)
    out_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    round = models.PositiveSmallIntegerField(default=1)  # each draft and question: its own votes
    ledger = models.CharField(max_length=64, blank=True)  # its bytes' hash when this was drafted
    seal = models.CharField(max_length=64, blank=True)  # of the bundle that was made and proved
    asked_by = models.ForeignKey(  # who asked that it be taken off
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(Kept.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["run", "audience"],
                condition=~models.Q(state__in=["rejected", "refused", "gone"]),
                name="one_open_release_an_audience",
            )
        ]

    @property
    def readers(self) -> str:
        """For whom it is, in words."""
        told = {"public": _("everybody"), "board": _("the board"), "staff": _("all staff")}
        return str(told[self.audience])


OUT = (Release.State.OUT, Release.State.LEAVING)  # its readers read it


class Vote(Owned):
    """What one person said of a release; nobody reads it before all have voted."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    approves = models.BooleanField()
    note = SealedText(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta(Owned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["release", "user", "round"], name="one_vote_a_person_a_round"
            ),
        ]
