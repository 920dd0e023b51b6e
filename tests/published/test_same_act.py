"""Same act, same answer, on counts that others have counted: Berkeley, rabbits, a joint's pain."""

import numpy as np
import pytest
from scipy.stats import rankdata

from eachchild.causes.consequence import answered, fewer_if_answered_alike, mantel_fleiss
from eachchild.causes.ladder import Ladder, severer
from eachchild.measures.counts import counts
from eachchild.measures.stratified import one_cell

# Four strata and their criterion, 20.16857, in the tests of the R package tern 0.9.12.
TERN = np.array([9, 8, 6, 9, 6, 5, 8, 5, 5, 5, 5, 4, 11, 5, 7, 2]).reshape(4, 4)

# Patients with arthritis, men and women, by none, some, marked improvement: Koch, G., Edwards, S.
# (1988), in Biopharmaceutical Statistics for Drug Development, 403-451.
TREATED = np.array([[6, 5, 16], [7, 2, 5]])
PLACEBO = np.array([[19, 7, 6], [10, 0, 1]])


def test_the_criterion_of_mantel_and_fleiss_as_terns_tests_have_it() -> None:
    one, two = (counts(TERN[:, at].tolist(), (TERN[:, at] + TERN[:, at + 2]).tolist())
                for at in (0, 1))  # fmt: skip
    assert mantel_fleiss(one, two, one_cell(4))[0] == pytest.approx(20.16857, rel=1e-6)


def test_berkeley_is_answered_by_the_normal_law_as_r_has_it() -> None:
    men = counts([512, 353, 120, 138, 53, 22], [825, 560, 325, 417, 191, 373])
    women = counts([89, 17, 202, 131, 94, 24], [108, 25, 593, 375, 393, 341])
    found = answered(men, women, one_cell(6))
    # R's `mantelhaen.test` without correction, and `metafor::rma.mh`, on `UCBAdmissions`.
    assert not found.sparse[0]
    assert found.p[0] == pytest.approx(0.216923697055518, rel=1e-8)
    assert found.odds_ratio.ratio[0] == pytest.approx(0.904696828258623, rel=1e-8)
    assert found.odds_ratio.low[0] == pytest.approx(0.77190736175935, rel=1e-8)
    assert found.difference.difference[0] == pytest.approx(-0.0184251961908525, rel=1e-8)
    assert found.homogeneity.p_tarone[0] == pytest.approx(0.00207140139788203, rel=1e-6)
    # Men would be admitted more often, department by department, at the women's rates.
    fewer = fewer_if_answered_alike(men, women, (2691, 1835))
    by_hand = sum(a - m * c / n for a, m, c, n in
                  zip(men.events, men.n, women.events, women.n, strict=True))  # fmt: skip
    assert fewer.fewer[0] == pytest.approx(by_hand, rel=1e-12)
    assert fewer.fewer[0] < 0


def test_rabbits_are_few_and_have_the_exact_p_of_rs_help_page() -> None:
    at_once, later = counts([0, 3, 6, 5, 2], [6, 6, 6, 6, 2]), counts([0, 0, 2, 6, 5],
                                                                      [5, 6, 6, 6, 5])  # fmt: skip
    found = answered(at_once, later, one_cell(5))
    assert found.sparse[0]
    assert found.p[0].round(3) == 0.040


def test_arthritis_by_the_ranks_of_each_patient_and_a_hundred_thousand_deals() -> None:
    chance, draws = np.random.default_rng(1), 100_000
    seen, dealt = 0.0, np.zeros(draws)
    for mine, theirs in zip(TREATED, PLACEBO, strict=True):
        ranks = rankdata(np.repeat([0, 1, 2, 0, 1, 2], [*mine, *theirs]))
        size, n = len(ranks), int(mine.sum())
        ranks = (ranks - (size + 1) / 2) / (size + 1)
        seen += ranks[:n].sum()
        dealt += chance.permuted(np.tile(ranks, (draws, 1)), axis=1)[:, :n].sum(axis=1)
    found = severer(Ladder(TREATED, PLACEBO), one_cell(2))
    assert found.test.statistic[0] == pytest.approx(seen / dealt.std(), rel=0.01)
    assert found.p[0] < 0.001
    assert np.mean(np.abs(dealt) >= abs(seen)) < 0.001
