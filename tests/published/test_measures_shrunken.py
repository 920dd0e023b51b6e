"""Shrunken rates against lme4's glmer and glmmTMB: intersections of four data sets (MAIHDA).

glmer states a log-likelihood without the saturated one when it integrates with several points, and
a full one with Laplace's approximation; both are held against ours.
"""

from math import exp, lgamma, log, log1p

import numpy as np
import pytest
from scipy.special import logit

from eachchild.measures.counts import counts
from eachchild.measures.shrunken import FitState, explained_share, main_effects, shrunken_rates

CASES = (
    "maihda_transfer_72strata",
    "maihda_math_18strata",
    "maihda_ucb_gender_dept",
    "maihda_synthetic_50strata",
)
POINTS = {"nAGQ1": 1, "nAGQ25": 25}
# Where glmer states a likelihood that it has not worked out to the end: see the last test.
SHORT = {("maihda_transfer_72strata", "nAGQ1/null"), ("maihda_synthetic_50strata", "nAGQ1/null")}


def test_every_recorded_case_of_counts_has_a_test_here(oracle):
    linear = {
        "maihda_linear_sim",
        "linear_star_mathk_strata",
        "statsmodels_mixedlm_star_mathk_school",
    }
    assert oracle.ids("multilevel") - linear == set(CASES)


def strata_of(recorded):
    rows = recorded["strata"]
    names = [row["stratum"].split("|") for row in rows]
    levels = [np.unique(column, return_inverse=True)[1] for column in zip(*names, strict=True)]
    strata = counts([row["s"] for row in rows], [row["n"] for row in rows])
    return strata, np.column_stack(levels)


def auc(strata, score):
    """The chance that a student with the event has the higher score, by comparing all pairs."""
    score = np.round(score, 9)
    wins = np.sign(score[:, None] - score[None, :]) / 2 + 0.5
    others = strata.n - strata.events
    return strata.events @ wins @ others / (strata.events.sum() * others.sum())


@pytest.mark.parametrize("name", CASES)
def test_fits_are_glmers(oracle, name):
    with oracle.case("multilevel", name) as case:
        for kind, points in POINTS.items():
            fits = [check_fit(case, f"{kind}/{model}", points) for model in ("null", "additive")]
            case.check(f"{kind}/PCV", explained_share(*fits))
        strata, _ = strata_of(case.expect["nAGQ1"]["null"])
        laplace = shrunken_rates(strata, points=1)
        case.check("check_glmmTMB_laplace_null/intercept", laplace.effects)
        case.check("check_glmmTMB_laplace_null/var", laplace.variance)
        case.check("check_glmmTMB_laplace_null/logLik", laplace.log_likelihood, tolerance=1e-10)
        case.check("n_strata", strata.n.size)
        case.check("N", strata.n.sum())
        case.check("overall", strata.events.sum() / strata.n.sum())
        case.check("AUC_observed_cells", auc(strata, strata.rate))
        case.leave_out("n", "s", "rate", "stratum", because="the counts that are fitted")
        case.leave_out("nAGQ", because="what was asked for")
        case.leave_out("u", "u_se", because="held above to an absolute tolerance: some are 0")
        if name == "maihda_math_18strata":
            case.leave_out(
                "nAGQ1/additive/var_stratum",
                "nAGQ1/additive/sd_stratum",
                "nAGQ1/additive/VPC_latent",
                because="7e-19 stands for the 0 that ours is",
            )


def check_fit(case, path, points):
    model, key = path.split("/")[1], (case.recorded["id"], path)
    recorded = case.expect[path.split("/")[0]][model]
    strata, levels = strata_of(recorded)
    fit = shrunken_rates(
        strata, main_effects(levels) if model == "additive" else None, points=points
    )
    assert fit.state is FitState.FITTED
    for at, term in enumerate(recorded["fixef"]):
        case.check(f"{path}/fixef/{term}", fit.effects[at])
        short = 5e-4 if key in SHORT else None
        case.check(f"{path}/fixef_se/{term}", fit.effect_errors[at], tolerance=short)
    stated = fit.log_likelihood - (fit.saturated if points > 1 else 0)
    case.check(f"{path}/logLik", stated, tolerance=1e-7)
    assert stated > recorded["logLik"] - 1e-9  # nowhere is glmer's point higher
    if recorded["var_stratum"] > 1e-12 or recorded["var_stratum"] == 0:
        case.check(f"{path}/var_stratum", fit.variance)
        case.check(f"{path}/sd_stratum", np.sqrt(fit.variance))
        case.check(f"{path}/VPC_latent", fit.share_between)
    else:
        assert fit.variance == 0
    assert (fit.p == 1) == (fit.variance == 0)
    case.check(f"{path}/MOR", fit.median_odds_ratio)
    case.check(f"{path}/AUC_shrunken", auc(strata, fit.probability))
    for row, theirs in enumerate(recorded["strata"]):
        here = f"{path}/strata/{row}"
        case.check(f"{here}/fixed_lp", logit(fit.expected[row]))
        case.check(f"{here}/p_fixed_only", fit.expected[row])
        case.check(f"{here}/p_shrunken", fit.probability[row])
        assert fit.mode[row] == pytest.approx(theirs["u"], rel=1e-4, abs=5e-6)
        assert fit.mode_error[row] == pytest.approx(theirs["u_se"], rel=1e-4, abs=1e-6)
    return fit


def laplace(strata, center, spread):
    """The log-likelihood by Laplace's approximation, stratum by stratum in plain numbers."""
    total = 0.0
    for y, n in zip(strata.events.tolist(), strata.n.tolist(), strict=True):
        low, high = -abs(spread) * n, abs(spread) * n
        for _ in range(200):  # the slope falls all the way, so halving finds its zero
            z = (low + high) / 2
            p = 1 / (1 + exp(-(center + spread * z)))
            low, high = (z, high) if spread * (y - n * p) > z else (low, z)
        odds = center + spread * z
        total += lgamma(n + 1) - lgamma(y + 1) - lgamma(n - y + 1)
        total += y * odds - n * (max(odds, 0) + log1p(exp(-abs(odds)))) - z * z / 2
        total -= log(1 + spread**2 * n * p * (1 - p)) / 2
    return total


@pytest.mark.parametrize("name", sorted(name for name, _ in SHORT))
def test_where_errors_differ_ours_are_those_of_the_surface_at_its_top(oracle, name):
    recorded = oracle.case("multilevel", name).expect["nAGQ1"]["null"]
    strata, _ = strata_of(recorded)
    fit = shrunken_rates(strata, points=1)
    top = fit.effects[0], np.sqrt(fit.variance)
    theirs = recorded["fixef"]["(Intercept)"], recorded["sd_stratum"]
    assert laplace(strata, *top) == pytest.approx(fit.log_likelihood, abs=1e-9)
    # At glmer's own point the likelihood is higher than glmer says, and at ours higher still. It
    # leaves its inner steps early, and second differences of so rough a surface are off.
    assert laplace(strata, *top) > laplace(strata, *theirs) > recorded["logLik"] + 1e-7
    h = 1e-3
    corners = {(a, b): laplace(strata, top[0] + a * h, top[1] + b * h)
               for a in (-1, 0, 1) for b in (-1, 0, 1)}  # fmt: skip
    cc = (corners[1, 0] - 2 * corners[0, 0] + corners[-1, 0]) / h**2
    ss = (corners[0, 1] - 2 * corners[0, 0] + corners[0, -1]) / h**2
    cs = (corners[1, 1] - corners[1, -1] - corners[-1, 1] + corners[-1, -1]) / (4 * h**2)
    error = np.sqrt(np.linalg.inv(-np.array([[cc, cs], [cs, ss]]))[0, 0])
    assert fit.effect_errors[0] == pytest.approx(error, rel=1e-5)
