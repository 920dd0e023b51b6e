"""One published file: every row placed in one state, its cells read, its oddities listed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from eachchild.plan import CellPattern, Plan, Source
from eachchild.sources.counts import notes
from eachchild.sources.counts.cells import CellReader, Cells, N, factor_values, factors_named
from eachchild.sources.counts.rows import (
    NO_PERIOD,
    Known,
    PeriodRows,
    PlaceRows,
    Whole,
    period_rows,
    place_rows,
    rows_where,
    texts_of,
)
from eachchild.sources.counts.sums import numbered
from eachchild.sources.text.table import TextTable, read_text_table
from eachchild.tables import FileAccount, RuleHit, UncoveredCount, Unmapped

NOT_USED = "not used by any pattern"
NAMED = "named in ignore_rows"


@dataclass(frozen=True, slots=True)
class CountFile:
    """One file read: its places and periods row by row, and the cells its patterns found."""

    source: Source
    places: PlaceRows
    periods: PeriodRows
    cells: tuple[Cells, ...]
    uncovered: tuple[UncoveredCount, ...]
    account: FileAccount
    hits: tuple[RuleHit, ...]
    unmapped: tuple[Unmapped, ...]
    found: tuple[bool, ...]  # for each pattern of the source, whether the file has its columns
    quarantine: pa.Table | None  # rows put aside as the file has them, for the vault alone
    is_empty: bool  # no row below the heading


@dataclass(slots=True)
class _Rows:
    """Where each row of a file stands so far; a row leaves `open` once, for one state."""

    open: Known
    merged: int = 0
    quarantined: dict[str, Known] = field(default_factory=dict)  # by rule

    def leave(self, rows: Known) -> Known:
        """Take rows out that are still open; which they were."""
        gone = rows & self.open
        self.open = self.open & ~gone
        return gone

    def put_aside(self, rule: str, rows: Known) -> Known:
        """Quarantine rows that are still open."""
        gone = self.leave(rows)
        if gone.any():
            self.quarantined[rule] = gone
        return gone


def read_count_file(plan: Plan, source: Source, file: tuple[Path, str]) -> CountFile:
    """Read one file of a counts source; SourceError or PlanError where it cannot be used."""
    table = read_text_table(file[0], file[1], source.layout)
    total = rows_where(table, source.total) & bool(source.total)
    places, periods = place_rows(table, source, total), period_rows(table, source)
    rows = _Rows(np.ones(table.data.num_rows, np.bool_))
    ignored = _named(table, source)
    ignored_rows = int(rows.leave(ignored).sum())
    hits = [*table.hits, *notes.period_hits(table, periods)]
    hits += _set_aside(table, rows, places, periods=periods)
    reader = CellReader(table, plan, factors_of(plan, source))
    cells = tuple(c for p in source.cells for c in reader.find(p, rows.open))
    uncovered = tuple(_uncovered(reader, source, rows.open & ~total))
    gone = rows.put_aside("V10", _unusable(reader))
    hits += notes.unusable_hits(table, reader)
    cells = tuple(_without(c, gone) for c in cells)
    used = np.zeros(rows.open.shape, np.bool_)
    for found in cells:
        used[found.row] = True
    unused = int(rows.leave(~used).sum())
    hits += notes.total_hits(table, total & used)
    hits += notes.cell_hits(table, reader)
    hits += notes.column_hits(table, source, reader)
    hits += notes.twice_hits(table, cells)
    hits += notes.added_hits(table, cells, places, periods=periods)
    return CountFile(
        source=source,
        places=places,
        periods=periods,
        cells=cells,
        uncovered=uncovered,
        account=_account(table, rows, {NAMED: ignored_rows, NOT_USED: unused}),
        hits=tuple(hits),
        unmapped=tuple(notes.unmapped(table, source, reader, unused=~used & ~ignored)),
        found=tuple(bool(matches) for _, matches in reader.matched[: len(source.cells)]),
        quarantine=_quarantine(table, rows.quarantined),
        is_empty=table.is_empty,
    )


def factors_of(plan: Plan, source: Source) -> tuple[str, ...]:
    """The factors a source's patterns tell apart: the plan's first, in its order."""
    named = {f for p in source.cells for f in factors_named(p)}
    ours = [i.factor.id for i in plan.identity if i.factor.id in named]
    return (*ours, *sorted(named.difference(ours)))


def _named(table: TextTable, source: Source) -> Known:
    rows = np.zeros(table.data.num_rows, np.bool_)
    for condition in source.ignore_rows:
        rows |= rows_where(table, [condition])
    return rows


def _set_aside(
    table: TextTable, rows: _Rows, places: PlaceRows, *, periods: PeriodRows
) -> Iterator[RuleHit]:
    """Rows that name no place or period, and rows that repeat another exactly."""
    blank = rows.put_aside("R05", places.blank)
    no_period = rows.put_aside("V04", (periods.row == NO_PERIOD) & bool(periods.ids))
    again = rows.leave(_repeats(table, places, periods.row))
    rows.merged += int(again.sum())
    yield from notes.row_hits(table, {"R05": blank, "V04": no_period, "R03": again})


def _repeats(table: TextTable, places: PlaceRows, period: Whole) -> Known:
    """Rows that are, cell for cell, an earlier row of the same place and period."""
    again = np.zeros(table.data.num_rows, np.bool_)
    if not places.ids:
        return again
    _, code = numbered(np.stack([places.row, period], axis=1))
    rows = np.flatnonzero(np.bincount(code)[code] > 1)
    if not rows.size:
        return again
    code = code[rows]
    for column in table.columns:
        _, code = numbered(np.stack([code, texts_of(table, column).code[rows]], axis=1))
    _, first = np.unique(code, return_index=True)
    again[np.delete(rows, first)] = True
    return again


def _unusable(reader: CellReader) -> Known:
    """Rows with a text in a used cell that is no count."""
    rows = np.zeros(reader.table.data.num_rows, np.bool_)
    for key, column in reader.columns.items():
        rows |= reader.rows_of[key] & column.unusable()
    return rows


def _without(cells: Cells, gone: Known) -> Cells:
    kept = ~gone[cells.row]
    if kept.all():
        return cells
    names = ("row", "value", "low", "high", "suppressed", "collected")
    return replace(cells, **{n: getattr(cells, n)[kept] for n in names})


def _uncovered(reader: CellReader, source: Source, rows: Known) -> Iterator[UncoveredCount]:
    for item in source.uncovered:
        events = reader.find(CellPattern(item.events, item.outcome), rows)
        students = reader.find(CellPattern(item.n, N), rows)
        by_value: dict[str, int] = {}
        for cells in students:
            column = cells.factors.index(item.factor)
            values = factor_values(reader.plan, item.factor)
            for index in np.unique(cells.value[:, column]).tolist():
                mine = cells.low[cells.value[:, column] == index]
                by_value[values[index]] = by_value.get(values[index], 0) + int(mine.sum())
        yield UncoveredCount(
            outcome=item.outcome,
            factor=item.factor,
            events=sum(int(c.low.sum()) for c in events),
            n_by_value=by_value,
            reason=item.reason,
        )


def _quarantine(table: TextTable, rows: Mapping[str, Known]) -> pa.Table | None:
    """The rows put aside with the rule that did it; one that fits no heading as one text."""
    if not rows and not table.bad:
        return None
    at = np.concatenate([np.flatnonzero(r) for r in (*rows.values(), np.zeros(0))]).astype(np.int64)
    reasons = [rule for rule, r in rows.items() for _ in range(int(r.sum()))]
    blank = pa.array([""] * len(table.bad), pa.string())
    cells = table.data.take(pa.array(at))
    return pa.table(
        {
            "row": pa.array([*table.row[at].tolist(), *(b.row for b in table.bad)], pa.int64()),
            "reason": pa.array([*reasons, *(b.rule for b in table.bad)]),
            **{
                f"column: {name}": pa.chunked_array(
                    [*cells.column(name).chunks, blank], pa.string()
                )
                for name in table.columns
            },
            "line as read": pa.array([""] * len(at) + [b.text for b in table.bad], pa.string()),
        }
    )


def _account(table: TextTable, rows: _Rows, ignored: dict[str, int]) -> FileAccount:
    return FileAccount(
        path=table.path,
        sha256=table.sha256,
        encoding=table.encoding,
        rows_read=table.rows_read,
        loaded=int(rows.open.sum()),
        merged=rows.merged,
        quarantined=sum(int(r.sum()) for r in rows.quarantined.values()) + len(table.bad),
        ignored={k: n for k, n in {**table.ignored, **ignored}.items() if n},
    )
