"""Which schools offer a course, told by whether anybody in them is enrolled."""

import numpy as np

from eachchild.measures.counts import Counts, Known

FEWEST = 30  # students of a school of whom it is asked whether it offers anything
_EXPECTED = 5  # enrolled, did it offer as others do: exp(-5), so 1 in 150, that nobody is by chance


def is_offered(everybody: Counts) -> Known:
    """Which schools offer what somebody in them could be enrolled in, in one year.

    A school offers nothing in which nobody is enrolled, though it has FEWEST students or more and
    would have several enrolled at the rate of the other schools.

    >>> from eachchild.measures.counts import counts
    >>> is_offered(counts([40, 0, 0], [200, 100, 20])).tolist()
    [True, False, True]
    """
    some = everybody.events > 0
    rate = everybody.events.sum() / max(int(everybody.n[some].sum()), 1)
    none = ~some & (everybody.n >= FEWEST) & (everybody.n * rate >= _EXPECTED)
    return np.asarray(~none)
