"""Referrals and adults counted plainly, by DuckDB and by polars: the same cells."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from drawn import (
    PERIODS,
    SCHOOL_DAYS,
    TABLE_ROWS,
    PolarsEngine,
    Rows,
    days,
    halves,
    maybe,
    plan_of,
    rows,
    schools,
    small_thresholds,
    so_often,
    students,
    write,
)
from hypothesis import given
from hypothesis import strategies as st

from eachchild.cube import AdultBlock, Cube, EventBlock, EventPlan, student_plans
from eachchild.cube.derive import write_student_year
from eachchild.cube.engine import Engine, duck
from eachchild.cube.finer_grains import add_finer_grains
from eachchild.cube.onepass import count
from eachchild.cube.plain_events import PlainEvents, count_adults_plainly, count_events_plainly
from eachchild.cube.plain_year import student_years
from eachchild.cube.plan import USUAL_DIMENSIONS, adult_plans, event_plans
from eachchild.plan import Adults, Plan
from eachchild.tables import ACTIONS
from eachchild.terms.factors import FACTORS
from eachchild.terms.outcomes import built_in

BEHAVIORS = ["Defiance", "fighting", "Bullying", "local 7", "several"]
STAFF = st.sampled_from(["t1", "t2", "t3", "System"])
LOG = rows(
    "discipline",
    student_id=students,
    school_id=maybe(st.sampled_from(["A", "B", "Z"])),
    date=st.sampled_from(SCHOOL_DAYS[:4]) | days,  # some on the same day
    incident_id=maybe(st.sampled_from(["i1", "i2", "i3"])),
    behavior=maybe(st.sampled_from(BEHAVIORS)),
    location=maybe(st.sampled_from(["hall", "gym"])),
    time=maybe(st.sampled_from(["08:05", "8:59", "14:05:10", "2:05 PM", "12:01 am", "noon"])),
    staff_id=maybe(STAFF),
    action=maybe(st.sampled_from(ACTIONS)),
    days=maybe(halves),
    most=24,
)
COURSES = rows(
    "course",
    student_id=students,
    school_id=maybe(schools),
    period=st.sampled_from(PERIODS),
    course_id=st.just("c"),
    staff_id=maybe(STAFF),
    most=12,
)
MEMBERS = rows("staff", ("staff_id",), staff_id=STAFF, school_id=maybe(schools))
SETS = (("behavior", "location", "hour"), ("behavior", "answer", "prior"), ("discretion",), ())
COUNTED = ("rows", "referrals", "oss", "unsaid", "police", "days", "undated")


@st.composite
def logs(draw: st.DrawFn) -> dict[str, Rows]:
    tables = {"enrollment": draw(TABLE_ROWS["enrollment"]), "discipline": draw(LOG)}
    more = {"calendar": TABLE_ROWS["calendar"], "student": TABLE_ROWS["student"]}
    more |= {"identity": TABLE_ROWS["identity"], "course": COURSES, "staff": MEMBERS}
    chosen = draw(st.sets(st.sampled_from(sorted(more))))
    tables["student"] = draw(TABLE_ROWS["student"])
    return tables | {name: draw(more[name]) for name in sorted(chosen)}


plans = st.builds(
    plan_of, st.sampled_from(["first_day", "last_day"]), st.sampled_from(["home", "attended"])
)


def told_events(cube: Cube, block: EventBlock) -> dict[tuple[object, ...], tuple[int, ...]]:
    told = {}
    for i in range(block.place.size):
        words = [block.words[d][block.value[i, k]] for k, d in enumerate(block.dimensions)]
        school = block.schools[block.place[i]] if block.place[i] >= 0 else ""
        cell = (cube.periods[block.period[i]], school, block.groups[block.group[i]], tuple(words))
        assert cell not in told
        told[cell] = (*(int(getattr(block, c)[i]) for c in COUNTED), int(block.students[i]))
    return told


def plainly(cells: Mapping[tuple[object, ...], PlainEvents]) -> dict[object, tuple[int, ...]]:
    return {k: (*(getattr(c, n) for n in COUNTED), len(c.who)) for k, c in cells.items()}


def told_adults(cube: Cube, block: AdultBlock) -> tuple[Counter[object], ...]:
    def where(period: int, place: int) -> tuple[str, str]:
        return cube.periods[period], block.schools[place]

    kinds: Counter[object] = Counter()
    for i in range(block.place.size):
        taught = None if block.taught is None else tuple(block.taught[i].tolist())
        kind = (*where(block.period[i], block.place[i]), tuple(block.made[i].tolist()), taught)
        assert kind not in kinds
        kinds[kind] = int(block.adults[i])
    here = [where(p, s) for p, s in zip(block.at_period, block.at_place, strict=True)]
    unnamed = Counter(dict(zip(here, block.at_unnamed.tolist(), strict=True)))
    aside = Counter(dict(zip(here, block.at_set_aside.tolist(), strict=True)))
    return kinds, +unnamed, +aside


def finer(engine: Engine, cube: Cube, plan: Plan, paths: dict[str, Path], rows: Path) -> Cube:
    asked = [
        EventPlan(f, s, whole=w) for f in plan.factors[:2] for s in SETS for w in (False, True)
    ]
    return add_finer_grains(engine, cube, plan, tables=paths, student_year=rows, events=asked)


def is_sorted(columns: list[list[int]]) -> bool:
    cells = list(zip(*columns, strict=True))
    return cells == sorted(set(cells))


@so_often(40)
@given(logs(), plans, st.booleans())
def test_referrals_and_adults_are_counted_alike(
    tables: dict[str, Rows], plan: Plan, own: bool
) -> None:
    plan = replace(
        plan,
        outcomes=(built_in()["oss_any"],),
        discretion={"local 7": "objective"} if own else {},
        adults=Adults("Memorandum", ("SYSTEM",)),
    )
    with TemporaryDirectory() as name, small_thresholds():
        folder = Path(name)
        paths, rows_file = write(tables, folder), folder / "rows.parquet"
        with duck(folder) as engine:
            write_student_year(engine, paths, plan, rows_file)
        cube = count(student_plans(plan), rows_file, plan=plan)
        with duck(folder) as engine:
            by_duck = finer(engine, cube, plan, paths, rows_file)
        by_polars = finer(PolarsEngine(), cube, plan, paths, rows_file)
        plain_rows = student_years(tables, plan)
    asked = [
        EventPlan(f, s, whole=w) for f in plan.factors[:2] for s in SETS for w in (False, True)
    ]
    for one, block, again in zip(asked, by_duck.events, by_polars.events, strict=True):
        cells, unplaced = count_events_plainly(one, tables, plain_rows, plan)
        assert told_events(cube, block) == told_events(cube, again) == plainly(cells)
        assert block.unplaced_rows == again.unplaced_rows == unplaced
        assert block.rows.sum() + unplaced == len(tables["discipline"])
        keys = [block.period, block.place, block.group, *block.value.T]
        assert is_sorted([k.tolist() for k in keys])
    (block,), (again,) = by_duck.adults, by_polars.adults
    (one_adult,) = adult_plans(plan)
    plain = count_adults_plainly(one_adult, tables, plain_rows, plan)
    assert told_adults(cube, block) == (plain.adults, +plain.unnamed, +plain.set_aside)
    assert told_adults(cube, again) == (plain.adults, +plain.unnamed, +plain.set_aside)
    made = (block.made.sum(axis=1) * block.adults).sum()
    nobody = block.at_unnamed.sum() + block.at_set_aside.sum()
    assert made + nobody == by_duck.events[0].referrals.sum()
    _members(tables, block)


def _members(tables: dict[str, Rows], block: AdultBlock) -> None:
    if "staff" not in tables:
        assert block.staff is None
        return
    assert block.staff is not None
    mine = Counter(
        r["school_id"] for r in tables["staff"] if r["school_id"] and r["staff_id"] != "System"
    )
    assert dict(zip(block.schools, block.staff.tolist(), strict=True)) == {
        s: mine[s] for s in block.schools
    }
    assert set(mine) <= set(block.schools)


def test_the_usual_plans_ask_each_factor_that_parts_the_students() -> None:
    plan = plan_of("first_day")
    asked = event_plans(plan)
    assert {p.factor.id for p in asked} == {"race", "el", "frl"}
    assert len(asked) == 3 * len(USUAL_DIMENSIONS)
    assert adult_plans(plan) == ()
    assert [p.factor for p in adult_plans(replace(plan, adults=Adults("A")))] == [FACTORS["race"]]
