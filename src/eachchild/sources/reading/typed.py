"""A column read by our own rules: each distinct text once, then spread over the rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from eachchild.sources.reading.asked import Asked, Fault, Reading
from eachchild.sources.reading.codes import read_codes, read_exit_types, read_flags, read_grades
from eachchild.sources.reading.dates import read_dates
from eachchild.sources.reading.ids import read_ids, read_texts
from eachchild.sources.reading.numbers import read_numbers
from eachchild.sources.reading.periods import read_periods
from eachchild.tables import Kind

_READERS: Mapping[Kind, Callable[[pa.Array, Asked], Reading]] = MappingProxyType(
    {
        Kind.ID: read_ids,
        Kind.TEXT: read_texts,
        Kind.CODE: read_codes,
        Kind.FLAG: read_flags,
        Kind.WHOLE: read_numbers,
        Kind.NUMBER: read_numbers,
        Kind.DATE: read_dates,
        Kind.PERIOD: read_periods,
    }
)
_BY_NAME: Mapping[str, Callable[[pa.Array, Asked], Reading]] = MappingProxyType(
    {"grade": read_grades, "exit_type": read_exit_types}
)
MISSING = -1


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column as its distinct values and, for each row, which; MISSING where there is none."""

    values: pa.Array  # no nulls, none twice
    index: NDArray[np.int32]

    def array(self) -> pa.Array:
        """The column itself, missing as null."""
        missing = self.index == MISSING
        return self.values.take(pa.array(self.index, mask=missing))

    def rows(self, keep: NDArray[np.bool_]) -> "TypedColumn":
        """The column of some rows."""
        return TypedColumn(self.values, self.index[keep])


@dataclass(frozen=True, slots=True)
class RowFault:
    """A rule that fired in a column, row by row."""

    fault: Fault
    rows: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """One column of one file, typed, with the rules that fired and the codes no list maps."""

    asked: Asked
    column: TypedColumn
    blank: NDArray[np.bool_]  # the file has no text there
    faults: tuple[RowFault, ...] = ()
    unmapped: Mapping[str, TypedColumn] = field(default_factory=dict)  # texts, by the list


def read_column(texts: pa.ChunkedArray, asked: Asked) -> ColumnReading:
    """Type one column.

    >>> reading = read_column(pa.chunked_array([["5", "x", ""]]), Asked("days", Kind.NUMBER))
    >>> reading.column.array().to_pylist(), reading.faults[0].fault.rule
    ([5.0, None, None], 'V10')
    """
    encoded = texts.combine_chunks().dictionary_encode()
    distinct, codes = encoded.dictionary, encoded.indices.to_numpy(zero_copy_only=False)
    reading = _READERS[asked.kind](distinct, asked)
    if asked.name in _BY_NAME and asked.kind is Kind.TEXT:
        reading = _BY_NAME[asked.name](distinct, asked)
    return ColumnReading(
        asked,
        spread(reading.values, codes),
        np.asarray(pc.equal(distinct, ""))[codes] if len(distinct) else np.zeros(0, dtype=bool),
        tuple(RowFault(f, f.texts[codes]) for f in reading.faults),
        _unmapped(distinct, codes, reading.unmapped, list_name=asked.list_name),
    )


def spread(values: pa.Array, codes: NDArray[np.int32]) -> TypedColumn:
    """From a value for each distinct text to a column; texts of equal value become one."""
    encoded = values.dictionary_encode()
    of_text = encoded.indices.fill_null(MISSING).to_numpy(zero_copy_only=False).astype(np.int32)
    return TypedColumn(encoded.dictionary, of_text[codes])


def _unmapped(
    distinct: pa.Array,
    codes: NDArray[np.int32],
    unmapped: NDArray[np.bool_] | None,
    *,
    list_name: str,
) -> Mapping[str, TypedColumn]:
    if unmapped is None or not unmapped.any():
        return {}
    texts = pc.if_else(pa.array(unmapped), distinct, pa.scalar(None, pa.string()))
    return {list_name: spread(texts, codes)}


def constant_column(text: str, asked: Asked, rows: int) -> ColumnReading:
    """A column with the same text in every row."""
    one = read_column(pa.chunked_array([pa.array([text])]), asked)
    index = np.repeat(one.column.index, rows)
    return ColumnReading(asked, TypedColumn(one.column.values, index), np.zeros(rows, dtype=bool))


def stack(columns: Sequence[TypedColumn]) -> TypedColumn:
    """Columns one below the other, equal values as one."""
    if len(columns) == 1:
        return columns[0]
    encoded = pa.concat_arrays([c.values for c in columns]).dictionary_encode()
    of_value = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    pieces, at = [], 0
    for column in columns:
        own = np.append(of_value[at : at + len(column.values)], np.int32(MISSING))
        pieces.append(own[column.index])  # MISSING picks the last
        at += len(column.values)
    return TypedColumn(encoded.dictionary, np.concatenate(pieces))


def missing_column(kind: pa.DataType, rows: int) -> TypedColumn:
    """A column without any value."""
    return TypedColumn(pa.array([], kind), np.full(rows, MISSING, dtype=np.int32))
