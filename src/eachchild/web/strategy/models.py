"""What is kept of a plan: from a vision to goals, what is done, and what was decided.

Numbers and verdicts are not worked out here: a goal keeps the offer it was made from, as the
library wrote it, and its verdicts stand beside the bundles on the shelf.
"""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eachchild.web.accounts.models import User
from eachchild.web.audits.models import Kept, Run
from eachchild.web.foundation.sealing import SealedText
from eachchild.web.foundation.tenancy import Owned


class Lasting(Kept):
    """A row that is written once: what changes is told by another row."""

    class Meta(Kept.Meta):
        abstract = True

    def save(self, **how: Any) -> None:
        """Write it, once."""
        if not self._state.adding:
            raise ValueError(f"A {type(self).__name__} is written once and never changed.")
        super().save(**how)


class Vision(Lasting):
    """What the district wants to be true, in its own words; the newest version counts."""

    text = models.TextField()


class SignOn(Owned):
    """Somebody stands behind one version of the vision."""

    vision = models.ForeignKey(Vision, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(Owned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["vision", "user"], name="one_sign_on_a_person")
        ]


class Rating(Lasting):
    """Where a team sees the district on one standard, and what shows it; the newest counts."""

    standard = models.CharField(max_length=80)  # a key of `instruments.standards`
    level = models.CharField(max_length=20)
    because = models.TextField()
    evidence = models.URLField(max_length=500, blank=True)


class Hypothesis(Kept):
    """What could make a gap: from the cause ledger or from people, and what the team thinks."""

    class Stance(models.TextChoices):
        """What the team does with it."""

        BELIEVE = "believe", _("We believe it")
        DOUBT = "doubt", _("We doubt it")
        TEST = "test", _("We will test it")

    class Kind(models.TextChoices):
        """What kind of thing it is."""

        BELIEF = "belief", _("A belief")
        POLICY = "policy", _("A policy")
        PRACTICE = "practice", _("A practice")
        MESSAGE = "message", _("A message")

    class Bone(models.TextChoices):
        """Where it sits: a bone of the fishbone."""

        ORGANIZATION = "organization", _("How school is organized")
        STAFF = "staff", _("What adults know and do")
        CURRICULUM = "curriculum", _("What is taught, and how")
        OUTSIDE = "outside", _("What comes from outside")

    finding = models.CharField(max_length=64)  # the gap's id, which stays from year to year
    says = models.TextField()
    cause = models.CharField(max_length=64, blank=True)  # the ledger's id; none: people said it
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PRACTICE)
    bone = models.CharField(max_length=14, choices=Bone.choices, default=Bone.ORGANIZATION)
    stance = models.CharField(max_length=10, choices=Stance.choices, default=Stance.TEST)
    whys = models.JSONField(default=list)  # up to five answers, each to the one before
    refuted_by = models.TextField(blank=True)  # what would show that it is not so


class Goal(Kept):
    """What is to change for every student it applies to, and the gap that is watched."""

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running", _("Under way")
        ADOPTED = "adopted", _("Adopted: it is how we work now")
        ABANDONED = "abandoned", _("Given up")

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")  # it was made from
    finding = models.CharField(max_length=64)
    screen = models.CharField(max_length=80)
    sentence = models.TextField()  # the finding, as it stood then
    offer = models.JSONField()  # the baseline and the targets, as the library offered them
    target = models.JSONField()  # the one of them that was chosen
    change = models.CharField(max_length=300)  # the rule, practice or support, for whom
    inclusive = models.TextField()  # who was heard, and how the change reaches everybody
    begins = models.CharField(max_length=7)  # the month of the change, `2025-09`
    balancing = models.JSONField(default=list)
    schools = models.JSONField(default=list)  # places where it is made; none: everywhere
    strategies = models.JSONField(default=list)  # keys of `instruments.strategies`
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)

    def __str__(self) -> str:
        return self.change

    @property
    def is_running(self) -> bool:
        """Whether it is still worked on."""
        return self.state == self.State.RUNNING

    @property
    def place(self) -> str:
        """Where: `all`, or a school."""
        return str(self.offer["place"])


class Action(Kept):
    """One step of a goal: who does it, by when, and what shows that it was done."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="+")
    driver = models.ForeignKey(  # which of the things that make the gap it is meant to move
        Hypothesis, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    evidence = models.TextField(blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title

    @property
    def is_late(self) -> bool:
        """Whether its day is past and it is not done."""
        return self.done_at is None and self.due < timezone.localdate()


class Cycle(Kept):
    """Plan, do, study, act: a small trial, whose prediction was written down first."""

    class Act(models.TextChoices):
        """What follows from it."""

        ADOPT = "adopt", _("Adopt")
        ADAPT = "adapt", _("Adapt")
        ABANDON = "abandon", _("Abandon")

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    tries = models.TextField()  # plan: what, where, with whom
    predicts = models.TextField()
    did = models.TextField(blank=True)
    learned = models.TextField(blank=True)  # study: what happened beside what was predicted
    act = models.CharField(max_length=10, choices=Act.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)


class Review(Kept):
    """A meeting that looks at every running goal, every 6 to 9 weeks."""

    on = models.DateField()
    held_at = models.DateTimeField(null=True, blank=True)
    notes = models.TextField(blank=True)


class Decision(Lasting):
    """What people decided, and the verdict they had before them; never changed afterwards."""

    review = models.ForeignKey(Review, null=True, on_delete=models.PROTECT, related_name="+")
    goal = models.ForeignKey(Goal, null=True, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=10, choices=Cycle.Act.choices)
    why = models.TextField()
    verdict = models.CharField(max_length=12, blank=True)
    said = models.TextField(blank=True)  # the verdict's sentence, as they read it


class Reply(Owned):
    """What somebody wrote to the district from a public page; only the team reads it."""

    class About(models.TextChoices):
        """What it is about."""

        FINDING = "finding", _("What was found")
        PLAN = "plan", _("What is being done")
        RECORD = "record", _("My child's record")
        OTHER = "other", _("Something else")

    at = models.DateTimeField(default=timezone.now)
    about = models.CharField(max_length=10, choices=About.choices)
    school = models.CharField(max_length=120, blank=True)  # a place, `school:ID`
    text = SealedText()
    contact = SealedText(blank=True)
    language = models.CharField(max_length=10)
    read_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ends_at = models.DateTimeField()  # when it is destroyed


class Entry(Kept):
    """What the district tells everybody: you said, we did. Two people stand behind it."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Waits for a second person")
        OUT = "out", _("Public")
        GONE = "gone", _("Taken off")

    goal = models.ForeignKey(
        Goal, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    said = models.JSONField()  # by language
    did = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    out_at = models.DateTimeField(null=True, blank=True)


class Contact(Kept):
    """What families need of one school, or of the district: whom to call, when to meet."""

    place = models.CharField(max_length=120)  # `all`, or `school:ID`
    whom = models.CharField(max_length=200)  # a role and a number: no person's name is needed
    meeting = models.DateTimeField(null=True, blank=True)
    where = models.CharField(max_length=200, blank=True)
    correct = models.TextField(blank=True)  # how a child's record is corrected
