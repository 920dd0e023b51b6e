"""From the discipline log to one row a referral, with its student's identity and its school."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import pyarrow as pa

from eachchild.cube.context import declared, distinct, school_year_of
from eachchild.cube.discipline import days_lost, referral
from eachchild.cube.engine import Engine, Frame
from eachchild.cube.referral_words import (
    ANSWERS,
    FIXED_WORDS,
    HOURS,
    OFF_LADDER,
    PRIORS,
    Written,
    hour_of,
    written,
)
from eachchild.plan import Plan
from eachchild.terms.discretion import discretion_of
from eachchild.terms.factors import NOT_REPORTED, Factor
from eachchild.terms.years import starting

PERIOD, PLACE, STAFF = "period", "place", "staff"
_STUDENT, _SCHOOL, _YEAR, _REFERRAL = "student_id", "school_id", "year", "referral"
_CLASSES = FIXED_WORDS["discretion"]
_MIXED, _NO_CLASS = _CLASSES.index("mixed"), _CLASSES.index(NOT_REPORTED)
_OFF, _IN, _OUT = (ANSWERS.index(answer) for answer in (OFF_LADDER, "iss", "oss"))


def group_column(factor: Factor) -> str:
    """Where the rows hold a factor's value; a factor of the plan's own may be called anything."""
    return f"in {factor.id}"


@dataclass(frozen=True, slots=True)
class Referrals:
    """Every referral that has a place in the cube, and how many have none.

    `placed` has a row a referral: `student_id, period, place` (the school's id, empty where none
    is known), each factor in its `group_column`, each dimension as an index into its `words`,
    `staff` (null where no one adult is named) and what is added up over cells.
    """

    placed: Frame
    words: Mapping[str, tuple[str, ...]]
    unplaced_rows: int
    unplaced: int


@dataclass(frozen=True, slots=True)
class Students:
    """The student-years, which say who a student is; `by_school` for schools one by one."""

    rows: Frame
    by_school: bool

    @classmethod
    def read(cls, engine: Engine, path: Path, plan: Plan, factors: Iterable[Factor]) -> "Students":
        """The student, period, home school and the factors of each student-year."""
        frame = engine.scan(path)
        schema = frame.collect_schema()
        school = nw.col(_SCHOOL) if _SCHOOL in schema else nw.lit(None)
        names = {group_column(f): f.id for f in factors}
        rows = frame.select(
            _STUDENT,
            PERIOD,
            home=school.cast(nw.String).fill_null(""),
            **{to: nw.col(n).cast(nw.String).fill_null(NOT_REPORTED) for to, n in names.items()},
        )
        return cls(rows, plan.membership == "attended")

    def placed(self, engine: Engine, facts: Frame) -> Frame:
        """Dated facts with `year` and `school_id`, beside their students; `home` null: none.

        A fact stands at its own school, else at the home school. For schools one by one it stands
        at its own school or nowhere.
        """
        years = _years(engine, facts)
        return self.beside(facts.join(years, on=_YEAR, how="left"))

    def beside(self, facts: Frame) -> Frame:
        """The same for facts that have their `period`."""
        if self.by_school:
            rows = self.rows.with_columns(school_id=nw.col("home"))
            joined = facts.join(rows, on=[_STUDENT, PERIOD, _SCHOOL], how="left")
        else:
            joined = facts.join(self.rows, on=[_STUDENT, PERIOD], how="left")
        return joined.with_columns(place=nw.coalesce(_SCHOOL, "home"))


def referrals_of(
    engine: Engine,
    log: Path,
    students: Students,
    *,
    discretion: Mapping[str, str],
) -> Referrals:
    """Read the log once and make its rows into referrals.

    Where the rows of one referral differ: the first of its schools by name and its earliest day
    and hour stand; two behaviors or two locations are `several`; discretion is `mixed` where its
    behaviors are of two kinds, and not reported where one of them is on no list; the answer is
    the most severe action (`off_ladder` where something was done that is neither a rung nor
    expulsion), not reported where an action is blank and no other is a suspension or expulsion.
    `prior` counts the student's referrals on earlier days of the school year.
    """
    columns = ("behavior", "location", "time")
    facts = declared(engine.scan(log), "discipline").with_columns(
        year=school_year_of("date"), referral=referral()
    )
    facts = engine.keep(facts.drop("narrative"))
    found = {c: written(_texts(facts, c)) for c in columns[:2]}
    rows = _with_codes(engine, facts, found, _texts(facts, "time"), discretion)
    keys = [_STUDENT, _YEAR, _REFERRAL, *([_SCHOOL] if students.by_school else [])]
    each = _answers(rows.group_by(keys).agg(**_of_rows(students.by_school)), found)
    each = engine.keep(students.placed(engine, each))
    there = ~nw.col("home").is_null()
    lost = each.filter(~there).select(nw.col("rows").sum().cast(nw.Int64), referrals=nw.len())
    (row,) = lost.collect("pyarrow").to_native().to_pylist()
    words = {**FIXED_WORDS, **{name: one.words for name, one in found.items()}}
    return Referrals(each.filter(there), words, int(row["rows"] or 0), int(row["referrals"]))


def _texts(facts: Frame, column: str) -> list[str]:
    table = distinct(facts, column).collect("pyarrow").to_native()
    return [text for text in table[column].to_pylist() if text]


def _years(engine: Engine, facts: Frame) -> Frame:
    table = distinct(facts, _YEAR).collect("pyarrow").to_native()
    years = sorted(y for y in table[_YEAR].to_pylist() if y is not None)
    periods = [starting(y) for y in years]
    return engine.table(
        pa.table({_YEAR: pa.array(years, pa.int64()), PERIOD: pa.array(periods, pa.string())})
    )


def _with_codes(
    engine: Engine,
    facts: Frame,
    found: Mapping[str, Written],
    times: list[str],
    discretion: Mapping[str, str],
) -> Frame:
    """The rows with numbers beside the words: of behavior, its discretion, location and hour."""

    def joined(
        rows: Frame, column: str, texts: Iterable[str], **codes: Callable[[str], int]
    ) -> Frame:
        listed = sorted(texts)
        numbers = {n: pa.array([of(t) for t in listed], pa.int64()) for n, of in codes.items()}
        table = engine.table(pa.table({column: pa.array(listed, pa.string()), **numbers}))
        return rows.join(table, on=column, how="left")

    def kind(behavior: str) -> int:
        return _CLASSES.index(discretion_of(behavior, discretion))

    behaviors, locations = found["behavior"].place, found["location"].place
    hours = {t: h for t in times if (h := hour_of(t)) is not None}
    rows = joined(facts, "behavior", behaviors, behavior_no=behaviors.__getitem__, kind=kind)
    rows = joined(rows, "location", locations, location_no=locations.__getitem__)
    return joined(rows, "time", hours, hour=hours.__getitem__)


def _of_rows(by_school: bool) -> dict[str, nw.Expr]:
    """What the rows of one referral say together."""
    action = nw.col("action")
    said = {name: number for number, name in enumerate(ANSWERS) if number != _OFF}
    severity = nw.when(action.is_null()).then(nw.lit(0)).otherwise(nw.lit(_OFF)).cast(nw.Int64)
    for name, number in said.items():
        severity = nw.when(action == name).then(nw.lit(number)).otherwise(severity)

    def ever(flag: nw.Expr) -> nw.Expr:
        return flag.cast(nw.Int64).max()

    ends = {
        f"{name}_{end}": getattr(nw.col(column), end)()
        for name, column in (
            ("behavior", "behavior_no"),
            ("location", "location_no"),
            ("kind", "kind"),
            ("staff", "staff_id"),
        )
        for end in ("min", "max")
    }
    school = {} if by_school else {_SCHOOL: nw.col(_SCHOOL).min()}
    return {
        "rows": nw.len().cast(nw.Int64),
        "day": nw.col("date").min(),
        "hour": nw.col("hour").min(),
        "severity": severity.max(),
        "blank": ever(action.is_null()),
        "police": ever((action == "police").fill_null(value=False)),
        "days": days_lost().sum().cast(nw.Int64),
        "undated": ever(((action == "oss") & nw.col("days").is_null()).fill_null(value=False)),
        **school,
        **ends,
    }


def _answers(each: Frame, found: Mapping[str, Written]) -> Frame:
    """One row a referral, its words as numbers."""

    def one(name: str, several: int, none: int) -> nw.Expr:
        low, high = nw.col(f"{name}_min"), nw.col(f"{name}_max")
        some = nw.when(low == high).then(low).otherwise(nw.lit(several))
        return nw.when(low.is_null()).then(nw.lit(none)).otherwise(some).cast(nw.Int64)

    unsaid = (nw.col("blank") > 0) & (nw.col("severity") < _IN)
    unlisted = nw.col("kind_max") == _NO_CLASS
    earlier = nw.col("day").rank("min").over(_STUDENT, _YEAR).cast(nw.Int64) - 1
    most = len(PRIORS) - 1
    listed = {name: one(name, w.several, w.not_reported) for name, w in found.items()}
    alone = nw.col("staff_min") == nw.col("staff_max")
    return each.select(
        _STUDENT, _YEAR, _SCHOOL, "rows", "police", "undated",
        **listed,
        discretion=nw.when(unlisted)
        .then(nw.lit(_NO_CLASS))
        .otherwise(one("kind", _MIXED, _NO_CLASS))
        .cast(nw.Int64),
        hour=nw.col("hour").fill_null(HOURS).cast(nw.Int64),
        answer=nw.when(unsaid).then(nw.lit(len(ANSWERS))).otherwise(nw.col("severity")).cast(nw.Int64),
        prior=nw.when(earlier > most).then(nw.lit(most)).otherwise(earlier).cast(nw.Int64),
        oss=(nw.col("severity") >= _OUT).cast(nw.Int64),
        unsaid=unsaid.cast(nw.Int64),
        days=nw.col("days").fill_null(0),
        staff=nw.when(alone).then(nw.col("staff_min")),
    )  # fmt: skip
