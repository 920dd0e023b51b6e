"""What is due to be destroyed and what may not be; each rule raises with its hint."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from django.utils.translation import gettext as _

from eachchild.web.accounts.models import Membership, User
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.keeping.models import Hold

LONGEST = 3_650  # days; nothing of students is kept without end


@dataclass(frozen=True, slots=True)
class DataClass:
    """One line of the schedule."""

    name: str
    label: str
    what: str
    after: str
    days: int | None  # None: it is kept
    why: str
    most: int = LONGEST  # days that a district may choose


@cache
def schedule() -> Mapping[str, DataClass]:
    """Every class of data and how long it is kept.

    >>> schedule()["drafts"].days
    30
    """
    told = tomllib.loads(files(__package__).joinpath("schedule.toml").read_text("utf-8"))
    return {
        name: DataClass(
            name,
            row["label"],
            row["what"],
            row["after"],
            row.get("days"),
            row.get("why", ""),
            row.get("most", LONGEST),
        )
        for name, row in told.items()
    }


def is_due(since: datetime | None, days: int | None, now: datetime) -> bool:
    """Whether the time of something is up; what has no day yet, or is kept, never is."""
    return since is not None and days is not None and now >= since + timedelta(days=days)


def check_can_destroy(holds: Iterable[Hold]) -> None:
    """Nothing is destroyed while a hold lasts."""
    if any(hold.ended_at is None for hold in holds):
        raise NotAllowedError(_("A legal hold lasts, so nothing may be destroyed. End it first."))


def check_can_set(data_class: str, days: int) -> None:
    """A class that has a period, and a number of days that ends."""
    if data_class not in schedule() or schedule()[data_class].days is None:
        raise NotAllowedError(_("This is not kept for a number of days."))
    if not 1 <= days <= LONGEST:
        raise NotAllowedError(_("Choose 1 to 3,650 days: nothing of students is kept for ever."))
    if days > (most := schedule()[data_class].most):
        raise NotAllowedError(_("Choose at most %(days)d days for this.") % {"days": most})


def check_can_leave(leaves_at: datetime | None, holds: Iterable[Hold]) -> None:
    """A district says once that it leaves, and not while it must keep what it has."""
    if leaves_at is not None:
        raise NotAllowedError(_("It was said already that this district leaves."))
    check_can_destroy(holds)


def check_can_stay(leaves_at: datetime | None) -> None:
    """What was not said cannot be taken back."""
    if leaves_at is None:
        raise NotAllowedError(_("Nobody said that this district leaves."))


def check_can_shred(person: User, current: Iterable[Membership]) -> None:
    """A person who belongs nowhere any more, and was not shredded before."""
    if person.shredded:
        raise NotAllowedError(_("This person's name and address were overwritten already."))
    if any(current):
        raise NotAllowedError(
            _("This person still belongs to a district here. End that first, in each of them.")
        )
