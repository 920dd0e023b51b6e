"""Six small places worked out by hand and by a second program, to all ten digits."""

from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pytest

from eachchild.bench.predictability.rivals import leave_pair_out
from eachchild.measures.predictability import (
    SchoolCells,
    information_split,
    number_fit,
    school_cells,
    sparse_number_cells,
)
from eachchild.measures.predictability.columns import LEAN, RICH, RICH_SCHOOLS
from eachchild.measures.predictability.estimate import estimate, raw_index, student_noise
from eachchild.measures.predictability.gini import pairs
from eachchild.measures.predictability.index import index_here, variance_columns
from eachchild.measures.predictability.interval import Square, inverted
from eachchild.measures.predictability.schools import school_moves
from eachchild.measures.predictability.score_tests import beyond_school_test, total_test

DIGITS = 6e-11  # ten decimals, as the references are written


@dataclass(frozen=True)
class Reference:
    factors: tuple[int, ...]
    n: list[list[int]]
    events: list[list[int]]
    expect: dict[str, float] = field(default_factory=dict)

    @property
    def cells(self) -> SchoolCells:
        levels = list(product(*map(range, self.factors)))
        return school_cells(self.n, self.events, levels)


R1 = Reference(
    (2, 2),
    [[200, 150, 100, 50]],
    [[20, 30, 25, 15]],
    {
        "raw": 0.2642276423,
        "left_out": 0.2642276423,
        "rank": 4,
        "seen": 0.0051,
        "chance": 0.001022790658,
        "between": 0.004077209342,
        "shape": 1.092218466,
        "square": 0.05581479495,
        "index": 0.2362515502,
        "scale": 0.004667150663,
        "freedom": 3,
        "deviation": 0.06091163697,
        "low": 0.1114622069,
        "high": 0.3919792162,
        "rich_high": 0.3919792162,
        "total": 16.8361788618,
        "total_freedom": 2,
        "total_p": 0.0002208362,
    },
)
R2 = Reference(
    (3,),
    [[120, 80, 40]],
    [[24, 17, 8]],
    {
        "raw": 0.0170958436,
        "left_out": -0.2632759910,
        "chance": 0.001376662872,
        "square": -0.0112955366,
        "index": 0.0,
        "deviation": 0.07652815276,
        "low": 0.0,
        "high": 0.2772373139,
        "total": 0.0510738327,
        "total_freedom": 2,
        "total_p": 0.9747863928,
    },
)
R3 = Reference(
    (3, 2),
    [[60, 30, 40, 20, 4, 1], [20, 30, 50, 60, 2, 3]],
    [[6, 5, 8, 7, 1, 0], [4, 9, 12, 24, 1, 1]],
    {
        "raw": 0.2761178216,
        "left_out": 0.1142191142,
        "rank": 6,
        "chance": 0.003266585366,
        "between": 0.00572647019,
        "shape": 1.073447498,
        "square": 0.04854769386,
        "index": 0.2203354122,
        "deviation": 0.06955449342,
        "low": 0.0482262580,
        "high": 0.4062956113,
        "total": 14.5994448711,
        "total_p": 0.0006757263,
        "inside": 9.3632576346,
        "inside_freedom": 2,
        "inside_p": 0.0092639124,
        "told_seen": 0.0184812530,
        "told_chance": 0.0170229341,
        "told": 0.0014583189,
    },
)
R4 = Reference(
    (2, 2, 2),
    [[900, 400, 300, 150, 120, 80, 35, 15]],
    [[9, 6, 5, 4, 3, 3, 2, 0]],
    {
        "raw": 0.2605754573,
        "left_out": 0.1643483232,
        "rank": 5,
        "square": 0.01497140389,
        "index": 0.1223576883,
        "low": 0.0,
        "high": 0.4344468884,
        "rich_rank": 8,
        "rich_square": -0.00354714804,
        "rich_high": 0.4343282954,
        "total": 7.2346624752,
        "total_freedom": 3,
        "total_p": 0.0647827278,
    },
)
R6 = Reference(
    (2, 2),
    [[90, 40, 20, 10], [60, 50, 30, 20], [30, 40, 60, 40], [20, 30, 70, 60]],
    [[9, 6, 3, 2], [7, 9, 5, 6], [6, 10, 14, 13], [5, 9, 20, 24]],
    {
        "index": 0.2094498751,
        "deviation": 0.05050291524,
        "low": 0.1122887235,
        "high": 0.3359901369,
        "total": 20.3266606292,
        "total_p": 0.0000385586,
        "inside": 8.3520801318,
        "inside_freedom": 2,
        "inside_p": 0.0153592088,
        "alike_square": 0.05045205845,
        "alike_scale": 0.0008195102374,
        "alike_freedom": 1.263139667,
        "alike_deviation": 0.04076413902,
        "told_seen": 0.0066961082,
        "told_chance": 0.0094314445,
        "told": -0.0027353362,
    },
)


def figures(cells: SchoolCells) -> dict[str, float]:
    """Everything the references name, from our own functions."""
    place = cells.place()
    lean_columns, rich_columns = (variance_columns(place, x) for x in (LEAN, RICH))
    lean, rich = estimate(place, lean_columns), estimate(place, rich_columns)
    noise, total = student_noise(place, lean), total_test(cells, lean_columns.shared)
    inside = beyond_school_test(cells, lean_columns.shared)
    here = index_here(place, lean, total=total)
    rich_ends = inverted(Square(rich.square, student_noise(place, rich)))
    pi = place.base_rate
    found = {
        "raw": raw_index(place),
        "left_out": leave_pair_out(place),
        "rank": lean.rank,
        "seen": lean.spread.seen,
        "chance": lean.spread.chance,
        "between": lean.spread.between,
        "shape": lean.factor * 2 * pi * (1 - pi),
        "square": lean.square,
        "index": here.index,
        "scale": noise.scale,
        "freedom": noise.freedom,
        "deviation": np.sqrt(noise.signal),
        "low": here.low,
        "high": here.high,
        "rich_rank": rich.rank,
        "rich_square": rich.square,
        "rich_high": rich_ends.high,
        "total": total.statistic,
        "total_freedom": total.freedom,
        "total_p": total.p,
        "inside": inside.statistic,
        "inside_freedom": inside.freedom,
        "inside_p": inside.p,
    }
    return {k: float(np.squeeze(v)) for k, v in found.items()} | by_school(cells)


def by_school(cells: SchoolCells) -> dict[str, float]:
    """The figures that need two schools."""
    if cells.schools < 2:
        return {}
    told = information_split(cells).within
    alike = school_moves(cells, variance_columns(cells.place(), LEAN)).square
    found = {
        "told_seen": told.seen,
        "told_chance": told.chance,
        "told": told.real,
        "alike_square": alike.value,
        "alike_scale": alike.noise.scale,
        "alike_freedom": alike.noise.freedom,
        "alike_deviation": np.sqrt(alike.noise.signal),
    }
    return {k: float(v[0]) for k, v in found.items()}


@pytest.mark.parametrize("reference", [R1, R2, R3, R4, R6], ids=["R1", "R2", "R3", "R4", "R6"])
def test_reference_case_to_ten_digits(reference):
    found = figures(reference.cells)
    ours = {name: found[name] for name in reference.expect}
    assert ours == pytest.approx(reference.expect, abs=DIGITS, rel=6e-10)


def test_number_outcome_reference_case():
    cells = sparse_number_cells(
        [0, 0, 0],
        [0, 1, 2],
        n=[10, 20, 5],
        total=[30, 80, 10],
        squares=[110, 350, 26],
        levels=[[0], [1], [2]],
    )
    found = number_fit(cells)
    assert found.epsilon_squared[0] == pytest.approx(0.2021072797, abs=DIGITS)
    assert found.omega_squared[0] == pytest.approx(0.1974730931, abs=DIGITS)


def test_true_index_of_known_rates():
    rates, share = np.array([[0.1, 0.2, 0.4]]), np.array([0.5, 0.3, 0.2])
    base = float((rates @ share)[0])
    index = pairs(rates, share).mean_difference(share) / (2 * base * (1 - base))
    assert index[0] == pytest.approx(0.3703703704, abs=DIGITS)


def test_the_schools_of_r6_are_too_few_for_schools_like_these():
    moves = school_moves(R6.cells, variance_columns(R6.cells.place(), RICH_SCHOOLS))
    assert moves.square.schools == pytest.approx(670**2 / (160**2 + 160**2 + 170**2 + 180**2))
