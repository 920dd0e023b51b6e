"""How the factors share what they tell together (Shapley 1953), over every roll-up."""

from dataclasses import dataclass
from math import factorial

import numpy as np

from eachchild.measures.counts import Numbers, Whole
from eachchild.measures.predictability.cells import Cells
from eachchild.measures.predictability.columns import LEAN, pooled_columns
from eachchild.measures.predictability.estimate import estimate

MOST_FACTORS = 5


@dataclass(frozen=True, slots=True)
class FactorShares:
    """The index of every set of factors, and each factor's share of the index of all of them.

    Bit k of a set's number says whether factor k is in it. Shares add up to the last index. A
    negative share is noise: show it as 0 and "no evidence", and leave the others as they are.
    """

    index: Numbers  # [set], 2 ** factors of them; the empty set tells nothing
    share: Numbers  # [factor], in the plan's order


def factor_shares(cells: Cells) -> FactorShares:
    """Share out the index among up to five factors; shares are not causes.

    >>> from eachchild.measures.predictability.cells import school_cells
    >>> tables = [[200, 150, 100, 50]], [[20, 30, 25, 15]], [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> shares = factor_shares(school_cells(*tables).place())
    >>> shares.share.round(3), bool(np.isclose(shares.share.sum(), shares.index[-1]))
    (array([0.148, 0.088]), True)
    """
    factors = cells.levels.shape[1]
    if factors > MOST_FACTORS:
        raise ValueError(
            f"shares are made for at most {MOST_FACTORS} factors, the plan has {factors}; "
            "name fewer factors for predictability"
        )
    index = np.array([_index_of(cells, chosen) for chosen in range(2**factors)])
    return FactorShares(index, shapley(index))


def _index_of(cells: Cells, chosen: int) -> float:
    kept = [k for k in range(cells.levels.shape[1]) if chosen >> k & 1]
    rolled = cells.rolled_up(kept)
    variance = rolled.base_rate * (1 - rolled.base_rate)
    columns = pooled_columns(rolled, variance, LEAN)
    if columns.shared.shape[1] + columns.own.sum() < 2 or rolled.n.size < 2:
        return 0.0
    return float(estimate(rolled, columns).index[0])


def shapley(value: Numbers) -> Numbers:
    """Average what each player adds over all orders of joining; `value[set]` by bits.

    >>> shapley(np.array([0.0, 1.0, 3.0, 5.0]))
    array([1.5, 3.5])
    """
    players = int(value.size).bit_length() - 1
    sets = np.arange(value.size)
    size = np.array([int(s).bit_count() for s in sets])
    return np.array([_added(value, sets, size, (k, players)) for k in range(players)])


def _added(value: Numbers, sets: Whole, size: Whole, player: tuple[int, int]) -> float:
    k, players = player
    without = sets[(sets >> k) & 1 == 0]
    orders = np.array([factorial(s) * factorial(players - 1 - s) for s in size[without]])
    return float((orders * (value[without | 1 << k] - value[without])).sum() / factorial(players))
