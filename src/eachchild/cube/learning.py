"""Courses, tests and completion of a student's year."""

import narwhals as nw

from eachchild.cube.context import Context, distinct
from eachchild.cube.engine import Frame
from eachchild.cube.rules import RULES
from eachchild.terms.factors import NO, YES

_ABOVE = {"ap": ("ap",), "honors": ("honors", "ap"), "gifted": ("gifted",)}
_BY_PERIOD = ["student_id", "period"]
_COMPLETED = ("retained", "cohort", "graduated", "gifted")


def courses_of(context: Context) -> Frame:
    """Advanced Placement, honors or above, grade points and failures.

    A student without a course row has none of them, unless the plan calls the table complete (and
    the table has that column in the year). A course whose level is blank leaves unknown what no
    other course answers. Grade points are the plain mean of the courses that have some.
    `course_gifted` is known only in a year in which some course is marked gifted.
    """
    course, keys = context.tables["course"], context.period_keys
    if "school_id" in keys:
        home = distinct(context.units, *_BY_PERIOD, "home_school")
        course = course.join(home, on=_BY_PERIOD, how="left")
        course = course.with_columns(school_id=nw.coalesce("school_id", "home_school"))
    units = context.units.select("unit", *keys)
    rows = units.join(course.group_by(keys).agg(**_course_sums()), on=keys, how="left")
    gifted = nw.when(nw.col("level") == "gifted").then(nw.lit(1))
    course = course.with_columns(gifted=gifted)
    rows = _with_covered(rows, course, ("level", "failed", "gifted"))
    if "course" in context.complete:
        rows = rows.with_columns(
            *_zero((*_ABOVE, "unleveled"), "has level"),
            *_zero(("marked", "unmarked", "failures"), "has failed"),
        )
    by_course = nw.when(~nw.col("has gifted").is_null()).then(_ever("gifted", "unleveled"))
    failed = (nw.col("failures") > 0) | (nw.col("unmarked") == 0)
    return rows.select(
        "unit",
        ap_enrolled=_ever("ap", "unleveled"),
        honors_enrolled=_ever("honors", "unleveled"),
        course_gifted=by_course,
        courses_taken=nw.col("marked"),
        courses_failed=nw.when(failed).then(nw.col("failures")),
        gpa=nw.col("points_sum") / (nw.col("with_points") * float(RULES.micro)),
    )


def _with_covered(rows: Frame, facts: Frame, columns: tuple[str, ...]) -> Frame:
    """Mark as `has COLUMN` the periods in which a table has any value in a column."""
    counts = {f"has {c}": nw.when(nw.col(c).count() > 0).then(nw.lit(1)) for c in columns}
    return rows.join(facts.group_by("period").agg(**counts), on="period", how="left")


def _zero(columns: tuple[str, ...], marker: str) -> list[nw.Expr]:
    covered = nw.when(~nw.col(marker).is_null()).then(nw.lit(0))
    return [nw.coalesce(c, covered).alias(c) for c in columns]


def _flags(**flags: nw.Expr) -> dict[str, nw.Expr]:
    filled = {n: f.fill_null(value=False).cast(nw.Int64) for n, f in flags.items()}
    return {name: flag.sum().cast(nw.Int64) for name, flag in filled.items()}


def _course_sums() -> dict[str, nw.Expr]:
    level, failed, points = nw.col("level"), nw.col("failed"), nw.col("points")
    has_mark = ~failed.is_null() | ~points.is_null()
    levels = {name: level.is_in(above) for name, above in _ABOVE.items()}
    return {
        "points_sum": _micro(points).sum().cast(nw.Int64),
        "with_points": nw.when(points.count() > 0).then(points.count()),
        **_flags(
            unleveled=level.is_null(),
            marked=has_mark,
            unmarked=has_mark & failed.is_null(),
            failures=failed == YES,
            **levels,
        ),
    }


def _micro(number: nw.Expr) -> nw.Expr:
    scaled = number * float(RULES.micro)
    up, down = (scaled + 0.5).floor(), -((0.5 - scaled).floor())
    return nw.when(scaled < 0).then(down).otherwise(up).cast(nw.Int64)


def _ever(column: str, unknown: str) -> nw.Expr:
    """`yes` where a row says so, `no` where rows say otherwise, blank where one says nothing."""
    no = nw.when((nw.col(column) == 0) & (nw.col(unknown) == 0)).then(nw.lit(NO))
    return nw.coalesce(nw.when(nw.col(column) > 0).then(nw.lit(YES)), no)


def scores_of(context: Context) -> Frame:
    """Whether a student was tested, proficient in every subject tested, and the mean score.

    A student without an answer was not tested, in a year in which somebody was.
    """
    score = context.tables["score"]
    proficient, points = nw.col("proficient"), nw.col("score")
    sums = {
        "answers": proficient.count().cast(nw.Int64),
        "worst": proficient.min(),  # `no` comes before `yes`
        "score_sum": _micro(points).sum().cast(nw.Int64),
        "with_score": nw.when(points.count() > 0).then(points.count()),
    }
    units = context.units.select("unit", *_BY_PERIOD)
    rows = units.join(score.group_by(_BY_PERIOD).agg(**sums), on=_BY_PERIOD, how="left")
    rows = _with_covered(rows, score, ("proficient",))
    tested = nw.when(nw.col("answers") > 0).then(nw.lit(YES)).otherwise(nw.lit(NO))
    return rows.select(
        "unit",
        tested=nw.when(~nw.col("has proficient").is_null()).then(tested),
        proficient=nw.col("worst"),
        score=nw.col("score_sum") / (nw.col("with_score") * float(RULES.micro)),
    )


def completion_of(context: Context) -> Frame:
    """Retention, graduation of a cohort, and gifted programs; `keeps_gifted` where it says so.

    Where the table is declared complete, no row means no, in a year in which the column is filled.
    """
    table = context.tables["completion"]
    values = {f"completed {n}": nw.col(n).max() for n in _COMPLETED}  # `yes` comes last
    ended = table.group_by(_BY_PERIOD).agg(has_row=nw.len(), **values)
    units = context.units.select("unit", *_BY_PERIOD)
    rows = _with_covered(units.join(ended, on=_BY_PERIOD, how="left"), table, _COMPLETED)
    no_row = "completion" in context.complete
    said = {n: _completed(n, no_row=no_row) for n in _COMPLETED}
    return rows.select("unit", keeps_gifted=nw.col("has gifted"), **said)


def _completed(name: str, *, no_row: bool) -> nw.Expr:
    value = nw.col(f"completed {name}")
    if not no_row:
        return value
    absent = nw.col("has_row").is_null() & ~nw.col(f"has {name}").is_null()
    return nw.coalesce(value, nw.when(absent).then(nw.lit(NO)))


def gifted(made: frozenset[str]) -> nw.Expr:
    """Gifted by completion or by a course.

    A gifted course says yes; it says no only in a year in which completion never says gifted.
    """
    if "course_gifted" not in made:
        return nw.col("gifted")
    by_course = nw.col("course_gifted")
    if "keeps_gifted" not in made:
        return by_course
    alone = nw.when(nw.col("keeps_gifted").is_null()).then(by_course)
    yes = nw.when(by_course == YES).then(by_course)
    return nw.coalesce(yes, "gifted", alone)
