"""A gap between two groups, parted by where their students are and how these places treat them."""

from dataclasses import dataclass

from eachchild.measures.counts import Counts, Numbers


@dataclass(frozen=True, slots=True)
class Kitagawa:
    """The difference of two rates, as two parts that add up to it, place by place.

    `mix` is what goes with one group being more often where rates are high; `rates` what goes with
    different rates in the same places. Both are in the rate's own unit.
    """

    difference: float
    mix: Numbers
    rates: Numbers

    @property
    def mix_share(self) -> float:
        """The part of the difference that goes with where students are; nan where there is none."""
        return float(self.mix.sum() / self.difference) if self.difference else float("nan")


def kitagawa(group: Counts, others: Counts) -> Kitagawa:
    """Part the difference of two groups' rates over the places (or other strata) they share.

    Each part is weighed by the mean of both groups, so it does not matter which comes first.
    Raises ValueError where a place has students of one group alone: what the rate of the other
    would be there nobody knows; `split_by_places` asks no such rate.

    Source: Kitagawa (1955), J. Am. Stat. Assoc. 50: 1168-1194.

    >>> from eachchild.measures.counts import counts
    >>> two = kitagawa(counts([8, 1], [40, 10]), counts([2, 4], [10, 40]))
    >>> round(two.difference, 3), round(float(two.mix.sum()), 3), round(float(two.rates.sum()), 3)
    (0.06, 0.06, 0.0)
    """
    some = (group.n > 0) | (others.n > 0)
    alone = some & ((group.n == 0) | (others.n == 0))
    if alone.any():
        raise ValueError(f"{int(alone.sum())} places have students of one group alone")
    share, other_share = group.n / group.n.sum(), others.n / others.n.sum()
    rate, other_rate = group.rate, others.rate
    mix = (share - other_share) * (rate + other_rate) / 2
    rates = (rate - other_rate) * (share + other_share) / 2
    whole = group.events.sum() / group.n.sum() - others.events.sum() / others.n.sum()
    return Kitagawa(float(whole), mix, rates)
