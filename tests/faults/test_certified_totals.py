"""Certified totals that differ by one rule each: the reason named is that rule, and no other."""

from typing import Any

import pytest

from eachchild import story
from eachchild.plan import PlanError


def certified(district: Any, value: int, **more: object) -> Any:
    """The one check of a total, as `eachchild check` makes it."""
    keys = {"name": "Fall", "rule": "state", "value": value, "period": "2021-22", **more}
    lines = (f"{k} = {str(v).replace(chr(39), chr(34)) if isinstance(v, list) else _toml(v)}"
             for k, v in keys.items())  # fmt: skip
    district.plan += "\n[[certified]]\n" + "\n".join(lines) + "\n"
    district.write()
    return story.check(district.folder)[1].certified[0]


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def test_equal_totals_agree(district: Any) -> None:
    check = certified(district, 40)
    assert (check.ours, check.difference, check.reason) == (40, 0, "The two agree")


def test_students_who_moved_are_counted_at_each_school(district: Any) -> None:
    for row in district.tables["enrollment"][:3]:
        other = {"010": "020", "020": "010"}[row["school_id"]]
        district.tables["enrollment"].append(
            {**row, "school_id": other, "entry_date": "2022-02-01"}
        )
        row["exit_date"] = "2022-01-31"
    check = certified(district, 43)
    assert (check.ours, check.difference) == (40, -3)
    assert "students who changed school are counted at each. Then it would be 43" in check.reason


def test_another_span_of_grades(district: Any) -> None:
    for row in district.tables["enrollment"][:5]:
        row["grade"] = "10"
    check = certified(district, 40, grades=["09"])
    assert (check.ours, check.difference) == (35, -5)
    assert "another span of grades. With every grade it would be 40" in check.reason


def test_codes_that_no_list_maps(district: Any) -> None:
    for row in district.tables["student"][:8:4]:
        row["race"] = "zz"
    check = certified(district, 10, group="race=black")
    assert (check.ours, check.difference) == (8, -2)
    assert "codes that no list maps" in check.reason


def test_another_day_decides(district: Any) -> None:
    district.tables["identity"] = [
        {"student_id": row["student_id"], "factor": "el", "value": "yes",
         "begin_date": "2021-08-01" if i else "2022-03-01", "end_date": ""}
        for i, row in enumerate(district.tables["student"][:4])
    ]  # fmt: skip
    district.settings["identity"] = "complete = true"
    district.extra_sources = '[[identity]]\nfactor = "el"\n'
    check = certified(district, 4, group="el=yes")
    assert (check.ours, check.difference) == (3, -1)
    assert "another day decides on identity or enrollment" in check.reason


def test_events_of_one_school(district: Any) -> None:
    district.outcomes = ("oss_any",)
    mine = [r for r in district.tables["discipline"] if r["school_id"] == "010"]
    check = certified(district, len(mine), count="events", outcome="oss_any", place="school:010")
    assert (check.ours, check.difference) == (len(mine), 0)


def test_no_rule_explains_it(district: Any) -> None:
    assert "No single rule we know of" in certified(district, 400).reason


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"group": "sex=male"}, "group names a factor the plan does not have"),
        ({"period": "1999-00"}, "period must be one of 2021-22"),
        ({"count": "events", "outcome": "gpa"}, "outcome must be a rate of this plan"),
    ],
)
def test_a_total_that_asks_what_the_plan_has_not(district: Any, more: Any, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        certified(district, 1, **more)
