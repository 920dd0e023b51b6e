"""Numbering the distinct rows of several whole-number columns, fast where they are dense."""

from collections.abc import Sequence

import numpy as np

from eachchild.cube.cells import Whole

_DENSE_CELLS = 1 << 24  # beyond it, sorting keys is cheaper than a dense table of them


def grouped(keys: Sequence[Whole]) -> tuple[Whole, Whole]:
    """Number the distinct key rows in their sorted order; return each row's number, and the rows.

    >>> inverse, rows = grouped([np.array([7, 5, 7]), np.array([1, 0, 1])])
    >>> inverse.tolist(), rows.tolist()
    ([1, 0, 1], [[5, 0], [7, 1]])
    """
    if not keys[0].size:
        return np.zeros(0, np.int64), np.zeros((0, len(keys)), np.int64)
    lows = [int(k.min()) for k in keys]
    sizes = [int(k.max()) - low + 1 for k, low in zip(keys, lows, strict=True)]
    code = np.zeros(keys[0].shape, np.int64)
    for key, low, size in zip(keys, lows, sizes, strict=True):
        code = code * size + (key - low)
    if int(np.prod(sizes, dtype=np.float64)) <= _DENSE_CELLS:
        present = np.bincount(code, minlength=1) > 0
        codes = np.flatnonzero(present)
        inverse = (np.cumsum(present) - 1)[code]
    else:
        codes, inverse = np.unique(code, return_inverse=True)
    columns = []
    rest = codes
    for low, size in zip(reversed(lows), reversed(sizes), strict=True):
        columns.append(rest % size + low)
        rest = rest // size
    return inverse.astype(np.int64), np.stack(columns[::-1], axis=1)
