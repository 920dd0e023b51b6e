"""The staged tables as an engine sees them, for rules that look at more than one row."""
# ruff: noqa: S608 - the queries are this room's own text; names from files are quoted

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import duckdb
import pyarrow.parquet as pq

from eachchild.tables import RuleHit, Severity, fenced

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Staged:
    """One connection with a view for each staged table; `columns` says which columns each has."""

    engine: duckdb.DuckDBPyConnection
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def has(self, table: str, *columns: str) -> bool:
        """Whether the table is there, with all these columns."""
        return table in self.columns and self.columns[table].issuperset(columns)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """The answer to a query."""
        return self.engine.execute(query).fetchall()

    def one(self, query: str) -> object:
        """The one value that a query answers."""
        return self.rows(query)[0][0]

    def texts(self, query: str) -> list[str]:
        """The one column of texts that a query answers."""
        return [str(row[0]) for row in self.rows(query)]

    def hits(
        self,
        rule: str,
        severity: Severity,
        query: str,
        *,
        column: str = "",
        details: Mapping[str, object] | None = None,
    ) -> tuple[RuleHit, ...]:
        """One RuleHit a file for the rows a query picks; it must select source_file, source_row."""
        found = self.rows(
            f"SELECT source_file, count(*), min(source_row, {_EXAMPLES}) FROM ({query}) "
            "GROUP BY source_file ORDER BY source_file"
        )
        return tuple(
            RuleHit(
                rule,
                severity,
                str(file),
                cast(int, count),
                tuple(cast(list[int], rows)),
                column,
                details or {},
            )
            for file, count, rows in found
        )

    def file(self, table: str) -> str:
        """The first file a table came from, for rules about the table as a whole."""
        return str(self.one(f"SELECT min(source_file) FROM {table}"))


def school_year(date: str) -> str:
    """The year in which the school year of a date begins, by July, as an expression.

    >>> school_year("date")
    '(year(date) - (month(date) < 7)::INT)'
    """
    return f"(year({date}) - (month({date}) < 7)::INT)"


def open_staged(tables: Mapping[str, Path]) -> Staged:
    """Open the staged tables; nothing is read before a rule asks."""
    engine = duckdb.connect(":memory:", config={"memory_limit": "1GB"})
    engine.execute("SET TimeZone = 'UTC'")
    fenced(engine, sorted({path.parent for path in tables.values()}))
    for name, path in sorted(tables.items()):
        quoted = str(path).replace("'", "''")
        engine.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{quoted}')")
    return Staged(engine, columns_of(tables))


def columns_of(tables: Mapping[str, Path]) -> Mapping[str, frozenset[str]]:
    """The columns of each staged table."""
    return {name: frozenset(pq.read_schema(path).names) for name, path in tables.items()}
