"""What a goal is judged by, gathered from an audit: its series, and the baseline of its group."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from eachchild.progress.audited import Audited
from eachchild.progress.balancing import beside
from eachchild.progress.baseline import Baseline, baseline_of
from eachchild.progress.model import Goal, Series, Watched
from eachchild.progress.series import added, by_years

FEWEST_MONTHS = 10  # known before a change; about a school year, so that seasons can be compared


@dataclass(frozen=True, slots=True)
class Asked:
    """A goal with what it is judged by; `goal` aims at a rate on the series' own scale.

    A month's rate is not a year's: where months are watched, the target is the same share of what
    is usual in a month. `scale` is a year's rate over a month's; 1 where years are watched.
    """

    goal: Goal
    watched: Watched
    baseline: Baseline
    scale: float


@dataclass(slots=True)
class Watcher:
    """Gathers series, and keeps those of the many groups that a finding was chosen among."""

    audited: Audited
    _kept: dict[tuple[str, tuple[str, ...], bool], Mapping[str, Series]] = field(
        default_factory=dict
    )

    def ask(self, goal: Goal) -> Asked | None:
        """What a goal is judged by; None where nothing of it is told."""
        asked = self.audited.outcomes.get(goal.outcome)
        if asked is None or asked.direction == "neither":  # of a copy, which has not all outcomes
            return None
        years = self._both(goal, monthly=False)
        months = self._both(goal, monthly=True)
        use = months if months is not None and _enough(months[0], goal.begins) else years
        if use is None:
            return None
        monthly = use is months
        asked_of = (goal.outcome, goal.group, goal.schools or (goal.place,), max(goal.chosen_on))
        usual = self.baseline(*asked_of)
        aimed = _aimed(goal, usual, years)
        if aimed is None:
            return None
        baseline = self.baseline(*asked_of, monthly=True) if monthly else usual
        scale = usual.rate / baseline.rate if usual.rate and baseline.rate else 1.0
        watched = Watched(*use, self._balancing(goal, monthly), self._schools(goal))
        return Asked(replace(aimed, target=aimed.target / scale), watched, baseline, scale)

    def baseline(
        self,
        outcome: str,
        group: str,
        places: tuple[str, ...],
        until: str,
        *,
        monthly: bool = False,
    ) -> Baseline:
        """The rate of a group over the years until it was chosen, weighed against all groups."""
        found = dict(self._candidates(outcome, places, monthly))
        if group not in found:
            own = self._by_years(outcome, group, places, monthly)
            found |= {group: own} if own is not None else {}
        names = sorted(found)
        if group not in found:
            nothing = np.zeros((1, 1), np.int64)
            return baseline_of(nothing, nothing, chosen=0)
        seen = np.array([label <= until for label in self.audited.periods])
        events, n = (
            np.array([np.where(found[g].known & seen, getattr(found[g], name), 0) for g in names])
            for name in ("events", "n")
        )
        is_count = found[group].is_count
        return baseline_of(events, n, chosen=names.index(group), is_count=is_count)

    def series(
        self,
        outcome: str,
        group: str,
        places: tuple[str, ...],
        *,
        of: str = "",
        monthly: bool = False,
    ) -> Series | None:
        """One series of an outcome, of several places as one; None where it is not told."""
        measure = self.audited.month_measure(outcome) if monthly else ""
        if monthly and not measure:
            return None

        def ask(place: str) -> Series | None:
            if monthly:
                return self.audited.monthly(measure, group, place, of=of)
            return self.audited.yearly(outcome, group, place, of=of)

        known = [one for p in places if (one := ask(p)) is not None and one.known.any()]
        return added(known) if known else None

    def _both(self, goal: Goal, *, monthly: bool) -> tuple[Series, Series] | None:
        places = goal.schools or (goal.place,)
        group = self.series(goal.outcome, goal.group, places, monthly=monthly)
        others = self.series(goal.outcome, goal.reference, places, of=goal.group, monthly=monthly)
        return None if group is None or others is None else (group, others)

    def _by_years(
        self, outcome: str, group: str, places: tuple[str, ...], monthly: bool
    ) -> Series | None:
        found = self.series(outcome, group, places, monthly=monthly)
        if found is None or not monthly:
            return found
        return by_years(found, self.audited.periods)

    def _candidates(
        self, outcome: str, places: tuple[str, ...], monthly: bool
    ) -> Mapping[str, Series]:
        """Every group that findings of this outcome speak of, over school years.

        What findings of the whole speak of, for schools too: whoever chose one looked at all.
        """
        key = (outcome, places, monthly)
        if key not in self._kept:
            groups = dict.fromkeys(
                str(f["group"]) for f in self.audited.findings
                if f["kind"] == "gap" and f["outcome"] == outcome
            )  # fmt: skip
            told = ((g, self._by_years(outcome, g, places, monthly)) for g in groups)
            self._kept[key] = {g: series for g, series in told if series is not None}
        return self._kept[key]

    def _balancing(self, goal: Goal, monthly: bool) -> tuple[tuple[str, Series], ...]:
        return tuple(
            (name, found)
            for name in goal.balancing
            if (found := beside(
                self.audited, name, goal.outcome, goal.group, goal.reference, goal.place,
                monthly=monthly,
            )) is not None
        )  # fmt: skip

    def _schools(self, goal: Goal) -> tuple[tuple[bool, Series], ...]:
        """The group's years at each school, where the change was made at some of them only."""
        if not goal.schools:
            return ()
        return tuple(_told(
            (school in goal.schools, self.audited.yearly(goal.outcome, goal.group, school))
            for school in self.audited.counted.schools()
        ))  # fmt: skip


def _aimed(goal: Goal, usual: Baseline, years: tuple[Series, Series] | None) -> Goal | None:
    """The goal with the rate it aims at; None where a share of the gap gives none."""
    if not goal.share:
        return goal
    rate = rate_until(years[1], max(goal.chosen_on)) if years is not None else None
    if rate is None or not usual.known or (usual.rate > rate) != goal.lower_is_better:
        return None
    return replace(goal, target=usual.rate - goal.share * (usual.rate - rate))


def _told(found: Iterable[tuple[bool, Series | None]]) -> Iterable[tuple[bool, Series]]:
    return ((here, series) for here, series in found if series is not None and series.known.any())


def _enough(series: Series, begins: str) -> bool:
    """Whether months before a change are known well enough to judge it by months."""
    before = np.array([label < begins for label in series.label])
    return int((series.known & before).sum()) >= FEWEST_MONTHS


def rate_until(series: Series, until: str) -> float | None:
    """The rate over the years until a goal was chosen; None where nobody was counted."""
    seen = series.known & np.array([label <= until for label in series.label])
    n = int(series.n[seen].sum())
    return int(series.events[seen].sum()) / n if n else None
