"""Deciding what may be shown of students by score: one step more, which gives way to all others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from eachchild.release.audits.entry_counts import OFFERED, Entry, entry_of, in_depth
from eachchild.release.audits.few import hidden_as_few
from eachchild.release.audits.part import Part, split
from eachchild.release.audits.stepwise import NEARLY, Shown, with_one_more
from eachchild.release.decide import Decision, Known, Subject
from eachchild.release.family import Key, Table
from eachchild.release.hide import Choice
from eachchild.release.policy import Policy
from eachchild.release.proof import facts_of
from eachchild.release.published import SCORE, Publication

ONE_IS_SHOWN = "rules of entry are shown of one outcome of the same students."
CORRECTED = "a correction does not show scores anew."
SHOWN_OTHERWISE = "an earlier release shows scores of the same students in another way."
FOLLOWS = "another outcome follows from it."
Stands = Mapping[str, tuple[Part, Shown]]


def rules_of_entry(
    title: str, stands: Stands, policy: Policy, known: Mapping[str, Known],
    left_out: list[tuple[str, str]],
) -> Iterator[Decision]:  # fmt: skip
    """Students by score, for each outcome with scores of which something stands.

    `stands` has for each outcome its latest year and all that stands of it. Outcomes of the same
    students would tell of each other by the score they share, so the first that can be is shown.
    """
    found: list[tuple[Entry, Shown]] = []
    taken: set[Key] = set()
    for outcome, (part, shown) in stands.items():
        nobody = shown.told.get(split(part.of, outcome, "yes")) == (0, 0)
        if outcome not in part.scores or nobody:  # no rule of entry to be seen
            continue
        more: tuple[Entry, Shown] | str = ONE_IS_SHOWN
        if part.of not in taken:
            more = _entered(title, part, outcome, shown, policy, known)
        if not isinstance(more, str) and _is_unlike(more, found, policy):
            more = NEARLY
        if isinstance(more, str):
            whom = " ".join(dict(part.of).values())
            left_out.append(
                (f"{outcome} by {part.groups[0].trees[0].name} by {SCORE}, {whom}", more)
            )
        else:
            taken.add(part.of)
            found.append(more)
            yield _as_one(more[1], shown)


def _entered(
    title: str, part: Part, outcome: str, shown: Shown, policy: Policy, known: Mapping[str, Known]
) -> tuple[Entry, Shown] | str:
    """What stands with students by score, first how many there are, then who is enrolled."""
    if part.others:
        return CORRECTED
    if any(outcome in tied.others for tied in part.tied):
        return FOLLOWS
    entry = entry_of(part, outcome, shown.standing.publication.told, policy.minimum_n)
    if isinstance(entry, str):
        return entry
    tables = (*entry.part.groups, *entry.part.with_outcome(outcome))
    if any(_is_shown_otherwise(tables, earlier) for earlier in known.values()):
        return SHOWN_OTHERWISE
    known = dict(list(known.items())[:1])  # those inside it have what it has, and more
    counted = with_one_more(shown, _students(title, entry, shown, policy), policy, known)
    if isinstance(counted, str):
        return counted
    more = with_one_more(counted, _enrolled(title, entry, outcome, counted, policy), policy, known)
    return more if isinstance(more, str) else (entry, more)


def _students(title: str, entry: Entry, shown: Shown, policy: Policy) -> Subject:
    own = entry.part
    apart = in_depth(entry, own.students, policy.minimum_n)
    small, noughts = hidden_as_few(
        own.groups, own.students, own.few_students(policy) | apart,
        told=shown.told, width=policy.width,
    )  # fmt: skip
    known = entry.totals | _followed(own.groups, shown)
    return Subject(title, "", own.groups, own.students, small - known, shown=known,
                   noughts=noughts | apart)  # fmt: skip


def _enrolled(title: str, entry: Entry, outcome: str, shown: Shown, policy: Policy) -> Subject:
    own = entry.part
    tables, counts = own.with_outcome(outcome), own.counts(outcome)
    apart = frozenset(
        split(key, outcome, side)
        for few, of in ((policy.minimum_events, "yes"), (policy.without, "no"))
        for key in in_depth(
            entry, {key: counts[split(key, outcome, of)] for key in own.students}, few
        )
        for side in ("yes", "no")
    )
    small, few = hidden_as_few(
        tables, counts, own.small(outcome, policy, shown.told) | apart,
        told=shown.told, width=policy.width,
    )  # fmt: skip
    noughts = own.noughts(outcome, shown.told, policy) | few | apart
    known = entry.totals | _followed(tables, shown)
    return Subject(title, "", tables, counts, small - known, shown=known, noughts=noughts,
                   outcomes=frozenset({outcome}))  # fmt: skip


def _followed(tables: Sequence[Table], shown: Shown) -> frozenset[Key]:
    """What follows from all that stands by plain subtraction: nobody can hide it any more."""
    stands = shown.standing.publication
    told = facts_of([stands, Publication(tuple(tables), {})]).told
    return frozenset(key for table in tables for key in table.cells() if key in told)


def _is_shown_otherwise(tables: Sequence[Table], earlier: Known) -> bool:
    """Whether readers have scores of the same students by other cuts, schools or outcomes."""
    mine = dict(tables[0].of)
    before = [
        table for each in earlier for table in each.tables
        if any(tree.name == SCORE or OFFERED in tree.children for tree in table.trees)
        and all(dict(table.of).get(name) == mine[name] for name in ("period", "students"))
    ]  # fmt: skip
    now = {table.name: (table.of, {t.name: t.children for t in table.trees}) for table in tables}
    return any(
        now.get(table.name) != (table.of, {t.name: t.children for t in table.trees})
        for table in before
    )


def _is_unlike(
    more: tuple[Entry, Shown], found: Sequence[tuple[Entry, Shown]], policy: Policy
) -> bool:
    """Whether a count is told here and hidden of others who are nearly the same, or otherwise."""
    mine = _by_score(*more)
    for other in (_by_score(*each) for each in found):
        for at, (n, told) in mine.items():
            n_there, told_there = other.get(at, (n, told))
            if told != told_there and abs(n - n_there) < policy.minimum_n:
                return True
    return False


def _by_score(entry: Entry, shown: Shown) -> dict[Key, tuple[int, bool]]:
    """Students by group and score: how many, and whether that is told."""
    table = entry.part.groups[-1]
    names = {tree.name for tree in table.trees}
    return {
        tuple(pair for pair in key if pair[0] in names):
            (entry.part.students[key], key not in shown.hidden)
        for key in table.cells()
    }  # fmt: skip


def _as_one(shown: Shown, before: Shown) -> Decision:
    """How many students there are and who is enrolled, as one: neither alone tells of a rule."""
    counted, enrolled = shown.decisions[-2:]
    primary, beside = (
        frozenset(key for d in (counted, enrolled) for key in side(d.choice)) - before.hidden.keys()
        for side in (attrgetter("primary"), attrgetter("secondary"))
    )
    cost = counted.choice.cost + enrolled.choice.cost
    choice = Choice(primary, beside - primary, cost, cost)
    return replace(enrolled, own=enrolled.own.beside(counted.own), choice=choice)
