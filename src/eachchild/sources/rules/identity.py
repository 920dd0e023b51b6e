"""Identity as recorded: several races, columns that never vary, meals for all.

D01, D02, D03, D06, D09 and M02.
"""
# ruff: noqa: S608 - the queries are this room's own text; names from files are quoted

from collections.abc import Iterator, Sequence

from eachchild.sources.rules.staged import Staged
from eachchild.tables import RuleHit
from eachchild.terms.factors import ANY_RACES, FACTORS, any_race

_PEOPLE = ("student", "student_year")
_ANY = tuple(any_race(race).id for race in ANY_RACES)
# Few districts of this size have nobody in these groups; some truly have no foster or migrant
# student, so those are left out.
_VARIES = ("race", "sex", "idea", "el", "frl", "language")
_ENOUGH_TO_VARY, _MOSTLY_KNOWN = 300, 0.8  # codes not mapped yet leave one value, too
_FREE_FOR_ALL = 0.95
_ENOUGH_MEALS = 30


def identity_rules(staged: Staged, factors: Sequence[str] = ()) -> tuple[RuleHit, ...]:
    """The rules for each table that holds identity; `factors` are those the plan compares."""
    return (*_nobody_known(staged, factors), *_rules(staged))


def _nobody_known(staged: Staged, factors: Sequence[str]) -> Iterator[RuleHit]:
    """M02: a factor of the plan has a column, and no student any group in it.

    Not in the field's catalogue of rules: its id is ours.
    """
    for factor in factors:
        tables = [t for t in _PEOPLE if staged.has(t, factor)]
        known = [staged.one(f'SELECT count("{factor}") > 0 FROM {t}') for t in tables]
        if factor == "race" and staged.has("student_race", "race"):
            known.append(staged.one("SELECT count(race) > 0 FROM student_race"))
        if staged.has("identity", "factor", "value"):
            dated = "SELECT count(value) > 0 FROM identity WHERE factor = $1"
            known.append(staged.engine.execute(dated, [factor]).fetchall()[0][0])
        if tables and not any(known):
            rows = int(str(staged.one(f"SELECT count(*) FROM {tables[0]}")))
            details = {"factor": factor, "nobody": (factor,)}
            yield RuleHit(
                "M02", "blank", staged.file(tables[0]), rows, column=factor, details=details
            )


def _rules(staged: Staged) -> Iterator[RuleHit]:
    for table in _PEOPLE:
        if table in staged.columns:
            yield from _race_flags(staged, table)
            yield from _uniform(staged, table)
    if staged.has("student_race", "student_id", "race"):
        yield from _race_rows(staged)
    yield from _free_meals(staged)


def _race_flags(staged: Staged, table: str) -> Iterator[RuleHit]:
    flags = [flag for flag in _ANY if staged.has(table, flag)]
    if not flags:
        return
    named = " + ".join(f"({flag} IS NOT DISTINCT FROM 'yes')::INT" for flag in flags)
    if staged.has(table, "race"):
        two = f"SELECT * FROM {table} WHERE race = 'two_or_more' AND {named} < 2"
        yield from staged.hits("D02", "note", two, column="race")
    race = "race IS NULL AND " if staged.has(table, "race") else ""
    none = f"SELECT * FROM {table} WHERE {race}{named} = 0"
    yield from staged.hits("D03", "note", none, column="race")


def _race_rows(staged: Staged) -> Iterator[RuleHit]:
    """The same where races are rows: several, 'two or more' named alone, or no row at all."""
    several = """SELECT any_value(source_file) AS source_file, min(source_row) AS source_row
        FROM student_race GROUP BY student_id
        HAVING count(DISTINCT race) > 1 AND NOT bool_or(race = 'two_or_more')"""
    yield from staged.hits("D01", "note", several, column="race")
    two = """SELECT any_value(source_file) AS source_file, min(source_row) AS source_row
        FROM student_race GROUP BY student_id
        HAVING bool_or(race = 'two_or_more') AND count(DISTINCT race) < 3"""
    yield from staged.hits("D02", "note", two, column="race")
    if staged.has("student", "student_id") and not staged.has("student", "race"):
        none = "SELECT * FROM student ANTI JOIN student_race USING (student_id)"
        yield from staged.hits("D03", "note", none, column="race")


def _uniform(staged: Staged, table: str) -> Iterator[RuleHit]:
    """A column with one value for everybody: more likely a default than a district."""
    for factor in _VARIES:
        if staged.has(table, factor):
            query = f"""SELECT count({factor}), min({factor})
                FROM {table} HAVING count(DISTINCT {factor}) = 1
                AND count({factor}) >= greatest({_ENOUGH_TO_VARY}, {_MOSTLY_KNOWN} * count(*))"""
            for known, value in staged.rows(query):
                yield RuleHit(
                    "D06", "note", staged.file(table), int(str(known)), column=factor,
                    details={"value": value, "factor": FACTORS[factor].id},
                )  # fmt: skip


def _free_meals(staged: Staged) -> Iterator[RuleHit]:
    """Schools where nearly everybody counts as eligible: the meal is free for all (CEP)."""
    if staged.has("student_year", "school_id", "frl"):
        people, table = "SELECT school_id, student_id, frl FROM student_year", "student_year"
    elif staged.has("student", "frl") and staged.has("enrollment", "school_id", "student_id"):
        table = "student"
        people = """SELECT DISTINCT school_id, student_id, frl
            FROM enrollment JOIN student USING (student_id)"""
    else:
        return
    found = staged.rows(
        f"""SELECT school_id, count(frl) FROM ({people}) WHERE school_id IS NOT NULL
        GROUP BY school_id HAVING count(frl) >= {_ENOUGH_MEALS}
        AND count(*) FILTER (frl = 'yes') >= {_FREE_FOR_ALL} * count(frl) ORDER BY school_id"""
    )
    if found:
        schools = tuple(str(school) for school, _ in found)
        details = {"schools": schools, "students": sum(int(str(n)) for _, n in found)}
        yield RuleHit(
            "D09", "note", staged.file(table), len(schools), column="frl", details=details
        )
