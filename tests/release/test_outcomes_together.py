"""Two and three outcomes of the same students, each by two factors and more.

The attacker counts students over all factors and outcomes at once.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from student_attacker import Attacker, asked_of
from test_known_leaks import OF_THREE, decided, part_of, tree

from eachchild.release.audits import AuditDecision, Part
from eachchild.release.family import Key, Table
from eachchild.release.proof import crossed_otherwise, facts_of, hidden_of, unproved
from eachchild.release.proof.search import parts_of, search
from eachchild.release.published import Publication

DRAWS = 25
TELLING = (46, 62, 80, 85)  # draws in which outcomes decided one by one tell of each other
OUTCOMES = ("oss_any", "iss_any", "gifted")


def audit_of(seed: int) -> Part:
    """Students of race b: nearly all girls of one school have one outcome, of another nobody.

    Few girls are in that other school then, which limits the second outcome there. A third follows
    one factor, at a rate that may be nought or one.
    """
    chance = np.random.default_rng(seed)
    schools = ("s1", "s2", "s3")[: chance.integers(2, 4)]
    trees = [tree("race", "b", "w"), tree("school", *schools), tree("sex", "f", "m")]
    if chance.random() < 0.3:
        trees.append(tree("swd", "n", "y"))
    outcomes = OUTCOMES[: chance.integers(2, 4)]
    without, second = chance.random() * 0.15, chance.uniform(0.2, 0.7)
    boys = chance.choice([0, 0.1])
    by = int(chance.integers(1, len(trees)))
    third = dict(zip(trees[by].nodes[1:], chance.choice([0, 0.05, 0.5, 0.95, 1], 3), strict=False))
    students: dict[tuple[str, ...], int] = {}
    for values in product(*(t.nodes[1:] for t in trees)):
        here, girl = values[1] != "s2", values[2] == "f"
        number = chance.integers(8, 30) if here or not girl else chance.integers(1, 4)
        first = here * (1 - without if girl else 0.4)
        rates = [first, (second if here else 0.9) if girl else boys, third[values[by]]]
        black = values[0] == "b"
        for _ in range(int(number) if black else 30):
            has = chance.random(3) < (rates if black else 0.5)
            key = (*values, *("yes" if has[at] else "no" for at in range(len(outcomes))))
            students[key] = students.get(key, 0) + 1
    crossed = tuple((0, at) for at in range(1, len(trees)))
    return part_of(tuple(trees), crossed, outcomes, students)


def one_by_one(part: Part) -> list[AuditDecision]:
    """Each outcome released as if there were no other."""
    alone = (replace(part, outcomes=(name,), events={name: part.events[name]})
             for name in part.outcomes)  # fmt: skip
    return [decided(each, policy=OF_THREE) for each in alone]


def told(found: list[AuditDecision]) -> Mapping[tuple[Key, ...], tuple[int, int]]:
    shown = [each.decision.publication for each in found]
    return Attacker(shown).narrow(asked_of(shown))


@pytest.mark.parametrize("seed", [*range(DRAWS), *TELLING])
def test_outcomes_do_not_tell_of_each_other(seed: int) -> None:
    assert not told([decided(audit_of(seed), policy=OF_THREE)])


@pytest.mark.parametrize("seed", TELLING)
def test_outcomes_decided_one_by_one_would(seed: int) -> None:
    part = audit_of(seed)
    assert told(one_by_one(part))
    together = decided(part, policy=OF_THREE).decision.publication
    alone = set().union(*(each.decision.publication.exact for each in one_by_one(part)))
    assert together.exact.keys() < alone


def test_tables_without_students_behind_them_prove_nothing() -> None:
    part = audit_of(TELLING[0])
    shown = [each.decision.publication for each in one_by_one(part)]
    facts, hidden = facts_of(shown), hidden_of(shown)
    sums_alone = replace(facts, crossed=())
    pieces = parts_of(sums_alone)
    found = [search(piece, np.full(piece.cells.size, 5)) for piece in pieces]
    tables = np.zeros((max(map(len, found)), len(facts.unknowns)), dtype=np.int64)
    for piece, own in zip(pieces, found, strict=True):
        for row, table in enumerate(tables):
            table[piece.cells] = own[min(row, len(own) - 1)]
    assert all(map(sums_alone.hold, tables))
    assert not unproved(sums_alone, hidden, tables)
    assert unproved(facts, hidden, tables)


def test_tables_that_part_a_factor_in_two_ways_are_no_crossing_that_is_understood() -> None:
    outcome = (tree("oss_any", "no", "yes"), tree("iss_any", "no", "yes"))
    sex, school = tree("sex", "f", "m"), tree("school", "s1", "s2")
    tables = tuple(Table(f"{a.name} by {b.name}", (a, b)) for a in (sex, school) for b in outcome)
    more = (*tables, Table("other", (tree("school", "s1", "s2", "s3"), outcome[0])))
    assert crossed_otherwise([Publication(tables, {})]) == []
    assert "school" in crossed_otherwise([Publication(more, {})])
