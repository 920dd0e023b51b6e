"""Do the rows of one table reach the students, schools and staff of another? Only counted."""
# ruff: noqa: S608 - the queries are this room's own text; names from files are quoted

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from eachchild.sources.rules.staged import Staged
from eachchild.tables import RuleHit, Severity

_ROSTERS = {  # what a column of a fact table must be found in
    "student_id": ("student", "enrollment", "student_year"),
    "school_id": ("school",),
    "staff_id": ("staff",),
}


@dataclass(frozen=True, slots=True)
class Link:
    """How many rows of one file of one table reach a row of the tables its ids point to."""

    table: str
    file: str
    column: str
    to: tuple[str, ...]
    rows: int  # with an id
    matched: int

    @property
    def share(self) -> float:
        """The share matched; 1 where there is nothing to match."""
        return self.matched / self.rows if self.rows else 1.0


@dataclass(frozen=True, slots=True)
class Linkage:
    """The links of all tables, and the rules that fired on them."""

    links: tuple[Link, ...]
    hits: tuple[RuleHit, ...]


def link_tables(staged: Staged) -> Linkage:
    """Match every id column.

    R06 notes the rows that reach nobody; where no row of a file reaches a student, it stops: the
    ids are of another kind (R08 says where zeros in front would make them match), or, where its
    schools are not known either, the file is another district's (R11).
    """
    staged.engine.execute(
        "CREATE OR REPLACE TEMP TABLE unmatched ("
        "source_file VARCHAR, source_row BIGINT, in_table VARCHAR, id_column VARCHAR, id VARCHAR)"
    )
    links: list[Link] = []
    hits: list[RuleHit] = []
    for table, column, to in _pairs(staged):
        _match(staged, table, column, to=to)
        found = _links(staged, table, column, to=to)
        links += found
        hits += _hits(staged, found)
    strange = _of_another_district(links, hits)
    hits = [hit for hit in hits if hit.file not in strange]
    hits += [RuleHit("R11", "stop", file, rows) for file, rows in strange.items()]
    return Linkage(tuple(links), tuple(hits))


def _of_another_district(links: list[Link], hits: list[RuleHit]) -> dict[str, int]:
    """Files of which no row reaches a student, nor a school, whatever zeros stand in front."""
    shortened = {hit.file for hit in hits if hit.id == "R08"}
    lost: dict[str, set[str]] = {}
    for link in links:
        if link.rows and not link.matched and link.file not in shortened:
            lost.setdefault(link.file, set()).add(link.column)
    both = [file for file, columns in lost.items() if {"student_id", "school_id"} <= columns]
    return {f: max(link.rows for link in links if link.file == f) for f in both}


def write_unmatched(staged: Staged, path: Path) -> None:
    """Write the rows that reached nobody, for whoever has to find out why; into the vault only."""
    quoted = str(path).replace("'", "''")
    staged.engine.execute(
        f"COPY (FROM unmatched ORDER BY ALL) TO '{quoted}' (FORMAT csv, HEADER true)"
    )


def _pairs(staged: Staged) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for table in sorted(staged.columns):
        for column, rosters in _ROSTERS.items():
            before = rosters[: rosters.index(table)] if table in rosters else rosters
            to = _targets(staged, column, before)
            if to and staged.has(table, column):
                yield table, column, to


def _targets(staged: Staged, column: str, rosters: tuple[str, ...]) -> tuple[str, ...]:
    """The rosters a table is held against: the first, or where there is none all the others.

    A student who is in a spell and in no student row has no identity: that is worth a note.
    """
    there = tuple(r for r in rosters if staged.has(r, column))
    return there[:1] if there[:1] == rosters[:1] else there


def _match(staged: Staged, table: str, column: str, *, to: tuple[str, ...]) -> None:
    """Find the ids that no roster has, and only if there are any the rows that have them."""
    roster = " UNION ALL ".join(f"SELECT {column} AS id FROM {t}" for t in to)
    staged.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE lost_ids AS
        SELECT DISTINCT {column} AS id FROM {table} WHERE {column} IS NOT NULL
        EXCEPT SELECT id FROM ({roster})"""
    )
    some = staged.one("SELECT count(*) > 0 FROM lost_ids")
    staged.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE lost AS
        SELECT source_file, source_row, {column} AS id FROM {table}
        {f"SEMI JOIN lost_ids ON {column} = lost_ids.id" if some else "WHERE false"}"""
    )
    staged.engine.execute(
        f"INSERT INTO unmatched SELECT source_file, source_row, '{table}', '{column}', id FROM lost"
    )


def _links(staged: Staged, table: str, column: str, *, to: tuple[str, ...]) -> list[Link]:
    counts = staged.rows(
        f"""SELECT source_file, count({column}), coalesce(any_value(n), 0) FROM {table} LEFT JOIN
        (SELECT source_file, count(*) AS n FROM lost GROUP BY ALL) USING (source_file)
        GROUP BY source_file ORDER BY source_file"""
    )
    return [
        Link(table, str(file), column, to, cast(int, rows), cast(int, rows) - cast(int, lost))
        for file, rows, lost in counts
    ]


def _hits(staged: Staged, links: list[Link]) -> Iterator[RuleHit]:
    for link in links:
        lost = link.rows - link.matched
        if not lost:
            continue
        none = link.matched == 0 and link.column == "student_id"
        severity: Severity = "stop" if none else "note"
        details = {"to": link.to, "rows": link.rows, "matched": link.matched}
        query = f"SELECT * FROM lost WHERE source_file = {_text(link.file)}"
        yield from staged.hits("R06", severity, query, column=link.column, details=details)
        yield from _shortened(staged, link, query)


def _shortened(staged: Staged, link: Link, lost: str) -> tuple[RuleHit, ...]:
    """Ids that would match with zeros in front: a spreadsheet took them for numbers (R08)."""
    roster = " UNION ".join(f"SELECT {link.column} AS id FROM {t}" for t in link.to)
    query = f"""SELECT DISTINCT source_file, source_row FROM ({lost}) AS l
        JOIN ({roster}) AS r ON ltrim(r.id, '0') = l.id WHERE starts_with(r.id, '0')"""
    return staged.hits("R08", "note", query, column=link.column, details={"lost": "zeros"})


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
