"""Same act, same answer: both cuts, acts apart, exact where few, and how many fewer."""

import numpy as np
import pytest

from eachchild.causes.consequence import (
    Answered,
    Referrals,
    answered,
    fewer_if_answered_alike,
    mantel_fleiss,
    same_act,
)
from eachchild.causes.repeats import dispersion_of_repeats
from eachchild.measures.counts import Counts, counts
from eachchild.measures.exact import exact_test
from eachchild.measures.multiple import benjamini_hochberg
from eachchild.measures.stratified import Fold, one_cell, pooled_odds_ratio, within_schools_test


def drawn(
    seed: int, *, schools: int = 12, acts: int = 3, histories: int = 2, odds: float = 1.0
) -> Referrals:
    chance = np.random.default_rng(seed)
    school, act, history = (
        x.ravel() for x in np.meshgrid(*map(np.arange, (schools, acts, histories)), indexing="ij")
    )
    rate = chance.beta(2, 4, len(school))
    mine = odds * rate / (1 - rate + odds * rate)
    n1, n0 = chance.poisson(2, len(school)), chance.poisson(2, len(school))
    return Referrals(school, act, history, Counts(chance.binomial(n1, mine), n1),
                     Counts(chance.binomial(n0, rate), n0))  # fmt: skip


def test_without_history_is_the_same_referrals_one_entry_a_school_and_act() -> None:
    found = drawn(1)
    both = same_act(found, (300, 800))
    keys = found.school * 3 + found.act
    sides = [
        Counts(*(np.bincount(keys, weights=x).astype(int) for x in (side.events, side.n)))
        for side in (found.group, found.others)
    ]
    ratio = pooled_odds_ratio(sides[0], sides[1], one_cell(36))
    assert both.act.whole.odds_ratio.ratio == pytest.approx(ratio.ratio, rel=1e-14)
    finer = pooled_odds_ratio(found.group, found.others, one_cell(72))
    assert both.history.whole.odds_ratio.ratio == pytest.approx(finer.ratio, rel=1e-14)
    for cut in (both.act, both.history):
        assert int(cut.fewer.referrals[0] + cut.fewer.left_out[0]) == found.group.n.sum()
        assert int(cut.fewer.of[0] + cut.fewer.left_out_excluded[0]) == found.group.events.sum()
    assert both.history.fewer.left_out[0] > both.act.fewer.left_out[0]  # finer strata hold fewer


def test_each_act_is_its_own_strata_and_q_is_over_the_acts_that_are_known() -> None:
    found = drawn(2)
    school, act, history = (
        np.append(x, y) for x, y in ((found.school, 0), (found.act, 7), (found.history, 0))
    )
    group, others = (
        Counts(np.append(side.events, events), np.append(side.n, n))
        for side, events, n in ((found.group, 1, 1), (found.others, 0, 0))
    )
    odd = Referrals(school, act, history, group, others)
    cut = same_act(odd, (300, 800)).history
    assert cut.acts.tolist() == [0, 1, 2, 7]
    assert cut.by_act.known.tolist() == [True, True, True, False]
    assert (cut.by_act.p[3], cut.q[3]) == (1, 1)
    for act in range(3):
        rows = found.act == act
        one = answered(found.group.take(rows), found.others.take(rows), one_cell(24))
        assert cut.by_act.p[act] == pytest.approx(one.p[0], rel=1e-12)
        difference = one.difference.difference[0]
        assert cut.by_act.difference.difference[act] == pytest.approx(difference, rel=1e-12)
    assert cut.q[:3].tolist() == benjamini_hochberg(cut.by_act.p[:3]).tolist()


def sure(found: Answered, group: Counts, others: Counts) -> None:
    """The p and ratio to read are those of the test that the criterion asks for."""
    fold = one_cell(len(group.n))
    if found.sparse[0]:
        assert found.p[0] == pytest.approx(exact_test(group, others, fold).p[0], rel=1e-9)
    else:
        plain = within_schools_test(group, others, fold)
        assert found.p[0] == pytest.approx(plain.p[0], rel=1e-9)


@pytest.mark.parametrize(("scale", "sparse"), [(1, True), (8, False)])
def test_few_referrals_are_tested_exactly_and_many_by_the_normal_law(
    scale: int, sparse: bool
) -> None:
    group = counts([2 * scale, scale], [3 * scale, 2 * scale])
    others = counts([scale, scale], [4 * scale, 3 * scale])
    found = answered(group, others, one_cell(2))
    assert found.sparse[0] == sparse == (found.criterion[0] < 5)
    sure(found, group, others)


def test_the_criterion_lists_what_the_margins_allow() -> None:
    chance = np.random.default_rng(3)
    n1, n0 = chance.integers(0, 5, 9), chance.integers(0, 5, 9)
    group, others = (Counts(chance.binomial(n, 0.4), n) for n in (n1, n0))
    expected = least = most = 0.0
    for a, m, c, n in zip(group.events, n1, others.events, n0, strict=True):
        possible = [x for x in range(m + 1) if 0 <= a + c - x <= n]
        if m and n:
            expected += m * (a + c) / (m + n)
            least, most = least + min(possible), most + max(possible)
    found = mantel_fleiss(group, others, one_cell(9))[0]
    assert found == pytest.approx(min(expected - least, most - expected), abs=1e-12)


def test_how_many_fewer_is_counted_stratum_by_stratum() -> None:
    group, others = counts([6, 1, 3, 0], [10, 2, 4, 0]), counts([4, 0, 6, 1], [20, 0, 8, 3])
    found = fewer_if_answered_alike(group, others, (100, 400))
    assert found.fewer[0] == pytest.approx((6 - 10 * 4 / 20) + (3 - 4 * 6 / 8))
    assert (found.of[0], found.referrals[0]) == (9, 14)
    assert (found.left_out[0], found.left_out_excluded[0]) == (2, 1)
    assert found.share[0] == pytest.approx((4 / 100) / (10 / 100 - 11 / 400))
    assert found.low[0] < found.fewer[0] < found.high[0]


def test_the_variance_is_that_of_handing_answers_round_given_the_rate() -> None:
    """Both groups from one rate: the interval's variance is on average the real one."""
    chance = np.random.default_rng(4)
    n1, n0 = np.array([3, 1, 6]), np.array([4, 7, 2])
    more, halves = [], []
    for _ in range(6000):
        found = fewer_if_answered_alike(
            Counts(chance.binomial(n1, 0.3), n1), Counts(chance.binomial(n0, 0.3), n0), (90, 90)
        )
        more.append(found.fewer[0])
        halves.append((found.high[0] - found.fewer[0]) / 1.959964)
    assert np.mean(np.square(halves)) == pytest.approx(np.var(more), rel=0.06)


def test_without_a_gap_in_rates_there_is_no_share_and_without_both_groups_nothing_is_known() -> (
    None
):
    same = fewer_if_answered_alike(counts(5, 10), counts(5, 10), (50, 50))
    assert np.isnan(same.share[0])
    alone = fewer_if_answered_alike(counts(5, 10), counts(0, 0), (50, 50))
    assert not alone.known[0]
    assert (alone.fewer[0], alone.left_out[0]) == (0, 10)


def test_more_exclusions_than_referrals_are_refused() -> None:
    none = np.zeros(1, np.int64)
    with pytest.raises(ValueError, match="Count each referral once"):
        same_act(Referrals(none, none, none, counts(3, 2), counts(0, 2)), (5, 5))


def test_false_alarms_and_power() -> None:
    """In 10 and 60 strata of 2 and 5 referrals; more of it in 1,000 draws in the docstring."""
    chance = np.random.default_rng(6)
    seen = {}
    for strata, odds in ((10, 1.0), (60, 1.0), (60, 3.0)):
        hits = 0
        for _ in range(300):
            n1, n0 = chance.poisson(2, strata), chance.poisson(5, strata)
            rate = chance.beta(2, 4, strata)
            mine = odds * rate / (1 - rate + odds * rate)
            group, others = (
                Counts(chance.binomial(n1, mine), n1),
                Counts(chance.binomial(n0, rate), n0),
            )
            hits += answered(group, others, one_cell(strata)).p[0] <= 0.05
        seen[strata, odds] = hits / 300
    assert seen[10, 1.0] <= 0.08
    assert seen[60, 1.0] <= 0.08
    assert seen[60, 3.0] >= 0.95


def test_acts_may_share_a_fold_with_none() -> None:
    found = answered(counts(2, 4), counts(1, 4), Fold(np.array([1]), 3))
    assert found.known.tolist() == [False, True, False]


def test_students_who_come_again_temper_p_and_widen_what_is_told() -> None:
    found = drawn(8, odds=3.0)
    plain, tempered = (same_act(found, (300, 800), dispersion=d).act for d in (1.0, 4.0))
    assert tempered.whole.p[0] > plain.whole.p[0]
    assert (tempered.by_act.p >= plain.by_act.p).all()
    one, two = plain.whole, tempered.whole
    assert np.log(two.odds_ratio.high / two.odds_ratio.ratio) == pytest.approx(
        2 * np.log(one.odds_ratio.high / one.odds_ratio.ratio)
    )
    assert two.difference.difference - two.difference.low == pytest.approx(
        2 * (one.difference.difference - one.difference.low)
    )
    assert two.e_values.estimate == pytest.approx(one.e_values.estimate)
    assert two.e_values.limit[0] <= one.e_values.limit[0]
    assert tempered.fewer.high - tempered.fewer.fewer == pytest.approx(
        2 * (plain.fewer.high - plain.fewer.fewer)
    )


def test_false_alarms_where_students_come_again() -> None:
    """Each is referred twice on average, and answered much the same each time."""
    chance = np.random.default_rng(9)
    raw, known = [], []
    for _ in range(150):
        base, sides, totals, numbers = chance.beta(2, 4, 60), [], [], []
        for mean in (2, 5):
            students = chance.poisson(mean, 60)
            who = np.repeat(np.arange(60), students)
            times = chance.logseries(0.7, len(who))
            own = chance.beta(base[who] * 0.25, (1 - base[who]) * 0.25)
            events, n = np.zeros((2, 60), np.int64)
            np.add.at(events, who, chance.binomial(times, own))
            np.add.at(n, who, times)
            sides.append(Counts(events, n))
            totals.append(int(n.sum()))
            numbers.append(len(who))
        dispersion = float(np.average(
            [dispersion_of_repeats(*x) for x in zip(totals, numbers, strict=True)], weights=totals
        ))  # fmt: skip
        for told, by in ((raw, 1.0), (known, dispersion)):
            told.append(answered(sides[0], sides[1], one_cell(60), dispersion=by).p[0])
    assert np.mean(np.array(raw) <= 0.05) > 0.12
    assert np.mean(np.array(known) <= 0.05) <= 0.07
