"""The plan as a packet prints it: read from a file, each part with its kind checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CHOICES = ("adopt", "adapt", "abandon")
# Every key of plan.json and what it means; the reference prints this. All may be left out.
KEYS: Mapping[str, Mapping[str, str]] = {
    "plan": {
        "vision": "what the district wants to be true, in its own words",
        "goals": "a list of goals",
        "decide": "a list of what the board is asked to decide, a sentence each",
    },
    "goal": {
        "id": "what progress.json calls it; by this its verdict is found",
        "change": "the rule, practice or support, for every student it applies to",
        "sentence": "the finding it was made of",
        "target": "what is aimed at, in words",
        "seen": "by when a change of that size could be seen",
        "steps": "a list of next steps",
        "decisions": "a list of what was decided, the latest last",
    },
    "step": {
        "title": "what is done",
        "owner": "the role that does it; never a person's name",
        "due": "the day, `2025-10-15`",
        "done": "true or false",
    },
    "decision": {
        "on": "the day, `2026-02-10`",
        "choice": "one of adopt, adapt, abandon",
        "why": "why, in a sentence or two",
    },
}


class PacketError(ValueError):
    """A file that no packet can be made of; the message says which part of it and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a goal: who does it, by when; a role, never a person's name."""

    title: str
    owner: str
    due: str
    done: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about a goal, and why."""

    on: str
    choice: str  # adopt, adapt or abandon
    why: str


@dataclass(frozen=True, slots=True)
class PlannedGoal:
    """What is to change for every student it applies to."""

    id: str
    change: str
    sentence: str  # the finding it was made of
    target: str
    seen: str  # by when a change of that size could be seen
    steps: tuple[Step, ...]
    decisions: tuple[Decided, ...]


@dataclass(frozen=True, slots=True)
class BoardPlan:
    """Vision, goals and what a board is asked to decide; every part may be empty."""

    vision: str = ""
    goals: tuple[PlannedGoal, ...] = ()
    decide: tuple[str, ...] = ()


def board_plan(document: object) -> BoardPlan:
    """The plan that a JSON document holds; what is absent is empty.

    >>> board_plan({"decide": ["Adopt the rule"]}).decide
    ('Adopt the rule',)

    Raises PacketError where a part is of another kind, or a key is not known.
    """
    whole = _table(document, "the plan", "plan")
    return BoardPlan(
        _text(whole, "vision", "the plan"),
        tuple(
            _goal(one, f"goal {i}") for i, one in enumerate(_list(whole, "goals", "the plan"), 1)
        ),
        tuple(_line(one, "decide") for one in _list(whole, "decide", "the plan")),
    )


def _goal(document: object, where: str) -> PlannedGoal:
    goal = _table(document, where, "goal")
    steps, decisions = _list(goal, "steps", where), _list(goal, "decisions", where)
    return PlannedGoal(
        id=_text(goal, "id", where),
        change=_text(goal, "change", where),
        sentence=_text(goal, "sentence", where),
        target=_text(goal, "target", where),
        seen=_text(goal, "seen", where),
        steps=tuple(_step(one, f"a step of {where}") for one in steps),
        decisions=tuple(_decided(one, f"a decision of {where}") for one in decisions),
    )


def _step(document: object, where: str) -> Step:
    step = _table(document, where, "step")
    done = step.get("done", False)
    if not isinstance(done, bool):
        raise PacketError(f"{where}: 'done' is true or false.")
    title, owner, due = (_text(step, name, where) for name in ("title", "owner", "due"))
    return Step(title, owner, due, done)


def _decided(document: object, where: str) -> Decided:
    decided = _table(document, where, "decision")
    choice = _text(decided, "choice", where)
    if choice not in CHOICES:
        raise PacketError(f"{where}: 'choice' is one of {', '.join(CHOICES)}.")
    return Decided(_text(decided, "on", where), choice, _text(decided, "why", where))


def _table(document: object, where: str, kind: str) -> Mapping[str, Any]:
    known = KEYS[kind]
    if not isinstance(document, Mapping):
        raise PacketError(f"{where} is a JSON object with {', '.join(known)}.")
    if unknown := sorted(set(document) - set(known)):
        raise PacketError(f"{where}: there is no '{unknown[0]}'; there is {', '.join(known)}.")
    return document


def _list(table: Mapping[str, Any], name: str, where: str) -> Sequence[object]:
    found = table.get(name, [])
    if not isinstance(found, list):
        raise PacketError(f"{where}: '{name}' is a list.")
    return found


def _text(table: Mapping[str, Any], name: str, where: str) -> str:
    return _line(table.get(name, ""), f"'{name}' of {where}")


def _line(found: object, where: str) -> str:
    if not isinstance(found, str):
        raise PacketError(f"{where} is a text.")
    return found
