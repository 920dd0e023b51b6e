"""Flags that other frameworks use, and how many students stand between a group and parity.

Counts of students are exact: a floating ceiling gives one student too many where the product is
whole. Each flag comes with the number of students that would clear it, and is raised exactly where
that number is not 0, so the two never contradict each other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from eachchild.measures.counts import Counts, Known, Numbers, Whole
from eachchild.measures.rates import usable
from eachchild.terms.outcomes import Direction

Form = Literal["held", "moving"]
Side = Literal["higher", "lower"]
FOUR_FIFTHS = Fraction(4, 5)
LEAST_MARGIN = Fraction(3, 100)
_Z = Fraction(196, 100)  # the published rule rounds the 95 % normal quantile
_TIE = 1e-6  # far above the rounding of a count of students, far below 1
_EXACT = 2**63  # whole numbers of 64 bits end here


@dataclass(frozen=True, slots=True)
class StudentsToParity:
    """How many students' results would have to differ for a group to reach the reference's rate."""

    students: Whole
    known: Known  # False: a rate is missing, or the outcome is neither good nor adverse


@dataclass(frozen=True, slots=True)
class PercentagePointGap:
    """A rate minus a reference rate, flagged where it is further off than its margin of error."""

    gap: Numbers
    margin: Numbers
    flagged: Known
    students_to_clear: Whole  # 0 for an outcome that is neither good nor adverse
    known: Known


@dataclass(frozen=True, slots=True)
class ParityIndex:
    """A rate divided by a reference rate, flagged where it is worse than the cutoff allows."""

    index: Numbers
    flagged: Known
    students_to_clear: Whole  # 0 for an outcome that is neither good nor adverse
    known: Known


def students_to_parity(
    group: Counts, reference: Counts, *, direction: Direction, form: Form = "held"
) -> StudentsToParity:
    """Count the students between a group and the reference's rate; 0 where it is there already.

    For a good outcome that is how many more would have met it, for an adverse one how many fewer;
    an outcome that is neither has no such count, lest it read as "identify fewer". In form `held`
    the reference's rate stays. In form `moving` the reference is everybody, the group included, and
    its rate moves with the group's: the same as reaching everybody else's rate. Never add the
    counts of groups that overlap. Raises OverflowError where 64 bits cannot hold the products.

    >>> from eachchild.measures.counts import counts
    >>> students_to_parity(counts(3, 10), counts(5, 10), direction="higher").students
    array([2])
    >>> students_to_parity(counts(3, 10), counts(7, 20), direction="higher", form="moving").students
    array([1])
    """
    known = usable(group) & usable(reference)
    if direction == "neither":
        return StudentsToParity(np.zeros(known.shape, np.int64), np.zeros(known.shape, np.bool_))
    if form == "moving":
        reference = _everybody_else(group, reference)
        known &= usable(reference)
    part, whole = _only(group, known), _only(reference, known)
    return StudentsToParity(_needed(_good(part, direction), _good(whole, direction)), known)


def margin_of_error(
    group: Counts, *, least: Fraction = LEAST_MARGIN, observed: bool = False
) -> Numbers:
    """Give the margin of the percentage point gap: 1.96 standard errors, but never under `least`.

    The standard error is that of a rate of one half, or of the rate seen where `observed`; 0 where
    nobody is counted. Source: California Community Colleges Chancellor's Office (2017),
    Percentage Point Gap Method.

    >>> from eachchild.measures.counts import counts
    >>> margin_of_error(counts(400, 800)).round(4)
    array([0.0346])
    """
    known = usable(group)
    part = _only(group, known)
    variance = part.rate * (1 - part.rate) if observed else np.full(part.rate.shape, 0.25)
    return np.where(known, np.maximum(float(_Z) * np.sqrt(variance / part.n), float(least)), 0.0)


def percentage_point_gap(
    group: Counts,
    reference: Counts,
    *,
    direction: Direction,
    least: Fraction = LEAST_MARGIN,
    observed: bool = False,
) -> PercentagePointGap:
    """Subtract the reference's rate; flag a gap to the worse side that exceeds the margin.

    The reference's rate is held still and taken as exact, as the published rule does. An outcome
    that is neither good nor adverse is flagged to both sides.

    >>> from eachchild.measures.counts import counts
    >>> one = percentage_point_gap(counts(30, 100), counts(50, 100), direction="higher")
    >>> bool(one.flagged[0]), int(one.students_to_clear[0])
    (True, 11)
    """
    known = usable(group) & usable(reference)
    margin = margin_of_error(group, least=least, observed=observed)
    part, whole = _only(group, known), _only(reference, known)

    def to_clear(side: Side) -> Whole:
        ours, theirs = _good(part, side), _good(whole, side)
        # The larger margin asks for fewer students, and each margin has its exact count.
        by_least = _beyond_margin(ours, theirs, least)
        return np.minimum(by_least, _beyond_error(ours, theirs, observed=observed))

    flag = _flag(to_clear, direction)
    gap = np.where(known, part.rate - whole.rate, 0.0)
    margin = np.where(known, margin, 0.0)
    return PercentagePointGap(gap, margin, flag.raised, flag.students, known)


def proportionality_index(
    group: Counts, overall: Counts, *, direction: Direction, cutoff: Fraction = FOUR_FIFTHS
) -> ParityIndex:
    """Divide a group's share of the events by its share of the students, the group included.

    Flagged under the cutoff for a good outcome and over its inverse for an adverse one; students to
    clear are counted with the overall rate moving. `ratio_to_overall` gives the interval. Source:
    California Community Colleges Chancellor's Office (2014), Guidelines for Measuring
    Disproportionate Impact.

    >>> from eachchild.measures.counts import counts
    >>> proportionality_index(counts(3, 10), counts(10, 20), direction="higher").index
    array([0.6])
    """
    known = usable(group) & usable(overall) & (overall.events > 0)
    known &= usable(_everybody_else(group, overall))
    part, whole = _only(group, known), _only(overall, known)
    a, b = cutoff.as_integer_ratio()

    def to_clear(side: Side) -> Whole:
        _check_size(part, whole, 2 * b)
        share, ours = part.events * whole.n, part.n * whole.events
        if side == "higher":
            return _steps(a * ours - b * share, b * whole.n - a * part.n)
        return _steps(a * share - b * ours, a * whole.n - b * part.n)

    flag = _flag(to_clear, direction)
    return ParityIndex(_index(part, whole, known), flag.raised, flag.students, known)


def eighty_percent_index(
    group: Counts, reference: Counts, *, direction: Direction, cutoff: Fraction = FOUR_FIFTHS
) -> ParityIndex:
    """Divide a group's rate by that of a reference group: the four-fifths rule.

    Flagged under the cutoff for a good outcome and over its inverse for an adverse one; students to
    clear are counted with the reference held still. `risk_ratio` gives the interval. Source:
    Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4(D).

    >>> from eachchild.measures.counts import counts
    >>> one = eighty_percent_index(counts(30, 100), counts(50, 100), direction="higher")
    >>> bool(one.flagged[0]), int(one.students_to_clear[0])
    (True, 10)
    """
    known = usable(group) & usable(reference) & (reference.events > 0)
    part, whole = _only(group, known), _only(reference, known)
    a, b = cutoff.as_integer_ratio()

    def to_clear(side: Side) -> Whole:
        _check_size(part, whole, 2 * b)
        share, theirs = part.events * whole.n, part.n * whole.events
        if side == "higher":
            return _steps(a * theirs - b * share, b * whole.n)
        return _steps(a * share - b * theirs, a * whole.n)

    flag = _flag(to_clear, direction)
    return ParityIndex(_index(part, whole, known), flag.raised, flag.students, known)


@dataclass(frozen=True, slots=True)
class _Flag:
    raised: Known
    students: Whole


def _flag(to_clear: Callable[[Side], Whole], direction: Direction) -> _Flag:
    """Raise the flag where students are wanting; where no side is the worse one, count nobody."""
    if direction != "neither":
        students = to_clear(direction)
        return _Flag(students > 0, students)
    raised = (to_clear("higher") > 0) | (to_clear("lower") > 0)
    return _Flag(raised, np.zeros(raised.shape, np.int64))


def _needed(ours: Counts, theirs: Counts) -> Whole:
    """How many more of ours must have the good result to reach the rate of theirs, held still."""
    _check_size(ours, theirs, 2)
    return _steps(theirs.events * ours.n - ours.events * theirs.n, theirs.n)


def _beyond_margin(ours: Counts, theirs: Counts, margin: Fraction) -> Whole:
    """The same, to come within a margin that is a plain fraction."""
    s, t = margin.as_integer_ratio()
    _check_size(ours, theirs, 2 * t)
    short = theirs.events * ours.n - ours.events * theirs.n
    return _steps(t * short - s * ours.n * theirs.n, t * theirs.n)


def _beyond_error(ours: Counts, theirs: Counts, *, observed: bool) -> Whole:
    """The same, to come within 1.96 standard errors: a square root, so ties are settled by squares.

    n times the margin is z times the root of n / 4, or of x (n - x) / n for the rate seen.
    """
    x, n = ours.events, ours.n
    _check_size(ours, ours, 1)
    top, bottom = (x * (n - x), n) if observed else (n, np.full_like(n, 4))
    wanted = (theirs.events * n - x * theirs.n) / theirs.n - float(_Z) * np.sqrt(top / bottom)
    nearest = np.rint(wanted).astype(np.int64)
    tied = np.abs(wanted - nearest) < _TIE
    short, top, bottom, whole = (
        part[tied].astype(object)  # Python's whole numbers, which do not overflow when squared
        for part in np.broadcast_arrays(
            theirs.events * n - (x + nearest) * theirs.n, top, bottom, theirs.n
        )
    )
    p, q = _Z.as_integer_ratio()
    enough = (short <= 0) | (bottom * (q * short) ** 2 <= top * (p * whole) ** 2)
    students = np.ceil(wanted).astype(np.int64)
    students[tied] = nearest[tied] + ~enough.astype(np.bool_)
    return np.maximum(students, 0)


def _steps(short: Whole, step: Whole) -> Whole:
    """The least whole number of steps that make up for what is short; 0 where nothing is."""
    # Where the step is not positive the group is nearly everybody and cannot be short.
    return np.where(short > 0, -(-short // np.maximum(step, 1)), 0)


def _index(part: Counts, whole: Counts, known: Known) -> Numbers:
    return np.where(known, part.rate / np.where(known, whole.rate, 1.0), 0.0)


def _good(part: Counts, side: Side) -> Counts:
    """Count those with the good result: who met a good outcome, or did not meet an adverse one."""
    return part if side == "higher" else Counts(part.n - part.events, part.n)


def _everybody_else(group: Counts, overall: Counts) -> Counts:
    """The overall counts without the group; the group itself where it is everybody."""
    others = overall.minus(group)
    alone = (others.n == 0) & (others.events == 0)
    return Counts(np.where(alone, group.events, others.events), np.where(alone, group.n, others.n))


def _only(part: Counts, known: Known) -> Counts:
    """The known cells; the others are 0 of 1, whose result the caller masks."""
    return Counts(np.where(known, part.events, 0), np.where(known, part.n, 1))


def _check_size(ours: Counts, theirs: Counts, factor: int) -> None:
    largest = factor * int(ours.n.max(initial=1)) * int(theirs.n.max(initial=1))
    if largest >= _EXACT:
        raise OverflowError(
            "These counts are too large for exact students to parity: the two numbers of students "
            f"times {factor} must stay below 2 to the power 63. Count in smaller places or years."
        )
