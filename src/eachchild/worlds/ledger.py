"""True rates and gaps, as the chances make them and not as the draw came out.

Each student's chance is known, so a group's true rate is the mean of its students' chances. An
audit of the rows should find it inside its interval.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from eachchild.terms.factors import ANY_RACES, FACTORS, OVERLAP_PREFIX, YES, Group, any_race
from eachchild.terms.outcomes import built_in
from eachchild.terms.years import ALL
from eachchild.worlds.district import District
from eachchild.worlds.enrollment import SchoolYear
from eachchild.worlds.happening import Expectations
from eachchild.worlds.model import BySchool, Codes, Index, Numbers, World
from eachchild.worlds.people import MISSING, named_race
from eachchild.worlds.truth import Gap, Planted

_UNTOLD = ("referred", "oss_again")  # of these a made-up district does not say what is true
OUTCOMES = tuple(name for name in built_in() if name not in _UNTOLD)
REFERENCES = {"race": "white", "sex": "male", "idea": "no", "el": "no", "frl": "no"}
OVERLAPS = ("native", "black")
COMPLEMENT = "complement"
_PLACE = "all"


@dataclass(frozen=True, slots=True)
class _Cells:
    """Sums of students and of their chances, [values of the factors, schools], of one year."""

    n: Numbers
    mean: Numbers


@dataclass(frozen=True, slots=True)
class _Question:
    """One group held against a reference in one outcome."""

    outcome: str
    group: str
    reference: str
    planted: bool

    def told(self, period: str) -> Callable[[str, float, float | None], Gap]:
        """A maker of this question's lines: measure, value, value within schools."""

        def gap(measure: str, value: float, within: float | None) -> Gap:
            reference = "" if measure in ("rate", "mean") else self.reference
            inside = None if within is None else _written(within)
            return Gap(
                outcome=self.outcome,
                group=self.group,
                reference=reference,
                measure=measure,
                value=_written(value),
                place=_PLACE,
                period=period,
                planted=self.planted,
                within_schools=inside,
            )

        return gap


class Ledger:
    """Adds up chances year by year, so that no student's has to be kept."""

    def __init__(self, district: District) -> None:
        self._district = district
        self._crossings = [Group.parse(group).factors for group, _ in district.world.crossings]
        self._cells: dict[tuple[str, tuple[str, ...], int], _Cells] = {}

    def add(self, spells: SchoolYear, expected: Expectations) -> None:
        """Add one year's outcomes."""
        identity = _as_audited(self._district, spells)
        breakdowns = [(f,) for f in (*REFERENCES, *_overlap_ids())] + self._crossings
        schools = len(self._district.schools.ids)
        for factors in breakdowns:
            size = int(np.prod([len(values_of(f)) for f in factors]))
            key = _key(identity, factors) * schools + spells.home
            for outcome, those in expected.items():
                asked = those.asked
                n = np.bincount(key[asked], minlength=size * schools)
                mean = np.bincount(key[asked], those.mean[asked], minlength=size * schools)
                cells = _Cells(*(x.reshape(size, schools).astype(np.float64) for x in (n, mean)))
                self._cells[outcome, factors, spells.year] = cells

    def gaps(self) -> tuple[Gap, ...]:
        """All true rates and comparisons, sorted."""
        found = [g for outcome in OUTCOMES for g in self._of_outcome(outcome)]
        return tuple(sorted(found, key=Gap.key))

    def planted(self, gaps: tuple[Gap, ...]) -> tuple[Planted, ...]:
        """The planted causes, with the part of the gap that each makes."""
        return tuple(_between(by, gaps) for by in self._district.world.between)

    def _of_outcome(self, outcome: str) -> Iterator[Gap]:
        world = self._district.world
        planted = planted_groups(world, outcome)
        periods = self._district.calendar.periods
        spans = [*((p, [i]) for i, p in enumerate(periods)), (ALL, list(range(len(periods))))]
        for period, years in spans:
            for group, reference in self._questions():
                cells = self._over(outcome, Group.parse(group).factors, years)
                question = _Question(outcome, group, reference, group in planted)
                yield from _told(question, cells, period)

    def _questions(self) -> Iterator[tuple[str, str]]:
        """Each group once for every reference; an overlap has its complement only."""
        for factor, reference in REFERENCES.items():
            for value in values_of(factor):
                for other in (f"{factor}={reference}", COMPLEMENT):
                    if other != f"{factor}={value}":
                        yield f"{factor}={value}", other
        for factor in _overlap_ids():
            yield f"{factor}={YES}", COMPLEMENT
        for group, reference in self._district.world.crossings:
            yield group, reference
            yield group, COMPLEMENT

    def _over(self, outcome: str, factors: tuple[str, ...], years: list[int]) -> _Cells:
        parts = [self._cells[outcome, factors, y] for y in years]
        return _Cells(
            np.concatenate([p.n for p in parts], axis=1),
            np.concatenate([p.mean for p in parts], axis=1),
        )


def _between(by: BySchool, gaps: tuple[Gap, ...]) -> Planted:
    """A gap made between schools: what is left of it inside them is not the planted cause's."""
    group, reference = f"race={by.race}", f"race={REFERENCES['race']}"
    wanted = (by.rate, group, reference, "risk_difference", ALL)
    gap = next(g for g in gaps if g.key() == wanted)
    inside = (gap.within_schools or 0.0) / gap.value
    return Planted(
        cause="between_schools",
        outcome=gap.outcome,
        group=group,
        reference=reference,
        measure=gap.measure,
        value=gap.value,
        place=gap.place,
        period=gap.period,
        share_of_gap=_written(1 - inside),
        identifiable=True,
    )


def values_of(factor: str) -> tuple[str, ...]:
    """The values of a built-in or overlapping factor, `not_reported` last."""
    if factor.startswith(OVERLAP_PREFIX):
        return any_race(factor.removeprefix(f"{OVERLAP_PREFIX}_")).all_values
    return FACTORS[factor].all_values


def planted_groups(world: World, outcome: str) -> frozenset[str]:
    """The groups whose gap in an outcome a world plants."""
    made_of = {
        "absence_rate": ("chronic_absence",),
        "days_lost": ("oss_any",),
        "ap_enrolled": ("ap",),
        "honors_enrolled": ("honors", "ap"),
        "gpa": ("marks", "course_failure"),
    }.get(outcome, (outcome,))
    inside = {e.group for e in world.effects if e.rate in made_of}
    return frozenset(inside | {f"race={b.race}" for b in world.between if b.rate in made_of})


def _written(value: float) -> float:
    """Ten decimals: beyond them lies only the order in which sums were made."""
    return round(float(value), 10)


def _overlap_ids() -> tuple[str, ...]:
    return tuple(any_race(r).id for r in ANY_RACES if r in OVERLAPS)


def _as_audited(district: District, spells: SchoolYear) -> dict[str, Codes]:
    """Identity as an audit may read it: where meals are free for all, `frl` tells nothing."""
    named = district.people.named[spells.student]
    overlaps = {any_race(r).id: named_race(named, r) for r in OVERLAPS}
    free = district.schools.meals_for_all[spells.home]
    frl = np.where(free, MISSING, spells.identity["frl"]).astype(np.int8)
    return {**spells.identity, **overlaps, "frl": frl}


def _key(identity: Mapping[str, Codes], factors: tuple[str, ...]) -> Index:
    key = np.zeros(identity[factors[0]].size, np.int64)
    for factor in factors:
        key = key * len(values_of(factor)) + identity[factor]
    return key


def _cell(group: str) -> int:
    """The row of a group in its breakdown, as `_key` numbers them."""
    row = 0
    for factor, value in Group.parse(group).parts:
        row = row * len(values_of(factor)) + values_of(factor).index(value)
    return row


def _told(question: _Question, cells: _Cells, period: str) -> Iterator[Gap]:
    rate = built_in()[question.outcome].is_rate
    ours = np.arange(len(cells.n)) == _cell(question.group)
    theirs = ~ours
    if question.reference != COMPLEMENT:
        theirs = np.arange(len(cells.n)) == _cell(question.reference)
    a, n1 = cells.mean[ours].sum(axis=0), cells.n[ours].sum(axis=0)
    c, n0 = cells.mean[theirs].sum(axis=0), cells.n[theirs].sum(axis=0)
    if not n1.sum() or not n0.sum():
        return
    one, other = a.sum() / n1.sum(), c.sum() / n0.sum()
    both = np.maximum(n1 + n0, 1)
    across = (a * n0 / both).sum(), (c * n1 / both).sum()  # Mantel and Haenszel's sums
    weight = (n1 * n0 / both).sum()
    told = question.told(period)
    if question.reference == COMPLEMENT:
        yield told("rate" if rate else "mean", one, None)
    inside = (across[0] - across[1]) / weight if weight else None
    yield told("risk_difference" if rate else "mean_difference", one - other, inside)
    if rate and other > 0:
        yield told("risk_ratio", one / other, across[0] / across[1] if across[1] else None)
