"""Years, schools, months, steps and adults without records where some are due: C01-C08.

No record is not "present" and not "no incident": a silent 100 % must be seen before any rate.
"""
# ruff: noqa: S608 - the queries are this room's own text; names from files are quoted

from collections.abc import Iterator

from eachchild.sources.rules.staged import Staged, school_year
from eachchild.tables import RuleHit
from eachchild.terms.years import starting

_EXPECTED = 10  # rows that the other schools' rate would give; none where 10 are due is no chance
_LARGE = 300  # students; the rule catalogue's size for a school without any incident
_MANY = 500  # records; in fewer one kind or one adult may be all there was
_EXCLUSION = ("oss", "expulsion", "police")
_SILENT_DAYS = 20  # school days without an absence at the end of a year


def coverage_rules(staged: Staged) -> tuple[RuleHit, ...]:
    """The rules that the tables at hand allow."""
    return tuple(_rules(staged))


def _rules(staged: Staged) -> Iterator[RuleHit]:
    if staged.has("absence", "school_id", "date") and _has_spells(staged):
        staged.engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE daily AS SELECT school_id, date,
            {school_year("date")} AS school_year, count(*) AS n FROM absence
            WHERE school_id IS NOT NULL GROUP BY ALL"""
        )
        yield from _silent_months(staged)
        if staged.has("calendar", "date"):
            yield from _early_ends(staged)
    if staged.has("discipline", "school_id", "date") and _has_spells(staged):
        yield from _no_discipline(staged)
    if staged.has("discipline", "date") and staged.has("calendar", "date"):
        yield from _cut_off(staged)
    if staged.has("discipline", "action"):
        unsaid = "SELECT source_file, source_row FROM discipline WHERE action IS NULL"
        yield from staged.hits("C07", "blank", unsaid, column="action")
        yield from _one_kind_alone(staged)
    for table in ("absence", "discipline"):
        if staged.has(table, "date"):
            yield from _silent_years(staged, table)
    if staged.has("student_year", "school_id", "period"):
        yield from _zero_columns(staged)


def _silent_years(staged: Staged, log: str) -> Iterator[RuleHit]:
    """C06: school years with students enrolled and not one row in a log."""
    enrolled = " UNION ".join(_years_enrolled(staged))
    if not enrolled:
        return
    found = staged.rows(
        f"""WITH enrolled AS ({enrolled})
        SELECT DISTINCT school_year FROM enrolled
        ANTI JOIN (SELECT {school_year("date")} AS school_year FROM {log}) USING (school_year)
        ORDER BY school_year"""
    )
    years = tuple(starting(int(str(year))) for (year,) in found)
    if years:
        details = {"table": log, "years": years}
        yield RuleHit("C06", "blank", staged.file(log), len(years), column="date", details=details)


def _years_enrolled(staged: Staged) -> Iterator[str]:
    """Queries for the school years in which somebody was enrolled; years turn in July."""
    if staged.has("student_year", "period"):
        yield """SELECT left(period, 4)::INT AS school_year FROM student_year
            WHERE regexp_full_match(period, '\\d{4}-\\d\\d')"""
    if _has_spells(staged):
        years = f"""SELECT DISTINCT {school_year("date")} AS school_year FROM calendar"""
        if not staged.has("calendar", "date"):
            years = f"""SELECT unnest(range(min({school_year("entry_date")}),
                max({school_year("entry_date")}) + 1)) AS school_year FROM enrollment"""
        yield f"""SELECT school_year FROM ({years}) AS years WHERE EXISTS (
            SELECT 1 FROM enrollment WHERE entry_date < make_date(school_year + 1, 7, 1)
            AND {_last_day(staged)} >= make_date(school_year, 7, 1))"""


def _one_kind_alone(staged: Staged) -> Iterator[RuleHit]:
    """C04: nothing on record but exclusion; C05: one adult has written most of the records."""
    excluded = ", ".join(f"'{action}'" for action in _EXCLUSION)
    many = f"HAVING count(*) >= {_MANY}"
    only = f"bool_and(coalesce(action IN ({excluded}), false))"
    alone = f"SELECT count(*) FROM discipline {many} AND {only}"
    for (rows,) in staged.rows(alone):
        yield RuleHit("C04", "note", staged.file("discipline"), int(str(rows)), column="action")
    if staged.has("discipline", "staff_id"):
        most = f"""WITH adults AS (SELECT count(*) AS n FROM discipline
            WHERE staff_id IS NOT NULL GROUP BY staff_id)
            SELECT max(n) FROM adults HAVING sum(n) >= {_MANY} AND max(n) > sum(n) / 2"""
        for (rows,) in staged.rows(most):
            yield RuleHit(
                "C05", "note", staged.file("discipline"), int(str(rows)), column="staff_id"
            )


def _has_spells(staged: Staged) -> bool:
    return staged.has("enrollment", "student_id", "school_id", "entry_date")


def _last_day(staged: Staged) -> str:
    if staged.has("enrollment", "exit_date"):
        return "coalesce(exit_date, DATE '9999-12-31')"
    return "DATE '9999-12-31'"


def _silent_months(staged: Staged) -> Iterator[RuleHit]:
    """C01; the months after a school's last absence of a year are C03's, unless there is none.

    What is due in a month is the rate of all schools in it, times the school's spells.
    """
    found = staged.rows(
        f"""WITH counted AS (SELECT school_id, date_trunc('month', date)::DATE AS month,
            sum(n) AS n FROM daily GROUP BY ALL),
        months AS (SELECT month, sum(n) AS n FROM counted GROUP BY month),
        places AS (SELECT school_id, entry_date, {_last_day(staged)} AS last, count(*) AS spells
            FROM enrollment GROUP BY ALL),
        enrolled AS (SELECT school_id, month, sum(spells) AS spells
            FROM places JOIN months ON entry_date <= last_day(month) AND last >= month
            GROUP BY ALL),
        rates AS (SELECT month, any_value(m.n) / sum(spells) AS rate
            FROM enrolled JOIN months AS m USING (month) GROUP BY month),
        due AS (SELECT school_id, month, {school_year("month")} AS school_year,
            coalesce(c.n, 0) AS n, spells * rate AS expected
            FROM enrolled JOIN rates USING (month)
            LEFT JOIN counted AS c USING (school_id, month)),
        ends AS (SELECT school_id, school_year, max(month) FILTER (n > 0) AS last_month
            FROM due GROUP BY ALL)
        SELECT school_id, count(*) FROM due JOIN ends USING (school_id, school_year)
        WHERE n = 0 AND expected >= {_EXPECTED} AND (last_month IS NULL OR month < last_month)
        GROUP BY school_id ORDER BY school_id"""
    )
    yield from _school_hit(staged, "C01", "absence", found=found)


def _early_ends(staged: Staged) -> Iterator[RuleHit]:
    """C03: no absence in the last school days of a year, though the days before had some."""
    found = staged.rows(
        f"""WITH days AS (SELECT DISTINCT date, {school_year("date")} AS school_year
            FROM calendar),
        counted AS (SELECT school_id, school_year, max(date) AS last_day, sum(n) AS n
            FROM daily GROUP BY ALL),
        spans AS (SELECT school_id, school_year, any_value(n) AS n,
            count(*) FILTER (date <= last_day) AS with_records,
            count(*) FILTER (date > last_day) AS silent
            FROM counted JOIN days USING (school_year) GROUP BY ALL)
        SELECT school_id, count(*) FROM spans
        WHERE silent >= {_SILENT_DAYS} AND n * silent >= {_EXPECTED} * with_records
        GROUP BY school_id ORDER BY school_id"""
    )
    yield from _school_hit(staged, "C03", "absence", found=found)


def _cut_off(staged: Staged) -> Iterator[RuleHit]:
    """C08: the same for discipline, of the district as a whole; in one school it may be chance."""
    found = staged.rows(
        f"""WITH days AS (SELECT DISTINCT date, {school_year("date")} AS school_year
            FROM calendar),
        counted AS (SELECT {school_year("date")} AS school_year, max(date) AS last_day,
            count(*) AS n FROM discipline GROUP BY ALL),
        spans AS (SELECT school_year, any_value(n) AS n,
            count(*) FILTER (date <= last_day) AS with_records,
            count(*) FILTER (date > last_day) AS silent
            FROM counted JOIN days USING (school_year) GROUP BY ALL)
        SELECT school_year FROM spans
        WHERE silent >= {_SILENT_DAYS} AND n * silent >= {_EXPECTED} * with_records
        ORDER BY school_year"""
    )
    years = tuple(starting(int(str(year))) for (year,) in found)
    if years:
        file, details = staged.file("discipline"), {"years": years}
        yield RuleHit("C08", "note", file, len(years), column="date", details=details)


def _no_discipline(staged: Staged) -> Iterator[RuleHit]:
    """C02: a school with many students in a year and not one row of discipline."""
    found = staged.rows(
        f"""WITH recorded AS (SELECT DISTINCT school_id, {school_year("date")} AS school_year
            FROM discipline),
        every AS (SELECT * FROM (SELECT DISTINCT school_id FROM enrollment)
            CROSS JOIN (SELECT DISTINCT school_year FROM recorded)),
        silent AS (SELECT * FROM every ANTI JOIN recorded USING (school_id, school_year)),
        yearly AS (SELECT DISTINCT student_id, school_id, school_year
            FROM enrollment JOIN silent USING (school_id)
            WHERE entry_date < make_date(school_year + 1, 7, 1)
            AND {_last_day(staged)} >= make_date(school_year, 7, 1)),
        enrolled AS (SELECT school_id, school_year, count(*) AS students FROM yearly GROUP BY ALL)
        SELECT school_id, count(*) FROM enrolled
        WHERE students > {_LARGE} GROUP BY school_id ORDER BY school_id"""
    )
    yield from _school_hit(staged, "C02", "discipline", found=found)


def _zero_columns(staged: Staged) -> Iterator[RuleHit]:
    """The same where a row is a student's year: a large school with zero throughout."""
    discipline = _present(staged, "referrals", "iss_count", "oss_count", "oss_days")
    if discipline:
        yield from _zero_schools(staged, "C02", discipline)
    absence = _present(staged, "days_absent", "absence_share", "absence_percent")
    if absence:
        yield from _zero_schools(staged, "C01", absence)


def _present(staged: Staged, *columns: str) -> list[str]:
    return [column for column in columns if staged.has("student_year", column)]


def _zero_schools(staged: Staged, rule: str, columns: list[str]) -> Iterator[RuleHit]:
    total = " + ".join(f"coalesce(sum({column}), 0)" for column in columns)
    known = " + ".join(f"count({column})" for column in columns)
    found = staged.rows(
        f"""WITH sums AS (SELECT school_id, period, count(*) AS students, {total} AS events,
            {known} AS known FROM student_year WHERE school_id IS NOT NULL GROUP BY ALL)
        SELECT school_id, count(*) FROM sums
        WHERE students > {_LARGE} AND events = 0 AND known > 0
        AND (SELECT sum(events) FROM sums) > 0 GROUP BY school_id ORDER BY school_id"""
    )
    yield from _school_hit(staged, rule, "student_year", found=found)


def _school_hit(
    staged: Staged, rule: str, table: str, *, found: list[tuple[object, ...]]
) -> Iterator[RuleHit]:
    if found:
        schools = tuple(str(school) for school, _ in found)
        spans = sum(int(str(n)) for _, n in found)
        details = {"schools": schools, "spans": spans}
        yield RuleHit(
            rule, "note", staged.file(table), len(schools), column="school_id", details=details
        )
