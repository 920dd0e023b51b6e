"""Identity over the years: students whose group changes, values that are new, status without dates.

D05, D07 and D08: each can make a change over time that is one of the records, not of the students.
"""
# ruff: noqa: S608 - the queries are this room's own text; names from files are quoted

from collections.abc import Iterator

from eachchild.sources.rules.staged import Staged, school_year
from eachchild.tables import RuleHit
from eachchild.terms.factors import FACTORS

_STAYS = ("race", "sex")  # what a student is recorded as in one year and not in another
_CHANGES = ("idea", "section504", "el", "frl", "homeless", "foster", "migrant")
_NEW = 10  # students; fewer of a new value are a slip of the pen


def year_rules(staged: Staged) -> tuple[RuleHit, ...]:
    """The rules that the tables at hand allow."""
    return tuple(_rules(staged))


def _rules(staged: Staged) -> Iterator[RuleHit]:
    if staged.has("student_year", "student_id", "period"):
        for factor in (f for f in _STAYS if staged.has("student_year", f)):
            yield from staged.hits("D05", "note", _conflicts(factor), column=factor)
        for factor in (f for f in FACTORS if staged.has("student_year", f)):
            yield from _new_values(staged, factor)
    yield from _undated(staged)


def _conflicts(factor: str) -> str:
    """The last row of each student who has two values of what does not change."""
    return f"""SELECT arg_max(source_file, period) AS source_file,
        arg_max(source_row, period) AS source_row
        FROM student_year GROUP BY student_id HAVING count(DISTINCT {factor}) > 1"""


def _new_values(staged: Staged, factor: str) -> Iterator[RuleHit]:
    found = staged.rows(
        f"""WITH years AS (SELECT max(period) AS last, count(DISTINCT period) AS years
            FROM student_year WHERE {factor} IS NOT NULL)
        SELECT {factor}, count(*), min(source_file) FROM student_year
        WHERE {factor} IS NOT NULL GROUP BY {factor}
        HAVING min(period) = (SELECT last FROM years WHERE years > 1) AND count(*) >= {_NEW}
        ORDER BY {factor}"""
    )
    for value, students, file in found:
        details = {"value": value, "factor": factor}
        yield RuleHit("D07", "note", str(file), int(str(students)), column=factor, details=details)


def _undated(staged: Staged) -> Iterator[RuleHit]:
    """Status that changes, kept without dates, while the spells go over several school years."""
    if not staged.has("enrollment", "student_id", "entry_date"):
        return
    years = staged.one(f"SELECT count(DISTINCT {school_year('entry_date')}) FROM enrollment")
    dated = staged.texts("SELECT DISTINCT factor FROM identity") if staged.has("identity") else []
    for factor in _CHANGES:
        if staged.has("student", factor) and factor not in dated and int(str(years)) > 1:
            students = int(str(staged.one(f"SELECT count({factor}) FROM student")))
            yield RuleHit("D08", "note", staged.file("student"), students, column=factor)
