"""One file of a source: read, mapped, typed, each row judged by the rules it can break alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from eachchild.plan import Source
from eachchild.sources.reading.asked import Asked
from eachchild.sources.reading.factors import read_factor_values
from eachchild.sources.reading.typed import (
    MISSING,
    ColumnReading,
    TypedColumn,
    constant_column,
    read_column,
)
from eachchild.sources.records.fates import Fate, Fates, all_loaded
from eachchild.sources.records.mapping import ColumnMap, is_secret, map_columns, plain
from eachchild.sources.records.row_checks import check_rows, emptied
from eachchild.sources.text.table import TextTable, nothing_read, read_text_table
from eachchild.tables import FEWEST_ROWS, MOST_CODES, Kind, RuleHit, Unmapped

_TOTALS = pa.array(["total", "totals", "grand total", "all students"])
NOT_KEPT, LEFT_OUT = "not kept: ", "ignored by the plan: "  # the heading comes behind
TOTAL_ROW = "total row"
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class StagedFile:
    """One file's rows as typed columns, with the fate of each and the rules that fired."""

    text: TextTable
    columns: Mapping[str, TypedColumn]
    fates: Fates
    hits: tuple[RuleHit, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    usable: bool = True
    unread: frozenset[str] = frozenset()  # headings, as plain words, of which nothing is kept


@dataclass(slots=True)
class _Progress:
    """What has been found in the file so far; it never leaves this module."""

    text: TextTable
    fates: Fates
    headings: Mapping[str, str]  # theirs, by our name
    columns: dict[str, TypedColumn] = field(default_factory=dict)
    hits: list[RuleHit] = field(default_factory=list)
    unmapped: list[Unmapped] = field(default_factory=list)

    def hit(self, rule: str, severity: str, rows: NDArray[np.bool_], **more: object) -> None:
        if rows.any():
            first = tuple(self.text.row[np.flatnonzero(rows)[:_EXAMPLES]].tolist())
            made = RuleHit(rule, severity, self.text.path, int(rows.sum()), first, **more)  # type: ignore[arg-type]
            self.hits.append(made)


def stage_file(
    path: Path,
    name: str,
    source: Source,
    *,
    asked: Sequence[Asked],
    factors: Sequence[Asked] = (),
) -> StagedFile:
    """Read and type one file; a missing column (F06) leaves every row quarantined for it.

    `factors` says how the values of each factor are read, for a table whose rows name one.
    """
    text = read_text_table(path, name, source.layout)
    columns = map_columns(source, text.columns, asked, name=name)
    headings = {b.asked.name: b.heading for b in columns.bound if b.heading is not None}
    fates = all_loaded(text.data.num_rows)
    work = _Progress(text, fates, headings, hits=[*text.hits, *columns.hits])
    if not columns.usable:
        fates = work.fates.put(work.fates.loaded, Fate.QUARANTINED, "F06")
        return StagedFile(text, {}, fates, tuple(work.hits), usable=False)
    _leave_out(work, columns)
    readings = _readings(work, columns)
    if source.table == "identity":
        readings = read_factor_values(readings, factors)
    _leave_out_totals(work, readings)
    for reading in readings:
        _take_in(work, reading)
    _judge(work, source.table)
    return StagedFile(text, work.columns, work.fates, tuple(work.hits), tuple(work.unmapped))


def nothing_staged(path: Path, name: str) -> StagedFile:
    """An empty file, which has no row to judge."""
    return StagedFile(nothing_read(path, name), {}, all_loaded(0))


def _leave_out(work: _Progress, columns: ColumnMap) -> None:
    """Rows that the plan does not keep, or ignores by name."""
    data = work.text.data
    for heading, wanted in columns.keep:
        rows = _reads(data, heading, wanted)
        work.fates = work.fates.put(~rows, Fate.IGNORED, f"{NOT_KEPT}{heading}")
    for heading, unwanted in columns.ignore:
        rows = _reads(data, heading, unwanted)
        work.fates = work.fates.put(rows, Fate.IGNORED, f"{LEFT_OUT}{heading}")


def _reads(data: pa.Table, heading: str, text: str) -> NDArray[np.bool_]:
    equal = pc.equal(data.column(heading), text.strip()).combine_chunks()
    return np.asarray(equal.to_numpy(zero_copy_only=False), dtype=bool)


def _readings(work: _Progress, columns: ColumnMap) -> list[ColumnReading]:
    data = work.text.data
    return [
        read_column(data.column(b.heading), b.asked)
        if b.heading is not None
        else constant_column(b.constant, b.asked, data.num_rows)
        for b in columns.bound
    ]


def _leave_out_totals(work: _Progress, readings: Sequence[ColumnReading]) -> None:
    """A row whose id reads `Total` is a sum that a report printed, not a student or a school."""
    for reading in readings:
        if reading.asked.kind is Kind.ID and reading.asked.required:
            values = reading.column.values
            is_total = np.asarray(pc.is_in(pc.utf8_lower(values), value_set=_TOTALS))
            rows = np.append(is_total, False)[reading.column.index] & work.fates.loaded
            work.hit("F05", "note", rows, details={"total_rows": True})
            work.fates = work.fates.put(rows, Fate.IGNORED, TOTAL_ROW)


def _take_in(work: _Progress, reading: ColumnReading) -> None:
    """Add a column; quarantine the rows that cannot do without the value they lack."""
    asked = reading.asked
    work.columns[asked.name] = reading.column
    live = work.fates.loaded
    unclear = np.zeros(live.size, dtype=bool)
    needed = asked.required and not asked.keeps_blanks
    for fault in reading.faults:
        rows = fault.rows & live
        severity = fault.fault.severity
        if severity == "blank" and (needed or asked.blank_speaks):
            severity, unclear = "quarantine", unclear | rows
            work.fates = work.fates.put(rows, Fate.QUARANTINED, fault.fault.rule)
        details = dict(fault.fault.details)
        if fault.fault.rule == "V07":
            details["lists"] = tuple(reading.unmapped)
        work.hit(fault.fault.rule, severity, rows, column=asked.name, details=details)
    _note_unmapped(work, reading, live)
    if needed:
        rows = (reading.column.index == MISSING) & live & ~unclear
        work.hit("R05", "quarantine", rows, column=asked.name)
        work.fates = work.fates.put(rows, Fate.QUARANTINED, "R05")


def _note_unmapped(work: _Progress, reading: ColumnReading, live: NDArray[np.bool_]) -> None:
    path, heading = work.text.path, work.headings.get(reading.asked.name, "")
    for list_name, texts in reading.unmapped.items():
        index = texts.index[live]
        counts = np.bincount(index[index != MISSING], minlength=len(texts.values))
        shown = counts >= (FEWEST_ROWS if len(counts) <= MOST_CODES else np.inf)
        values = texts.values.to_pylist()
        work.unmapped += [
            Unmapped(list_name, values[i], int(counts[i]), path) for i in np.flatnonzero(shown)
        ]
        rare = counts[~shown & (counts > 0)]
        if rare.size:
            rows = int(rare.sum())
            hidden = Unmapped(list_name, "", rows, path, hidden=rare.size, column=heading)
            work.unmapped.append(hidden)


def _judge(work: _Progress, table: str) -> None:
    for hit in check_rows(table, work.columns):
        rows = hit.rows & work.fates.loaded
        work.hit(hit.rule, hit.severity, rows, column=hit.column, details=hit.details)
        if hit.ignored:
            work.fates = work.fates.put(rows, Fate.IGNORED, hit.ignored)
        elif hit.severity == "quarantine":
            work.fates = work.fates.put(rows, Fate.QUARANTINED, hit.rule)
        elif hit.severity == "blank":
            work.columns[hit.column] = emptied(work.columns[hit.column], rows)


def quarantined_rows(staged: StagedFile, fates: Fates) -> pa.Table:
    """The rows put aside, as their file had them, with the reason; never the secret columns.

    A row that did not fit the heading stands as one text in the last column, blank where the file
    has a column that the plan does not read: nobody can tell which part of the text that is.
    """
    text, bad = staged.text, staged.text.bad
    at = np.flatnonzero(fates.fate == Fate.QUARANTINED)
    unread = [h for h in text.columns if plain(h) in staged.unread]
    shown = [h for h in text.columns if h not in unread and not is_secret(h)]
    reasons = [fates.reasons[r] for r in fates.reason[at]] + [b.rule for b in bad]
    cells = [
        pa.chunked_array([*column.chunks, _blanks(len(bad))], pa.string())
        for column in text.data.select(shown).take(pa.array(at)).columns
    ]
    lines = _blanks(len(bad)) if unread else pa.array([b.text for b in bad], pa.string())
    columns = [
        pa.array([*text.row[at].tolist(), *(b.row for b in bad)], pa.int64()),
        pa.array(reasons, pa.string()),
        *cells,
        pa.chunked_array([_blanks(at.size), lines]),
    ]
    return pa.table(columns, names=["row", "reason", *shown, "line as read"])


def _blanks(count: int) -> pa.Array:
    return pa.array([""] * count, pa.string())
