"""The test and the gap inside schools of a whole audit, against R's Mantel-Haenszel figures.

Berkeley's departments stand for schools, admission for the outcome.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from eachchild.cube import Block, Cube, Places, Rollups, Tally
from eachchild.measures.inference import Assessment, assess
from eachchild.plan import plan_from
from eachchild.terms.factors import FACTORS

VALUES = FACTORS["sex"].all_values
TABLE = "ucbadmissions.csv"


@pytest.fixture(scope="module")
def berkeley(oracle) -> Assessment:
    """The audit of six departments."""
    rows = list(csv.DictReader(oracle.text(TABLE).splitlines()))
    departments = sorted({r["Dept"] for r in rows})
    n, met = np.zeros((2, len(departments), 2), np.int64)
    for r in rows:
        at = departments.index(r["Dept"]), ("Male", "Female").index(r["Gender"])
        n[at] += int(float(r["Freq"]))
        met[at] += int(float(r["Freq"])) * (r["Admit"] == "Admitted")
    place, sex = (x.ravel() for x in np.indices(n.shape))
    value = np.array([VALUES.index("male"), VALUES.index("female")])[sex][:, None]
    tally = Tally.exact(n.ravel(), met.ravel(), missing=0 * place)
    block = Block(("sex",), place, 0 * place, value, n.ravel(), {"ap_enrolled": tally})
    cube = Cube(Places("school", tuple(departments)), ("1973",), {"sex": VALUES}, (block,))
    plan = plan_from(
        {
            "source": [{"path": "none", "table": "student_year"}],
            "identity": [{"factor": "sex", "reference": "female"}],
            "outcome": [{"name": "ap_enrolled"}],
        },
        Path(),
    )
    found = assess(plan, Rollups(cube))
    assert found is not None
    return found


def men(one: Assessment) -> int:
    asked = one.asked
    rows = asked.group.is_("sex=male") & asked.reference.is_("sex=female") & (asked.level == 0)
    (at,) = np.flatnonzero(rows)
    return int(at)


def test_the_gap_inside_departments_is_rs(oracle, berkeley):
    at, inside = men(berkeley), berkeley.inside
    expect = oracle.case("stratified", "ucb_gender_admit_by_dept").expect
    assert inside.ratio[at] == pytest.approx(expect["RR_MH"], rel=1e-8)
    assert [inside.ratio_low[at], inside.ratio_high[at]] == pytest.approx(
        expect["RR_MH_ci"], rel=1e-8
    )
    assert inside.difference[at] == pytest.approx(expect["RD_MH"], rel=1e-8)
    assert [inside.low[at], inside.high[at]] == pytest.approx(expect["RD_MH_ci"], rel=1e-8)


def test_its_test_is_mantels_with_half_a_step_given_away(oracle, berkeley):
    """R's correction takes half a student off, and so does ours; the skew changes little here."""
    expect = oracle.case("stratified", "ucb_gender_admit_by_dept").expect
    p = berkeley.tests.p_inside[men(berkeley)]
    assert p == pytest.approx(expect["CMH_p_corrected"], rel=0.01)
    assert p > expect["CMH_p"]


def test_what_the_plain_rates_say_is_not_what_departments_say(oracle, berkeley):
    """Berkeley's lesson: men were admitted more often over all, and not inside departments."""
    at = men(berkeley)
    assert oracle.case("stratified", "ucb_gender_admit_by_dept").expect["crude_OR"] > 1.8
    assert berkeley.difference[at] > 0.1
    assert berkeley.inside.difference[at] < 0
    assert berkeley.q_inside[at] > 0.05
