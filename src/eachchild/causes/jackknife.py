"""How sure a number is, from how much it moves when one place after the other is left out."""

import numpy as np

from eachchild.measures.counts import Numbers


def jackknifed(without: Numbers) -> Numbers:
    """The standard error of each row, from its values without one place each.

    Places without which a value is not there are passed over; nan where fewer than two are left.
    Source: Efron (1982), The Jackknife, the Bootstrap and Other Resampling Plans.

    >>> jackknifed(np.array([[1.0, 2.0, 3.0]])).round(3).tolist()  # of a sum of three
    [1.155]
    """
    kept = without[:, np.isfinite(without).all(axis=0)]
    size = kept.shape[1]
    if size < 2:
        return np.full(len(without), np.nan)
    around = kept - kept.mean(axis=1, keepdims=True)
    found: Numbers = np.sqrt((size - 1) / size * (around**2).sum(axis=1))
    return found
