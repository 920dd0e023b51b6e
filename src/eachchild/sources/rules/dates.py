"""Dates of events against the calendar and the spells: V03, V06, V13."""
# ruff: noqa: S608 - the queries are this room's own text; names from files are quoted

from collections.abc import Iterator

from eachchild.sources.rules.staged import Staged, school_year
from eachchild.tables import RuleHit

_EVENTS = ("absence", "discipline")


def date_rules(staged: Staged) -> tuple[RuleHit, ...]:
    """The rules for every table of dated events that is there."""
    tables = [table for table in _EVENTS if staged.has(table, "date")]
    return tuple(hit for table in tables for hit in _of_table(staged, table))


def _of_table(staged: Staged, table: str) -> Iterator[RuleHit]:
    outside: list[str] = []
    if staged.has("calendar", "date"):
        outside = _days_outside_years(staged, table)
        yield from _on_days(staged, "V03", table, days=outside)
        if table == "absence":
            days = _days_without_school(staged, outside)
            yield from _on_days(staged, "V13", table, days=days)
    if staged.has("enrollment", "student_id", "entry_date"):
        query = _outside_spells(staged, table, outside)
        yield from staged.hits("V06", "note", query, column="date")


def _on_days(staged: Staged, rule: str, table: str, *, days: list[str]) -> Iterator[RuleHit]:
    if days:  # few days are looked at, and only then the many rows
        query = f"SELECT * FROM {table} WHERE date IN ({_dates(days)})"
        yield from staged.hits(rule, "note", query, column="date")


def _dates(days: list[str]) -> str:
    return ", ".join(f"DATE '{day}'" for day in days)


def _days_outside_years(staged: Staged, table: str) -> list[str]:
    """Days before or after all school years that the calendar covers: future dates among them.

    A school year goes from July to June: an event of the summer before the first day is inside.
    """
    return staged.texts(
        f"""SELECT DISTINCT date::VARCHAR FROM {table},
        (SELECT min({school_year("date")}) AS first, max({school_year("date")}) AS last
        FROM calendar) WHERE {school_year("date")} NOT BETWEEN first AND last ORDER BY ALL"""
    )


def _days_without_school(staged: Staged, outside: list[str]) -> list[str]:
    days = staged.texts(
        """SELECT DISTINCT date::VARCHAR FROM absence ANTI JOIN calendar USING (date)
        ORDER BY ALL"""
    )
    return [day for day in days if day not in outside]


def _outside_spells(staged: Staged, table: str, outside: list[str]) -> str:
    """Events on a day on which the student had no spell, though the student has some.

    First the students with a school year whose first to last event no single spell covers: they
    are few. Spells may overlap; `reached` is the last day that any spell begun so far covers.
    """
    last = "coalesce(exit_date, DATE '9999-12-31')"
    last = last if staged.has("enrollment", "exit_date") else "DATE '9999-12-31'"
    staged.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE suspects AS
        WITH spans AS (SELECT student_id, {school_year("date")} AS year, min(date) AS first,
            max(date) AS last FROM {table} GROUP BY ALL),
        covered AS (SELECT student_id, year FROM spans JOIN enrollment USING (student_id)
            WHERE entry_date <= first AND {last} >= spans.last)
        SELECT DISTINCT student_id FROM spans ANTI JOIN covered USING (student_id, year)
        SEMI JOIN enrollment USING (student_id)"""
    )
    inside = f"AND e.date NOT IN ({_dates(outside)})" if outside else ""
    return f"""WITH spells AS (SELECT student_id, entry_date, max({last}) OVER (
            PARTITION BY student_id ORDER BY entry_date) AS reached
            FROM enrollment SEMI JOIN suspects USING (student_id)),
        events AS (SELECT student_id, date, source_file, source_row
            FROM {table} SEMI JOIN suspects USING (student_id))
        SELECT e.source_file, e.source_row FROM events AS e
        ASOF LEFT JOIN spells AS s ON e.student_id = s.student_id AND e.date >= s.entry_date
        WHERE (s.reached IS NULL OR e.date > s.reached) {inside}"""
