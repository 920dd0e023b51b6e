"""Concentration indices against R's rineq and the convenient regression of statsmodels.

rineq breaks ties by the order of rows, so its figures are found by ranking the rows themselves.
Its variance is that of the standard index; it states the same for the other two, of other scales,
and with weights it mixes weighted ranks and an unweighted curve: both shown wrong below.
"""

import csv

import numpy as np
import pytest

from eachchild.measures.concentration import concentration
from eachchild.measures.counts import Sums

RINEQ = ("nigeria_stunted_by_wealth", "caschools_read_by_income")
WEIGHTED = "nigeria_stunted_by_wealth_weighted"
AVERAGED = (
    "nigeria_stunted_by_wealth_ties_averaged",
    "nigeria_stunted_weighted_ties_averaged",
    "caschools_read_by_income_ties_averaged",
)
FLOAT32 = 2**14  # scores were stored so: whole numbers of this fraction


def test_every_recorded_case_has_a_test_here(oracle):
    assert oracle.ids("concentration_index") == {*RINEQ, WEIGHTED, *AVERAGED}


def people(oracle, name):
    """Rank, whole outcome, units in one, limits and weight in millionths, a row a person."""
    schools = name.startswith("caschools")
    rows = list(csv.DictReader(oracle.text(f"{name.split('_')[0]}.csv").splitlines()))
    column = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    if schools:
        read = column["read"].astype(float)
        whole = np.rint(read * FLOAT32).astype(np.int64)
        limits = (read.min(), read.max())
        return column["income"].astype(float), whole, FLOAT32, limits, np.ones(len(rows), np.int64)
    stunted = (column["zscore"].astype(float) < -2).astype(np.int64)
    weight = np.ones(len(rows), np.int64)
    if "weighted" in name:
        weight = np.rint(column["weight"].astype(float) * 1e6).astype(np.int64)
    return column["wealth"].astype(float), stunted, 1, (0.0, 1.0), weight


def row_order(rank):
    place = np.empty(rank.size, np.int64)
    place[np.argsort(rank, kind="stable")] = np.arange(rank.size)
    return place


def found_for(rank, whole, scale, limits, weight):
    outcome = Sums(weight, weight * whole, weight * whole**2, float(scale))
    worth = weight.sum() ** 2 / (weight.astype(float) ** 2).sum()
    return concentration(rank, outcome, limits=limits, people=worth)


@pytest.mark.parametrize("name", RINEQ)
def test_rows_as_ranks_are_rineqs(oracle, name):
    with oracle.case("concentration_index", name) as case:
        rank, *rest = people(oracle, name)
        found = found_for(row_order(rank), *rest)
        case.check("CI/index", found.standard.value)
        case.check("CI/variance", found.standard.error**2)
        case.check("CIg/index", found.generalised.value)
        case.check("CIc/index", found.erreygers.value)
        case.leave_out(
            "CIg/variance", "CIc/variance", because="the standard index's, on another scale"
        )
        if name.startswith("nigeria"):
            case.check("mean_y", found.mean)
            case.check("n", found.test.df + 2)
        ties = "ties_in_wealth" if name.startswith("nigeria") else "ties"
        case.check(ties, rank.size - np.unique(rank).size)


def test_weighted_rows_as_ranks_are_rineqs(oracle):
    with oracle.case("concentration_index", WEIGHTED) as case:
        rank, *rest = people(oracle, WEIGHTED)
        found = found_for(row_order(rank), *rest)
        case.check("CI/index", found.standard.value)
        case.check("CIg/index", found.generalised.value)
        case.check("CIc/index", found.erreygers.value)
        case.leave_out(
            "CI/variance", "CIg/variance", "CIc/variance", because="no variance: see the next test"
        )


def test_rineqs_weighted_variance_is_none_and_ours_is_near_the_linearised(oracle):
    recorded = oracle.case("concentration_index", WEIGHTED).expect["CI"]["variance"]
    rank, y, _, _, weight = people(oracle, WEIGHTED)
    order = np.argsort(rank, kind="stable")
    y, w = y[order], weight[order] / weight.sum()
    R, mean = np.cumsum(w) - w / 2, w @ y
    C = 2 * w @ (y * (R - 0.5)) / mean

    def parts(curve):
        return y / mean * (2 * R - 1 - C) + 2 - curve - np.append(0, curve[:-1])

    # Its squares are about 1 + C, which must therefore be the mean of the parts, and is not.
    theirs = parts(np.cumsum(y) / y.sum())
    assert (np.mean(theirs**2) - (1 + C) ** 2) / y.size == pytest.approx(recorded, rel=1e-9)
    assert abs(theirs.mean() - (1 + C)) > 0.002
    ours = parts(np.cumsum(w * y) / mean)
    assert w @ ours == pytest.approx(1 + C, rel=1e-12)
    linearised = np.sum(w**2 * (ours - 1 - C) ** 2)
    error = found_for(row_order(rank), *people(oracle, WEIGHTED)[1:]).standard.error[0]
    assert error == pytest.approx(np.sqrt(linearised), rel=0.05)
    assert np.sqrt(recorded) < 0.9 * np.sqrt(linearised)


def test_rineqs_variance_of_the_other_indices_is_not_theirs(oracle):
    """Resampling the rows gives ours; theirs does not even change with the outcome's unit."""
    rank, *rest = people(oracle, RINEQ[0])
    found = found_for(rank, *rest)
    rng = np.random.default_rng(5)
    drawn = []
    for _ in range(400):
        weight = rng.multinomial(rank.size, np.full(rank.size, 1 / rank.size))
        again = found_for(rank, *rest[:-1], weight)
        drawn.append([getattr(again, x).value[0] for x in ("standard", "generalised", "erreygers")])
    errors = [getattr(found, x).error[0] for x in ("standard", "generalised", "erreygers")]
    np.testing.assert_allclose(np.std(drawn, axis=0), errors, rtol=0.1)  # of 400: 3.5 %
    recorded = oracle.case("concentration_index", RINEQ[0]).expect["CIg"]["variance"]
    assert np.sqrt(recorded) > 2 * errors[1]


@pytest.mark.parametrize("name", AVERAGED)
def test_ties_share_the_middle_rank(oracle, name):
    with oracle.case("concentration_index", name) as case:
        rank, *rest = people(oracle, name)
        found = found_for(rank, *rest)
        case.check("n", rank.size)
        case.check("mean", found.mean)
        case.check("CI", found.standard.value)
        case.check("CI_generalised", found.generalised.value)
        case.check("CI_erreygers", found.erreygers.value)
        case.check("convenient_regression_slope_check", found.standard.value)
        if name.startswith("caschools"):
            case.leave_out("CI_wagstaff_binary", because="there is none for a number")
        else:
            case.check("CI_wagstaff_binary", found.standard.value / (1 - found.mean))
