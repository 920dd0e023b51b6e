"""The event grain: referrals counted by school, year, one identity factor and what is asked."""

import narwhals as nw
import numpy as np
import pyarrow as pa

from eachchild.cube.arrange import arrange
from eachchild.cube.cells import EVERYWHERE, EventBlock, Whole
from eachchild.cube.codes import coded, placed_among, value_codes, whole
from eachchild.cube.plan import EventPlan
from eachchild.cube.referrals import PERIOD, PLACE, Referrals, group_column

_ADDED = ("rows", "oss", "unsaid", "police", "days", "undated")


def count_events(plan: EventPlan, found: Referrals, periods: tuple[str, ...]) -> EventBlock:
    """Count one breakdown of the referrals; `periods` are the cube's."""
    keys = [PERIOD, *([] if plan.whole else [PLACE]), group_column(plan.factor), *plan.dimensions]
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in _ADDED}
    students = nw.col("student_id").n_unique().cast(nw.Int64)
    cells = found.placed.group_by(keys).agg(
        **sums, referrals=nw.len().cast(nw.Int64), students=students
    )
    table: pa.Table = cells.collect("pyarrow").to_native()
    nowhere: tuple[tuple[str, ...], Whole] = ((), np.full(table.num_rows, EVERYWHERE))
    schools, place = nowhere if plan.whole else coded(table[PLACE])
    words: dict[str, tuple[str, ...]] = {d: found.words[d] for d in plan.dimensions}
    group = value_codes(table[group_column(plan.factor)], plan.factor)
    values = [whole(table, d) for d in plan.dimensions]
    order = arrange([placed_among(table[PERIOD], periods), place, group, *values])

    def column(name: str) -> Whole:
        return whole(table, name)[order.order]

    return EventBlock(
        factor=plan.factor.id,
        groups=plan.factor.all_values,
        dimensions=plan.dimensions,
        words=words,
        schools=schools,
        place=order.cells[:, 1],
        period=order.cells[:, 0],
        group=order.cells[:, 2],
        value=order.cells[:, 3:],
        referrals=column("referrals"),
        students=column("students"),
        **{name: column(name) for name in _ADDED},
        unplaced_rows=found.unplaced_rows,
        unplaced=found.unplaced,
    )
