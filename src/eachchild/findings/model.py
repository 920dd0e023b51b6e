"""A finding: one ranked statement with its evidence and what it does not show."""

import hashlib
from dataclasses import dataclass
from typing import Literal

Kind = Literal["gap", "predictability", "cause", "data_quality"]
Verdict = Literal[
    "gap", "no_gap", "cannot_tell", "supported", "doubtful", "refuted", "warning", "stop"
]


@dataclass(frozen=True, slots=True)
class GapPart:
    """What of a gap goes with one thing. `name` stays the same, `label` is in the plan's words."""

    name: str
    label: str
    value: float
    share: float  # of the gap; below 0 or above 1 where parts pull against each other
    low: float  # 95 % interval of the share
    high: float


@dataclass(frozen=True, slots=True)
class GapStep:
    """One step of a chain: of those who came, how many of the group and of the others went on."""

    name: str
    label: str
    came: tuple[int, int]
    went: tuple[int, int]
    ratio: float
    low: float  # 95 % interval of the ratio
    high: float
    share: float  # of the gap, as logarithms of ratios
    share_low: float
    share_high: float


@dataclass(frozen=True, slots=True)
class GapPlace:
    """The same steps inside one place."""

    place: str
    label: str
    steps: tuple[GapStep, ...]


@dataclass(frozen=True, slots=True)
class GapMoment:
    """One moment of referrals: what, where, when, and what of the gap in referrals it has."""

    name: str  # "behavior=defiance;hour=10"
    label: str
    group: int  # referrals
    others: int
    share: float  # of the gap
    even_share: float  # were the gap as wide in every moment
    inside: float  # ratio of rates in the moment
    outside: float  # and everywhere else
    q: float


@dataclass(frozen=True, slots=True)
class GapRule:
    """One rule of entry to a course, and what it would do if students stayed as they are."""

    name: str  # "cut"
    label: str
    at: float  # percent of scores below a cut, or share of a school; 0 where there is none
    seats: float  # expected, of all students with a score
    added: float  # beyond today's
    lost: float  # students enrolled today whom the rule would leave out
    group: float  # rate of enrollment
    others: float
    gap: float  # in points


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a cause claims, as a team would take it up: what could refute it, and where to begin."""

    about: Literal["belief", "policy", "practice", "message"]
    refuted_by: str
    begin: str  # what to do first
    questions: tuple[str, ...]  # for the people in the room
    against: tuple[str, ...] = ()  # what else it could be, with what the counts say of that


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement. None where a number does not apply; `id` outlives periods and values."""

    id: str
    rank: int
    kind: Kind
    verdict: Verdict
    measure: str
    outcome: str
    group: str
    reference: str
    place: str
    period: str
    estimate: float | None
    low: float | None
    high: float | None
    n: int | None
    events: float | None
    students_to_parity: int | None
    sentence: str
    evidence: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    of: str | None = None
    cause: str | None = None
    share_of_gap: float | None = None
    parent: str | None = None  # id of the finding this one is folded under
    headline: bool = False  # one of the at most five on the first page
    parts: tuple[GapPart, ...] = ()  # of the gap that a cause is of; they add up to it
    steps: tuple[GapStep, ...] = ()  # that lead to the outcome; their ratios multiply to its own
    in_places: tuple[GapPlace, ...] = ()  # those steps, place by place
    moments: tuple[GapMoment, ...] = ()  # the surest first
    rules: tuple[GapRule, ...] = ()  # of entry, today's first
    at: str = ""  # where a cause is: "step=oss_any"
    hypothesis: Hypothesis | None = None  # of a cause
    grid: tuple[GapMoment, ...] = ()  # every pair of a place and an hour that was tested


def finding_id(
    *,
    kind: str,
    measure: str,
    outcome: str,
    group: str,
    reference: str,
    place: str,
    cause: str = "",
) -> str:
    """The name of a finding: the same next year, whatever its numbers.

    >>> finding_id(kind="gap", measure="risk_ratio", outcome="oss_any", group="race=black",
    ...            reference="race=white", place="all")
    '8a8f000fc952'
    """
    text = "\x1f".join((kind, measure, outcome, group, reference, place, cause))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
