"""Rows for means and for counts without denominators."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from eachchild.cube import Tally
from eachchild.measures.comparisons import mean_difference
from eachchild.measures.counts import Counts, Known, Numbers, Sums
from eachchild.measures.effects import cohens_d, hedges_g
from eachchild.measures.rates import mean, quantile, rate
from eachchild.measures.row_batch import Batch, Comparison, Values, present_rows, rows
from eachchild.measures.table import MeasureTable


def mean_row(batch: Batch) -> MeasureTable:
    """The mean of each group; a source that gives only sums has no interval of its own."""
    sums = _sums(batch, batch.tally)
    if batch.tally.squares is None:
        known = (batch.tally.n > 0) & batch.tally.is_exact
        return rows(
            batch, "mean", Values(sums.mean, sums.mean, sums.mean, known, has_interval=False)
        )
    found = mean(sums)
    return rows(batch, "mean", Values(found.mean, found.low, found.high, found.known))


def mean_comparison_rows(batch: Batch, beside: Comparison) -> Iterator[MeasureTable]:
    """The difference of means, as schools and districts get it."""
    ours, theirs = _sums(batch, batch.tally), _sums(batch, beside.tally)
    if batch.tally.squares is None:
        known = (batch.tally.n > 0) & (beside.tally.n > 0)
        gap = ours.mean - theirs.mean
        values = Values(gap, gap, gap, known, has_interval=False)
        yield present_rows(batch, "mean_difference", values, beside)
        return
    found = mean_difference(ours, theirs)
    values = Values(found.difference, found.low, found.high, found.known)
    yield present_rows(batch, "mean_difference", values, beside)


def mean_further_rows(batch: Batch, beside: Comparison) -> Iterator[MeasureTable]:
    """Effect sizes and, for a mean that adds up, the ratio of means."""
    if batch.tally.squares is None:
        return
    ours, theirs = _sums(batch, batch.tally), _sums(batch, beside.tally)
    for name, function in (("cohens_d", cohens_d), ("hedges_g", hedges_g)):
        found = function(ours, theirs)
        values = Values(found.size, found.low, found.high, found.known)
        yield present_rows(batch, name, values, beside)


def mean_ratio_row(batch: Batch, beside: Comparison) -> MeasureTable:
    """How many times one group's mean is another's, for amounts such as days.

    The interval is the delta method's on the log scale; a source that gives only sums has none.
    """
    ours, theirs = _sums(batch, batch.tally), _sums(batch, beside.tally)
    known = (ours.mean > 0) & (theirs.mean > 0)
    ratio: Numbers = np.divide(ours.mean, theirs.mean, out=np.ones(known.shape), where=known)
    spread = quantile(0.95) * np.sqrt(_relative(ours, known) + _relative(theirs, known))
    low, high = ratio * np.exp(-spread), ratio * np.exp(spread)
    has_interval = batch.tally.squares is not None
    values = Values(ratio, low, high, known, has_interval=has_interval)
    return present_rows(batch, "mean_ratio", values, beside)


def _relative(sums: Sums, known: Known) -> Numbers:
    """The squared standard error of a mean, relative to the mean."""
    error = sums.variance / np.maximum(sums.n, 1)
    return np.divide(error, sums.mean**2, out=np.zeros(known.shape), where=known)


def count_row(batch: Batch) -> MeasureTable:
    """How many, where nobody says of how many; within bounds, the bounds."""
    tally = batch.tally
    number, high = tally.events.astype(float), tally.events_high.astype(float)
    known = np.ones(batch.size, np.bool_)
    found = rows(batch, "count", Values(number, number, high, known, coarse=~tally.is_exact))
    return replace(found, has_interval=found.has_interval & ~tally.is_exact)


def composition_row(batch: Batch, everybody: Tally) -> MeasureTable:
    """Each group's part of all events: `n` is all events, so a part says nothing of risk."""
    found = rate(Counts(batch.tally.events, everybody.events))
    known = found.known & batch.tally.is_exact & everybody.is_exact
    parts = Batch(
        batch.outcome,
        batch.place,
        batch.period,
        batch.group,
        Tally(
            everybody.events,
            batch.tally.events,
            everybody.events_high,
            batch.tally.events_high,
            batch.tally.missing,
            batch.tally.collected,
        ),
        batch.is_rate,
        batch.scale,
    )
    return rows(parts, "composition", Values(found.rate, found.low, found.high, known))


def _sums(batch: Batch, tally: Tally) -> Sums:
    squares = np.zeros(tally.n.shape, np.int64) if tally.squares is None else tally.squares
    return Sums(tally.n, tally.events, squares, batch.scale)
