"""The files that make one published table, brought onto one list of places, periods and values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.plan import Plan, PlanError, Source
from eachchild.sources.counts.cell_text import OPEN
from eachchild.sources.counts.cells import Cells, N, factor_values
from eachchild.sources.counts.files import CountFile, factors_of
from eachchild.sources.counts.rows import Whole
from eachchild.sources.counts.sums import (
    Sums,
    add_up,
    capped_by,
    find,
    rest_of,
    rolled_up,
    without_number,
)
from eachchild.tables import WHOLE


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Which factors a set of cells tells apart, of which quantity; a check is never loaded."""

    factors: tuple[str, ...]
    quantity: str
    check: str = ""  # the pattern of a published total


@dataclass(frozen=True, slots=True)
class PlaceList:
    """The places of a unit, each once; texts are empty where the source has none."""

    level: str  # empty: the source has no places
    parent_level: str
    ids: tuple[str, ...]
    parents: tuple[str, ...]
    names: tuple[str, ...]
    parent_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountUnit:
    """One published table, of one file or of several that stand together."""

    name: str
    files: tuple[CountFile, ...]
    places: PlaceList
    periods: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    sums: Mapping[Breakdown, Sums]
    copied: Mapping[Breakdown, int]  # cells that two files give alike

    def of(self, quantity: str) -> Iterator[tuple[Breakdown, Sums]]:
        """The loaded breakdowns of a quantity, those of fewest factors first."""
        mine = [b for b in self.sums if b.quantity == quantity and not b.check]
        yield from (
            (b, self.sums[b]) for b in sorted(mine, key=lambda b: (len(b.factors), b.factors))
        )


def unit_of(plan: Plan, files: Sequence[CountFile]) -> CountUnit:
    """Put files together and complete their cells; PlanError where patterns contradict."""
    places = _places(files)
    periods = tuple(sorted({p for f in files for p in f.periods.ids}))
    parts: dict[Breakdown, list[Sums]] = {}
    remainders: dict[tuple[Breakdown, tuple[str, str]], list[Sums]] = {}
    by_file: list[dict[Breakdown, list[Sums]]] = []
    for file in files:
        by_file.append({})
        place, period = _place_of_rows(file, places), _period_of_rows(file, periods)
        for cells in file.cells:
            found = _keyed(cells, place[cells.row], period[cells.row])
            pattern = cells.pattern
            check = pattern.columns if pattern.check else ""
            key = Breakdown(cells.factors, pattern.quantity, check)
            parts.setdefault(key, []).append(found)
            by_file[-1].setdefault(key, []).append(found)
            if pattern.remainder is not None:
                remainders.setdefault((key, pattern.remainder), []).append(found)
    sums = {key: add_up(key.factors, found) for key, found in parts.items()}
    for (key, remainder), known in remainders.items():
        rest = _rest(plan, sums, key, remainder=remainder, part=add_up(key.factors, known))
        sums[key] = add_up(key.factors, [sums[key], rest])
    return CountUnit(
        name=files[0].source.together or files[0].source.path,
        files=tuple(files),
        places=places,
        periods=periods,
        values={f: factor_values(plan, f) for file in files for f in factors_of(plan, file.source)},
        sums=_complete(plan, sums, none=all(file.source.complete for file in files)),
        copied=_copied(by_file),
    )


def _copied(by_file: Sequence[Mapping[Breakdown, Sequence[Sums]]]) -> dict[Breakdown, int]:
    """How many cells above zero a later file repeats of an earlier one, number for number."""
    copied: dict[Breakdown, int] = {}
    for later, parts in enumerate(by_file):
        for key, found in parts.items():
            mine = add_up(key.factors, found)
            for earlier in by_file[:later]:
                if key in earlier:
                    theirs = add_up(key.factors, earlier[key])
                    where, both = find(theirs.key, mine.key)
                    alike = both & (theirs.low[where] == mine.low) & (mine.low > 0)
                    copied[key] = copied.get(key, 0) + int(alike.sum())
    return copied


def _places(files: Sequence[CountFile]) -> PlaceList:
    """Every place that a row is about, sorted, with the first parent and name found for it."""
    level, parent_level = _level([f.source for f in files])
    known: dict[str, tuple[str, str, str]] = {}
    for file in files:
        rows = file.places
        for index in np.unique(rows.row[rows.row != WHOLE]).tolist():
            above = rows.parents[index], rows.names[index], rows.parent_names[index]
            known.setdefault(rows.ids[index], above)
    ids = tuple(sorted(known))
    parents, names, parent_names = (tuple(known[i][k] for i in ids) for k in range(3))
    return PlaceList(level, parent_level, ids, parents, names, parent_names)


def _level(sources: Sequence[Source]) -> tuple[str, str]:
    levels = {(s.place.level, s.place.parent_level) for s in sources if s.place is not None}
    if len(levels) > 1:
        raise PlanError(
            f"{sources[0].path}: sources that stand together have places of one level; "
            f"these have {', '.join(sorted(a for a, _ in levels))}."
        )
    return levels.pop() if levels else ("", "")


def _place_of_rows(file: CountFile, places: PlaceList) -> Whole:
    """For every row of a file its place in the unit's list."""
    place_of = {name: i for i, name in enumerate(places.ids)}
    place = np.array([*(place_of.get(i, WHOLE) for i in file.places.ids), WHOLE], np.int64)
    return place[file.places.row]


def _period_of_rows(file: CountFile, periods: tuple[str, ...]) -> Whole:
    period = np.array([*(periods.index(p) for p in file.periods.ids), 0], np.int64)
    return period[file.periods.row]


def _keyed(cells: Cells, place: Whole, period: Whole) -> Sums:
    return Sums(
        cells.factors,
        np.column_stack([place, period, cells.value]),
        np.where(cells.collected, cells.low, 0),
        np.where(cells.collected, cells.high, 0),
        cells.suppressed,
        cells.collected,
    )


def _rest(
    plan: Plan,
    sums: Mapping[Breakdown, Sums],
    key: Breakdown,
    *,
    remainder: tuple[str, str],
    part: Sums,
) -> Sums:
    factor, ours = remainder
    if factor not in key.factors or ours not in factor_values(plan, factor):
        raise PlanError(
            f'remainder = "{factor}={ours}": the pattern must give {factor} itself, and {ours} '
            "must be another of its values."
        )
    others = tuple(f for f in key.factors if f != factor)
    # A loaded whole comes before a published total that is only checked.
    wholes = [k for k in sums if (k.factors, k.quantity) == (others, key.quantity)]
    if not wholes:
        told = " and ".join(others) or "nobody apart"
        raise PlanError(
            f'remainder = "{factor}={ours}" of {key.quantity}: it needs the whole, a pattern of '
            f"{key.quantity} that tells {told}."
        )
    whole = sums[min(wholes, key=lambda k: k.check)]
    rest = rest_of(whole, part, factor=factor, value=factor_values(plan, factor).index(ours))
    if find(sums[key].key, rest.key)[1].any():
        raise PlanError(
            f'remainder = "{factor}={ours}" of {key.quantity}: another pattern gives these cells '
            "too; keep one."
        )
    return rest


def _complete(plan: Plan, sums: Mapping[Breakdown, Sums], *, none: bool) -> dict[Breakdown, Sums]:
    """Give each breakdown its own denominators, its missing cells, and bounds that are closed."""
    done = dict(sums)
    for key in [k for k in sums if k.quantity != N and not k.check]:
        asked = Breakdown(key.factors, N)
        if asked not in done and (finer := _finer(done, asked)) is not None:
            done[asked] = rolled_up(finer, key.factors)
        if asked in done:
            gone = without_number(done[asked], done[key], none=none)
            done[key] = add_up(key.factors, [done[key], gone])
    rates = {o.name for o in plan.outcomes if o.is_rate}
    for key in sorted(done, key=lambda k: k.quantity != N):  # students first: they cap events
        if not key.check and (done[key].high >= OPEN).any():
            done[key] = _closed(done, key, rate=key.quantity in rates)
    return done


def _finer(sums: Mapping[Breakdown, Sums], asked: Breakdown) -> Sums | None:
    """The smallest breakdown whose cells add up to the one asked: it has each part of the rest."""
    able = [
        (key, found)
        for key, found in sums.items()
        if key.quantity == asked.quantity
        and not key.check
        and set(asked.factors) < set(key.factors)
        and adds_up(found, asked.factors)
    ]
    return min(able, key=lambda item: len(item[0].factors), default=(None, None))[1]


def adds_up(sums: Sums, factors: Sequence[str]) -> bool:
    """Whether every other factor has more than one value, so that the cells can be a whole."""
    others = [i for i, f in enumerate(sums.factors, 2) if f not in factors]
    return all(len(np.unique(sums.key[sums.collected, i])) > 1 for i in others)


def _closed(sums: Mapping[Breakdown, Sums], key: Breakdown, *, rate: bool) -> Sums:
    found = sums[key]
    students = sums.get(Breakdown(key.factors, N))
    if rate and students is not None:
        found = capped_by(found, students, whole=False)
    for other, total in sums.items():
        if other.quantity == key.quantity and set(other.factors) < set(key.factors):
            found = capped_by(found, total, whole=True)
        elif other.quantity == key.quantity and other.factors == key.factors and other.check:
            found = capped_by(found, total, whole=False)
    return found
