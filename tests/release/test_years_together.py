"""The latest years added up: what is told of them, and that no year's hidden count follows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from slow_attacker import slow_attack

from eachchild.release import load_policy
from eachchild.release.audits import AuditDecision, Part, bounds_of, decide_audit
from eachchild.release.audits.part import Tied
from eachchild.release.audits.pooled import pools_of, years_in
from eachchild.release.bundle import cells_csv
from eachchild.release.family import TOTAL, Key, Table, Tree
from eachchild.release.published import Publication, key_of

POLICY = load_policy("federal")
YEARS = ("2022-23", "2023-24", "2024-25")
TOGETHER = " + ".join(YEARS)
Groups = Mapping[str, tuple[int, int]]  # race -> students, those of them suspended


def part_of(year: str, groups: Groups, *, students: str = "1", outcome: str = "oss_any") -> Part:
    of = (("period", year), ("students", students))
    keys = {race: key_of(dict(of) | {"race": race}) for race in groups}
    table = Table(f"race, {year} {students}", (Tree("race", {TOTAL: tuple(groups)}),), of)
    n = {of: sum(n for n, _ in groups.values())} | {keys[r]: n for r, (n, _) in groups.items()}
    yes = {of: sum(e for _, e in groups.values())} | {keys[r]: e for r, (_, e) in groups.items()}
    return Part(year, (outcome,), (table,), n, {outcome: yes})


def decided(parts: Sequence[Part], *earlier: Publication) -> AuditDecision:
    return decide_audit("t", parts, POLICY, {"public": earlier}, lambda what, share: None)


def cell(race: str, side: str = "", period: str = TOGETHER) -> Key:
    pairs = {"period": period, "race": race or TOTAL, "students": "1"}
    return key_of(pairs | ({"oss_any": side} if side else {}))


def three_years() -> list[Part]:
    """Nobody of one group was left out of school often in one year; together they were."""
    each = ((4, 31, 22), (2, 24, 35), (9, 28, 30))
    return [
        part_of(year, {"black": (140, b), "pacific": (21, p), "white": (300, w),
                       "native": (40, 2 + p)})
        for year, (p, b, w) in zip(YEARS, each, strict=True)
    ]  # fmt: skip


def test_a_sum_of_years_is_told_where_a_year_is_hidden() -> None:
    publication = decided(three_years()).decision.publication
    assert cell("pacific", "yes", "2023-24") in publication.hidden
    assert publication.told[cell("pacific")] == (63, 63)
    assert publication.told[cell("")] == (1503, 1503)
    assert TOGETHER in cells_csv(publication)


def test_a_year_stays_as_it_was_decided_alone() -> None:
    alone = decide_audit("t", three_years(), replace(POLICY, years_together=1), {"public": ()},
                         lambda what, share: None).decision.publication  # fmt: skip
    together = decided(three_years()).decision.publication
    for key in together.told.keys() | together.hidden.keys():
        if " + " not in dict(key)["period"]:
            assert (key in alone.told, key in alone.hidden) == (
                key in together.told, key in together.hidden,
            )  # fmt: skip
    assert not any(" + " in dict(key)["period"] for key in alone.told.keys() | alone.hidden.keys())


def test_as_many_students_as_in_the_fullest_year_may_be_all_there_are() -> None:
    same = {"black": (140, 30), "pacific": (21, 2), "native": (9, 0), "white": (300, 22)}
    (pool,), _ = pools_of({"oss_any": [part_of(year, same) for year in YEARS]}, 3)
    assert pool.students[cell("native")] == 27
    assert pool.counts("oss_any")[cell("pacific", "yes")] == 6
    small = pool.small("oss_any", POLICY, pool.students)
    assert {cell("native"), cell("native", "yes"), cell("pacific", "yes")} <= small
    assert not {cell("black", "yes"), cell("pacific")} & small


@pytest.mark.parametrize("seed", range(12))
def test_nobody_can_tell_a_hidden_year_from_the_sums(seed: int) -> None:
    chance = np.random.default_rng(seed)
    years = []
    for year in YEARS[:2]:
        groups = {}
        for race in ("black", "pacific", "white"):
            n = int(chance.integers(4, 26))
            groups[race] = n, int(chance.binomial(n, 0.3))
        years.append(part_of(year, groups))
    try:
        publication = decided(years).decision.publication
    except ValueError:
        pytest.skip("nothing of it can be shown")
    for key, (low, high) in slow_attack(publication).items():
        assert high is None or high - low >= POLICY.width, key


def test_a_later_release_shows_the_sum_of_other_years_beside_it() -> None:
    years = three_years()
    first = decided(years).decision.publication
    later = part_of("2025-26", {"black": (139, 33), "pacific": (22, 3), "white": (298, 20),
                                "native": (41, 4)})  # fmt: skip
    second = decided([*years, later], first)
    assert all(proof.holds for proof in second.decision.proofs.values())
    shown = second.decision.publication
    everybody = cell("", period="2023-24 + 2024-25 + 2025-26")
    assert shown.told[everybody] == (1503 - 501 + 500,) * 2
    for key, number in shown.exact.items():
        assert key not in first.hidden, key
        assert first.exact.get(key, number) == number


def test_students_of_other_names_are_not_added_up_and_the_copy_says_so() -> None:
    years = three_years()
    other = part_of(YEARS[1], {"black": (90, 24), "pacific": (18, 3), "white": (200, 30)},
                    students="2")  # fmt: skip
    pools, left_out = pools_of({"oss_any": [years[0], other, years[2]]}, 3)
    assert not pools
    assert left_out[0][1] == "it is asked of other students from year to year."


def test_a_year_without_the_outcome_is_not_in_the_sum() -> None:
    first, _, last = three_years()
    (pool,), left_out = pools_of({"oss_any": [first, last], "iss_any": [first]}, 3)
    assert not left_out
    assert years_in(pool.period) == ("2022-23", "2024-25")
    (pool,), _ = pools_of({"oss_any": three_years()}, 2)
    assert years_in(pool.period) == YEARS[1:]


def test_a_group_that_a_year_does_not_have_is_nobody_there() -> None:
    two = [part_of(YEARS[0], {"black": (60, 12), "white": (80, 9)}),
           part_of(YEARS[1], {"black": (61, 11), "white": (82, 7), "asian": (30, 6)})]  # fmt: skip
    publication = decided(two).decision.publication
    together = " + ".join(YEARS[:2])
    assert publication.told[cell("asian", "yes", together)] == (6, 6)
    assert bounds_of(publication)[cell("asian", period=YEARS[0])] == (0, 0)


def test_an_outcome_another_follows_from_in_some_years_is_not_added_up() -> None:
    first, second, last = three_years()
    of = key_of({"period": YEARS[0], "students": "1"})
    tied = replace(first, tied=(Tied("twice", {of: 3}, ("oss_any",)),))
    pools, left_out = pools_of({"oss_any": [tied, second, last]}, 3)
    assert not pools
    assert left_out[0][1] == "another follows from it in some years."
