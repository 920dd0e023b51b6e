"""In which week of its school's year something began: the calendar's first day opens the first."""

from datetime import date
from pathlib import Path

import narwhals as nw
import pyarrow as pa

from eachchild.cube.context import declared, distinct, school_year_of
from eachchild.cube.engine import Engine, Frame
from eachchild.cube.referrals import PERIOD, PLACE
from eachchild.terms.years import starting

BEGIN, WEEK = "begin", "week"
_OWN, _ALL = "own_opens", "all_open"


def with_week(engine: Engine, found: Frame, calendar: Path | None) -> Frame:
    """The rows with the `week` of their `begin`, 1 the first; 0 where either day is not known.

    What began before the first school day is of the first week. A school's first day is that of
    its own rows of the calendar and of the rows for every school, whichever is first.
    """
    if calendar is None:
        return found.with_columns(nw.lit(0).cast(nw.Int64).alias(WEEK))
    own, everywhere = _openings(engine, calendar)
    rows = found.join(own, on=[PLACE, PERIOD], how="left").join(everywhere, on=PERIOD, how="left")
    rows = rows.join(_numbered(engine, found), on=BEGIN, how="left")
    passed = nw.col("day") - nw.min_horizontal(_OWN, _ALL)
    week = nw.when(passed < 0).then(nw.lit(1)).otherwise(passed // 7 + 1)
    return rows.with_columns(week.fill_null(0).cast(nw.Int64).alias(WEEK))


def _openings(engine: Engine, calendar: Path) -> tuple[Frame, Frame]:
    """The first school day by school and year, and by year that of the rows for every school."""
    days = declared(engine.scan(calendar), "calendar").with_columns(
        nw.col("school_id").fill_null("").alias(PLACE), year=school_year_of("date")
    )
    first = days.group_by(PLACE, "year").agg(opens=nw.col("date").min())
    rows = first.collect("pyarrow").to_native().to_pylist()
    found = [(r[PLACE], starting(r["year"]), r["opens"].toordinal()) for r in rows]
    own = [row for row in found if row[0]]
    every = [row for row in found if not row[0]]
    return (
        engine.table(pa.table({
            PLACE: pa.array([row[0] for row in own], pa.string()),
            PERIOD: pa.array([row[1] for row in own], pa.string()),
            _OWN: pa.array([row[2] for row in own], pa.int64()),
        })),
        engine.table(pa.table({
            PERIOD: pa.array([row[1] for row in every], pa.string()),
            _ALL: pa.array([row[2] for row in every], pa.int64()),
        })),
    )  # fmt: skip


def _numbered(engine: Engine, found: Frame) -> Frame:
    """Every day on which something began, and its number: engines differ in how days are taken."""
    table = distinct(found, BEGIN).collect("pyarrow").to_native()
    dates: list[date] = sorted(day for day in table[BEGIN].to_pylist() if day is not None)
    numbers = [day.toordinal() for day in dates]
    return engine.table(
        pa.table({BEGIN: pa.array(dates, pa.date32()), "day": pa.array(numbers, pa.int64())})
    )
