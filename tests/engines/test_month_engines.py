"""Months counted plainly, by DuckDB and by polars: the same cells."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from drawn import TABLE_ROWS, Rows, by_every_engine, plan_of, rows, so_often, students
from hypothesis import given
from hypothesis import strategies as st

from eachchild.cube import Cube, MonthBlock, month_plans
from eachchild.cube.finer_grains import add_month_grain
from eachchild.cube.plain_months import MonthCell, count_months_plainly
from eachchild.plan import Plan
from eachchild.terms.outcomes import built_in

# Over the ends of months and of a school year, which the days of other tests do not reach.
SPREAD = [date(2020, 8, 30) + timedelta(d) for d in (0, 1, 2, 3, 31, 33, 62)] + [date(2021, 7, 5)]
SCHOOL = [day for day in SPREAD if day.month > 7]
some_day = st.sampled_from(SPREAD)


def shifted(name: str, *columns: str) -> st.SearchStrategy[Rows]:
    """Rows of a table with their dates drawn from more than one month."""
    filled = {c: some_day if c != "exit_date" else st.none() | some_day for c in columns}

    def with_dates(found: Rows) -> st.SearchStrategy[Rows]:
        each = [st.fixed_dictionaries(filled).map(lambda d, r=row: {**r, **d}) for row in found]
        return st.tuples(*each).map(list)

    return TABLE_ROWS[name].flatmap(with_dates)


def took_place(spells: Rows) -> bool:
    return any(
        s["exit_type"] not in ("no_show", "invalid")
        and s["entry_date"] <= (s["exit_date"] or date.max)  # type: ignore[operator]
        for s in spells
    )


CALENDAR = rows(
    "calendar", ("school_id", "date"), 20,
    school_id=st.sampled_from([None, None, "A", "B"]), date=st.sampled_from(SCHOOL),
)  # fmt: skip
ABSENCE = rows(
    "absence", ("student_id", "date"), 12,
    student_id=students, school_id=st.sampled_from([None, "A"]), date=some_day,
    fraction=st.sampled_from([None, 0.5, 1.5]),
)  # fmt: skip


@st.composite
def districts(draw: st.DrawFn) -> dict[str, Rows]:
    spells = shifted("enrollment", "entry_date", "exit_date").filter(took_place)
    tables = {"enrollment": draw(spells), "student": draw(TABLE_ROWS["student"])}
    more = {
        "calendar": CALENDAR, "absence": ABSENCE, "discipline": shifted("discipline", "date"),
    }  # fmt: skip
    chosen = draw(st.sets(st.sampled_from(sorted(more))))
    return tables | {name: draw(more[name]) for name in sorted(chosen)}


def told(block: MonthBlock) -> dict[MonthCell, Counter[str]]:
    cells: dict[MonthCell, Counter[str]] = {}
    for i in range(block.month.size):
        cell = (
            block.months[block.month[i]], block.schools[block.place[i]],
            block.groups[block.group[i]],
        )  # fmt: skip
        assert cell not in cells
        found = {"students": int(block.students[i]), "days": int(block.days[i])}
        for name in block.of:
            found[f"of {name}"] = int(block.of[name][i])
            found[f"in {name}"] = int(block.events[name][i])
        cells[cell] = +Counter(found)
    return cells


@so_often(60)
@given(
    districts(),
    st.builds(
        plan_of,
        st.sampled_from(["first_day", "last_day"]),
        st.just("home"),
        st.sampled_from([(), ("absence", "discipline")]),
    ),
)
def test_months_are_counted_alike(tables: dict[str, Rows], plan: Plan) -> None:
    plan = replace(plan, outcomes=(built_in()["oss_any"],))
    _, by_duck, by_polars, plain_rows, _ = by_every_engine(
        tables,
        plan,
        lambda engine, cube, paths, path: add_month_grain(
            engine, cube, plan, tables=paths, student_year=path
        ),
    )
    asked = month_plans(plan)
    assert len(by_duck.months) == len(by_polars.months) == len(asked) == 3
    for one, block, again in zip(asked, by_duck.months, by_polars.months, strict=True):
        plain = {
            cell: +sums for cell, sums in count_months_plainly(one, tables, plain_rows).items()
        }
        assert told(block) == told(again) == plain
        keys = zip(block.month, block.place, block.group, strict=True)
        cells = [tuple(map(int, key)) for key in keys]
        assert cells == sorted(set(cells))
        for name in ("oss", "iss", "referred"):
            if name in block.of:
                assert (block.events[name] <= block.of[name]).all()
                assert (block.of[name] <= block.students).all()


def _with(tables: dict[str, Rows], plan: Plan) -> Cube:
    found = by_every_engine(
        tables,
        plan,
        lambda engine, cube, paths, path: add_month_grain(
            engine, cube, plan, tables=paths, student_year=path
        ),
    )
    return found[1]


def person(student: str) -> dict[str, object]:
    blank = dict.fromkeys(("race", "sex", "el", "frl", "idea"))
    return {**blank, "student_id": student, "race": "black"}


def spell(student: str, first: date, last: date | None) -> dict[str, object]:
    blank = dict.fromkeys(("grade", "exit_type", "entry_type"))
    return {**blank, "student_id": student, "school_id": "A", "entry_date": first,
            "exit_date": last}  # fmt: skip


def test_nothing_is_said_of_months_that_were_not_exported_yet() -> None:
    """The log ends in October: September is told, October may go on."""
    plan = replace(plan_of("first_day"), outcomes=(built_in()["oss_any"],))
    suspended: dict[str, object] = {
        "student_id": "1", "school_id": "A", "action": "oss", "days": 1.0, "incident_id": None,
    }  # fmt: skip
    log = [{**suspended, "date": date(2020, 9, 9)}, {**suspended, "date": date(2020, 10, 2)}]
    tables: dict[str, Rows] = {
        "enrollment": [spell("1", date(2020, 9, 1), None)], "discipline": log,
        "student": [person("1")],
    }  # fmt: skip
    block = _with(tables, plan).months[0]
    months = dict(
        zip(block.months, zip(block.of["oss"], block.events["oss"], strict=True), strict=True)
    )
    assert months["2020-09"] == (1, 1)
    assert months["2020-10"] == months["2020-11"] == (0, 0)
    assert "2021-07" not in months


def test_there_are_no_months_without_dates_and_none_of_schools_one_by_one() -> None:
    plan = replace(plan_of("first_day"), outcomes=(built_in()["oss_any"],))
    spells: dict[str, Rows] = {
        "enrollment": [spell("1", date(2020, 9, 1), date(2021, 5, 1))], "student": [person("1")],
    }  # fmt: skip
    assert _with(spells, plan).months
    assert _with(spells, replace(plan, membership="attended")).months == ()
    blank = dict.fromkeys(("days_enrolled", "oss_count", "frl", "race"))
    ready = {**blank, "student_id": "1", "period": "2020-21", "school_id": "A"}
    assert _with({"student_year": [ready], "student": [person("1")]}, plan).months == ()
