"""A published cell is a number, bounds, or nothing collected; never a zero it does not say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eachchild.sources.counts.cell_text import OPEN, Read, read_cell


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0", 0, 0),
        ("6,731,214 ", 6_731_214, 6_731_214),
        ("1 234", 1234, 1234),
        ("1\u202f234", 1234, 1234),
        ("100.0", 100, 100),
        ("12.5", 12, 13),  # an estimate is known no better than its two neighbors
    ],
)
def test_numbers(text: str, low: int, high: int) -> None:
    cell = read_cell(text, {})
    assert (cell.read, cell.low, cell.high) == (Read.NUMBER, low, high)
    assert cell.bounded == (low != high)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("<10", 0, 9),
        ("n<10", 0, 9),
        ("N < 10", 0, 9),
        ("fewer than 10", 0, 9),
        ("<=5", 0, 5),
        ("≤5", 0, 5),
        ("5 or fewer", 0, 5),
        (">95", 96, OPEN),
        (">=95", 95, OPEN),
        ("95+", 95, OPEN),
        ("10 or more", 10, OPEN),
        ("1-3", 1, 3),
        ("1–3", 1, 3),
        ("1 to 3", 1, 3),
        ("10-20", 10, 20),
    ],
)
def test_ranges(text: str, low: int, high: int) -> None:
    cell = read_cell(text, {})
    assert (cell.read, cell.low, cell.high, cell.bounded) == (Read.RANGE, low, high, True)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("3-Jan", 1, 3), ("Jan-3", 1, 3), ("3-Jan-24", 1, 3), ("20-Oct", 10, 20), ("2-Mar", 2, 3)],
)
def test_a_range_that_a_spreadsheet_made_a_date(text: str, low: int, high: int) -> None:
    cell = read_cell(text, {})
    assert (cell.read, cell.low, cell.high) == (Read.DATE, low, high)


@pytest.mark.parametrize("text", ["", "-", "–", "-9", "-11", "−9", "NA", "n/a", ".", "†"])
def test_nothing_collected_is_no_zero(text: str) -> None:
    assert read_cell(text, {}).read is Read.MISSING


@pytest.mark.parametrize("text", ["*", "**", "DS", "ds", "S", "x", "X", "‡", "Suppressed"])
def test_a_suppression_word_is_open_until_somebody_says_more(text: str) -> None:
    cell = read_cell(text, {})
    assert (cell.read, cell.low, cell.high) == (Read.SUPPRESSED, 0, OPEN)


def test_the_plan_says_what_a_word_stands_for() -> None:
    words = {"DS": "1-3", "*": "<10", "-2": "1-3", "q": "not_collected"}
    bounds = [(read_cell(w, words).low, read_cell(w, words).high) for w in ("DS", "*", "-2")]
    assert bounds == [(1, 3), (0, 9), (1, 3)]
    assert read_cell("q", words).read is Read.MISSING


def test_a_word_that_stands_for_no_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="is no bound"):
        read_cell("DS", {"DS": "small"})


@pytest.mark.parametrize("text", ["12%", "<5%", "12.3 %"])
def test_a_percentage_is_no_count(text: str) -> None:
    assert read_cell(text, {}).read is Read.PERCENT


@pytest.mark.parametrize("text", ["many", "3-1", "3-Foo", "12 of 30", "1.2.3"])
def test_what_cannot_be_read(text: str) -> None:
    assert read_cell(text, {}).read is Read.UNREADABLE


def test_a_mark_of_doubt_is_kept_beside_the_number() -> None:
    cell = read_cell("1,234*", {})
    assert (cell.low, cell.flagged) == (1234, True)


def test_sums_are_in_whole_units_of_the_decimals() -> None:
    assert read_cell("9.5", {}, decimals=1).low == 95
    assert read_cell("1-3", {}, decimals=1).high == 30
    assert read_cell(">3", {}, decimals=1).high == OPEN


@given(st.integers(0, 10**9))
def test_a_number_survives_its_thousands_separators(value: int) -> None:
    assert read_cell(f"{value:,}", {}).low == value


@given(st.text(max_size=12))
def test_no_text_is_read_as_a_zero_but_a_zero(text: str) -> None:
    cell = read_cell(text, {})
    if cell.read is Read.NUMBER and cell.high == 0:
        assert set("".join(text.split())) <= set("0,.*†‡!^")
