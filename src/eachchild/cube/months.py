"""The month grain: who was enrolled in each calendar month, and what happened to them in it.

A student stands with the home school and the identity of the student-year, as in the grain of
students: months of schools add up to the district's. What happened outside a month enrolled is in
no month. There are none for schools one by one (`membership = "attended"`), and none where a ready
table says who was enrolled: it tells no dates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import numpy as np
import pyarrow as pa

from eachchild.cube.arrange import arrange
from eachchild.cube.cells import MonthBlock, Whole
from eachchild.cube.codes import coded, value_codes, whole
from eachchild.cube.context import Context, declared, school_year_of
from eachchild.cube.discipline import days_lost, referral
from eachchild.cube.engine import Engine, Frame
from eachchild.cube.plan import MonthPlan
from eachchild.cube.referrals import PERIOD, PLACE, group_column
from eachchild.cube.rules import RULES
from eachchild.cube.schooldays import SchoolDays
from eachchild.cube.spells import STUDENT_YEAR, Stays
from eachchild.cube.units import context_of
from eachchild.plan import Plan

MONTH = "month"  # calendar months since the year 0
_KEY = [*STUDENT_YEAR, MONTH]
_LOG, _ABSENCE = "discipline", "absence"
# What is counted: the table that tells it, the column of the student-year without which nobody
# knows, and whether it is told of days enrolled or of students enrolled.
MEASURES: Mapping[str, tuple[str, str, bool]] = {
    "oss": (_LOG, "oss_count", False),
    "iss": (_LOG, "iss_count", False),
    "referred": (_LOG, "referrals", False),
    "referrals": (_LOG, "referrals", True),
    "lost": (_LOG, "oss_days", False),
    "absent": (_ABSENCE, "days_absent", True),
}


def count_months(
    engine: Engine,
    plans: Sequence[MonthPlan],
    *,
    tables: Mapping[str, Path],
    plan: Plan,
    student_year: Path,
) -> tuple[MonthBlock, ...]:
    """Count each breakdown; none where no table tells when students were enrolled."""
    if not plans or "enrollment" not in tables or "student_year" in tables:
        return ()
    if plan.membership == "attended":
        return ()
    context, _ = context_of(
        engine, {n: tables[n] for n in ("enrollment", "calendar") if n in tables}, plan
    )
    days, stays = context.days, context.stays
    if days is None or stays is None:  # an enrollment table gives both
        return ()
    by_school_days = all(days.windows["known"].to_pylist())
    enrolled = _enrolled(engine, stays, days, by_school_days)
    schema = frozenset(engine.scan(student_year).collect_schema().names())
    people = _people(engine, student_year, plans, schema)
    rows = enrolled.join(engine.table(days.years).select("year", PERIOD), on="year")
    rows = engine.keep(rows.join(people, on=["student_id", PERIOD]))
    have: list[str] = []
    for table, found in (
        (_LOG, _of_log(engine, tables)), (_ABSENCE, _of_absences(context, stays, tables, days)),
    ):  # fmt: skip
        if found is None:
            continue
        rows = rows.join(_until(engine, found.rows, days), on="year", how="left")
        names = [n for n, m in MEASURES.items() if m[0] == table and m[1] in schema]
        for name in names:
            rows = _with(rows, found.by_month[name], name)
        rows, have = engine.keep(rows.drop("until")), have + names
    return tuple(_block(p, rows, have, by_school_days=by_school_days) for p in plans)


def month_of(column: str) -> nw.Expr:
    """The number of the calendar month that a date is in."""
    date = nw.col(column).dt
    return date.year().cast(nw.Int64) * 12 + date.month().cast(nw.Int64) - 1


def month_named(month: int) -> str:
    """A month as it is written.

    >>> month_named(2021 * 12 + 8)
    '2021-09'
    """
    return f"{month // 12}-{month % 12 + 1:02d}"


def _enrolled(engine: Engine, stays: Stays, days: SchoolDays, by_school_days: bool) -> Frame:
    """A row a student and month enrolled on some day of it, with the days."""
    calendar = engine.table(days.days)
    months = engine.table(_months(days.days))
    pieces = stays.pieces.select(*STUDENT_YEAR, "calendar", "start", "stop", "clashes")
    parts = pieces.join(months, on="calendar").filter(
        nw.col("start") <= nw.col("closes"), nw.col("stop") >= nw.col("opens")
    )
    parts = engine.keep(parts.select(
        *_KEY, "calendar", "clashes",
        start=nw.max_horizontal("start", "opens"), stop=nw.min_horizontal("stop", "closes"),
    ))  # fmt: skip
    apart = nw.col("clashes").is_null()
    upto = "upto" if by_school_days else "ordinal"
    before = nw.col("before") if by_school_days else nw.col("ordinal") - 1
    first = calendar.select("calendar", start="date", first=before)
    last = calendar.select("calendar", stop="date", last=nw.col(upto))
    alone = parts.filter(apart).join(first, on=["calendar", "start"])
    alone = alone.join(last, on=["calendar", "stop"])
    alone = alone.with_columns(days=nw.col("last") - nw.col("first"))
    alone = alone.group_by(_KEY).agg(days=nw.col("days").sum().cast(nw.Int64))
    every = parts.filter(~apart).join(
        calendar.select("calendar", "date", "is_school_day"), on="calendar"
    )
    every = every.filter(nw.col("date") >= nw.col("start"), nw.col("date") <= nw.col("stop"))
    counts = nw.col("is_school_day").cast(nw.Int64) if by_school_days else nw.lit(1)
    every = every.with_columns(counts=counts.cast(nw.Int64))
    every = every.group_by([*_KEY, "date"]).agg(counts=nw.col("counts").max())
    several = every.group_by(_KEY).agg(days=nw.col("counts").sum().cast(nw.Int64))
    return nw.concat([alone.select(*_KEY, "days"), several.select(*_KEY, "days")])


def _months(days: pa.Table) -> pa.Table:
    """The first and last day of each month of each calendar."""
    dates = days["date"].to_numpy().astype("M8[D]")
    calendar = days["calendar"].to_numpy().astype(np.int64)
    month = dates.astype("M8[M]").astype(np.int64) + 1970 * 12
    cells = arrange([calendar, month])
    ends = np.append(cells.starts, dates.size)[1:] - 1
    ordered = dates[cells.order]
    return pa.table(
        {
            "calendar": cells.cells[:, 0],
            MONTH: cells.cells[:, 1],
            "opens": pa.array(ordered[cells.starts]),
            "closes": pa.array(ordered[ends]),
        }
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows of a table, and by measure what they tell of a student in a month (`value`)."""

    rows: Frame
    by_month: Mapping[str, Frame]


def _of_log(engine: Engine, tables: Mapping[str, Path]) -> _Found | None:
    """What the log tells of students and months."""
    if _LOG not in tables:
        return None
    log = declared(engine.scan(tables[_LOG]), _LOG).select(
        "student_id", "date", "action",
        year=school_year_of("date"), month=month_of("date"), referral=referral(),
        lost=days_lost(),
    )  # fmt: skip
    log = engine.keep(log)
    acts = log.group_by([*STUDENT_YEAR, "referral"]).agg(month=nw.col(MONTH).min())
    acts = acts.group_by(_KEY).agg(value=nw.len().cast(nw.Int64))

    def of(action: str, **sums: nw.Expr) -> Frame:
        theirs = log.filter((nw.col("action") == action).fill_null(value=False))
        return theirs.group_by(_KEY).agg(**sums)

    some = nw.len().cast(nw.Int64)
    by_month = {
        "oss": of("oss", value=some).with_columns(value=_one()),
        "iss": of("iss", value=some).with_columns(value=_one()),
        "referred": acts.with_columns(value=_one()),
        "referrals": acts,
        "lost": of("oss", value=nw.col("lost").sum().cast(nw.Int64)),
    }
    return _Found(log, by_month)


def _one() -> nw.Expr:
    return (nw.col("value") > 0).cast(nw.Int64)


def _of_absences(
    context: Context, stays: Stays, tables: Mapping[str, Path], days: SchoolDays
) -> _Found | None:
    """Millionths of days absent, on days that a school of the student held school."""
    if _ABSENCE not in tables:
        return None
    engine = context.engine
    fraction = nw.min_horizontal(nw.col("fraction").fill_null(1.0), nw.lit(1.0))
    absence = declared(engine.scan(tables[_ABSENCE]), _ABSENCE).select(
        "student_id", "date", year=school_year_of("date"), month=month_of("date"),
        missed=(fraction * float(RULES.micro) + 0.5).floor().cast(nw.Int64),
    )  # fmt: skip
    absence = engine.keep(absence)
    pieces = stays.pieces.select(*STUDENT_YEAR, "start", "stop", "calendar")
    found = absence.join(pieces, on=STUDENT_YEAR)
    found = found.filter(nw.col("date") >= nw.col("start"), nw.col("date") <= nw.col("stop"))
    held = engine.table(days.days).filter(nw.col("is_school_day")).select("calendar", "date")
    found = found.join(held, on=["calendar", "date"])
    # The table's key gives a student one absence a day; two spells may have found it twice.
    each = found.group_by([*_KEY, "date"]).agg(missed=nw.col("missed").max())
    missed = each.group_by(_KEY).agg(value=nw.col("missed").sum().cast(nw.Int64))
    return _Found(absence, {"absent": missed})


def _until(engine: Engine, facts: Frame, days: SchoolDays) -> Frame:
    """By school year `until`, the last month of which a table tells all.

    That is the one before its latest row, which may stand in the middle of a month; or the last of
    the school year. What was not exported yet would look as if nothing had happened.
    """
    latest = facts.group_by("year").agg(latest=nw.col(MONTH).max()).collect("pyarrow").to_native()
    ends = _ends(days)
    years, months = latest["year"].to_pylist(), latest["latest"].to_pylist()
    until = [m if m >= ends.get(y, m + 1) else m - 1 for y, m in zip(years, months, strict=True)]
    return engine.table(
        pa.table({"year": pa.array(years, pa.int64()), "until": pa.array(until, pa.int64())})
    )


def _ends(days: SchoolDays) -> dict[int, int]:
    """The last month of each school year."""
    ends: dict[int, int] = {}
    for row in days.windows.select(["year", "closes"]).to_pylist():
        month = row["closes"].year * 12 + row["closes"].month - 1
        ends[row["year"]] = max(ends.get(row["year"], month), month)
    return ends


def _people(
    engine: Engine, path: Path, plans: Sequence[MonthPlan], schema: frozenset[str]
) -> Frame:
    """Who each student is in a year, and of what the year's row knows anything."""
    school = nw.col("school_id") if "school_id" in schema else nw.lit(None)
    factors = {group_column(p.factor): nw.col(p.factor.id).cast(nw.String) for p in plans}
    asked = dict.fromkeys(column for _, column, _ in MEASURES.values() if column in schema)
    return engine.scan(path).select(
        "student_id", PERIOD,
        **{PLACE: school.cast(nw.String).fill_null("")},
        **factors,
        **{f"knows {c}": (~nw.col(c).is_null()).cast(nw.Int64) for c in asked},
    )  # fmt: skip


def _with(rows: Frame, found: Frame, name: str) -> Frame:
    """The rows with one measure: of how many students or days it is told, and how much there is."""
    _, column, is_often = MEASURES[name]
    told = (nw.col("until") >= nw.col(MONTH)) & (nw.col(f"knows {column}") > 0)
    told = told.fill_null(value=False).cast(nw.Int64)
    rows = rows.join(found, on=_KEY, how="left")
    of = told * nw.col("days") if is_often else told
    return rows.with_columns(
        **{f"of {name}": of, f"in {name}": told * nw.col("value").fill_null(0)}
    ).drop("value")


def _block(
    plan: MonthPlan, rows: Frame, have: Sequence[str], *, by_school_days: bool
) -> MonthBlock:
    names = [f"{side} {name}" for name in have for side in ("of", "in")]
    group = group_column(plan.factor)
    sums = {n: nw.col(n).sum().cast(nw.Int64) for n in ("days", *names)}
    cells = rows.group_by(MONTH, PLACE, group).agg(students=nw.len().cast(nw.Int64), **sums)
    table: pa.Table = cells.collect("pyarrow").to_native()
    schools, place = coded(table[PLACE])
    numbers = whole(table, MONTH)
    months = sorted(set(numbers.tolist()))
    month = np.searchsorted(np.array(months, np.int64), numbers).astype(np.int64)
    order = arrange([month, place, value_codes(table[group], plan.factor)])

    def added(name: str) -> Whole:
        return order.add(whole(table, name))

    return MonthBlock(
        plan.factor.id, plan.factor.all_values, tuple(map(month_named, months)), schools,
        month=order.cells[:, 0], place=order.cells[:, 1], group=order.cells[:, 2],
        students=added("students"), days=added("days"),
        of={name: added(f"of {name}") for name in have},
        events={name: added(f"in {name}") for name in have},
        by_school_days=by_school_days,
    )  # fmt: skip
