"""Whom the rows of a roster are about: R09, R10 and V05.

Names, dates of birth and the state's ids tell whether an id is one person. They are looked at
where a file has them and kept nowhere: only row numbers leave this module.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import duckdb
import numpy as np
import pyarrow as pa

from eachchild.sources.reading.asked import Asked
from eachchild.sources.reading.typed import read_column
from eachchild.sources.records.mapping import plain
from eachchild.sources.records.staging import StagedFile
from eachchild.tables import Kind, RuleHit, fenced

_ROSTERS = ("student", "student_year", "enrollment")
_HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "born": ("birth_date", "birthdate", "date_of_birth", "dob", "birth_dt"),
        "first_name": ("first_name", "firstname", "given_name", "givenname"),
        "last_name": ("last_name", "lastname", "family_name", "familyname", "surname"),
        "name": ("student_name", "full_name", "fullname", "lastfirst", "last_first"),
        "state_id": ("state_id", "state_student_id", "state_studentnumber", "state_student_number",
                     "statewide_id", "ssid", "sasid"),
    }
)  # fmt: skip
_DATES = ("born", "entry_date")
_KNOWN = ("student_id", "period", "entry_date", "grade")  # columns of ours, where they are read

# A name's words in order, so that "Lee, Ann" and "Ann Lee" are one.
_PERSONS = r"""CREATE TEMP TABLE persons AS SELECT seen, student_id, state_id, born,
    list_sort(regexp_extract_all(lower(coalesce(name, last_name || ' ' || first_name)), '\p{L}+'))
        AS name,
    CASE WHEN grade IN ('KG', 'TK') THEN 0 ELSE try_cast(grade AS INT) END AS grade,
    coalesce(entry_date, make_date(left(period, 4)::INT, 9, 15)) AS day FROM rosters"""
_SEVERAL_IDS = """WITH whose AS (
        SELECT student_id, min(seen) AS seen, name::VARCHAR || born AS who FROM persons
        WHERE name IS NOT NULL AND born IS NOT NULL GROUP BY ALL
        UNION ALL
        SELECT student_id, min(seen), state_id FROM persons WHERE state_id IS NOT NULL GROUP BY ALL)
    SELECT seen FROM whose QUALIFY row_number() OVER (PARTITION BY who ORDER BY seen) > 1"""
# A name or a date alone is corrected now and then; both together are somebody else.
_SEVERAL_PERSONS = """WITH first AS (SELECT student_id, arg_min(name, seen) AS name,
        arg_min(born, seen) AS born, arg_min(state_id, seen) AS state_id FROM persons GROUP BY ALL)
    SELECT min(seen) AS seen FROM persons AS p JOIN first USING (student_id)
    WHERE (p.name <> first.name AND p.born <> first.born) OR p.state_id <> first.state_id
    GROUP BY student_id"""
# In autumn a grade's students are between 5 and 6 years older than its number, and some repeat one.
# Students with disabilities may stay to 21 (20 USC 1412(a)(1)).
_AGE_AND_GRADE = """WITH ages AS (SELECT seen, grade, date_diff('day', born, day) / 365.25 AS age
        FROM persons)
    SELECT seen FROM ages WHERE abs(age - grade - 5.6) > 3 AND NOT (grade = 12 AND age < 22)"""


def person_hits(table: str, files: Sequence[StagedFile]) -> list[RuleHit]:
    """What the rows of a roster say against each other, where its files name persons.

    R09: a person has several ids (name and date of birth are the same, or the state's id).
    R10: an id is several persons. V05: a student is three years too young or old for the grade.
    """
    parts = [_persons(file) for file in files] if table in _ROSTERS else []
    if not any(parts):
        return []
    rosters = pa.concat_tables([part for part in parts if part])
    with duckdb.connect(":memory:") as engine:
        fenced(engine, ())
        engine.register("rosters", rosters.append_column("seen", pa.array(np.arange(len(rosters)))))
        engine.execute(_PERSONS)
        return [
            *_hits(engine, "R09", _SEVERAL_IDS),
            *_hits(engine, "R10", _SEVERAL_PERSONS),
            *_hits(engine, "V05", _AGE_AND_GRADE),
        ]


def _hits(engine: duckdb.DuckDBPyConnection, rule: str, query: str) -> list[RuleHit]:
    found = engine.execute(
        f"""SELECT file, count(*), min(row, 3) FROM rosters SEMI JOIN ({query}) USING (seen)
        GROUP BY file ORDER BY file"""  # noqa: S608  # this module's own text
    ).fetchall()
    return [RuleHit(rule, "note", file, count, tuple(rows)) for file, count, rows in found]


def _persons(file: StagedFile) -> pa.Table | None:
    """The rows of a file with whom they are about; None where the file does not say."""
    headings = _person_headings(file.text.columns)
    if "student_id" not in file.columns or not headings.keys() & {"born", "state_id"}:
        return None
    keep = file.fates.loaded
    columns = {n: file.columns[n].rows(keep).array() for n in _KNOWN if n in file.columns}
    for name, heading in headings.items():
        kind = Kind.DATE if name == "born" else Kind.TEXT
        read = read_column(file.text.data.column(heading), Asked(name, kind))
        columns[name] = read.column.rows(keep).array()
    size = int(keep.sum())
    every = {
        name: columns.get(name, pa.nulls(size, pa.date32() if name in _DATES else pa.string()))
        for name in (*_KNOWN, *_HEADINGS)
    }
    path = pa.array([file.text.path] * size, pa.string())
    return pa.table({**every, "file": path, "row": file.text.row[keep]})


def _person_headings(columns: Sequence[str]) -> Mapping[str, str]:
    """The headings that say who a row is about, by what they say."""
    found: dict[str, str] = {}
    for heading in columns:
        words = plain(heading)
        short = words.removeprefix("students_").removeprefix("student_")
        for name, usual in _HEADINGS.items():
            if words in usual or short in usual:
                found.setdefault(name, heading)
    return found
