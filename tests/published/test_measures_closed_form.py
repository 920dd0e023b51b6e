"""Rates, comparisons, effect sizes, many tests and strata against R, statsmodels and fairlearn."""

import csv
import io

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from eachchild.measures.comparisons import (
    alternate_risk_ratio,
    mean_difference,
    odds_ratio,
    risk_difference,
    risk_ratio,
    two_rate_test,
    welch_test,
)
from eachchild.measures.counts import Counts, Sums, counts
from eachchild.measures.effects import cohens_d, cohens_h, hedges_g
from eachchild.measures.homogeneity import breslow_day_test
from eachchild.measures.multiple import benjamini_hochberg
from eachchild.measures.rates import mean, quantile, rate
from eachchild.measures.stratified import (
    one_cell,
    pooled_odds_ratio,
    pooled_risk_difference,
    pooled_risk_ratio,
    within_schools_test,
)

Z = quantile(0.95)
CRUDE = (
    "student_equity_transfer_black_vs_white",
    "student_equity_transfer_black_vs_rest",
    "suspension_small",
    "tiny_cells",
    "near_one",
    "large",
    "ucb_women_vs_men",
)
STATSMODELS = ("statsmodels_suspension_small", "statsmodels_ucb_women_vs_men")


@pytest.mark.parametrize(
    ("topic", "tested"),
    [
        ("risk", {*CRUDE, *STATSMODELS, "zero_cell_haldane"}),
        (
            "group_rates",
            {
                "fairlearn_transfer_ethnicity",
                "fairlearn_transfer_ethnicity_gender",
                "aif360_smoothed_edf_transfer_ethnicity",
                "aif360_smoothed_edf_transfer_ethnicity_gender",
            },
        ),
        ("effect_size", {"star_mathk_cauc_afam", "star_readk_lunch", "cohens_h"}),
        (
            "multiple_testing",
            {"bh1995_example", "ties_and_extremes", "statsmodels_bh1995"},
        ),
        (
            "stratified",
            {
                "ucb_gender_admit_by_dept",
                "transfer_black_white_by_goal_status_cohort",
                "statsmodels_ucb",
            },
        ),
    ],
)
def test_every_recorded_case_has_a_test_here(oracle, topic, tested):
    assert oracle.ids(topic) == tested


def interval(found):
    return [found.low, found.high]


@pytest.mark.parametrize("name", CRUDE)
def test_two_rates_as_in_r(oracle, name):
    with oracle.case("risk", name) as case:
        e = case.expect
        one, two = counts(e["x1"], e["n1"]), counts(e["x2"], e["n2"])
        ratio, odds = risk_ratio(one, two), odds_ratio(one, two)
        gap, test = risk_difference(one, two), two_rate_test(one, two)
        for part, label in ((one, "1"), (two, "2")):
            case.check(f"x{label}", part.events)
            case.check(f"n{label}", part.n)
            case.check(f"risk{label}", rate(part).rate)
            case.check(f"wilson{label}", interval(rate(part)))
        case.check("RR", ratio.ratio)
        case.check("RR_log_se", np.log(ratio.high / ratio.low) / (2 * Z))
        case.check("RR_ci_log", interval(ratio))
        case.check("epiR_RR", [ratio.ratio, ratio.low, ratio.high])
        case.check("OR", odds.ratio)
        case.check("OR_log_se", np.log(odds.high / odds.low) / (2 * Z))
        case.check("OR_ci_woolf", interval(odds))
        case.check("RD", gap.difference)
        case.check("RD_ci_newcombe", interval(gap))
        case.check("chisq_pearson", test.statistic**2)
        case.check("chisq_p", test.p)
        case.check("z_pooled", test.statistic)
        case.check("cohens_h", cohens_h(one, two).size)
        case.leave_out("clopper1", "clopper2", because="rates carry Wilson's interval")
        case.leave_out("RD_ci_wald", because="differences carry Newcombe's interval")
        case.leave_out(
            "OR_fisher_cmle", "OR_fisher_ci", "fisher_p", because="exact tests are not listed"
        )
        case.leave_out("NNT", because="a number for treatments; the gap says the same")


def test_a_zero_gives_no_ratio_instead_of_a_half_student(oracle):
    with oracle.case("risk", "zero_cell_haldane") as case:
        none, some = counts(0, 25), counts(14, 300)
        assert not risk_ratio(none, some).known[0]
        assert not odds_ratio(none, some).known[0]
        assert risk_difference(none, some).known[0]
        case.leave_out(
            *("RR", "RR_ci", "OR", "OR_ci"),
            because="adds half a student to each count; ours is not known, and the gap is shown",
        )


@pytest.mark.parametrize("name", STATSMODELS)
def test_two_rates_as_in_statsmodels(oracle, name):
    crude = oracle.case("risk", name.removeprefix("statsmodels_")).expect
    one, two = counts(crude["x1"], crude["n1"]), counts(crude["x2"], crude["n2"])
    with oracle.case("risk", name) as case:
        case.check("diff_newcomb", interval(risk_difference(one, two)))
        case.check("ratio_log", interval(risk_ratio(one, two)))
        case.check("or_logit", interval(odds_ratio(one, two)))
        case.check("p1_wilson", interval(rate(one)))
        case.check("effectsize_h", cohens_h(one, two).size)
        case.check("z", two_rate_test(one, two).statistic)
        case.check("p", two_rate_test(one, two).p)
        case.leave_out(
            *("diff_wald", "diff_agresti-caffo", "diff_score"),
            because="differences carry Newcombe's interval",
        )
        case.leave_out(
            *("ratio_log-adjusted", "ratio_score"), because="ratios carry Katz's interval"
        )
        case.leave_out(
            *("or_logit-adjusted", "or_score"), because="odds ratios carry Woolf's interval"
        )
        case.leave_out(
            *("p1_beta", "p1_agresti_coull", "p1_jeffreys", "p1_normal"),
            because="rates carry Wilson's interval",
        )


def transfers(table, *columns):
    """Counts of transfers by group, in the order of the groups' names."""
    found = table.group_by(list(columns)).aggregate([("Transfer", "sum"), ("Transfer", "count")])
    found = found.sort_by([(c, "ascending") for c in columns])
    return Counts(found["Transfer_sum"].to_numpy(), found["Transfer_count"].to_numpy()), found


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("fairlearn_transfer_ethnicity", ["Ethnicity"]),
        ("fairlearn_transfer_ethnicity_gender", ["Ethnicity", "Gender"]),
    ],
)
def test_group_rates_as_in_fairlearn(oracle, name, columns):
    parts, groups = transfers(oracle.table("student_equity.parquet"), *columns)
    whole = Counts(parts.events.sum(keepdims=True), parts.n.sum(keepdims=True))
    with oracle.case("group_rates", name) as case:
        for row, wanted in enumerate(case.expect["by_group"]):
            assert [groups[c][row].as_py() for c in columns] == [wanted[c] for c in columns]
            case.check(f"by_group/{row}/rate", rate(parts).rate[row])
            case.check(f"by_group/{row}/n", parts.n[row])
        case.leave_out(*columns, because="labels, compared above")
        case.check("overall/rate", rate(whole).rate)
        case.check("overall/n", whole.n)
        gaps, ratios = risk_difference(parts, whole), risk_ratio(parts, whole).ratio
        low, high = rate(parts).rate.argmin(), rate(parts).rate.argmax()
        least, most = (Counts(parts.events[[i]], parts.n[[i]]) for i in (low, high))
        case.check("group_min/rate", rate(least).rate)
        case.check("group_max/rate", rate(most).rate)
        case.check("difference_between_groups/rate", risk_difference(most, least).difference)
        case.check("ratio_between_groups/rate", risk_ratio(least, most).ratio)
        case.check("difference_to_overall/rate", np.abs(gaps.difference).max())
        case.check("ratio_to_overall/rate", np.minimum(ratios, 1 / ratios).min())
        case.leave_out("n", because="extremes and ratios of group sizes are no measure")


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("aif360_smoothed_edf_transfer_ethnicity", ["Ethnicity"]),
        ("aif360_smoothed_edf_transfer_ethnicity_gender", ["Ethnicity", "Gender"]),
    ],
)
def test_group_counts_as_in_aif360(oracle, name, columns):
    parts, groups = transfers(oracle.table("student_equity.parquet"), *columns)
    with oracle.case("group_rates", name) as case:
        for row, wanted in enumerate(case.expect["per_group"]):
            assert [groups[c][row].as_py() for c in columns] == [wanted[c] for c in columns]
            case.check(f"per_group/{row}/size", parts.n[row])
            case.check(f"per_group/{row}/sum", parts.events[row])
        case.leave_out(*columns, because="labels, compared above")
        case.leave_out("smoothed_edf", because="differential fairness is not a listed measure")


def sums_where(table, outcome, column, value):
    """n, sum and sum of squares of a whole-number outcome in one group."""
    chosen = table.filter(pc.and_(pc.equal(table[column], value), pc.is_valid(table[outcome])))
    scores = chosen[outcome].to_numpy()
    whole = np.rint(scores).astype(np.int64)
    assert (scores == whole).all()
    return Sums(*(np.array([x]) for x in (whole.size, whole.sum(), (whole**2).sum())))


@pytest.mark.parametrize(
    ("name", "outcome", "column", "values"),
    [
        ("star_mathk_cauc_afam", "mathk", "ethnicity", ("cauc", "afam")),
        ("star_readk_lunch", "readk", "lunchk", ("non-free", "free")),
    ],
)
def test_effect_sizes_as_in_metafor(oracle, name, outcome, column, values):
    table = oracle.table("star.parquet")
    one, two = (sums_where(table, outcome, column, value) for value in values)
    with oracle.case("effect_size", name) as case:
        for part, label in ((one, "1"), (two, "2")):
            case.check(f"n{label}", part.n)
            case.check(f"mean{label}", mean(part).mean)
            case.check(f"sd{label}", np.sqrt(part.variance))
        g, test = hedges_g(one, two), welch_test(one, two)
        case.check("cohens_d_pooled", cohens_d(one, two).size)
        case.check("hedges_g_exact", g.size)
        case.check("hedges_g_var", ((g.high - g.low) / (2 * Z)) ** 2)
        case.check("welch_t", test.statistic)
        case.check("welch_df", test.df)
        case.check("welch_p", test.p)
        case.check("welch_ci", interval(mean_difference(one, two)))
        case.leave_out("hedges_g_approx", because="ours uses the exact factor")
        case.leave_out(
            *("glass_delta_sd2", "d_avg_sd"), because="d and g divide by the pooled spread"
        )
        case.leave_out("P_superiority", because="needs ranks; the cube keeps sums")


def test_cohens_h_by_its_formula(oracle):
    with oracle.case("effect_size", "cohens_h") as case:
        for row, wanted in enumerate(case.expect):
            one, two = (counts(round(100 * wanted[p]), 100) for p in ("p1", "p2"))
            case.check(f"{row}/p1", one.rate)
            case.check(f"{row}/p2", two.rate)
            case.check(f"{row}/h", cohens_h(one, two).size)


@pytest.mark.parametrize("name", ["bh1995_example", "ties_and_extremes", "statsmodels_bh1995"])
def test_adjusted_p_values(oracle, name):
    recorded = oracle.case("multiple_testing", name.replace("statsmodels_bh1995", "bh1995_example"))
    p = np.array(recorded.expect["p"])
    adjusted = benjamini_hochberg(p)
    by_r = name != "statsmodels_bh1995"
    with oracle.case("multiple_testing", name) as case:
        case.check("BH" if by_r else "fdr_bh", adjusted)
        if by_r:
            case.check("p", p)
        else:
            case.check("reject_bh_05", adjusted <= 0.05)
        case.leave_out(
            *(("BY", "hochberg") if by_r else ("fdr_by",)),
            *("holm", "bonferroni"),
            because="the audit controls the false discovery rate, by Benjamini and Hochberg alone",
        )


def admissions(oracle):
    """Women and men of Berkeley's six departments: admitted of all; men first."""
    cells = {
        (row["Gender"], row["Dept"], row["Admit"]): int(row["Freq"])
        for row in csv.DictReader(io.StringIO(oracle.text("ucbadmissions.csv")))
    }
    departments = sorted({dept for _, dept, _ in cells})
    for gender in ("Male", "Female"):
        yes = [cells[gender, d, "Admitted"] for d in departments]
        no = [cells[gender, d, "Rejected"] for d in departments]
        yield counts(yes, [a + b for a, b in zip(yes, no, strict=True)])


def black_and_white_transfers(oracle):
    table = oracle.table("student_equity.parquet")
    strata = ("Ed_Goal", "College_Status", "Cohort")
    for race in ("Black", "White"):
        chosen: pa.Table = table.filter(pc.equal(table["Ethnicity"], race))
        found, _ = transfers(chosen, *strata)
        assert found.n.size == 8
        yield found


@pytest.mark.parametrize(
    ("name", "strata"),
    [
        ("ucb_gender_admit_by_dept", admissions),
        ("transfer_black_white_by_goal_status_cohort", black_and_white_transfers),
    ],
)
def test_strata_as_in_r(oracle, name, strata):
    one, two = strata(oracle)
    fold = one_cell(one.n.size)
    pooled = pooled_odds_ratio(one, two, fold)
    test = within_schools_test(one, two, fold)
    whole = [Counts(x.events.sum(keepdims=True), x.n.sum(keepdims=True)) for x in (one, two)]
    with oracle.case("stratified", name) as case:
        case.check("OR_MH", pooled.ratio)
        case.check("OR_MH_ci_RBG", interval(pooled))
        case.check("metafor_log_OR", np.log(pooled.ratio))
        case.check("metafor_se", np.log(pooled.high / pooled.low) / (2 * Z))
        case.check("CMH_chisq", test.statistic**2)
        case.check("CMH_p", test.p)
        case.check("RR_MH", pooled_risk_ratio(one, two, fold).ratio)
        case.check("RR_MH_ci", interval(pooled_risk_ratio(one, two, fold)))
        case.check("RD_MH", pooled_risk_difference(one, two, fold).difference)
        case.check("RD_MH_ci", interval(pooled_risk_difference(one, two, fold)))
        case.check("crude_OR", odds_ratio(whole[0], whole[1]).ratio)
        per_stratum = odds_ratio(one, two).ratio
        wanted = case.expect["per_stratum_OR"]
        # The strata of the second case are recorded in R's order of levels.
        np.testing.assert_allclose(np.sort(per_stratum), np.sort(wanted), rtol=1e-8)
        case.leave_out("per_stratum_OR", because="compared above, whatever the order of strata")
        corrected = within_schools_test(one, two, fold, corrected=True)
        case.check("CMH_chisq_corrected", corrected.statistic**2)
        case.check("CMH_p_corrected", corrected.p)
        alike = breslow_day_test(one, two, fold)
        case.check("BD/df", alike.df)
        for names, found in (
            (("BD/breslow_day", "metafor_BD"), alike.breslow_day),
            (("BD/p", "metafor_BDp"), alike.p_breslow_day),
            (("BD/tarone", "metafor_TA"), alike.tarone),
            (("BD/tarone_p", "metafor_TAp"), alike.p_tarone),
        ):
            for figure in names:
                case.check(figure, found)


def test_strata_as_in_statsmodels(oracle):
    one, two = admissions(oracle)
    fold = one_cell(6)
    pooled = pooled_odds_ratio(one, two, fold)
    with oracle.case("stratified", "statsmodels_ucb") as case:
        case.check("oddsratio_pooled", pooled.ratio)
        case.check("ci", interval(pooled))
        case.check("logodds_se", np.log(pooled.high / pooled.low) / (2 * Z))
        case.check("riskratio_pooled", pooled_risk_ratio(one, two, fold).ratio)
        case.check("cmh", within_schools_test(one, two, fold).statistic ** 2)
        case.check("cmh_p", within_schools_test(one, two, fold).p)
        alike = breslow_day_test(one, two, fold)
        case.check("breslow_day", alike.breslow_day)
        case.check("bd_p", alike.p_breslow_day)
        case.check("tarone", alike.tarone)
        case.check("tarone_p", alike.p_tarone)


def test_alternate_risk_ratio_as_the_regulation_is_read(oracle):
    expect = oracle.case(
        "idea_significant_disproportionality", "standard_methodology_synthetic"
    ).expect
    rows = [dict(zip(expect["ratio_columns"], row, strict=True)) for row in expect["rows"]]
    district = [row for row in rows if row["method"] == "risk_ratio"]
    ours = counts([row["x"] for row in district], [row["n"] for row in district])
    others = counts([row["x_comp"] for row in district], [row["n_comp"] for row in district])
    wanted = [row["ratio"] for row in district]
    np.testing.assert_allclose(risk_ratio(ours, others).ratio, wanted, rtol=1e-12)

    def state_others(row):
        same = [r for r in rows if (r["year"], r["category"]) == (row["year"], row["category"])]
        return [sum(r[k] for r in same if r["race"] != row["race"]) for k in ("x", "n")]

    alternate = [row for row in rows if row["method"] == "alternate_risk_ratio"]
    assert len(alternate) == 28
    ours = counts([row["x"] for row in alternate], [row["n"] for row in alternate])
    state = np.array([state_others(row) for row in alternate])
    found = alternate_risk_ratio(ours, Counts(state[:, 0], state[:, 1]))
    np.testing.assert_allclose(found.ratio, [row["ratio"] for row in alternate], rtol=1e-12)
