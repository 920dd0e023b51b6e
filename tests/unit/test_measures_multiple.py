"""Many tests at once, against scipy and against the procedure done step by step in fractions."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from eachchild.measures.multiple import benjamini_hochberg, simes, two_steps

few = settings(max_examples=100, deadline=None)
# Dyadic p-values and levels make the steps exact, ties and all, but for division by counts.
p_values = st.integers(0, 64).map(lambda k: k / 64)
audits = st.lists(st.tuples(st.integers(0, 4), p_values), min_size=1, max_size=25)


@few
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_benjamini_hochberg_is_scipys(p):
    p = np.array(p)
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p), rtol=1e-12)
    assert simes(p) == benjamini_hochberg(p).min()


def rejected(p, level):
    """Benjamini and Hochberg's step-up procedure as they wrote it, on exact fractions."""
    order = sorted(p)
    passing = [k for k, value in enumerate(order, 1) if value <= level * k / len(p)]
    return [value <= order[passing[-1] - 1] if passing else False for value in p]


def selected(tests, level):
    """Benjamini and Bogomolov's two steps at one level."""
    families = sorted({family for family, _ in tests})
    inside = {f: [p for family, p in tests if family == f] for f in families}
    whole = [
        min(p * len(inside[f]) / k for k, p in enumerate(sorted(inside[f]), 1)) for f in families
    ]
    passing = dict(zip(families, rejected(whole, level), strict=True))
    share = Fraction(sum(passing.values()), len(families))
    found = {f: iter(rejected(inside[f], level * share)) for f in families}
    picks = [(next(found[f]), passing[f]) for f, _ in tests]
    return [pick and passes for pick, passes in picks], [passing[f] for f in families]


@few
@given(audits, st.integers(1, 97))
def test_two_steps_select_what_the_procedure_selects(audit, percent):
    level = Fraction(percent, 97)  # no adjusted value falls on it, so rounding settles nothing
    tests = [(family, Fraction(p)) for family, p in audit]
    found = two_steps(np.array([p for _, p in audit]), np.array([f for f, _ in audit]))
    chosen, passing = selected(tests, level)
    assert found.families.tolist() == sorted({f for f, _ in audit})
    if level < 1:
        assert (found.q <= float(level)).tolist() == chosen
        assert (found.family_q <= float(level)).tolist() == passing


@few
@given(audits)
def test_q_is_the_least_level_at_which_a_test_is_selected(audit):
    tests = [(family, Fraction(p)) for family, p in audit]
    found = two_steps(np.array([p for _, p in audit]), np.array([f for f, _ in audit]))
    nudge = Fraction(1, 10**9)
    for row, q in enumerate(found.q.tolist()):
        assert selected(tests, Fraction(q) + nudge)[0][row]
        if q > 0:
            assert not selected(tests, Fraction(q) - nudge)[0][row]


@few
@given(audits)
def test_a_family_passes_exactly_with_its_first_test(audit):
    family = np.array([f for f, _ in audit])
    found = two_steps(np.array([p for _, p in audit]), family)
    for one, level in zip(found.families, found.family_q, strict=True):
        assert found.q[family == one].min() == level


def test_tiny_p_values_keep_their_digits_in_late_families():
    p = np.tile([1e-300, 0.2], 500)
    found = two_steps(p, np.repeat(np.arange(500), 2))
    np.testing.assert_allclose(found.family_p, 2e-300)
    assert (found.q[::2] == 2e-300).all()


def test_no_tests_are_no_families():
    found = two_steps(np.array([]), np.array([], np.int64))
    assert found.q.size == found.families.size == found.family_q.size == 0


def test_a_quiet_audit_seldom_speaks():
    rng = np.random.default_rng(5)
    family = np.repeat(np.arange(12), 40)
    spoke = [(two_steps(rng.random(480), family).q <= 0.05).any() for _ in range(400)]
    assert (
        np.mean(spoke) < 0.08
    )  # 5 % nominal, and under three standard errors of 400 draws above it
