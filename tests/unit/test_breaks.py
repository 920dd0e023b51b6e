"""Where two years cannot be put side by side, the report says so."""

from dataclasses import replace

import numpy as np
import pytest

from eachchild.cube import EVERYWHERE, Block, Cube, Places, Tally
from eachchild.findings.phrases import Phrases
from eachchild.release.breaks import breaks_of
from eachchild.terms.catalogue import words

PHRASES = Phrases(words("en"), {}, {})


def cube(periods: tuple[str, ...], students: list[int], *, collected: list[bool]) -> Cube:
    """One cell a year."""
    n = np.array(students)
    tally = replace(Tally.exact(n, n // 4, missing=0 * n), collected=np.array(collected))
    years = np.arange(len(n))
    block = Block((), 0 * n + EVERYWHERE, years, np.zeros((len(n), 0), np.int64), n, {"x": tally})
    return Cube(Places("school", ()), periods, {}, (block,), ())


THREE = ("2019-20", "2020-21", "2021-22")


def test_years_alike_have_no_break():
    assert breaks_of(cube(THREE, [100, 110, 100], collected=[True] * 3), PHRASES) == ()


@pytest.mark.parametrize(
    ("periods", "students", "collected", "begins", "outcome", "says"),
    [
        (("2018-19", "2020-21", "2021-22"), [100] * 3, [True] * 3, "2020-21", "", "no data"),
        (THREE, [100, 200, 200], [True] * 3, "2020-21", "", "100 students"),
        (THREE, [100, 100, 70], [True] * 3, "2021-22", "", "70 in"),
        (THREE, [100] * 3, [True, False, True], "2021-22", "x", "not collected"),
    ],
)
def test_a_break_says_where_and_why(periods, students, collected, begins, outcome, says):
    (found,) = breaks_of(cube(periods, students, collected=collected), PHRASES)
    assert (found.period, found.outcome) == (begins, outcome)
    assert says in found.reason
