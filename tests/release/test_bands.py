"""Bands in the place of hidden counts: from the policy and the students alone, and proved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from slow_attacker import slow_attack
from test_years_together import POLICY, YEARS, cell, decided, part_of

from eachchild.release.audits import AuditDecision, Part, bounds_of, decide_audit
from eachchild.release.audits.bands import bands_of, grid
from eachchild.release.bundle import cells_csv
from eachchild.release.published import Publication

LATEST = YEARS[-1]
Groups = Mapping[str, tuple[int, int]]
SIX: Groups = {"black": (140, 31), "pacific": (21, 2), "white": (300, 22), "native": (40, 1),
               "asian": (60, 4), "two_or_more": (52, 9)}  # fmt: skip


def one_year(groups: Groups = SIX, *earlier: Publication) -> AuditDecision:
    return decided([part_of(LATEST, groups)], *earlier)


def banded(publication: Publication) -> list[tuple[tuple[str, str], ...]]:
    return [key for key in publication.hidden if key in publication.told]


def test_bands_hold_every_count_once_and_each_leaves_the_width() -> None:
    for n in range(1, 700):
        _hold_every_count_once(n)


def _hold_every_count_once(n: int) -> None:
    for parts in (2, 3, 5, 10, 20, 50, 100):
        steps = grid(n, parts, least=0, most=n)
        if all(low <= high for low, high in steps):
            assert [c for low, high in steps for c in range(low, high + 1)] == list(range(n + 1))
    for bands in bands_of(n, POLICY, least=1, most=n):
        assert bands[0][0] == 1
        assert bands[-1][1] == n
        assert all(high - low >= POLICY.width for low, high in bands)
    assert bool(bands_of(n, POLICY, least=1, most=n)) == (n >= 13)


def test_bands_are_no_narrower_than_the_policy_says() -> None:
    wide = replace(POLICY, bands=((100, 20), (1, 50)))
    assert bands_of(60, wide, least=1, most=60) == (((1, 29), (30, 60)),)
    assert len(bands_of(100, wide, least=1, most=100)[0]) == 5
    assert not bands_of(60, replace(POLICY, bands=()), least=1, most=60)


def test_a_hidden_count_is_told_as_a_band_that_holds_it() -> None:
    publication = one_year().decision.publication
    pacific = cell("pacific", "yes", LATEST)
    assert pacific in publication.hidden
    low, high = publication.told[pacific]
    assert low <= 2 <= high
    assert high - low >= POLICY.width
    without = publication.told[cell("pacific", "no", LATEST)]
    assert without == (21 - high, 21 - low)
    rows = [row for row in cells_csv(publication).splitlines() if row.endswith(",coarse")]
    assert f",count,,{low},{high},,coarse" in "\n".join(rows)


def test_without_bands_the_policy_tells_none() -> None:
    bare = replace(POLICY, bands=())
    found = decide_audit("t", [part_of(LATEST, SIX)], bare, {"public": ()}, lambda w, s: None)
    assert not banded(found.decision.publication)


def test_every_band_is_as_wide_to_whoever_adds_and_takes_away() -> None:
    publication = one_year().decision.publication
    bounds = bounds_of(publication)
    assert banded(publication)
    for key in publication.hidden:
        assert bounds[key][1] - bounds[key][0] >= POLICY.width


@pytest.mark.parametrize("seed", range(12))
def test_nobody_can_tell_a_hidden_count_from_bands(seed: int) -> None:
    chance = np.random.default_rng(seed)
    groups = {}
    for race in ("black", "pacific", "white", "asian"):
        n = int(chance.integers(14, 40))
        groups[race] = n, int(chance.binomial(n, 0.12))
    publication = one_year(groups).decision.publication
    for key, (low, high) in slow_attack(publication).items():
        assert high is None or high - low >= POLICY.width, key


def test_the_same_counts_give_the_same_bands_beside_an_earlier_release() -> None:
    first = one_year().decision.publication
    again = one_year(SIX, first)
    assert all(proof.holds for proof in again.decision.proofs.values())
    told = {key: first.told[key] for key in banded(first)}
    for key, span in again.decision.publication.told.items():
        if key in told:
            assert told[key] == span
    assert again.decision.publication.exact == first.exact
    assert again.decision.publication.told == first.told


def test_counts_behind_the_same_bands_change_nothing_that_is_told() -> None:
    found = one_year()
    proof = found.decision.proofs["public"]
    publication = found.decision.publication
    for table in proof.tables:
        for key, count in zip(proof.facts.unknowns, table.tolist(), strict=True):
            low, high = publication.told.get(key, (0, None))
            assert low <= count
            assert high is None or count <= high


def test_a_year_that_was_released_keeps_its_bands_when_another_comes() -> None:
    years: Sequence[Part] = [part_of(year, SIX) for year in YEARS[:2]]
    first = decided(years).decision.publication
    later = part_of(LATEST, {**SIX, "pacific": (22, 3), "native": (41, 2)})
    second = decided([*years, later], first)
    assert all(proof.holds for proof in second.decision.proofs.values())
    shown = second.decision.publication
    assert banded(first)
    kept = [key for key in banded(first) if key in shown.hidden]  # the sum of two years is no more
    assert kept
    for key in kept:
        assert shown.told[key] == first.told[key]
    assert len(banded(shown)) > len(banded(first))
