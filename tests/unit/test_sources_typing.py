"""Each distinct text is typed once, by our own rules."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from eachchild.sources.reading.asked import Asked
from eachchild.sources.reading.codes import canonical_grade
from eachchild.sources.reading.typed import (
    ColumnReading,
    TypedColumn,
    constant_column,
    missing_column,
    read_column,
    stack,
)
from eachchild.tables import Kind


def read(texts: list[str], kind: Kind, name: str = "x", **asked: object) -> ColumnReading:
    return read_column(pa.chunked_array([texts]), Asked(name, kind, **asked))  # type: ignore[arg-type]


def values(reading: ColumnReading) -> list[object]:
    return reading.column.array().to_pylist()


def fired(reading: ColumnReading) -> dict[tuple[str, str], list[int]]:
    return {
        (f.fault.rule, f.fault.severity): np.flatnonzero(f.rows).tolist() for f in reading.faults
    }


def test_ids_keep_their_zeros() -> None:
    reading = read(["007", "7", "12.0", "1.2E+05", "NA", "", "a b"], Kind.ID)
    assert values(reading) == ["007", "7", "12", None, None, None, "a b"]
    assert fired(reading) == {("R08", "blank"): [3], ("R08", "note"): [2]}


def test_texts() -> None:
    assert values(read(["NA", "NULL", "", "x"], Kind.TEXT)) == ["NA", None, None, "x"]
    coded = read(["A", "B", "C"], Kind.TEXT, codes={"A": "fighting", "B": ""})
    assert values(coded) == ["fighting", None, "C"]


def test_numbers() -> None:
    texts = ["1,234", "12.5%", "\u22123", "1e3", "1 234", "", "N/A", "12,34", "<10", "$5", "3-Jan"]
    reading = read(texts, Kind.NUMBER, signed=True)
    assert values(reading) == [1234, 12.5, -3, 1000, 1234, None, None, None, None, None, None]
    assert fired(reading) == {("V10", "blank"): [7, 8, 9, 10]}


def test_a_share_in_percent() -> None:
    assert values(read(["12.5%", "0.1"], Kind.NUMBER, unit="share")) == [0.125, 0.1]


def test_an_amount_is_not_negative() -> None:
    reading = read(["-9", "4"], Kind.NUMBER)
    assert (values(reading), fired(reading)) == ([None, 4], {("V10", "blank"): [0]})


def test_a_declared_reserve_code_says_nothing() -> None:
    reading = read(["-9", "10+", "4"], Kind.NUMBER, codes={"-9": "not_reported", "10+": "10"})
    assert (values(reading), fired(reading)) == ([None, 10, 4], {})


def test_whole_numbers() -> None:
    reading = read(["3", "3.0", "3.5", "1,000", "99999999999999999"], Kind.WHOLE)
    assert values(reading) == [3, 3, None, 1000, None]
    assert reading.column.values.type == pa.int64()
    assert fired(reading) == {("V10", "blank"): [2, 4]}


def test_flags() -> None:
    reading = read(["Y", "n", "TRUE", "0", "", "NA", "maybe", "None"], Kind.FLAG)
    assert values(reading) == ["yes", "no", "yes", "no", None, None, None, None]
    assert fired(reading) == {("V07", "blank"): [6, 7], ("V09", "note"): [2, 3]}


def test_flags_by_list() -> None:
    reading = read(["IEP", "-", "exited", "yes"], Kind.FLAG, codes={"iep": "yes", "exited": "no"})
    assert (values(reading), fired(reading)) == (["yes", None, "no", "yes"], {})


def test_codes() -> None:
    asked = {"codes": {"BL": "black", "Unk": "not_reported"}, "options": ("black", "white")}
    reading = read(["BL", "bl", "White", "Unk", "", "NA", "not_reported"], Kind.CODE, **asked)
    assert values(reading) == ["black", "black", "white", None, None, None, None]
    assert fired(reading) == {("V07", "blank"): [5]}
    assert reading.unmapped[""].values.to_pylist() == ["NA"]


def test_periods() -> None:
    texts = ["2021-22", "2021-2022", "2021/22", "SY 2021-22", "2022", "2021-10", "", "2021-23"]
    assert values(read(texts, Kind.PERIOD)) == [
        "2021-22", "2021-22", "2021-22", "2021-22", None, "2021-10", None, None,
    ]  # fmt: skip
    assert fired(read(texts, Kind.PERIOD)) == {("V04", "blank"): [4, 7]}
    assert values(read(["2022", "2022.0"], Kind.PERIOD, year_is="end")) == ["2021-22"] * 2
    assert values(read(["2022"], Kind.PERIOD, year_is="start")) == ["2022-23"]


def test_dates_in_many_ways() -> None:
    texts = [
        "2021-09-03", "2021-09-03T00:00:00.000Z", "20210903", "9/3/2021", "9/13/21", "3-Sep-2021",
        "Sep 3, 2021", "September 3, 2021", "3 September 2021", "2021/9/3", "9/3/2021 12:00 AM",
    ]  # fmt: skip
    reading = read(texts, Kind.DATE)
    assert set(values(reading)) == {date(2021, 9, 3), date(2021, 9, 13)}
    assert ("V01", "note") in fired(reading)


@pytest.mark.parametrize(
    ("texts", "order", "expected", "rules"),
    [
        (["3/4/2021", "13/4/2021"], None, [date(2021, 4, 3), date(2021, 4, 13)], {}),
        (["3/4/2021", "4/13/2021"], None, [date(2021, 3, 4), date(2021, 4, 13)], {}),
        (
            ["3/4/2021", "5/5/2021"], None, [date(2021, 3, 4), date(2021, 5, 5)],
            {("V02", "note"): [0]},
        ),
        (["3/4/2021"], "dmy", [date(2021, 4, 3)], {}),
        (["3/4/2021"], "mdy", [date(2021, 3, 4)], {}),
        (
            ["13/4/2021", "4/13/2021", "3/4/2021", "5/5/2021"], None,
            [date(2021, 4, 13), date(2021, 4, 13), None, date(2021, 5, 5)],
            {("V01", "blank"): [2]},
        ),
        (["13/4/2021"], "mdy", [None], {("V03", "blank"): [0]}),
    ],
)  # fmt: skip
def test_month_and_day(
    texts: list[str],
    order: str | None,
    expected: list[date | None],
    rules: dict[tuple[str, str], list[int]],
) -> None:
    reading = read(texts, Kind.DATE, date_order=order)
    assert (values(reading), fired(reading)) == (expected, rules)


def test_dates_that_cannot_be() -> None:
    texts = ["2021-02-30", "1900-01-01", "3-Jan", "44561", "soon", "", "n/a", "2021-05-01"]
    reading = read(texts, Kind.DATE)
    assert values(reading) == [
        None,
        None,
        None,
        date(2021, 12, 31),
        None,
        None,
        None,
        date(2021, 5, 1),
    ]
    assert fired(reading) == {("V03", "blank"): [0, 1, 2, 4], ("V03", "note"): [3]}


def test_an_end_that_means_still() -> None:
    reading = read(["9999-12-31", "2021-05-01", "31/31/2021"], Kind.DATE, blank_speaks=True)
    assert values(reading) == [None, date(2021, 5, 1), None]
    assert fired(reading) == {("V03", "note"): [0], ("V03", "blank"): [2]}


@pytest.mark.parametrize(
    ("text", "ours"),
    [("K", "KG"), ("0", "KG"), ("00", "KG"), ("-1", "PK"), ("3rd", "03"), ("9th", "09"),
     ("grade 10", "10"), ("12.0", "12"), ("14", "14"), ("Adult", "Adult")],
)  # fmt: skip
def test_grades(text: str, ours: str) -> None:
    assert canonical_grade(text) == ours


def test_one_grade_in_two_spellings() -> None:
    reading = read(["9", "09", "09", "K"], Kind.TEXT, name="grade")
    assert values(reading) == ["09", "09", "09", "KG"]
    assert ("V16", "note") in fired(reading)


def test_exit_types() -> None:
    reading = read(["No Show", "W2", "invalid enrollment", ""], Kind.TEXT, name="exit_type")
    assert values(reading) == ["no_show", "W2", "invalid", None]


def test_columns_one_below_the_other() -> None:
    first = TypedColumn(pa.array(["a", "b"]), np.array([1, 0, -1], dtype=np.int32))
    second = TypedColumn(pa.array(["b", "c"]), np.array([0, 1], dtype=np.int32))
    third = missing_column(pa.string(), 2)
    stacked = stack([first, second, third])
    assert stacked.array().to_pylist() == ["b", "a", None, "b", "c", None, None]
    assert sorted(stacked.values.to_pylist()) == ["a", "b", "c"]


def test_the_same_text_throughout() -> None:
    reading = constant_column("2021-22", Asked("period", Kind.PERIOD), 3)
    assert values(reading) == ["2021-22"] * 3
    assert constant_column("x", Asked("n", Kind.NUMBER), 2).column.index.tolist() == [-1, -1]
