"""What is true of a world with a known cause: its gaps, and the share each cause makes of them.

Nothing here is counted from drawn rows. Every student's chance follows from the declared rates,
given who attends which school and grade; the gap is the mean chance of the group minus that of the
reference. A cause's share is one minus the gap in the same district without that cause's parts,
over the gap with them. Shares of two causes need not add up to one: parts multiply each other.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from eachchild.worlds.causes.courses import FIRST_GRADE, absence_of, access_of, support_of
from eachchild.worlds.causes.notes import JUDGING
from eachchild.worlds.causes.parts import (
    CauseWorld,
    Harsher,
    More,
    Notes,
    NotOffered,
    Part,
    Schools,
    Where,
    without,
)
from eachchild.worlds.causes.referrals import PERIODS, STARTS, Adults, chances_of, draw_adults
from eachchild.worlds.causes.roster import Roster, drawn
from eachchild.worlds.days import calendar
from eachchild.worlds.model import Mask, Numbers
from eachchild.worlds.truth import Gap, Planted, Truth

LESSON = 45  # minutes
_STEPS = {"any": "suspended", "first": "suspended", "suspended": "again"}
_MEASURE = {"absence_rate": "mean_difference"}


@dataclass(frozen=True, slots=True)
class PlantedPart(Planted):
    """One planted cause, and exactly where it sits."""

    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CauseTruth(Truth):
    """Everything known of a world with a known cause.

    `also` names causes that hold in this world too and are no mistake to find, though they are
    not what was planted: whoever writes more referrals of a group makes a gap at that step.
    """

    meaning: str = ""
    also: tuple[str, ...] = ()


def expected_of(
    world: CauseWorld, seed: int, roster: Roster, adults: Adults
) -> Mapping[str, Numbers]:
    """The chance (or mean) of every row in each outcome."""
    if world.family == "discipline":
        told = chances_of(world, seed, roster, adults)
        found = {"referred": told.referred, "oss_any": told.oss_any}
        return found | ({"oss_twice": told.oss_twice} if _answered_alike(world) else {})
    if world.family == "absence":
        return {"absence_rate": absence_of(world, seed, roster, length=_length())[1]}
    if world.family == "support":
        return {world.outcome: support_of(world, seed, roster)[1]}
    return {world.outcome: access_of(world, seed, roster)[1]}


def _answered_alike(world: CauseWorld) -> bool:
    """Whether a first referral is answered as later ones: only then is a second in closed form."""
    return not any(isinstance(p, Harsher) and p.at == "first" for p in world.parts)


def _length() -> int:
    return calendar(1).days[0].size


def asked(outcome: str, roster: Roster) -> Mask:
    """Which rows an outcome is about."""
    return np.asarray(roster.grade >= FIRST_GRADE.get(outcome, 0))


def gap_of(outcome: str, roster: Roster, chance: Numbers) -> float:
    """The group's mean minus the reference's."""
    who = asked(outcome, roster)
    return float(chance[who & roster.group].mean() - chance[who & roster.reference].mean())


def truth_of(
    world: CauseWorld, seed: int, roster: Roster, adults: Adults, *, students: int
) -> CauseTruth:
    """All that `truth.json` says."""
    gaps = {
        outcome: gap_of(outcome, roster, chance)
        for outcome, chance in expected_of(world, seed, roster, adults).items()
    }
    planted = tuple(
        _planted(world, part, cause, seed, roster, gap=gaps[world.outcome])
        for part in world.parts
        for cause in (part.cause, getattr(part, "same", ""))
        if cause
    )
    lines = tuple(
        Gap(o, world.group, world.reference, _MEASURE.get(o, "risk_difference"), _written(g),
            "all", "all", o == world.outcome and bool(planted))
        for o, g in gaps.items()
    )  # fmt: skip
    return CauseTruth(
        world.name, seed, students, planted, lines, meaning=world.meaning, also=_also(world)
    )


def _also(world: CauseWorld) -> tuple[str, ...]:
    """Schools that differ by chance make a part of any gap, for chance also mixes them."""
    by_chance = any(isinstance(p, Schools) and not p.cause for p in world.parts)
    more = ("between_schools",) if by_chance and "between_schools" not in world.also else ()
    return (*world.also, *more)


def _planted(
    world: CauseWorld, part: Part, cause: str, seed: int, roster: Roster, *, gap: float
) -> PlantedPart:
    share = None  # what is written of a referral makes no part of how many there are
    if not isinstance(part, Notes):
        other = without(world, part.cause)
        less = expected_of(other, seed, roster, draw_adults(other, seed, roster))[world.outcome]
        share = _written(1 - gap_of(world.outcome, roster, less) / gap)
    return PlantedPart(
        cause, world.outcome, world.group, world.reference,
        _MEASURE.get(world.outcome, "risk_difference"), _written(gap), "all", "all",
        share, world.identifiable, _where(part, seed, roster),
    )  # fmt: skip


def _where(part: Part, seed: int, roster: Roster) -> dict[str, Any]:
    """Where a part sits, with the strength that was drawn."""
    found: dict[str, Any] = {"part": type(part).__name__}
    for name, value in asdict(part).items():
        if name in ("spread", "slope", "times", "chance", "share", "recommended", "shift", "given",
                    "days", "pull"):  # fmt: skip
            found[name] = _written(drawn(seed, part, name, value))
        elif name in ("behaviors", "locations", "periods") and value:
            found[name] = list(value)
    if isinstance(part, More):
        found |= {"step": "referred", "adults": part.adults}
        if part.periods:
            found["hours"] = [_hours(PERIODS.index(p)) for p in part.periods]
    elif isinstance(part, Notes):
        found["words"] = list(JUDGING)
    elif isinstance(part, Harsher):
        found |= {"step": _STEPS[part.at], "at": part.at}
    schools: Where = getattr(part, "schools", "all")
    if schools != "all" or isinstance(part, NotOffered):
        chosen = roster.sites.chosen(schools)
        found["schools"] = [s for s, c in zip(roster.sites.ids, chosen, strict=True) if c]
    return found


def _hours(period: int) -> list[str]:
    ends = (STARTS[period], STARTS[period] + LESSON)
    return [f"{m // 60:02d}:{m % 60:02d}" for m in ends]


def _written(value: float) -> float:
    return round(value, 10)
