"""Ten million made-up student-years: a state's worth of rows to time an audit on."""

from pathlib import Path

import duckdb

from eachchild.plan import Plan, plan_from

FACTORS = ("race", "sex", "idea", "el", "frl")
OUTCOMES = (
    "chronic_absence", "iss_any", "oss_any", "expelled", "police_referral", "ap_enrolled",
    "gifted", "course_failure", "gpa",
)  # fmt: skip
ROWS, SCHOOLS = 10_000_000, 3_000
_MAKE = """
COPY (SELECT
  lpad(i::VARCHAR, 9, '0') AS student_id, '2023-24' AS period,
  lpad(floor(power(u(i, 1), 1.3) * {schools})::INT::VARCHAR, 6, '0') AS school_id,
  ['black', 'white', 'hispanic', 'asian', 'two_or_more', 'native', 'pacific'][
    1 + floor(7 * power(u(i, 2), 1.6))::INT] AS race,
  CASE WHEN u(i, 3) < .49 THEN 'female' WHEN u(i, 3) < .995 THEN 'male' ELSE 'nonbinary' END AS sex,
  CASE WHEN u(i, 4) < .14 THEN 'yes' ELSE 'no' END AS idea,
  CASE WHEN u(i, 5) < .11 THEN 'yes' ELSE 'no' END AS el,
  CASE WHEN u(i, 6) < .02 THEN NULL WHEN u(i, 6) < .5 THEN 'yes' ELSE 'no' END AS frl,
  floor(180 * sqrt(u(i, 7))) AS days_enrolled, power(u(i, 8), 8) AS absence_share,
  (u(i, 9) < .05 + .03 * (u(i, 2) < .3)::INT)::BIGINT AS iss_count,
  (u(i, 10) < .06 + .04 * (u(i, 4) < .14)::INT)::BIGINT AS oss_count,
  CASE WHEN u(i, 11) < .001 THEN 'yes' ELSE 'no' END AS expelled,
  CASE WHEN u(i, 12) < .004 THEN 'yes' ELSE 'no' END AS police_referral,
  CASE WHEN u(i, 13) < .2 THEN 'yes' ELSE 'no' END AS ap_enrolled,
  CASE WHEN u(i, 14) < .08 THEN 'yes' ELSE 'no' END AS gifted,
  6::BIGINT AS courses_taken, floor(1.1 * u(i, 15))::BIGINT AS courses_failed,
  round(4 * sqrt(u(i, 16)), 2) AS gpa
FROM range({rows}) AS t(i)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def state_plan(factors: tuple[str, ...] = FACTORS, outcomes: tuple[str, ...] = OUTCOMES) -> Plan:
    """The plan of the timed audit: nine outcomes, five factors, one year."""
    return plan_from(
        {
            "title": "Ten million student-years",
            "source": [{"path": "student_year.parquet", "table": "student_year"}],
            "identity": [{"factor": f} for f in factors],
            "outcome": [{"name": name} for name in outcomes],
        },
        Path(),
    )


def make_state(folder: Path, *, rows: int = ROWS, seed: int = 1) -> Path:
    """Write the student-years as Parquet unless they are there, and return the file.

    The same rows and seed always give the same students.
    """
    path = folder / f"student_year-{rows}-{seed}.parquet"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2")
        engine.execute(
            f"CREATE MACRO u(i, k) AS (hash(i * 31 + k + {seed - 1} * 7919) % 1000003) / 1000003.0"
        )
        engine.execute(_MAKE.format(rows=rows, path=part, schools=SCHOOLS))
    return part.rename(path)
