"""Absences on the instructional days a student was enrolled; no record is not presence."""

import narwhals as nw
import pyarrow as pa

from eachchild.cube.context import Context, distinct, school_year_of
from eachchild.cube.engine import Frame
from eachchild.cube.reporting import silent_units, units_of_covered_years
from eachchild.cube.rules import RULES
from eachchild.cube.spells import STAY, STUDENT_YEAR, Stays
from eachchild.tables import ABSENCE_REASONS

_COLUMNS = ("days_absent", "absence_share", "absence_percent")


def reason_column(reason: str) -> str:
    """Where a student-year holds the days absent for one reason, in millionths of a day.

    No plan can ask for such a column: its name is more than one word.
    """
    return f"absent for {reason}"


def attendance_of(context: Context) -> Frame:
    """The columns `days_absent`, `absence_share` and `absence_percent`, and days by reason.

    A day counts at most once for a student, and only if one of the student's schools held school
    on it while the student was enrolled there. They are blank where the days enrolled are not
    known, and where one of those schools has no absence at all in the year: it did not report,
    and its students were not all present. Where the plan calls the table complete, a year without
    a single row is blank. Beside a ready student_year without spells every
    absence of the year counts, and the home school must have reported. Days by reason
    (`reason_column`) are those of the reasons that some row has; none where a ready table brought
    days, which need not be those of the rows.
    """
    absence = context.tables["absence"].select(
        *("student_id", "school_id", "date", "reason"),
        year=school_year_of("date"),
        missed=_micro_days(),
    )
    reasons = _told(absence) if _are_of_rows(context) else ()
    if context.stays is None or context.days is None:
        units = context.units.select("unit", *STUDENT_YEAR)
        absent = absence.drop("school_id").join(units, on=STUDENT_YEAR)
        silent = silent_units(context, absence)
    else:
        absent = _once(_on_enrolled_days(context, context.stays, absence, context.days.days))
        silent = _silent(context, context.stays, absence)
    absent = _by_unit(absent, reasons)
    rows = context.units.select("unit", "days_enrolled").join(absent, on="unit", how="left")
    known = ~nw.col("days_enrolled").is_null()
    if "absence" in context.complete:
        covered = units_of_covered_years(context, absence).select("unit", "reports")
        rows = rows.join(covered, on="unit", how="left")
        known = known & nw.col("reports")
    else:
        rows = rows.join(silent, on="unit", how="left")
        known = known & nw.col("silent").is_null()
    names = ("absent", *map(reason_column, reasons))
    counted = rows.with_columns(**{n: nw.when(known).then(nw.col(n).fill_null(0)) for n in names})
    return counted.select("unit", *names[1:], **shares_of(nw.col("absent")))


def shares_of(absent: nw.Expr) -> dict[str, nw.Expr]:
    """The columns about days absent, from millionths of days missed and `days_enrolled`."""
    enrolled = nw.when(nw.col("days_enrolled") > 0).then(nw.col("days_enrolled"))
    micro = float(RULES.micro)
    told = (absent / micro, absent / (enrolled * micro), absent * 100 / (enrolled * micro))
    return dict(zip(_COLUMNS, told, strict=True))


def _are_of_rows(context: Context) -> bool:
    """Whether days absent and days enrolled are told by the same tables, and nothing ready."""
    brought = {*_COLUMNS, "days_enrolled"} if context.stays is not None else set(_COLUMNS)
    return not context.given & brought


def _told(absence: Frame) -> tuple[str, ...]:
    """The reasons that some row has."""
    found = distinct(absence, "reason").collect("pyarrow").to_native()["reason"].to_pylist()
    return tuple(reason for reason in ABSENCE_REASONS if reason in found)


def _by_unit(absent: Frame, reasons: tuple[str, ...]) -> Frame:
    """Millionths of days missed in all, and for each reason."""
    parts = {
        reason_column(r): nw.when(nw.col("reason") == r).then(nw.col("missed")).otherwise(0)
        for r in reasons
    }
    every = absent.select("unit", absent=nw.col("missed"), **parts)
    names = ("absent", *parts)
    return every.group_by("unit").agg(**{n: nw.col(n).sum().cast(nw.Int64) for n in names})


def _micro_days() -> nw.Expr:
    """Days missed in millionths; the table's key gives a student one absence a day."""
    fraction = nw.min_horizontal(nw.col("fraction").fill_null(1.0), nw.lit(1.0))
    return (fraction * float(RULES.micro) + 0.5).floor().cast(nw.Int64)


def _on_enrolled_days(context: Context, stays: Stays, absence: Frame, days: pa.Table) -> Frame:
    """Absences beside their unit, on days that a school of the student held school."""
    units = context.units.select("unit", *context.year_keys)
    pieces = stays.pieces.select(*STAY, "start", "stop", "calendar", "clashes")
    pieces = pieces.join(units, on=context.year_keys).rename({"school_id": "school"})
    found = absence.join(pieces, on=STUDENT_YEAR)
    found = found.filter(nw.col("date") >= nw.col("start"), nw.col("date") <= nw.col("stop"))
    if "school_id" in context.year_keys:
        said = nw.col("school_id")
        found = found.filter(said.is_null() | (said == nw.col("school")))
    school_days = context.engine.table(days).filter(nw.col("is_school_day"))
    return found.join(school_days.select("calendar", "date"), on=["calendar", "date"])


def _once(found: Frame) -> Frame:
    """Each absence once: one that two spells cover was found twice."""
    day = nw.when(~nw.col("clashes").is_null()).then(nw.col("date"))
    found = found.select("unit", "missed", "reason", day=day)
    by_day = found.group_by("unit", "day", "reason").agg(
        every=nw.col("missed").sum().cast(nw.Int64), one=nw.col("missed").max()
    )
    is_whole = nw.col("day").is_null()
    return by_day.select(
        "unit", "reason", missed=nw.when(is_whole).then(nw.col("every")).otherwise(nw.col("one"))
    )


def _silent(context: Context, stays: Stays, absence: Frame) -> Frame:
    """Units with instructional days in a school that has no absence in the year."""
    blank = nw.col("school_id").is_null()
    said = absence.filter(~blank).select("school_id", "year")
    here = stays.pieces.select(*STUDENT_YEAR, "start", "stop", school="school_id")
    placed = absence.filter(blank).join(here, on=STUDENT_YEAR)
    placed = placed.filter(nw.col("date") >= nw.col("start"), nw.col("date") <= nw.col("stop"))
    placed = placed.select("year", school_id="school").select("school_id", "year")
    reporting = distinct(nw.concat([said, placed]), "school_id", "year")
    attended = stays.stays.filter(nw.col("days") > 0).select(STAY)
    silent = attended.join(reporting, on=["school_id", "year"], how="anti")
    units = context.units.select("unit", *context.year_keys)
    silent = silent.join(units, on=context.year_keys)
    return silent.group_by("unit").agg(silent=nw.len())
