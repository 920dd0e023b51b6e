"""Spells of enrollment against each other, the students, the calendar and graduation.

E01, E02, E04, E05 and E06.
"""
# ruff: noqa: S608 - the queries are this room's own text; names from files are quoted

from collections.abc import Iterator

from eachchild.sources.rules.staged import Staged, school_year
from eachchild.tables import RuleHit


def enrollment_rules(staged: Staged) -> tuple[RuleHit, ...]:
    """The rules for spells, where the district's records have any."""
    if not staged.has("enrollment", "student_id", "school_id", "entry_date"):
        return ()
    return tuple(_of_spells(staged))


def _of_spells(staged: Staged) -> Iterator[RuleHit]:
    yield from staged.hits("E01", "note", _overlaps(staged, "="), column="entry_date")
    yield from staged.hits("E02", "note", _overlaps(staged, "<>"), column="school_id")
    if staged.has("student", "student_id"):
        without = """SELECT source_file, source_row FROM student
            ANTI JOIN enrollment USING (student_id)"""
        yield from staged.hits("E04", "note", without, column="student_id")
    if staged.has("calendar", "date"):
        yield from staged.hits("E05", "note", _without_days(staged), column="entry_date")
    if staged.has("completion", "student_id", "period", "graduated"):
        yield from staged.hits("E06", "note", _after_graduation(staged), column="exit_date")


def _last(staged: Staged) -> str:
    never = "DATE '9999-12-31'"
    return f"coalesce(exit_date, {never})" if staged.has("enrollment", "exit_date") else never


def _without_days(staged: Staged) -> str:
    """Spells within the calendar's years on none of whose days school was held."""
    return f"""WITH days AS (SELECT DISTINCT date FROM calendar),
        spells AS (SELECT *, {_last(staged)} AS last FROM enrollment
            WHERE entry_date BETWEEN (SELECT min(date) FROM days) AND (SELECT max(date) FROM days))
        SELECT s.source_file, s.source_row FROM spells AS s
        ASOF LEFT JOIN days AS d ON s.entry_date <= d.date
        WHERE s.last >= s.entry_date AND (d.date IS NULL OR d.date > s.last)"""


def _after_graduation(staged: Staged) -> str:
    """Spells still open a school year after the student graduated."""
    return f"""WITH graduates AS (SELECT student_id, min(period) AS period FROM completion
            WHERE graduated = 'yes' GROUP BY student_id
            HAVING min(period) < (SELECT max(period) FROM completion))
        SELECT source_file, source_row FROM enrollment JOIN graduates USING (student_id)
        WHERE {_last(staged)} = DATE '9999-12-31'
        AND {school_year("entry_date")} <= left(period, 4)::INT"""


def _overlaps(staged: Staged, schools: str) -> str:
    """Spells that begin while another one of the student goes on, at the same or another school.

    A spell that begins on the last day of the one before is a move, not an overlap.
    """
    return f"""WITH spells AS (
        SELECT *, {_last(staged)} AS last, row_number() OVER () AS number FROM enrollment)
        SELECT DISTINCT b.source_file, b.source_row FROM spells AS a JOIN spells AS b
        ON a.student_id = b.student_id AND a.number <> b.number
        AND a.school_id {schools} b.school_id
        AND (a.entry_date < b.entry_date OR a.entry_date = b.entry_date AND a.number < b.number)
        AND b.entry_date < a.last"""
