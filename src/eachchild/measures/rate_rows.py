"""Rows for rates: each measure of each group, from counts that may be known only within bounds."""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from eachchild.cube import Tally
from eachchild.measures.comparisons import (
    alternate_risk_ratio,
    difference_from_overall,
    odds_ratio,
    ratio_to_overall,
    risk_difference,
    risk_ratio,
)
from eachchild.measures.counts import Counts, Known, Numbers
from eachchild.measures.effects import cohens_h
from eachchild.measures.parity import (
    eighty_percent_index,
    percentage_point_gap,
    proportionality_index,
    students_to_parity,
)
from eachchild.measures.rates import rate
from eachchild.measures.row_batch import Batch, Comparison, Values, present_rows, rows
from eachchild.measures.table import MeasureTable
from eachchild.plan import OVERALL
from eachchild.terms.factors import NOT_REPORTED
from eachchild.terms.outcomes import Direction

_FEWEST_STUDENTS, _FEWEST_EVENTS = 30, 10  # of the others; with fewer the state's stand in


class _Interval(Protocol):
    """What a comparison returns: its interval and where it is defined."""

    @property
    def low(self) -> Numbers: ...
    @property
    def high(self) -> Numbers: ...
    @property
    def known(self) -> Known: ...


def rate_values(tally: Tally) -> Values:
    """A rate with Wilson's interval; within bounds, all that they allow and no estimate."""
    exact = tally.is_exact
    found = rate(Counts(tally.events, tally.n))
    if exact.all():
        return Values(found.rate, found.low, found.high, found.known)
    least = rate(Counts(np.minimum(tally.events, tally.n_high), tally.n_high))
    most = rate(Counts(np.minimum(tally.events_high, tally.n), tally.n))
    # Where a bound leaves more events than students the rate may be anything up to 1.
    top = np.where(most.known & (tally.events_high <= tally.n), most.high, 1.0)
    return Values(
        found.rate,
        np.where(exact, found.low, least.low),
        np.where(exact, found.high, top),
        np.where(exact, found.known, tally.n_high > 0),
        coarse=~exact,
    )


def rate_row(batch: Batch) -> MeasureTable:
    """The rate of each group."""
    return rows(batch, "rate", rate_values(batch.tally))


def difference_row(batch: Batch, beside: Comparison) -> MeasureTable:
    """The rate of each group minus that of whom it is compared with."""
    return present_rows(batch, "risk_difference", difference_values(batch.tally, beside), beside)


def difference_values(tally: Tally, beside: Comparison) -> Values:
    """Risk difference, Newcombe's interval."""
    function = difference_from_overall if beside.kind == OVERALL else risk_difference

    def compare(group: Counts, others: Counts) -> tuple[Numbers, _Interval]:
        found = function(group, others)
        return found.difference, found

    return _compared(tally, beside.tally, compare)


def ratio_values(tally: Tally, beside: Comparison) -> Values:
    """Risk ratio, Katz's interval."""
    function = ratio_to_overall if beside.kind == OVERALL else risk_ratio

    def compare(group: Counts, others: Counts) -> tuple[Numbers, _Interval]:
        found = function(group, others)
        return found.ratio, found

    return _compared(tally, beside.tally, compare)


def comparison_rows(batch: Batch, beside: Comparison) -> Iterator[MeasureTable]:
    """Difference and ratio, as districts get them."""
    yield difference_row(batch, beside)
    yield present_rows(batch, "risk_ratio", ratio_values(batch.tally, beside), beside)


def alternate_row(batch: Batch, beside: Comparison, state: Comparison) -> MeasureTable:
    """The ratio to everybody else of the state, where a district's own others are too few."""
    few = (beside.tally.n < _FEWEST_STUDENTS) | (beside.tally.events < _FEWEST_EVENTS)
    found = _compared(batch.tally, state.tally, _alternate)
    asked = few & beside.tally.is_exact & (batch.tally.n > 0)
    return rows(batch, "alternate_risk_ratio", found, state).take(asked)


def _alternate(group: Counts, others: Counts) -> tuple[Numbers, _Interval]:
    found = alternate_risk_ratio(group, others)
    return found.ratio, found


def further_rows(batch: Batch, beside: Comparison, direction: Direction) -> Iterator[MeasureTable]:
    """Odds ratio, effect size and students to parity, as whole places get them."""
    group, others = _exact(batch.tally), _exact(beside.tally)
    known = batch.tally.is_exact & beside.tally.is_exact
    if beside.kind != OVERALL:  # a group is part of the whole: no odds ratio, no h
        odds, effect = odds_ratio(group, others), cohens_h(group, others)
        yield present_rows(
            batch, "odds_ratio", Values(odds.ratio, odds.low, odds.high, odds.known & known), beside
        )
        yield present_rows(
            batch,
            "cohens_h",
            Values(effect.size, effect.low, effect.high, effect.known & known),
            beside,
        )
    if direction == "neither":
        return
    # Nobody is helped toward parity by a record that does not say who they are.
    named = np.array([NOT_REPORTED not in g for g in batch.group.names], np.bool_)
    kept = named[batch.group.code]
    batch, beside = batch.keep(kept), beside.keep(kept)
    group, others = _exact(batch.tally), _exact(beside.tally)
    known = batch.tally.is_exact & beside.tally.is_exact
    held = students_to_parity(group, others, direction=direction)
    yield present_rows(
        batch,
        "students_to_parity",
        _number(held.students.astype(np.float64), held.known & known),
        beside,
    )
    if beside.kind == OVERALL:
        moving = students_to_parity(group, others, direction=direction, form="moving")
        yield present_rows(
            batch,
            "students_to_parity_moving",
            _number(moving.students.astype(np.float64), moving.known & known),
            beside,
        )


def flag_rows(batch: Batch, beside: Comparison, direction: Direction) -> Iterator[MeasureTable]:
    """The measures of other frameworks; their flags are 1 or 0, and 1 only to the worse side.

    They are defined for groups by one factor.
    """
    single = np.array([g.count("=") == 1 for g in batch.group.names], np.bool_)[batch.group.code]
    batch, beside = batch.keep(single), beside.keep(single)
    group, others = _exact(batch.tally), _exact(beside.tally)
    known = batch.tally.is_exact & beside.tally.is_exact
    gap = percentage_point_gap(group, others, direction=direction)
    yield present_rows(
        batch,
        "percentage_point_gap",
        Values(gap.gap, gap.gap - gap.margin, gap.gap + gap.margin, gap.known & known),
        beside,
    )
    yield present_rows(
        batch,
        "percentage_point_gap_flag",
        _number(gap.flagged.astype(float), gap.known & known),
        beside,
    )
    indexes = [("index_80", eighty_percent_index(group, others, direction=direction))]
    if beside.kind == OVERALL:
        indexes.append(
            ("proportionality_index", proportionality_index(group, others, direction=direction))
        )
    for name, index in indexes:
        yield present_rows(batch, name, _number(index.index, index.known & known), beside)
        yield present_rows(
            batch, f"{name}_flag", _number(index.flagged.astype(float), index.known & known), beside
        )


def _compared(
    tally: Tally, others: Tally, compare: Callable[[Counts, Counts], tuple[Numbers, _Interval]]
) -> Values:
    exact = tally.is_exact & others.is_exact
    estimate, found = compare(_exact(tally), _exact(others))
    if exact.all():
        return Values(estimate, found.low, found.high, found.known)
    _, least = compare(_low(tally), _high(others))
    _, most = compare(_high(tally), _low(others))
    return Values(
        estimate,
        np.where(exact, found.low, least.low),
        np.where(exact, found.high, most.high),
        np.where(exact, found.known, least.known & most.known),
        coarse=~exact,
    )


def _exact(tally: Tally) -> Counts:
    return Counts(tally.events, tally.n)


def _low(tally: Tally) -> Counts:
    return Counts(tally.events, tally.n_high)


def _high(tally: Tally) -> Counts:
    return Counts(np.minimum(tally.events_high, tally.n), tally.n)


def _number(estimate: Numbers, known: Known) -> Values:
    return Values(estimate, estimate, estimate, known, has_interval=False)
