"""The same tables with less detail: what can be offered where they cannot leave as they are."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from eachchild.release.decide import Decision, Known, Subject, decide
from eachchild.release.door import ReleaseInputError, ReleaseRefusedError
from eachchild.release.family import Table, Tree
from eachchild.release.policy import Policy

_MOST = 2  # levels taken away at most in what is offered


def coarser(subject: Subject, dimension: str) -> Subject:
    """A subject without the finest values of one dimension; without it, where it has no others.

    >>> school = Tree("school", {"__all__": ("high",), "high": ("north", "south")})
    >>> counts = {(): 30} | {(("school", v),): 30 for v in ("high", "north", "south")}
    >>> sorted(coarser(Subject("t", "", (Table("t", (school,)),), counts, frozenset()), "school"
    ...        ).counts)
    [(), (('school', 'high'),)]
    """
    if dimension not in _dimensions(subject):
        raise ReleaseInputError(
            f"there is no dimension '{dimension}'; there is {', '.join(_dimensions(subject))}."
        )
    tables = tuple(replace(table, trees=_cut(table, dimension)) for table in subject.tables)
    kept = frozenset(key for table in tables for key in table.cells())
    return replace(
        subject, tables=tables, counts={key: subject.counts[key] for key in kept},
        primary=subject.primary & kept, shown=subject.shown & kept, noughts=subject.noughts & kept,
    )  # fmt: skip


def next_coarser(
    subject: Subject, policy: Policy, known: Mapping[str, Known]
) -> tuple[tuple[str, ...], Decision] | None:
    """The most detailed of the coarser subjects that is proved, and what was taken away for it."""
    for taken, less in _with_less(subject):
        try:
            return taken, decide(less, policy, known)
        except ReleaseRefusedError:
            continue
    return None


def _with_less(subject: Subject) -> Iterator[tuple[tuple[str, ...], Subject]]:
    """Fewer and fewer levels; of those with as many, the one that keeps the most counts first."""
    edge: list[tuple[tuple[str, ...], Subject]] = [((), subject)]
    for _ in range(_MOST):
        following = {
            tuple(sorted((*taken, name))): coarser(less, name)
            for taken, less in edge
            for name in _dimensions(less)
            if _dimensions(coarser(less, name))  # one count by itself is no table
        }
        edge = sorted(following.items(), key=lambda pair: (-len(pair[1].counts), pair[0]))
        yield from edge


def _dimensions(subject: Subject) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tree.name for table in subject.tables for tree in table.trees))


def _cut(table: Table, dimension: str) -> tuple[Tree, ...]:
    trees = (_shorter(tree) if tree.name == dimension else tree for tree in table.trees)
    return tuple(tree for tree in trees if tree.children)


def _shorter(tree: Tree) -> Tree:
    """A tree without the parts that have no parts themselves, where all of a whole are such."""
    above = {
        parent: parts
        for parent, parts in tree.children.items()
        if any(part in tree.children for part in parts)
    }
    return Tree(tree.name, above)
