"""The adult grain: how many adults made how many referrals, of whom. The adult stays behind.

Ids are grouped by and counted inside the engine; what it gives out has none, and is sorted by
what it says.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import narwhals as nw
import numpy as np
import pyarrow as pa

from eachchild.cube.arrange import arrange
from eachchild.cube.cells import AdultBlock, Whole
from eachchild.cube.codes import placed_among, whole
from eachchild.cube.context import declared
from eachchild.cube.engine import Engine, Frame
from eachchild.cube.plan import AdultPlan
from eachchild.cube.referrals import PERIOD, PLACE, STAFF, Referrals, Students, group_column
from eachchild.terms.factors import Factor

_WHERE = [PERIOD, PLACE]


def count_adults(
    engine: Engine,
    plan: AdultPlan,
    found: Referrals,
    students: Students,
    *,
    tables: Mapping[str, Path],
    periods: Sequence[str],
) -> AdultBlock:
    """Count adults by what they did, for one identity factor.

    Exposure, the distinct students of each group whom an adult taught at the school in the year,
    is known only where some row of the course table says who teaches.
    """
    groups = range(len(plan.factor.all_values))
    rows = _by_group(found.placed, plan.factor)
    aside = is_aside(plan.set_aside)
    named = rows.filter(~nw.col(STAFF).is_null(), ~aside)
    each = _per_adult(named, {f"made {g}": nw.col(f"is {g}") for g in groups})
    counted = [f"made {g}" for g in groups]
    taught = _taught(engine, plan, students, tables)
    if taught is not None:
        each = _together(each, taught, len(groups))
        counted += [f"taught {g}" for g in groups]
    kinds = each.group_by(*_WHERE, *counted).agg(adults=nw.len().cast(nw.Int64))
    kinds_found = kinds.collect("pyarrow").to_native()
    unsaid = rows.with_columns(
        aside=aside.cast(nw.Int64), unnamed=nw.col(STAFF).is_null().cast(nw.Int64)
    )
    here = unsaid.group_by(*_WHERE).agg(
        aside=nw.col("aside").sum().cast(nw.Int64), unnamed=nw.col("unnamed").sum().cast(nw.Int64)
    )
    here_found = here.collect("pyarrow").to_native()
    return _block(
        plan, periods, kinds_found, here_found, _staff(engine, plan, tables), found.unplaced
    )


def is_aside(logins: Sequence[str]) -> nw.Expr:
    """Whether an id is one of the logins that are no one person, however it is capitalized."""
    listed = sorted({login.strip().lower() for login in logins})
    return nw.col(STAFF).str.to_lowercase().is_in(listed).fill_null(value=False)


def _by_group(rows: Frame, factor: Factor) -> Frame:
    """A 1 beside each row for the group its student is in, and 0 for the others."""
    value = nw.col(group_column(factor))
    flags = {f"is {g}": (value == v).cast(nw.Int64) for g, v in enumerate(factor.all_values)}
    return rows.select(*_WHERE, STAFF, **flags)


def _per_adult(rows: Frame, sums: Mapping[str, nw.Expr]) -> Frame:
    return rows.group_by(*_WHERE, STAFF).agg(
        **{name: flag.sum().cast(nw.Int64) for name, flag in sums.items()}
    )


def _taught(
    engine: Engine, plan: AdultPlan, students: Students, tables: Mapping[str, Path]
) -> Frame | None:
    """The students whom each adult taught; None where no table says."""
    if "course" not in tables:
        return None
    rows = declared(engine.scan(tables["course"]), "course")
    rows = rows.select("student_id", "school_id", PERIOD, staff="staff_id")
    rows = rows.filter(~nw.col(STAFF).is_null())
    if not rows.select(nw.len()).collect("pyarrow").item():
        return None  # a column that is blank throughout says nothing of exposure
    rows = rows.filter(~is_aside(plan.set_aside))
    rows = students.beside(rows).filter(~nw.col("home").is_null())
    group = group_column(plan.factor)
    once = rows.group_by(*_WHERE, STAFF, "student_id", group).agg(courses=nw.len())
    flagged = _by_group(once, plan.factor)
    groups = range(len(plan.factor.all_values))
    return _per_adult(flagged, {f"taught {g}": nw.col(f"is {g}") for g in groups})


def _together(made: Frame, taught: Frame, groups: int) -> Frame:
    """What each adult made and taught; who did only one of the two has zeros for the other."""
    names = [f"{what} {g}" for what in ("made", "taught") for g in range(groups)]

    def with_zeros(rows: Frame) -> Frame:
        mine = rows.collect_schema().names()
        zeros = {n: nw.lit(0).cast(nw.Int64) for n in names if n not in mine}
        return rows.with_columns(**zeros).select(*_WHERE, STAFF, *names)

    both = nw.concat([with_zeros(made), with_zeros(taught)])
    return _per_adult(both, {n: nw.col(n) for n in names})


def _staff(engine: Engine, plan: AdultPlan, tables: Mapping[str, Path]) -> Mapping[str, int] | None:
    """How many members of staff each school has; None where no table lists them."""
    if "staff" not in tables:
        return None
    rows = declared(engine.scan(tables["staff"]), "staff").select("school_id", staff="staff_id")
    rows = rows.filter(~is_aside(plan.set_aside), ~nw.col("school_id").is_null())
    count = rows.group_by("school_id").agg(staff=nw.col(STAFF).n_unique().cast(nw.Int64))
    table = count.collect("pyarrow").to_native()
    return dict(zip(table["school_id"].to_pylist(), table[STAFF].to_pylist(), strict=True))


def _block(
    plan: AdultPlan,
    periods: Sequence[str],
    kinds: pa.Table,
    here: pa.Table,
    staff: Mapping[str, int] | None,
    unplaced: int,
) -> AdultBlock:
    """The kinds of adults sorted by what they say, and the schools they share."""
    schools = tuple(sorted({*kinds[PLACE].to_pylist(), *here[PLACE].to_pylist(), *(staff or {})}))
    groups = plan.factor.all_values
    sides = [s for s in ("made", "taught") if f"{s} 0" in kinds.column_names]
    sums = [whole(kinds, f"{side} {g}") for side in sides for g in range(len(groups))]
    order = arrange([*_where(kinds, schools, periods), *sums])
    at = arrange(_where(here, schools, periods))
    told = order.cells[:, 2:]
    return AdultBlock(
        factor=plan.factor.id,
        groups=groups,
        schools=schools,
        place=order.cells[:, 1],
        period=order.cells[:, 0],
        made=told[:, : len(groups)],
        taught=told[:, len(groups) :] if "taught" in sides else None,
        adults=whole(kinds, "adults")[order.order],
        staff=None if staff is None else np.array([staff.get(s, 0) for s in schools], np.int64),
        at_place=at.cells[:, 1],
        at_period=at.cells[:, 0],
        at_unnamed=whole(here, "unnamed")[at.order],
        at_set_aside=whole(here, "aside")[at.order],
        unplaced=unplaced,
    )


def _where(table: pa.Table, schools: Sequence[str], periods: Sequence[str]) -> list[Whole]:
    """The period and school of each row, as indexes."""
    return [placed_among(table[PERIOD], periods), placed_among(table[PLACE], schools)]
