"""What identity and school tell about the outcome, in nats, freed of what chance adds."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, xlogy

from eachchild.measures.counts import Numbers, Whole
from eachchild.measures.predictability.cells import Cells, SchoolCells, sums

WIDTH = 9.0  # standard deviations of a hypergeometric that are summed; the rest is below 1e-12
BLOCK = 1_000_000  # terms held at once
LOOKED_UP = 1_000_000  # students up to which a table of factorials is worth its memory


@dataclass(frozen=True, slots=True)
class Information:
    """Mutual information with the outcome, in nats a student."""

    seen: Numbers  # of the observed rates
    chance: Numbers  # its exact mean when the events are dealt anew

    @property
    def real(self) -> Numbers:
        """Without bias, so it may fall below zero."""
        return self.seen - self.chance


@dataclass(frozen=True, slots=True)
class Split:
    """The chain rule: identity and school together = school + identity within schools."""

    identity: Information
    school: Information
    within: Information
    entropy: Numbers  # of the outcome: the most there is to tell


def information_split(cells: SchoolCells) -> Split:
    """Split what identity and school tell into the part between and the part within schools.

    Each part is freed of its exact permutation mean. The figures are small and noisy: report
    them for a place with information of 2,000 or more, one factor at a time where cells are few.
    """
    place = cells.place()
    n, total = (cells.by_school(x).astype(np.int64) for x in (cells.n, cells.total))
    return Split(
        identity_information(place),
        _information(np.zeros_like(n), n, total),
        _information(cells.school, cells.n, cells.total),
        entropy(np.array([place.base_rate])),
    )


def identity_information(cells: Cells) -> Information:
    """What identity alone tells about the outcome in the place as a whole."""
    return _information(np.zeros_like(cells.n), cells.n, cells.total[0])


def entropy(rate: Numbers) -> Numbers:
    """The entropy of an event with this rate, in nats."""
    return np.asarray(-xlogy(rate, rate) - xlogy(1 - rate, 1 - rate), np.float64)


def _information(stratum: Whole, n: Whole, total: Whole) -> Information:
    strata = int(stratum.max()) + 1
    students, events = (sums(x, stratum, strata).astype(np.int64) for x in (n, total))
    mixed = (events > 0) & (events < students)
    whole = students @ entropy(events / students)
    left = n @ entropy(total / n)
    inside = mixed[stratum]
    expected = _expected_entropy(n[inside], students[stratum[inside]], events[stratum[inside]])
    size = n.sum()
    return Information(np.array([(whole - left) / size]), np.array([(whole - expected) / size]))


def _expected_entropy(n: Whole, students: Whole, events: Whole) -> float:
    """The mean of n h(y / n) over hypergeometric y, summed over entries."""
    low, high = _range(n, students, events)
    terms = high - low + 1
    cuts = np.flatnonzero(np.diff(np.cumsum(terms) // BLOCK)) + 1
    choose = _Choose(int(students.max(initial=0)))
    sizes = (n, students, events, low, terms)
    blocks = [tuple(x) for x in zip(*(np.split(s, cuts) for s in sizes), strict=True)]
    return sum(_block(choose, block) for block in blocks)


def _range(n: Whole, students: Whole, events: Whole) -> tuple[Whole, Whole]:
    rate = events / students
    spare = (students - n) / np.maximum(students - 1, 1)
    middle, width = n * rate, WIDTH * np.sqrt(n * rate * (1 - rate) * spare) + 2 * WIDTH
    low = np.maximum(np.maximum(0, events - (students - n)), np.floor(middle - width))
    high = np.minimum(np.minimum(n, events), np.ceil(middle + width))
    return low.astype(np.int64), high.astype(np.int64)


def _block(choose: "_Choose", sizes: tuple[Whole, ...]) -> float:
    n, students, events, low, terms = sizes
    owner = np.repeat(np.arange(n.size), terms)
    y = np.arange(owner.size) - np.repeat(np.cumsum(terms) - terms - low, terms)
    log_p = choose(events[owner], y) - choose(students, n)[owner]
    log_p += choose((students - events)[owner], n[owner] - y)
    return float(np.exp(log_p) @ (n[owner] * entropy(y / n[owner])))


class _Choose:
    """Logarithms of binomial coefficients; factorials of a school's size are looked up."""

    __slots__ = ("factorial",)

    def __init__(self, largest: int) -> None:
        size = largest + 1 if largest <= LOOKED_UP else 0
        self.factorial = gammaln(np.arange(size) + 1.0)

    def __call__(self, n: Whole, k: Whole) -> Numbers:
        log = self._log
        return log(n) - log(k) - log(n - k)

    def _log(self, n: Whole) -> Numbers:
        found = self.factorial[n] if self.factorial.size else gammaln(n + 1.0)
        return np.asarray(found, np.float64)
