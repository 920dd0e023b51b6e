"""polars: all groupings as lazy queries, collected together."""

import polars as pl
from questions import GROUPINGS, OUTCOMES, Answer, answer, key


def ask(path: str) -> Answer:
    """One scan, whose columns the queries share."""
    frame = pl.scan_parquet(path)
    means = [pl.col(o).mean() for o in OUTCOMES]
    queries = [frame.group_by(grouping).agg(means) for grouping in GROUPINGS]
    overall, *tables = pl.collect_all([frame.select(means), *queries])
    whole = overall.row(0, named=True)
    found = {}
    for grouping, table in zip(GROUPINGS, tables, strict=True):
        for row in table.iter_rows(named=True):
            names = tuple(row[f] for f in grouping)
            for outcome in OUTCOMES:
                found[key(outcome, grouping, names)] = (row[outcome], row[outcome] - whole[outcome])
    return found


if __name__ == "__main__":
    answer(ask)
