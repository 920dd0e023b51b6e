"""Rows that come twice: equal ones are merged; which of two that differ is right is no guess."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eachchild.sources.reading.typed import MISSING, TypedColumn
from eachchild.sources.records.fates import Fate, Fates
from eachchild.sources.records.row_checks import numbers_of
from eachchild.tables import Table

Columns = Mapping[str, TypedColumn]
_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class Merged:
    """The columns (an absence's parts of a day are added up), the fates, and the rows by rule."""

    columns: Columns
    fates: Fates
    rules: Mapping[str, NDArray[np.bool_]]


def merge_rows(
    table: Table, columns: Columns, fates: Fates, *, texts: Sequence[pa.Table]
) -> Merged:
    """Merge exact duplicates (R03) and settle rows that share a key.

    R04: the same key with different values; which is right cannot be told, so all are quarantined.
    V12: two absences of one student on one day are one day; their parts are added up to a whole.
    In a table without a key only rows whose whole text is equal are duplicates: a student may have
    two equal actions on a day.
    """
    keys = table.key or tuple(columns)
    at = _repeated([columns[k] for k in keys if k in columns], fates.loaded)
    if at.size == 0:
        return Merged(columns, fates, {})
    same_key = _codes([columns[k] for k in keys if k in columns], at)
    all_columns = list(columns.values())
    whole = _codes(all_columns, at) if table.key else _text_codes(texts, at)
    again = _later(whole)
    fates = fates.put(_mask(at[again], fates), Fate.MERGED, "R03")
    rules = {"R03": _mask(at[again], fates)}
    at, same_key = at[~again], same_key[~again]
    shared = _shared(same_key) if table.key else np.zeros(at.size, dtype=bool)
    if shared.any():
        at, same_key = at[shared], same_key[shared]
        if table.name == "absence":
            later = _later(same_key)
            columns = _one_day(columns, at, same_key)
            fates = fates.put(_mask(at[later], fates), Fate.MERGED, "V12")
            rules["V12"] = _mask(at, fates)
        else:
            fates = fates.put(_mask(at, fates), Fate.QUARANTINED, "R04")
            rules["R04"] = _mask(at, fates)
    return Merged(columns, fates, {rule: rows for rule, rows in rules.items() if rows.any()})


def _mask(at: NDArray[np.int64], fates: Fates) -> NDArray[np.bool_]:
    rows = np.zeros(fates.fate.size, dtype=bool)
    rows[at] = True
    return rows


def _repeated(columns: Iterable[TypedColumn], loaded: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The loaded rows that have another one equal to them in these columns."""
    rows = np.flatnonzero(loaded)
    code = _codes(list(columns), rows)
    ordered = np.sort(code)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return rows[np.isin(code, twice)] if twice.size else rows[:0]


def _codes(columns: Sequence[TypedColumn], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each row, equal for rows equal in all columns; missing equals missing."""
    code = np.zeros(rows.size, dtype=np.int64)
    size = 1
    for column in columns:
        width = len(column.values) + 1
        if size > _LARGEST // width:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
            size = rows.size
        code = code * width + (column.index[rows] + 1)
        size *= width
    return code


def _text_codes(texts: Sequence[pa.Table], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same for the whole text of the rows, columns that were not asked for included."""
    numbers: dict[tuple[str, ...], int] = {}
    codes = np.empty(rows.size, dtype=np.int64)
    begin = 0
    for text in texts:
        inside = np.flatnonzero((rows >= begin) & (rows < begin + text.num_rows))
        cells = text.take(pa.array(rows[inside] - begin)).columns
        lines = zip(*(c.to_pylist() for c in cells), strict=True)
        for i, line in zip(inside.tolist(), lines, strict=True):
            codes[i] = numbers.setdefault(line, len(numbers))
        begin += text.num_rows
    return codes


def _later(code: NDArray[np.int64]) -> NDArray[np.bool_]:
    """All but the first of equal numbers."""
    later = np.ones(code.size, dtype=bool)
    later[np.unique(code, return_index=True)[1]] = False
    return later


def _shared(code: NDArray[np.int64]) -> NDArray[np.bool_]:
    _, inverse, counts = np.unique(code, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse] > 1)


def _one_day(columns: Columns, at: NDArray[np.int64], day: NDArray[np.int64]) -> Columns:
    """Make the first row of each day stand for the whole of it."""
    _, first, inverse = np.unique(day, return_index=True, return_inverse=True)
    survivors = at[first]
    result = dict(columns)
    if "fraction" in columns:
        part = np.nan_to_num(numbers_of(columns["fraction"])[at], nan=1.0)
        total = np.minimum(np.bincount(inverse, weights=part), 1.0)
        result["fraction"] = _with_values(columns["fraction"], survivors, total)
    for name in {"excused", "reason"} & set(columns):  # what its parts do not agree on is unknown
        index = columns[name].index
        differs = np.zeros(first.size, dtype=bool)
        np.logical_or.at(differs, inverse, index[at] != index[survivors][inverse])
        new = index.copy()
        new[survivors[differs]] = MISSING
        result[name] = TypedColumn(columns[name].values, new)
    return result


def _with_values(
    column: TypedColumn, rows: NDArray[np.int64], numbers: NDArray[np.float64]
) -> TypedColumn:
    encoded = pa.concat_arrays([column.values, pa.array(numbers)]).dictionary_encode()
    index = column.index.copy()
    of_new = encoded.indices.to_numpy(zero_copy_only=False)[len(column.values) :]
    index[rows] = of_new.astype(np.int32)
    return TypedColumn(encoded.dictionary, index)
