"""Goals that a finding offers: from where to where, by when it could be seen, and what beside it.

No target allots anything by group: a target is a rate that a rule, practice or support open to
every student it applies to would bring about, and the gap is what is watched.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eachchild.progress.audited import EVERYWHERE_PLACE, MONTHLY_OF, Audited
from eachchild.progress.balancing import balancing_of
from eachchild.progress.baseline import Baseline
from eachchild.progress.model import Series
from eachchild.progress.periods import year_of
from eachchild.progress.power import earliest
from eachchild.progress.watch import FEWEST_MONTHS, Watcher, rate_until
from eachchild.terms.years import ALL

SHARES = (0.25, 0.5, 0.75, 1.0)  # of the gap
_LIKELY = 0.5
_SOON = 2  # school years within which a district can wait for an answer


@dataclass(frozen=True, slots=True)
class Target:
    """A rate to aim at. `students` is how many fewer, or more, students a year that is today."""

    share: float
    rate: float
    students: int
    seen_by: str
    feasible: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """One finding as a goal. `why_not` names why there is none: a key of the catalogue."""

    finding: str
    screen: str
    outcome: str
    group: str
    reference: str
    place: str
    chosen_on: tuple[str, ...]
    lower_is_better: bool
    begins: str
    baseline: Baseline | None
    reference_rate: float | None
    targets: tuple[Target, ...] = ()
    balancing: tuple[str, ...] = ()
    why_not: str = ""


def offers_of(audited: Audited, watcher: Watcher) -> Iterator[Offer]:
    """An offer for every gap of the whole place, in the order of the findings."""
    for finding in audited.findings:
        is_gap = finding["kind"] == "gap" and finding["verdict"] == "gap"
        is_whole = finding["place"] == EVERYWHERE_PLACE
        if is_gap and is_whole and finding["outcome"] in audited.outcomes:
            yield _offer(audited, watcher, finding)


def _offer(audited: Audited, watcher: Watcher, finding: Mapping[str, Any]) -> Offer:
    outcome, group, reference = (str(finding[n]) for n in ("outcome", "group", "reference"))
    place, period = str(finding["place"]), str(finding["period"])
    chosen_on = audited.periods[-3:] if period == ALL else (period,)
    direction = audited.outcomes[outcome].direction
    begins = f"{int(audited.periods[-1][:4]) + 1}-{audited.first_month:02d}"
    named: dict[str, Any] = {
        "finding": str(finding["id"]), "screen": audited.screens.get(str(finding["id"]), ""),
        "outcome": outcome, "group": group, "reference": reference, "place": place,
        "chosen_on": chosen_on, "lower_is_better": direction == "lower", "begins": begins,
    }  # fmt: skip
    if direction == "neither":
        return Offer(**named, baseline=None, reference_rate=None, why_not=_no_direction(audited))
    here = watcher.series(outcome, group, (place,))
    others = watcher.series(outcome, reference, (place,), of=group)
    if here is None or others is None:
        why_not = _not_counted(audited, outcome)
        return Offer(**named, baseline=None, reference_rate=None, why_not=why_not)
    until = max(chosen_on)
    baseline = watcher.baseline(outcome, group, (place,), until)
    rate = rate_until(others, until)
    if not baseline.known or rate is None:
        why_not = "progress.why_not.hidden"
        return Offer(**named, baseline=None, reference_rate=None, why_not=why_not)
    gap = baseline.rate - rate
    if (gap <= 0) == (direction == "lower"):
        better = (baseline.raw <= rate) == (direction == "lower")
        why_not = "progress.why_not.better" if better else "progress.why_not.by_chance"
        return Offer(**named, baseline=baseline, reference_rate=rate, why_not=why_not)
    targets = _targets(watcher, named, baseline, rate)
    balancing = balancing_of(audited, outcome, group, reference, place)
    return Offer(
        **named, baseline=baseline, reference_rate=rate, targets=targets, balancing=balancing
    )


def _no_direction(audited: Audited) -> str:
    """Eligibility is owed to each child; of a copy's own outcomes nobody says what is better."""
    return "progress.why_not.duty" if audited.is_whole else "progress.why_not.direction"


def _not_counted(audited: Audited, outcome: str) -> str:
    asked = audited.outcomes[outcome]
    if asked.is_rate:
        return "progress.why_not.hidden"
    by_days = asked.mean in MONTHLY_OF
    return "progress.why_not.days" if by_days else "progress.why_not.mean"


def _targets(
    watcher: Watcher, named: Mapping[str, Any], baseline: Baseline, reference: float
) -> tuple[Target, ...]:
    """A quarter, half, three quarters and all of the gap.

    One is marked feasible: half the gap where that change could be seen within two school years;
    else the smallest that could; none where none could. Half is a choice, not a forecast: nothing
    here says what a district can reach, only what it could be told of.
    """
    outcome, group, place = named["outcome"], named["group"], named["place"]
    begins, until = named["begins"], max(named["chosen_on"])
    months = watcher.series(outcome, group, (place,), monthly=True)
    years = watcher.series(outcome, group, (place,))
    if months is not None and int(months.known.sum()) >= FEWEST_MONTHS:
        usual = watcher.baseline(outcome, group, (place,), until, monthly=True)
        series: Series | None = months
    else:
        usual, series = baseline, years
    students = _in_latest_year(years, until)
    found = []
    for share in SHARES:
        rate = baseline.rate - share * (baseline.rate - reference)
        seen = ""
        if series is not None and usual.known and baseline.rate > 0:
            target = usual.rate * rate / baseline.rate
            seen = earliest(series, target, begins=begins, baseline=usual)
        moved = round(abs(baseline.rate - rate) * students)
        found.append(Target(share, rate, moved, seen, False))
    best = _feasible(found, begins)
    return tuple(Target(t.share, t.rate, t.students, t.seen_by, t is best) for t in found)


def _feasible(targets: list[Target], begins: str) -> Target | None:
    last = int(year_of(begins)[:4]) + _SOON - 1
    soon = [t for t in targets if t.seen_by and int(year_of(t.seen_by)[:4]) <= last]
    return next((t for t in soon if t.share == _LIKELY), soon[0] if soon else None)


def _in_latest_year(series: Series | None, until: str) -> int:
    """Of how many students, or days, the latest year that the goal was chosen by tells."""
    if series is None:
        return 0
    seen = [int(n) for n, k, p in zip(series.n, series.known, series.label, strict=True)
            if k and p <= until]  # fmt: skip
    return seen[-1] if seen else 0
