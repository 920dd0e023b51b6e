"""Moments: parts that add up, tails listed one by one, and planted moments among quiet ones."""

from itertools import combinations, product

import numpy as np
import pytest
from scipy.stats import binom, fisher_exact

from eachchild.causes.moments import ANY, Referred, rank_moments, shrunken_ratios
from eachchild.measures.multiple import two_steps


def district(
    seed: int,
    *,
    schools: int = 20,
    dims: tuple[int, ...] = (5, 4, 6),
    referrals: int = 1200,
    gap: float = 3.0,
    times: float = 1.0,
    repeat: float = 0.0,
    size: tuple[int, int] = (60, 240),
) -> tuple[Referred, tuple[int, int]]:
    """Students with gamma propensities, three in five of whose referrals are in one own moment.

    `times` is how much larger the group's rate is where the first two dimensions are 1 and 2.
    """
    chance = np.random.default_rng(seed)
    values = np.array(list(product(*map(range, dims))))
    weight = np.ones(len(values))
    for column, number in enumerate(dims):
        weight *= chance.dirichlet(np.full(number, 3.0))[values[:, column]]
    hot = (values[:, 0] == 1) & (values[:, 1] == 2)
    rate = referrals / (schools * (gap * size[0] + size[1]))
    tables, students = [], []
    for n, own, one in ((size[0], rate * gap, times), (size[1], rate, 1.0)):
        part = np.where(hot, one * weight, weight)
        mean = own * part.sum()
        part = part / part.sum()
        many = chance.gamma(1 / repeat, repeat, schools * n) if repeat else np.ones(schools * n)
        number = chance.poisson(mean * many)
        who = np.repeat(np.arange(schools * n), number)
        habit = chance.choice(len(values), schools * n, p=part)
        again = chance.random(len(who)) < (0.6 if repeat else 0.0)
        moment = np.where(again, habit[who], chance.choice(len(values), len(who), p=part))
        table = np.zeros((schools, len(values)), np.int64)
        np.add.at(table, (who // n, moment), 1)
        tables.append(table)
        students.append(int((number > 0).sum()))
    school, at = np.nonzero(tables[0] + tables[1])
    one, two = (table[school, at] for table in tables)
    enrolled = [np.full(schools, n) for n in size]
    return Referred(school, values[at], one, two, *enrolled), (students[0], students[1])


def test_every_moment_is_counted_in_a_loop() -> None:
    referred, _ = district(1, schools=4, referrals=400)
    referred = Referred(referred.school, referred.values, referred.group, referred.others,
                        np.array([60, 30, 90, 10]), np.array([200, 300, 100, 250]))  # fmt: skip
    found = rank_moments(referred, fewest=1)
    times = referred.students / referred.other_students
    worth = referred.others * times[referred.school]
    group, expected = referred.group.sum(), worth.sum()
    assert found.more[0] == pytest.approx(group - expected)
    assert found.ratio[0] == pytest.approx(group / expected)
    told = found.moments
    for at, moment in enumerate(told.values):
        rows = ((referred.values == moment) | (moment == ANY)).all(axis=1)
        mine, theirs, even = (
            referred.group[rows].sum(),
            referred.others[rows].sum(),
            worth[rows].sum(),
        )
        assert (told.group[at], told.others[at]) == (mine, theirs)
        both = referred.group.sum() + referred.others.sum()
        assert told.referral_share[at] == pytest.approx((mine + theirs) / both)
        assert told.even_share[at] == pytest.approx(even / expected)
        assert told.fewer[at] == pytest.approx(mine - even)
        assert told.share[at] == pytest.approx((mine - even) / (group - expected))
        assert told.inside[at] == (pytest.approx(mine / even) if even else np.inf)
        assert told.outside[at] == pytest.approx((group - mine) / (expected - even))
    assert (np.diff(told.p) >= 0).all()


@pytest.mark.parametrize("columns", [c for k in (1, 2, 3) for c in combinations(range(3), k)])
def test_the_shares_of_moments_that_part_all_referrals_add_up(columns: tuple[int, ...]) -> None:
    told = rank_moments(district(2)[0], fewest=1).moments
    rows = ((told.values != ANY) == np.isin(np.arange(3), columns)).all(axis=1)
    for name in ("share", "even_share", "referral_share"):
        assert getattr(told, name)[rows].sum() == pytest.approx(1, abs=1e-12), name


def test_in_one_school_the_tests_are_the_binomial_and_fishers() -> None:
    chance = np.random.default_rng(3)
    group, others = chance.poisson(4, 6), chance.poisson(6, 6)
    values = np.arange(6)[:, None]
    told = rank_moments(Referred(np.zeros(6, np.int64), values, group, others, np.array([150]),
                                 np.array([350])), fewest=1).moments  # fmt: skip
    for at, moment in enumerate(told.values[:, 0]):
        g, o = group[moment], others[moment]
        assert told.p_more[at] == pytest.approx(binom.sf(g - 1, g + o, 0.3), rel=1e-9)
        table = [[g, group.sum() - g], [o, others.sum() - o]]
        fisher = fisher_exact(table, alternative="greater").pvalue
        if min(g + o, group.sum()) < 12:  # few enough for the criterion to ask for it
            assert told.p[at] == pytest.approx(fisher, rel=1e-9)
        assert told.p[at] == pytest.approx(fisher, abs=0.2)


def test_over_schools_the_tail_is_that_of_a_sum_of_binomials() -> None:
    school, values = np.array([0, 1, 2, 0, 1, 2]), np.array([[0], [0], [0], [1], [1], [1]])
    group, others = np.array([3, 0, 4, 5, 4, 3]), np.array([2, 3, 1, 9, 9, 9])
    enrolled = np.array([100, 200, 50]), np.array([200, 200, 200])
    told = rank_moments(Referred(school, values, group, others, *enrolled), fewest=1).moments
    at = int(np.flatnonzero(told.values[:, 0] == 0)[0])
    part = enrolled[0] / (enrolled[0] + enrolled[1])
    wanted = sum(
        np.prod([binom.pmf(x, n, p) for x, n, p in zip(xs, (5, 3, 5), part, strict=True)])
        for xs in product(range(6), range(4), range(6))
        if sum(xs) >= 7
    )
    # Tempered by how the schools differ; the order of tails is kept, so undo it by its own root.
    assert told.p_more[at] >= wanted * (1 - 1e-9)
    assert told.p_more[at] < 0.5


def test_many_referrals_over_schools_are_near_the_exact_tail() -> None:
    school, values = np.repeat(np.arange(8), 2), np.tile([[0], [1]], (8, 1))
    group, both = np.tile([19, 12], 8), np.full(16, 60)  # in every school alike: no dispersion
    told = rank_moments(
        Referred(school, values, group, both - group, np.full(8, 100), np.full(8, 300))
    ).moments
    for at in range(2):
        exact = binom.sf(told.group[at] - 1, 480, 0.25)
        assert told.p_more[at] == pytest.approx(exact, rel=0.02)


def test_q_is_that_of_the_families_of_dimensions() -> None:
    told = rank_moments(district(5, times=4)[0]).moments
    named = told.values != ANY
    family = (named * [1, 2, 4]).sum(axis=1)
    for p, q in ((told.p, told.q), (told.p_more, told.q_more)):
        assert q == pytest.approx(two_steps(p, family).q)
    assert ((told.group + told.others) >= 10).all()


def test_a_gap_of_schools_is_no_moment() -> None:
    """All of the gap goes with which school students attend, and schools have their own moments."""
    chance, alarms = np.random.default_rng(6), 0
    for _ in range(20):
        school, moment = (x.ravel() for x in np.meshgrid(range(20), range(8), indexing="ij"))
        mine, theirs = np.full(20, 100), np.full(20, 200)
        mine[:5], theirs[:5] = 300, 30
        rate = np.where((school < 5) & (moment == 3), 0.08, 0.01)
        referred = Referred(school, moment[:, None], chance.poisson(rate * mine[school]),
                            chance.poisson(rate * theirs[school]), mine, theirs)  # fmt: skip
        told = rank_moments(referred).moments
        alarms += min(told.q.min(), told.q_more.min()) <= 0.05
    assert alarms <= 3


def test_a_planted_moment_is_found_and_an_even_gap_is_none() -> None:
    """The even gap is threefold; more worlds are counted in the docstring."""
    found = alarms = 0
    for seed in range(5):
        quiet, students = district(seed, schools=30, referrals=1500, repeat=4.0)
        told = rank_moments(quiet, referred_students=students).moments
        alarms += told.q.min() <= 0.05
        assert told.q_more.min() < 1e-3  # the gap itself is there
        if seed > 2:
            continue
        loud, students = district(seed, schools=60, referrals=6000, repeat=2.0, times=4.0)
        ranking = rank_moments(loud, referred_students=students)
        told = ranking.moments
        assert ranking.repeats[0] > 1.5
        found += told.values[0].tolist() == [1, 2, ANY] and told.q[0] <= 0.05
        at = int(np.flatnonzero((told.values == [1, 2, ANY]).all(axis=1))[0])
        assert told.share[at] > told.even_share[at]
        assert told.inside[at] > shrunken_ratios(ranking)[at] > told.outside[at]
        assert told.against_rest.low[at] < told.inside[at] / told.outside[at]
    assert alarms <= 1
    assert found >= 2


def test_repeats_widen_the_interval_and_temper_both_tests() -> None:
    referred, students = district(7, repeat=4.0, times=3.0)
    plain, known = (rank_moments(referred, referred_students=s) for s in (None, students))
    assert (plain.repeats[0], known.repeats[0] > 1.5) == (1, True)
    assert (known.moments.dispersion >= known.repeats[0]).all()

    def least(one: object) -> float:
        return float(one.moments.q.min())  # type: ignore[attr-defined]

    assert least(plain) <= least(known)
    one, two = (x.moments for x in (plain, known))
    names = [tuple(x) for x in two.values.tolist()]
    for at, moment in enumerate(one.values.tolist()):
        other = names.index(tuple(moment))
        assert two.against_rest.low[other] <= one.against_rest.low[at] * (1 + 1e-9)
        assert two.p_more[other] >= min(one.p_more[at], 0.5) * (1 - 1e-9)


def test_schools_of_one_group_are_left_out_and_counted() -> None:
    school, values = np.array([0, 0, 1]), np.array([[0], [1], [0]])
    found = rank_moments(Referred(school, values, np.array([9, 2, 7]), np.array([4, 4, 0]),
                                  np.array([50, 50]), np.array([100, 0])), fewest=1)  # fmt: skip
    assert found.left_out[0] == 7
    assert found.more[0] == 11 - 8 / 2


def test_where_no_other_student_is_referred_the_ratio_has_no_end_but_a_shrunken_one() -> None:
    school, values = np.zeros(3, np.int64), np.arange(3)[:, None]
    ranking = rank_moments(Referred(school, values, np.array([6, 20, 30]), np.array([0, 25, 20]),
                                    np.array([500]), np.array([500])), fewest=1)  # fmt: skip
    told = ranking.moments
    at = int(np.flatnonzero(told.values[:, 0] == 0)[0])
    assert np.isinf(told.inside[at])
    assert 1 < shrunken_ratios(ranking)[at] < 10
    alone = rank_moments(Referred(school, values, np.array([6, 20, 30]), np.zeros(3, np.int64),
                                  np.array([500]), np.array([500])), fewest=1)  # fmt: skip
    lone = alone.moments
    assert np.isinf(lone.inside).all()
    assert (lone.p == 1).all()  # nobody to compare with
    assert np.isinf(shrunken_ratios(alone)).all()


@pytest.mark.parametrize("students", [9, 0])
def test_where_there_is_too_little_there_are_no_moments(students: int) -> None:
    none, values = np.zeros(2, np.int64), np.array([[0], [1]])
    one = Referred(none, values, np.array([1, 2]), np.array([0, 1]), np.array([9]),
                   np.array([students]))  # fmt: skip
    found = rank_moments(one)
    assert len(found.moments.p) == 0
    assert found.left_out[0] == (0 if students else 4)


def test_no_referrals_of_a_side_have_no_repeats() -> None:
    none, values = np.zeros(2, np.int64), np.array([[0], [1]])
    one = Referred(none, values, np.array([20, 10]), none, np.array([50]), np.array([50]))
    found = rank_moments(one, referred_students=(15, 0))
    assert found.repeats[0] > 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": np.array([[0]])}, "one column a dimension"),
        ({"school": np.array([0, 5])}, "numbered from 0 to 0"),
        ({"group": np.array([-1, 2])}, "below 0"),
    ],
)
def test_what_cannot_be_is_named(change: dict[str, object], message: str) -> None:
    one = {
        "school": np.array([0, 0]), "values": np.array([[0], [1]]), "group": np.array([1, 2]),
        "others": np.array([1, 2]), "students": np.array([9]), "other_students": np.array([9]),
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        rank_moments(Referred(**{**one, **change}))  # type: ignore[arg-type]
