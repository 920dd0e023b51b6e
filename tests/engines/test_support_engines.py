"""Lists and supports counted plainly, by DuckDB and by polars: the same cells."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from drawn import (
    SCHOOL_DAYS,
    TABLE_ROWS,
    Rows,
    by_every_engine,
    days,
    maybe,
    plan_of,
    rows,
    schools,
    so_often,
    students,
)
from hypothesis import given
from hypothesis import strategies as st

from eachchild.cube import Cube, SupportBlock, support_plans
from eachchild.cube.engine import Engine
from eachchild.cube.finer_grains import add_finer_grains
from eachchild.cube.plain_supports import SupportCell, count_supports_plainly
from eachchild.plan import Need, Plan
from eachchild.plan.model import Supports
from eachchild.tables import TABLES
from eachchild.terms.outcomes import built_in

# On either side of a week's turn, and long after, for calendars that open on their first day.
LATER = [SCHOOL_DAYS[0] + timedelta(n) for n in (6, 7, 13, 14, 20, 21, 100)]
GIVEN = rows(
    "support",
    student_id=students,
    school_id=maybe(schools),
    support=st.sampled_from(["tutoring", "Early List ", "early list", "flag"]),
    begin_date=days | st.sampled_from(LATER),
    most=12,
)


@st.composite
def districts(draw: st.DrawFn) -> dict[str, Rows]:
    tables = {"enrollment": draw(TABLE_ROWS["enrollment"]), "support": draw(GIVEN)}
    tables["student"] = draw(TABLE_ROWS["student"])
    more = ("calendar", "course", "score", "absence", "identity")
    return tables | {n: draw(TABLE_ROWS[n]) for n in more if draw(st.booleans())}


plans = st.builds(
    plan_of, st.sampled_from(["first_day", "last_day"]), st.sampled_from(["home", "attended"])
)


def told(cube: Cube, block: SupportBlock) -> Counter[SupportCell]:
    cells: Counter[SupportCell] = Counter()
    for i in range(block.place.size):
        where = cube.periods[block.period[i]], block.schools[block.place[i]]
        marks = (int(x[i]) for x in (block.need, block.listed, block.served, block.week))
        cell = (*where, block.groups[block.group[i]], *marks)
        assert cell not in cells
        cells[cell] = int(block.students[i])  # type: ignore[index]
    return cells


def compared(tables: dict[str, Rows], plan: Plan) -> Cube:
    """The cube that DuckDB counts, once polars and the plain way have counted the same."""
    assert plan.supports is not None
    plan, need = replace(plan, outcomes=(built_in()["oss_any"],)), plan.supports.need

    def finer(engine: Engine, cube: Cube, paths: Mapping[str, Path], rows: Path) -> Cube:
        return add_finer_grains(engine, cube, plan, tables=paths, student_year=rows)

    cube, by_duck, by_polars, plain_rows, _ = by_every_engine(tables, plan, finer)
    assert not by_duck.events
    told_need = any(need in row for row in plain_rows)
    assert len(by_duck.supports) == len(by_polars.supports)
    assert len(by_duck.supports) == 3 or not told_need
    for one, block, again in zip(
        support_plans(plan), by_duck.supports, by_polars.supports, strict=False
    ):
        cells, unplaced = count_supports_plainly(one, tables, plain_rows)
        assert told(cube, block) == told(cube, again) == cells
        assert block.unplaced_rows == again.unplaced_rows == unplaced
        keys = [block.period, block.place, block.group, block.need, block.listed, block.served]
        keys.append(block.week)
        found = list(zip(*(k.tolist() for k in keys), strict=True))
        assert found == sorted(set(found))
        assert block.students.sum() == len(plain_rows)
    return by_duck


@pytest.mark.parametrize("need", ["score", "courses_failed", "absence_share"])
@so_often(30)
@given(tables=districts(), plan=plans)
def test_supports_are_counted_alike(need: Need, tables: dict[str, Rows], plan: Plan) -> None:
    compared(tables, replace(plan, supports=Supports(("Early list", "FLAG"), need)))


@pytest.mark.parametrize("calendar", [True, False])
def test_weeks_are_those_since_the_first_school_day(calendar: bool) -> None:
    cube = compared(by_hand(calendar=calendar), replace(HAND, supports=Supports(("list",))))
    (race, *_) = cube.supports
    weeks: Counter[tuple[str, int]] = Counter()
    for at, served, week, n in zip(
        race.place, race.served, race.week, race.students, strict=True
    ):  # fmt: skip
        weeks[race.schools[at], int(week)] += int(n * served)
    assert race.students.sum() == 7
    # At A days of its own come first, at B those for every school, at C there are no others.
    assert +weeks == (
        {("A", 1): 1, ("A", 2): 2, ("B", 1): 2, ("C", 15): 1} if calendar
        else {("A", 0): 3, ("B", 0): 2, ("C", 0): 1}
    )  # fmt: skip


HAND = plan_of("first_day", "home")


def by_hand(*, calendar: bool) -> dict[str, Rows]:
    """A opens on August 30 of 2021 and B with all on September 6; one student is listed alone."""

    def filled(table: str, *rows: dict[str, object]) -> Rows:
        return [{c.name: None for c in TABLES[table].columns} | row for row in rows]

    first, own = date(2021, 9, 6), date(2021, 8, 30)
    began = [
        ("a1", "A", own - timedelta(20), "coach"), ("a2", "A", own + timedelta(7), "coach"),
        ("a3", "A", own + timedelta(13), "coach"), ("b1", "B", first + timedelta(6), "coach"),
        ("b2", "B", first, "coach"), ("c1", "C", first + timedelta(7 * 14), "coach"),
    ]  # fmt: skip
    again = [("a2", "A", own + timedelta(40), "tutor"), ("a3", "A", own, "List"),
             ("b3", "B", first, "list")]  # fmt: skip
    spells = [{"student_id": s, "school_id": at, "entry_date": first, "exit_date": first}
              for s, at, *_ in (*began, again[-1])]  # fmt: skip
    open_days = [(None, first), (None, first + timedelta(1)), ("A", own), ("B", date(2021, 9, 20))]
    given = filled("support", *(
        {"student_id": s, "school_id": at, "begin_date": day, "support": name}
        for s, at, day, name in (*began, *again)
    ))  # fmt: skip
    ready = [{"student_id": s["student_id"], "period": "2020-21", "subject": "s", "score": 400.0}
             for s in spells]  # fmt: skip
    tables = {
        "enrollment": filled("enrollment", *spells), "support": given,
        "student": filled("student", *({"student_id": s["student_id"]} for s in spells)),
        "score": filled("score", *ready, *(r | {"period": "2021-22"} for r in ready)),
    }  # fmt: skip
    if calendar:
        days = ({"school_id": at, "date": day} for at, day in open_days)
        tables["calendar"] = filled("calendar", *days)
    return tables


def test_nothing_is_counted_where_nobody_says_what_is_a_list() -> None:
    assert support_plans(plan_of("first_day")) == ()
