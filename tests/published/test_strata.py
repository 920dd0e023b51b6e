"""Strata whose counts are public: Berkeley's admissions and R's rabbits, and E-values in print."""

import csv
from math import comb

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import chi2

from eachchild.measures.comparisons import OddsRatio, RiskRatio
from eachchild.measures.counts import counts
from eachchild.measures.evalue import e_values, e_values_by_square_root, e_values_of_rare
from eachchild.measures.exact import exact_odds_ratio, exact_test
from eachchild.measures.homogeneity import breslow_day_test
from eachchild.measures.stratified import one_cell, pooled_odds_ratio, within_schools_test

# Applicants for the six largest departments at Berkeley, fall 1973: Bickel, P. J., Hammel, E. A.,
# O'Connell, J. W. (1975), Science 187: 398-403, as laid out in R's `UCBAdmissions`.
MEN = counts([512, 353, 120, 138, 53, 22], [825, 560, 325, 417, 191, 373])
WOMEN = counts([89, 17, 202, 131, 94, 24], [108, 25, 593, 375, 393, 341])
SIX = one_cell(6)

# Rabbits cured by penicillin given at once or after an hour and a half, at five levels: Mantel
# (1963), from R's help page of `mantelhaen.test`.
AT_ONCE = counts([0, 3, 6, 5, 2], [6, 6, 6, 6, 2])
LATER = counts([0, 0, 2, 6, 5], [5, 6, 6, 6, 5])


def weights(group, others):
    """In whole numbers: how many deals give the group each sum of events, and the least sum."""
    law, start = [1], 0
    columns = (group.events, group.n, others.events, others.n)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for a, n1, c, n0 in rows:
        low, high = max(0, a + c - n0), min(n1, a + c)
        one = [comb(n1, k) * comb(n0, a + c - k) for k in range(low, high + 1)]
        both = [0] * (len(law) + len(one) - 1)
        for i, x in enumerate(law):
            for j, y in enumerate(one):
                both[i + j] += x * y
        law, start = both, start + low
    return law, start


def test_the_counts_are_the_recorded_ones(oracle):
    rows = csv.DictReader(oracle.text("ucbadmissions.csv").splitlines())
    found = {(r["Gender"], r["Dept"], r["Admit"]): int(float(r["Freq"])) for r in rows}
    for name, group in (("Male", MEN), ("Female", WOMEN)):
        admitted = [found[name, department, "Admitted"] for department in "ABCDEF"]
        rejected = [found[name, department, "Rejected"] for department in "ABCDEF"]
        assert group.events.tolist() == admitted
        assert (group.n - group.events).tolist() == rejected


def test_berkeley_exactly_as_counted_in_whole_numbers():
    law, start = weights(MEN, WOMEN)
    seen = law[int(MEN.events.sum()) - start]
    found = exact_test(MEN, WOMEN, SIX)
    wanted = sum(x for x in law if x <= seen) / sum(law)
    assert found.p[0] == pytest.approx(wanted, rel=1e-11)
    assert found.mid_p[0] == pytest.approx(wanted - seen / sum(law) / 2, rel=1e-11)
    ratio = exact_odds_ratio(MEN, WOMEN, SIX)
    pooled = pooled_odds_ratio(MEN, WOMEN, SIX)
    for name in ("ratio", "low", "high"):  # some 4,500 applicants: the pooled ones are close
        assert getattr(ratio, name)[0] == pytest.approx(getattr(pooled, name)[0], rel=0.01)


def test_berkeley_by_breslow_and_days_formula():
    """Their statistic written out, with the expected counts found by search."""
    ratio = pooled_odds_ratio(MEN, WOMEN, SIX).ratio[0]
    squares, beyond, variance = 0.0, 0.0, 0.0
    for a, n1, c, n0 in zip(MEN.events, MEN.n, WOMEN.events, WOMEN.n, strict=True):
        met = a + c

        def surplus(x, n1=n1, n0=n0, met=met):
            return x * (n0 - met + x) - ratio * (n1 - x) * (met - x)

        expected = brentq(surplus, max(0, met - n0), min(n1, met), xtol=1e-12)
        parts = (expected, n1 - expected, met - expected, n0 - met + expected)
        spread = 1 / sum(1 / part for part in parts)
        squares += (a - expected) ** 2 / spread
        beyond, variance = beyond + a - expected, variance + spread
    found = breslow_day_test(MEN, WOMEN, SIX)
    assert found.breslow_day[0] == pytest.approx(squares, rel=1e-10)
    assert found.tarone[0] == pytest.approx(squares - beyond**2 / variance, rel=1e-10)
    assert found.p_tarone[0] == pytest.approx(chi2.sf(found.tarone[0], 5), rel=1e-10)
    assert (found.df[0], found.strata[0], found.skipped[0]) == (5, 6, 0)


def test_rabbits_have_the_p_of_rs_help_page():
    five = one_cell(5)
    found = exact_test(AT_ONCE, LATER, five)
    assert found.p[0].round(3) == 0.040
    assert within_schools_test(AT_ONCE, LATER, five, corrected=True).p[0].round(3) == 0.047
    # At the lowest level no rabbit was cured and at the highest all were: they say nothing.
    assert (found.strata[0], found.skipped[0]) == (3, 2)
    law, start = weights(AT_ONCE, LATER)
    seen = law[16 - start]
    assert found.p[0] == pytest.approx(sum(x for x in law if x <= seen) / sum(law), rel=1e-12)


def printed(kind, ratio, low, high):
    return kind(*(np.array([x]) for x in (ratio, low, high)), np.array([True]))


@pytest.mark.parametrize(
    ("ratio", "low", "high", "estimate", "limit"),
    [
        # VanderWeele and Ding (2017): smoking and lung cancer (Hammond and Horn 1958), and formula
        # feeding and deaths of infants (Victora et al. 1987).
        (10.73, 8.02, 14.36, 20.95, 15.52),
        (3.9, 1.8, 8.7, 7.26, 3.0),
    ],
)
def test_e_values_in_print(ratio, low, high, estimate, limit):
    found = e_values(printed(RiskRatio, ratio, low, high))
    assert found.estimate[0] == pytest.approx(estimate, abs=0.005)
    assert found.limit[0] == pytest.approx(limit, abs=0.005)
    turned = e_values(printed(RiskRatio, 1 / ratio, 1 / high, 1 / low))
    assert turned.estimate[0] == pytest.approx(found.estimate[0], rel=1e-12)
    assert turned.limit[0] == pytest.approx(found.limit[0], rel=1e-12)


def test_the_root_of_an_odds_ratio_of_three_as_the_evalue_package_documents_it():
    odds = printed(OddsRatio, 3.0, 2.0, 4.5)
    found = e_values_by_square_root(odds)
    assert found.estimate[0] == pytest.approx(
        e_values(printed(RiskRatio, 1.732051, 1.5, 2)).estimate[0], rel=1e-6
    )
    assert found.estimate[0] == pytest.approx(2.858, abs=0.001)
    assert e_values_of_rare(odds).estimate[0] == pytest.approx(3 + np.sqrt(6))
