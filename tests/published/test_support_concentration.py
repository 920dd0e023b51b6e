"""Whether support follows need, against indices of persons from R and by a formula."""

import csv

import numpy as np

from eachchild.causes.support import Needs, follows_need


def test_the_index_is_that_of_persons(oracle):
    """Children of Nigeria ranked by wealth stand for need; stunting stands for support."""
    rows = list(csv.DictReader(oracle.text("nigeria.csv").splitlines()))
    wealth = np.array([float(r["wealth"]) for r in rows])
    met = np.array([float(r["zscore"]) < -2 for r in rows])
    need, at = np.unique(wealth, return_inverse=True)
    n, supported = np.bincount(at), np.bincount(at, weights=met).astype(np.int64)
    found = follows_need(Needs(need, n[None], supported[None]))
    with oracle.case("concentration_index", "nigeria_stunted_by_wealth_ties_averaged") as case:
        case.check("CI_erreygers", found.index[-1])
        case.check("CI", found.everybody.standard.value)
        case.check("CI_generalised", found.everybody.generalised.value)
        case.check("n", n.sum())
        case.check("mean", found.everybody.mean)
        case.leave_out("CI_wagstaff_binary", because="another index")
        case.leave_out("convenient_regression_slope_check", because="the index itself, once more")
    assert found.index[0] == found.index[-1]
