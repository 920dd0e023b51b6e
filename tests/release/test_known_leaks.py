"""Ways in which several tables told more than each."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from student_attacker import Attacker, asked_of

from eachchild.release import load_policy
from eachchild.release.audits import AuditDecision, Part, decide_audit
from eachchild.release.decide import Subject, decide
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.family import TOTAL, Key, Table, Tree
from eachchild.release.ledger import RELEASE, Entry, append, load_ledger
from eachchild.release.policy import Policy
from eachchild.release.published import Publication, key_of
from eachchild.release.types import Audience

Students = Mapping[tuple[str, ...], int]  # by a value of each dimension, then yes or no an outcome
FEDERAL = load_policy("federal")
OF_THREE = replace(FEDERAL, minimum_events=3)  # a policy that tells more
OF = (("period", "2024-25"), ("students", "1"))


def number(students: Students, names: Iterable[str], asked: Mapping[str, str]) -> int:
    """How many students have the values that are asked for."""
    named = tuple(names)
    return sum(
        n
        for values, n in students.items()
        if asked.items() <= dict(zip(named, values, strict=True)).items()
    )


def part_of(
    trees: tuple[Tree, ...], crossed: tuple[tuple[int, ...], ...], outcomes: tuple[str, ...],
    students: Students, of: Key = OF,
) -> Part:  # fmt: skip
    """An audit's counts of one year, from students by everything at once."""
    names = (*(t.name for t in trees), *outcomes)
    tables = tuple(
        Table(" by ".join(trees[i].name for i in at), tuple(trees[i] for i in at), of)
        for at in crossed
    )
    keys = dict.fromkeys(key for table in tables for key in table.cells())
    asked = {key: {d: v for d, v in key if d in names} for key in keys}
    return Part(
        dict(of)["period"],
        outcomes,
        tables,
        {key: number(students, names, asked[key]) for key in keys},
        {
            o: {key: number(students, names, {**asked[key], o: "yes"}) for key in keys}
            for o in outcomes
        },
    )


def decided(*parts: Part, policy: Policy = FEDERAL) -> AuditDecision:
    return decide_audit("t", parts, policy, {"public": ()}, lambda what, share: None)


def tree(name: str, *values: str) -> Tree:
    return Tree(name, {TOTAL: values})


def test_three_pairs_of_three_factors_do_not_tell_a_count_together(tmp_path: Path) -> None:
    # All boys are of race b and all of race b are boys, as the first table tells. So the second
    # tells of race b what the third hides, and what it hides beside: 3 of race a.
    students = {("a", "f", "y"): 3, ("a", "f", "n"): 17, ("b", "m", "y"): 10, ("b", "m", "n"): 20,
                ("w", "f", "y"): 25, ("w", "f", "n"): 40}  # fmt: skip
    trees = (tree("race", "a", "b", "w"), tree("sex", "f", "m"), tree("swd", "n", "y"))
    path = tmp_path / "ledger.jsonl"

    def release(pair: tuple[Tree, ...]) -> None:
        table = Table(" by ".join(t.name for t in pair), pair)
        counts = {
            key: number(students, (t.name for t in trees), dict(key)) for key in table.cells()
        }
        small = frozenset(key for key, n in counts.items() if 0 < n < FEDERAL.minimum_n)
        ledger = load_ledger(path)
        found = decide(
            Subject("t", "", (table,), counts, small), FEDERAL, ledger.readers(Audience.PUBLIC)
        )
        append(path, Entry(RELEASE, "public", table.name, found.publication), after=ledger)

    release(trees[:2])
    release(trees[1:])
    with pytest.raises(ReleaseRefusedError, match="in a circle"):
        release(trees[::2])


def test_an_outcome_by_race_and_by_school_does_not_tell_a_count_with_students_by_both() -> None:
    # The cross of the outcome by race and school cannot be proved. Were the outcome shown by each
    # alone, this would follow: nobody of race w had it, and who is of race b is in s1 or s2; with
    # 29 in all and 9 in s1 it was everybody in s2.
    trees = (tree("race", "b", "w"), tree("school", "s1", "s2", "s3"))
    students = {("b", "s1", "yes"): 9, ("b", "s1", "no"): 11, ("b", "s2", "yes"): 20,
                ("w", "s1", "no"): 20, ("w", "s3", "no"): 3}  # fmt: skip
    found = decided(part_of(trees, ((0, 1),), ("oss_any",), students))
    shown = [found.decision.publication]
    assert not Attacker(shown).narrow(asked_of(shown))


def test_two_outcomes_by_school_and_by_sex_do_not_tell_a_count_together() -> None:
    # All girls but three were suspended out of school, nobody of school s2 was, and no boy was
    # in school: at most three students of s2 were suspended in school.
    trees = (tree("race", "b", "w"), tree("school", "s1", "s2"), tree("sex", "f", "m"))
    students = {
        ("w", *at): 12 for at in product(("s1", "s2"), ("f", "m"), ("yes", "no"), ("yes", "no"))
    }
    students |= {
        ("b", "s1", "f", "yes", "yes"): 8, ("b", "s1", "f", "yes", "no"): 9,
        ("b", "s1", "f", "no", "no"): 1, ("b", "s2", "f", "no", "yes"): 2,
        ("b", "s1", "m", "yes", "no"): 10, ("b", "s1", "m", "no", "no"): 12,
        ("b", "s2", "m", "no", "no"): 28,
    }  # fmt: skip
    part = part_of(trees, ((0, 1), (0, 2)), ("oss_any", "iss_any"), students)
    shown = [decided(part, policy=OF_THREE).decision.publication]
    assert not Attacker(shown).narrow(asked_of(shown))


def test_an_outcome_that_is_the_sum_of_two_others_does_not_tell_the_third() -> None:
    trees = (tree("race", "b", "w"),)
    outcomes = ("oss_any", "oss_once", "oss_more")
    students = {("b", "yes", "yes", "no"): 8, ("b", "yes", "no", "yes"): 2,
                ("b", "no", "no", "no"): 30, ("w", "yes", "yes", "no"): 20,
                ("w", "yes", "no", "yes"): 10, ("w", "no", "no", "no"): 100}  # fmt: skip
    told = decided(part_of(trees, ((0,),), outcomes, students)).decision.publication.told
    black = {o: key_of({**dict(OF), "race": "b", o: "yes"}) for o in outcomes}
    assert black["oss_more"] not in told
    # Nor as a band, which with the other would leave the third fewer values than it is promised.
    assert not {black["oss_any"], black["oss_once"]} <= told.keys()


def test_students_asked_inside_those_of_another_outcome_do_not_tell_a_count() -> None:
    # All who are tested are enrolled. As many are tested as enrolled but for two of them, so what
    # one table hides of a group, the other tells to within two.
    race = tree("race", "asian", "black", "white")
    enrolled = {("asian", "yes"): 4, ("asian", "no"): 5, ("black", "yes"): 20, ("black", "no"): 20,
                ("white", "yes"): 20, ("white", "no"): 21}  # fmt: skip
    tested = {**enrolled, ("white", "no"): 19}
    apart = (("period", "2024-25"), ("students", "2"))
    found = decided(
        part_of((race,), ((0,),), ("oss_any",), enrolled),
        part_of((race,), ((0,),), ("proficient",), tested, apart),
    )
    shown = [_students(found.decision.publication, race)]
    assert not Attacker(shown).narrow(asked_of(shown))


def _students(shown: Publication, race: Tree) -> Publication:
    """Counts of students alone, the second table as those of the first who are tested."""

    def key(cell: Key) -> Key:
        tested = {"tested": "yes"} if ("students", "2") in cell else {}
        return key_of({**tested, **{d: v for d, v in cell if d == "race"}})

    table = Table("race by tested", (race, tree("tested", "yes", "no")))
    of_students = {"period", "students", "race"}
    return Publication(
        (table,),
        {key(cell): told for cell, told in shown.told.items() if dict(cell).keys() <= of_students},
        {
            key(cell): width
            for cell, width in shown.hidden.items()
            if dict(cell).keys() <= of_students
        },
    )


def test_a_reader_who_knows_that_noughts_are_shown_does_not_tell_a_count() -> None:
    # Ten students of one race, one in each of ten schools: ten counts that are no noughts and add
    # up to ten are all one, so the total has to be hidden with them, or nothing shown.
    names = tuple(f"s{n}" for n in range(10))
    table = Table("t", (tree("school", *names), tree("race", "pacific", "white")))
    students = {(name, "pacific"): 1 for name in names} | {(name, "white"): 50 for name in names}
    counts = {key: number(students, ("school", "race"), dict(key)) for key in table.cells()}
    small = frozenset(key for key, n in counts.items() if 0 < n < FEDERAL.minimum_n)
    shown = decide(Subject("t", "", (table,), counts, small), FEDERAL, {"public": ()}).publication
    assert key_of({"race": "pacific"}) in shown.hidden
    told = {**shown.told, **dict.fromkeys(shown.hidden, (1, None))}
    publication = Publication(shown.tables, told, shown.hidden)
    assert not Attacker([publication]).narrow(asked_of([publication]))
