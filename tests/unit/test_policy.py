"""The privacy policy: built in, or a file beside the plan, and which cells are too small."""

from pathlib import Path

import numpy as np
import pytest

from eachchild.release import PolicyError, load_policy


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
        'name = "ours"\nversion = "1"\nminimum_n = 20\nminimum_events = 5\nsource = "board"\n',
        "utf-8",
    )
    assert load_policy("ours.toml", tmp_path).minimum_n == 20


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("none.toml", None, "there is no such file"),
        ("strict", None, "there is benchmark, federal, internal"),
        ("broken.toml", "minimum_n = ", "cannot be read"),
        ("short.toml", "minimum_n = 20", "cannot be read"),
    ],
)
def test_a_policy_that_cannot_be_used_says_why(
    tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(PolicyError, match=said):
        load_policy(name, tmp_path)
