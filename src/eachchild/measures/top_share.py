"""How much of all events a few adults make, beside what chance alone would give them.

Some adults always make more referrals than others: with three each on average, the busiest 5 %
make 12 % of them by chance. Only what is beyond that says something of adults, and it says how
many they are, never who. Rows are counts: so many adults made so many each.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Numbers, Whole

DRAWS = 999
_BLOCK = 2_000_000  # numbers drawn at once


@dataclass(frozen=True, slots=True)
class TopShare:
    """The part of all events that the busiest adults make."""

    share: float
    adults: float  # how many adults that is: a part of them, so perhaps not whole
    total: int  # events of all adults; where 0 nothing is known, all else is 0 and p is 1
    by_chance: float  # the share expected if events fell to adults by exposure alone
    chance_error: float  # standard error of `by_chance`, which is simulated
    chance_low: float  # 95 % of chance's shares lie between these two
    chance_high: float
    p: float  # of a share this large by chance


def top_share(
    adults: Whole,
    events: Whole,
    *,
    top: float = 0.05,
    exposure: Numbers | Whole | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> TopShare:
    """Give the share of the events that the busiest `top` of all adults make.

    An entry says that `adults` made `events` each, those who made none included, each with
    `exposure` (students taught, hours; alike where not given). Where the last of the top are among
    adults of equal counts, they take those adults' part. Chance hands the same total out event by
    event, in proportion to exposure (multinomial), `draws` times. Raises ValueError for counts
    below 0, for events without exposure, and for a `top` that is no share.

    >>> found = top_share(np.array([90, 10]), np.array([0, 3]))
    >>> found.share, found.adults, found.p
    (0.5, 5.0, 0.001)
    """
    weight = np.ones(adults.shape) if exposure is None else np.asarray(exposure, np.float64)
    _check(adults, events, weight, top)
    total, size = int((adults * events).sum()), int(adults.sum())
    wanted = top * size
    if total == 0:
        return TopShare(0.0, wanted, 0, 0.0, 0.0, 0.0, 0.0, 1.0)
    share = _observed(adults, events, wanted) / total
    each = np.sort(np.repeat(weight, adults))
    chance = _drawn(total, each / each.sum(), wanted, draws=draws, seed=seed) / total
    low, high = np.quantile(chance, [0.025, 0.975])
    as_large = int((chance >= share - 1e-12).sum())
    return TopShare(
        share,
        wanted,
        total,
        float(chance.mean()),
        float(chance.std(ddof=1) / np.sqrt(draws)),
        float(low),
        float(high),
        (1 + as_large) / (1 + draws),
    )


def _observed(adults: Whole, events: Whole, wanted: float) -> float:
    busiest = np.argsort(-events, kind="stable")
    n, made = adults[busiest], events[busiest]
    taken = np.clip(wanted - (np.cumsum(n) - n), 0, n)
    return float(taken @ made)


def _drawn(total: int, parts: Numbers, wanted: float, *, draws: int, seed: int) -> Numbers:
    """The top's events in each draw."""
    rng = np.random.default_rng(seed)
    size, whole = len(parts), int(wanted)
    last = size - whole - 1  # place, in ascending order, of the adult who is taken in part
    rows = max(1, _BLOCK // size)
    found = []
    for start in range(0, draws, rows):
        made = rng.multinomial(total, parts, size=min(rows, draws - start))
        made.partition(last, axis=1)
        found.append(made[:, last + 1 :].sum(axis=1) + (wanted - whole) * made[:, last])
    return np.concatenate(found)


def _check(adults: Whole, events: Whole, exposure: Numbers, top: float) -> None:
    if not 0 < top < 1:
        raise ValueError("top is a share of all adults, above 0 and below 1: 0.05 for 5 %")
    if (adults < 0).any() or (events < 0).any() or (exposure < 0).any():
        raise ValueError("adults, events and exposure cannot be below 0")
    if ((exposure == 0) & (adults * events > 0)).any():
        raise ValueError(
            "some adults have events and no exposure. Leave them out, or give their exposure."
        )
