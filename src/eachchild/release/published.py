"""What a reader holds in the hand: tables, the counts told in them, and the cells that are hidden.

This is all that a proof may rest on, and all that a ledger keeps: nothing here was ever hidden.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from eachchild.release.family import Key, Table, Tree

SCORE = "score"  # a dimension: percent of the scores of a year and grade that lie below
Range = tuple[int, int | None]  # a count is at least, and at most (None: nobody says)


@dataclass(frozen=True, slots=True)
class Publication:
    """Tables as they are published.

    `told` has every cell whose count, or a range of it, can be read; `hidden` every cell whose
    count is not shown, with the number of values that must stay open for it: a cell may be in both,
    with the band it lies in. `above_nought` has those of them that readers know to be no nought,
    since noughts are shown. A cell in neither is not in the publication, though it may follow from
    others. `corrects` has, for tables whose
    counts replace earlier ones, whom they count now and whom they counted then.
    """

    tables: tuple[Table, ...]
    told: Mapping[Key, Range]
    hidden: Mapping[Key, int] = field(default_factory=dict)
    above_nought: frozenset[Key] = frozenset()
    corrects: tuple[tuple[Key, Key], ...] = ()

    @property
    def exact(self) -> dict[Key, int]:
        """The counts that are told as they are, not as a range."""
        return {key: low for key, (low, high) in self.told.items() if low == high}

    @property
    def shown(self) -> tuple[Key, ...]:
        """The cells that are told and not hidden; a band of a hidden count is not its count."""
        return tuple(key for key in self.told if key not in self.hidden)

    def only(self, names: Collection[str]) -> "Publication":
        """Some of its tables, by name, with what they tell and hide."""
        tables = tuple(table for table in self.tables if table.name in names)
        cells = {key for table in tables for key in table.cells()}
        return Publication(
            tables,
            {key: span for key, span in self.told.items() if key in cells},
            {key: width for key, width in self.hidden.items() if key in cells},
            self.above_nought & cells,
            self.corrects,
        )

    def beside(self, other: "Publication") -> "Publication":
        """Two publications as one: the tables of both, and what this one adds to the other.

        >>> Publication((), {}).beside(Publication((), {(): (30, 30)})).told
        {(): (30, 30)}
        """
        return Publication(
            tuple({table.name: table for table in (*other.tables, *self.tables)}.values()),
            {**other.told, **self.told},
            dict(sorted({**other.hidden, **self.hidden}.items())),
            other.above_nought | self.above_nought,
            tuple(dict.fromkeys((*other.corrects, *self.corrects))),
        )

    def to_json(self) -> dict[str, object]:
        """The publication as plain data, the same bytes for the same publication.

        >>> sex = Table("t", (Tree("sex", {"__all__": ("female", "male")}),))
        >>> shown = Publication((sex,), {(): (30, 30)}, {(("sex", "male"),): 5})
        >>> Publication.from_json(shown.to_json()) == shown
        True
        """
        data: dict[str, object] = {
            "tables": [
                {
                    "name": t.name,
                    "of": dict(t.of),
                    "dimensions": {tree.name: _plain(tree) for tree in t.trees},
                }
                for t in self.tables
            ],
            "told": [[dict(key), *span] for key, span in sorted(self.told.items())],
            "hidden": [[dict(key), width] for key, width in sorted(self.hidden.items())],
            "above_nought": [dict(key) for key in sorted(self.above_nought)],
        }
        if self.corrects:
            data["corrects"] = [[dict(new), dict(old)] for new, old in self.corrects]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "Publication":
        """Read what `to_json` wrote; KeyError, TypeError or ValueError where it is not that."""
        tables, told, hidden, above = (
            _list(data[name]) for name in ("tables", "told", "hidden", "above_nought")
        )
        return cls(
            tuple(_table(table) for table in tables),
            {key_of(cell): (int(low), None if high is None else int(high))
             for cell, low, high in told},
            {key_of(cell): int(width) for cell, width in hidden},
            frozenset(key_of(cell) for cell in above),
            tuple((key_of(new), key_of(old)) for new, old in _list(data.get("corrects", []))),
        )  # fmt: skip


def key_of(cell: Mapping[str, str]) -> Key:
    """A cell's key from its dimensions and values, totals left out.

    >>> key_of({"sex": "male", "race": "__all__"})
    (('sex', 'male'),)
    """
    return tuple(sorted((d, v) for d, v in cell.items() if v != "__all__"))


def _plain(tree: Tree) -> dict[str, list[str]]:
    return {parent: list(parts) for parent, parts in tree.children.items()}


def _table(data: Mapping[str, Mapping[str, Mapping[str, list[str]]]]) -> Table:
    trees = (
        Tree(name, {parent: tuple(parts) for parent, parts in children.items()})
        for name, children in data["dimensions"].items()
    )
    return Table(
        str(data["name"]), tuple(trees), key_of({str(d): str(v) for d, v in data["of"].items()})
    )


def _list(data: object) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError("expected a list")
    return data
