"""Rows that look through schools: the same comparison inside schools, and with schools drawn anew.

The rows of a whole place stand beside these under the same measure; `interval` tells them apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.cube import POOLED, Cube, Margin, Rollups, Tally
from eachchild.cube.margins import POOLED_YEARS
from eachchild.measures.aligned import minus
from eachchild.measures.cluster import (
    cluster_difference,
    cluster_mean,
    cluster_mean_difference,
    cluster_rate,
    cluster_ratio,
)
from eachchild.measures.comparisons import RiskDifference, RiskRatio
from eachchild.measures.counts import Counts, Numbers, Sums, Whole
from eachchild.measures.row_batch import (
    Batch,
    Comparison,
    Values,
    present_rows,
    rows,
    stacked_tallies,
)
from eachchild.measures.stratified import (
    Fold,
    pooled_mean_difference,
    pooled_risk_difference,
    pooled_risk_ratio,
)
from eachchild.measures.table import MeasureTable
from eachchild.plan import COMPLEMENT
from eachchild.terms.outcomes import Outcome

CLUSTER, WITHIN_SCHOOLS, WITHIN_DISTRICTS = "cluster", "within_schools", "within_districts"


@dataclass(frozen=True, slots=True)
class Grid:
    """Every group in every place where anybody is, one row each; `fold` leads to the group."""

    group: Tally
    others: Tally
    fold: Fold


def spread_out(
    rollups: Rollups, outcome: str, cells: Margin, *, level: str, reference: str, by_year: bool
) -> Grid | None:
    """Lay the groups of a whole place out over the places of a level.

    `reference` is `complement` or one of the margin's groups by its row number as text; `by_year`
    keeps the years of a pooled margin apart, so that a stratum is a school and year. None where
    numbers are hidden: a hidden cell has no part in a sum over schools.
    """
    pooled = bool(cells.place.size) and bool((cells.period == POOLED).all())
    apart = pooled and by_year
    fine = rollups.cells(outcome, cells.factors, level=level, pooled=pooled and not apart)
    whole = rollups.totals(outcome, cells.factors, level=level, pooled=pooled and not apart)
    if fine is None or not whole.place.size or not fine.tallies[outcome].is_exact.all():
        return None
    fine, whole = (_latest(rollups.cube, m) if apart else m for m in (fine, whole))
    return _grid(outcome, cells, fine, whole, reference=reference, pooled=pooled)


def _latest(cube: Cube, found: Margin) -> Margin:
    return found.where(found.period >= len(cube.periods) - POOLED_YEARS)


def _grid(
    outcome: str, cells: Margin, fine: Margin, whole: Margin, *, reference: str, pooled: bool
) -> Grid:
    """Each target group takes all places of its period, those without a student of it too."""
    period = np.full(whole.period.shape, POOLED) if pooled else whole.period
    pairs = [np.flatnonzero(period == p) for p in cells.period]
    target = np.repeat(np.arange(cells.place.size), [len(p) for p in pairs])
    at = np.concatenate(pairs) if pairs else np.zeros(0, np.int64)
    everybody = whole.tallies[outcome].take(at)
    group = _found(outcome, cells, fine, whole, target=target, at=at)
    if reference == COMPLEMENT:
        others = minus(everybody, group)
    else:
        row = np.full(target.shape, int(reference))
        others = _found(outcome, cells, fine, whole, target=row, at=at)
    return Grid(group, others, Fold(target, cells.place.size))


def _found(
    outcome: str, cells: Margin, fine: Margin, whole: Margin, *, target: Whole, at: Whole
) -> Tally:
    """The tally of a group at a place and period; nobody where the margin has no such cell."""
    low, sizes = _radix(fine, cells)
    have = _code(low, sizes, fine.place, fine.period, fine.value)
    want = _code(low, sizes, whole.place[at], whole.period[at], cells.value[target])
    order = np.argsort(have)
    near = np.minimum(np.searchsorted(have[order], want), max(len(have) - 1, 0))
    row = order[near]
    present = have[row] == want
    found = fine.tallies[outcome].take(row)
    zero = np.zeros(row.shape, np.int64)
    parts = (np.where(present, x, zero) for x in (found.n, found.events, found.missing))
    n, events, missing = parts
    squares = None if found.squares is None else np.where(present, found.squares, zero)
    return Tally.exact(n, events, missing=missing, squares=squares)


def _radix(fine: Margin, cells: Margin) -> tuple[int, list[int]]:
    top = [
        int(max(fine.value[:, c].max(), cells.value[:, c].max())) + 1
        for c in range(fine.value.shape[1])
    ]
    return int(fine.period.min()), [int(fine.period.max()) + 2, *top]


def _code(low: int, sizes: list[int], place: Whole, period: Whole, value: Whole) -> Whole:
    code = (place + 1) * (sizes[0] + 1) + (period - low)
    for column, size in enumerate(sizes[1:]):
        code = code * size + value[:, column]
    return code


def school_rows(
    rollups: Rollups,
    outcome: Outcome,
    batch: Batch,
    beside: Comparison,
    cells: Sequence[Margin],
) -> Iterator[MeasureTable]:
    """The rows of a whole place's groups that look through its schools and districts.

    `cells` are the margins that make up the batch, one a breakdown.
    """
    if not rollups.cube.places.ids:
        return
    ends = np.cumsum([len(c.place) for c in cells])
    parts = list(np.split(np.arange(batch.size), ends[:-1]))
    for level, interval in _levels(rollups.cube):
        grids = [
            spread_out(
                rollups,
                outcome.name,
                c,
                level=level,
                reference=_reference(batch, beside, rows),
                by_year=interval != CLUSTER,
            )
            for c, rows in zip(cells, parts, strict=True)
        ]
        known = [i for i, g in enumerate(grids) if g is not None]
        if not known:
            continue
        kept = np.concatenate([parts[i] for i in known])
        grid = _joined([g for g in grids if g is not None])
        some = _only(batch, kept)
        compared = beside.keep(np.isin(np.arange(batch.size), kept))
        if interval == CLUSTER:
            yield from _cluster(outcome, some, compared, grid, alone=beside.kind == COMPLEMENT)
        else:
            yield from _inside(outcome, some, compared, grid, interval)


def _reference(batch: Batch, beside: Comparison, rows: Whole) -> str:
    """The row of the reference group inside its breakdown, or everybody else."""
    if beside.kind == COMPLEMENT:
        return COMPLEMENT
    name = beside.reference.names[beside.reference.code[rows[0]]]
    code = batch.group.names.index(name) if name in batch.group.names else -1
    return str(int(np.flatnonzero(batch.group.code[rows] == code)[:1].sum()))


def _joined(grids: Sequence[Grid]) -> Grid:
    """The grids of several breakdowns as one."""
    starts = np.cumsum([0, *(g.fold.cells for g in grids)])
    fold = np.concatenate([g.fold.cell + start for g, start in zip(grids, starts, strict=False)])
    return Grid(
        stacked_tallies([g.group for g in grids]),
        stacked_tallies([g.others for g in grids]),
        Fold(fold, int(starts[-1])),
    )


def _only(batch: Batch, rows: Whole) -> Batch:
    return batch.keep(np.isin(np.arange(batch.size), rows))


def _levels(cube: Cube) -> tuple[tuple[str, str], ...]:
    places = cube.places
    found = [(places.level, CLUSTER), (places.level, WITHIN_SCHOOLS)]
    if len(places.parent_ids) > 1:
        found.append((places.parent_level, WITHIN_DISTRICTS))
    return tuple(found)


def _inside(
    outcome: Outcome, batch: Batch, beside: Comparison, grid: Grid, interval: str
) -> Iterator[MeasureTable]:
    if outcome.is_rate:
        ours, theirs = _counts(grid.group), _counts(grid.others)
        ratio = pooled_risk_ratio(ours, theirs, grid.fold)
        gap = pooled_risk_difference(ours, theirs, grid.fold)
        for name, value, found in _named(ratio, gap):
            values = Values(value, found.low, found.high, found.known, interval=interval)
            yield _shown(batch, name, values, beside)
    elif grid.group.squares is not None:
        between = pooled_mean_difference(
            sums_of(grid.group, batch.scale), sums_of(grid.others, batch.scale), grid.fold
        )
        values = Values(
            between.difference, between.low, between.high, between.known, interval=interval
        )
        yield _shown(batch, "mean_difference", values, beside)


def _cluster(
    outcome: Outcome, batch: Batch, beside: Comparison, grid: Grid, *, alone: bool
) -> Iterator[MeasureTable]:
    if outcome.is_rate:
        ours, theirs = _counts(grid.group), _counts(grid.others)
        if alone:
            rate = cluster_rate(ours, grid.fold)
            yield rows(
                batch, "rate", Values(rate.rate, rate.low, rate.high, rate.known, interval=CLUSTER)
            )
        ratio = cluster_ratio(ours, theirs, grid.fold)
        gap = cluster_difference(ours, theirs, grid.fold)
        for name, value, found in _named(ratio, gap):
            values = Values(value, found.low, found.high, found.known, interval=CLUSTER)
            yield _shown(batch, name, values, beside)
    else:
        yield from _cluster_means(batch, beside, grid, alone=alone)


def _cluster_means(
    batch: Batch, beside: Comparison, grid: Grid, *, alone: bool
) -> Iterator[MeasureTable]:
    ours, theirs = sums_of(grid.group, batch.scale), sums_of(grid.others, batch.scale)
    if alone:
        one = cluster_mean(ours, grid.fold)
        yield rows(batch, "mean", Values(one.mean, one.low, one.high, one.known, interval=CLUSTER))
    gap = cluster_mean_difference(ours, theirs, grid.fold)
    values = Values(gap.difference, gap.low, gap.high, gap.known, interval=CLUSTER)
    yield _shown(batch, "mean_difference", values, beside)


def _named(
    ratio: RiskRatio, gap: RiskDifference
) -> Iterator[tuple[str, Numbers, RiskRatio | RiskDifference]]:
    yield "risk_ratio", ratio.ratio, ratio
    yield "risk_difference", gap.difference, gap


def _shown(batch: Batch, measure: str, values: Values, beside: Comparison) -> MeasureTable:
    """Only where it is known: what schools cannot tell is no row of its own."""
    found = present_rows(batch, measure, values, beside)
    return found.take(values.known[beside.present])


def _counts(tally: Tally) -> Counts:
    return Counts(tally.events, tally.n)


def sums_of(tally: Tally, scale: float) -> Sums:
    """Where a source gives only sums, schools' own means are all the spread that is known."""
    squares = tally.squares
    if squares is None:
        squares = np.rint(tally.events.astype(np.float64) ** 2 / np.maximum(tally.n, 1))
    return Sums(tally.n, tally.events, squares.astype(np.int64), scale)
