"""The latest years added up, as counts of their own: the first factor, an outcome, the years.

A group too small in each year is often large enough in three. The sum of some years has a name that
says which, so that a later release can show the sum of others beside it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from eachchild.release.audits.part import Part, Tied
from eachchild.release.family import Key, Table, Tree
from eachchild.release.policy import Policy

_AND = " + "
Reason = tuple[str, str]  # the table that is left out, and why


@dataclass(frozen=True, slots=True)
class Pool(Part):
    """Years of the same students together: each year's counts, and their sums beside them."""

    @property
    def years(self) -> tuple[str, ...]:
        """The years that are added up."""
        return years_in(self.period)

    def is_of(self, part: Part) -> bool:
        """Whether a part is one of the years."""
        return part.period in self.years

    def noughts_of(self, counts: Mapping[Key, int], hidden: Collection[Key]) -> frozenset[Key]:
        """Sums that are nought where a year is hidden, whose nought they would tell."""
        return frozenset(
            key for key, number in counts.items()
            if not number and any(each in hidden for each in years_of(key))
        )  # fmt: skip

    def noughts(self, outcome: str, told: Collection[Key], policy: Policy) -> frozenset[Key]:
        """As of one year; and a sum may be nought where a year has too few students to be told."""
        told = {
            key for key in self.students
            if key in told and all(each in told for each in years_of(key))
        }  # fmt: skip
        return Part.noughts(self, outcome, told, policy)

    def different(self, key: Key, counts: Mapping[Key, int]) -> int:
        """How many different students a count is of at least, and perhaps at most.

        A student is counted once in each year: a sum holds as many different ones as the year that
        has most, and the others may be the same again.
        """
        return max(counts[each] for each in years_of(key))


def years_in(period: str) -> tuple[str, ...]:
    """The years that a sum of them is of; one year: that one.

    >>> years_in("2023-24 + 2024-25"), years_in("2024-25")
    (('2023-24', '2024-25'), ('2024-25',))
    """
    return tuple(period.split(_AND))


def pools_of(
    shown: Mapping[str, Sequence[Part]], together: int
) -> tuple[tuple[Pool, ...], tuple[Reason, ...]]:
    """The sums of the latest years of every outcome, and those that cannot be made, with reasons.

    `shown` has for each outcome the parts in which it is shown. An outcome may lack a year; of two
    outcomes of the same students the sums of the same years are one pool. Students of whom a year
    knows another name are others, and are not added up.
    """
    latest = sorted({part.period for parts in shown.values() for part in parts})[-together:]
    asked: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    parts_of: dict[tuple[str, tuple[str, ...]], dict[str, Part]] = {}
    left_out: list[Reason] = []
    for outcome, all_parts in shown.items():
        parts = {part.period: part.whole() for part in all_parts if part.period in latest}
        if len(parts) < 2:
            continue
        why = _unlike(outcome, tuple(parts.values()))
        if why:
            left_out.append((f"{outcome}, {_AND.join(sorted(parts))} 0", why))
            continue
        at = next(dict(part.of)["students"] for part in parts.values()), tuple(sorted(parts))
        asked.setdefault(at, []).append(outcome)
        parts_of.setdefault(at, {}).update(parts)
    pools = (_pool(at, outcomes, parts_of[at]) for at, outcomes in asked.items())
    return tuple(pools), tuple(left_out)


def _unlike(outcome: str, parts: Sequence[Part]) -> str:
    """Why an outcome's years cannot be added up; empty where they can."""
    if len({dict(part.of)["students"] for part in parts}) > 1:
        return "it is asked of other students from year to year."
    if len({tuple(tree.name for tree in part.groups[0].trees) for part in parts}) > 1:
        return "its groups differ from year to year."
    ties = {frozenset((t.outcome, t.others) for t in part.tied if outcome in t.others)
            for part in parts}  # fmt: skip
    return "another follows from it in some years." if len(ties) > 1 else ""


def _pool(
    at: tuple[str, tuple[str, ...]], outcomes: Sequence[str], parts: Mapping[str, Part]
) -> Pool:
    students, years = at
    name = _AND.join(years)
    of = (("students", students),)
    own = [parts[year] for year in years]
    trees = (*_joined([part.groups[0].trees for part in own]), Tree("period", {name: years}))
    table = Table(f"{' by '.join(t.name for t in trees[:-1])}, {name} {students}", trees, of)
    keys = tuple(table.cells())

    def summed(counts: Sequence[Mapping[Key, int]]) -> dict[Key, int]:
        each = {key: n for one in counts for key, n in one.items()}
        return {key: sum(each.get(k, 0) for k in years_of(key)) for key in keys}

    ties = {(tie.outcome, tie.others) for tie in own[0].tied
            if tie.others and set(tie.others) <= set(outcomes)}  # fmt: skip
    return Pool(
        name, tuple(outcomes), (table,),
        summed([part.students for part in own]),
        {o: summed([part.events[o] for part in own]) for o in outcomes},
        tuple(Tied(o, summed([_events(part, o) for part in own]), others)
              for o, others in sorted(ties)),
    )  # fmt: skip


def _events(part: Part, tied: str) -> Mapping[Key, int]:
    return next(tie.events for tie in part.tied if tie.outcome == tied)


def _joined(trees: Iterable[tuple[Tree, ...]]) -> tuple[Tree, ...]:
    """Each dimension with the values of all years: who is not there in one is nobody there."""
    return tuple(
        replace(same[0], children={
            parent: tuple(dict.fromkeys(v for tree in same for v in tree.children.get(parent, ())))
            for parent in dict.fromkeys(p for tree in same for p in tree.children)
        })
        for same in zip(*trees, strict=True)
    )  # fmt: skip


def years_of(key: Key) -> tuple[Key, ...]:
    """The cells that add up to one: itself where it is of one year."""
    return tuple(
        tuple(sorted({**dict(key), "period": year}.items()))
        for year in years_in(dict(key)["period"])
    )
