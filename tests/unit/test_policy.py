"""The privacy policy: built in, or a file beside the plan, and which cells are too small."""

from pathlib import Path

import numpy as np
import pytest

from eachchild.release import PolicyError, load_policy
from eachchild.release.policy import policy_of

OURS = 'name = "ours"\nversion = "1"\nminimum_n = 20\nminimum_events = 5\nsource = "board"\n'


def test_small_cells_are_those_with_few_students_or_few_on_either_side() -> None:
    policy = load_policy("federal")
    n = np.array([0, 9, 10, 100, 100, 100, 100])
    events = np.array([0, 0, 5, policy.minimum_events - 1, policy.minimum_events, 100, 99])
    assert policy.minimum_n == 10
    assert policy.small(n, events).tolist() == [
        False, True, policy.minimum_events > 5, True, False, False, True,
    ]  # fmt: skip


def test_a_policy_of_ones_own_stands_beside_the_plan(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(
        f"{OURS}minimum_without = 2\nbands = [[20, 10], [100, 5]]\n", "utf-8"
    )
    policy = load_policy("ours.toml", tmp_path)
    assert policy.minimum_n == 20
    assert policy.bands == ((100, 5), (20, 10))
    assert [policy.few(40, no) for no in (1, 2)] == [True, False]
    assert policy_of(policy.to_toml().encode()) == policy


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("none.toml", None, "there is no such file"),
        ("strict", None, "there is benchmark, ca, de, federal, internal, ny, tn, ut, wi"),
        ("broken.toml", "minimum_n = ", "cannot be read"),
        ("short.toml", "minimum_n = 20", "it does not say name, version, minimum_events, source"),
        ("more.toml", f"{OURS}minimum = 3", "it has no minimum; there is name, version"),
        ("less.toml", OURS.replace("20", "0"), "minimum_n is no whole number of at least 1"),
        ("years.toml", f"{OURS}years_together = 0", "years_together is no whole number of at"),
        (
            "flat.toml",
            f"{OURS}bands = [100, 5]",
            "bands are pairs of students at least and percent",
        ),
        ("odd.toml", f"{OURS}codes = [[100, 7]]", "each percent is one of 1, 2, 5, 10, 20, 33, 50"),
        ("one.toml", f"{OURS}bands = 5", "bands are pairs"),
        ("twice.toml", f"{OURS}bands = [[9, 5], [9, 10]]", "two percents of groups of one size"),
        ("side.toml", f'{OURS}minimum_without = "3"', "minimum_without is no whole number"),
        ("nought.toml", f"{OURS}noughts_shown = 1", "noughts_shown is neither true nor false"),
    ],
)
def test_a_policy_that_cannot_be_used_says_why(
    tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(PolicyError, match=said):
        load_policy(name, tmp_path)
