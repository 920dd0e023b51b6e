"""One pattern stands for many columns; what it does not name it does not take."""

import pytest

from eachchild.plan import PlanError
from eachchild.sources.counts.patterns import ignored_by, match_columns, read_grammar

CODES = {"race": {"BL": "black", "WH": "white"}, "sex": {"M": "male", "F": "female"}}


def test_every_combination_that_has_a_column_is_found() -> None:
    found = match_columns(read_grammar("N_{race}_{sex}"), ["N_BL_M", "N_WH_F", "N_EL_F"], CODES)
    assert [(m.values, m.columns) for m in found] == [
        (("black", "male"), ("N_BL_M",)),
        (("white", "female"), ("N_WH_F",)),
    ]


def test_columns_that_add_up_belong_to_one_cell() -> None:
    found = match_columns(read_grammar("{ONE|MORE}_{race}"), ["ONE_BL", "MORE_BL", "ONE_WH"], CODES)
    assert (found[0].columns, found[0].missing) == (("ONE_BL", "MORE_BL"), ())
    assert (found[1].columns, found[1].missing) == (("ONE_WH",), ("MORE_WH",))


def test_two_codes_of_one_meaning_make_one_cell() -> None:
    codes = {"race": {"Asian": "asian", "Filipino": "asian"}}
    (found,) = match_columns(read_grammar("{race}"), ["Asian", "Filipino"], codes)
    assert found.columns == ("Asian", "Filipino")


def test_headings_match_whatever_their_line_breaks() -> None:
    codes = {"race": {"American Indian or Alaska Native": "native"}}
    columns = ["Race / American Indian or\nAlaska Native\xa0/ Number"]
    (found,) = match_columns(read_grammar("Race / {race} / Number"), columns, codes)
    assert found.columns == tuple(columns)


@pytest.mark.parametrize("text", ["N_{race", "N_race}", "N_{}", "N_{race}_{race}", "{{race}}"])
def test_a_pattern_that_cannot_be_read_says_how_to_write_one(text: str) -> None:
    with pytest.raises(PlanError, match=r"write each factor once as \{race\}"):
        read_grammar(text)


def test_names_to_ignore_may_hold_any_text() -> None:
    columns = ["Percent of schools", "a [note]", "SCH_PS_M", "type"]
    assert ignored_by(["Percent *", "a [note]", "SCH_PS*"], columns) == tuple(columns[:3])
