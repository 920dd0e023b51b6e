"""Tables as others publish them: every way of blurring is read as what it tells."""

from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eachchild.release.family import TOTAL
from eachchild.release.published import Publication, Range, key_of
from eachchild.release.reading import PublishedError, read_published
from eachchild.release.reading.blur import Percent, numerators, read_count, read_percent


def read(folder: Path, text: str, *, width: int = 5) -> Publication:
    """A table from its text."""
    file = folder / "t.csv"
    file.write_text(text, "utf-8")
    return read_published(file, width=width)


@pytest.mark.parametrize(
    ("text", "told", "hidden"),
    [
        ("0", (0, 0), False),
        ("52", (52, 52), False),
        ("1,234", (1234, 1234), False),
        ("<10", (0, 9), True),
        ("n<10", (0, 9), True),
        ("N < 10", (0, 9), True),
        ("≤5", (0, 5), True),
        ("<=5", (0, 5), True),
        ("10-19", (10, 19), False),
        (">=95", (95, None), False),
        ("*", None, True),
        ("**", None, True),
        ("PS", None, True),
        ("N/A", None, True),
        ("", None, True),
    ],
)
def test_every_way_to_blur_a_count(text: str, told: Range | None, hidden: bool) -> None:
    cell = read_count(text)
    assert (cell.told, cell.hidden) == (told, hidden)


@pytest.mark.parametrize(
    ("text", "n", "told"),
    [
        ("7.0", 57, (4, 4)),
        ("7.0%", 57, (4, 4)),
        ("2.1", 431, (9, 9)),
        ("12.5", 8, (1, 1)),
        ("50", 1000, (495, 505)),  # 505 of 1,000 is 50.5: half to even says 50, half up 51
        ("51", 1000, (505, 514)),
        ("0", 30, (0, 0)),
        ("100", 30, (30, 30)),
        ("20-39", 10, (2, 3)),
        ("LT50", 10, (0, 4)),
        ("GE50", 10, (5, 10)),
        ("<5", 100, (0, 4)),
        (">95", 100, (96, 100)),
        (">=95", 100, (95, 100)),
        ("≤5%", 40, (0, 2)),
    ],
)
def test_every_way_to_blur_a_rate(text: str, n: int, told: Range) -> None:
    percent = read_percent(text)
    assert percent is not None
    assert percent.numerators(n) == told


@pytest.mark.parametrize("text", ["", "*", "PS", "N/A"])
def test_a_hidden_rate_tells_nothing(text: str) -> None:
    assert read_percent(text) is None


@given(st.integers(1, 120), st.integers(0, 2), st.data())
def test_numerators_are_those_that_round_to_the_rate(
    n: int, decimals: int, data: st.DataObject
) -> None:
    scale = 100 * 10**decimals
    rate = data.draw(st.integers(0, scale))
    shares = {k: Fraction(scale * k, n) for k in range(n + 1)}
    either = [k for k, s in shares.items() if rate in (round(s), floor(s + Fraction(1, 2)))]
    found = Percent(rate, rate, scale).numerators(n)
    assert found == ((either[0], either[-1]) if either else None)


def test_a_denominator_within_a_range_widens_the_count() -> None:
    half = Percent(50, 50, 100)
    assert numerators(half, (10, 12)) == (5, 6)
    assert numerators(half, (10, None)) == (0, None)
    assert numerators(half, (10, 5000)) == (0, 5000)


def test_rates_give_the_hidden_numerators_away(shared: Path) -> None:
    found = read_published(shared / "oracles" / "privacy" / "examples" / "rate.csv")
    north = key_of({"school": "North", "measure": "suspended"})
    south = key_of({"school": "South", "measure": "suspended"})
    assert (found.told[north], found.told[south]) == ((4, 4), (9, 9))
    assert found.hidden == {north: 5, south: 5}


def test_every_example_is_read(shared: Path) -> None:
    files = sorted((shared / "oracles" / "privacy" / "examples").glob("*.csv"))
    hidden = {f.stem: len(read_published(f).hidden) for f in files}
    assert hidden == {
        "primary-only": 1, "proper": 4, "rate": 2, "release-a": 4, "release-b": 4,
        "row-only": 2, "truth": 0,
    }  # fmt: skip


def test_dimensions_totals_and_bounds(tmp_path: Path) -> None:
    text = (
        "\ufeffschool,sex,count,low,high,suppressed\n"
        "N,__all__,30,,,0\nN,male,,3,12,1\nN,female,,10,,\n\nS,__all__,,,,1\n"
    )
    found = read(tmp_path, text, width=3)
    # No row of all schools: nobody says that these are all there are.
    assert [(t.name, dict(t.of)) for t in found.tables] == [
        ("t N", {"school": "N"}),
        ("t S", {"school": "S"}),
    ]
    assert all(
        {tree.name: dict(tree.children) for tree in table.trees}
        == {"sex": {TOTAL: ("male", "female")}}
        for table in found.tables
    )
    assert found.told == {
        key_of({"school": "N"}): (30, 30),
        key_of({"school": "N", "sex": "male"}): (3, 12),
        key_of({"school": "N", "sex": "female"}): (10, None),
    }
    assert found.hidden == {key_of({"school": "N", "sex": "male"}): 3, key_of({"school": "S"}): 3}


def test_a_small_number_shown_as_small_asks_for_no_more_than_it_leaves(tmp_path: Path) -> None:
    found = read(tmp_path, "sex,count\nmale,<5\nfemale,<10\n")
    assert found.hidden == {(("sex", "male"),): 4, (("sex", "female"),): 5}


def test_a_range_and_a_rate_together_tell_less_than_either(tmp_path: Path) -> None:
    found = read(tmp_path, "measure,count,rate\nstudents,100,\nevents,<10,9\n")
    assert found.told[(("measure", "events"),)] == (9, 9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "row 1: no column 'count'"),
        ("sex,events\nmale,3\n", "row 1: no column 'count'"),
        ("count\n3\n", "row 1: a table has"),
        ("sex,sex,count\nm,m,3\n", "row 1: a table has"),
        ("sex,count\n", "no row below"),
        ("sex,count\nmale,1,234\n", "row 2: 3 cells under 2"),
        ("sex,count\n,12\n", "row 2: 'sex' is blank"),
        ("sex,count\nmale,many\n", "row 2: 'count' is no count"),
        ("sex,count\nmale,5%\n", "row 2: 'count' is no count"),
        ("sex,count\nmale,1\nmale,2\n", "row 3: the same cell as t.csv, row 2"),
        ("sex,count,suppressed\nmale,1,maybe\n", "row 2: 'suppressed' is neither"),
        ("sex,low,high\nmale,x,2\n", "row 2: 'low' or 'high'"),
        ("sex,low,high\nmale,3,2\n", "row 2: 'high' is below"),
        ("sex,count,rate\nmale,,often\n", "row 2: 'rate' is no percentage"),
        ("sex,count,rate\nmale,,7.0\n__all__,57,\n", "row 2: a rate of whom"),
        ("quantity,count,rate\nn,10,\nevents,,7.0\n", "row 3: no count of the denominator"),
        ("measure,count,rate\nn,10,\nevents,3,50\n", "row 3: 'count' and 'rate' do not agree"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_row(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PublishedError, match=said):
        read(tmp_path, text)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"sex,count\n\xff\xfe,3\n")
    with pytest.raises(PublishedError, match="UTF-8"):
        read_published(tmp_path / "t.csv")
