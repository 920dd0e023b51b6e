"""What should not get worse beside a goal: which counts, by the kind of its outcome.

Each series is given so that a higher rate is worse. A goal that is met by writing referrals
instead, or by taking seats from others, is not met.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from eachchild.progress.audited import MONTHLY_OF, Audited
from eachchild.progress.model import Series
from eachchild.progress.series import by_years

REFERRALS, ABSENT, OTHERS = "referrals", "absent_days", "others_enrolled"
_DISCIPLINE = (REFERRALS, "iss_any", "oss_any", "police_referral", ABSENT, "chronic_absence")
_ATTENDANCE = ("course_failure", "oss_any", "retained")
_ACCESS = ("course_failure", OTHERS, "chronic_absence")
_LEARNING = ("chronic_absence", "retained", "course_failure", "oss_any")
# By outcome; whatever else a district declares goes by attendance and discipline.
_BESIDE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("referred", "iss_any", "oss_any", "oss_again", "days_lost", "expelled",
             "police_referral"), _DISCIPLINE,
        ),
        **dict.fromkeys(("chronic_absence", "absence_rate"), _ATTENDANCE),
        **dict.fromkeys(("ap_enrolled", "honors_enrolled", "gifted"), _ACCESS),
        **dict.fromkeys(("proficient", "course_failure", "graduated", "retained"), _LEARNING),
    }
)  # fmt: skip
_USUAL = ("chronic_absence", "oss_any")
_MONTHLY = MappingProxyType({REFERRALS: "referrals", ABSENT: "absent"})


def balancing_of(
    audited: Audited, outcome: str, group: str, reference: str, place: str
) -> tuple[str, ...]:
    """The measures that fit an outcome and that these counts can tell."""
    asked = audited.outcomes[outcome]
    named = _ACCESS if asked.is_course else _BESIDE.get(outcome, _USUAL)
    ids = [name for name in named if name != outcome]
    found = [n for n in ids if beside(audited, n, outcome, group, reference, place) is not None]
    if ABSENT in found and "chronic_absence" in found:
        found.remove("chronic_absence")  # the same days, told more finely
    return tuple(found)


def beside(
    audited: Audited, name: str, outcome: str, group: str, reference: str, place: str,
    *, monthly: bool = False,
) -> Series | None:  # fmt: skip
    """The series of one measure; None where these counts do not tell it."""
    if name in _MONTHLY or monthly:
        measure = _MONTHLY.get(name) or MONTHLY_OF.get(name, "")
        found = audited.monthly(measure, group, place) if measure else None
        if found is None or monthly:
            return found
        return _some(by_years(found, audited.periods))
    if name == OTHERS:
        found = audited.yearly(outcome, reference, place, of=group)
        return None if found is None else _some(_turned(found))
    if name not in audited.outcomes or audited.outcomes[name].direction == "neither":
        return None
    found = audited.yearly(name, group, place)
    if found is None:
        return None
    return _some(found if audited.outcomes[name].direction == "lower" else _turned(found))


def known_measures(audited: Audited) -> Iterator[str]:
    """Every name that a goal may give as balancing."""
    yield from (REFERRALS, ABSENT, OTHERS)
    yield from audited.outcomes


def _turned(series: Series) -> Series:
    """Those to whom it did not happen: of a good outcome more of them is worse."""
    return replace(series, events=series.n - series.events)


def _some(series: Series) -> Series | None:
    return series if np.any(series.known) else None
