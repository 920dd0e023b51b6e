"""Faults such as real exports have: rows twice, rows of nobody known, rows without a key."""

import pyarrow as pa

from eachchild.worlds.writing import Columns

EXACT_DUPLICATES, ORPHANS, BLANK_KEYS = 12, 7, 5
_UNKNOWN = 99_999_900  # above every id that is given


def with_faults(
    columns: Columns, key: str, *, orphans: bool = True
) -> tuple[Columns, dict[str, int]]:
    """Add faulty copies of the first rows at the end; return how many of each kind were added.

    `orphans` False: the table is the list that other tables refer to, so no row can be one.
    """
    table = pa.table(dict(columns))
    place = table.column_names.index(key)
    twice = table.slice(0, EXACT_DUPLICATES)
    nobody = table.slice(0, ORPHANS if orphans else 0)
    keyless = table.slice(0, BLANK_KEYS)
    unknown = pa.array([str(_UNKNOWN + i) for i in range(nobody.num_rows)], pa.string())
    blank = pa.nulls(keyless.num_rows, pa.string())
    whole = pa.concat_tables(
        [
            table,
            twice,
            nobody.set_column(place, key, unknown),
            keyless.set_column(place, key, blank),
        ]
    ).combine_chunks()
    counts = {
        "exact_duplicates": twice.num_rows,
        "orphans": nobody.num_rows,
        "blank_keys": keyless.num_rows,
    }
    return dict(zip(whole.column_names, whole.columns, strict=True)), counts
