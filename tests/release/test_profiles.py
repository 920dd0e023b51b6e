"""The states' rules as policies: what each hides, and that a release under it is proved."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest
from test_years_together import YEARS, cell, part_of

from eachchild.release import load_policy
from eachchild.release.audits import decide_audit
from eachchild.release.bundle import bundle_files, verify_bundle
from eachchild.release.policy import Policy

NOBODY: Mapping[str, tuple[()]] = {"public": (), "board": (), "staff": ()}
MINIMUM = {"ca": 10, "de": 16, "ny": 5, "tn": 10, "ut": 11, "wi": 6}
LATEST = YEARS[-1]
EXAMPLE = {"black": (140, 31), "pacific": (21, 2), "white": (300, 22), "native": (40, 0),
           "asian": (120, 9), "two_or_more": (52, 52), "not_reported": (4, 1)}  # fmt: skip


def hides(profile: str, n: int, yes: int) -> tuple[bool, bool]:
    """Whether a policy by itself hides how many students a group has, and how many with."""
    part = part_of(LATEST, {"asian": (n, yes)})
    small = part.small("oss_any", load_policy(profile), part.students)
    return cell("asian", period=LATEST) in small, cell("asian", "yes", LATEST) in small


@pytest.mark.parametrize("profile", MINIMUM)
def test_groups_below_the_states_minimum_are_hidden_and_those_at_it_are_not(profile: str) -> None:
    least = MINIMUM[profile]
    assert hides(profile, least - 1, 0) == (True, True)
    assert hides(profile, least, 0)[0] is False
    assert hides(profile, 400, 200) == (False, False)


@pytest.mark.parametrize(
    ("profile", "n", "coded", "told"),
    [
        ("de", 200, (0, 10, 190, 200), (11, 189)),
        ("tn", 1000, (0, 10, 990, 1000), (11, 989)),
        ("ut", 1000, (0, 10, 990, 1000), (11, 989)),
        ("ut", 200, (0, 4, 196, 200), (6, 194)),
        ("ut", 60, (0, 3, 57, 60), (6, 54)),
        ("ut", 30, (0, 3, 27), (7, 23)),
        ("ny", 60, (0, 60), (6, 54)),
        ("ca", 60, (60,), (0, 6, 54)),
        ("wi", 60, (60,), (0, 6, 54)),
    ],
)
def test_rates_near_none_and_all_are_hidden_where_the_state_codes_them(
    profile: str, n: int, coded: tuple[int, ...], told: tuple[int, ...]
) -> None:
    assert [hides(profile, n, yes)[1] for yes in coded] == [True] * len(coded)
    assert [hides(profile, n, yes)[1] for yes in told] == [False] * len(told)


@pytest.mark.parametrize("profile", MINIMUM)
def test_a_public_release_under_a_profile_is_proved_and_verifies(
    profile: str, tmp_path: Path
) -> None:
    policy = load_policy(profile)
    parts = [part_of(year, EXAMPLE) for year in YEARS[1:]]
    found = decide_audit("t", parts, policy, NOBODY, lambda what, share: None)
    files = bundle_files(
        found.decision, policy, title="t", audience="public", approved_by=("A. Lee", "B. Ruiz"),
        known=NOBODY,
    )  # fmt: skip
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert verify_bundle(tmp_path).faults == ()
    publication = found.decision.publication
    asked = set().union(*(p.small("oss_any", policy, publication.told) for p in parts))
    assert asked - publication.hidden.keys() == set()
    # Only two bands are as wide as the width, so what is hidden is told as one where n is told.
    assert any(key in publication.told for key in publication.hidden)


@pytest.mark.parametrize("profile", ["de", "ny", "tn", "ut"])
def test_a_hidden_nought_may_be_a_nought_to_readers_too(profile: str) -> None:
    part = part_of(LATEST, {**EXAMPLE, "white": (1000, 22)})
    policy = load_policy(profile)
    found = decide_audit("t", [part], policy, NOBODY, lambda what, share: None)
    publication = found.decision.publication
    native = cell("native", "yes", LATEST)
    assert native in publication.hidden
    assert native not in publication.above_nought
    assert publication.told.get(native, (0, None))[0] == 0


@pytest.mark.parametrize("profile", MINIMUM)
def test_each_profile_says_whose_rule_it_is_and_that_it_is_to_be_checked(profile: str) -> None:
    policy = load_policy(profile)
    assert policy.name == profile
    assert "check locally" in policy.source
    assert policy.note
    assert policy.width == load_policy("federal").width


def test_the_manual_names_every_policy_and_every_key() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "how-to" / "release.md").read_text("utf-8")
    named = [f"`{profile}`" for profile in (*MINIMUM, "federal", "benchmark", "internal")]
    keys = [f"`{field.name}`" for field in fields(Policy)]
    assert [name for name in (*named, *keys) if name not in manual] == []
