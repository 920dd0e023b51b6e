"""Rows that look through schools: the same comparison inside schools, and with schools drawn anew.

The rows of a whole place stand beside these under the same measure; `interval` tells them apart.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from eachchild.cube import Cube, Margin, Tally
from eachchild.measures.cluster import (
    cluster_difference,
    cluster_mean,
    cluster_mean_difference,
    cluster_mean_ratio,
    cluster_rate,
    cluster_ratio,
)
from eachchild.measures.comparisons import (
    MeanDifference,
    MeanRatio,
    RiskDifference,
    RiskRatio,
)
from eachchild.measures.counts import Counts, Numbers, Sums, Whole
from eachchild.measures.effects import in_deviations
from eachchild.measures.grids import Grid, Grids
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
    pooled_mean_ratio,
    pooled_risk_difference,
    pooled_risk_ratio,
    pooled_sum_difference,
)
from eachchild.measures.table import MeasureTable
from eachchild.plan import COMPLEMENT
from eachchild.terms.outcomes import Outcome

CLUSTER, WITHIN_SCHOOLS, WITHIN_DISTRICTS = "cluster", "within_schools", "within_districts"


def school_rows(
    grids: Grids,
    outcome: Outcome,
    batch: Batch,
    beside: Comparison,
    cells: Sequence[Margin],
) -> Iterator[MeasureTable]:
    """The rows of a whole place's groups that look through its schools and districts.

    `cells` are the margins that make up the batch, one a breakdown.
    """
    if not grids.rollups.cube.places.ids:
        return
    ends = np.cumsum([len(c.place) for c in cells])
    parts = list(np.split(np.arange(batch.size), ends[:-1]))
    for level, interval in _levels(grids.rollups.cube):
        found = [
            grids.spread_out(
                outcome.name,
                c,
                level=level,
                reference=_reference(batch, beside, rows),
                by_year=interval != CLUSTER,
            )
            for c, rows in zip(cells, parts, strict=True)
        ]
        known = [i for i, g in enumerate(found) if g is not None]
        if not known:
            continue
        kept = np.concatenate([parts[i] for i in known])
        grid = _joined([g for g in found if g is not None])
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
    sizes = [g.fold.sizes for g in grids if g.fold.sizes is not None]
    return Grid(
        stacked_tallies([g.group for g in grids]),
        stacked_tallies([g.others for g in grids]),
        Fold.runs(np.concatenate(sizes)),
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
    if not outcome.is_rate:
        yield from _inside_means(batch, beside, grid, interval)
        return
    ours, theirs = _counts(grid.group), _counts(grid.others)
    ratio = pooled_risk_ratio(ours, theirs, grid.fold)
    gap = pooled_risk_difference(ours, theirs, grid.fold)
    for name, value, found in _named(ratio, gap):
        values = Values(value, found.low, found.high, found.known, interval=interval)
        yield _shown(batch, name, values, beside)


def _inside_means(
    batch: Batch, beside: Comparison, grid: Grid, interval: str
) -> Iterator[MeasureTable]:
    ours, theirs = sums_of(grid.group, batch.scale), sums_of(grid.others, batch.scale)
    ratio = pooled_mean_ratio(ours, theirs, grid.fold)
    yield _shown(batch, "mean_ratio", _values(ratio.ratio, ratio, interval, has=False), beside)
    if not _has_squares(grid):
        sums = pooled_sum_difference(ours, theirs, grid.fold)
        values = _values(sums.difference, sums, interval, has=False)
        yield _shown(batch, "mean_difference", values, beside)
        return
    mean = pooled_mean_difference(ours, theirs, grid.fold)
    yield _shown(batch, "mean_difference", _values(mean.difference, mean, interval), beside)
    yield _deviations(batch, mean, interval, beside)


def _has_squares(grid: Grid) -> bool:
    return grid.group.squares is not None and grid.others.squares is not None


def _values(
    estimate: Numbers, found: MeanDifference | MeanRatio, interval: str, *, has: bool = True
) -> Values:
    return Values(estimate, found.low, found.high, found.known, has_interval=has, interval=interval)


def _deviations(
    batch: Batch, gap: MeanDifference, interval: str, beside: Comparison
) -> MeasureTable:
    """The same gap in the standard deviations of the whole place's students."""
    size = in_deviations(gap, *(sums_of(t, batch.scale) for t in (batch.tally, beside.tally)))
    values = Values(size.size, size.low, size.high, size.known, interval=interval)
    return _shown(batch, "cohens_d", values, beside)


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
    ratio = cluster_mean_ratio(ours, theirs, grid.fold)
    yield _shown(batch, "mean_difference", _values(gap.difference, gap, CLUSTER), beside)
    yield _shown(batch, "mean_ratio", _values(ratio.ratio, ratio, CLUSTER), beside)
    if _has_squares(grid):
        yield _deviations(batch, gap, CLUSTER, beside)


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
