"""What the column names of the Civil Rights Data Collection say: quantity and group of a family.

Names are `SCH_<MEASURE>_<GROUP>_<SEX>`; `WODIS` is students without disabilities, `WDIS ... IDEA`
those served under IDEA (public-use file user's manual, 2021-22).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eachchild.sources.init.grammar import Family

_MEASURES = {
    "ISS": "iss_any",
    "SINGOOS": "oss_any",
    "MULTOOS": "oss_any",
    "EXPWE": "expelled",
    "EXPWOE": "expelled",
    "EXPZT": "expelled",
    "REF": "police_referral",
    "ARR": "arrested",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """A pattern with what it counts, for the plan."""

    columns: str
    quantity: str
    where: tuple[tuple[str, str], ...] = ()
    remainder: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Events that the file tells apart by sex alone, and so stand in no count by race."""

    outcome: str
    events: str
    n: str  # the students they happened to, by race and sex


_SECTION_504 = re.compile(r"SCH_DISCWDIS_([A-Z]+)_504_\{sex\}")
_STUDENTS_504 = "SCH_504ENR_{race}_{sex}"


def is_crdc(families: Sequence[Family]) -> bool:
    """Whether the names are those of the Civil Rights Data Collection."""
    return any(f.pattern.startswith("SCH_ENR_{race}") for f in families)


def crdc_meanings(families: Sequence[Family]) -> tuple[Meaning, ...]:
    """The families whose meaning is known, students first; families that add up become one."""
    found = [m for f in families if (m := _meaning(f)) is not None]
    return tuple(sorted(_joined(found), key=lambda m: (m.quantity != "n", bool(m.where))))


def _meaning(family: Family) -> Meaning | None:
    pattern = family.pattern
    if pattern == "SCH_ENR_{race}_{sex}":
        return Meaning(pattern, "n")
    if pattern == "SCH_IDEAENR_{race}_{sex}":
        return Meaning(pattern, "n", (("idea", "yes"),), "idea=no")
    if pattern == "SCH_DAYSMISSED_{race}_{sex}":
        return Meaning(pattern, "days_lost")
    match = re.fullmatch(r"SCH_DISCW(O?)DIS_([A-Z]+)(?:_IDEA)?_\{race\}_\{sex\}", pattern)
    if match is None or match[2] not in _MEASURES:
        return None
    return Meaning(pattern, _MEASURES[match[2]], (("idea", "no" if match[1] else "yes"),))


def _joined(meanings: Sequence[Meaning]) -> Iterator[Meaning]:
    """Once and more than once add up to at least once."""
    by_name = {m.columns: m for m in meanings}
    for name, meaning in by_name.items():
        if "_SINGOOS_" in name and name.replace("_SINGOOS_", "_MULTOOS_") in by_name:
            yield replace(meaning, columns=name.replace("SINGOOS", "{SINGOOS|MULTOOS}"))
        elif "_MULTOOS_" not in name:
            yield meaning


def left_out(families: Sequence[Family]) -> tuple[LeftOut, ...]:
    """What was done to students with a Section 504 plan alone, by outcome.

    The collection has them by sex, not by race; without their number by race nothing can be said.
    """
    patterns = [f.pattern for f in families]
    found: dict[str, list[str]] = {}
    for match in filter(None, map(_SECTION_504.fullmatch, patterns)):
        if match[1] in _MEASURES:
            found.setdefault(_MEASURES[match[1]], []).append(match[1])
    if _STUDENTS_504 not in patterns:
        return ()
    return tuple(
        LeftOut(outcome, _either(names), _STUDENTS_504) for outcome, names in found.items()
    )


def _either(names: Sequence[str]) -> str:
    one = names[0] if len(names) == 1 else "{" + "|".join(names) + "}"
    return f"SCH_DISCWDIS_{one}_504_{{sex}}"
