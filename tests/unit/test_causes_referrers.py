"""The busiest adults' part of a gap: added up adult by adult, and every deal simulated."""

from dataclasses import replace

import numpy as np
import pytest

from eachchild.causes.referrers import Adults, referrers
from eachchild.measures.counts import Numbers


def drawn(
    seed: int, *, schools: int = 6, each: int = 20, odds: float = 1.0, busy: float = 3.0
) -> Adults:
    """One entry an adult; the busiest tenth make referrals whose odds of the group are larger."""
    chance = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), each)
    few = np.tile(np.arange(each) < each // 10, schools)
    total = chance.negative_binomial(0.6, 0.2, len(school)) + few * chance.poisson(
        busy * 6, len(few)
    )
    rate = np.repeat(chance.uniform(0.2, 0.5, schools), each)
    rate = np.where(few, odds * rate / (1 - rate + odds * rate), rate)
    group = chance.binomial(total, rate)
    return Adults(school, np.ones(len(school), np.int64), group, total - group)


def test_the_parts_are_added_up_adult_by_adult() -> None:
    found = drawn(1)
    told = referrers(found, (400, 900), top=0.1, draws=9)
    people = sorted(
        zip((found.group + found.others).tolist(), found.group.tolist(), strict=True), reverse=True
    )
    cut = next(n for n in range(12, 0, -1) if people[n - 1][0] > people[n][0])
    top, rest = people[:cut], people[cut:]
    assert (told.top[0], told.least[0]) == (cut, top[-1][0])
    assert told.top_adults[0] == pytest.approx(cut / 120)
    everything = sum(each for each, _ in people)
    assert told.referral_share[0] == pytest.approx(sum(each for each, _ in top) / everything)

    def rates(some: list[tuple[float, float]]) -> tuple[float, float]:
        mine = sum(group for _, group in some)
        return mine / 400, (sum(each for each, _ in some) - mine) / 900

    for gap, some in ((told.gap, people), (told.without, rest)):
        mine, theirs = rates(some)
        assert (gap.rate[0], gap.other_rate[0]) == (pytest.approx(mine), pytest.approx(theirs))
        assert gap.difference[0] == pytest.approx(mine - theirs)
        assert gap.ratio[0] == pytest.approx(mine / theirs)
    middle = float(np.median([each for each, _ in rest if each]))
    mine, theirs = rates(rest + [(middle, middle * group / each) for each, group in top])
    assert told.at_median.rate[0] == pytest.approx(mine)
    assert told.at_median.other_rate[0] == pytest.approx(theirs)
    assert told.gap_share[0] == pytest.approx(
        1 - told.without.difference[0] / told.gap.difference[0]
    )
    assert told.times[0] == pytest.approx(1 / (1 - told.gap_share[0]))
    made, needed = 0.0, 0.0
    for each, _ in people:  # the last adult in part
        part = min(1.0, (everything / 2 - made) / each)
        made, needed = made + part * each, needed + part
        if part < 1:
            break
    assert told.half[0] == pytest.approx(needed / 120)


def test_kinds_of_adults_are_adults_one_by_one() -> None:
    kinds = Adults(np.array([0, 0, 1, 1]), np.array([40, 2, 30, 1]), np.array([1, 9, 0, 12]),
                   np.array([2, 6, 2, 4]), np.array([20, 30, 10, 20]),
                   np.array([80, 60, 90, 70]))  # fmt: skip
    names = ("school", "adults", "group", "others", "taught", "other_taught")
    school, _, *rest = (np.repeat(getattr(kinds, name), kinds.adults) for name in names)
    single = Adults(school, np.ones(73, np.int64), *rest)
    one, two = (referrers(x, (300, 900), draws=19) for x in (kinds, single))
    assert one.top[0] == two.top[0] == 3
    for name in ("half", "gap_share", "expected", "more", "p", "referral_share", "times"):
        assert getattr(one, name)[0] == pytest.approx(getattr(two, name)[0], rel=1e-9), name
    assert one.total_share == two.total_share


def deals(found: Adults, busy: Numbers, draws: int, seed: int) -> Numbers:
    """The top's referrals of the group when groups are handed round among a school's referrals."""
    chance = np.random.default_rng(seed)
    total, top = found.group + found.others, np.zeros(draws)
    for school in np.unique(found.school):
        mine = found.school == school
        of_top = int(total[mine & (busy > 0)].sum())
        events = int(found.group[mine].sum())
        top += chance.hypergeometric(of_top, int(total[mine].sum()) - of_top, events, draws)
    return top


@pytest.mark.parametrize(("schools", "busy", "odds"), [(1, 0.2, 1.0), (3, 0.6, 2.5), (6, 3.0, 1.3)])
def test_p_is_the_share_of_deals_in_which_the_top_have_as_many(
    schools: int, busy: float, odds: float
) -> None:
    found = drawn(3, schools=schools, busy=busy, odds=odds)
    told = referrers(found, (400, 900), top=0.1, draws=9)
    top = (found.group + found.others >= told.least[0]).astype(float)
    dealt = deals(found, top, 200_000, 1)
    seen = found.group[top > 0].sum()
    assert told.expected[0] == pytest.approx(dealt.mean(), rel=0.005)
    assert told.more[0] == pytest.approx(seen - told.expected[0])
    middle = ((dealt > seen).mean() + (dealt >= seen).mean()) / 2
    assert told.p[0] == pytest.approx(middle, abs=max(0.012, (dealt == seen).mean()))


def test_whom_adults_teach_explains_whom_they_refer() -> None:
    """Busy adults who teach more of the group: handing round finds them, exposure does not."""
    chance = np.random.default_rng(5)
    plain, known = [], []
    for seed in range(200):
        few = np.tile(np.arange(20) < 2, 6)
        taught = np.where(few, 60, 30)
        total = chance.poisson(np.where(few, 25, 2))
        group = chance.binomial(total, 2 * taught / (2 * taught + 100 - taught))
        found = Adults(np.repeat(np.arange(6), 20), np.ones(120, np.int64), group, total - group)
        with_it = Adults(found.school, found.adults, group, total - group, taught, 100 - taught)
        plain.append(referrers(found, (400, 900), top=0.1, draws=2, seed=seed).p[0])
        known.append(referrers(with_it, (400, 900), top=0.1, draws=2, seed=seed).p[0])
    assert np.mean(np.array(plain) <= 0.05) > 0.9
    assert np.mean(np.array(known) <= 0.05) <= 0.09


def test_with_equal_exposure_both_tests_agree() -> None:
    found = drawn(8, odds=1.4)
    alike = np.full(120, 25)
    with_it = Adults(found.school, found.adults, found.group, found.others, alike, 3 * alike)
    one, two = (referrers(x, (400, 900), top=0.1, draws=2) for x in (found, with_it))
    assert two.expected[0] == pytest.approx(one.expected[0], rel=1e-9)
    assert two.p[0] == pytest.approx(one.p[0], rel=0.05)


def test_adults_who_teach_one_group_alone_say_nothing_of_odds() -> None:
    school = np.zeros(3, np.int64)
    adults = np.array([1, 10, 10])
    only = Adults(school, adults, np.array([9, 0, 2]), np.array([0, 3, 0]), np.array([20, 0, 20]),
                  np.array([0, 20, 0]))  # fmt: skip
    told = referrers(only, (50, 100), draws=2)
    assert not told.known[0]
    assert (told.p[0], told.expected[0]) == (1, 9)
    none_beyond = Adults(school, adults, np.array([9, 0, 0]), np.array([0, 3, 2]),
                         np.array([20, 5, 20]), np.array([0, 20, 20]))  # fmt: skip
    assert not referrers(none_beyond, (50, 100), draws=2).known[0]
    all_beyond = Adults(school, adults, np.array([9, 0, 2]), np.array([0, 3, 0]),
                        np.array([20, 0, 20]), np.array([20, 20, 20]))  # fmt: skip
    assert referrers(all_beyond, (50, 100), draws=2).expected[0] == 9


def test_who_is_busy_is_settled_by_the_referrals_of_other_groups_too() -> None:
    """By hand: 2 of 20 adults make half of 160 referrals, most of students of neither group."""
    school, adults = np.zeros(3, np.int64), np.array([2, 2, 16])
    group, others, rest = np.array([9, 1, 1]), np.array([1, 9, 1]), np.array([30, 0, 2])
    alone = referrers(Adults(school, adults, group, others), (100, 100), top=0.1, draws=2)
    found = referrers(Adults(school, adults, group, others, rest=rest), (100, 100), top=0.1,
                      draws=2)  # fmt: skip
    assert alone.top[0] == 4  # as many of these two groups are by the second kind
    assert found.top[0] == 2
    assert found.least[0] == 40
    assert found.referral_share[0] == pytest.approx(80 / (80 + 20 + 64))
    assert found.both_share[0] == pytest.approx(20 / (20 + 20 + 32))
    assert alone.both_share[0] == alone.referral_share[0] == pytest.approx(40 / 72)
    # Without them 18 against 34 of 100; with them 36 against 36: no gap, and none of it is theirs.
    assert found.gap.difference[0] == pytest.approx(0)
    assert found.without.difference[0] == pytest.approx(-0.16)


def test_one_adult_who_makes_all_is_the_top_and_leaves_no_gap() -> None:
    lone = Adults(np.array([0, 0]), np.array([1, 9]), np.array([6, 0]), np.array([2, 0]))
    told = referrers(lone, (10, 10), draws=2)
    assert told.top[0] == 1
    assert told.gap_share[0] == 1
    assert np.isinf(told.times[0])
    assert told.at_median.rate[0] == 0
    assert not told.known[0]
    assert np.isinf(referrers(Adults(np.array([0]), np.array([5]), np.array([1]), np.array([0])),
                              (10, 10), draws=2).gap.ratio[0])  # fmt: skip


def test_repeats_temper_the_test() -> None:
    found = drawn(4, odds=1.8)
    plain, less = (
        referrers(found, (400, 900), top=0.1, draws=2, dispersion=d).p[0] for d in (1.0, 3.0)
    )
    assert plain < less < 0.5


def test_false_alarms_and_power() -> None:
    alarms, power = (
        np.mean([referrers(drawn(s, odds=odds), (400, 900), top=0.1, draws=2).p[0] <= 0.05
                 for s in range(200)])
        for odds in (1.0, 2.0)
    )  # fmt: skip
    assert alarms <= 0.09
    assert power >= 0.85


def test_referrals_of_other_groups_raise_no_false_alarm() -> None:
    def p(seed: int) -> float:
        alike = drawn(seed)
        rest = np.random.default_rng(seed).binomial(4 * alike.each, 0.5)
        return float(referrers(replace(alike, rest=rest), (400, 900), top=0.1, draws=2).p[0])

    assert np.mean([p(seed) <= 0.05 for seed in range(200)]) <= 0.09


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"adults": np.array([1, 1])}, "one entry a kind"),
        ({"group": np.array([-1])}, "below 0"),
        ({"group": np.array([0]), "others": np.array([0])}, "nobody made a referral"),
        ({"taught": np.array([0]), "other_taught": np.array([3])}, "teach nobody"),
    ],
)
def test_what_cannot_be_is_named(change: dict[str, Numbers], message: str) -> None:
    one = {name: np.array([1]) for name in ("school", "adults", "group", "others")}
    with pytest.raises(ValueError, match=message):
        referrers(Adults(**{**one, **change}), (10, 10))
