"""Tjur's R2, the uncertainty coefficient and the AUC of cell rates, against R and pROC."""

import numpy as np
import pyarrow.compute as pc
import pytest

from eachchild.measures.predictability import SchoolCells, sparse_school_cells
from eachchild.measures.predictability.columns import LEAN
from eachchild.measures.predictability.estimate import estimate
from eachchild.measures.predictability.fits import fits
from eachchild.measures.predictability.index import variance_columns
from eachchild.measures.predictability.information import identity_information

CASES = {
    "transfer_ethnicity": ("Transfer", ["Ethnicity"]),
    "transfer_eth_gender_goal_status": (
        "Transfer",
        ["Ethnicity", "Gender", "Ed_Goal", "College_Status"],
    ),
    "math_ethnicity_gender": ("Math", ["Ethnicity", "Gender"]),
    "transfer_gender_only": ("Transfer", ["Gender"]),
}


def cells_of(table, outcome: str, identity: list[str]) -> SchoolCells:
    """Students and events of each crossing that occurs."""
    table = table.filter(pc.is_valid(table[outcome]))
    counted = table.group_by(identity).aggregate([(outcome, "count"), (outcome, "sum")])
    codes = [counted[name].combine_chunks().dictionary_encode().indices for name in identity]
    cell = np.arange(counted.num_rows)
    return sparse_school_cells(
        np.zeros_like(cell),
        cell,
        n=counted[f"{outcome}_count"].to_numpy(),
        events=counted[f"{outcome}_sum"].to_numpy(),
        levels=np.stack([code.to_numpy() for code in codes], axis=1),
    )


def test_every_recorded_case_is_here(oracle):
    assert oracle.ids("predictability") == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_figures_of_the_cell_rates(oracle, name):
    outcome, identity = CASES[name]
    place = cells_of(oracle.table("student_equity.parquet"), outcome, identity).place()
    found = fits(place, estimate(place, variance_columns(place, LEAN)))
    with oracle.case("predictability", name) as case:
        case.check("n", place.students)
        case.check("base_rate", place.base_rate)
        case.check("saturated_cells/n_cells", place.n.size)
        for figure in ("Tjur", "Brier_skill", "eta2_linear"):  # one number of cell rates
            # Recorded from sums over 20,000 students: theirs differ by 1e-12 of the variance.
            case.check(f"saturated_cells/{figure}", found.tjur_seen)
        for figure in ("uncertainty_coefficient", "McFadden"):
            case.check(f"saturated_cells/{figure}", found.uncertainty_seen)
        told = identity_information(place).seen
        case.check("saturated_cells/entropy_reduction_nats", told)
        case.check("saturated_cells/AUC", found.area_seen)
        case.leave_out(
            *("logLik", "logLik_null", "CoxSnell", "Nagelkerke", "Brier"),
            because="restate the rates already checked; no page prints them",
        )
        case.leave_out(
            *("AUC_DeLong_ci", "AUC_DeLong_var"),
            because="an interval of the in-sample AUC covers the flattered figure, not the truth",
        )
        case.leave_out(
            "main_effects", because="a logistic model of main effects is not one of our measures"
        )
        case.leave_out(
            *("cv5_main_effects", "cv5_cell_rates"),
            because="folds need rows, which the arithmetic never sees, and aim at a smaller number",
        )


def test_freed_of_chance_gender_tells_nothing_about_transfer(oracle):
    cells = cells_of(oracle.table("student_equity.parquet"), *CASES["transfer_gender_only"])
    place = cells.place()
    found = fits(place, estimate(place, variance_columns(place, LEAN)))
    assert found.tjur_seen[0] > 1e-4
    assert abs(found.tjur[0]) < 5e-5
    assert abs(found.uncertainty[0]) < 5e-5
    assert found.area[0] < found.area_seen[0]
