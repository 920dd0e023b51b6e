"""Which cells are hidden: as cheap as can be proved, and safe by a check of other making."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hiding import WIDTH, Asked, Case, Check, ask, case_of, exposed, innermost, schools
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_attacker import slow_attack

from eachchild.release.family import TOTAL, Table, Tree
from eachchild.release.hide import pattern as search
from eachchild.release.hide.attack import Attacker
from eachchild.release.hide.large import hide_many
from eachchild.release.hide.pattern import Pattern, Search
from eachchild.release.hide.problem import Marks, UnprotectableError, Whole
from eachchild.release.hide.room import Moves
from eachchild.release.problems import read_problem
from eachchild.release.published import Publication, key_of

HERE = Path(__file__).parent / "problems"
OURS = ("edu-race-2d", "edu-race-outcome", "edu-race-sex-swd", "ssb-d2-income", "ssb-mun-accidents")
GPL = ("sdctable-4x4", "sdctable-micro1", "sdctable-micro2")


def read(folder: Path, width: int = WIDTH) -> Asked:
    problem = read_problem(folder)
    case = case_of(problem.table, problem.counts)
    return ask(case, primary=problem.primary, width=width)


def assert_optimum(folder: Path, width: int) -> None:
    asked = read(folder, width)
    best = read_problem(folder).optimum[f"width {width}"]["secondary_sum"]
    found = Search(asked.problem).run()
    assert found.cost == pytest.approx(best, rel=1e-4)
    assert found.bound <= found.cost
    assert found.gap <= 1e-4
    assert_safe(asked, found, width)


def assert_safe(asked: Asked, found: Pattern, width: int = WIDTH) -> None:
    shown = found.hidden & asked.published
    assert not (asked.problem.must & ~found.hidden).any()
    assert not (shown & (asked.problem.count == 0)).any()
    assert not Check(asked, found.hidden).narrow(np.flatnonzero(shown), width)
    extra = found.hidden & ~asked.problem.must
    assert found.cost == pytest.approx(asked.problem.cost[extra].sum())


@pytest.mark.parametrize("width", [1, 5])
@pytest.mark.parametrize("name", OURS)
def test_the_proven_optimum_is_reached(name: str, width: int) -> None:
    assert_optimum(HERE / name, width)


@pytest.mark.parametrize("width", [1, 5])
@pytest.mark.parametrize("name", GPL)
def test_the_proven_optimum_is_reached_on_tables_under_the_gpl(
    shared: Path, name: str, width: int
) -> None:
    assert_optimum(shared / "oracles" / "privacy" / "problems" / name, width)


@pytest.mark.parametrize("name", OURS)
def test_moves_that_serve_many_cells_protect_them_all(name: str) -> None:
    asked = read(HERE / name)
    assert_safe(asked, hide_many(asked.problem))


@st.composite
def trees(draw: st.DrawFn, name: str) -> Tree:
    """Two to four values, perhaps the first of them under a parent of their own."""
    values = tuple(f"{name}{i}" for i in range(draw(st.integers(2, 4))))
    under = draw(st.integers(0, len(values) - 1))
    if not under:
        return Tree(name, {TOTAL: values})
    group = f"{name}-group"
    return Tree(name, {TOTAL: (group, *values[under:]), group: values[:under]})


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """One table, a table beside its margin, or tables of two dimensions each out of three."""
    all_trees = tuple(draw(trees(name)) for name in "abc"[: draw(st.integers(2, 3))])
    whole = Table("whole", all_trees)
    ways = [(whole,), (whole, Table("margin", all_trees[:1]))]
    if len(all_trees) == 3:
        pairs = [Table(f"without {i}", (*all_trees[:i], *all_trees[i + 1 :])) for i in range(3)]
        ways += [tuple(pairs[:2]), tuple(pairs)]
    most = st.sampled_from([0, 2, 4, 4, 30]).flatmap(lambda top: st.integers(0, top))
    students = {values: draw(most) for values in product(*map(innermost, all_trees))}
    return Case(all_trees, draw(st.sampled_from(ways)), students)


def assert_safe_or_hopeless(asked: Asked, found: "Pattern | UnprotectableError") -> None:
    if isinstance(found, Pattern):
        assert_safe(asked, found)
    else:
        assert set(found.cells) == set(exposed(asked))


def hide(asked: Asked, *, many: bool = False) -> "Pattern | UnprotectableError":
    try:
        return hide_many(asked.problem) if many else Search(asked.problem).run()
    except UnprotectableError as error:
        return error


@settings(max_examples=60, deadline=None, derandomize=True)
@given(cases(), st.integers(0, 2))
def test_every_hidden_cell_is_wide_or_none_can_be(case: Case, least: int) -> None:
    asked = ask(case, least=least)
    assert_safe_or_hopeless(asked, hide(asked))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(cases(), st.integers(0, 2))
def test_so_it_is_with_the_moves_for_large_tables(case: Case, least: int) -> None:
    asked = ask(case, least=least)
    assert_safe_or_hopeless(asked, hide(asked, many=True))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(cases(), st.integers(0, 2))
def test_so_it_is_where_the_optimum_is_not_asked_for(case: Case, least: int) -> None:
    asked = ask(case, least=least)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_EXACT_TO", 0)
        patch.setattr(search, "_FEW", 1)
        assert_safe_or_hopeless(asked, hide(asked))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([0, 1, 2, 3, 6, 12, 20]), min_size=6, max_size=6))
def test_the_slow_attacker_finds_the_same_ends(counts: list[int]) -> None:
    # Of a plain table of two dimensions the ends are whole numbers: flows through a network.
    both = Tree("a", {TOTAL: ("x", "y")}), Tree("b", {TOTAL: ("p", "q", "r")})
    combinations = product(*map(innermost, both))
    case = Case(both, (Table("t", both),), dict(zip(combinations, counts, strict=True)))
    asked = ask(case)
    found = hide(asked)
    if isinstance(found, UnprotectableError):
        return
    check = Check(asked, found.hidden)
    keys = list(zip(asked.cells.keys, asked.problem.count.tolist(), found.hidden, strict=True))
    told = {key: (n, n) for key, n, hidden in keys if not hidden}
    hidden = {key: WIDTH for key, _, hidden in keys if hidden}
    if () in hidden:  # without a total the table is without end
        return
    at = asked.cells.index()
    for key, (low, high) in slow_attack(Publication(case.tables, told, hidden)).items():
        assert check.ends(at[key]) == pytest.approx((low, high), abs=1e-6)
        assert high is not None
        assert high - low >= WIDTH


def grid(rows: dict[str, list[int]], primary: str, value: str = "f") -> Asked:
    """Schools (rows) by three values, margins told; one cell must be hidden."""
    values = ("f", "a", "b")[: len(rows[primary])]
    both = Tree("school", {TOTAL: tuple(rows)}), Tree("v", {TOTAL: values})
    students = {(row, v): n for row in rows for v, n in zip(values, rows[row], strict=True)}
    wanted = frozenset([key_of({"school": primary, "v": value})])
    return ask(Case(both, (Table("t", both),), students), primary=wanted, least=2)


WAYS = ["exact", "mended", "many"]


def hide_by(way: str, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> Pattern:
    if way == "mended":
        monkeypatch.setattr(search, "_EXACT_TO", 0)
        monkeypatch.setattr(search, "_FEW", 1)
        monkeypatch.setattr(Search, "_break", lambda *_: 1)  # as if no attack were seen to fail
    found = hide(asked, many=way == "many")
    assert isinstance(found, Pattern)
    return found


@pytest.mark.parametrize("way", WAYS)
def test_room_may_lie_partly_above_and_partly_below(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = grid({"n": [3, 3], "s": [3, 3]}, "n")  # from 0 to 6, and never 5 away from 3
    found = hide_by(way, asked, monkeypatch)
    assert found.hidden.sum() == 4
    assert_safe(asked, found)


@pytest.mark.parametrize("way", WAYS)
def test_a_cell_without_room_is_hidden_beside_no_other(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The cheapest way up for the 3 hides the column of a, whose 3 students leave it no room.
    asked = grid({"n": [3, 2, 3], "s": [20, 1, 20]}, "n")
    found = hide_by(way, asked, monkeypatch)
    hidden = {dict(asked.cells.keys[cell])["v"] for cell in np.flatnonzero(found.hidden)}
    assert hidden == {"f", "b"}
    assert_safe(asked, found)


@pytest.mark.parametrize("nodes", [0, 1])
def test_a_master_out_of_steps_leaves_nothing_narrow(
    monkeypatch: pytest.MonkeyPatch, nodes: int
) -> None:
    monkeypatch.setattr(search, "_NODES", nodes)
    for name in ("edu-race-outcome", "ssb-d2-income"):
        asked = read(HERE / name)
        found = Search(asked.problem).run()
        best = read_problem(HERE / name).optimum["width 5"]["secondary_sum"]
        assert_safe(asked, found)
        assert 0 < found.bound <= best <= found.cost


def test_a_table_of_two_thousand_cells_is_protected() -> None:
    asked = ask(schools(27, seed=20))
    assert len(asked.cells.keys) == 2016
    found = hide_many(asked.problem)
    check = Check(asked, found.hidden)
    some = np.random.default_rng(3).choice(np.flatnonzero(found.hidden), 40, replace=False)
    assert not check.narrow(some)
    assert not (asked.problem.must & ~found.hidden).any()
    assert not (found.hidden & (asked.problem.count == 0)).any()
    assert found.hidden.sum() < 0.75 * (asked.problem.count > 0).sum()


def test_the_same_table_gets_the_same_pattern() -> None:
    for asked in (read(HERE / "edu-race-sex-swd"), ask(schools(8, seed=4))):
        for run in (lambda a: Search(a.problem).run(), lambda a: hide_many(a.problem)):
            first, second = run(asked), run(asked)
            assert first.hidden.tobytes() == second.hidden.tobytes()
            assert (first.cost, first.bound) == (second.cost, second.bound)


def test_a_small_sum_of_hidden_cells_is_protected_too() -> None:
    asked = ask(schools(2, seed=5))
    problem = asked.problem
    union = np.flatnonzero(problem.must & (problem.count <= 3))[:2]
    wider = problem.with_unions([union])
    patterns = Search(wider).run(), hide_many(wider)
    for found in patterns:
        plain = found.hidden[:-1]
        check = Check(asked, plain)
        assert found.hidden[-1]
        assert plain[union].all()
        assert not check.narrow(np.flatnonzero(plain))


def test_the_cells_that_cannot_be_protected_are_named() -> None:
    # One school has girls alone, and its total is told; the other two can shelter each other.
    both = Tree("school", {TOTAL: ("n", "s", "t")}), Tree("sex", {TOTAL: ("f", "m")})
    counts = {("n", "f"): 12, ("n", "m"): 0}
    counts |= {("s", "f"): 3, ("s", "m"): 20, ("t", "f"): 30, ("t", "m"): 40}
    primary = frozenset(key_of({"school": school, "sex": "f"}) for school in "ns")
    asked = ask(Case(both, (Table("t", both),), counts), primary=primary, least=2)
    for many in (False, True):
        found = hide(asked, many=many)
        assert isinstance(found, UnprotectableError)
        assert [asked.cells.keys[cell] for cell in found.cells] == [(("school", "n"), ("sex", "f"))]
        assert str(found).startswith("1 cells stay narrow")


def test_what_an_insider_knows_is_held_still() -> None:
    asked = grid({"n": [3, 12], "s": [20, 9]}, "n")
    found = Search(asked.problem).run()
    attacker, moves = Attacker(asked.problem), Moves(len(asked.problem))
    (cell,) = np.flatnonzero(asked.problem.must)
    beside = next(c for c in np.flatnonzero(found.hidden) if c != cell)
    attacker.allow(found.hidden.astype(float))
    move = attacker.reach(int(cell), 1).move
    moves.add(move)
    assert move[cell] == pytest.approx(2 * WIDTH)  # farther is never asked
    assert moves.span(found.hidden)[cell] >= WIDTH
    attacker.hold(np.array([beside]))
    assert attacker.reach(int(cell), 1).move[cell] == pytest.approx(0.0)
    assert moves.span(found.hidden, np.array([beside]))[cell] < 1e-5


def test_every_insider_is_served_by_either_search() -> None:
    asked = ask(schools(2, seed=5))
    insiders = [alone_in(asked, cell) for cell in np.flatnonzero(asked.problem.count == 1)
                if len(asked.cells.keys[cell]) == 4]  # fmt: skip
    plain = hide_many(asked.problem).hidden
    assert any(told_to(asked, plain, known) for known in insiders)
    problem = asked.problem.with_insiders(insiders)
    for found in (Search(problem).run(), hide_many(problem)):
        assert not any(told_to(asked, found.hidden, known) for known in insiders)


def alone_in(asked: Asked, innermost: int) -> Whole:
    """The cells whose one student is that of an innermost cell."""
    student = set(asked.cells.keys[innermost])
    ones = np.flatnonzero(asked.problem.count == 1)
    return np.array([cell for cell in ones if student.issuperset(asked.cells.keys[cell])])


def told_to(asked: Asked, hidden: Marks, known: Whole) -> list[int]:
    """Hidden cells that are narrow to whoever knows some of them."""
    left = hidden.copy()
    left[known] = False
    return Check(asked, left).narrow(np.flatnonzero(left & asked.published))
