"""What published counts say against themselves: totals and parts, events and students, years."""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np

from eachchild.plan import Plan
from eachchild.sources.counts.cell_text import OPEN
from eachchild.sources.counts.cells import N
from eachchild.sources.counts.files import CountFile
from eachchild.sources.counts.rows import Known, Whole
from eachchild.sources.counts.sums import Sums, add_up, find, numbered, rolled_up
from eachchild.sources.counts.units import Breakdown, CountUnit, adds_up
from eachchild.tables import WHOLE, RuleHit
from eachchild.terms.factors import NOT_REPORTED

_LARGE_SCHOOL = 300  # students; a school this large without one incident in a year is doubtful
_CHANGE = 0.20  # of enrollment between two years, beyond which somebody should look
_SHOWN = 3


def empty_files(files: Sequence[CountFile]) -> Iterator[RuleHit]:
    """F11: files of one table without a row; where none has any there is no table."""
    for file in files:
        if file.is_empty:
            every = all(other.is_empty for other in files)
            yield RuleHit("F11", "stop" if every else "note", file.account.path, 1)


def file_rules(files: Sequence[CountFile]) -> Iterator[RuleHit]:
    """F10: two files, or one file under two periods, are the same bytes."""
    for one, other in combinations(files, 2):
        if one.account.sha256 != other.account.sha256:
            continue
        another = one.account.path != other.account.path
        if another or one.periods.ids != other.periods.ids:
            details = {
                "same_as": one.account.path,
                "periods": [*one.periods.ids, *other.periods.ids],
            }
            count = other.account.rows_read
            yield RuleHit("F10", "stop", other.account.path, count, details=details)


def unit_rules(plan: Plan, unit: CountUnit) -> Iterator[RuleHit]:
    """Every rule that needs the cells of a whole table."""
    yield from _without_column(unit)
    yield from _copies(unit)
    yield from _open(unit)
    yield from _totals(unit)
    yield from _whole_rows(unit)
    yield from _recoverable(unit)
    yield from _below_zero(unit)
    yield from _uncovered(unit)
    yield from _not_reported(unit)
    yield from _years(unit)
    for outcome in plan.outcomes:
        if outcome.is_rate:
            yield from _above(unit, outcome.name)
        yield from _no_column_for(unit, outcome.name)
        if outcome.is_rate and outcome.direction == "lower":
            yield from _silent_schools(unit, outcome.name)


def _hit(unit: CountUnit, rule: str, count: int, **details: object) -> RuleHit:
    return RuleHit(rule, "note", unit.name, count, details=details)


def _stop(unit: CountUnit, rule: str, count: int, **details: object) -> RuleHit:
    return RuleHit(rule, "stop", unit.name, count, details=details)


def _without_column(unit: CountUnit) -> Iterator[RuleHit]:
    """F06: a pattern for which no file has a column, or that keeps no row."""
    by_source: dict[int, list[CountFile]] = {}
    for file in unit.files:
        by_source.setdefault(id(file.source), []).append(file)
    for files in by_source.values():
        for index, pattern in enumerate(files[0].source.cells):
            column = any(f.found[index] for f in files)
            row = any(c.row.size for f in files for c in f.cells if c.pattern is pattern)
            if not (column and row):
                missing = "row" if column else "column"
                details = {"missing": missing, "rows": dict(pattern.rows)}
                yield RuleHit("F06", "stop", unit.name, 1, column=pattern.columns, details=details)


def _copies(unit: CountUnit) -> Iterator[RuleHit]:
    """F10: a later file gives the same numbers for the same cells; they would count twice."""
    for key, count in unit.copied.items():
        if 2 * count > len(unit.sums[key].low):
            yield _stop(unit, "F10", count, quantity=key.quantity, files=len(unit.files))


def _open(unit: CountUnit) -> Iterator[RuleHit]:
    """S01: suppressed cells that nothing bounds from above: a person must say what they are."""
    loaded = {key: sums for key, sums in unit.sums.items() if not key.check}
    counts = {key: int((sums.high >= OPEN).sum()) for key, sums in loaded.items()}
    if total := sum(counts.values()):
        ask = 'say what the word stands for, for example [codes.suppression] "DS" = "1-3"'
        quantities = sorted({key.quantity for key, count in counts.items() if count})
        yield _stop(unit, "S01", total, quantities=quantities, next=ask)


def _totals(unit: CountUnit) -> Iterator[RuleHit]:
    """T01: a published total and the cells it stands for disagree."""
    for key, total in unit.sums.items():
        for finer, parts in _parts_of(unit, key):
            if found := _against(rolled_up(parts, key.factors), total):
                yield _hit(
                    unit,
                    "T01",
                    found.pop("cells"),
                    quantity=key.quantity,
                    total_of=list(key.factors),
                    parts=list(finer.factors),
                    pattern=key.check,
                    **found,
                )


def _parts_of(unit: CountUnit, key: Breakdown) -> list[tuple[Breakdown, Sums]]:
    """The finer breakdowns whose cells add up to this one; of a check, the coarsest alone."""
    able = [
        (finer, sums)
        for finer, sums in unit.of(key.quantity)
        if (set(key.factors) < set(finer.factors) or (key.check and key.factors == finer.factors))
        and adds_up(sums, key.factors)
    ]
    return able[:1] if key.check else able


def _against(parts: Sums, total: Sums) -> dict[str, int]:
    """Compare a total with the sum of its parts cell by cell; empty where they agree."""
    where, found = find(parts.key, total.key)
    found &= total.collected & parts.collected[where]
    total, low, high = total.take(found), parts.low[where[found]], parts.high[where[found]]
    differ = (total.high < low) | (total.low > high)
    if not differ.any():
        return {}
    return {
        "cells": int(differ.sum()),
        "of": int(found.sum()),
        "published": int(total.low.sum()),
        "parts_sum": int(low.sum()),
        "largest": int(np.abs(total.low - low)[differ].max()),
    }


def _whole_rows(unit: CountUnit) -> Iterator[RuleHit]:
    """T02: the published whole and the sum of its places disagree."""
    for key, sums in unit.sums.items():
        whole = sums.key[:, 0] == WHOLE
        if key.check or whole.all() or not whole.any():
            continue
        places = sums.take(~whole)
        keys = places.key.copy()
        keys[:, 0] = WHOLE
        parts = add_up(
            key.factors,
            [Sums(key.factors, keys, places.low, places.high, places.suppressed, places.collected)],
        )
        if found := _against(parts, sums.take(whole)):
            yield _hit(
                unit,
                "T02",
                found.pop("cells"),
                quantity=key.quantity,
                by=list(key.factors),
                **found,
            )


def _recoverable(unit: CountUnit) -> Iterator[RuleHit]:
    """S02: hidden cells that a published total gives away by subtraction."""
    for key, sums in unit.sums.items():
        hidden = sums.suppressed & (sums.low != sums.high)
        if key.check or not hidden.any():
            continue
        told = np.zeros(hidden.shape, np.bool_)
        for total_key, total in unit.sums.items():
            smaller = set(total_key.factors) < set(key.factors)
            if total_key.quantity == key.quantity and smaller and adds_up(sums, total_key.factors):
                told |= _alone_under(sums, total, hidden)
        if told.any():
            yield _hit(unit, "S02", int(told.sum()), quantity=key.quantity, of=int(hidden.sum()))


def _alone_under(sums: Sums, total: Sums, hidden: Known) -> Known:
    """Hidden cells that are the only hidden one of a total known exactly."""
    columns = sums.columns_of(total.factors)
    where, found = find(total.key, columns)
    exact = found & total.collected[where] & (total.low[where] == total.high[where])
    _, group = numbered(columns)
    alone = np.bincount(group, weights=hidden)[group] == 1
    told: Known = hidden & exact & alone
    return told


def _below_zero(unit: CountUnit) -> Iterator[RuleHit]:
    """T04: a part larger than its whole, so that the rest is below zero."""
    for key, sums in unit.sums.items():
        below = sums.high < 0
        if below.any():
            yield _hit(
                unit,
                "T04",
                int(below.sum()),
                quantity=key.quantity,
                by=list(key.factors),
                sum=int(sums.high[below].sum()),
            )


def _uncovered(unit: CountUnit) -> Iterator[RuleHit]:
    """T05: students in the denominators whose events the source leaves out."""
    for file in unit.files:
        for item in file.uncovered:
            yield _hit(
                unit,
                "T05",
                item.events,
                outcome=item.outcome,
                factor=item.factor,
                students=sum(item.n_by_value.values()),
                reason=item.reason,
            )


def _not_reported(unit: CountUnit) -> Iterator[RuleHit]:
    """D03: students whose value of a factor the source does not tell."""
    for key, sums in unit.of(N):
        for column, factor in enumerate(key.factors, 2):
            unknown = sums.key[:, column] == unit.values[factor].index(NOT_REPORTED)
            if (students := int(sums.low[unknown].sum())) > 0:
                yield _hit(unit, "D03", students, factor=factor, of=int(sums.low.sum()))


def _years(unit: CountUnit) -> Iterator[RuleHit]:
    """E08 and F10: enrollment that changes much between two periods, or doubles place by place."""
    _, sums = next(unit.of(N), (None, None))
    if sums is None or len(unit.periods) < 2:
        return
    students = rolled_up(sums, ())
    for (one, first), (other, second) in pairwise(enumerate(unit.periods)):
        before, after = (students.take(students.key[:, 1] == p) for p in (one, other))
        where, both = find(np.delete(before.key, 1, axis=1), np.delete(after.key, 1, axis=1))
        old, new = before.low[where[both]], after.low[both]
        if not old.sum():
            continue
        ratio = np.divide(new, old, out=np.ones(old.shape), where=old > 0)
        moved = int((np.abs(ratio - 1) > _CHANGE).sum())
        doubled = (old > 0) & ((new == 2 * old) | (old == 2 * new))
        details = {"periods": [first, second], "before": int(old.sum()), "after": int(new.sum())}
        if 2 * int(doubled.sum()) > len(old):
            yield _stop(unit, "F10", int(doubled.sum()), of=len(old), **details)
        elif moved:
            yield _hit(unit, "E08", moved, of=len(old), **details)


def _finest(unit: CountUnit, outcome: str) -> list[tuple[Breakdown, Sums]]:
    """The breakdowns of an outcome that no other one of it tells further apart."""
    mine = list(unit.of(outcome))
    return [
        (key, sums)
        for key, sums in mine
        if not any(set(key.factors) < set(other.factors) for other, _ in mine)
    ]


def _above(unit: CountUnit, outcome: str) -> Iterator[RuleHit]:
    """T03: cells with more events than students."""
    for key, events in _finest(unit, outcome):
        students = unit.sums.get(Breakdown(key.factors, N))
        if students is None:
            continue
        where, both = find(students.key, events.key)
        n = students.high[where]
        above = both & events.collected & students.collected[where] & (events.low > n)
        if above.any():
            yield _hit(
                unit,
                "T03",
                int(above.sum()),
                outcome=outcome,
                by=list(key.factors),
                events=int(events.low[above].sum()),
                students=int(n[above].sum()),
                groups=_groups(unit, events.take(above)),
                places=_names(unit, events.key[above, 0]),
            )


def _groups(unit: CountUnit, sums: Sums) -> dict[str, int]:
    """How many of these cells are of each value of the first factor."""
    if not sums.factors:
        return {}
    values = unit.values[sums.factors[0]]
    counts = np.bincount(sums.key[:, 2], minlength=len(values))
    return {f"{sums.factors[0]}={values[i]}": int(counts[i]) for i in np.flatnonzero(counts)}


def _names(unit: CountUnit, places: Whole) -> list[str]:
    return [unit.places.ids[p] for p in np.unique(places[places != WHOLE])[:_SHOWN].tolist()]


def _no_column_for(unit: CountUnit, outcome: str) -> Iterator[RuleHit]:
    """T11: groups that stand in the denominators and have no column of the outcome."""
    groups: set[str] = set()
    for key, events in _finest(unit, outcome):
        students = unit.sums.get(Breakdown(key.factors, N))
        if students is None:
            continue
        for column, factor in enumerate(key.factors, 2):
            for index, value in enumerate(unit.values[factor]):
                mine = events.key[:, column] == index
                n = int(students.low[students.key[:, column] == index].sum())
                group = f"{factor}={value}"
                if n and mine.any() and not events.collected[mine].any() and group not in groups:
                    groups.add(group)
                    yield _hit(unit, "T11", n, outcome=outcome, group=group)


def _silent_schools(unit: CountUnit, outcome: str) -> Iterator[RuleHit]:
    """C02: large schools that report none at all, by the finest breakdown of the outcome."""
    *_, (key, events) = [(None, None), *unit.of(outcome)]
    students = unit.sums.get(Breakdown(key.factors, N)) if key is not None else None
    if unit.places.level != "school" or events is None or students is None:
        return
    all_events, all_students = rolled_up(events, ()), rolled_up(students, ())
    where, both = find(all_events.key, all_students.key)
    large = both & (all_students.low > _LARGE_SCHOOL) & (all_students.key[:, 0] != WHOLE)
    silent = large & (all_events.high[where] == 0) & all_events.collected[where]
    if silent.any():
        yield _hit(
            unit,
            "C02",
            int(silent.sum()),
            outcome=outcome,
            above=_LARGE_SCHOOL,
            of=int(large.sum()),
            students=int(all_students.low[silent].sum()),
        )
