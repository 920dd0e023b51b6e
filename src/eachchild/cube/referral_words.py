"""What a discipline log writes, as short lists of words: behaviors, places and hours of the day."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eachchild.tables import LADDER
from eachchild.terms.discretion import DISCRETIONS
from eachchild.terms.factors import NOT_REPORTED

SEVERAL = "several"  # a referral whose rows name two
UNCODED = "not_coded"
OFF_LADDER = "off_ladder"  # something was done, and nothing of it is a rung
ANSWERS = (LADDER[0], OFF_LADDER, *LADDER[1:], "expulsion")  # a later one is told in their place
PRIORS = ("0", "1", "2", "3+")
HOURS = 24
MOST_WORDS, LONGEST_WORD = 250, 60  # beyond these a column holds sentences, and they stay behind
FIXED_WORDS: Mapping[str, tuple[str, ...]] = {
    "discretion": (*DISCRETIONS, NOT_REPORTED),
    "hour": (*map(str, range(HOURS)), NOT_REPORTED),
    "answer": (*ANSWERS, NOT_REPORTED),
    "prior": PRIORS,
}
_CLOCK = re.compile(r"\s*(\d{1,2}):(\d{2})(?::\d{2})?\s*(?:([AP])\.?M\.?)?\s*", re.IGNORECASE)
_NOON = 12


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a column, and for each text of the log its place among them."""

    words: tuple[str, ...]
    place: Mapping[str, int]

    @property
    def several(self) -> int:
        """The place of `several`."""
        return len(self.words) - 2

    @property
    def not_reported(self) -> int:
        """The place of `not_reported`."""
        return len(self.words) - 1


def written(texts: Iterable[str | None]) -> Written:
    """The codes that a column of the log uses, in order, then what is said where there is none.

    Codes are short and few. A text too long for one, and a whole column with too many of them, is
    `not_coded`: sentences can name a child, so the cube does not hold them.

    >>> written(["fight", None, "", "bus"]).words
    ('bus', 'fight', 'not_coded', 'several', 'not_reported')
    """
    found = sorted({t for t in texts if t and t.strip()})
    reserved = (UNCODED, SEVERAL, NOT_REPORTED)
    short = [t for t in found if len(t) <= LONGEST_WORD and t not in reserved]
    words = (*(short if len(short) <= MOST_WORDS else ()), *reserved)
    at = {word: i for i, word in enumerate(words)}
    return Written(words, {t: at.get(t, at[UNCODED]) for t in found})


def hour_of(text: str) -> int | None:
    """The hour that a time of day falls in; None for what is no time.

    >>> [hour_of(t) for t in ("14:05", "8:15:00", "2:05 PM", "12:10 a.m.", "25:00", "lunch")]
    [14, 8, 14, 0, None, None]
    """
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[2]) >= 60:
        return None
    hour, half = int(found[1]), (found[3] or "").upper()
    if half:
        return hour % _NOON + _NOON * (half == "P") if 1 <= hour <= _NOON else None
    return hour if hour < HOURS else None
