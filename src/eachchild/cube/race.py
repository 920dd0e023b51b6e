"""Race in the federal categories, from the races a record names."""

import narwhals as nw

from eachchild.cube.context import Context, distinct
from eachchild.cube.engine import Frame
from eachchild.terms.factors import ANY_RACES, NO, NOT_REPORTED, YES, any_race

HISPANIC, SEVERAL = "hispanic", "two_or_more"


def add_race(context: Context, rows: Frame, prefix: str) -> tuple[Frame, frozenset[str]]:
    """Put race, and race alone or in combination, into the columns named with `prefix`.

    Hispanic wins; then two or more races; then the one race (72 FR 59266). A student's row that
    says `hispanic` or `two_or_more` adds to the races named one by one; any other race on it
    counts only where none is named. A record that says two or more without naming two leaves the
    combination unknown: in it a race that is not named is blank, not `no`.
    """
    undated = frozenset(rows.collect_schema().names())
    own, several = prefix + "race" in undated, "student_race" in context.tables
    if not own and not several:
        return rows, frozenset()
    if several:
        rows = rows.join(_named(context.tables["student_race"]), on="student_id", how="left")
    else:
        rows = rows.with_columns(names=nw.lit(0), races=nw.lit(0), one=nw.lit(None).cast(nw.String))
    said = nw.col(prefix + "race") if own else nw.lit(None).cast(nw.String)
    rows = rows.with_columns(
        said=nw.when(said != NOT_REPORTED).then(said),
        **{name: nw.col(name).fill_null(0).cast(nw.Int64) for name in ("names", "races")},
    )
    rows = rows.with_columns(
        is_hispanic=_is_said(HISPANIC) | _is_named(HISPANIC, several=several),
        is_several=_is_said(SEVERAL) | _is_named(SEVERAL, several=several) | (nw.col("races") > 1),
    )
    race = (
        nw.when(nw.col("is_hispanic"))
        .then(nw.lit(HISPANIC))
        .otherwise(
            nw.when(nw.col("is_several"))
            .then(nw.lit(SEVERAL))
            .otherwise(nw.coalesce("one", "said"))
        )
    )
    anys = {}
    for name in ANY_RACES:
        column = prefix + any_race(name).id
        answer = _in_combination(name, several=several)
        anys[column] = nw.coalesce(column, answer) if column in undated else answer
    rows = rows.with_columns(**{prefix + "race": race}, **anys)
    return rows, frozenset({"race", *(any_race(r).id for r in ANY_RACES)})


def _named(student_race: Frame) -> Frame:
    """For each student the races named: how many names, how many races, and each as a flag."""
    race = nw.col("race")
    rows = student_race.filter(~race.is_null(), race != NOT_REPORTED)
    single = nw.when(~race.is_in([HISPANIC, SEVERAL])).then(race)
    rows = rows.with_columns(single=single)
    flags = {f"names {name}": (race == name).cast(nw.Int64).max() for name in (*ANY_RACES, SEVERAL)}
    named = distinct(rows, "student_id", "race", "single")
    return named.group_by("student_id").agg(
        names=nw.len(), races=nw.col("single").count(), one=nw.col("single").max(), **flags
    )


def _is_said(race: str) -> nw.Expr:
    return (nw.col("said") == race).fill_null(value=False)


def _is_named(race: str, *, several: bool) -> nw.Expr:
    if not several:
        return nw.lit(value=False)
    return (nw.col(f"names {race}") > 0).fill_null(value=False)


def _in_combination(race: str, *, several: bool) -> nw.Expr:
    """Whether a record names a race, alone or with others; blank where it does not tell."""
    unnamed = nw.col("names") == 0
    named = _is_named(race, several=several) | (unnamed & _is_said(race))
    if race == HISPANIC:
        named = named | nw.col("is_hispanic")
        hides = nw.lit(value=False)
    else:
        # The federal code Hispanic, standing alone, does not say which races go with it.
        hides = (unnamed & _is_said(HISPANIC)) | (nw.col("is_several") & (nw.col("races") < 2))
    silent = unnamed & nw.col("said").is_null()
    return nw.when(named).then(nw.lit(YES)).otherwise(nw.when(~hides & ~silent).then(nw.lit(NO)))
