"""The month grain as a file: a row a cell, words in place of codes, read back exactly."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from eachchild.cube.cells import Cube, MonthBlock, Whole

MONTHS = "months.parquet"
_BLOCK, _MONTH, _PLACE, _GROUP = "breakdown", "month", "place", "group"


def store_months(cube: Cube, folder: Path) -> dict[str, object]:
    """Write the months that a cube has, and say what a reader of the file must know."""
    if not cube.months:
        return {}
    tables = [_table(number, block) for number, block in enumerate(cube.months)]
    pq.write_table(pa.concat_tables(tables), folder / MONTHS, compression="zstd")
    said = [
        {
            "factor": b.factor, "groups": b.groups, "months": b.months, "schools": b.schools,
            "measures": list(b.of), "by_school_days": b.by_school_days,
        }
        for b in cube.months
    ]  # fmt: skip
    return {"months": said}


def restore_months(folder: Path, meaning: Mapping[str, Any]) -> tuple[MonthBlock, ...]:
    """Read the months back, as far as the meaning tells of some."""
    said = meaning.get("months", ())
    if not said:
        return ()
    table = pq.read_table(folder / MONTHS)
    return tuple(
        _block(table.filter(pc.equal(table[_BLOCK], number)), one)
        for number, one in enumerate(said)
    )


def _table(number: int, block: MonthBlock) -> pa.Table:
    def named(codes: Whole, words: Sequence[str]) -> pa.Array:
        return pa.array(words, pa.string()).take(pa.array(codes))

    sides = {"of": block.of, "in": block.events}
    counts = {f"{side} {name}": pa.array(of[name]) for side, of in sides.items() for name in of}
    return pa.table(
        {
            _BLOCK: pa.array(np.full(block.month.size, number, np.int64)),
            _MONTH: named(block.month, block.months),
            _PLACE: named(block.place, block.schools),
            _GROUP: named(block.group, block.groups),
            "students": pa.array(block.students),
            "days": pa.array(block.days),
            **counts,
        }
    )


def _block(table: pa.Table, said: Mapping[str, Any]) -> MonthBlock:
    words = {name: tuple(said[name]) for name in ("groups", "months", "schools")}

    def codes(column: str, among: tuple[str, ...]) -> Whole:
        found = pc.index_in(table[column], value_set=pa.array(among, pa.string()))
        numbers: Whole = found.to_numpy().astype(np.int64)
        return numbers

    return MonthBlock(
        factor=said["factor"],
        **words,
        month=codes(_MONTH, words["months"]),
        place=codes(_PLACE, words["schools"]),
        group=codes(_GROUP, words["groups"]),
        students=table["students"].to_numpy(),
        days=table["days"].to_numpy(),
        of={name: table[f"of {name}"].to_numpy() for name in said["measures"]},
        events={name: table[f"in {name}"].to_numpy() for name in said["measures"]},
        by_school_days=said["by_school_days"],
    )
