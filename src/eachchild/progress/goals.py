"""Goals as people wrote them down, read and checked: a wrong key is named with its goal."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from eachchild.progress.audited import EVERYWHERE_PLACE, Audited
from eachchild.progress.balancing import known_measures
from eachchild.progress.errors import ProgressError
from eachchild.progress.model import Goal
from eachchild.terms.factors import Group
from eachchild.terms.outcomes import Direction, built_in

_TEXTS = ("id", "outcome", "group", "reference", "begins")
_LISTS = ("chosen_on", "balancing", "schools")
_AIMS = ("target", "share")  # one of them
_KNOWN = frozenset((*_TEXTS, *_LISTS, "place", *_AIMS))
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def read_goals(path: Path | None, audited: Audited) -> tuple[Goal, ...]:
    """The goals of a file; none where there is no file.

    Raises ProgressError, which names the goal and the key that is wrong.
    """
    if path is None:
        return ()
    try:
        document = json.loads(path.read_text("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ProgressError(f"{path} is not JSON ({error}).") from None
    listed = document.get("goals") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ProgressError(f'{path} must be {{"goals": [...]}}, a list of goals.')
    goals = tuple(_goal(one, at, audited) for at, one in enumerate(listed, 1))
    ids = [goal.id for goal in goals]
    for goal in goals:
        if ids.count(goal.id) > 1:
            raise ProgressError(f"goal '{goal.id}': two goals have this id. Give each its own.")
    return goals


def _goal(said: object, at: int, audited: Audited) -> Goal:
    if not isinstance(said, dict):
        raise ProgressError(f"goal {at}: must be an object with keys {', '.join(sorted(_KNOWN))}.")
    keys = _Keys(said, f"goal '{said['id']}'" if said.get("id") else f"goal {at}")
    keys.refuse_unknown()
    place = str(said.get("place", EVERYWHERE_PLACE))
    goal = Goal(
        id=keys.text("id"),
        outcome=keys.text("outcome"),
        group=keys.group("group"),
        reference=keys.group("reference"),
        place=place,
        chosen_on=keys.years("chosen_on"),
        begins=keys.month("begins"),
        target=keys.number("target") if keys.aim() == "target" else 0.0,
        lower_is_better=_direction(str(said["outcome"]), audited) != "higher",
        balancing=keys.texts("balancing"),
        schools=keys.texts("schools"),
        share=keys.part("share") if keys.aim() == "share" else 0.0,
    )
    if audited.is_whole:
        _refuse_unknown(goal, keys, audited)
    return goal


def _direction(outcome: str, audited: Audited) -> Direction:
    known = audited.outcomes.get(outcome) or built_in().get(outcome)
    return known.direction if known is not None else "neither"


def _refuse_unknown(goal: Goal, keys: "_Keys", audited: Audited) -> None:
    """What the whole audit does not know is a mistake; a copy may leave anything out."""
    keys.among("outcome", [goal.outcome], audited.outcomes)
    if audited.outcomes[goal.outcome].direction == "neither":
        raise keys.error("outcome", "is owed to each child, so no rate of it is aimed at")
    keys.among("place", [goal.place], (EVERYWHERE_PLACE, *audited.places))
    keys.among("schools", goal.schools, tuple(audited.places))
    keys.among("chosen_on", goal.chosen_on, audited.periods)
    keys.among("balancing", goal.balancing, tuple(known_measures(audited)))
    for key, group in (("group", goal.group), ("reference", goal.reference)):
        for factor, value in Group.parse(group).parts if "=" in group else ():
            keys.among(key, [factor], audited.values)
            keys.among(key, [value], audited.values[factor])


class _Keys:
    """The keys of one goal, read one by one."""

    def __init__(self, said: Mapping[str, Any], name: str) -> None:
        self._said, self._name = said, name

    def error(self, key: str, what: str) -> ProgressError:
        return ProgressError(f"{self._name}, key '{key}': {what}.")

    def refuse_unknown(self) -> None:
        for key in sorted(self._said.keys() - _KNOWN):
            raise self.error(key, f"is not known; known: {', '.join(sorted(_KNOWN))}")

    def text(self, key: str) -> str:
        found = self._said.get(key)
        if not isinstance(found, str) or not found:
            raise self.error(key, "must be a text")
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        found = self._said.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.error(key, "must be a list of texts")
        return tuple(found)

    def among(self, key: str, found: Iterable[str], known: Collection[str]) -> None:
        for one in found:
            if one not in known:
                raise self.error(key, f"'{one}' is not among {', '.join(known)}")

    def group(self, key: str) -> str:
        found = self.text(key)
        parts = Group.parse(found).parts if "=" in found else ()
        if key == "group" and not parts:
            raise self.error(key, "must be a group, as in race=black")
        if key == "reference" and not parts and found not in ("complement", "overall"):
            raise self.error(key, "must be a group, 'complement' or 'overall'")
        return found

    def years(self, key: str) -> tuple[str, ...]:
        found = self.texts(key)
        if not found:
            raise self.error(key, "must name the school years that the goal was chosen by")
        return found

    def month(self, key: str) -> str:
        found = self.text(key)
        if not _MONTH.fullmatch(found):
            raise self.error(key, "must be a month, as in 2025-09")
        return found

    def aim(self) -> str:
        given = [key for key in _AIMS if key in self._said]
        if len(given) != 1:
            raise self.error("target", "give the rate that is aimed at, or the 'share' of the gap")
        return given[0]

    def part(self, key: str) -> float:
        found = self.number(key)
        if not 0 < found <= 1:
            raise self.error(key, "must be a part of the gap, above 0 and at most 1")
        return found

    def number(self, key: str) -> float:
        found = self._said.get(key)
        if isinstance(found, bool) or not isinstance(found, int | float) or found < 0:
            raise self.error(key, "must be a rate, a number not below 0")
        return float(found)
