"""Districts drawn directly as counts, so that hundreds can be audited in minutes.

They are what the cube would hold: integers by school, year and identity cell. The students are
drawn anew each year; the schools keep their effects.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.cube import Block, Cube, Places, Tally
from eachchild.terms.factors import FACTORS
from eachchild.worlds.cellshares import CELL_FACTORS, cell_shares, levels
from eachchild.worlds.days import calendar
from eachchild.worlds.declared import NULL_MIX
from eachchild.worlds.happening import spread
from eachchild.worlds.makeup import makeup, pulls
from eachchild.worlds.model import Effect, Index, Numbers
from eachchild.worlds.schools import RACES, usual_number
from eachchild.worlds.streams import stream

_LOGISTIC = 1.814  # standard deviation of the logistic distribution: logits to deviations
_FEWEST_IN_SCHOOL = 30


@dataclass(frozen=True, slots=True)
class CountedRate:
    """A rate: its share of events, and the share of students it is about."""

    name: str
    base: float
    asked: float = 1.0


RATES = (
    CountedRate("chronic_absence", 0.18, asked=0.99),
    CountedRate("iss_any", 0.07),
    CountedRate("oss_any", 0.06),
    CountedRate("police_referral", 0.01),
    CountedRate("ap_enrolled", 0.22, asked=0.23),
    CountedRate("gifted", 0.08),
    CountedRate("proficient", 0.48, asked=0.50),
    CountedRate("course_failure", 0.17, asked=0.52),
    CountedRate("graduated", 0.60, asked=0.07),
    CountedRate("retained", 0.02),
)
_DAYS_LOST = spread({5: 3, 10: 30, 20: 24, 30: 18, 50: 14, 100: 8, 150: 3})  # tenths of days
# Marks in hundredths of points, even between two ends, so that their mean is known exactly.
_MARKS_ASKED, _MARKS_MEAN, _MARKS_REACH = 0.52, 260.0, 125.0
OUTCOMES = (*(r.name for r in RATES), "days_lost", "gpa")


@dataclass(frozen=True, slots=True)
class Layout:
    """What a counted district is like; no school effects and no dissimilarity: schools alike."""

    students: int
    schools: int
    years: int
    dissimilarity: float
    school_logits: Mapping[str, float]  # by outcome: standard deviation of the schools' effects

    @property
    def like_schools(self) -> bool:
        """Every school has the same rates and the same make-up."""
        return self.dissimilarity == 0 and not any(self.school_logits.values())


@dataclass(frozen=True, slots=True)
class CountedDistrict:
    """A district as a cube, with the true rate (or mean, in an outcome's units) of each cell."""

    layout: Layout
    cube: Cube
    expected: Mapping[str, Numbers]  # by outcome, one entry a cell of the cube's only block

    @property
    def block(self) -> Block:
        """The cells."""
        return self.cube.blocks[0]


def null_districts(
    seed: int, number: int = 400, *, fewest: int = 2_000, most: int = 60_000
) -> Iterator[CountedDistrict]:
    """Draw districts in which identity changes nothing inside a school.

    Every fourth has like schools; the others are segregated and their schools differ, for reasons
    that do not look at identity.
    """
    for i in range(number):
        yield counted_district(null_layout(seed, i, fewest=fewest, most=most), seed, i)


def null_layout(seed: int, i: int, *, fewest: int = 2_000, most: int = 60_000) -> Layout:
    """The i-th null district's size, schools, years and how far its schools differ."""
    rng = stream(seed, "null layout", i)
    students = int(np.exp(rng.uniform(np.log(fewest), np.log(most))))
    schools = int(np.clip(round(usual_number(students) * np.exp(rng.normal(0, 0.35))), 3, 80))
    years = int(rng.integers(2, 5))
    target, logits = rng.uniform(0.2, 0.7), rng.uniform(0.3, 0.6, len(OUTCOMES))
    alike = i % 4 == 0
    return Layout(
        students=students,
        schools=min(schools, students // _FEWEST_IN_SCHOOL),
        years=years,
        dissimilarity=0.0 if alike else float(target),
        school_logits={
            name: 0.0 if alike else float(one) for name, one in zip(OUTCOMES, logits, strict=True)
        },
    )


def counted_district(
    layout: Layout, seed: int, number: int = 0, *, effects: Sequence[Effect] = ()
) -> CountedDistrict:
    """Draw one district; `effects` are planted inside every school, by outcome and group.

    >>> like = Layout(2_000, 4, 2, 0.0, dict.fromkeys(OUTCOMES, 0.0))
    >>> int(counted_district(like, 1).block.students.sum())
    4000
    """
    rng = stream(seed, "counted district", number)
    students = _students(rng, layout)
    period, place, cell = np.nonzero(students)
    cells = _Cells(students[period, place, cell], place, levels()[cell])
    drawn = _Outcomes(rng, layout, cells, effects=effects)
    tallies, expected = drawn.tallies()
    block = Block(CELL_FACTORS, place, period, cells.value, cells.n, tallies)
    cube = Cube(
        places=Places("school", tuple(f"{k + 1:03d}" for k in range(layout.schools))),
        periods=calendar(layout.years).periods,
        values={f: FACTORS[f].all_values for f in CELL_FACTORS},
        blocks=(block,),
    )
    return CountedDistrict(layout, cube, expected)


@dataclass(frozen=True, slots=True)
class _Cells:
    n: Index
    place: Index
    value: Index


class _Outcomes:
    """Draws every outcome of the cells of one district."""

    def __init__(
        self,
        rng: np.random.Generator,
        layout: Layout,
        cells: _Cells,
        *,
        effects: Sequence[Effect],
    ) -> None:
        self._rng, self._layout, self._cells, self._effects = rng, layout, cells, effects

    def tallies(self) -> tuple[Mapping[str, Tally], Mapping[str, Numbers]]:
        """The integers and the truth of each outcome."""
        tallies, expected = {}, {}
        for rate in RATES:
            logits = np.log(rate.base / (1 - rate.base)) + self._logits(rate.name)
            expected[rate.name] = 1 / (1 + np.exp(-logits))
            asked = self._asked(rate.asked)
            events = self._rng.binomial(asked, expected[rate.name])
            tallies[rate.name] = _exact(asked, events)
        tallies["days_lost"] = self._days_lost(tallies["oss_any"])
        expected["days_lost"] = expected["oss_any"] * _DAYS_LOST.mean
        tallies["gpa"], expected["gpa"] = self._marks()
        return tallies, expected

    def _logits(self, outcome: str) -> Numbers:
        size = self._layout.school_logits[outcome]
        logits = size * self._rng.normal(0.0, 1.0, (self._layout.schools,))[self._cells.place]
        for effect in (e for e in self._effects if e.rate == outcome):
            has = np.ones(logits.size, np.bool_)
            for factor, value in effect.parts:
                column = self._cells.value[:, CELL_FACTORS.index(factor)]
                has &= column == FACTORS[factor].all_values.index(value)
            logits = logits + effect.logits * has
        return np.asarray(logits)

    def _asked(self, share: float) -> Index:
        n = self._cells.n
        return n if share == 1 else np.asarray(self._rng.binomial(n, share))

    def _days_lost(self, suspended: Tally) -> Tally:
        """The suspended students' days: a sum of a few whole values, and so never normal."""
        cell = np.repeat(np.arange(suspended.n.size), suspended.events)
        return _summed(suspended.n, cell, _DAYS_LOST.draw(self._rng, cell.size))

    def _marks(self) -> tuple[Tally, Numbers]:
        asked = self._asked(_MARKS_ASKED)
        center = _MARKS_MEAN + _MARKS_REACH / np.sqrt(3) / _LOGISTIC * self._logits("gpa")
        cell = np.repeat(np.arange(asked.size), asked)
        drawn = center[cell] + _MARKS_REACH * self._rng.uniform(-1, 1, cell.size)
        return _summed(asked, cell, np.round(drawn)), center


def _exact(n: Index, events: Index, squares: Index | None = None) -> Tally:
    return Tally.exact(n, events, missing=np.zeros_like(n), squares=squares)


def _summed(n: Index, cell: Index, values: Numbers) -> Tally:
    total = np.bincount(cell, values, minlength=n.size).astype(np.int64)
    squares = np.bincount(cell, values**2, minlength=n.size).astype(np.int64)
    return _exact(n, total, squares)


def _students(rng: np.random.Generator, layout: Layout) -> Index:
    """How many students [years, schools, cells]."""
    size = np.exp(rng.normal(0.0, 0.5, (layout.schools,)))
    poverty = rng.normal(0.0, 1.0, (layout.schools,)) if layout.dissimilarity else 0.0 * size
    shares = np.array([NULL_MIX.races[r] for r in RACES])
    pull = pulls(rng, len(RACES), poverty)
    joint = makeup(shares, size / size.sum(), pull, target=layout.dissimilarity)
    chances = cell_shares(NULL_MIX, joint / joint.sum(axis=0), poverty)
    number = np.maximum(_FEWEST_IN_SCHOOL, np.round(layout.students * size / size.sum()))
    number[np.argmax(number)] += layout.students - number.sum()
    whole = np.broadcast_to(number.astype(np.int64), (layout.years, layout.schools))
    return np.asarray(rng.multinomial(whole, chances))
