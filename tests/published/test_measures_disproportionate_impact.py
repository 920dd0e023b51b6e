"""Flags and students to parity against DisImpact, and exact where its floating ceiling is not."""

from fractions import Fraction
from itertools import product

import numpy as np
import pyarrow.compute as pc
import pytest

from eachchild.measures.counts import Counts, counts
from eachchild.measures.parity import (
    eighty_percent_index,
    margin_of_error,
    percentage_point_gap,
    proportionality_index,
    students_to_parity,
)

TOPIC = "disproportionate_impact"
POINT_GAPS = {
    "ppg_overall": {},
    "ppg_cohort": {},
    "ppg_hpg": {},
    "ppg_all_but_current": {},
    "ppg_named_reference": {},
    "ppg_numeric_reference": {},
    "ppg_observed_moe_min0.02": {"least": Fraction(2, 100), "observed": True},
    "ppg_intersection_ethnicity_gender": {},
}
INDEXES = {
    "prop_index": Fraction(4, 5),
    "prop_index_cut0.95": Fraction(19, 20),
    "index80": Fraction(4, 5),
    "index80_white": Fraction(4, 5),
    "index80_overall_cut0.9": Fraction(9, 10),
}


def test_every_recorded_case_has_a_test_here(oracle):
    assert oracle.ids(TOPIC) == {*POINT_GAPS, *INDEXES, "ppg_moe", "iterate_full"}


def tallied(table, outcome, *columns):
    """(events, students) by the values of some columns, of rows where the outcome is known."""
    known = table.filter(pc.is_valid(table[outcome]))
    found = known.group_by(list(columns)).aggregate([(outcome, "sum"), (outcome, "count")])
    keys = zip(*(found[c].to_pylist() for c in columns), strict=True) if columns else [()]
    pairs = zip(
        found[f"{outcome}_sum"].to_pylist(), found[f"{outcome}_count"].to_pylist(), strict=True
    )
    return dict(zip(keys, pairs, strict=True))


def stacked(pairs):
    return counts([events for events, _ in pairs], [n for _, n in pairs])


def added(pairs):
    return tuple(sum(column) for column in zip(*pairs, strict=True))


def groups_of(case, oracle):
    """Our counts of each recorded row, and of the others of its cohort."""
    table = oracle.table("student_equity.parquet")
    columns = ["Ethnicity"]
    if case.recorded["id"] == "ppg_intersection_ethnicity_gender":
        columns.append("Gender")
    if case.recorded["id"] == "ppg_cohort":
        columns.append("Cohort")
    found = tallied(table, "Transfer", *columns)
    keys = [
        (*row["group"].split(" | "), *([row["cohort"]] if "cohort" in row else []))
        for row in case.expect
    ]
    assert sorted(keys) == sorted(found)
    peers = [
        [found[k] for k in keys if "Cohort" not in columns or k[-1] == key[-1]] for key in keys
    ]
    return [found[key] for key in keys], peers


def reference_of(row, pairs, peers):
    """The counts that a recorded row is compared with, by the rule its label names."""
    label = row["reference_group"]
    if label == "overall":
        return added(peers)
    if label == "all but current":
        return tuple(a - b for a, b in zip(added(peers), pairs, strict=True))
    return (54, 100) if label == "numeric" else None


def references(case, ours, peers):
    named = {row["group"]: pair for row, pair in zip(case.expect, ours, strict=True)}
    return stacked(
        [
            reference_of(row, pair, peer) or named[row["reference_group"]]
            for row, pair, peer in zip(case.expect, ours, peers, strict=True)
        ]
    )


@pytest.mark.parametrize("name", POINT_GAPS)
def test_percentage_point_gap(oracle, name):
    with oracle.case(TOPIC, name) as case:
        ours, peers = groups_of(case, oracle)
        group, reference = stacked(ours), references(case, ours, peers)
        gap = percentage_point_gap(group, reference, direction="higher", **POINT_GAPS[name])
        case.check_column("n", group.n)
        case.check_column("success", group.events)
        case.check_column("pct", reference.rate + gap.gap)
        case.check_column("reference", reference.rate)
        case.check_column("moe", gap.margin)
        case.check_column("pct_lo", group.rate - gap.margin)
        case.check_column("pct_hi", group.rate + gap.margin)
        case.check_column("di_indicator", gap.flagged)
        case.check_column("success_needed_not_di", gap.students_to_clear)
        full = students_to_parity(group, reference, direction="higher")
        case.check_column("success_needed_full_parity", full.students)
        case.leave_out("group", "reference_group", because="labels, used above")
        if name == "ppg_cohort":
            case.leave_out("cohort", because="labels, used above")


@pytest.mark.parametrize("name", INDEXES)
def test_indexes(oracle, name):
    with oracle.case(TOPIC, name) as case:
        ours, peers = groups_of(case, oracle)
        group, overall = stacked(ours), stacked([added(peer) for peer in peers])
        asked = {"direction": "higher", "cutoff": INDEXES[name]}
        if name.startswith("prop"):
            index = proportionality_index(group, overall, **asked)
            full = students_to_parity(group, overall, direction="higher", form="moving")
            case.check_column("pct_success", group.events / overall.events)
            case.check_column("pct_group", group.n / overall.n)
            case.check_column("di_prop_index", index.index)
        else:
            reference = references(case, ours, peers)
            index = eighty_percent_index(group, reference, **asked)
            full = students_to_parity(group, reference, direction="higher")
            case.check_column("pct", group.rate)
            case.check_column("reference", reference.rate)
            case.check_column("di_80_index", index.index)
            case.leave_out("reference_group", because="labels, used above")
        case.check_column("n", group.n)
        case.check_column("success", group.events)
        case.check_column("di_indicator", index.flagged)
        case.check_column("success_needed_not_di", index.students_to_clear)
        case.check_column("success_needed_full_parity", full.students)
        case.leave_out("group", because="labels, used above")


def test_margins_of_error(oracle):
    with oracle.case(TOPIC, "ppg_moe") as case:
        n = np.array(case.expect["n"])
        fifth = counts(160, 800)
        case.check("n", n)
        case.check("moe_default", margin_of_error(Counts(n // 2, n)))
        case.check("moe_n800_p20", margin_of_error(fifth, observed=True))
        alone = margin_of_error(fifth, observed=True, least=Fraction(0))
        case.check("moe_n800_p20_min0", alone)


LABELS = (
    *("Ed_Goal", "College_Status", "success_variable", "cohort"),
    *("disaggregation", "group"),
)
COHORTS = {"Math": "Cohort_Math", "English": "Cohort_English", "Transfer": "Cohort"}


def iterated(table):
    """Counts of every scenario x outcome x cohort x group, keyed by the recorded labels."""
    found = {}
    scenarios = product((True, False), (True, False), COHORTS, (None, "Ethnicity", "Gender"))
    for by_goal, by_status, outcome, split in scenarios:
        chosen = [c for c, on in (("Ed_Goal", by_goal), ("College_Status", by_status)) if on]
        columns = [*chosen, COHORTS[outcome], *([split] if split else [])]
        for key, pair in tallied(table, outcome, *columns).items():
            label = dict(zip(columns, key, strict=True))
            goal, status = (label.get(c, "- All") for c in ("Ed_Goal", "College_Status"))
            group = label[split] if split else "- All"
            where = (goal, status, outcome, label[COHORTS[outcome]], split or "- None")
            found[(*where, group)] = pair
    return found


def test_all_methods_over_all_scenarios(oracle):
    found = iterated(oracle.table("student_equity.parquet"))
    with oracle.case(TOPIC, "iterate_full") as case:
        rows = case.expect
        keys = [tuple(row[label] for label in LABELS) for row in rows]
        assert sorted(keys) == sorted(found)
        group = stacked([found[key] for key in keys])
        overall = stacked([found[(*key[:4], "- None", "- All")] for key in keys])
        best = [row["di_80_index_reference_group"] for row in rows]
        highest = stacked([found[(*key[:5], name)] for key, name in zip(keys, best, strict=True)])
        case.check_column("n", group.n)
        case.check_column("success", group.events)
        case.check_column("pct", group.rate)
        gap = percentage_point_gap(group, overall, direction="higher")
        case.check_column("ppg_reference", overall.rate)
        case.check_column("moe", gap.margin)
        # Near 0 this difference has lost a digit of the fifteen that were recorded.
        case.check_column("pct_lo", group.rate - gap.margin, tolerance=1e-11)
        case.check_column("pct_hi", group.rate + gap.margin)
        held = students_to_parity(group, overall, direction="higher").students
        share = proportionality_index(group, overall, direction="higher")
        moving = students_to_parity(group, overall, direction="higher", form="moving").students
        eighty = eighty_percent_index(group, highest, direction="higher")
        to_best = students_to_parity(group, highest, direction="higher").students
        for name, flag, full in (
            ("ppg", gap, held),
            ("prop_index", share, moving),
            ("80_index", eighty, to_best),
        ):
            case.check_column(f"di_indicator_{name}", flag.flagged)
            case.check_column(f"success_needed_not_di_{name}", flag.students_to_clear)
            case.check_column(f"success_needed_full_parity_{name}", full)
        case.check_column("di_prop_index", share.index)
        case.check_column("di_80_index", eighty.index)
        case.leave_out(*LABELS, because="labels, used above")
        case.leave_out("cohort_variable", because="a label; the cohort is checked with it")
        case.leave_out(
            *("ppg_reference_group", "di_80_index_reference_group"), because="labels, used above"
        )
