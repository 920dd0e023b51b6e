"""Spells of enrollment against each other and against the students: E01, E02, E04."""
# ruff: noqa: S608 - the queries are this room's own text; names from files are quoted

from collections.abc import Iterator

from eachchild.sources.rules.staged import Staged
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


def _overlaps(staged: Staged, schools: str) -> str:
    """Spells that begin while another one of the student goes on, at the same or another school.

    A spell that begins on the last day of the one before is a move, not an overlap.
    """
    has_end = staged.has("enrollment", "exit_date")
    last = "coalesce(exit_date, DATE '9999-12-31')" if has_end else "DATE '9999-12-31'"
    return f"""WITH spells AS (
        SELECT *, {last} AS last, row_number() OVER () AS number FROM enrollment)
        SELECT DISTINCT b.source_file, b.source_row FROM spells AS a JOIN spells AS b
        ON a.student_id = b.student_id AND a.number <> b.number
        AND a.school_id {schools} b.school_id
        AND (a.entry_date < b.entry_date OR a.entry_date = b.entry_date AND a.number < b.number)
        AND b.entry_date < a.last"""
