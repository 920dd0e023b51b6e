"""Rows that name a factor and its value: the value is read as that factor's own column would be."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eachchild.sources.reading.asked import Asked, Fault
from eachchild.sources.reading.typed import (
    MISSING,
    ColumnReading,
    RowFault,
    TypedColumn,
    read_column,
)

_FACTOR, _VALUE = "factor", "value"


def read_factor_values(
    readings: Sequence[ColumnReading], factors: Sequence[Asked]
) -> list[ColumnReading]:
    """The readings with `value` in our words; a factor nobody knows is unmapped (V07)."""
    by_name = {r.asked.name: r for r in readings}
    factor, value = by_name[_FACTOR], by_name[_VALUE]
    known = {f.name: f for f in factors}
    result = {**by_name, _VALUE: _read_values(factor.column, value, known)}
    result[_FACTOR] = _known_only(factor, known)
    return list(result.values())


def _read_values(
    factor: TypedColumn, value: ColumnReading, known: Mapping[str, Asked]
) -> ColumnReading:
    """Each factor's rows are read on their own and put together again."""
    index = np.full(factor.index.size, MISSING, dtype=np.int32)
    ours: dict[str, int] = {}
    faults: list[RowFault] = []
    texts = value.column.array()
    unmapped: dict[str, TypedColumn] = {}
    for code, name in enumerate(factor.values.to_pylist()):
        if name not in known:
            continue
        rows = np.flatnonzero(factor.index == code)
        one = read_column(pa.chunked_array([texts.take(pa.array(rows)).fill_null("")]), known[name])
        own = [ours.setdefault(v, len(ours)) for v in one.column.values.to_pylist()]
        index[rows] = np.array([*own, MISSING], dtype=np.int32)[one.column.index]
        faults += [RowFault(f.fault, _spread(f.rows, rows, index.size)) for f in one.faults]
        for list_name, part in one.unmapped.items():
            wide = np.full(index.size, MISSING, dtype=np.int32)
            wide[rows] = part.index
            unmapped[list_name] = TypedColumn(part.values, wide)
    column = TypedColumn(pa.array(list(ours), pa.string()), index)
    return replace(value, column=column, faults=tuple(faults), unmapped=unmapped)


def _spread(part: NDArray[np.bool_], rows: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    whole = np.zeros(size, dtype=bool)
    whole[rows] = part
    return whole


def _known_only(factor: ColumnReading, known: Mapping[str, Asked]) -> ColumnReading:
    strange = np.array([name not in known for name in factor.column.values.to_pylist()], dtype=bool)
    if not strange.any():
        return factor
    rows = np.append(strange, False)[factor.column.index]
    lost = np.where(rows, factor.column.index, MISSING).astype(np.int32)
    kept = np.where(rows, MISSING, factor.column.index).astype(np.int32)
    fault = RowFault(Fault("V07", "blank", strange), rows)
    return replace(
        factor,
        column=replace(factor.column, index=kept),
        faults=(*factor.faults, fault),
        unmapped={_FACTOR: TypedColumn(factor.column.values, lost)},
    )
