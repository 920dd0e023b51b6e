"""Who a student is on the plan's as-of day: dated rows first, then what is kept without dates."""

import narwhals as nw
import pyarrow as pa

from eachchild.cube.context import GIVEN, Context, distinct
from eachchild.cube.engine import Frame
from eachchild.cube.errors import CubeError, refuse_value
from eachchild.cube.race import add_race
from eachchild.terms.factors import NO, NOT_REPORTED, YES, Factor

_DATED, _UNDATED = "dated ", "undated "
_CODES = 1 << 12  # no factor has as many values
_AS_OF_DAY = {"first_day": "first_day", "last_day": "last_day", "ever": "first_day"}


def identity_of(context: Context) -> Frame:
    """A column for each factor that some table knows, blank where it was not reported.

    On the as-of day the dated row that began last holds, ties to the last value by name. Where
    none holds: `no` for a yes-or-no factor whose identity table is declared complete, else what
    the student's row says without a date. `ever` means any day from the first to the last day
    enrolled in the year; it is asked of yes-or-no factors, the others are taken on the first day.
    `identity_changes` counts the plan's factors that dated rows give two values between those
    days, and those in which a student is a `yes` on one of the two days alone: a program that began
    or ended. At a school that serves free meals to all, `frl` says nothing of a family: it is
    blank, and `frl_blanked` is 1.
    """
    dated = _dated_factors(context)
    given = [GIVEN + c for c in sorted(context.given) if c in context.factors]
    rows = context.units.select("unit", "student_id", "school_id", *given)
    if dated:
        rows = rows.join(_from_dated(context, dated), on="unit", how="left")
    rows, undated = _with_undated(context, rows)
    columns = {}
    for name, factor in context.factors.items():
        found = _sources(context, factor, dated, undated)
        if found:
            columns[name] = nw.coalesce(*found)
    columns |= {n: nw.col(_UNDATED + n) for n in undated if n not in columns}
    if context.stays is not None:
        changes = nw.col("changes").fill_null(0) if dated else nw.lit(0)
        columns["identity_changes"] = changes.cast(nw.Int64)
    return _meals_for_all(context, rows.select("unit", "school_id", **columns))


def _with_undated(context: Context, rows: Frame) -> tuple[Frame, frozenset[str]]:
    """What the student's row says without dates, and race from the races named one by one."""
    undated: frozenset[str] = frozenset()
    if "student" in context.tables:
        student = context.tables["student"]
        names = [c for c in student.collect_schema() if c != "student_id"]
        student = student.rename({c: _UNDATED + c for c in names})
        rows, undated = rows.join(student, on="student_id", how="left"), frozenset(names)
    rows, raced = add_race(context, rows, _UNDATED)
    return rows, undated | raced


def _sources(
    context: Context, factor: Factor, dated: tuple[str, ...], undated: frozenset[str]
) -> list[nw.Expr]:
    """Where a factor's value can come from; the first that is filled wins."""
    found = []
    if factor.id in context.given:
        found.append(_reported(GIVEN + factor.id))
    if factor.id in dated:
        found.append(_reported(_DATED + factor.id))
        if _is_yes_no(factor) and "identity" in context.complete:
            found.append(nw.lit(NO))
    if factor.id in undated:
        found.append(_reported(_UNDATED + factor.id))
    return found


def _is_yes_no(factor: Factor) -> bool:
    return set(factor.values) == {YES, NO}


def _reported(column: str) -> nw.Expr:
    return nw.when(nw.col(column) != NOT_REPORTED).then(nw.col(column))


def _dated_factors(context: Context) -> tuple[str, ...]:
    if "identity" not in context.tables:
        return ()
    if context.stays is None and context.plan.as_of in _AS_OF_DAY:
        raise CubeError(
            f"the plan takes identity as of '{context.plan.as_of}', and no enrollment table says "
            'which day that was for a student. Add one, or give a date: as_of = "2021-10-01".'
        )
    table = distinct(context.tables["identity"], "factor").collect("pyarrow").to_native()
    found = set(table["factor"].to_pylist())
    return tuple(name for name in context.factors if name in found)


def _from_dated(context: Context, dated: tuple[str, ...]) -> Frame:
    """One join of the units with the dated rows; each factor's value is picked out of it."""
    code, within = nw.col("code"), nw.col("within")
    picks: dict[str, nw.Expr] = {}
    values: dict[str, nw.Expr] = {}
    changed: list[nw.Expr] = [nw.lit(0).cast(nw.Int64)]
    for name in dated:
        mine, factor = nw.col("factor") == name, context.factors[name]
        if context.plan.as_of == "ever" and _is_yes_no(factor):
            answer = code != _by_name(factor).index(NOT_REPORTED)
            picks[_DATED + name] = nw.when(mine & within & answer).then(code).max()  # yes is last
        else:
            picks[_DATED + name] = nw.when(mine & nw.col("holds")).then(nw.col("ranked")).max()
        values[_DATED + name] = _decoded(nw.col(_DATED + name) % _CODES, factor)
        if name in {f.id for f in context.plan.factors}:
            picks[f"least {name}"] = nw.when(mine & within).then(code).min()
            picks[f"most {name}"] = nw.when(mine & within).then(code).max()
            differ = (nw.col(f"least {name}") != nw.col(f"most {name}")).fill_null(value=False)
            if _is_yes_no(factor):
                is_yes = mine & (code == _by_name(factor).index(YES))
                for day in ("first", "last"):
                    on_day = (is_yes & nw.col(f"on_{day}")).cast(nw.Int64)
                    picks[f"{day} {name}"] = on_day.max()
                differ = differ | (nw.col(f"first {name}") != nw.col(f"last {name}"))
            changed.append(differ.cast(nw.Int64))
    held = _held(context, dated).group_by("unit").agg(**picks)
    return held.select("unit", **values, changes=nw.sum_horizontal(*changed))


def _held(context: Context, dated: tuple[str, ...]) -> Frame:
    """Dated rows beside each unit: whether one `holds` on the day, or `within` the stretch.

    `on_first` and `on_last` say so of the first and the last day of the stretch.
    `ranked` orders rows by the day they begin, then by value; one without begins before all.
    """
    on = _AS_OF_DAY.get(context.plan.as_of, "as_of")
    ends = ("first_day", "last_day") if context.stays is not None else (on, on)
    units = context.units.select(
        "unit", "student_id", on=nw.col(on), first=nw.col(ends[0]), last=nw.col(ends[1])
    )
    begin = nw.col("begin_date").dt
    began = (begin.year().cast(nw.Int64) * 366 + begin.ordinal_day().cast(nw.Int64)).fill_null(0)
    identity = context.tables["identity"].join(_codes(context, dated), on=["factor", "value"])
    identity = identity.with_columns(ranked=began * _CODES + nw.col("code"))
    held = units.join(identity, on="student_id").with_columns(
        holds=_overlaps("on", "on"),
        within=_overlaps("first", "last"),
        on_first=_overlaps("first", "first"),
        on_last=_overlaps("last", "last"),
    )
    return held.filter(nw.col("holds") | nw.col("within"))


def _by_name(factor: Factor) -> list[str]:
    return sorted(factor.all_values)


def _codes(context: Context, dated: tuple[str, ...]) -> Frame:
    """A number for each value of each dated factor, in the order of their names.

    A value that is none of the factor's is refused where the plan compares its groups, and not
    reported elsewhere.
    """
    table = distinct(context.tables["identity"], "factor", "value").collect("pyarrow").to_native()
    compared = {f.id for f in context.plan.factors}
    rows: list[tuple[str, str, int]] = []
    for row in table.to_pylist():
        name, value = row["factor"], row["value"]
        if name not in dated:
            continue
        values = _by_name(context.factors[name])
        if value not in values and name in compared:
            refuse_value(context.factors[name])
        code = values.index(value if value in values else NOT_REPORTED)
        rows.append((name, value, code))
    names, texts, codes = zip(*rows, strict=True)
    columns = {"factor": names, "value": texts, "code": pa.array(codes, pa.int64())}
    return context.engine.table(pa.table(columns))


def _decoded(code: nw.Expr, factor: Factor) -> nw.Expr:
    """The value of a code; blank where there is none or it was not reported."""
    values = [(i, v) for i, v in enumerate(_by_name(factor)) if v != NOT_REPORTED]
    return nw.coalesce(*(nw.when(code == i).then(nw.lit(v)) for i, v in values))


def _overlaps(first: str, last: str) -> nw.Expr:
    begin, end = nw.col("begin_date"), nw.col("end_date")
    begins = begin.is_null() | (begin <= nw.col(last))
    ends = end.is_null() | (end >= nw.col(first))
    return (begins & ends & ~nw.col(first).is_null()).fill_null(value=False)


def _meals_for_all(context: Context, rows: Frame) -> Frame:
    """The school's name and district, and no `frl` where meals are free for all."""
    if "school" not in context.tables:
        return rows.drop("school_id")
    columns = ["school_name", "district_id", "meals_for_all"]
    school = context.tables["school"].select("school_id", *columns)
    rows = rows.join(school, on="school_id", how="left").drop("school_id")
    if "frl" not in rows.collect_schema():
        return rows
    served = (nw.col("meals_for_all") == YES).fill_null(value=False)
    return rows.with_columns(
        frl=nw.when(~served).then(nw.col("frl")),
        frl_blanked=(served & ~nw.col("frl").is_null()).cast(nw.Int64),
    )
