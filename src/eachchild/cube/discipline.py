"""What was done about behavior in a student's year: counts, days and whether it ever happened."""

import narwhals as nw

from eachchild.cube.context import Context, distinct, school_year_of
from eachchild.cube.engine import Frame
from eachchild.cube.reporting import units_of_covered_years, units_that_report
from eachchild.cube.rules import RULES
from eachchild.cube.spells import STUDENT_YEAR
from eachchild.terms.factors import NO, YES

_ACTIONS = ("iss", "oss", "expulsion", "police")


def discipline_of(context: Context) -> Frame:
    """Referrals, suspensions, days lost, expulsion and referral to police.

    A referral is an incident, or a day with rows that name none. Every row of the student dated in
    the year counts, whichever school it was in (for `membership = "attended"`: that school's).
    Zero and `no` where the school reports (`units_that_report`; in a log called complete every
    school, but in no year without a single row); a row whose action is blank leaves unknown what
    no other row answers, and of everybody an action that no row of the log names: it may be what
    was left blank. Days are blank where a suspension has none, and for a whole year in which no
    row has any.
    """
    facts = context.tables["discipline"].with_columns(year=school_year_of("date"))
    keys = context.year_keys
    placed = facts
    if "school_id" in keys:
        home = distinct(context.units, *STUDENT_YEAR, "home_school")
        placed = facts.join(home, on=STUDENT_YEAR, how="left")
        placed = placed.with_columns(school_id=nw.coalesce("school_id", "home_school"))
    if "discipline" in context.complete:
        units = units_of_covered_years(context, facts)
    else:
        units = units_that_report(context, facts)
    rows = units.join(placed.group_by(keys).agg(**_sums()), on=keys, how="left")
    dated = distinct(facts.filter(~nw.col("days").is_null()), "year")
    rows = rows.join(dated.with_columns(has_days=nw.lit(1)), on="year", how="left")
    return _answers(rows.with_columns(nw.col("unsaid").fill_null(0)), told=_told(facts))


def _told(facts: Frame) -> frozenset[str]:
    """The actions of which a student without any can be told to have had none."""
    table = distinct(facts, "action").collect("pyarrow").to_native()
    named = set(table["action"].to_pylist())
    return frozenset(named - {None} if None in named else _ACTIONS)


def _is(action: str) -> nw.Expr:
    return (nw.col("action") == action).fill_null(value=False)


def referral() -> nw.Expr:
    """Which referral of a student and year a row is about: the incident, or else the day."""
    date = nw.concat_str([nw.lit("on "), nw.col("date").cast(nw.String)])
    incident = nw.concat_str([nw.lit("no "), nw.col("incident_id")])
    return nw.when(nw.col("incident_id").is_null()).then(date).otherwise(incident)


def days_lost() -> nw.Expr:
    """School days of an out-of-school suspension, in the units they are added in."""
    days = (nw.col("days") * float(RULES.micro) + 0.5).floor().cast(nw.Int64)
    return nw.when(_is("oss")).then(days)


def _sums() -> dict[str, nw.Expr]:
    sums = {
        "iss": _is("iss"),
        "oss": _is("oss"),
        "expulsion": _is("expulsion"),
        "police": _is("police"),
        "unsaid": nw.col("action").is_null(),
        "undated": _is("oss") & nw.col("days").is_null(),
    }
    counts = {name: flag.cast(nw.Int64).sum().cast(nw.Int64) for name, flag in sums.items()}
    lost = days_lost().sum().cast(nw.Int64)
    return {"incidents": referral().n_unique().cast(nw.Int64), "lost": lost, **counts}


def _answers(rows: Frame, *, told: frozenset[str]) -> Frame:
    def settled(action: str) -> nw.Expr:
        return nw.col("reports") & (nw.col("unsaid") == 0) & nw.lit(action in told)

    def counted(action: str) -> nw.Expr:
        """A number above zero stands; zero only where nothing is left unsaid."""
        some = nw.when(nw.col(action) > 0).then(nw.col(action))
        return nw.coalesce(some, nw.when(settled(action)).then(nw.lit(0))).cast(nw.Int64)

    def ever(action: str) -> nw.Expr:
        yes = nw.when(nw.col(action) > 0).then(nw.lit(YES))
        return nw.coalesce(yes, nw.when(settled(action)).then(nw.lit(NO)))

    no_days = (nw.col("undated") > 0).fill_null(value=False) | nw.col("has_days").is_null()
    none = nw.when(settled("oss")).then(nw.lit(0))
    lost = nw.when(nw.col("oss") > 0).then(nw.col("lost")).otherwise(none)
    referrals = nw.coalesce("incidents", nw.when(nw.col("reports")).then(nw.lit(0)))
    return rows.select(
        "unit",
        referrals=referrals.cast(nw.Int64),
        iss_count=counted("iss"),
        oss_count=counted("oss"),
        oss_days=nw.when(~no_days).then(lost) / float(RULES.micro),
        expelled=ever("expulsion"),
        police_referral=ever("police"),
    )
