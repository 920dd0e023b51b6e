"""The tests' own attacker, against tables worked by hand."""

import csv
from pathlib import Path

import pytest
from slow_attacker import NoTableError, slow_attack, widths

from eachchild.release.family import TOTAL, Key, Table, Tree
from eachchild.release.published import Publication, Range, key_of

SEX = Tree("sex", {"__all__": ("f", "m")})
SCHOOL = Tree("school", {"__all__": ("n", "s")})
FOUR = Table("four", (SCHOOL, SEX))


def cell(**values: str) -> Key:
    return key_of(values)


N, S, F, M = cell(school="n"), cell(school="s"), cell(sex="f"), cell(sex="m")
NF, NM = cell(school="n", sex="f"), cell(school="n", sex="m")
SF, SM = cell(school="s", sex="f"), cell(school="s", sex="m")
MARGINS: dict[Key, Range] = {(): (17, 17), N: (10, 10), S: (7, 7), F: (8, 8), M: (9, 9)}
FOUR_HIDDEN = {NF: 5, NM: 5, SF: 5, SM: 5}


def test_two_by_two_with_its_margins_told() -> None:
    # north girls x: girls leave 8 - x >= 0 to the south, south boys are x - 1 >= 0.
    found = slow_attack(Publication((FOUR,), MARGINS, FOUR_HIDDEN))
    assert found == {NF: (1, 8), NM: (2, 9), SF: (0, 7), SM: (0, 7)}
    assert set(widths(found).values()) == {7}


def test_one_hidden_cell_of_a_sum_is_exact() -> None:
    found = slow_attack(Publication((FOUR,), {**MARGINS, NM: (7, 7)}, {NF: 5, SF: 5, SM: 5}))
    assert found == {NF: (3, 3), SF: (5, 5), SM: (2, 2)}


def test_a_hidden_margin_leaves_its_row_open() -> None:
    told: dict[Key, Range] = {(): (17, 17), F: (8, 8), M: (9, 9), SM: (2, 2), NM: (7, 7)}
    found = slow_attack(Publication((FOUR,), told, {NF: 5, SF: 5, N: 5, S: 5}))
    assert found == {NF: (0, 8), SF: (0, 8), N: (7, 15), S: (2, 10)}


def test_a_told_range_is_an_inequality() -> None:
    told: dict[Key, Range] = {**MARGINS, NF: (1, 4), SM: (2, 9)}
    assert slow_attack(Publication((FOUR,), told, {NF: 5, SM: 5})) == {NF: (3, 4), SM: (2, 3)}


def test_a_cell_without_an_upper_end() -> None:
    told: dict[Key, Range] = {N: (10, None), NF: (4, 4)}
    found = slow_attack(Publication((FOUR,), told, {N: 5, NM: 5, (): 5, S: 5}))
    assert found == {N: (10, None), NM: (6, None), (): (10, None), S: (0, None)}
    assert widths(found)[N] is None


def test_whole_numbers_leave_less_than_fractions() -> None:
    # Any two of three values have at most one student: with halves all three could have 1.5.
    two = [Tree("v", {"__all__": (ab, c), ab: tuple(ab)}) for ab, c in (("ab", "c"), ("bc", "a"))]
    three = Tree("v", {"__all__": ("ac", "b"), "ac": ("a", "c")})
    tables = tuple(Table(str(i), (tree,)) for i, tree in enumerate((*two, three)))
    told: dict[Key, Range] = {cell(v=pair): (0, 1) for pair in ("ab", "bc", "ac")}
    assert slow_attack(Publication(tables, told, {(): 5})) == {(): (0, 1)}


def test_linked_tables_share_their_students() -> None:
    # All 4 girls and all 4 students with disabilities are of 5 students: 3 or 4 are both.
    swd = Tree("swd", {"__all__": ("no", "yes")})
    tables = (Table("sex", (SEX,)), Table("swd", (swd,)), Table("both", (SEX, swd)))
    told: dict[Key, Range] = {(): (5, 5), F: (4, 4), cell(swd="yes"): (4, 4)}
    both = cell(sex="f", swd="yes")
    assert slow_attack(Publication(tables, told, {both: 5})) == {both: (3, 4)}


def test_a_value_with_parts_is_their_sum() -> None:
    grades = Tree("grade", {"__all__": ("low", "9"), "low": ("7", "8")})
    told: dict[Key, Range] = {(): (12, 12), cell(grade="low"): (9, 9)}
    hidden = {cell(grade="7"): 5, cell(grade="8"): 5, cell(grade="9"): 5}
    found = slow_attack(Publication((Table("t", (grades,)),), told, hidden))
    assert list(found.values()) == [(0, 9), (0, 9), (3, 3)]


def test_what_no_table_agrees_with_is_refused() -> None:
    told: dict[Key, Range] = {**MARGINS, (): (18, 18)}
    with pytest.raises(NoTableError):
        slow_attack(Publication((FOUR,), told, FOUR_HIDDEN))


def example(file: Path) -> Publication:
    """Schools by race with their totals, as a reader sees them."""
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    trees = []
    for name in ("school", "race"):
        values = dict.fromkeys(row[name] for row in rows)
        trees.append(Tree(name, {"__all__": tuple(v for v in values if v != TOTAL)}))
    told: dict[Key, Range] = {}
    hidden: dict[Key, int] = {}
    for row in rows:
        key = cell(**{t.name: row[t.name] for t in trees if row[t.name] != TOTAL})
        if row["suppressed"] == "1":
            hidden[key] = 5
        else:
            told[key] = (int(row["count"]), int(row["count"]))
    return Publication((Table("example", tuple(trees)),), told, hidden)


@pytest.mark.parametrize(
    ("name", "known"), [("primary-only", True), ("row-only", True), ("proper", False)]
)
def test_the_examples_of_broken_and_proper_hiding(shared: Path, name: str, known: bool) -> None:
    shown = example(shared / "oracles" / "privacy" / "examples" / f"{name}.csv")
    found = slow_attack(shown)
    small = cell(school="North", race="Asian")
    assert (found[small] == (3, 3)) is known
    assert known or all(w is not None and w >= 5 for w in widths(found).values())


def test_two_releases_each_safe_give_a_cell_away_together(shared: Path) -> None:
    a, b = (example(shared / "oracles" / "privacy" / "examples" / f"release-{x}.csv") for x in "ab")
    small = cell(school="North", race="Asian")
    for alone in (a, b):
        low, high = slow_attack(alone)[small]
        assert high is not None
        assert high - low >= 5
    both = Publication((*a.tables, *b.tables), {**a.told, **b.told}, {small: 5})
    assert slow_attack(both) == {small: (3, 3)}
