"""What a world with a known cause is declared by: each part is one mechanism, and can be taken out.

A range is drawn from evenly, once a district. A part with a `cause` is planted; one without is
noise that a detector must live with. A gap's share is what goes with the part.
"""

from dataclasses import dataclass, replace
from typing import Literal

Range = tuple[float, float]
Family = Literal["discipline", "access", "support", "absence"]
# Everywhere, where the group mostly goes, where the others mostly go, half of them by chance.
Where = Literal["all", "group", "others", "half"]
When = Literal["any", "first", "suspended"]


@dataclass(frozen=True, slots=True)
class More:
    """Referrals beyond everybody's, as a multiple of a student's own; blank limits mean all."""

    times: Range
    cause: str = ""
    group: bool = True  # False: of every student
    behaviors: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    adults: float = 1.0  # share of a school's adults who write them
    schools: Where = "all"
    written_only: bool = False  # logged, and nothing done
    same: str = ""  # another cause that the same part is, where no table can tell which


@dataclass(frozen=True, slots=True)
class Harsher:
    """A suspension made more likely for the same act."""

    times: Range
    cause: str = ""
    behaviors: tuple[str, ...] = ()
    at: When = "any"  # a first referral, or once a student was suspended
    group: bool = True  # False: for every student
    schools: Where = "all"


@dataclass(frozen=True, slots=True)
class Clause:
    """A rule by which an act brings a suspension, whoever the student is."""

    chance: Range
    behaviors: tuple[str, ...]
    cause: str = ""
    schools: Where = "all"


@dataclass(frozen=True, slots=True)
class Missing:
    """A column left blank for a share of the rows of some schools, or of the group alone."""

    column: Literal["action", "behavior", "location"]
    share: Range
    cause: str = ""
    schools: Where = "all"
    group: bool = False


@dataclass(frozen=True, slots=True)
class Schools:
    """Schools whose rates differ: by chance, and with the share of the group they serve."""

    spread: Range = (0.0, 0.0)  # standard deviation of the log rate
    slope: Range = (0.0, 0.0)  # log rate for a standard deviation of the share
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Another status that raises the rate for anybody, and is more common in the group."""

    times: Range
    common: tuple[float, float] = (0.75, 0.20)  # in the group, among the others
    cause: str = ""
    recorded: bool = True  # False: no table tells who has it


@dataclass(frozen=True, slots=True)
class Grades:
    """Middle grades with higher rates, and a group that is more common in them."""

    times: Range
    slope: Range  # log odds of the group in middle grades
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Adults refer differently often whoever comes, and the group meets those who do so more."""

    spread: Range
    pull: Range = (0.0, 0.0)
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """A way into a course: fewer recommendations for equal scores, or a test that reads lower."""

    cause: str = ""
    recommended: Range = (1.0, 1.0)  # of those recommended otherwise, the share of the group
    shift: Range = (0.0, 0.0)  # standard deviations by which the group's test score reads lower
    cut: bool = False  # the test alone decides: nobody below the cut
    schools: Where = "all"


@dataclass(frozen=True, slots=True)
class NotOffered:
    """Schools without the course."""

    share: Range  # of the schools chosen
    cause: str = ""
    schools: Where = "group"


@dataclass(frozen=True, slots=True)
class Support:
    """Supports given, or a list made, less often for the group at equal need."""

    given: Range  # of what others get
    cause: str = ""
    listed: bool = False  # the early-warning list misses them, rather than the support
    schools: Where = "all"


@dataclass(frozen=True, slots=True)
class LateBuses:
    """Routes that come late on some days; who rides misses half of the day."""

    days: Range
    riding: tuple[float, float]  # share of the group, of the others
    cause: str = ""
    recorded: bool = False  # True: the absence table says why, but for some ordinary days


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A rate that is higher for the group, by nothing that any table holds."""

    times: Range
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Notes:
    """A note beside each referral; words that judge have so many times the odds for the group."""

    times: Range = (1.0, 1.0)
    cause: str = ""


Part = (
    More | Harsher | Clause | Missing | Schools | Carrier | Grades | Meeting | Gate | NotOffered
    | Support | LateBuses | Unrecorded | Notes
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CauseWorld:
    """One kind of district with at most a few known causes of one gap."""

    name: str
    meaning: str
    family: Family
    outcome: str
    parts: tuple[Part, ...] = ()
    group: str = "race=black"
    reference: str = "race=white"
    share: Range = (0.20, 0.40)  # of students, in the group
    apart: Range = (0.2, 0.8)  # how differently group and others spread over schools
    nested: bool = False  # no school serves both
    identifiable: bool = True
    rate: Range = (0.8, 1.3)  # the district's own level, as a multiple of the usual one
    evenness: Range = (0.8, 2.0)  # shape of the students' own propensities; small: few make most
    bursts: bool = False  # a student's referrals come close together
    grades_alike: bool = False  # else middle and high schools refer more than elementary
    huge: bool = False  # one school of each level has most of its students
    also: tuple[str, ...] = ()  # true of this world too, though not what was planted

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes planted, in the order declared."""
        return tuple(dict.fromkeys(p.cause for p in self.parts if p.cause))


def without(world: CauseWorld, cause: str) -> CauseWorld:
    """The same world with the parts of one cause taken out.

    >>> world = CauseWorld("w", "", "discipline", "oss_any", (More((1, 2), cause="step"),))
    >>> without(world, "step").parts
    ()
    """
    return replace(world, parts=tuple(p for p in world.parts if p.cause != cause))
