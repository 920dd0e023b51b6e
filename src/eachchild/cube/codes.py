"""Texts that an engine brings back, as whole numbers: their order is that of the texts."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from eachchild.cube.cells import Whole
from eachchild.cube.errors import refuse_value
from eachchild.terms.factors import Factor


def whole(table: pa.Table, name: str) -> Whole:
    """A column of whole numbers without blanks."""
    numbers: Whole = table[name].to_numpy().astype(np.int64, copy=False)
    return numbers


def placed_among(column: pa.ChunkedArray, words: Sequence[str]) -> Whole:
    """Each row's index among some words, all of which are there."""
    names, code = coded(column)
    return np.array([words.index(n) for n in names], np.int64)[code]


def coded(column: pa.ChunkedArray) -> tuple[tuple[str, ...], Whole]:
    """The distinct texts of a column in order, and each row's index among them; -1 where blank."""
    coded = column.cast(pa.large_string()).combine_chunks().dictionary_encode()
    words: list[str] = coded.dictionary.to_pylist()
    order = sorted(range(len(words)), key=words.__getitem__)
    rank = np.full(len(words) + 1, -1, np.int64)
    rank[order] = np.arange(len(words))
    indices = coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    return tuple(words[i] for i in order), rank[indices]


def value_codes(column: pa.ChunkedArray, factor: Factor) -> Whole:
    """Each row's index among a factor's values, the last for a blank; others are refused."""
    words, codes = coded(column)
    known = {value: i for i, value in enumerate(factor.all_values)}
    if any(word not in known for word in words):
        refuse_value(factor)
    # The last entry is what index -1, a blank, picks.
    return np.array([*(known[word] for word in words), len(factor.values)], np.int64)[codes]
