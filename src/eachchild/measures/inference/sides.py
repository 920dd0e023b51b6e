"""A group beside those it is compared with: the counts that every test is made of."""

from dataclasses import dataclass

import numpy as np

from eachchild.cube import Tally
from eachchild.measures.counts import Counts, Known, Numbers, Sums, Whole
from eachchild.measures.inference.frame import Cells, Comparisons
from eachchild.measures.inference.sums import Amounts


@dataclass(frozen=True, slots=True)
class Side:
    """Students of one group and what happened to them; `squares` is `total` for a rate."""

    n: Whole
    total: Whole
    squares: Whole

    def take(self, rows: Whole | Known) -> "Side":
        """The entries chosen by index or mask."""
        return Side(self.n[rows], self.total[rows], self.squares[rows])

    def plus(self, other: "Side") -> "Side":
        """Both together."""
        return Side(self.n + other.n, self.total + other.total, self.squares + other.squares)

    def minus(self, other: "Side") -> "Side":
        """These students without some of them."""
        return Side(self.n - other.n, self.total - other.total, self.squares - other.squares)

    def counts(self) -> Counts:
        """As a rate's formulas take it."""
        return Counts(self.total, self.n)

    def sums(self, scale: float) -> Sums:
        """As a mean's formulas take it."""
        return Sums(self.n, self.total, self.squares, scale)


@dataclass(frozen=True, slots=True)
class Held:
    """What a source has of some cells: the counts, and how they may be taken.

    `side` has the least of each; `n_most` and `total_most` the most, where they are hidden.
    """

    side: Side
    n_most: Whole
    total_most: Whole
    exact: Known
    collected: Known
    suppressed: Known
    has_squares: bool

    @classmethod
    def of(cls, tally: Tally, *, is_rate: bool) -> "Held":
        """The counts of a tally; a mean without squares gets zeros, and says so."""
        has = is_rate or tally.squares is not None
        squares = tally.events if is_rate or tally.squares is None else tally.squares
        hidden = tally.suppressed
        if hidden is None:
            hidden = np.zeros(tally.n.shape, np.bool_)
        side = Side(tally.n, tally.events, squares)
        most = (tally.n_high, tally.events_high)
        return cls(side, *most, tally.is_exact, tally.collected, hidden, has)

    @property
    def n_exact(self) -> Known:
        """Cells whose students are known, whatever is known of their events."""
        return np.equal(self.side.n, self.n_most)

    def take(self, rows: Whole | Known) -> "Held":
        """The cells chosen by index or mask."""
        return Held(
            self.side.take(rows),
            self.n_most[rows],
            self.total_most[rows],
            self.exact[rows],
            self.collected[rows],
            self.suppressed[rows],
            self.has_squares,
        )


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two groups that share no student, one entry a comparison.

    `usable` is False where either side is known only within bounds (`hidden`), was not collected
    (`missing`), or has more events than students (`odd`): nothing is tested there.
    """

    group: Side
    others: Side
    usable: Known
    hidden: Known
    missing: Known
    odd: Known
    is_rate: bool
    has_squares: bool = True  # False: a source of sums alone

    def take(self, rows: Whole | Known) -> "Pairs":
        """The entries chosen by index or mask."""
        return Pairs(
            self.group.take(rows),
            self.others.take(rows),
            self.usable[rows],
            self.hidden[rows],
            self.missing[rows],
            self.odd[rows],
            self.is_rate,
            self.has_squares,
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds for an outcome whatever is asked of it."""

    name: str
    number: int  # place in the plan's outcomes
    is_rate: bool
    scale: float  # whole units in one
    skew: float | None = None  # None: a rate, whose third moment follows from the counts
    years: float = 1.0  # by how much the variance of years pooled is larger
    pooled_from: int = 0  # the first period of those pooled
    amounts: Amounts | None = None  # where a source gives sums alone


@dataclass(frozen=True, slots=True)
class Counted:
    """One outcome's counts at a level: its cells, all students there, and the comparisons."""

    cells: Cells
    beside: Comparisons
    held: Held
    totals: Held
    pairs: Pairs


def held(cells: Cells, facts: Facts) -> Held:
    """One outcome's counts of all cells of a level."""
    parts = [Held.of(m.tallies[facts.name], is_rate=facts.is_rate) for m in cells.margins]
    sides = [p.side for p in parts]
    side = Side(*(np.concatenate([getattr(s, x) for s in sides]) for x in Side.__slots__))
    n_most, total_most, exact, collected, suppressed = (
        np.concatenate([getattr(p, x) for p in parts])[cells.order]
        for x in ("n_most", "total_most", "exact", "collected", "suppressed")
    )
    has_squares = all(p.has_squares for p in parts)
    side = side.take(cells.order)
    return Held(side, n_most, total_most, exact, collected, suppressed, has_squares)


def counted(cells: Cells, beside: Comparisons, facts: Facts) -> Counted:
    """Put the cells of a level beside those they are compared with, for one outcome."""
    groups = held(cells, facts)
    totals = Held.of(cells.totals.tallies[facts.name], is_rate=facts.is_rate)
    whole = totals.take(cells.total)
    named = groups.take(beside.other[groups.exact.size :])
    rest = whole.side.minus(groups.side)
    others = Side(
        *(np.concatenate([getattr(rest, x), getattr(named.side, x)]) for x in Side.__slots__)
    )
    ours = groups.take(beside.cell)
    exact = ours.exact & np.concatenate([whole.exact, named.exact])
    collected = ours.collected & np.concatenate([whole.collected, named.collected])
    odd = np.zeros(exact.shape, np.bool_)
    if facts.is_rate:
        odd = exact & collected & (_impossible(ours.side) | _impossible(others))
    usable = exact & collected & ~odd
    has = groups.has_squares
    lined_up = Pairs(ours.side, others, usable, ~exact, ~collected, odd, facts.is_rate, has)
    return Counted(cells, beside, groups, totals, lined_up)


def _impossible(side: Side) -> Known:
    return np.asarray((side.total > side.n) | (side.total < 0))


def third_moment(spread: Numbers, mean: Numbers, skew: float | None) -> Numbers:
    """The third central moment of values with this variance and mean.

    For a rate it follows from the mean. For a number outcome the counts hold no cubes: `skew` is
    the third moment in units of the variance, found from how sums and squares go together.
    """
    return np.asarray(spread * (1 - 2 * mean) if skew is None else spread * skew, np.float64)
