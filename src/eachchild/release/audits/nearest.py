"""In the place of a hidden number the nearest one that may be shown.

All of it is plain adding and taking away over what is published, which any reader can do: an outer
bound, so it tells nothing that a hidden count could be narrowed by.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eachchild.plan import Plan
from eachchild.release.audits.part import split
from eachchild.release.audits.pooled import years_in
from eachchild.release.family import Key
from eachchild.release.proof import Facts, facts_of
from eachchild.release.published import Publication
from eachchild.release.types import Hidden, Nearest, ShownOf
from eachchild.terms.factors import Group
from eachchild.terms.years import ALL

Bounds = Mapping[Key, tuple[int, int]]
_Kind = Literal["band", "years", "year", "students", "wider"]
Where = tuple[str, str, str]  # outcome, group, period
_SWEEPS = 100  # each is sound by itself, so ending early tells less, never more
_TOGETHER = 3  # years that are added up, as in the measures of all years together
_TELLING = 0.5  # a band wider than this share of everybody says nothing of a group


def bounds_of(publication: Publication) -> dict[Key, tuple[int, int]]:
    """The least and the most of every cell, as adding and taking away leave them.

    >>> from eachchild.release.family import Table, Tree
    >>> parts = Tree("sex", {"__all__": ("female", "male", "nonbinary")})
    >>> female, male, other = ((("sex", v),) for v in parts.children["__all__"])
    >>> bounds_of(Publication((Table("t", (parts,)),), {(): (30, 30), male: (16, 16)},
    ...                       {female: 5, other: 5}))[other]
    (0, 14)
    """
    facts = facts_of([publication])
    least, most = _narrowed(facts)
    told = {key: (number, number) for key, number in facts.told.items()}
    spread = zip(facts.unknowns, least.tolist(), most.tolist(), strict=True)
    return told | {key: (low, high) for key, low, high in spread}


def _narrowed(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """Bounds after going over every sum until nothing moves, or often enough."""
    terms = facts.matrix.tocoo()
    row, cell, adds = terms.row, terms.col, terms.data > 0
    least, most = facts.least.copy(), facts.most.copy()
    for _ in range(_SWEEPS):
        low = np.where(adds, least[cell], -most[cell])
        high = np.where(adds, most[cell], -least[cell])
        # What the other terms of a sum leave for this one.
        up = facts.high[row] - (_by_row(low, row, facts) - low)
        down = facts.low[row] - (_by_row(high, row, facts) - high)
        before = least.copy(), most.copy()
        np.maximum.at(least, cell, np.where(adds, down, -up))
        np.minimum.at(most, cell, np.where(adds, up, -down))
        if np.array_equal(before[0], least) and np.array_equal(before[1], most):
            break
    return least, most


def _by_row(values: np.ndarray, row: np.ndarray, facts: Facts) -> np.ndarray:
    sums = np.zeros(facts.matrix.shape[0], dtype=np.int64)
    np.add.at(sums, row, values)
    found: np.ndarray = sums[row]
    return found


def hidden_of_audit(
    plan: Plan, publication: Publication, nearest: Mapping[Where, Nearest], *, claim: str,
    left_out: tuple[tuple[str, str], ...], approvals: int,
) -> Hidden:  # fmt: skip
    """What a publication hides in all, and of each group of the plan."""
    shown, hidden = (
        Counter(pair for key in keys for pair in key)
        for keys in (publication.shown, publication.hidden)
    )
    pairs = [(i.factor.id, v) for i in plan.identity for v in i.factor.all_values]
    groups = (ShownOf(*pair, shown[pair], shown[pair] + hidden[pair]) for pair in pairs)
    return Hidden(
        len(publication.shown),
        len(publication.shown) + len(publication.hidden),
        claim,
        tuple(group for group in groups if group.counts),
        nearest,
        left_out,
        approvals,
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """Students of a group and those of them with the outcome, each as least and most."""

    n: tuple[int, int]
    events: tuple[int, int]
    years: int = 1

    @property
    def is_told(self) -> bool:
        return self.n[0] == self.n[1] and self.events[0] == self.events[1]

    @property
    def is_telling(self) -> bool:
        """Whether how many students there are is told, and the band is not most of them."""
        width = self.events[1] - self.events[0]
        return self.n[0] == self.n[1] and self.n[0] > 0 and width <= _TELLING * self.n[0]

    def plus(self, other: "_Span") -> "_Span":
        pairs = ((self.n, other.n), (self.events, other.events))
        n, events = ((one[0] + more[0], one[1] + more[1]) for one, more in pairs)
        return _Span(n, events, self.years + other.years)


def nearest_to_hidden(
    plan: Plan,
    publication: Publication,
    bounds: Bounds,
    released: Mapping[str, Mapping[str, str]],
) -> dict[Where, Nearest]:
    """For each hidden number of a group in the whole place the nearest that may be shown.

    In this order: its own band; the latest years together; the latest earlier year that is
    shown; how many students there are; the group that it is part of.
    """
    told = dict(_spans(plan, publication, bounds, released))
    spans = {where: span for where, span in told.items() if where[2] != ALL}
    # Years that are published together are narrower than their own bounds added up.
    together = _years_together(spans, released)
    together |= {where: span for where, span in told.items() if where[2] == ALL}
    hidden = [where for where, span in (spans | together).items() if not span.is_told]
    return {where: _nearest(where, spans, together) for where in hidden}


def _spans(
    plan: Plan,
    publication: Publication,
    bounds: Bounds,
    released: Mapping[str, Mapping[str, str]],
) -> Iterator[tuple[Where, _Span]]:
    factors = [i.factor.id for i in plan.identity]
    for key in sorted(publication.told.keys() | publication.hidden.keys()):
        pairs = dict(key)
        period, students = pairs.pop("period"), pairs.pop("students")
        if not pairs.keys() <= set(factors):
            continue  # a school, or a side of an outcome
        group = str(Group(tuple((f, pairs[f]) for f in factors if f in pairs)))
        years = years_in(period)
        for outcome, periods in released.items():
            yes = split(key, outcome, "yes")
            if yes in bounds and all(periods.get(year) == students for year in years):
                at = ALL if len(years) > 1 else period
                yield (outcome, group, at), _Span(bounds[key], bounds[yes], len(years))


def _years_together(
    spans: Mapping[Where, _Span], released: Mapping[str, Mapping[str, str]]
) -> dict[Where, _Span]:
    latest = sorted({period for periods in released.values() for period in periods})[-_TOGETHER:]
    found: dict[Where, _Span] = {}
    for (outcome, group, period), span in spans.items():
        if period in latest and len(latest) > 1:
            where = (outcome, group, ALL)
            found[where] = found[where].plus(span) if where in found else span
    return found


def _nearest(where: Where, spans: Mapping[Where, _Span], years: Mapping[Where, _Span]) -> Nearest:
    outcome, group, period = where
    own = years[where] if period == ALL else spans[where]
    if own.is_telling:
        return _said("band", own, where)
    pooled = (outcome, group, ALL)
    if pooled in years and years[pooled].is_telling:
        return _said("years", years[pooled], pooled)
    for earlier in _earlier(where, spans):
        return _said("year", spans[earlier], earlier)
    wider = _wider(where, years if period == ALL else spans)
    if wider and own.n[1] - own.n[0] <= _TELLING * wider[0].n[0]:
        return _said("students", own, where)
    return _said("wider", *wider) if wider else Nearest("nothing")


def _earlier(where: Where, spans: Mapping[Where, _Span]) -> Iterator[Where]:
    outcome, group, period = where
    years = sorted({p for _, _, p in spans if p < period}, reverse=True)
    return (at for p in years if (at := (outcome, group, p)) in spans and _has_rate(spans[at]))


def _wider(where: Where, spans: Mapping[Where, _Span]) -> tuple[_Span, Where] | None:
    """A crossing's first group alone, then its second; everybody last."""
    outcome, group, period = where
    parts = Group.parse(group).parts
    for wider in (*(Group((part,)) for part in parts if len(parts) > 1), Group()):
        at = (outcome, str(wider), period)
        if at in spans and _has_rate(spans[at]):
            return spans[at], at
    return None


def _has_rate(span: _Span) -> bool:
    return span.is_told and span.n[0] > 0


def _said(kind: _Kind, span: _Span, where: Where) -> Nearest:
    return Nearest(kind, span.events, span.n, group=where[1], period=where[2], years=span.years)
