"""Counts that these readers have already: they are shown, and left out, as they were."""

from collections.abc import Mapping
from functools import partial

from eachchild.release.decide import Decision, Known, Standing, Subject, publication_of
from eachchild.release.family import Key, Table
from eachchild.release.hide import Choice
from eachchild.release.policy import Policy
from eachchild.release.published import Publication


def as_released(
    subject: Subject, policy: Policy, known: Mapping[str, Known], standing: Standing
) -> Decision | None:
    """What an earlier release to the same readers decided of the same tables; None where none did.

    It was proved then and tells nothing now. Counts that are no longer the same, that the policy
    would no longer show, or that it would hide more widely, are to be decided again.

    >>> from eachchild.release.family import Tree
    >>> from eachchild.release.policy import load_policy
    >>> table = Table("t", (Tree("sex", {"__all__": ("female", "male")}),))
    >>> female, male = ((("sex", value),) for value in ("female", "male"))
    >>> counts = {(): 30, female: 9, male: 21}
    >>> subject = Subject("", "", (table,), counts, frozenset([female]))
    >>> before = Publication((table,), {(): (30, 30)}, {female: 5, male: 5})
    >>> again = as_released(subject, load_policy("federal"), {"public": [before]}, Standing())
    >>> sorted(again.own.hidden) == [female, male]
    True
    """
    if subject.corrects:
        return None
    cells = {key for table in subject.tables for key in table.cells()}
    for before in next(iter(known.values()), ()):
        has_all = all(any(map(partial(_same, table), before.tables)) for table in subject.tables)
        if has_all and _stands(before, cells, subject, policy):
            return _again(before, cells, subject, policy, standing)
    return None


def left_out_before(subject: Subject, known: Mapping[str, Known]) -> bool:
    """Whether an earlier release of the same students knew of some tables, and left them out.

    It was tried with less told than now. Tables by a factor, or of an outcome, that is new in the
    plan were not tried.
    """
    before = [table for each in next(iter(known.values()), ()) for table in each.tables]
    trees = [tree for table in before for tree in table.trees]
    return not subject.corrects and all(
        any(table.of == earlier.of for earlier in before)
        and all(tree in trees for tree in table.trees)
        and not any(_same(table, earlier) for earlier in before)
        for table in subject.tables
    )


def _same(one: Table, other: Table) -> bool:
    """Whether two tables are one, in whatever order a ledger keeps their dimensions."""
    if one.name != other.name or one.of != other.of:
        return False
    mine, theirs = ({tree.name: tree.children for tree in table.trees} for table in (one, other))
    return mine == theirs


def _stands(before: Publication, cells: set[Key], subject: Subject, policy: Policy) -> bool:
    exact = before.exact
    hidden = {key: before.hidden[key] for key in cells & before.hidden.keys()}
    told = cells - hidden.keys()
    return (
        told <= exact.keys()
        and all(exact[key] == subject.counts[key] for key in told)
        and not told & subject.primary
        and all(width == policy.width for width in hidden.values())
    )


def _again(
    before: Publication, cells: set[Key], subject: Subject, policy: Policy, standing: Standing
) -> Decision:
    hidden = frozenset(cells & before.hidden.keys())
    primary, beside = hidden & subject.primary, hidden - subject.primary
    cost = float(sum(subject.counts[key] for key in beside))
    choice = Choice(primary, beside, cost, cost)
    own = publication_of(subject, choice, policy, before.above_nought)
    return Decision(own.beside(standing.publication), own, {}, choice)
