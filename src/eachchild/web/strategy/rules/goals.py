"""What a goal may be: open to every student it applies to, and never a quota."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.strategy.models import Cycle, Goal

MOST_WHYS = 5
_NUMBER = re.compile(r"\d|\b(half|quarter|third|percent|mitad|tercio|cuarto)\b", re.IGNORECASE)
_CHOSEN_BY = ("race", "sex")  # factors by which nobody is ever chosen


def check_can_aim(offer: Mapping[str, Any] | None, goals: Iterable[Goal]) -> None:
    """The audit has something to aim at, and nobody has made a goal of it already."""
    if offer is None:
        raise NotAllowedError(
            _("This audit has no baseline for this finding. Make a goal of a gap in the whole "
              "district or a school, in the newest audit.")
        )  # fmt: skip
    if offer["why_not"]:
        raise NotAllowedError(str(offer["why_not"]))
    if any(goal.is_running for goal in goals):
        raise NotAllowedError(_("There is a goal for this finding already. Change that one."))


def check_open_to_all(change: str, groups: Mapping[str, str]) -> None:
    """A change is a rule, a practice or a support for every student it applies to.

    `groups`: the names of groups by `factor=value`. No goal chooses students by race or sex, and
    none says how many students of a group something is to happen to.
    """
    said = f" {change.casefold()} "
    for group, label in groups.items():
        if group.count("=") != 1 or not label or not _says(said, label):
            continue
        if group.startswith(_CHOSEN_BY):
            raise NotAllowedError(
                _("Name the rule, the practice or the support, for every student it applies to. "
                  "Nobody is chosen by race or sex: the gap is watched, not shared out.")
            )  # fmt: skip
        if _NUMBER.search(said):
            raise NotAllowedError(
                _("A goal does not say for how many students of a group. Name the rule, the "
                  "practice or the support, and whoever it applies to.")
            )  # fmt: skip


def _says(text: str, label: str) -> bool:
    """Whether a text names a group, as its label or without the word for students."""
    name = re.sub(r"\b(students|estudiantes|alumnos)\b", "", label.casefold()).strip()
    return bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def check_whys(whys: Iterable[str]) -> list[str]:
    """Up to five answers, none left out between two."""
    told = [why.strip() for why in whys]
    while told and not told[-1]:
        told.pop()
    if len(told) > MOST_WHYS or not all(told):
        raise NotAllowedError(_("Answer each why before the next one."))
    return told


def check_can_change(goal: Goal) -> None:
    """It is under way."""
    if not goal.is_running:
        raise NotAllowedError(_("This goal has ended. Make a new one."))


def check_can_report(is_owner: bool, leads: bool, *, done: bool) -> None:
    """Whose step it is says that it is done, or whoever leads the plan; once."""
    if not (is_owner or leads):
        raise NotAllowedError(_("Somebody else has this step. Ask them, or who leads the plan."))
    if done:
        raise NotAllowedError(_("This step is done already."))


def check_can_begin(cycles: Iterable[Cycle]) -> None:
    """One trial at a time, so that what happened has one cause less."""
    if any(cycle.ended_at is None for cycle in cycles):
        raise NotAllowedError(_("A trial is under way. End it first: what did you learn?"))


def check_can_end(cycle: Cycle) -> None:
    """It has not ended: what was predicted and what was learned then stay as they are."""
    if cycle.ended_at is not None:
        raise NotAllowedError(_("This trial has ended. Begin another one."))
