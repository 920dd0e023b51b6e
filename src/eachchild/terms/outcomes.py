"""Outcomes: what can happen to a student, declared in data so that a district can add its own."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal

from eachchild.terms.expressions import Expression, columns, parse

Direction = Literal["higher", "lower", "neither"]
_COURSES = frozenset(("ap_enrolled", "honors_enrolled"))  # columns of a student-year
_ABSENT_SHARES = frozenset(("absence_share", "absence_percent"))
_ABSENCE = _ABSENT_SHARES | {"days_absent"}
DIRECTIONS: tuple[Direction, ...] = ("higher", "lower", "neither")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome: who is asked, what counts, and whether more of it is good, adverse or neither.

    `event` makes a rate and `mean` an average of a column held in `decimals`; exactly one is set.
    `per` scales a mean for the reader (days lost per 100 students).
    """

    name: str
    direction: Direction
    event: Expression | None = None
    mean: str | None = None
    decimals: int = 0
    per: int = 1
    population: Expression | None = None
    unit: Literal["student"] = "student"
    label: str = ""
    indicator: int | None = None
    source: str = ""
    event_text: str = ""
    population_text: str = ""

    @property
    def is_rate(self) -> bool:
        """A share of students, rather than a mean over them."""
        return self.mean is None

    @property
    def is_course(self) -> bool:
        """A share of students in advanced courses, which a school offers or does not."""
        return self.event is not None and not _COURSES.isdisjoint(columns(self.event))

    @property
    def is_absence(self) -> bool:
        """A share of students by the days they were absent, or the mean share of days absent."""
        if self.mean is not None:
            return self.mean in _ABSENT_SHARES
        return self.event is not None and not _ABSENCE.isdisjoint(columns(self.event))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the student-year row that this outcome needs."""
        asked = (columns(self.event) if self.event else ()) + ((self.mean,) if self.mean else ())
        population = columns(self.population) if self.population else ()
        return tuple(dict.fromkeys(asked + population))


def outcome_from(name: str, keys: Mapping[str, object]) -> Outcome:
    """Make an outcome from the keys of a declaration; ValueError names the key that is wrong.

    >>> outcome_from("lost_a_week", {"event": "oss_days >= 5", "direction": "lower"}).columns
    ('oss_days',)
    """
    known = set(Outcome.__dataclass_fields__) - {"name", "event_text", "population_text"}
    if unknown := sorted(set(keys) - known):
        raise ValueError(f"outcome '{name}': unknown key '{unknown[0]}'; known: {sorted(known)}")
    direction = keys.get("direction")
    if direction not in DIRECTIONS:
        raise ValueError(f"outcome '{name}': direction must be one of {', '.join(DIRECTIONS)}")
    event, mean = keys.get("event"), keys.get("mean")
    if (event is None) == (mean is None):
        raise ValueError(
            f'outcome \'{name}\': say either event = "a condition" or mean = "a column"'
        )
    population = keys.get("population")
    return Outcome(
        name=name,
        direction=direction,
        event=parse(str(event)) if event is not None else None,
        mean=str(mean) if mean is not None else None,
        decimals=_whole(name, keys, "decimals", 0),
        per=_whole(name, keys, "per", 1),
        population=parse(str(population)) if population else None,
        label=str(keys.get("label", "")),
        indicator=_whole(name, keys, "indicator", 0) or None,
        source=str(keys.get("source", "")),
        event_text=str(event if event is not None else mean),
        population_text=str(population or ""),
    )


def _whole(name: str, keys: Mapping[str, object], key: str, default: int) -> int:
    value = keys.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"outcome '{name}': {key} must be a whole number")
    return value


@cache
def built_in() -> Mapping[str, Outcome]:
    """The outcomes that need only their name in a plan.

    >>> built_in()["oss_any"].event_text
    'oss_count >= 1'
    """
    text = resources.files(__package__).joinpath("outcomes.toml").read_text("utf-8")
    declared = tomllib.loads(text)
    return MappingProxyType({name: outcome_from(name, keys) for name, keys in declared.items()})
