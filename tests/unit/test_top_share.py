"""The busiest adults' share: counted one by one, and chance's share by listing every deal."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eachchild.measures.top_share import top_share

few = settings(max_examples=60, deadline=None)


def listed(adults, events, top):
    """Adults one by one, the busiest first; those cut off in part give that part."""
    each = sorted((k for n, k in zip(adults, events, strict=True) for _ in range(n)), reverse=True)
    left, made = top * len(each), 0.0
    for k in each:
        taken = min(max(left, 0.0), 1.0)
        made, left = made + taken * k, left - taken
    return made / sum(each)


@few
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), min_size=1, max_size=6),
    st.floats(0.01, 0.99),
)
def test_the_share_is_counted_adult_by_adult(rows, top):
    adults, events = (np.array(x) for x in zip(*rows, strict=True))
    found = top_share(adults, events, top=top, draws=5)
    total = int((adults * events).sum())
    assert found.total == total
    if total:
        assert found.share == pytest.approx(listed(adults, events, top))
    else:
        assert (found.share, found.by_chance, found.p) == (0, 0, 1)


@pytest.mark.parametrize("exposure", [[1, 1, 1, 1], [4, 1, 2, 1]])
@pytest.mark.parametrize("top", [0.25, 0.4])
def test_chance_is_the_mean_over_every_deal(exposure, top):
    total, part = 5, np.array(exposure) / sum(exposure)
    expected = tail = 0.0
    for deal in product(range(4), repeat=total):
        made = np.bincount(deal, minlength=4)
        share = listed([1] * 4, made.tolist(), top)
        chance = part[list(deal)].prod()
        expected += chance * share
        tail += chance * (share >= listed([1] * 4, [3, 1, 1, 0], top) - 1e-12)
    found = top_share(np.ones(4, int), np.array([3, 1, 1, 0]), top=top,
                      exposure=np.array(exposure), draws=20_000)  # fmt: skip
    assert found.by_chance == pytest.approx(expected, abs=4 * found.chance_error)
    assert found.chance_error < 0.002
    assert found.p == pytest.approx(tail, abs=0.015)
    assert found.chance_low <= found.by_chance <= found.chance_high


def test_rows_in_any_order_or_split_are_the_same():
    adults, events, exposure = np.array([30, 5, 10]), np.array([0, 8, 2]), np.array([100, 90, 120])
    found = top_share(adults, events, exposure=exposure)
    order = np.array([2, 0, 1])
    assert top_share(adults[order], events[order], exposure=exposure[order]) == found
    split = top_share(np.array([30, 2, 3, 10]), np.array([0, 8, 8, 2]),
                      exposure=np.array([100, 90, 90, 120]))  # fmt: skip
    assert split == found
    per_hour = top_share(adults, events, exposure=exposure * 8.0)
    assert per_hour.by_chance == pytest.approx(found.by_chance)


def test_unequal_exposure_explains_unequal_counts():
    adults, events = np.array([95, 5]), np.array([1, 19])
    alike = top_share(adults, events)
    given = top_share(adults, events, exposure=np.array([1, 19]))
    assert alike.share == given.share == 0.5
    assert alike.p == pytest.approx(0.001)
    assert alike.by_chance < 0.15
    assert given.by_chance == pytest.approx(0.5, abs=0.05)
    assert given.p > 0.2


def test_few_events_are_concentrated_by_chance_alone():
    found = top_share(np.array([90, 10]), np.array([0, 1]))
    assert found.share == 0.5
    assert found.by_chance > 0.5
    assert found.p == pytest.approx(1, abs=0.01)


def test_draws_in_blocks_are_all_made():
    found = top_share(np.array([30_000]), np.array([1]), draws=150)
    assert found.share == pytest.approx(0.05)
    assert found.chance_error > 0
    assert found.by_chance == pytest.approx(0.16, abs=0.02)


@pytest.mark.parametrize(
    ("adults", "events", "more", "message"),
    [
        ([5], [1], {"top": 1.0}, "share of all adults"),
        ([-5], [1], {}, "below 0"),
        ([5], [1], {"exposure": np.array([0])}, "no exposure"),
    ],
)
def test_what_cannot_be_is_named(adults, events, more, message):
    with pytest.raises(ValueError, match=message):
        top_share(np.array(adults), np.array(events), **more)


def test_the_level_holds_where_all_adults_are_alike():
    rng, p = np.random.default_rng(3), []
    for seed in range(120):
        made = np.bincount(rng.integers(0, 60, 240), minlength=60)
        each, adults = np.unique(made, return_counts=True)
        p.append(top_share(adults, each, draws=199, seed=seed).p)
    assert np.mean(np.array(p) <= 0.05) <= 0.1
